/*
 * test_hashmap_table.c: records keep what they were given, tables find what they hold, heaps choose
 * the right ones.
 */
#include "engine/base/hash.h"
#include "engine/base/rand.h"
#include "engine/hashmap/chain.h"
#include "engine/hashmap/fetch.h"
#include "engine/hashmap/heap.h"
#include "engine/hashmap/table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static HashmapPool pool;

static HashmapRecord *
make(EngineKeyspace keyspace, BaseSlice key, BaseSlice value, int64_t expires_at_ms)
{
    HashmapRecordSpec spec = {.keyspace = keyspace,
                              .key = key,
                              .value = value,
                              .version = 7,
                              .expires_at_ms = expires_at_ms};
    size_t size = hashmap_record_size(&spec);
    HashmapRecord *record = hashmap_record_new(&pool, &spec, size);
    ck_assert_ptr_nonnull(record);
    ck_assert_uint_eq(hashmap_record_extent(record), size);
    return record;
}

static void
give_back(HashmapRecord *record)
{
    hashmap_pool_give(&pool, record, hashmap_record_extent(record));
}

static void
check_round_trip(size_t key_len, size_t value_len, int64_t expires_at_ms)
{
    uint8_t *bytes = malloc(key_len + value_len + 1);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < key_len + value_len; i++) {
        bytes[i] = (uint8_t)(i * 31 + 1);
    }
    BaseSlice key = base_slice(bytes, key_len);
    BaseSlice value = base_slice(bytes + key_len, value_len);
    HashmapRecord *record = make(ENGINE_SYSTEM, key, value, expires_at_ms);
    ck_assert(base_slice_equal(hashmap_record_key(record), key));
    ck_assert(base_slice_equal(hashmap_record_value(record), value));
    ck_assert_int_eq(hashmap_record_expiry(record), expires_at_ms);
    ck_assert_int_eq(record->version, 7);
    ck_assert(hashmap_record_has_key(record, ENGINE_SYSTEM, key));
    ck_assert(!hashmap_record_has_key(record, ENGINE_DATA, key));
    ck_assert(!hashmap_record_is_tombstone(record));
    give_back(record);
    free(bytes);
}

START_TEST(records_keep_keys_and_values_of_all_lengths)
{
    static const size_t keys[] = {0, 1, 16, 511, 512, 70000};
    static const size_t values[] = {0, 1, 100, 524287, 524288, 1000000};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            check_round_trip(keys[i], values[j], 0);
            check_round_trip(keys[i], values[j], 1234567890123);
        }
    }
}
END_TEST

START_TEST(a_small_record_wastes_nothing)
{
    hashmap_pool_init(&pool, _i == 0 ? HASHMAP_SLAB_HEAP : HASHMAP_SLAB_REGIONS);
    uint8_t bytes[116] = {0};
    HashmapRecordSpec spec = {.key = base_slice(bytes, 16), .value = base_slice(bytes, 100)};
    ck_assert_uint_eq(hashmap_record_size(&spec), 136);
    ck_assert_uint_eq(hashmap_slab_cost_of(&pool.slab, 136), 144);
}
END_TEST

START_TEST(records_expire_at_their_time)
{
    HashmapRecord *record = make(ENGINE_DATA, BASE_SLICE_LITERAL("k"), BASE_SLICE_EMPTY, 100);
    ck_assert(hashmap_record_is_live(record, 99));
    ck_assert(!hashmap_record_is_live(record, 100));
    give_back(record);
}
END_TEST

/* ------------------------------------------------------------------------------------ tables -- */

static uint64_t
tag_of(BaseSlice key)
{
    return hashmap_slot_tag((uint32_t)(base_hash(key, 1) >> (64 - HASHMAP_TAG_BITS)));
}

static BaseSlice
numbered(char *text, size_t size, int number)
{
    int len = snprintf(text, size, "key-%d", number);
    return base_slice(text, (size_t)len);
}

static void
insert(HashmapTable *table, HashmapRecord *record)
{
    uint64_t tag = tag_of(hashmap_record_key(record));
    HashmapSlot *slot = hashmap_table_vacancy(table, tag);
    atomic_store(slot, hashmap_slot_word(record, tag));
}

static HashmapSlot *
find(HashmapTable *table, BaseSlice key)
{
    uint64_t word = 0;
    HashmapSlot *slot = hashmap_table_find(table, tag_of(key), ENGINE_DATA, key, &word);
    if (slot != NULL) {
        ck_assert(base_slice_equal(hashmap_record_key(hashmap_slot_record(word)), key));
    }
    return slot;
}

/* Whether fetching for a key comes upon a record with its tag. */
static bool
fetch(HashmapTable *table, BaseSlice key)
{
    HashmapShard shard = {.live = 0};
    atomic_init(&shard.table, table);
    const HashmapPlace place = {&shard, tag_of(key)};
    HashmapSlot *slot = NULL;
    hashmap_fetch(&place, 1, &slot);
    if (slot == NULL) {
        return false;
    }
    ck_assert(hashmap_table_has_slot(table, slot));
    uint64_t word = atomic_load(slot);
    ck_assert_ptr_nonnull(hashmap_slot_record(word));
    ck_assert_uint_eq(word & HASHMAP_SLOT_TAG, place.tag);
    return true;
}

/* Fills tables of different sizes to `percent`, copies them into larger ones, and removes again. */
static void
check_table(size_t buckets, size_t percent)
{
    HashmapTable *table = hashmap_table_new(buckets);
    HashmapTable *larger = hashmap_table_new(buckets * 4 / 3 + 1);
    ck_assert(table != NULL && larger != NULL);
    int count = (int)(hashmap_table_slot_count(table) * percent / 100);
    char text[32];
    for (int i = 0; i < count; i++) {
        BaseSlice key = numbered(text, sizeof text, i);
        ck_assert_ptr_null(find(table, key));
        insert(table, make(ENGINE_DATA, key, BASE_SLICE_EMPTY, 0));
    }
    ck_assert_uint_eq(hashmap_table_copy(larger, table), (size_t)count);
    for (int i = 0; i < count; i++) {
        BaseSlice key = numbered(text, sizeof text, i);
        HashmapSlot *slot = find(table, key);
        ck_assert_ptr_nonnull(slot);
        ck_assert_ptr_nonnull(find(larger, key));
        ck_assert(fetch(table, key));
        ck_assert(fetch(larger, key));
        if (i % 2 == 0) {
            atomic_store(slot, HASHMAP_SLOT_DEAD);
        }
    }
    for (int i = 0; i < count; i++) {
        BaseSlice key = numbered(text, sizeof text, i);
        ck_assert(i % 2 == 0 ? find(table, key) == NULL : find(table, key) != NULL);
        ck_assert(fetch(table, key) || i % 2 == 0);
    }
    for (size_t i = 0; i < hashmap_table_slot_count(larger); i++) {
        HashmapRecord *record = hashmap_slot_record(atomic_load(&larger->slots[i]));
        if (record != NULL) {
            give_back(record);
        }
    }
    free(table);
    free(larger);
}

START_TEST(tables_find_what_they_hold)
{
    check_table(1, 80);
    check_table(2, 90);
    check_table(100, 90);
    check_table(1000, 70);
    check_table(3000, 91);
}
END_TEST

START_TEST(a_dead_slot_is_used_again)
{
    HashmapTable *table = hashmap_table_new(1);
    HashmapRecord *record = make(ENGINE_DATA, BASE_SLICE_LITERAL("a"), BASE_SLICE_EMPTY, 0);
    insert(table, record);
    HashmapSlot *slot = find(table, BASE_SLICE_LITERAL("a"));
    atomic_store(slot, HASHMAP_SLOT_DEAD);
    ck_assert_ptr_null(find(table, BASE_SLICE_LITERAL("a")));
    insert(table, record);
    ck_assert_ptr_eq(find(table, BASE_SLICE_LITERAL("a")), slot);
    give_back(record);
    free(table);
}
END_TEST

/* ------------------------------------------------------------------------------------- heaps -- */

enum {
    OFFERED = 500,
};

static int
by_key(const void *a, const void *b)
{
    const HashmapRecord *const *one = a;
    const HashmapRecord *const *other = b;
    return base_slice_compare(hashmap_record_key(*one), hashmap_record_key(*other));
}

static void
check_heap(HashmapRecord **records, size_t limit, bool last)
{
    HashmapHeap heap = {.entries = NULL};
    ck_assert(hashmap_heap_reset(&heap, limit, last));
    BaseRand rand = base_rand(limit);
    /* Offered in an order of its own: a stride that is prime to their number. */
    size_t at = base_rand_below(&rand, OFFERED);
    for (size_t i = 0; i < OFFERED; i++) {
        at = (at + 77) % OFFERED;
        if (hashmap_heap_wants(&heap, records[at])) {
            hashmap_heap_push(&heap, records[at]);
        }
    }
    hashmap_heap_sort(&heap);
    ck_assert_uint_eq(heap.count, limit < OFFERED ? limit : OFFERED);
    for (size_t i = 0; i < heap.count; i++) {
        size_t wanted = last ? OFFERED - 1 - i : i;
        ck_assert_ptr_eq(heap.entries[i].record, records[wanted]);
    }
    hashmap_heap_clear(&heap);
}

START_TEST(heaps_keep_the_first_or_the_last)
{
    HashmapRecord *records[OFFERED];
    BaseRand rand = base_rand(5);
    for (size_t i = 0; i < OFFERED; i++) {
        /* Short alphabet, different lengths, zeros: prefixes that tie. */
        uint8_t bytes[16];
        size_t len = base_rand_below(&rand, 13);
        for (size_t j = 0; j < len; j++) {
            bytes[j] = (uint8_t)(base_rand_below(&rand, 2) * 0xff);
        }
        bytes[len] = (uint8_t)(i >> 8);
        bytes[len + 1] = (uint8_t)i;
        records[i] = make(ENGINE_DATA, base_slice(bytes, len + 2), BASE_SLICE_EMPTY, 0);
    }
    qsort(records, OFFERED, sizeof *records, by_key);
    for (size_t i = 1; i < OFFERED; i++) {
        ck_assert_int_ne(by_key(&records[i - 1], &records[i]), 0);
    }
    static const size_t limits[] = {1, 2, 3, 33, 499, 500, 501};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        check_heap(records, limits[i], false);
        check_heap(records, limits[i], true);
    }
    for (size_t i = 0; i < OFFERED; i++) {
        give_back(records[i]);
    }
}
END_TEST

int
main(void)
{
    hashmap_pool_init(&pool, HASHMAP_SLAB_CHECKED);
    TCase *cases = tcase_create("table");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, records_keep_keys_and_values_of_all_lengths);
    tcase_add_loop_test(cases, a_small_record_wastes_nothing, 0, 2);
    tcase_add_test(cases, records_expire_at_their_time);
    tcase_add_test(cases, tables_find_what_they_hold);
    tcase_add_test(cases, a_dead_slot_is_used_again);
    tcase_add_test(cases, heaps_keep_the_first_or_the_last);
    Suite *suite = suite_create("hashmap");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
