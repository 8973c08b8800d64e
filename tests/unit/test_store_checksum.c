/*
 * test_store_checksum.c: the checksum is the hash of the bytes that the contract lays out.
 */
#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "engine/base/rand.h"
#include "service/store/checksum.h"
#include "tests/support/store_fixture.h"

static StoreChecksumResult sum;

static bool
checksum(const StoreKeyRange *range)
{
    StoreChecksumArgs args = {.range = *range, .kind = STORE_CHECKSUM_XXH3_RECORDS};
    return store_checksum(fixture.store, &args, &sum, &fixture.error);
}

static void
append_number(BaseBuf *buf, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        ck_assert(base_buf_append_byte(buf, (uint8_t)(number >> (8 * i))));
    }
}

static void
append_record(BaseBuf *buf, BaseSlice key, BaseSlice value, int64_t expires_at_ms)
{
    append_number(buf, key.len, 4);
    ck_assert(base_buf_append_slice(buf, key));
    append_number(buf, value.len, 4);
    ck_assert(base_buf_append_slice(buf, value));
    append_number(buf, (uint64_t)expires_at_ms, 8);
}

START_TEST(the_layout_is_that_of_the_contract)
{
    BaseBuf model = BASE_BUF_INIT;
    put("b", "beta");
    StorePutArgs args = {
        .key = TEXT("a"),
        .value = TEXT("alpha"),
        .options = {.has_expiry = true, .expiry = {.has_at_ms = true, .at_ms = 1900000000000}}};
    store_call_free(must(store_call_put(fixture.store, &args, &fixture.error)));
    int64_t version = put("c", "");
    append_record(&model, TEXT("a"), TEXT("alpha"), 1900000000000);
    append_record(&model, TEXT("b"), TEXT("beta"), 0);
    append_record(&model, TEXT("c"), BASE_SLICE_EMPTY, 0);
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = false}));
    ck_assert_int_eq(sum.checksum, (int64_t)base_hash(base_buf_slice(&model), 0));
    ck_assert_int_eq(sum.keys, 3);
    ck_assert_int_eq(sum.bytes, 12);
    ck_assert_int_eq(sum.read_version, version);
    base_buf_clear(&model);
}
END_TEST

START_TEST(nothing_has_the_checksum_of_nothing)
{
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = true, .prefix = TEXT("none")}));
    ck_assert_int_eq(sum.checksum, (int64_t)UINT64_C(0x2d06800538d394c2));
    ck_assert_int_eq(sum.keys, 0);
    ck_assert_int_eq(sum.bytes, 0);
}
END_TEST

START_TEST(many_records_of_uneven_size)
{
    BaseBuf model = BASE_BUF_INIT;
    BaseRand rand = base_rand(5);
    uint8_t *bytes = malloc(70000);
    ck_assert_ptr_nonnull(bytes);
    for (int i = 0; i < 400; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "%05d", i);
        size_t len = (size_t)base_rand_below(&rand, i % 50 == 0 ? 70000 : 300);
        for (size_t j = 0; j < len; j++) {
            bytes[j] = (uint8_t)base_rand_next(&rand);
        }
        StorePutArgs args = {.key = base_slice_text(key), .value = base_slice(bytes, len)};
        store_call_free(must(store_call_put(fixture.store, &args, &fixture.error)));
        append_record(&model, args.key, args.value, 0);
    }
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = false}));
    ck_assert_int_eq(sum.checksum, (int64_t)base_hash(base_buf_slice(&model), 0));
    ck_assert_int_eq(sum.keys, 400);
    free(bytes);
    base_buf_clear(&model);
}
END_TEST

START_TEST(copies_of_the_same_data_agree)
{
    put("a", "old");
    put("b", "2");
    put("a", "1");
    put("gone", "3");
    erase("gone");
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = false}));
    int64_t first = sum.checksum;
    fixture.store = fixture_open_store("copy", engine_class_find("hashmap"));
    put("b", "2");
    put("a", "1");
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = false}));
    ck_assert_int_eq(sum.checksum, first);
    put("b", "3");
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = false}));
    ck_assert_int_ne(sum.checksum, first);
    ck_assert(checksum(&(StoreKeyRange){.has_prefix = true, .prefix = TEXT("a")}));
    ck_assert_int_eq(sum.keys, 1);
}
END_TEST

START_TEST(arguments_of_checksum_are_checked)
{
    StoreChecksumArgs args = {.kind = 0};
    ck_assert(!store_checksum(fixture.store, &args, &sum, &fixture.error));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.kind", 1, 0);
    args.kind = 2;
    ck_assert(!store_checksum(fixture.store, &args, &sum, &fixture.error));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.kind", 1, 2);
    args.kind = STORE_CHECKSUM_XXH3_RECORDS;
    args.has_snapshot_id = true;
    ck_assert(!store_checksum(fixture.store, &args, &sum, &fixture.error));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.snapshot_id", 0, 0);
    args.has_snapshot_id = false;
    args.range = (StoreKeyRange){.has_prefix = true, .has_stop_key = true};
    ck_assert(!store_checksum(fixture.store, &args, &sum, &fixture.error));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "range.prefix", 0, 0);
}
END_TEST

/* A clock whose monotonic time moves by a millisecond whenever it is read. */
static int64_t
ticking_monotonic_us(const BaseClock *clock)
{
    BaseFakeClock *fake = (BaseFakeClock *)(void *)(uintptr_t)clock;
    return atomic_fetch_add(&fake->monotonic_us, 1000) + 1000;
}

START_TEST(the_time_can_run_out_on_the_way)
{
    for (int i = 0; i < 1000; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "%05d", i);
        put(key, "v");
    }
    fixture.clock.clock.monotonic_us = ticking_monotonic_us;
    StoreChecksumArgs args = {.kind = STORE_CHECKSUM_XXH3_RECORDS,
                              .deadline = {.is_set = true, .ms = 5}};
    ck_assert(!store_checksum(fixture.store, &args, &sum, &fixture.error));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
    args.deadline.ms = 1000;
    ck_assert(store_checksum(fixture.store, &args, &sum, &fixture.error));
}
END_TEST

START_TEST(streamed_and_whole_hashes_are_equal)
{
    BaseRand rand = base_rand(1);
    uint8_t bytes[5000];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)base_rand_next(&rand);
    }
    for (uint64_t seed = 0; seed < 3; seed++) {
        BaseHashStream stream;
        base_hash_stream_init(&stream, seed);
        size_t len = 0;
        while (len < sizeof bytes) {
            size_t step = (size_t)base_rand_below(&rand, 300);
            step = step < sizeof bytes - len ? step : sizeof bytes - len;
            base_hash_stream_update(&stream, base_slice(bytes + len, step));
            len += step;
            ck_assert_uint_eq(base_hash_stream_value(&stream),
                              base_hash(base_slice(bytes, len), seed));
        }
    }
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, the_layout_is_that_of_the_contract);
    tcase_add_test(tests, nothing_has_the_checksum_of_nothing);
    tcase_add_test(tests, many_records_of_uneven_size);
    tcase_add_test(tests, copies_of_the_same_data_agree);
    tcase_add_test(tests, arguments_of_checksum_are_checked);
    tcase_add_test(tests, the_time_can_run_out_on_the_way);
    tcase_add_test(tests, streamed_and_whole_hashes_are_equal);
}

int
main(void)
{
    return fixture_main("store/checksum", add_tests);
}
