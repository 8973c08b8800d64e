/*
 * test_lsm_merge.c: memtables and tables merged, against one sorted array.
 *
 * Entries with random keys and versions are dealt out to a few sources. A reader's merge must show,
 * at any place and in any direction, what the array shows; of memtables only what the reader's
 * version needs. A flush's merge shows everything.
 */
#include "engine/lsm/merge.h"
#include "tests/support/table_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    MEMTABLES = 2,
    LEVELS = 3,
    TABLES = 3, /* of a level */
    SOURCES = MEMTABLES + LEVELS,
    KEYS = 300,
    ENTRIES = 2000,
    KEY_LEN = 5,
    MOVES = 4000,
};

typedef struct Item {
    uint8_t key[KEY_LEN];
    int64_t version;
    int source;
    bool shown; /* by a reader's merge */
} Item;

typedef struct Rig {
    TableRig rig;
    BaseRand rand;
    Item items[ENTRIES]; /* in entry order */
    size_t shown[ENTRIES];
    size_t shown_count;
    LsmMemtable *memtables[MEMTABLES];
    LsmTable tables[LEVELS][TABLES];
    LsmTable *lists[LEVELS][TABLES];
    LsmSource sources[SOURCES];
    LsmMerge merge;
    int64_t version; /* of the reader */
} Rig;

static Rig rig;

static BaseSlice
key_of(const Item *item)
{
    return base_slice(item->key, KEY_LEN);
}

static void
number_key(uint8_t key[KEY_LEN], uint64_t number)
{
    char text[8];
    (void)snprintf(text, sizeof(text), "%04u", (unsigned)number % 10000);
    key[0] = 0;
    memcpy(key + 1, text, KEY_LEN - 1);
}

static int
compare_items(const void *a, const void *b)
{
    const Item *left = a;
    const Item *right = b;
    int order = memcmp(left->key, right->key, KEY_LEN);
    return order != 0 ? order : (left->version < right->version) - (left->version > right->version);
}

/* ---------------------------------------------------------------------------------- building -- */

static void
deal_items(void)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        Item *item = &rig.items[i];
        number_key(item->key, base_rand_below(&rig.rand, KEYS) * 10);
        item->version = (int64_t)i + 1;
        item->source = (int)base_rand_below(&rig.rand, SOURCES);
    }
}

/* Memtables take their entries by version, so before the array is sorted. */
static void
fill_memtables(void)
{
    for (int m = 0; m < MEMTABLES; m++) {
        ck_assert_int_eq(lsm_memtable_new(16 << 20, &rig.memtables[m]).code, BASE_OK);
        for (size_t i = 0; i < ENTRIES; i++) {
            const Item *item = &rig.items[i];
            if (item->source != m) {
                continue;
            }
            LsmEntry entry = {.key = key_of(item),
                              .hash = lsm_key_index_hash(key_of(item)),
                              .value = base_slice(&item->version, sizeof(item->version)),
                              .version = item->version};
            ck_assert_int_eq(lsm_memtable_reserve(rig.memtables[m], 1).code, BASE_OK);
            LsmBuilt built = lsm_memtable_build(rig.memtables[m], &entry);
            lsm_memtable_link(rig.memtables[m], &built);
        }
    }
}

static bool
in_part(const Item *item, int level, int part)
{
    uint8_t low[KEY_LEN];
    uint8_t high[KEY_LEN];
    number_key(low, (uint64_t)part * KEYS * 10 / TABLES);
    number_key(high, (uint64_t)(part + 1) * KEYS * 10 / TABLES);
    return item->source == MEMTABLES + level && memcmp(item->key, low, KEY_LEN) >= 0 &&
           memcmp(item->key, high, KEY_LEN) < 0;
}

/* Writes and opens one table of a level; false: no entry belongs there. */
static bool
build_table(int level, int part)
{
    LsmTable *table = &rig.tables[level][part];
    TableBuilder *builder = NULL;
    char path[32];
    (void)snprintf(path, sizeof(path), "/%06d.sst", level * TABLES + part + 1);
    TableBuilderOptions options = table_rig_options(256);
    ck_assert_int_eq(table_builder_new(rig.rig.env, path, &options, &builder).code, BASE_OK);
    size_t count = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        const Item *item = &rig.items[i];
        if (in_part(item, level, part)) {
            FormatEntry entry = {.key = key_of(item),
                                 .value = base_slice(&item->version, sizeof(item->version)),
                                 .version = item->version};
            ck_assert_int_eq(table_builder_add(builder, &entry).code, BASE_OK);
            table->info.smallest = count == 0 ? entry.key : table->info.smallest;
            table->info.largest = entry.key;
            count++;
        }
    }
    TableSummary summary;
    TableOptions open = {.env = rig.rig.env, .path = path, .cache = rig.rig.cache};
    bool any = count != 0;
    if (any) {
        ck_assert_int_eq(table_builder_finish(builder, &summary).code, BASE_OK);
        ck_assert_int_eq(table_open(&open, (Table **)&table->reader).code, BASE_OK);
    }
    table_builder_free(builder);
    return any;
}

static void
set_up(void)
{
    memset(&rig, 0, sizeof(rig));
    table_rig_init(&rig.rig, 1 << 16);
    rig.rand = base_rand(77);
    deal_items();
    fill_memtables();
    qsort(rig.items, ENTRIES, sizeof(rig.items[0]), compare_items);
    for (int level = 0; level < LEVELS; level++) {
        for (int part = 0; part < TABLES; part++) {
            ck_assert(build_table(level, part));
            rig.lists[level][part] = &rig.tables[level][part];
        }
    }
}

static void
close_reader(void)
{
    for (int i = 0; i < SOURCES; i++) {
        lsm_source_clear(&rig.sources[i]);
    }
}

static void
tear_down(void)
{
    close_reader();
    for (int level = 0; level < LEVELS; level++) {
        for (int part = 0; part < TABLES; part++) {
            table_free(rig.tables[level][part].reader);
        }
    }
    for (int m = 0; m < MEMTABLES; m++) {
        lsm_memtable_free(rig.memtables[m]);
    }
    table_rig_clear(&rig.rig);
}

/* -------------------------------------------------------------------------------- comparing -- */

/* Whether a memtable has a newer entry of the same key that the reader sees instead. */
static bool
is_covered(size_t index)
{
    const Item *item = &rig.items[index];
    for (size_t i = index; i-- > 0 && memcmp(rig.items[i].key, item->key, KEY_LEN) == 0;) {
        if (rig.items[i].source == item->source && rig.items[i].version <= rig.version) {
            return true;
        }
    }
    return false;
}

/* A merge for a reader at `version`, and the model of it. */
static void
open_reader(int64_t version)
{
    rig.version = version;
    rig.shown_count = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        const Item *item = &rig.items[i];
        if (item->source >= MEMTABLES || (item->version <= version && !is_covered(i))) {
            rig.shown[rig.shown_count++] = i;
        }
    }
    for (int m = 0; m < MEMTABLES; m++) {
        lsm_source_init_memtable(&rig.sources[m], rig.memtables[m], 0, version);
    }
    for (int level = 0; level < LEVELS; level++) {
        lsm_source_init_tables(&rig.sources[MEMTABLES + level], rig.lists[level], TABLES, 0);
    }
    lsm_merge_init(&rig.merge, rig.sources, SOURCES);
}

static void
expect(size_t at)
{
    ck_assert_int_eq(rig.merge.status.code, BASE_OK);
    ck_assert_int_eq(rig.merge.valid, at < rig.shown_count);
    if (rig.merge.valid) {
        const Item *item = &rig.items[rig.shown[at]];
        const FormatEntry *entry = lsm_merge_entry(&rig.merge);
        ck_assert(base_slice_equal(entry->key, key_of(item)));
        ck_assert_int_eq(entry->version, item->version);
        ck_assert_mem_eq(entry->value.data, &item->version, sizeof(item->version));
    }
}

static size_t
first_at_or_behind(const Item *wanted)
{
    size_t at = 0;
    while (at < rig.shown_count && compare_items(&rig.items[rig.shown[at]], wanted) < 0) {
        at++;
    }
    return at;
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(any_walk_shows_what_the_array_shows)
{
    open_reader(_i == 0 ? INT64_MAX : ENTRIES * _i / 8);
    lsm_merge_first(&rig.merge);
    size_t at = 0;
    for (int move = 0; move < MOVES; move++) {
        expect(at);
        uint64_t dice = base_rand_below(&rig.rand, 20);
        Item wanted = {.version = (int64_t)base_rand_below(&rig.rand, ENTRIES) + 1};
        number_key(wanted.key, base_rand_below(&rig.rand, KEYS * 10));
        if (dice == 0) {
            lsm_merge_seek(&rig.merge, key_of(&wanted), wanted.version);
            at = first_at_or_behind(&wanted);
        } else if (dice == 1) {
            lsm_merge_seek_before(&rig.merge, key_of(&wanted), wanted.version);
            at = first_at_or_behind(&wanted);
            at = at == 0 ? SIZE_MAX : at - 1;
        } else if (dice == 2 || !rig.merge.valid) {
            bool last = base_rand_below(&rig.rand, 2) == 0;
            (last ? lsm_merge_last : lsm_merge_first)(&rig.merge);
            at = last ? rig.shown_count - 1 : 0;
        } else if ((move / 50) % 2 == 0 ? dice < 16 : dice < 6) {
            lsm_merge_next(&rig.merge);
            at++;
        } else {
            lsm_merge_prev(&rig.merge);
            at = at == 0 ? SIZE_MAX : at - 1;
        }
    }
}
END_TEST

START_TEST(a_flush_shows_everything)
{
    for (int m = 0; m < MEMTABLES; m++) {
        lsm_source_init_flush(&rig.sources[m], rig.memtables[m]);
    }
    lsm_merge_init(&rig.merge, rig.sources, MEMTABLES);
    lsm_merge_first(&rig.merge);
    for (size_t i = 0; i < ENTRIES; i++) {
        if (rig.items[i].source < MEMTABLES) {
            ck_assert(rig.merge.valid);
            ck_assert_int_eq(lsm_merge_entry(&rig.merge)->version, rig.items[i].version);
            lsm_merge_next(&rig.merge);
        }
    }
    ck_assert(!rig.merge.valid);
}
END_TEST

/* A table that cannot be read ends the merge with its error, wherever that is met. */
START_TEST(an_error_is_not_the_end)
{
    EnvFile *file = NULL;
    uint8_t zeros[64] = {0};
    ck_assert_int_eq(env_open_file(rig.rig.env, "/000005.sst", ENV_OPEN_WRITE, &file).code,
                     BASE_OK);
    ck_assert_int_eq(env_file_write_at(file, 300, zeros, sizeof(zeros)).code, BASE_OK);
    env_file_close(file);
    for (int backward = 0; backward < 2; backward++) {
        open_reader(INT64_MAX);
        (backward ? lsm_merge_last : lsm_merge_first)(&rig.merge);
        size_t seen = 0;
        for (; rig.merge.valid; seen++) {
            (backward ? lsm_merge_prev : lsm_merge_next)(&rig.merge);
        }
        ck_assert_int_eq(rig.merge.status.code, BASE_CORRUPTION);
        ck_assert_uint_lt(seen, rig.shown_count);
        close_reader();
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_merge");
    TCase *merge = tcase_create("merge");
    tcase_set_timeout(merge, 120);
    tcase_add_checked_fixture(merge, set_up, tear_down);
    tcase_add_loop_test(merge, any_walk_shows_what_the_array_shows, 0, 8);
    tcase_add_test(merge, a_flush_shows_everything);
    tcase_add_test(merge, an_error_is_not_the_end);
    suite_add_tcase(suite, merge);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
