/*
 * test_client_usual.c: what the short ways of the codec accept and write is what the schema reads
 * and writes.
 *
 * Replies of stock clients' make, and the same with bytes that were changed, cut, doubled or left
 * out. Each message lies at the end of a block of its own, so that a sanitizer sees a look beyond
 * it.
 */
#include "engine/base/rand.h"
#include "service/client/encode.h"
#include "service/client/usual_call.h"
#include "tests/golden/golden.h"
#include "tests/support/mutate.h"
#include "tests/support/reply_twin.h"

#include <check.h>
#include <stdio.h>

enum { SEQID = -2 };

static GoldenSet set;
static WireTape tape;
static BaseBuf buf;
static BaseBuf framed;

static void
prepare(void)
{
    set = golden_load_client();
}

static void
tidy(void)
{
    golden_clear(&set);
    wire_tape_clear(&tape);
    base_buf_clear(&buf);
    base_buf_clear(&framed);
}

static uint64_t
seed(void)
{
    const char *text = getenv("LARDER_SEED");
    uint64_t value = text == NULL ? 20240229 : strtoull(text, NULL, 10);
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)value);
    return value;
}

/* ---------------------------------------------------------------------------------- replies -- */

static const LarderMethod hot[] = {LARDER_METHOD_GET, LARDER_METHOD_MULTI_GET, LARDER_METHOD_PUT,
                                   LARDER_METHOD_REMOVE, LARDER_METHOD_SCAN};

enum { HOT_COUNT = sizeof hot / sizeof hot[0] };

static const GoldenMessage *
reply_of(LarderMethod method, const char *variant)
{
    return golden_find(&set, false, WIRE_BINARY, larder_method_service(method),
                       larder_method_name(method), variant);
}

/* Compares a copy, with a frame header, that ends where its memory ends. */
static bool
check_within(BaseSlice message, const WireLimits *limits, LarderMethod method)
{
    base_buf_reset(&framed);
    golden_append_framed(&framed, message);
    uint8_t *copy = malloc(framed.len);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, framed.data, framed.len);
    bool recognised = reply_twin_check(base_slice(copy, framed.len), limits, method, SEQID, &tape);
    free(copy);
    return recognised;
}

static bool
check(BaseSlice message, LarderMethod method)
{
    return check_within(message, &WIRE_LIMITS_DEFAULT, method);
}

START_TEST(usual_replies_are_recognised)
{
    for (size_t i = 0; i < HOT_COUNT; i++) {
        ck_assert(check(reply_of(hot[i], "full")->bytes, hot[i]));
        if (hot[i] != LARDER_METHOD_SCAN) {
            ck_assert(check(reply_of(hot[i], "empty")->bytes, hot[i]));
        }
    }
    ck_assert(check(reply_of(LARDER_METHOD_SCAN, "long")->bytes, LARDER_METHOD_SCAN));
}
END_TEST

START_TEST(others_are_left_to_the_parser)
{
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        for (size_t m = 0; m < HOT_COUNT; m++) {
            bool its_own = strcmp(golden->method, larder_method_name(hot[m])) == 0 &&
                           golden->protocol == WIRE_BINARY && !golden->request;
            ck_assert(!check(golden->bytes, hot[m]) || its_own);
        }
    }
    ck_assert(!check(reply_of(LARDER_METHOD_GET, "invalid")->bytes, LARDER_METHOD_GET));
    for (size_t i = 0; i < HOT_COUNT; i++) {
        BaseSlice full = reply_of(hot[i], "full")->bytes;
        /* Without a frame, and with another sequence id. */
        ck_assert(!reply_twin_check(full, &WIRE_LIMITS_DEFAULT, hot[i], SEQID, &tape));
        base_buf_reset(&framed);
        golden_append_framed(&framed, full);
        ck_assert(!reply_twin_check(base_buf_slice(&framed), &WIRE_LIMITS_DEFAULT, hot[i],
                                    SEQID + 1, &tape));
    }
}
END_TEST

START_TEST(limits_hold)
{
    BaseSlice page = reply_of(LARDER_METHOD_SCAN, "long")->bytes;
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    limits.request_bytes_max = page.len + WIRE_FRAME_HEADER_BYTES;
    ck_assert(check_within(page, &limits, LARDER_METHOD_SCAN));
    limits.request_bytes_max--;
    ck_assert(!check_within(page, &limits, LARDER_METHOD_SCAN));
    limits = WIRE_LIMITS_DEFAULT;
    limits.container_items_max = 17;
    ck_assert(check_within(page, &limits, LARDER_METHOD_SCAN));
    limits.container_items_max--;
    ck_assert(!check_within(page, &limits, LARDER_METHOD_SCAN));
    limits = WIRE_LIMITS_DEFAULT;
    for (limits.values_max = 0; limits.values_max < 150; limits.values_max++) {
        (void)check_within(page, &limits, LARDER_METHOD_SCAN);
        (void)check_within(reply_of(LARDER_METHOD_GET, "full")->bytes, &limits, LARDER_METHOD_GET);
    }
    ck_assert(check_within(page, &limits, LARDER_METHOD_SCAN));
}
END_TEST

START_TEST(changed_replies_mean_the_same)
{
    static const char *const variants[] = {"full", "empty"};
    BaseRand rand = base_rand(seed());
    size_t recognised = 0;
    size_t left = 0;
    for (int round = 0; round < 40000; round++) {
        LarderMethod method = hot[base_rand_below(&rand, HOT_COUNT)];
        base_buf_reset(&buf);
        ck_assert(base_buf_append_slice(
            &buf, reply_of(method, variants[base_rand_below(&rand, 2)])->bytes));
        for (uint64_t changes = 1 + base_rand_below(&rand, 3); changes != 0 && buf.len != 0;
             changes--) {
            mutate_message(&rand, &buf);
        }
        bool usual = check(base_buf_slice(&buf), method);
        recognised += usual;
        left += !usual;
    }
    ck_assert_uint_gt(recognised, 1000);
    ck_assert_uint_gt(left, 1000);
}
END_TEST

/* Replies that are cut anywhere, or of which a byte is another one. */
START_TEST(every_byte_counts)
{
    static const uint8_t others[] = {0x00, 0x01, 0x80, 0xff};
    const struct {
        LarderMethod method;
        const char *variant;
    } replies[] = {{LARDER_METHOD_SCAN, "long"},
                   {LARDER_METHOD_MULTI_GET, "full"},
                   {LARDER_METHOD_GET, "full"}};
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        BaseSlice whole = reply_of(replies[i].method, replies[i].variant)->bytes;
        for (size_t at = 0; at < whole.len; at++) {
            ck_assert(!check(base_slice(whole.data, at), replies[i].method));
            for (size_t k = 0; k < sizeof others; k++) {
                base_buf_reset(&buf);
                ck_assert(base_buf_append_slice(&buf, whole));
                buf.data[at] ^= others[k];
                (void)check(base_buf_slice(&buf), replies[i].method);
            }
        }
    }
}
END_TEST

/* A boolean that is none, before bytes that could be the next field: both judge it alike. */
START_TEST(a_flag_of_ten)
{
    const GoldenMessage *golden = reply_of(LARDER_METHOD_PUT, "full");
    static const uint8_t existed[] = {WIRE_BOOL, 0, 6};
    base_buf_reset(&buf);
    ck_assert(base_buf_append_slice(&buf, golden->bytes));
    size_t at = 0;
    while (memcmp(buf.data + at, existed, sizeof existed) != 0) {
        at++;
        ck_assert_uint_lt(at + sizeof existed, buf.len);
    }
    at += sizeof existed;
    memmove(buf.data + at, buf.data + at + 1, buf.len - at - 1);
    buf.len--;
    ck_assert_uint_eq(buf.data[at], WIRE_I64);
    ck_assert(!check(base_buf_slice(&buf), LARDER_METHOD_PUT));
}
END_TEST

/* ------------------------------------------------------------------------------------ calls -- */

/* The bytes of the short way, if it is taken, beside those of the writer, which frames nothing. */
static bool
assert_call(LarderMethod method, const void *arguments)
{
    base_buf_reset(&buf);
    base_buf_reset(&framed);
    WireCode code =
        client_encode_call(&buf, (WireFormat){WIRE_BINARY, false}, SEQID, method, arguments);
    ck_assert_int_eq(code, WIRE_OK);
    golden_append_framed(&framed, base_buf_slice(&buf));
    base_buf_reset(&buf);
    bool usual = client_usual_call(&buf, SEQID, method, arguments);
    if (usual) {
        ck_assert_uint_eq(buf.len, framed.len);
        ck_assert_mem_eq(buf.data, framed.data, buf.len);
    }
    return usual;
}

START_TEST(usual_calls_are_the_writers)
{
    static const char bytes[300] = "0123456789";
    LarderBytes keys[3];
    LarderGetOptions options = {.has_offset = true};
    BaseRand rand = base_rand(seed());
    for (unsigned round = 0; round < 2000; round++) {
        LarderBytes texts[3];
        for (int i = 0; i < 3; i++) {
            texts[i] = larder_bytes(bytes + round % 7, base_rand_below(&rand, 1 + round % 290));
            keys[i] = texts[i];
        }
        ck_assert(assert_call(LARDER_METHOD_GET, &(LarderGetArguments){texts[0], texts[1], NULL}));
        ck_assert(assert_call(LARDER_METHOD_PUT,
                              &(LarderPutArguments){texts[0], texts[1], texts[2], NULL}));
        ck_assert(
            assert_call(LARDER_METHOD_REMOVE, &(LarderRemoveArguments){texts[0], texts[1], NULL}));
        ck_assert(assert_call(
            LARDER_METHOD_MULTI_GET,
            &(LarderMultiGetArguments){texts[0], {keys, base_rand_below(&rand, 4)}, NULL}));
    }
    const LarderBytes nothing = larder_bytes(NULL, 0);
    ck_assert(assert_call(LARDER_METHOD_GET, &(LarderGetArguments){nothing, nothing, NULL}));
    ck_assert(!assert_call(LARDER_METHOD_GET, &(LarderGetArguments){keys[0], keys[1], &options}));
    ck_assert(!assert_call(LARDER_METHOD_PING, &(LarderPingArguments){keys[0]}));
}
END_TEST

START_TEST(calls_that_no_frame_holds)
{
    static const char byte[1];
    const LarderBytes small = larder_bytes(byte, 1);
    const LarderBytes huge = larder_bytes(byte, WIRE_FRAME_BYTES_CAP);
    const LarderBytes absurd = larder_bytes(byte, SIZE_MAX - 3);
    const LarderBytes keys[] = {small, huge, absurd, small};
    const LarderPutArguments puts[] = {
        {small, small, huge, NULL}, {huge, huge, huge, NULL}, {absurd, absurd, absurd, NULL}};
    base_buf_reset(&buf);
    for (size_t i = 0; i < sizeof puts / sizeof puts[0]; i++) {
        ck_assert(!client_usual_call(&buf, SEQID, LARDER_METHOD_PUT, &puts[i]));
    }
    const LarderMultiGetArguments gets[] = {{small, {keys, 4}, NULL},
                                            {small, {NULL, SIZE_MAX}, NULL}};
    for (size_t i = 0; i < sizeof gets / sizeof gets[0]; i++) {
        ck_assert(!client_usual_call(&buf, SEQID, LARDER_METHOD_MULTI_GET, &gets[i]));
    }
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("client_usual");
    TCase *tcase = tcase_create("usual");
    tcase_add_checked_fixture(tcase, prepare, tidy);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, usual_replies_are_recognised);
    tcase_add_test(tcase, others_are_left_to_the_parser);
    tcase_add_test(tcase, limits_hold);
    tcase_add_test(tcase, changed_replies_mean_the_same);
    tcase_add_test(tcase, every_byte_counts);
    tcase_add_test(tcase, a_flag_of_ten);
    tcase_add_test(tcase, usual_calls_are_the_writers);
    tcase_add_test(tcase, calls_that_no_frame_holds);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
