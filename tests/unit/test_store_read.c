/*
 * test_store_read.c: get and multi_get.
 */
#include "tests/support/gated_engine.h"
#include "tests/support/store_fixture.h"

static StoreRead section;
static bool section_is_open;
static StoreGetResult got;

static void
end_section(void)
{
    if (section_is_open) {
        store_read_end(&section);
        section_is_open = false;
    }
}

/* Reads in a section that is open until the next call. */
static bool
get(const StoreGetArgs *args)
{
    end_section();
    ck_assert(store_read_begin(&section, fixture.store, 0, &fixture.error));
    section_is_open = true;
    return store_get(&section, args, &got, &fixture.error);
}

/* --------------------------------------------------------------------------------------- get -- */

START_TEST(a_record_is_described)
{
    StorePutArgs with_expiry = {
        .key = TEXT("k"),
        .value = TEXT("value"),
        .options = {.has_expiry = true, .expiry = {.has_ttl_ms = true, .ttl_ms = 1000}}};
    StoreCall *call = must(store_call_put(fixture.store, &with_expiry, &fixture.error));
    ck_assert(get(&(StoreGetArgs){.key = TEXT("k")}));
    ck_assert(got.found);
    ck_assert(got.has_value);
    ck_assert(!got.unchanged);
    ck_assert(base_slice_equal(got.value, TEXT("value")));
    ck_assert_int_eq(got.version, call->write.version);
    ck_assert_int_eq(got.expires_at_ms, FIXTURE_WALL_MS + 1000);
    ck_assert_int_eq(got.full_length, 5);
    store_call_free(call);
    end_section();
}
END_TEST

START_TEST(a_missing_key_is_a_result)
{
    ck_assert(get(&(StoreGetArgs){.key = TEXT("missing")}));
    ck_assert(!got.found);
    ck_assert(!got.has_value);
    ck_assert_int_eq(got.version, 0);
    ck_assert_int_eq(got.expires_at_ms, 0);
    ck_assert_int_eq(got.full_length, 0);
    end_section();
}
END_TEST

START_TEST(if_version_not_spares_the_value)
{
    int64_t version = put("k", "value");
    StoreGetArgs args = {.key = TEXT("k"), .has_if_version_not = true, .if_version_not = version};
    ck_assert(get(&args));
    ck_assert(got.found);
    ck_assert(got.unchanged);
    ck_assert(!got.has_value);
    ck_assert_int_eq(got.version, version);
    ck_assert_int_eq(got.full_length, 5);
    put("k", "newer");
    ck_assert(get(&args));
    ck_assert(!got.unchanged);
    ck_assert(base_slice_equal(got.value, TEXT("newer")));
    end_section();
}
END_TEST

START_TEST(an_absent_key_has_version_0)
{
    ck_assert(get(&(StoreGetArgs){.key = TEXT("k"), .has_if_version_not = true}));
    ck_assert(!got.found);
    ck_assert(got.unchanged);
    end_section();
}
END_TEST

START_TEST(the_value_can_be_left_out)
{
    put("k", "value");
    ck_assert(get(&(StoreGetArgs){.key = TEXT("k"), .without_value = true}));
    ck_assert(got.found);
    ck_assert(!got.has_value);
    ck_assert_int_eq(got.full_length, 5);
    end_section();
}
END_TEST

START_TEST(slices_of_a_value)
{
    static const struct {
        int64_t offset;
        int64_t length; /* -1: absent */
        const char *expected;
    } cases[] = {
        {0, -1, "0123456789"}, {3, -1, "3456789"},    {3, 4, "3456"},          {9, 1, "9"},
        {10, 1, ""},           {11, -1, ""},          {INT64_MAX, -1, ""},     {0, 0, ""},
        {5, 100, "56789"},     {0, 10, "0123456789"}, {5, INT64_MAX, "56789"},
    };
    put("k", "0123456789");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        StoreGetArgs args = {.key = TEXT("k"),
                             .offset = cases[i].offset,
                             .has_length = cases[i].length >= 0,
                             .length = cases[i].length};
        ck_assert(get(&args));
        ck_assert(got.has_value);
        ck_assert(base_slice_equal(got.value, base_slice_text(cases[i].expected)));
        ck_assert_int_eq(got.full_length, 10);
    }
    end_section();
}
END_TEST

START_TEST(arguments_of_get_are_checked)
{
    char *longest = repeat('k', 1024);
    char *too_long = repeat('k', 1025);
    ck_assert(!get(&(StoreGetArgs){.key = BASE_SLICE_EMPTY}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "key", 1, 0);
    ck_assert(!get(&(StoreGetArgs){.key = base_slice_text(too_long)}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "key", 1024, 1025);
    ck_assert(!get(&(StoreGetArgs){.key = TEXT("k"), .offset = -1}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.offset", 0, -1);
    ck_assert(!get(&(StoreGetArgs){.key = TEXT("k"), .has_length = true, .length = -7}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.length", 0, -7);
    ck_assert(
        !get(&(StoreGetArgs){.key = TEXT("k"), .has_if_version_not = true, .if_version_not = -1}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.if_version_not", 0, -1);
    ck_assert(!get(&(StoreGetArgs){.key = TEXT("k"), .has_snapshot_id = true}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.snapshot_id", 0, 0);
    ck_assert(!get(&(StoreGetArgs){.key = TEXT("k"), .deadline = {.is_set = true, .ms = -1}}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.deadline_ms", 1, -1);
    ck_assert(get(&(StoreGetArgs){.key = base_slice_text(longest)}));
    end_section();
    free(longest);
    free(too_long);
}
END_TEST

START_TEST(a_get_that_arrived_too_long_ago_is_refused)
{
    put("k", "v");
    StoreDeadline deadline = {
        .arrival_us = base_clock_monotonic_us(&fixture.clock.clock), .is_set = true, .ms = 50};
    base_fake_clock_advance_ms(&fixture.clock, 50);
    ck_assert(!get(&(StoreGetArgs){.key = TEXT("k"), .deadline = deadline}));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
    end_section();
}
END_TEST

START_TEST(a_section_sees_what_was_written_since_it_began)
{
    put("k", "old");
    StoreRead read;
    StoreGetResult result;
    StoreGetArgs args = {.key = TEXT("k")};
    ck_assert(store_read_begin(&read, fixture.store, STORE_READ_CACHED_ONLY, &fixture.error));
    ck_assert(store_get(&read, &args, &result, &fixture.error));
    BaseSlice old = result.value;
    put("k", "new");
    ck_assert(store_get(&read, &args, &result, &fixture.error));
    ck_assert(base_slice_equal(result.value, TEXT("new")));
    ck_assert(base_slice_equal(old, TEXT("old")));
    store_read_end(&read);
}
END_TEST

START_TEST(an_engine_that_cannot_read_is_an_error)
{
    gate_register();
    gate_reset();
    Store *gated = fixture_open_store("gated", &gated_class);
    StoreRead read;
    gate_fail_reads(base_error(BASE_WOULD_BLOCK, "needs disk"));
    ck_assert(!store_read_begin(&read, gated, STORE_READ_CACHED_ONLY, &fixture.error));
    ck_assert_int_eq(fixture.error.kind, STORE_ERROR_WOULD_BLOCK);
    gate_fail_reads(base_error(BASE_CORRUPTION, "bad block"));
    ck_assert(!store_read_begin(&read, gated, 0, &fixture.error));
    ck_assert_int_eq(fixture.error.kind, STORE_ERROR_FAILED);
    ck_assert_int_eq(fixture.error.code, STORE_FAILED_CORRUPTION);
}
END_TEST

/* --------------------------------------------------------------------------------- multi_get -- */

static StoreMultiGetResult many;
static BaseBuf scratch;

static bool
multi_get(const StoreMultiGetArgs *args)
{
    StoreRead read;
    ck_assert(store_read_begin(&read, fixture.store, 0, &fixture.error));
    bool good = store_multi_get(&read, args, &scratch, &many, &fixture.error);
    for (size_t i = 0; good && i < many.count; i++) { /* views are alive in the section */
        ck_assert(!many.items[i].found || many.items[i].record.value.len > 0);
    }
    store_read_end(&read);
    return good;
}

START_TEST(many_keys_are_answered_in_their_order)
{
    put("a", "alpha");
    int64_t version = put("c", "gamma");
    BaseSlice keys[] = {TEXT("c"), TEXT("b"), TEXT("a"), TEXT("c")};
    ck_assert(multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 4}));
    ck_assert_uint_eq(many.count, 4);
    ck_assert_int_eq(many.read_version, version);
    ck_assert(many.items[0].found);
    ck_assert_int_eq(many.items[0].record.version, version);
    ck_assert_uint_eq(many.items[0].record.value.len, 5);
    ck_assert(!many.items[1].found);
    ck_assert(many.items[2].found);
    ck_assert(many.items[3].found);
    base_buf_clear(&scratch);
}
END_TEST

START_TEST(no_keys_are_no_items)
{
    int64_t version = put("a", "alpha");
    ck_assert(multi_get(&(StoreMultiGetArgs){.count = 0}));
    ck_assert_uint_eq(many.count, 0);
    ck_assert_int_eq(many.read_version, version);
    base_buf_clear(&scratch);
}
END_TEST

START_TEST(limit_bytes_stops_early_but_not_before_one)
{
    put("a", "12345");
    put("b", "12345");
    BaseSlice keys[] = {TEXT("a"), TEXT("x"), TEXT("b"), TEXT("a")};
    static const struct {
        int64_t limit;
        bool without_values;
        size_t expected;
    } cases[] = {{1, false, 1},  {6, false, 1},  {7, false, 2},        {12, false, 2},
                 {13, false, 3}, {18, false, 3}, {19, false, 4},       {1, true, 1},
                 {2, true, 2},   {4, true, 4},   {INT64_MAX, false, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert(multi_get(&(StoreMultiGetArgs){.keys = keys,
                                                 .count = 4,
                                                 .has_limit_bytes = true,
                                                 .limit_bytes = cases[i].limit,
                                                 .without_values = cases[i].without_values}));
        ck_assert_uint_eq(many.count, cases[i].expected);
    }
    base_buf_clear(&scratch);
}
END_TEST

START_TEST(the_reply_limit_stops_it_too)
{
    put("a", "12345");
    BaseSlice keys[] = {TEXT("a"), TEXT("a"), TEXT("a")};
    fixture.limits.reply_bytes_max = 12;
    ck_assert(multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 3}));
    ck_assert_uint_eq(many.count, 2);
    base_buf_clear(&scratch);
}
END_TEST

START_TEST(arguments_of_multi_get_are_checked)
{
    BaseSlice *keys = calloc(32769, sizeof *keys);
    ck_assert_ptr_nonnull(keys);
    for (size_t i = 0; i < 32769; i++) {
        keys[i] = TEXT("k");
    }
    ck_assert(!multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 32769}));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "keys", 32768, 32769);
    ck_assert(multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 32768}));
    ck_assert_uint_eq(many.count, 32768);
    keys[17] = BASE_SLICE_EMPTY;
    ck_assert(!multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 100}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "keys[17]", 1, 0);
    ck_assert(!multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 1, .has_limit_bytes = true}));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.limit_bytes", 1, 0);
    ck_assert(!multi_get(&(StoreMultiGetArgs){.keys = keys, .count = 1, .has_snapshot_id = true}));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.snapshot_id", 0, 0);
    free(keys);
    base_buf_clear(&scratch);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, a_record_is_described);
    tcase_add_test(tests, a_missing_key_is_a_result);
    tcase_add_test(tests, if_version_not_spares_the_value);
    tcase_add_test(tests, an_absent_key_has_version_0);
    tcase_add_test(tests, the_value_can_be_left_out);
    tcase_add_test(tests, slices_of_a_value);
    tcase_add_test(tests, arguments_of_get_are_checked);
    tcase_add_test(tests, a_get_that_arrived_too_long_ago_is_refused);
    tcase_add_test(tests, a_section_sees_what_was_written_since_it_began);
    tcase_add_test(tests, an_engine_that_cannot_read_is_an_error);
    tcase_add_test(tests, many_keys_are_answered_in_their_order);
    tcase_add_test(tests, no_keys_are_no_items);
    tcase_add_test(tests, limit_bytes_stops_early_but_not_before_one);
    tcase_add_test(tests, the_reply_limit_stops_it_too);
    tcase_add_test(tests, arguments_of_multi_get_are_checked);
}

int
main(void)
{
    return fixture_main("store/read", add_tests);
}
