/*
 * test_store_set.c: stores by name; what a store says of itself.
 */
#include "tests/support/gated_engine.h"
#include "tests/support/store_fixture.h"

#include <pthread.h>

START_TEST(names_are_1_to_64_of_the_legal_characters)
{
    char *longest = repeat('a', STORE_NAME_MAX);
    char *too_long = repeat('a', STORE_NAME_MAX + 1);
    ck_assert(store_name_is_valid(base_slice_text(longest)));
    ck_assert(!store_name_is_valid(base_slice_text(too_long)));
    ck_assert(store_name_is_valid(TEXT("a-z_0-9")));
    ck_assert(!store_name_is_valid(TEXT("")));
    static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    for (int c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        bool expected = c != 0 && strchr(legal, c) != NULL;
        ck_assert_int_eq(store_name_is_valid(base_slice(&byte, 1)), expected);
    }
    free(longest);
    free(too_long);
}
END_TEST

START_TEST(stores_are_found_by_name)
{
    Store *other = fixture_open_store("other", engine_class_find("hashmap"));
    ck_assert_ptr_eq(store_set_find(fixture.set, TEXT("default")), fixture.store);
    ck_assert_ptr_eq(store_set_find(fixture.set, TEXT("other")), other);
    ck_assert_ptr_null(store_set_find(fixture.set, TEXT("othe")));
    ck_assert_ptr_null(store_set_find(fixture.set, TEXT("")));
    ck_assert_ptr_eq(store_set_at(fixture.set, 0), fixture.store);
    ck_assert_ptr_eq(store_set_at(fixture.set, 1), other);
    ck_assert_ptr_null(store_set_at(fixture.set, 2));
    store_set_tick(fixture.set);
}
END_TEST

START_TEST(stores_do_not_see_each_other)
{
    Store *first = fixture.store;
    Store *second = fixture_open_store("other", engine_class_find("hashmap"));
    put("key", "first");
    fixture.store = second;
    expect("key", NULL);
    put("key", "second");
    fixture.store = first;
    expect("key", "first");
}
END_TEST

START_TEST(an_unknown_store_is_named)
{
    Store *store = NULL;
    ck_assert(!store_set_require(fixture.set, base_slice("no\n", 3), &store, &fixture.error));
    expect_invalid(STORE_INVALID_UNKNOWN_STORE, "store", 0, 0);
    ck_assert_ptr_nonnull(strstr(fixture.error.message, "no\\x0a"));
    ck_assert(store_set_require(fixture.set, TEXT("default"), &store, &fixture.error));
    ck_assert_ptr_eq(store, fixture.store);
}
END_TEST

START_TEST(bad_and_taken_names_are_refused)
{
    StoreSpec spec = {
        .name = "Upper", .engine_class = engine_class_find("hashmap"), .directory = "/upper"};
    Store *store = NULL;
    ck_assert(!store_set_open(fixture.set, &spec, &store, &fixture.error));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "name", 0, 0);
    spec.name = "default";
    ck_assert(!store_set_open(fixture.set, &spec, &store, &fixture.error));
    expect_invalid(STORE_INVALID_ALREADY_EXISTS, "name", 0, 0);
}
END_TEST

START_TEST(an_engine_that_does_not_open_is_explained)
{
    gate_register();
    StoreSpec spec = {
        .name = "thief", .engine_class = engine_class_find("gated"), .directory = "/default"};
    Store *store = NULL;
    ck_assert(!store_set_open(fixture.set, &spec, &store, &fixture.error));
    ck_assert_ptr_nonnull(strstr(fixture.error.message, "thief"));
    ck_assert_ptr_nonnull(strstr(fixture.error.message, "/default"));
    ck_assert_ptr_null(store_set_find(fixture.set, TEXT("thief")));
}
END_TEST

START_TEST(a_store_describes_itself)
{
    ck_assert_str_eq(store_name(fixture.store), "default");
    ck_assert_str_eq(store_durability(fixture.store), "none");
    bool snapshots = false;
    const char *name = NULL;
    for (size_t i = 0; (name = store_capability_at(fixture.store, i)) != NULL; i++) {
        ck_assert_str_ne(name, "durable");
        snapshots = snapshots || strcmp(name, "snapshots") == 0;
    }
    ck_assert(snapshots);
    gate_register();
    Store *durable = fixture_open_store("durable", &gated_class);
    ck_assert_str_eq(store_durability(durable), "interval");
    ck_assert_str_eq(store_capability_at(durable, 0), "durable");
    Store *meagre = fixture_open_store("meagre", &meagre_class);
    ck_assert_ptr_null(store_capability_at(meagre, 0));
}
END_TEST

START_TEST(a_change_of_mode_counts_the_generation_up)
{
    ck_assert_int_eq(store_mode(fixture.store), STORE_MODE_NORMAL);
    ck_assert_int_eq(store_generation(fixture.store), 1);
    store_set_mode(fixture.store, STORE_MODE_READ_ONLY);
    store_set_mode(fixture.store, STORE_MODE_READ_ONLY);
    ck_assert_int_eq(store_mode(fixture.store), STORE_MODE_READ_ONLY);
    ck_assert_int_eq(store_generation(fixture.store), 2);
}
END_TEST

START_TEST(a_deadline_counts_from_arrival)
{
    int64_t at_us = 0;
    int64_t now_us = base_clock_monotonic_us(&fixture.clock.clock);
    StoreDeadline deadline = {.arrival_us = now_us, .is_set = true, .ms = 100};
    ck_assert(store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    ck_assert_int_eq(at_us, now_us + 100000);
    base_fake_clock_advance_ms(&fixture.clock, 99);
    ck_assert(store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    base_fake_clock_advance_ms(&fixture.clock, 1);
    ck_assert(!store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
}
END_TEST

START_TEST(without_a_deadline_the_servers_limit_counts)
{
    int64_t at_us = 0;
    StoreDeadline deadline = {0};
    ck_assert(store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    int64_t now_us = base_clock_monotonic_us(&fixture.clock.clock);
    ck_assert_int_eq(at_us, now_us + fixture.limits.deadline_ms_default * 1000);
}
END_TEST

START_TEST(a_deadline_has_a_range)
{
    int64_t at_us = 0;
    StoreDeadline deadline = {.is_set = true, .ms = 0};
    ck_assert(!store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.deadline_ms", 1, 0);
    deadline.ms = 3600001;
    ck_assert(!store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.deadline_ms", 3600000, 3600001);
    deadline.ms = INT64_MAX;
    ck_assert(!store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
    deadline.ms = 3600000;
    ck_assert(store_deadline_check(fixture.store, &deadline, &at_us, &fixture.error));
}
END_TEST

static void *
find_all_the_time(void *user)
{
    _Atomic bool *stop = user;
    while (!atomic_load(stop)) {
        ck_assert_ptr_eq(store_set_find(fixture.set, TEXT("default")), fixture.store);
        Store *late = store_set_find(fixture.set, TEXT("late-7"));
        if (late != NULL) {
            ck_assert_str_eq(store_name(late), "late-7");
        }
        store_set_tick(fixture.set);
    }
    return NULL;
}

START_TEST(stores_are_added_while_others_are_found)
{
    _Atomic bool stop = false;
    pthread_t finder;
    ck_assert_int_eq(pthread_create(&finder, NULL, find_all_the_time, &stop), 0);
    for (int i = 0; i < 10; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "late-%d", i);
        fixture_open_store(name, engine_class_find("hashmap"));
    }
    atomic_store(&stop, true);
    ck_assert_int_eq(pthread_join(finder, NULL), 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, names_are_1_to_64_of_the_legal_characters);
    tcase_add_test(tests, stores_are_found_by_name);
    tcase_add_test(tests, stores_do_not_see_each_other);
    tcase_add_test(tests, an_unknown_store_is_named);
    tcase_add_test(tests, bad_and_taken_names_are_refused);
    tcase_add_test(tests, an_engine_that_does_not_open_is_explained);
    tcase_add_test(tests, a_store_describes_itself);
    tcase_add_test(tests, a_change_of_mode_counts_the_generation_up);
    tcase_add_test(tests, a_deadline_counts_from_arrival);
    tcase_add_test(tests, without_a_deadline_the_servers_limit_counts);
    tcase_add_test(tests, a_deadline_has_a_range);
    tcase_add_test(tests, stores_are_added_while_others_are_found);
}

int
main(void)
{
    return fixture_main("store/set", add_tests);
}
