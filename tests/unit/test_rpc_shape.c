/*
 * test_rpc_shape.c: what the recogniser accepts means what the strict parser reads.
 *
 * Messages of stock clients, random requests, and both with bytes that were changed, cut, doubled
 * or left out. Each message lies at the end of a block of its own, so that a sanitizer sees a look
 * beyond it.
 */
#include "service/rpc/express_private.h"
#include "tests/golden/golden.h"
#include "tests/support/mutate.h"
#include "tests/support/request_maker.h"
#include "tests/support/shape_twin.h"
#include "tests/unit/rpc_rig.h"

#include <check.h>

static WireTape tape;

/* Compares a copy that ends where its memory ends. */
static bool
check_within(BaseSlice message, const WireLimits *limits)
{
    uint8_t *copy = malloc(message.len + 1);
    ck_assert_ptr_nonnull(copy);
    if (message.len != 0) {
        memcpy(copy + 1, message.data, message.len);
    }
    bool recognised = shape_twin_check(base_slice(copy + 1, message.len), limits, &tape);
    free(copy);
    return recognised;
}

static bool
check(BaseSlice message)
{
    return check_within(message, &WIRE_LIMITS_DEFAULT);
}

static bool
check_hex(const char *hex)
{
    BaseBuf message = BASE_BUF_INIT;
    BaseBuf framed = BASE_BUF_INIT;
    golden_append_hex(&message, hex);
    golden_append_framed(&framed, base_buf_slice(&message));
    bool recognised = check(base_buf_slice(&message));
    ck_assert(check(base_buf_slice(&framed)) == recognised);
    base_buf_clear(&message);
    base_buf_clear(&framed);
    return recognised;
}

#define GET    "80010001 00000003 676574 fffffffe "
#define PUT    "80010001 00000003 707574 00000007 "
#define REMOVE "80010001 00000006 72656d6f7665 00000007 "
#define STORE  "0b0001 00000001 73 "
#define KEY    "0b0002 00000002 6b31 "
#define VALUE  "0b0003 00000001 76 "
#define I64    "0000000000000001 "

/* What stock clients write: c_glib an empty struct, Python the presets of the contract, too. */
START_TEST(usual_requests_are_recognised)
{
    ck_assert(check_hex(GET STORE KEY "00"));
    ck_assert(check_hex(GET STORE KEY "0c0003 00 00"));
    ck_assert(check_hex(GET STORE KEY "0c0003 020004 01 0a0005 " I64 "00 00"));
    ck_assert(check_hex(GET STORE KEY "0c0003 0a0001 " I64 "0a0003 " I64 "020004 00 0a0005 " I64
                                      "0a0006 " I64 "00 00"));
    ck_assert(check_hex(PUT STORE KEY VALUE "00"));
    ck_assert(check_hex(PUT STORE KEY VALUE "0c0004 00 00"));
    ck_assert(check_hex(PUT STORE KEY VALUE "0c0004 020007 00 020008 00 00 00"));
    ck_assert(check_hex(PUT STORE KEY VALUE "0c0004 0a0001 " I64 "0c0003 0a0001 " I64
                                            "00 080004 00000001 020007 01 020008 01 00 00"));
    ck_assert(check_hex(PUT STORE KEY VALUE "0c0004 0c0003 0a0002 " I64 "00 00 00"));
    ck_assert(check_hex(REMOVE STORE KEY "00"));
    ck_assert(check_hex(REMOVE STORE KEY "0c0003 00 00"));
    ck_assert(check_hex(REMOVE STORE KEY "0c0003 020007 00 020008 01 00 00"));
    ck_assert(check_hex(REMOVE STORE KEY "0c0003 0a0001 " I64 "080004 00000001 00 00"));
}
END_TEST

START_TEST(others_are_left_to_the_parser)
{
    static const char *const others[] = {
        "80010004 00000003 676574 00000001 " STORE KEY "00",   /* oneway */
        "80010002 00000003 676574 00000001 " STORE KEY "00",   /* a reply */
        "80010001 00000003 676575 00000001 " STORE KEY "00",   /* geu */
        "80010001 00000004 67657474 00000001 " STORE KEY "00", /* gett */
        "80020001 00000003 676574 00000001 " STORE KEY "00",
        GET KEY STORE "00",                           /* another order */
        GET STORE "0b0002 00000002 6b31",             /* no end */
        GET STORE KEY "00 00",                        /* two */
        GET STORE "00",                               /* no key */
        GET STORE "0b0002 00000004 6b31 00",          /* a key that is longer than the message */
        GET STORE "0b0002 ffffffff 6b31 00",          /* negative */
        GET STORE KEY KEY "00",                       /* twice */
        GET STORE KEY "080063 00000001 00",           /* unknown */
        GET STORE KEY "0c0003 00",                    /* one end for two structs */
        GET STORE KEY "0c0003 0a0002 " I64 "00 00",   /* a snapshot */
        GET STORE KEY "0c0003 020004 02 00 00",       /* a boolean that is none */
        GET STORE KEY "0c0003 080001 00000001 00 00", /* a deadline of another type */
        PUT STORE KEY "00",                           /* no value */
        PUT STORE KEY VALUE "0c0003 00 00",           /* options in place of the value */
        PUT STORE KEY VALUE "0c0004 0c0002 00 00 00", /* a condition */
        PUT STORE KEY VALUE "0c0004 0c0003 020003 01 00 00 00", /* keep */
        REMOVE STORE KEY "0c0003 0c0003 00 00 00",              /* an expiry */
        REMOVE STORE KEY "0c0003 0b0006 00000001 61 00 00",     /* a request id */
        "822101 03676574 18 0173 18 026b31 00",                 /* compact */
        "",
        "80010001",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_msg(!check_hex(others[i]), "recognised: %s", others[i]);
    }
}
END_TEST

/* The limits of the parser hold, and a frame has to be as long as it says. */
START_TEST(limits_hold)
{
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    BaseBuf message = BASE_BUF_INIT;
    BaseBuf framed = BASE_BUF_INIT;
    golden_append_hex(&message, GET STORE KEY "00");
    golden_append_framed(&framed, base_buf_slice(&message));
    BaseSlice bytes = base_buf_slice(&framed);
    limits.request_bytes_max = bytes.len;
    ck_assert(check_within(bytes, &limits));
    limits.request_bytes_max--;
    ck_assert(!check_within(bytes, &limits));
    limits.request_bytes_max++;
    limits.values_max = 3;
    ck_assert(!check_within(bytes, &limits));
    framed.data[3]++;
    ck_assert(!check(bytes));
    framed.data[3] -= 2;
    ck_assert(!check(bytes));
    base_buf_clear(&message);
    base_buf_clear(&framed);
}
END_TEST

static bool
is_hot(const GoldenMessage *golden)
{
    return strcmp(golden->method, "get") == 0 || strcmp(golden->method, "put") == 0 ||
           strcmp(golden->method, "remove") == 0;
}

static void
check_golden(GoldenSet set)
{
    static const char *const usual[] = {"bare", "empty", "existed", "blind"};
    for (size_t i = 0; i < set.count; i++) {
        const GoldenMessage *golden = &set.messages[i];
        bool recognised = check(golden->bytes);
        bool fit = golden->request && golden->protocol == WIRE_BINARY && is_hot(golden);
        ck_assert(fit || !recognised);
        for (size_t u = 0; fit && u < sizeof usual / sizeof usual[0]; u++) {
            ck_assert(strcmp(golden->variant, usual[u]) != 0 || recognised);
        }
    }
    golden_clear(&set);
}

START_TEST(golden_requests_are_recognised)
{
    check_golden(golden_load());
    check_golden(golden_load_client());
}
END_TEST

START_TEST(random_requests_mean_the_same)
{
    RequestMaker maker;
    BaseBuf request = BASE_BUF_INIT;
    const char *seed = getenv("LARDER_SEED");
    uint64_t start = seed == NULL ? 7 : strtoull(seed, NULL, 10);
    size_t recognised = 0;
    size_t mutants = 0;
    printf("seed %llu\n", (unsigned long long)start);
    request_maker_init(&maker, start, false);
    for (int i = 0; i < 40000; i++) {
        request_maker_next(&maker, &request);
        bool usual = check(base_buf_slice(&request));
        recognised += usual;
        for (int m = 0; usual && m < 8 && request.len != 0; m++) {
            mutate_message(&maker.rng, &request);
            mutants += check(base_buf_slice(&request));
        }
    }
    ck_assert_uint_gt(recognised, 2000);
    ck_assert_uint_gt(mutants, 1000);
    base_buf_clear(&request);
}
END_TEST

/* A lane that met nothing unusual has never had a tape. */
START_TEST(the_lane_goes_without_a_tape)
{
    Rig *rig = rig_new();
    RpcExpress *express = NULL;
    RpcVerdict verdict;
    ck_assert(base_is_ok(rpc_express_new(&rig->context, NULL, &express)));
    static const char *const requests[] = {
        PUT "0b0001 00000007 64656661756c74 " KEY VALUE "00",
        GET "0b0001 00000007 64656661756c74 " KEY "00",
        REMOVE "0b0001 00000007 64656661756c74 " KEY "00",
        GET "0b0001 00000007 64656661756c74 " KEY "0c0003 00 00",
        GET "0b0001 00000007 64656661756c74 " KEY "0c0003 0a0006 " I64 "0a0005 " I64 "00 00",
    };
    for (size_t i = 0; i < 5; i++) {
        BaseBuf message = BASE_BUF_INIT;
        golden_append_hex(&message, requests[i]);
        RpcCall call = {.input = base_buf_slice(&message), .peer = "test"};
        base_buf_reset(&rig->reply);
        ck_assert(rpc_express_call(express, &call, &rig->reply, &verdict));
        ck_assert_int_eq(verdict.outcome, OBS_OK);
        ck_assert_msg((express->tape.capacity != 0) == (i == 4), "request %zu", i);
        base_buf_clear(&message);
    }
    rpc_express_free(express);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("shape");
    tcase_add_test(cases, usual_requests_are_recognised);
    tcase_add_test(cases, others_are_left_to_the_parser);
    tcase_add_test(cases, limits_hold);
    tcase_add_test(cases, golden_requests_are_recognised);
    tcase_add_test(cases, random_requests_mean_the_same);
    tcase_add_test(cases, the_lane_goes_without_a_tape);
    return rig_run("rpc_shape", cases);
}
