/*
 * test_store_range.c: ranges are resolved, prefixes end where they should, and range_info
 * describes.
 */
#include "service/store/range.h"
#include "tests/support/store_fixture.h"

static StoreRange resolved;

static bool
resolve(const StoreKeyRange *key_range)
{
    return store_range_resolve(fixture.store, key_range, "range", &resolved, &fixture.error);
}

static void
expect_range(const StoreKeyRange *key_range, BaseSlice start, bool unbounded, BaseSlice stop)
{
    ck_assert(resolve(key_range));
    ck_assert(base_slice_equal(resolved.range.start, start));
    ck_assert_int_eq(resolved.range.unbounded, unbounded);
    ck_assert(unbounded || base_slice_equal(resolved.range.stop, stop));
    store_range_clear(&resolved);
}

START_TEST(start_and_stop_bound_a_range)
{
    expect_range(&(StoreKeyRange){.has_prefix = false}, BASE_SLICE_EMPTY, true, BASE_SLICE_EMPTY);
    expect_range(&(StoreKeyRange){.has_start_key = true, .start_key = TEXT("b")}, TEXT("b"), true,
                 BASE_SLICE_EMPTY);
    expect_range(&(StoreKeyRange){.has_stop_key = true, .stop_key = TEXT("b")}, BASE_SLICE_EMPTY,
                 false, TEXT("b"));
    expect_range(&(StoreKeyRange){.has_stop_key = true}, BASE_SLICE_EMPTY, false, BASE_SLICE_EMPTY);
    expect_range(&(StoreKeyRange){.has_start_key = true,
                                  .start_key = TEXT("z"),
                                  .has_stop_key = true,
                                  .stop_key = TEXT("a")},
                 TEXT("z"), false, TEXT("z"));
}
END_TEST

static void
expect_prefix(const char *prefix, size_t len, const char *stop, size_t stop_len)
{
    StoreKeyRange key_range = {.has_prefix = true, .prefix = base_slice(prefix, len)};
    expect_range(&key_range, key_range.prefix, stop == NULL,
                 stop == NULL ? BASE_SLICE_EMPTY : base_slice(stop, stop_len));
}

START_TEST(a_prefix_ends_before_its_successor)
{
    expect_prefix("a", 1, "b", 1);
    expect_prefix("ab", 2, "ac", 2);
    expect_prefix("a\xff", 2, "b", 1);
    expect_prefix("a\xfe\xff\xff", 4, "a\xff", 2);
    expect_prefix("\0", 1, "\1", 1);
    expect_prefix("a\0", 2, "a\1", 2);
    expect_prefix("\xff\xff", 2, NULL, 0);
    expect_prefix("", 0, NULL, 0);
}
END_TEST

START_TEST(a_key_is_in_a_range)
{
    EngineRange range = {.start = TEXT("b"), .stop = TEXT("d")};
    ck_assert(!store_range_contains(&range, TEXT("a")));
    ck_assert(store_range_contains(&range, TEXT("b")));
    ck_assert(store_range_contains(&range, TEXT("c\xff")));
    ck_assert(!store_range_contains(&range, TEXT("d")));
    range.unbounded = true;
    ck_assert(store_range_contains(&range, TEXT("zz")));
}
END_TEST

START_TEST(bounds_are_checked)
{
    char *text = repeat('k', 1026);
    StoreKeyRange both = {.has_prefix = true, .has_stop_key = true};
    ck_assert(!resolve(&both));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "range.prefix", 0, 0);
    StoreKeyRange start = {.has_start_key = true, .start_key = base_slice(text, 1026)};
    ck_assert(!resolve(&start));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "range.start_key", 1025, 1026);
    start.start_key.len = 1025; /* behind the longest key: the key and a zero byte */
    ck_assert(resolve(&start));
    StoreKeyRange stop = {.has_stop_key = true, .stop_key = base_slice(text, 1026)};
    ck_assert(!resolve(&stop));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "range.stop_key", 1025, 1026);
    StoreKeyRange prefix = {.has_prefix = true, .prefix = base_slice(text, 1025)};
    ck_assert(!resolve(&prefix));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "range.prefix", 1024, 1025);
    free(text);
}
END_TEST

/* -------------------------------------------------------------------------------- range_info -- */

static struct Described {
    size_t ranges;
    EngineRangeEstimate estimates[4];
    size_t splits[4];
    char last_split[32];
    bool full; /* pretend to have no memory for split keys */
} described;

static bool
take_range(void *user, size_t index, const EngineRangeEstimate *estimate)
{
    (void)user;
    ck_assert_uint_eq(index, described.ranges++);
    described.last_split[0] = '\0';
    if (index < 4) {
        described.estimates[index] = *estimate;
        described.splits[index] = 0;
    }
    return true;
}

static bool
take_split(void *user, size_t index, BaseSlice key)
{
    (void)user;
    char text[32] = {0};
    ck_assert_uint_eq(index + 1, described.ranges);
    ck_assert_uint_lt(key.len, sizeof text);
    memcpy(text, key.data, key.len);
    ck_assert_int_lt(strcmp(described.last_split, text), 0);
    memcpy(described.last_split, text, sizeof text);
    described.splits[index < 4 ? index : 0]++;
    return !described.full;
}

static bool
range_info(const StoreRangeInfoArgs *args, int64_t *ret_version)
{
    static const StoreRangeInfoVisitor visitor = {take_range, take_split, NULL};
    described.ranges = 0;
    return store_range_info(fixture.store, args, &visitor, ret_version, &fixture.error);
}

static void
put_numbers(int count)
{
    for (int i = 0; i < count; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "key-%06d", i); /* 10 bytes */
        put(key, "0123456789");
    }
}

START_TEST(ranges_are_described_in_order)
{
    put_numbers(100);
    int64_t version = 0;
    int64_t last = put("z", "12345");
    StoreKeyRange ranges[] = {{.has_prefix = true, .prefix = TEXT("key-")},
                              {.has_prefix = true, .prefix = TEXT("none")},
                              {.has_start_key = true, .start_key = TEXT("z")}};
    StoreRangeInfoArgs args = {
        .ranges = ranges, .count = 3, .has_split_bytes = true, .split_bytes = 500};
    ck_assert(range_info(&args, &version));
    ck_assert_int_eq(version, last);
    ck_assert_uint_eq(described.ranges, 3);
    ck_assert_int_eq(described.estimates[0].keys, 100);
    ck_assert_int_eq(described.estimates[0].bytes, 2000);
    ck_assert_uint_ge(described.splits[0], 2);
    ck_assert_uint_le(described.splits[0], 4);
    ck_assert_int_eq(described.estimates[1].keys, 0);
    ck_assert_uint_eq(described.splits[1], 0);
    ck_assert_int_eq(described.estimates[2].keys, 1);
    ck_assert_int_eq(described.estimates[2].bytes, 6);
    args.has_split_bytes = false;
    ck_assert(range_info(&args, &version));
    ck_assert_uint_eq(described.splits[0], 0);
}
END_TEST

START_TEST(split_keys_are_bounded)
{
    put_numbers(100);
    int64_t version = 0;
    fixture.limits.split_keys_max = 10;
    StoreKeyRange range = {.has_prefix = false};
    StoreRangeInfoArgs args = {
        .ranges = &range, .count = 1, .has_split_bytes = true, .split_bytes = 20};
    ck_assert(!range_info(&args, &version));
    ck_assert_int_eq(fixture.error.code, STORE_INVALID_OVER_LIMIT);
    ck_assert_str_eq(fixture.error.field, "options.split_bytes");
    ck_assert_int_eq(fixture.error.limit, 10);
    ck_assert_ptr_nonnull(strstr(fixture.error.message, "more than 10 split keys"));
    args.split_bytes = 1000;
    ck_assert(range_info(&args, &version));
    described.full = true;
    ck_assert(!range_info(&args, &version));
    described.full = false;
    expect_refused(STORE_REFUSED_MEMORY_FULL, "server");
}
END_TEST

START_TEST(arguments_of_range_info_are_checked)
{
    int64_t version = 0;
    StoreKeyRange *ranges = calloc(1025, sizeof *ranges);
    ck_assert_ptr_nonnull(ranges);
    ck_assert(!range_info(&(StoreRangeInfoArgs){.ranges = ranges, .count = 1025}, &version));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "ranges", 1024, 1025);
    ck_assert(range_info(&(StoreRangeInfoArgs){.ranges = ranges, .count = 1024}, &version));
    ck_assert_uint_eq(described.ranges, 1024);
    ranges[1] = (StoreKeyRange){.has_prefix = true, .has_start_key = true};
    ck_assert(!range_info(&(StoreRangeInfoArgs){.ranges = ranges, .count = 2}, &version));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "ranges[1].prefix", 0, 0);
    StoreRangeInfoArgs args = {.ranges = ranges, .count = 1, .has_split_bytes = true};
    ck_assert(!range_info(&args, &version));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.split_bytes", 1, 0);
    args = (StoreRangeInfoArgs){.count = 0};
    ck_assert(range_info(&args, &version));
    ck_assert_uint_eq(described.ranges, 0);
    free(ranges);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, start_and_stop_bound_a_range);
    tcase_add_test(tests, a_prefix_ends_before_its_successor);
    tcase_add_test(tests, a_key_is_in_a_range);
    tcase_add_test(tests, bounds_are_checked);
    tcase_add_test(tests, ranges_are_described_in_order);
    tcase_add_test(tests, split_keys_are_bounded);
    tcase_add_test(tests, arguments_of_range_info_are_checked);
}

int
main(void)
{
    return fixture_main("store/range", add_tests);
}
