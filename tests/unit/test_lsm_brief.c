/*
 * test_lsm_brief.c: iterators that ask only memory do not walk far in one move either.
 */
#include "engine/lsm/iterator.h"
#include "tests/support/lsm_rig.h"
#include "tests/support/run_out.h"

#include <check.h>
#include <stdlib.h>

/* The keys behind 9 that a newer table removes; 0 to 9 and those behind are there. */
enum { FIRST_REMOVED = 10, LAST = 2000 };

static LsmReadCounters counters;
static LsmRig store;

static void
set_up(int removed)
{
    lsm_rig_init(&store);
    (void)lsm_rig_add(&store, &(LsmRigTable){.level = 6, .first = 0, .last = LAST, .version = 1});
    (void)lsm_rig_add(&store, &(LsmRigTable){.level = 5,
                                             .first = FIRST_REMOVED,
                                             .last = FIRST_REMOVED + removed - 1,
                                             .version = 2,
                                             .remove = true});
}

static EngineIterator *
open_iterator(unsigned flags)
{
    EngineIterator *iterator = NULL;
    EngineIteratorOptions options = {.range.unbounded = true, .flags = flags};
    LsmIteratorArgs args = {.view = lsm_catalog_hold(store.catalog),
                            .version = 2,
                            .options = &options,
                            .counters = &counters};
    ck_assert_int_eq(lsm_iterator_new(&args, &iterator).code, BASE_OK);
    return iterator;
}

/* Walks both ways over that many removed keys when all blocks are in memory. */
static void
check(int removed, bool brief)
{
    set_up(removed);
    EngineIterator *iterator = open_iterator(0);
    ck_assert_int_eq((int)run_out(iterator, false), LAST + 1 - removed);
    ck_assert_int_eq(iterator->status.code, BASE_OK);
    lsm_iterator_free(iterator);
    iterator = open_iterator(ENGINE_READ_CACHED_ONLY);
    for (int backward = 0; backward < 2; backward++) {
        int behind = LAST + 1 - removed - FIRST_REMOVED;
        int before = backward ? behind : FIRST_REMOVED;
        ck_assert_int_eq((int)run_out(iterator, backward != 0),
                         brief ? LAST + 1 - removed : before);
        ck_assert_int_eq(iterator->status.code, brief ? BASE_OK : BASE_WOULD_BLOCK);
    }
    lsm_iterator_free(iterator);
    lsm_rig_clear(&store);
}

START_TEST(a_few_removed_keys_are_passed)
{
    check(LSM_ITERATOR_DEAD_MAX, true);
}
END_TEST

START_TEST(a_move_gives_up_among_many)
{
    check(LSM_ITERATOR_DEAD_MAX + 1, false);
}
END_TEST

/* What counts is one move: a walk may pass any number in all. */
START_TEST(moves_are_bounded_one_by_one)
{
    lsm_rig_init(&store);
    (void)lsm_rig_add(&store, &(LsmRigTable){.level = 6, .first = 0, .last = LAST, .version = 1});
    (void)lsm_rig_add(
        &store, &(LsmRigTable){
                    .level = 5, .first = 1, .last = LAST, .step = 2, .version = 2, .remove = true});
    ck_assert_int_gt(LAST / 2, LSM_ITERATOR_DEAD_MAX);
    EngineIterator *iterator = open_iterator(0);
    ck_assert_int_eq((int)run_out(iterator, false), LAST / 2 + 1);
    lsm_iterator_free(iterator);
    iterator = open_iterator(ENGINE_READ_CACHED_ONLY);
    ck_assert_int_eq((int)run_out(iterator, false), LAST / 2 + 1);
    ck_assert_int_eq((int)run_out(iterator, true), LAST / 2 + 1);
    ck_assert_int_eq(iterator->status.code, BASE_OK);
    lsm_iterator_free(iterator);
    lsm_rig_clear(&store);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_brief");
    TCase *brief = tcase_create("brief");
    tcase_set_timeout(brief, 60);
    tcase_add_test(brief, a_few_removed_keys_are_passed);
    tcase_add_test(brief, a_move_gives_up_among_many);
    tcase_add_test(brief, moves_are_bounded_one_by_one);
    suite_add_tcase(suite, brief);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
