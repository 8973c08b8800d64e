/*
 * test_lsm_arena.c: an arena is present ahead of its writer, by as much as it says, and its bytes
 * are zeros however they became present; and the thread that sees to it.
 */
#include "engine/lsm/ahead.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MIB = 1 << 20, ROOM = 64 * MIB, TAKEN = 1000, VALUE_BYTES = 1000 };

/* Bytes of a range that are present. */
static size_t
present(const uint8_t *base, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = bytes / page;
    unsigned char *seen = malloc(pages);
    ck_assert_ptr_nonnull(seen);
    ck_assert_int_eq(mincore((void *)base, pages * page, seen), 0);
    size_t count = 0;
    for (size_t i = 0; i < pages; i++) {
        count += seen[i] & 1;
    }
    free(seen);
    return count * page;
}

static LsmArena
new_arena(size_t bytes)
{
    LsmArena arena;
    ck_assert_int_eq(lsm_arena_init(&arena, bytes).code, BASE_OK);
    return arena;
}

/* ------------------------------------------------------------------------------------ parts -- */

START_TEST(parts_lie_behind_one_another_and_not_far_ahead)
{
    LsmArena arena = new_arena(ROOM);
    size_t end = LSM_ARENA_PRESENT;
    size_t parts = 0;
    while (lsm_arena_take(&arena, TAKEN) != 0) {
        if (!lsm_arena_wants_ahead(&arena)) {
            continue;
        }
        LsmArenaPart part = lsm_arena_take_ahead(&arena);
        ck_assert_uint_eq(part.from, end);
        ck_assert_uint_lt(arena.used, end); /* asked for before it is used */
        end = part.from + part.bytes;
        ck_assert_uint_le(end, arena.used + LSM_ARENA_LEAD + LSM_ARENA_STEP);
        ck_assert_uint_le(end, 2 * arena.used + LSM_ARENA_PRESENT + LSM_ARENA_STEP);
        ck_assert(!lsm_arena_wants_ahead(&arena));
        parts++;
    }
    ck_assert_uint_eq(end, ROOM);
    ck_assert_uint_eq(parts, (ROOM - LSM_ARENA_PRESENT) / LSM_ARENA_STEP + 1);
    lsm_arena_clear(&arena);
}
END_TEST

START_TEST(what_was_jumped_over_is_not_asked_for)
{
    LsmArena arena = new_arena(ROOM);
    ck_assert_uint_ne(lsm_arena_take(&arena, ROOM / 2), 0);
    ck_assert(lsm_arena_wants_ahead(&arena));
    LsmArenaPart part = lsm_arena_take_ahead(&arena);
    ck_assert_uint_eq(part.from, ROOM / 2);
    ck_assert_uint_eq(part.bytes, LSM_ARENA_STEP);
    ck_assert_uint_ne(lsm_arena_take(&arena, lsm_arena_room(&arena)), 0);
    ck_assert(lsm_arena_wants_ahead(&arena));
    part = lsm_arena_take_ahead(&arena);
    ck_assert_uint_eq(part.from + part.bytes, ROOM);
    ck_assert(!lsm_arena_wants_ahead(&arena));
    lsm_arena_clear(&arena);
}
END_TEST

START_TEST(a_small_one_wants_nothing)
{
    static const size_t sizes[] = {64 << 10, MIB, LSM_ARENA_PRESENT};
    LsmArena arena = new_arena(sizes[_i]);
    bool wanted = false;
    while (lsm_arena_take(&arena, TAKEN) != 0) {
        wanted = wanted || lsm_arena_wants_ahead(&arena);
    }
    ck_assert(!wanted);
    lsm_arena_clear(&arena);
}
END_TEST

START_TEST(a_part_becomes_memory_and_keeps_what_is_in_it)
{
    LsmArena arena = new_arena(ROOM);
    ck_assert_uint_ne(lsm_arena_take(&arena, 5 * MIB), 0);
    LsmArenaPart part = {.from = 4 * MIB, .bytes = 8 * MIB};
    arena.base[part.from + 7] = 'x';
    if (lsm_arena_make_present(&arena, part)) {
        ck_assert_uint_eq(present(arena.base + part.from, part.bytes), part.bytes);
        ck_assert_uint_lt(present(arena.base, ROOM), ROOM / 2);
    }
    size_t changed = 0;
    for (size_t i = 0; i < part.bytes; i++) {
        changed += arena.base[part.from + i] != (i == 7 ? 'x' : 0);
    }
    ck_assert_uint_eq(changed, 0);
    lsm_arena_clear(&arena);
}
END_TEST

START_TEST(an_index_is_made_present_when_it_is_asked)
{
    LsmArena arena = new_arena(ROOM);
    LsmKeyIndex index;
    ck_assert_int_eq(lsm_key_index_init(&index, &arena).code, BASE_OK);
    const uint8_t *table = (const uint8_t *)atomic_load(&index.table);
    table -= (uintptr_t)table % (uintptr_t)sysconf(_SC_PAGESIZE);
    ck_assert_uint_lt(present(table, index.bytes), index.bytes);
    lsm_key_index_warm(&index);
    if (lsm_arena_make_present(&arena, (LsmArenaPart){.bytes = MIB})) {
        ck_assert_uint_ge(present(table, index.bytes), index.bytes / MIB * MIB);
    }
    lsm_key_index_clear(&index);
    lsm_arena_clear(&arena);
}
END_TEST

/* ----------------------------------------------------------------------------------- thread -- */

static LsmGeneration *
new_generation(size_t bytes)
{
    LsmGeneration *generation = NULL;
    ck_assert_int_eq(lsm_generation_new(bytes, NULL, &generation).code, BASE_OK);
    return generation;
}

/* Puts records until there is no room, or `count` are in. Returns how many there are. */
static uint64_t
fill(LsmGeneration *generation, LsmAhead *ahead, uint64_t count)
{
    LsmMemtable *memtable = generation->memtable;
    static uint8_t value[VALUE_BYTES];
    uint64_t put = 0;
    for (; put < count; put++) {
        uint8_t bytes[20] = "";
        int len = snprintf((char *)bytes + 1, sizeof(bytes) - 1, "%llu", (unsigned long long)put);
        BaseSlice key = base_slice(bytes, (size_t)len + 1);
        if (lsm_memtable_room(memtable) <
            lsm_memtable_entry_bytes(memtable, key.len, VALUE_BYTES)) {
            break;
        }
        memset(value, (int)(put % 251), sizeof(value));
        if (lsm_memtable_reserve(memtable, 1).code != BASE_OK) {
            break;
        }
        LsmBuilt built = lsm_memtable_build(memtable, &(LsmEntry){.key = key,
                                                                  .hash = lsm_key_index_hash(key),
                                                                  .value = {value, VALUE_BYTES},
                                                                  .version = (int64_t)put + 1});
        lsm_ahead_follow(ahead, generation);
        lsm_memtable_link(memtable, &built);
    }
    return put;
}

static void
check_filled(const LsmGeneration *generation, uint64_t count)
{
    uint8_t value[VALUE_BYTES];
    uint64_t good = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t bytes[20] = "";
        int len = snprintf((char *)bytes + 1, sizeof(bytes) - 1, "%llu", (unsigned long long)i);
        BaseSlice key = base_slice(bytes, (size_t)len + 1);
        const LsmRecord *record =
            lsm_memtable_get(generation->memtable, key, lsm_key_index_hash(key), INT64_MAX);
        memset(value, (int)(i % 251), sizeof(value));
        good += record != NULL && memcmp(record->value, value, sizeof(value)) == 0;
    }
    ck_assert_uint_eq(good, count);
}

START_TEST(entries_are_whole_beside_the_thread)
{
    LsmAhead ahead;
    lsm_ahead_start(&ahead, ROOM);
    ck_assert(ahead.started);
    for (int round = 0; round < 2; round++) {
        LsmGeneration *generation = new_generation(ROOM / 2);
        uint64_t count = fill(generation, &ahead, UINT64_MAX);
        ck_assert_uint_gt(count, ROOM / 2 / VALUE_BYTES / 2);
        check_filled(generation, count);
        lsm_generation_unref(generation); /* the thread may have the last reference */
    }
    lsm_ahead_stop(&ahead);
}
END_TEST

START_TEST(what_is_asked_for_becomes_present)
{
    LsmAhead ahead;
    lsm_ahead_start(&ahead, ROOM);
    LsmGeneration *generation = new_generation(ROOM);
    (void)fill(generation, &ahead, LSM_ARENA_PRESENT / VALUE_BYTES / 2 + 1);
    ck_assert(!lsm_memtable_wants_ahead(generation->memtable));
    BaseSlice key = BASE_SLICE_LITERAL("\0000");
    const LsmRecord *record =
        lsm_memtable_get(generation->memtable, key, lsm_key_index_hash(key), INT64_MAX);
    ck_assert_ptr_nonnull(record);
    uintptr_t place = (uintptr_t)record / (uintptr_t)sysconf(_SC_PAGESIZE);
    const uint8_t *first = (const uint8_t *)(place * (uintptr_t)sysconf(_SC_PAGESIZE));
    LsmArenaPart none = {.bytes = (size_t)sysconf(_SC_PAGESIZE)};
    if (lsm_memtable_make_present(generation->memtable, none)) {
        /* Without huge pages not all of the first one is. */
        while (present(first, LSM_ARENA_PRESENT + LSM_ARENA_STEP) < LSM_ARENA_STEP) {
            (void)usleep(1000);
        }
    }
    lsm_generation_unref(generation);
    lsm_ahead_stop(&ahead);
}
END_TEST

START_TEST(it_ends_with_something_left_to_do)
{
    for (int round = 0; round < 20; round++) {
        LsmAhead ahead;
        lsm_ahead_start(&ahead, ROOM);
        LsmGeneration *generation = new_generation(ROOM);
        (void)fill(generation, &ahead, (uint64_t)round * 500);
        lsm_ahead_stop(&ahead);
        (void)fill(generation, &ahead, 1);
        lsm_generation_unref(generation);
    }
}
END_TEST

START_TEST(small_memtables_need_no_thread)
{
    LsmAhead ahead;
    lsm_ahead_start(&ahead, LSM_ARENA_PRESENT);
    ck_assert(!ahead.started);
    LsmGeneration *generation = new_generation(ROOM); /* for one large commit */
    (void)fill(generation, &ahead, 8 * MIB / VALUE_BYTES);
    ck_assert_uint_eq(atomic_load(&generation->refs), 1);
    lsm_generation_unref(generation);
    lsm_ahead_stop(&ahead);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_arena");
    TCase *parts = tcase_create("parts");
    tcase_set_timeout(parts, 300);
    tcase_add_test(parts, parts_lie_behind_one_another_and_not_far_ahead);
    tcase_add_test(parts, what_was_jumped_over_is_not_asked_for);
    tcase_add_loop_test(parts, a_small_one_wants_nothing, 0, 3);
    tcase_add_test(parts, a_part_becomes_memory_and_keeps_what_is_in_it);
    tcase_add_test(parts, an_index_is_made_present_when_it_is_asked);
    suite_add_tcase(suite, parts);
    TCase *thread = tcase_create("thread");
    tcase_set_timeout(thread, 300);
    tcase_add_test(thread, entries_are_whole_beside_the_thread);
    tcase_add_test(thread, what_is_asked_for_becomes_present);
    tcase_add_test(thread, it_ends_with_something_left_to_do);
    tcase_add_test(thread, small_memtables_need_no_thread);
    suite_add_tcase(suite, thread);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
