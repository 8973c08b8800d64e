/*
 * test_client_limits.c: what builders take a call to weigh is never less than what it weighs.
 */
#include "service/client/limits.h"

#include "engine/base/rand.h"
#include "service/client/encode.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 200, ROUNDS = 300 };

static uint64_t seed;
static BaseRand dice;

static void
prepare(void)
{
    dice = base_rand(seed);
}

static bool
coin(void)
{
    return base_rand_below(&dice, 2) == 0;
}

/* A number of any size: compact writes long ones longest. */
static int64_t
number(void)
{
    return (int64_t)(base_rand_next(&dice) >> base_rand_below(&dice, 64));
}

static LarderBytes
bytes(uint64_t most)
{
    static const char zeros[20000];
    return larder_bytes(zeros, base_rand_below(&dice, most + 1));
}

static LarderCondition
condition(void)
{
    return (LarderCondition){
        .has_absent = coin(),
        .has_present = coin(),
        .has_version_equal = coin(),
        .version_equal = number(),
        .has_version_at_most = coin(),
        .version_at_most = number(),
        .has_value_equal = coin(),
        .value_equal = bytes(300),
    };
}

static LarderExpiry
expiry(void)
{
    return (LarderExpiry){
        .has_ttl_ms = coin(),
        .ttl_ms = number(),
        .has_at_ms = coin(),
        .at_ms = number(),
        .has_keep = coin(),
    };
}

/* Random mutations, some of them with every part, which the server would not take but encodes. */
typedef struct Call {
    LarderMutation mutations[COUNT];
    LarderCondition conditions[COUNT];
    LarderExpiry expiries[COUNT];
    LarderGuard guards[COUNT];
} Call;

static Call call;

static size_t
make_call(size_t count)
{
    size_t weight = 0;
    for (size_t i = 0; i < count; i++) {
        call.conditions[i] = condition();
        call.expiries[i] = expiry();
        call.mutations[i] = (LarderMutation){
            .kind = (LarderMutationKind)(1 + base_rand_below(&dice, 4)),
            .key = bytes(coin() ? 5 : 1000),
            .has_value = coin(),
            .value = bytes(coin() ? 5 : 20000),
            .has_stop_key = coin(),
            .stop_key = bytes(20),
            .has_delta = coin(),
            .delta = number(),
            .expiry = coin() ? &call.expiries[i] : NULL,
            .condition = coin() ? &call.conditions[i] : NULL,
        };
        call.guards[i] = (LarderGuard){bytes(20), condition()};
        weight += client_limits_weigh(&call.mutations[i]).bytes;
        weight += client_limits_weigh_guard(call.guards[i].key, &call.guards[i].condition).bytes;
    }
    return weight;
}

START_TEST(weights_are_upper_bounds)
{
    const LarderFence fence = {larder_text("a lease of some name"), INT64_MAX};
    const LarderBytes store = larder_text("a-store");
    for (int i = 0; i < ROUNDS; i++) {
        size_t count = base_rand_below(&dice, coin() ? 3 : COUNT);
        size_t weight = make_call(count);
        const LarderBatchOptions options = {
            .has_deadline_ms = true,
            .deadline_ms = INT64_MAX,
            .has_guards = true,
            .guards = {call.guards, count},
            .has_durability = true,
            .durability = LARDER_DURABILITY_SYNC,
            .fence = &fence,
            .has_request_id = true,
            .request_id = larder_text("0123456789abcdef"),
            .has_return_current = true,
        };
        const LarderBatchArguments arguments = {store, {call.mutations, count}, &options};
        size_t bound = weight + client_limits_around(store, &fence, options.request_id);
        for (int protocol = 0; protocol < 2; protocol++) {
            BaseBuf out = BASE_BUF_INIT;
            const WireFormat format = {protocol == 0 ? WIRE_BINARY : WIRE_COMPACT, true};
            ck_assert_int_eq(
                client_encode_call(&out, format, INT32_MIN, LARDER_METHOD_BATCH, &arguments),
                WIRE_OK);
            ck_assert_uint_le(out.len, bound);
            base_buf_clear(&out);
        }
    }
}
END_TEST

START_TEST(the_servers_word_is_learnt)
{
    ClientLimits limits = client_limits_default();
    ck_assert_int_eq(limits.key_bytes, 1024);
    ck_assert_int_eq(limits.range_removes, 16);
    const LarderLimitInfo said[] = {
        {.name = larder_text("key_bytes"), .value = 77},
        {.name = larder_text("something_new"), .value = 5},
        {.name = larder_text("value_bytes"), .value = -1},
        {.name = larder_text("batch_items"), .value = 9},
    };
    const LarderServerInfo info = {.limits = {said, 4}};
    client_limits_learn(&limits, &info);
    ck_assert_int_eq(limits.key_bytes, 77);
    ck_assert_int_eq(limits.batch_items, 9);
    ck_assert_int_eq(limits.value_bytes, 1048576);
}
END_TEST

/* Whether it fits a bulk_write, or which limit is in the way. */
static void
assert_fit(const ClientLimits *limits, size_t around, const ClientLoad *load,
           const ClientLoad *more, const char *expected)
{
    ClientFlaw flaw = {.what = "nothing"};
    bool fits = client_limits_fit(limits, LARDER_METHOD_BULK_WRITE, around, load, more, &flaw);
    ck_assert(fits == (expected == NULL));
    ck_assert_str_eq(flaw.what, expected == NULL ? "nothing" : expected);
}

START_TEST(bounds_are_exact)
{
    ClientLimits limits = client_limits_default();
    limits.bulk_write_items = 2;
    limits.range_removes = 1;
    limits.request_bytes = 1000;
    const ClientLoad one = {.items = 1, .bytes = 400};
    const ClientLoad range = {.items = 1, .range_removes = 1, .bytes = 10};
    const ClientLoad two = {.items = 2, .bytes = 10};
    ClientLoad load = {.items = 1, .bytes = 500};
    assert_fit(&limits, 100, &load, &one, NULL);
    assert_fit(&limits, 101, &load, &one, "request_bytes");
    assert_fit(&limits, 100, &load, &two, "bulk_write_items");
    assert_fit(&limits, 100, &load, &range, NULL);
    load.range_removes = 1;
    assert_fit(&limits, 100, &load, &range, "range_removes");
    load.values = (size_t)limits.request_values;
    assert_fit(&limits, 100, &load, &one, "request_values");
    load = (ClientLoad){.guards = 2};
    assert_fit(&limits, 100, &load, &(ClientLoad){.guards = 1}, "bulk_write_items");
}
END_TEST

int
main(void)
{
    const char *text = getenv("LARDER_SEED");
    seed = text == NULL ? 1 : strtoull(text, NULL, 10);
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)seed);
    (void)fflush(stdout);
    TCase *cases = tcase_create("limits");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, prepare, NULL);
    tcase_add_test(cases, weights_are_upper_bounds);
    tcase_add_test(cases, the_servers_word_is_learnt);
    tcase_add_test(cases, bounds_are_exact);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
