/*
 * test_lsm_memtable.c: the memtable and its tree against a sorted array, for several shapes of
 * keys, and under readers that run beside the writer.
 */
#include "engine/base/rand.h"
#include "engine/lsm/memtable.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 64 << 20, KEY_MAX = 64, MODEL_KEYS = 20000, WRITER_KEYS = 15000 };

static uint64_t
seed(void)
{
    const char *text = getenv("LARDER_SEED");
    uint64_t value = text != NULL ? strtoull(text, NULL, 10) : 20241;
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)value);
    return value;
}

/* ----------------------------------------------------------------------------------- writing -- */

static LsmMemtable *
new_memtable(void)
{
    LsmMemtable *memtable = NULL;
    ck_assert_int_eq(lsm_memtable_new(ROOM, &memtable).code, BASE_OK);
    return memtable;
}

static LsmBuilt
build(LsmMemtable *memtable, BaseSlice key, BaseSlice value, int64_t version)
{
    ck_assert_int_eq(lsm_memtable_reserve(memtable, 1).code, BASE_OK);
    ck_assert_uint_ge(lsm_memtable_room(memtable),
                      lsm_memtable_entry_bytes(memtable, key.len, value.len));
    return lsm_memtable_build(memtable, &(LsmEntry){.key = key,
                                                    .hash = lsm_key_index_hash(key),
                                                    .kind = LSM_RECORD_PUT,
                                                    .value = value,
                                                    .version = version});
}

static void
put(LsmMemtable *memtable, BaseSlice key, BaseSlice value, int64_t version)
{
    LsmBuilt built = build(memtable, key, value, version);
    lsm_memtable_link(memtable, &built);
}

static const LsmRecord *
get(const LsmMemtable *memtable, BaseSlice key, int64_t version)
{
    return lsm_memtable_get(memtable, key, lsm_key_index_hash(key), version);
}

/* -------------------------------------------------------------------------------- key shapes -- */

typedef enum Shape { ASCENDING, DESCENDING, DECIMAL, USER, BINARY, SHORT, SHAPE_COUNT } Shape;

/* The n-th key of a shape, behind its byte of keyspace. Numbers spread unless the shape orders. */
static BaseSlice
shaped(Shape shape, uint64_t n, uint8_t *space)
{
    uint64_t spread = n * 0x9E3779B97F4A7C15u;
    char *text = (char *)space + 1;
    int len = 0;
    space[0] = 0;
    switch (shape) {
    case ASCENDING:
        len = snprintf(text, KEY_MAX, "%016llu", (unsigned long long)n);
        break;
    case DESCENDING:
        len = snprintf(text, KEY_MAX, "%016llu", (unsigned long long)(1u << 30) - n);
        break;
    case DECIMAL:
        len = snprintf(text, KEY_MAX, "%016llu", (unsigned long long)(spread % 100000000u));
        break;
    case USER:
        len = snprintf(text, KEY_MAX, "user%llu", (unsigned long long)spread);
        break;
    case BINARY:
        memcpy(text, &spread, sizeof(spread));
        len = sizeof(spread);
        break;
    default:
        len = (int)(spread >> 62);
        memset(text, (int)(spread >> 32), (size_t)len);
        break;
    }
    return base_slice(space, (size_t)len + 1);
}

/* ------------------------------------------------------------------------------------- model -- */

typedef struct Model {
    BaseSlice keys[MODEL_KEYS];
    uint8_t space[MODEL_KEYS][KEY_MAX];
    size_t count;
} Model;

static int
compare_keys(const void *a, const void *b)
{
    return base_slice_compare(*(const BaseSlice *)a, *(const BaseSlice *)b);
}

/* Fills a memtable, and the model with the same keys, each once, in order. */
static Model *
fill(LsmMemtable *memtable, Shape shape)
{
    Model *model = calloc(1, sizeof(*model));
    ck_assert_ptr_nonnull(model);
    for (size_t i = 0; i < MODEL_KEYS; i++) {
        BaseSlice key = shaped(shape, i, model->space[model->count]);
        bool known = get(memtable, key, INT64_MAX) != NULL;
        put(memtable, key, key, (int64_t)i + 1);
        if (!known) {
            model->keys[model->count++] = key;
        }
    }
    qsort(model->keys, model->count, sizeof(model->keys[0]), compare_keys);
    return model;
}

static size_t
first_at_or_behind(const Model *model, BaseSlice key)
{
    size_t low = 0;
    size_t high = model->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (base_slice_compare(model->keys[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void
expect_at(const LsmMemtableCursor *cursor, const Model *model, size_t index)
{
    ck_assert_int_eq(lsm_memtable_cursor_valid(cursor), index < model->count);
    if (index < model->count) {
        ck_assert(base_slice_equal(lsm_memtable_cursor_key(cursor), model->keys[index]));
    }
}

START_TEST(every_shape_of_keys_is_found_and_ordered)
{
    LsmMemtable *memtable = new_memtable();
    Model *model = fill(memtable, (Shape)_i);
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, memtable, 0);
    lsm_tree_cursor_first(&cursor.place);
    for (size_t i = 0; i < model->count; i++) {
        expect_at(&cursor, model, i);
        ck_assert_ptr_nonnull(get(memtable, model->keys[i], INT64_MAX));
        lsm_tree_cursor_next(&cursor.place);
    }
    ck_assert(!lsm_memtable_cursor_valid(&cursor));
    lsm_tree_cursor_last(&cursor.place);
    for (size_t i = model->count; i-- > 0;) {
        expect_at(&cursor, model, i);
        lsm_tree_cursor_prev(&cursor.place);
    }
    ck_assert(!lsm_memtable_cursor_valid(&cursor));
    free(model);
    lsm_memtable_free(memtable);
}
END_TEST

START_TEST(seeks_land_where_a_sorted_array_says)
{
    LsmMemtable *memtable = new_memtable();
    Model *model = fill(memtable, (Shape)_i);
    BaseRand rand = base_rand(seed());
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, memtable, 0);
    for (int i = 0; i < 20000; i++) {
        uint8_t space[KEY_MAX + 1];
        BaseSlice key = shaped((Shape)base_rand_below(&rand, SHAPE_COUNT),
                               base_rand_below(&rand, 2 * MODEL_KEYS), space);
        if (base_rand_below(&rand, 4) == 0) {
            space[key.len] = (uint8_t)base_rand_below(&rand, 2);
            key.len++;
        }
        size_t at = first_at_or_behind(model, key);
        lsm_tree_cursor_seek(&cursor.place, key);
        expect_at(&cursor, model, at);
        lsm_tree_cursor_seek_before(&cursor.place, key);
        expect_at(&cursor, model, at == 0 ? model->count : at - 1);
    }
    free(model);
    lsm_memtable_free(memtable);
}
END_TEST

START_TEST(an_empty_one_has_nothing)
{
    LsmMemtable *memtable = new_memtable();
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, memtable, 0);
    lsm_tree_cursor_first(&cursor.place);
    ck_assert(!lsm_memtable_cursor_valid(&cursor));
    lsm_tree_cursor_last(&cursor.place);
    ck_assert(!lsm_memtable_cursor_valid(&cursor));
    lsm_tree_cursor_seek(&cursor.place, BASE_SLICE_LITERAL("x"));
    ck_assert(!lsm_memtable_cursor_valid(&cursor));
    lsm_tree_cursor_seek_before(&cursor.place, BASE_SLICE_LITERAL("x"));
    ck_assert(!lsm_memtable_cursor_valid(&cursor));
    ck_assert_ptr_null(get(memtable, BASE_SLICE_LITERAL("x"), INT64_MAX));
    lsm_memtable_free(memtable);
}
END_TEST

/* ---------------------------------------------------------------------------------- versions -- */

static const BaseSlice KEY = {(const uint8_t *)"\0key", 4};

START_TEST(versions_of_a_key_are_seen_by_their_time)
{
    LsmMemtable *memtable = new_memtable();
    for (int64_t version = 10; version <= 100; version += 10) {
        put(memtable, KEY, base_slice(&version, sizeof(version)), version);
    }
    ck_assert_ptr_null(get(memtable, KEY, 9));
    for (int64_t version = 10; version < 120; version++) {
        const LsmRecord *record = get(memtable, KEY, version);
        int64_t expected = version > 100 ? 100 : version / 10 * 10;
        ck_assert_int_eq(record->version, expected);
        ck_assert_mem_eq(record->value, &expected, sizeof(expected));
        const LsmRecord *older = lsm_memtable_older(memtable, record);
        ck_assert_int_eq(older == NULL ? 0 : older->version, expected - 10);
    }
    LsmMemtableStats stats;
    lsm_memtable_stats(memtable, &stats);
    ck_assert_int_eq(stats.entries, 10);
    ck_assert_int_eq(stats.keys, 1);
    ck_assert_int_eq(stats.data_bytes, 10 * (4 + 8));
    ck_assert_int_eq(stats.version_lowest, 10);
    ck_assert_int_eq(stats.version_highest, 100);
    lsm_memtable_free(memtable);
}
END_TEST

START_TEST(what_is_built_is_seen_when_it_is_linked)
{
    LsmMemtable *memtable = new_memtable();
    LsmBuilt first = build(memtable, KEY, BASE_SLICE_LITERAL("a"), 1);
    LsmBuilt second = build(memtable, KEY, BASE_SLICE_LITERAL("b"), 2);
    LsmBuilt dropped = build(memtable, KEY, BASE_SLICE_LITERAL("c"), 3);
    ck_assert_ptr_null(get(memtable, KEY, INT64_MAX));
    lsm_memtable_link(memtable, &first);
    ck_assert_int_eq(get(memtable, KEY, INT64_MAX)->version, 1);
    lsm_memtable_link(memtable, &second);
    lsm_memtable_drop(memtable, &dropped);
    ck_assert_int_eq(get(memtable, KEY, INT64_MAX)->version, 2);
    ck_assert_int_eq(get(memtable, KEY, 1)->version, 1);
    LsmMemtableStats stats;
    lsm_memtable_stats(memtable, &stats);
    ck_assert_int_eq(stats.keys, 1);
    lsm_memtable_free(memtable);
}
END_TEST

START_TEST(keyspaces_have_an_order_each)
{
    LsmMemtable *memtable = new_memtable();
    put(memtable, base_slice("\0a", 2), BASE_SLICE_LITERAL("data"), 1);
    put(memtable, base_slice("\1a", 2), BASE_SLICE_LITERAL("system"), 2);
    for (unsigned keyspace = 0; keyspace < LSM_MEMTABLE_KEYSPACES; keyspace++) {
        LsmMemtableCursor cursor;
        lsm_memtable_cursor_init(&cursor, memtable, keyspace);
        lsm_tree_cursor_first(&cursor.place);
        ck_assert_uint_eq(lsm_memtable_cursor_key(&cursor).data[0], keyspace);
        ck_assert_ptr_null(lsm_memtable_cursor_record(&cursor, 0));
        ck_assert_int_eq(lsm_memtable_cursor_record(&cursor, 9)->version, keyspace + 1);
        lsm_tree_cursor_next(&cursor.place);
        ck_assert(!lsm_memtable_cursor_valid(&cursor));
    }
    lsm_memtable_free(memtable);
}
END_TEST

START_TEST(room_is_counted_before_it_is_taken)
{
    LsmMemtable *memtable = NULL;
    ck_assert_int_eq(lsm_memtable_new(1 << 20, &memtable).code, BASE_OK);
    uint8_t value[1000] = {0};
    uint64_t taken = 0;
    for (;; taken++) {
        uint8_t space[KEY_MAX + 1];
        BaseSlice key = shaped(USER, taken, space);
        if (lsm_memtable_room(memtable) <
            lsm_memtable_entry_bytes(memtable, key.len, sizeof(value))) {
            break;
        }
        put(memtable, key, base_slice(value, sizeof(value)), (int64_t)taken + 1);
    }
    ck_assert_uint_gt(taken, 900);
    ck_assert_int_eq(lsm_memtable_new((size_t)100, &memtable).code, BASE_INVALID);
    lsm_memtable_free(memtable);
}
END_TEST

enum { BATCH_MAX = 1000 };

/* Builds and then links keys [first, first + count), for which there is room. */
static void
put_batch(LsmMemtable *memtable, Shape shape, uint64_t first, size_t count)
{
    static LsmBuilt built[BATCH_MAX];
    uint8_t space[KEY_MAX + 1];
    ck_assert_int_eq(lsm_memtable_reserve(memtable, count).code, BASE_OK);
    for (size_t i = 0; i < count; i++) {
        BaseSlice key = shaped(shape, first + i, space);
        built[i] = lsm_memtable_build(memtable, &(LsmEntry){.key = key,
                                                            .hash = lsm_key_index_hash(key),
                                                            .value = key,
                                                            .version = (int64_t)(first + i) + 1});
    }
    for (size_t i = 0; i < count; i++) {
        lsm_memtable_link(memtable, &built[i]);
    }
}

static size_t
batch_bytes(Shape shape, uint64_t first, size_t count)
{
    size_t bytes = 0;
    uint8_t space[KEY_MAX + 1];
    for (size_t i = 0; i < count; i++) {
        size_t len = shaped(shape, first + i, space).len;
        bytes += lsm_memtable_data_bytes(len, len);
    }
    return bytes;
}

/* Linking checks by itself that it finds the room. */
START_TEST(a_batch_fits_where_it_is_said_to_fit)
{
    BaseRand rand = base_rand(seed());
    Shape shape = (Shape)_i;
    for (int round = 0; round < 6; round++) {
        LsmMemtable *memtable = NULL;
        size_t count = 1 + (size_t)base_rand_below(&rand, BATCH_MAX);
        size_t bytes = batch_bytes(shape, 0, count);
        size_t size = lsm_memtable_bytes_for(count, bytes);
        ck_assert_int_eq(lsm_memtable_new(size, &memtable).code, BASE_OK);
        ck_assert(lsm_memtable_fits(memtable, count, bytes));
        ck_assert(!lsm_memtable_fits(memtable, count, size));
        put_batch(memtable, shape, 0, count);
        uint64_t taken = count;
        for (count = BATCH_MAX; count > 0; count /= 2) {
            while (lsm_memtable_fits(memtable, count, batch_bytes(shape, taken, count))) {
                put_batch(memtable, shape, taken, count);
                taken += count;
            }
        }
        LsmMemtableStats stats;
        lsm_memtable_stats(memtable, &stats);
        ck_assert_int_eq(stats.entries, (int64_t)taken);
        lsm_memtable_free(memtable);
    }
}
END_TEST

/* Most of a memtable can be filled by batches, however many entries are under way. */
START_TEST(little_room_is_left_unused)
{
    enum { SMALL_ROOM = 4 << 20 };
    LsmMemtable *memtable = NULL;
    ck_assert_int_eq(lsm_memtable_new(SMALL_ROOM, &memtable).code, BASE_OK);
    uint64_t taken = 0;
    while (lsm_memtable_fits(memtable, BATCH_MAX, batch_bytes(USER, taken, BATCH_MAX))) {
        put_batch(memtable, USER, taken, BATCH_MAX);
        taken += BATCH_MAX;
    }
    ck_assert_uint_gt(batch_bytes(USER, 0, taken), SMALL_ROOM / 10 * 7);
    lsm_memtable_free(memtable);
}
END_TEST

/* ----------------------------------------------------------------------------------- threads -- */

typedef struct Race {
    LsmMemtable *memtable;
    Shape shape;
    _Atomic int64_t visible; /* keys 0 to visible - 1 are linked; key n has version n + 1 */
    _Atomic bool done;
} Race;

/* Walks the whole memtable and counts what was visible before the walk began. */
static void
walk(Race *race, bool forward)
{
    int64_t visible = atomic_load(&race->visible);
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, race->memtable, 0);
    (forward ? lsm_tree_cursor_first : lsm_tree_cursor_last)(&cursor.place);
    BaseSlice before = BASE_SLICE_EMPTY;
    int64_t seen = 0;
    while (lsm_memtable_cursor_valid(&cursor)) {
        BaseSlice key = lsm_memtable_cursor_key(&cursor);
        if (before.len != 0) {
            ck_assert_int_eq(base_slice_compare(before, key) < 0, forward);
        }
        before = key;
        seen += lsm_memtable_cursor_record(&cursor, visible) != NULL;
        (forward ? lsm_tree_cursor_next : lsm_tree_cursor_prev)(&cursor.place);
    }
    ck_assert_int_eq(seen, visible);
}

static void *
read_beside(void *user)
{
    Race *race = user;
    BaseRand rand = base_rand(seed());
    while (!atomic_load(&race->done)) {
        int64_t visible = atomic_load(&race->visible);
        for (int i = 0; visible > 0 && i < 200; i++) {
            uint8_t space[KEY_MAX + 1];
            uint64_t n = base_rand_below(&rand, (uint64_t)visible);
            BaseSlice key = shaped(race->shape, n, space);
            ck_assert_int_eq(get(race->memtable, key, visible)->version, (int64_t)n + 1);
            LsmMemtableCursor cursor;
            lsm_memtable_cursor_init(&cursor, race->memtable, 0);
            lsm_tree_cursor_seek(&cursor.place, key);
            ck_assert(base_slice_equal(lsm_memtable_cursor_key(&cursor), key));
        }
        walk(race, true);
        walk(race, false);
    }
    return NULL;
}

START_TEST(readers_beside_the_writer_miss_nothing)
{
    static const Shape SHAPES[] = {ASCENDING, DESCENDING, USER, BINARY};
    Race race = {.memtable = new_memtable(), .shape = SHAPES[_i]};
    pthread_t readers[2];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_beside, &race), 0);
    }
    for (uint64_t n = 0; n < WRITER_KEYS; n++) {
        uint8_t space[KEY_MAX + 1];
        BaseSlice key = shaped(race.shape, n, space);
        put(race.memtable, key, key, (int64_t)n + 1);
        atomic_store(&race.visible, (int64_t)n + 1);
    }
    atomic_store(&race.done, true);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(readers[i], NULL);
    }
    walk(&race, true);
    walk(&race, false);
    lsm_memtable_free(race.memtable);
}
END_TEST

/* ------------------------------------------------- prefixes that shrink while somebody seeks -- */

typedef struct Narrow {
    LsmMemtable *_Atomic memtable; /* with keys "account-..." at version 1 */
    _Atomic int64_t rounds;        /* begun */
    _Atomic int64_t seen;          /* rounds that the reader has begun */
    _Atomic bool done;
} Narrow;

/* Whether a seek behind all keys of version 1, and one before them, find none of them. */
static bool
finds_none(const LsmMemtable *memtable)
{
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, memtable, 0);
    lsm_tree_cursor_seek(&cursor.place, BASE_SLICE_LITERAL("\0region-1"));
    for (; lsm_memtable_cursor_valid(&cursor); lsm_tree_cursor_next(&cursor.place)) {
        if (lsm_memtable_cursor_record(&cursor, 1) != NULL) {
            return false;
        }
    }
    lsm_tree_cursor_seek_before(&cursor.place, BASE_SLICE_LITERAL("\0aa"));
    return !lsm_memtable_cursor_valid(&cursor);
}

static void *
seek_beside(void *user)
{
    Narrow *narrow = user;
    while (!atomic_load(&narrow->done)) {
        int64_t round = atomic_load(&narrow->rounds);
        LsmMemtable *memtable = atomic_load(&narrow->memtable);
        atomic_store(&narrow->seen, round);
        bool none = true;
        while (none && atomic_load(&narrow->rounds) == round && !atomic_load(&narrow->done)) {
            none = finds_none(memtable);
        }
        ck_assert(none);
    }
    return NULL;
}

START_TEST(seeks_are_right_while_the_common_prefix_shrinks)
{
    enum { ROUNDS = 3000, ROOM_SMALL = 64 * 1024 };
    static LsmMemtable *memtables[ROUNDS];
    static Narrow narrow;
    pthread_t reader;
    for (int i = 0; i < ROUNDS; i++) {
        ck_assert_int_eq(lsm_memtable_new(ROOM_SMALL, &memtables[i]).code, BASE_OK);
        for (int j = 0; j < 20; j++) {
            char key[24];
            int len = snprintf(key, sizeof key, "%caccount-%05d", 0, j);
            put(memtables[i], base_slice(key, (size_t)len), BASE_SLICE_EMPTY, 1);
        }
    }
    atomic_store(&narrow.memtable, memtables[0]);
    ck_assert_int_eq(pthread_create(&reader, NULL, seek_beside, &narrow), 0);
    for (int i = 0; i < ROUNDS; i++) {
        atomic_store(&narrow.memtable, memtables[i]);
        int64_t round = atomic_fetch_add(&narrow.rounds, 1) + 1;
        while (atomic_load(&narrow.seen) != round) {
        }
        put(memtables[i], BASE_SLICE_LITERAL("\0account-1"), BASE_SLICE_EMPTY, 2);
        put(memtables[i], BASE_SLICE_LITERAL("\0acc"), BASE_SLICE_EMPTY, 2);
        put(memtables[i], BASE_SLICE_LITERAL("\0region-2"), BASE_SLICE_EMPTY, 2);
    }
    atomic_store(&narrow.done, true);
    pthread_join(reader, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        lsm_memtable_free(memtables[i]);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_memtable");
    TCase *order = tcase_create("order");
    tcase_set_timeout(order, 120);
    tcase_add_loop_test(order, every_shape_of_keys_is_found_and_ordered, 0, SHAPE_COUNT);
    tcase_add_loop_test(order, seeks_land_where_a_sorted_array_says, 0, SHAPE_COUNT);
    tcase_add_test(order, an_empty_one_has_nothing);
    suite_add_tcase(suite, order);
    TCase *versions = tcase_create("versions");
    tcase_set_timeout(versions, 120);
    tcase_add_test(versions, versions_of_a_key_are_seen_by_their_time);
    tcase_add_test(versions, what_is_built_is_seen_when_it_is_linked);
    tcase_add_test(versions, keyspaces_have_an_order_each);
    tcase_add_test(versions, room_is_counted_before_it_is_taken);
    tcase_add_loop_test(versions, a_batch_fits_where_it_is_said_to_fit, 0, SHAPE_COUNT);
    tcase_add_test(versions, little_room_is_left_unused);
    suite_add_tcase(suite, versions);
    TCase *threads = tcase_create("threads");
    tcase_set_timeout(threads, 300);
    tcase_add_loop_test(threads, readers_beside_the_writer_miss_nothing, 0, 4);
    tcase_add_test(threads, seeks_are_right_while_the_common_prefix_shrinks);
    suite_add_tcase(suite, threads);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
