/*
 * test_rpc_express.c: the express lane answers like the generated one, byte for byte.
 *
 * Three servers with the same stores and clock get the same random requests in the same order: one
 * through the generated lane alone, one through an express lane as workers use it, one as reactors
 * do, which gathers up to a handful of requests of one connection before it executes them; gets are
 * offered to it in both ways. Every reply is compared.
 *
 * LARDER_EXPRESS_REQUESTS in the environment says how many requests each engine gets; a soak gives
 * millions.
 */
#include "tests/support/request_maker.h"
#include "tests/support/scripted_engine.h"
#include "tests/unit/express_rig.h"

#include <check.h>

enum { GATHER_MAX = 24, TWIN_REPLY_MAX = 20000 };

static size_t requests_wanted = 50000;

/* A request on its way through the reactor's lane. */
typedef struct Flight {
    BaseBuf input;
    BaseBuf output;
    BaseBuf expected; /* what the generated lane has answered */
    bool finished;
} Flight;

typedef struct Twins {
    Rig *reference;
    Rig *worker;
    Rig *reactor;
    RpcExpress *worker_express;
    RpcExpress *reactor_express;
    RpcExpressConn conn;
    Flight flights[GATHER_MAX];
    size_t count;
    size_t taken;    /* by the express lane of the reactor, in all */
    size_t gathered; /* besides */
    BaseRand rand;
} Twins;

static void
on_finish(void *user, void *request, bool close)
{
    (void)user;
    Flight *flight = request;
    ck_assert(!flight->finished && !close);
    flight->finished = true;
}

/* Each call has an output of its own for its owner, so there are no runs of several. */
static void
on_finish_run(void *user, void *request, unsigned count, size_t longest)
{
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_gt(longest, 0);
    on_finish(user, request, false);
}

/* What a worker does with a request that the reactor does not execute. */
static void
execute_generated(Twins *twins, Flight *flight)
{
    (void)rig_raw(twins->reactor, base_buf_slice(&flight->input));
    base_buf_reset(&flight->output);
    base_buf_append_slice(&flight->output, base_buf_slice(&twins->reactor->reply));
    flight->finished = true;
}

static void
on_hand_over(void *user, void *request, BaseSlice input)
{
    Flight *flight = request;
    ck_assert(input.data == flight->input.data);
    execute_generated(user, flight);
}

static Twins *
twins_new(const EngineClass *engine_class)
{
    Twins *twins = calloc(1, sizeof *twins);
    const RpcExpressOwner owner = {
        on_finish, on_finish_run, on_hand_over, express_never_held_back, express_keeps_no_input,
        twins};
    twins->rand = base_rand(4);
    twins->reference = rig_new_with(engine_class);
    twins->worker = rig_new_with(engine_class);
    twins->reactor = rig_new_with(engine_class);
    ck_assert(base_is_ok(rpc_express_new(&twins->worker->context, NULL, &twins->worker_express)));
    ck_assert(
        base_is_ok(rpc_express_new(&twins->reactor->context, &owner, &twins->reactor_express)));
    return twins;
}

static void
twins_free(Twins *twins)
{
    rpc_express_free(twins->worker_express);
    rpc_express_free(twins->reactor_express);
    rig_free(twins->reference);
    rig_free(twins->worker);
    rig_free(twins->reactor);
    for (size_t i = 0; i < GATHER_MAX; i++) {
        base_buf_clear(&twins->flights[i].input);
        base_buf_clear(&twins->flights[i].output);
        base_buf_clear(&twins->flights[i].expected);
    }
    free(twins);
}

static void
compare(const char *who, size_t number, BaseSlice request, BaseSlice expected, BaseSlice got)
{
    if (base_slice_equal(expected, got)) {
        return;
    }
    fprintf(stderr, "request %zu, %s: %zu bytes expected, %zu came\nrequest:", number, who,
            expected.len, got.len);
    const BaseSlice dumps[] = {request, expected, got};
    for (size_t d = 0; d < 3; d++) {
        for (size_t i = 0; i < dumps[d].len && i < 400; i++) {
            fprintf(stderr, " %02x", dumps[d].data[i]);
        }
        fprintf(stderr, d == 0 ? "\nexpected:" : d == 1 ? "\ngot:" : "\n");
    }
    ck_abort_msg("request %zu is answered differently by the %s", number, who);
}

/* Ends the turn of the reactor and compares what it answered. */
static void
end_turn(Twins *twins, size_t number)
{
    rpc_express_turn_end(twins->reactor_express);
    for (size_t i = 0; i < twins->count; i++) {
        Flight *flight = &twins->flights[i];
        ck_assert_msg(flight->finished, "request %zu has no answer", number - twins->count + i);
        compare("reactor", number - twins->count + i, base_buf_slice(&flight->input),
                base_buf_slice(&flight->expected), base_buf_slice(&flight->output));
    }
    twins->count = 0;
}

/* Offers a request to be gathered where it is, behind a flush if it has to be. */
static bool
gather(Twins *twins, const RpcCall *call, Flight *flight)
{
    RpcExpress *express = twins->reactor_express;
    RpcExpressFate fate = rpc_express_gather(express, &twins->conn, call, flight, &flight->output);
    if (fate == RPC_EXPRESS_LATER) {
        rpc_express_flush(express);
        fate = rpc_express_gather(express, &twins->conn, call, flight, &flight->output);
        ck_assert_int_ne(fate, RPC_EXPRESS_LATER);
    }
    return fate == RPC_EXPRESS_TAKEN;
}

static void
offer(Twins *twins, BaseSlice request)
{
    Flight *flight = &twins->flights[twins->count++];
    base_buf_reset(&flight->input);
    base_buf_reset(&flight->output);
    base_buf_reset(&flight->expected);
    base_buf_append_slice(&flight->input, request);
    base_buf_append_slice(&flight->expected, base_buf_slice(&twins->reference->reply));
    flight->finished = false;
    RpcCall call = {.input = base_buf_slice(&flight->input),
                    .arrival_us = base_clock_monotonic_us(&twins->reactor->clock.clock),
                    .peer = "test"};
    if (base_rand_below(&twins->rand, 2) == 0 && gather(twins, &call, flight)) {
        twins->gathered++;
        return;
    }
    switch (
        rpc_express_take(twins->reactor_express, &twins->conn, &call, flight, &flight->output)) {
    case RPC_EXPRESS_TAKEN:
        twins->taken++;
        break;
    case RPC_EXPRESS_PASSED:
        execute_generated(twins, flight);
        break;
    case RPC_EXPRESS_LATER:
        ck_abort_msg("nothing is ever under way here");
    }
}

static void
serve(Twins *twins, BaseSlice request, size_t number)
{
    (void)rig_raw(twins->reference, request);
    BaseSlice expected = base_buf_slice(&twins->reference->reply);

    RpcVerdict verdict;
    RpcCall call = {.input = request,
                    .arrival_us = base_clock_monotonic_us(&twins->worker->clock.clock),
                    .peer = "test"};
    base_buf_reset(&twins->worker->reply);
    if (!rpc_express_call(twins->worker_express, &call, &twins->worker->reply, &verdict)) {
        (void)rig_raw(twins->worker, request);
        verdict = twins->worker->verdict;
    }
    compare("worker", number, request, expected, base_buf_slice(&twins->worker->reply));
    ck_assert_int_eq(verdict.outcome, twins->reference->verdict.outcome);
    ck_assert_int_eq(verdict.code, twins->reference->verdict.code);
    offer(twins, request);
}

static void
advance_clocks(Twins *twins, int64_t ms)
{
    base_fake_clock_advance_ms(&twins->reference->clock, ms);
    base_fake_clock_advance_ms(&twins->worker->clock, ms);
    base_fake_clock_advance_ms(&twins->reactor->clock, ms);
}

static void
run(const EngineClass *engine_class, bool scripted, uint64_t seed)
{
    RequestMaker maker;
    BaseBuf request = BASE_BUF_INIT;
    Twins *twins = twins_new(engine_class);
    request_maker_init(&maker, seed, scripted);
    for (size_t i = 0; i < requests_wanted; i++) {
        if (twins->count == GATHER_MAX || base_rand_below(&maker.rng, 8) == 0) {
            end_turn(twins, i);
            if (base_rand_below(&maker.rng, 4) == 0) {
                advance_clocks(twins, (int64_t)base_rand_below(&maker.rng, 700));
            }
            EngineStats stats;
            engine_stats(store_engine(twins->reference->store), &stats);
            maker.versions = stats.version;
        }
        request_maker_next(&maker, &request);
        serve(twins, base_buf_slice(&request), i);
    }
    end_turn(twins, requests_wanted);
    /* The test is about the express lane: most requests have to be fit for it. */
    ck_assert_uint_gt(twins->taken + twins->gathered, requests_wanted / 4);
    ck_assert_uint_gt(twins->gathered, requests_wanted / 100);
    base_buf_clear(&request);
    twins_free(twins);
}

START_TEST(hashmap_is_answered_alike)
{
    run(NULL, false, 1);
}
END_TEST

START_TEST(every_outcome_is_answered_alike)
{
    run(&scripted_class, true, 2);
}
END_TEST

/* The counters of both lanes agree, too. */
START_TEST(calls_are_counted_alike)
{
    RequestMaker maker;
    BaseBuf request = BASE_BUF_INIT;
    Twins *twins = twins_new(NULL);
    request_maker_init(&maker, 3, false);
    for (size_t i = 0; i < 2000; i++) {
        if (twins->count == GATHER_MAX) {
            end_turn(twins, i);
        }
        request_maker_next(&maker, &request);
        serve(twins, base_buf_slice(&request), i);
    }
    end_turn(twins, 2000);
    static const char *const methods[] = {"get",   "put",        "remove", "multi_get",
                                          "batch", "bulk_write", "scan"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        for (int outcome = 0; outcome < OBS_OUTCOME_COUNT; outcome++) {
            uint64_t want = rig_counted(twins->reference, methods[i], (ObsOutcome)outcome);
            ck_assert_uint_eq(rig_counted(twins->worker, methods[i], (ObsOutcome)outcome), want);
            ck_assert_uint_eq(rig_counted(twins->reactor, methods[i], (ObsOutcome)outcome), want);
        }
    }
    ck_assert_int_eq(obs_registry_in_flight(twins->reactor->obs), 0);
    base_buf_clear(&request);
    twins_free(twins);
}
END_TEST

int
main(void)
{
    const char *wanted = getenv("LARDER_EXPRESS_REQUESTS");
    if (wanted != NULL) {
        requests_wanted = strtoull(wanted, NULL, 10);
    }
    TCase *cases = tcase_create("express");
    tcase_add_test(cases, hashmap_is_answered_alike);
    tcase_add_test(cases, every_outcome_is_answered_alike);
    tcase_add_test(cases, calls_are_counted_alike);
    return rig_run("rpc_express", cases);
}
