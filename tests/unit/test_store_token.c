/*
 * test_store_token.c: page tokens come back as they were, are bound to their scan, and no damage
 * goes unseen.
 */
#include "service/store/token.h"

#include "engine/base/hash.h"
#include "engine/base/rand.h"

#include <check.h>
#include <endian.h>
#include <stdlib.h>

#define KEY_MAX 1024

static const EngineRange whole = {.unbounded = true};

static uint64_t
binding(const char *store, const EngineRange *range, bool reverse, int64_t snapshot_id)
{
    StoreTokenScan scan = {base_slice_text(store), range, reverse, snapshot_id};
    return store_token_binding(&scan);
}

START_TEST(what_was_encoded_is_decoded)
{
    BaseBuf token = BASE_BUF_INIT;
    uint8_t key[KEY_MAX];
    for (size_t len = 1; len <= KEY_MAX; len++) {
        memset(key, (int)len, len);
        ck_assert(store_token_encode(&token, 42, base_slice(key, len)));
        BaseSlice decoded;
        ck_assert_int_eq(store_token_decode(base_buf_slice(&token), 42, KEY_MAX, &decoded),
                         STORE_TOKEN_GOOD);
        ck_assert(base_slice_equal(decoded, base_slice(key, len)));
    }
    base_buf_clear(&token);
}
END_TEST

START_TEST(the_format_is_pinned)
{
    static const uint8_t pinned[] = {
        0x01, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 'k',
        'e',  'y',  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    };
    BaseBuf token = BASE_BUF_INIT;
    ck_assert(store_token_encode(&token, 0x0102030405060708, BASE_SLICE_LITERAL("key")));
    ck_assert_uint_eq(token.len, sizeof pinned);
    ck_assert_mem_eq(token.data, pinned, 12);
    uint64_t checksum = 0;
    memcpy(&checksum, token.data + 12, sizeof checksum);
    ck_assert_uint_eq(le64toh(checksum), UINT64_C(3199357914464401074));
    ck_assert_uint_eq(binding("default", &whole, false, 0), UINT64_C(16587033179937615976));
    base_buf_clear(&token);
}
END_TEST

START_TEST(every_part_of_a_scan_is_bound)
{
    EngineRange ab = {.start = BASE_SLICE_LITERAL("a"), .stop = BASE_SLICE_LITERAL("b")};
    EngineRange a_up = {.start = BASE_SLICE_LITERAL("a"), .unbounded = true};
    EngineRange shifted = {.start = BASE_SLICE_LITERAL("ab"), .stop = BASE_SLICE_EMPTY};
    uint64_t bindings[] = {
        binding("s", &whole, false, 0),   binding("t", &whole, false, 0),
        binding("s", &ab, false, 0),      binding("s", &a_up, false, 0),
        binding("s", &ab, true, 0),       binding("s", &ab, false, 7),
        binding("s", &shifted, false, 0),
    };
    size_t count = sizeof bindings / sizeof bindings[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            ck_assert_uint_ne(bindings[i], bindings[j]);
        }
    }
    EngineRange whole_again = {.stop = BASE_SLICE_LITERAL("ignored"), .unbounded = true};
    ck_assert_uint_eq(binding("s", &whole_again, false, 0), bindings[0]);
}
END_TEST

static void
add_number(BaseBuf *all, uint64_t number)
{
    uint64_t little = htole64(number);
    ck_assert(base_buf_append(all, &little, sizeof little));
}

/* However long the keys are, the binding is the hash of all parts behind one another. */
START_TEST(bindings_of_long_ranges_are_pinned)
{
    BaseBuf all = BASE_BUF_INIT;
    uint8_t bytes[KEY_MAX];
    memset(bytes, 'k', sizeof bytes);
    for (size_t len = 0; len <= KEY_MAX; len++) {
        EngineRange range = {.start = base_slice(bytes, len),
                             .stop = base_slice(bytes, KEY_MAX - len)};
        base_buf_reset(&all);
        add_number(&all, 1);
        ck_assert(base_buf_append(&all, "s", 1));
        add_number(&all, len);
        ck_assert(base_buf_append_slice(&all, range.start));
        add_number(&all, 0);
        add_number(&all, KEY_MAX - len);
        ck_assert(base_buf_append_slice(&all, range.stop));
        add_number(&all, 1);
        add_number(&all, 7);
        ck_assert_uint_eq(binding("s", &range, true, 7),
                          base_hash(base_buf_slice(&all), UINT64_C(0x4c61726465724231)));
    }
    base_buf_clear(&all);
}
END_TEST

START_TEST(a_token_of_another_scan_is_foreign)
{
    BaseBuf token = BASE_BUF_INIT;
    BaseSlice key = BASE_SLICE_LITERAL("untouched");
    ck_assert(store_token_encode(&token, 1, BASE_SLICE_LITERAL("key")));
    ck_assert_int_eq(store_token_decode(base_buf_slice(&token), 2, KEY_MAX, &key),
                     STORE_TOKEN_FOREIGN);
    ck_assert(base_slice_equal(key, BASE_SLICE_LITERAL("untouched")));
    base_buf_clear(&token);
}
END_TEST

START_TEST(a_key_over_the_limit_is_damage)
{
    BaseBuf token = BASE_BUF_INIT;
    BaseSlice key;
    ck_assert(store_token_encode(&token, 1, BASE_SLICE_LITERAL("four")));
    ck_assert_int_eq(store_token_decode(base_buf_slice(&token), 1, 4, &key), STORE_TOKEN_GOOD);
    ck_assert_int_eq(store_token_decode(base_buf_slice(&token), 1, 3, &key), STORE_TOKEN_DAMAGED);
    base_buf_clear(&token);
}
END_TEST

/* Bytes in an allocation of their own size, so that reading past them is seen. */
static StoreTokenVerdict
decode_copy(const uint8_t *data, size_t len, uint64_t bound)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, len);
    BaseSlice key = BASE_SLICE_EMPTY;
    StoreTokenVerdict verdict = store_token_decode(base_slice(copy, len), bound, KEY_MAX, &key);
    free(copy);
    return verdict;
}

START_TEST(no_damage_goes_unseen)
{
    BaseBuf token = BASE_BUF_INIT;
    ck_assert(store_token_encode(&token, 99, BASE_SLICE_LITERAL("some key of a page")));
    for (size_t len = 0; len < token.len; len++) {
        ck_assert_int_eq(decode_copy(token.data, len, 99), STORE_TOKEN_DAMAGED);
    }
    for (size_t bit = 0; bit < token.len * 8; bit++) {
        token.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        ck_assert_int_eq(decode_copy(token.data, token.len, 99), STORE_TOKEN_DAMAGED);
        token.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    ck_assert(base_buf_append_byte(&token, 0));
    ck_assert_int_eq(decode_copy(token.data, token.len, 99), STORE_TOKEN_DAMAGED);
    base_buf_clear(&token);
}
END_TEST

START_TEST(random_bytes_are_never_a_token)
{
    BaseRand rand = base_rand(7);
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[80];
        size_t len = (size_t)base_rand_below(&rand, sizeof bytes);
        for (size_t j = 0; j < len; j++) {
            bytes[j] = (uint8_t)base_rand_next(&rand);
        }
        if (len > 0 && i % 2 == 0) {
            bytes[0] = 1;
        }
        ck_assert_int_ne(decode_copy(bytes, len, 99), STORE_TOKEN_GOOD);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("store/token");
    TCase *tests = tcase_create("token");
    tcase_add_test(tests, what_was_encoded_is_decoded);
    tcase_add_test(tests, the_format_is_pinned);
    tcase_add_test(tests, every_part_of_a_scan_is_bound);
    tcase_add_test(tests, bindings_of_long_ranges_are_pinned);
    tcase_add_test(tests, a_token_of_another_scan_is_foreign);
    tcase_add_test(tests, a_key_over_the_limit_is_damage);
    tcase_add_test(tests, no_damage_goes_unseen);
    tcase_add_test(tests, random_bytes_are_never_a_token);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
