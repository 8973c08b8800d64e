/*
 * test_base_epoch.c: retired objects stay as long as a section may see them, and not for ever.
 */
#include "engine/base/epoch.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct Object {
    BaseEpochItem item;
    _Atomic int64_t value; /* negative: freed */
} Object;

static void
free_object(void *user, BaseEpochItem *item)
{
    Object *object = (Object *)item;
    atomic_store_explicit(&object->value, -1, memory_order_relaxed);
    if (user != NULL) {
        (*(size_t *)user)++;
    }
    free(object);
}

static Object *
new_object(int64_t value)
{
    Object *object = malloc(sizeof *object);
    ck_assert_ptr_nonnull(object);
    atomic_init(&object->item.link, 0);
    atomic_init(&object->value, value);
    return object;
}

START_TEST(without_readers_everything_is_freed_at_once)
{
    size_t freed = 0;
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, &freed);
    for (int i = 0; i < 10; i++) {
        base_epoch_retire(&limbo, &new_object(i)->item, 16);
    }
    ck_assert_uint_eq(base_epoch_limbo_count(&limbo), 10);
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 4), 4);
    ck_assert_uint_eq(freed, 4);
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 6);
    ck_assert_uint_eq(base_epoch_limbo_count(&limbo), 0);
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 0);
}
END_TEST

START_TEST(a_section_holds_back_what_was_retired_during_it)
{
    size_t freed = 0;
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, &freed);
    ck_assert(base_epoch_enter());
    ck_assert(base_epoch_enter());
    base_epoch_retire(&limbo, &new_object(1)->item, 16);
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 0);
    base_epoch_exit();
    ck_assert(base_epoch_inside());
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 0);
    base_epoch_refresh();
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 1);
    base_epoch_exit();
    ck_assert(!base_epoch_inside());
    ck_assert_uint_eq(freed, 1);
}
END_TEST

START_TEST(refreshing_does_nothing_in_a_nested_section)
{
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, NULL);
    base_epoch_refresh();
    ck_assert(base_epoch_enter());
    ck_assert(base_epoch_enter());
    base_epoch_retire(&limbo, &new_object(1)->item, 16);
    base_epoch_refresh();
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 0);
    base_epoch_exit();
    base_epoch_exit();
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 1);
}
END_TEST

START_TEST(a_later_section_does_not_hold_back_what_was_closed_before)
{
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, NULL);
    ck_assert(base_epoch_enter());
    base_epoch_retire(&limbo, &new_object(1)->item, 16);
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 0);
    base_epoch_exit();
    ck_assert(base_epoch_enter());
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 1);
    base_epoch_exit();
}
END_TEST

START_TEST(a_retired_item_has_an_odd_link)
{
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, NULL);
    Object *first = new_object(1);
    Object *second = new_object(2);
    base_epoch_retire(&limbo, &first->item, 16);
    base_epoch_retire(&limbo, &second->item, 16);
    ck_assert_uint_eq(atomic_load(&first->item.link) & 1, 1);
    ck_assert_uint_eq(atomic_load(&second->item.link) & 1, 1);
    base_epoch_limbo_clear(&limbo);
}
END_TEST

START_TEST(reclaiming_is_due_by_count_and_by_bytes)
{
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, NULL);
    base_epoch_retire(&limbo, &new_object(1)->item, 16);
    ck_assert(!base_epoch_reclaim_due(&limbo));
    base_epoch_retire(&limbo, &new_object(1)->item, 1024 * 1024);
    ck_assert(base_epoch_reclaim_due(&limbo));
    ck_assert_uint_eq(base_epoch_reclaim(&limbo, 100), 2);
    ck_assert(!base_epoch_reclaim_due(&limbo));
    for (int i = 0; i < 100; i++) {
        base_epoch_retire(&limbo, &new_object(1)->item, 16);
    }
    ck_assert(base_epoch_reclaim_due(&limbo));
    base_epoch_limbo_clear(&limbo);
}
END_TEST

/* ----------------------------------------------------------------------------------- stress -- */

enum {
    READERS = 3,
    CELLS = 8,
    WRITES = 20000,
};

static _Atomic(Object *) cells[CELLS];
static atomic_bool stop;

/* Reads cells; each object that it finds must be whole until the section ends. */
static void *
read_cells(void *user)
{
    (void)user;
    int64_t seen = 0;
    while (!atomic_load(&stop)) {
        ck_assert(base_epoch_enter());
        Object *held[CELLS];
        for (int i = 0; i < CELLS; i++) {
            held[i] = atomic_load_explicit(&cells[i], memory_order_acquire);
        }
        for (int i = 0; i < CELLS; i++) {
            int64_t value = atomic_load_explicit(&held[i]->value, memory_order_relaxed);
            ck_assert_int_ge(value, 0);
            seen += value;
        }
        base_epoch_exit();
    }
    return (void *)(intptr_t)(seen >= 0);
}

/* Short-lived threads: slots are given back and taken again. */
static void *
read_once(void *user)
{
    ck_assert(base_epoch_enter());
    Object *object = atomic_load_explicit(&cells[0], memory_order_acquire);
    ck_assert_int_ge(atomic_load_explicit(&object->value, memory_order_relaxed), 0);
    base_epoch_exit();
    return user;
}

START_TEST(readers_never_see_freed_objects)
{
    size_t freed = 0;
    BaseEpochLimbo limbo;
    base_epoch_limbo_init(&limbo, free_object, &freed);
    for (int i = 0; i < CELLS; i++) {
        atomic_store(&cells[i], new_object(i));
    }
    pthread_t readers[READERS];
    for (int i = 0; i < READERS; i++) {
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_cells, NULL), 0);
    }
    for (int i = 0; i < WRITES; i++) {
        Object *before = atomic_exchange(&cells[i % CELLS], new_object(i));
        base_epoch_retire(&limbo, &before->item, sizeof *before);
        if (base_epoch_reclaim_due(&limbo)) {
            (void)base_epoch_reclaim(&limbo, 256);
        }
        if (i % 1000 == 0) {
            pthread_t thread;
            ck_assert_int_eq(pthread_create(&thread, NULL, read_once, NULL), 0);
            ck_assert_int_eq(pthread_join(thread, NULL), 0);
        }
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        ck_assert_int_eq(pthread_join(readers[i], NULL), 0);
    }
    while (base_epoch_reclaim(&limbo, 1000) != 0) {
    }
    ck_assert_uint_eq(freed, WRITES);
    for (int i = 0; i < CELLS; i++) {
        free(atomic_load(&cells[i]));
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("epoch");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, without_readers_everything_is_freed_at_once);
    tcase_add_test(cases, a_section_holds_back_what_was_retired_during_it);
    tcase_add_test(cases, refreshing_does_nothing_in_a_nested_section);
    tcase_add_test(cases, a_later_section_does_not_hold_back_what_was_closed_before);
    tcase_add_test(cases, a_retired_item_has_an_odd_link);
    tcase_add_test(cases, reclaiming_is_due_by_count_and_by_bytes);
    tcase_add_test(cases, readers_never_see_freed_objects);
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
