/*
 * test_rpc_instant.c: writes that are over before their flush is: their order among gets and other
 * writes, an engine that is busy, and replies that are lost.
 *
 * The linker puts the realloc() below in the place of the library's (--wrap): it fails when a test
 * wants it to, and so outputs do not grow.
 */
#include "service/rpc/express_private.h"
#include "service/wire/scanner.h"
#include "tests/support/gated_engine.h"
#include "tests/unit/express_rig.h"

#include <check.h>

enum { CALLS_MAX = 80, REFUSED = 3, OFFERS_MAX = 100000 };

typedef struct Call {
    BaseBuf input;
    BaseBuf output;
    bool finished;
    bool closed;
    bool handed_over;
    unsigned replies; /* of those that were gathered with it, its own included */
} Call;

static Rig *rig;
static RpcExpress *express;
static RpcExpressConn conns[3];
static Call calls[CALLS_MAX];
static size_t call_count;
static size_t ends[CALLS_MAX]; /* calls in the order in which they were finished or handed over */
static size_t end_count;

static bool outputs_do_not_grow;
static bool many_runs; /* requests may be told of more than once */
static bool puts_ask;  /* for something, so that they go the longer way */

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *
__wrap_realloc(void *block, size_t size)
{
    return outputs_do_not_grow ? NULL : __real_realloc(block, size);
}

static void
on_finish(void *user, void *request, bool close)
{
    Call *call = request;
    (void)user;
    ck_assert(!call->finished && !call->handed_over);
    call->finished = true;
    call->closed = close;
    ends[end_count++] = (size_t)(call - calls);
}

static void
on_finish_run(void *user, void *request, unsigned count, size_t longest)
{
    Call *call = request;
    ck_assert(longest > 0 && count > 0);
    call->replies = many_runs ? call->replies + count : count;
    call->finished = call->finished && !many_runs;
    on_finish(user, request, false);
}

static void
on_hand_over(void *user, void *request, BaseSlice input)
{
    Call *call = request;
    (void)user;
    ck_assert(input.data == call->input.data);
    ck_assert(!call->finished && !call->handed_over);
    call->handed_over = true;
    ends[end_count++] = (size_t)(call - calls);
}

static void
set_up_with(const EngineClass *engine_class)
{
    const RpcExpressOwner owner = {
        on_finish, on_finish_run, on_hand_over, express_never_held_back, express_keeps_no_input,
        NULL};
    rig = rig_new_with(engine_class);
    ck_assert(base_is_ok(rpc_express_new(&rig->context, &owner, &express)));
    RpcTicket ticket;
    ck_assert(rpc_express_find_store(express, BASE_SLICE_LITERAL("default"), &ticket));
}

static void
set_up(void)
{
    gate_register();
    gate_reset();
    set_up_with(&instant_class);
}

static void
tear_down(void)
{
    rpc_express_turn_end(express);
    rpc_express_free(express);
    rig_free(rig);
    for (size_t i = 0; i < CALLS_MAX; i++) {
        base_buf_clear(&calls[i].input);
        base_buf_clear(&calls[i].output);
    }
}

/* ---------------------------------------------------------------------------------- requests -- */

/* A request with these options, of a put also with a value (NULL: none). */
static Call *
request(const char *method, const char *key, const char *value, int16_t option, int32_t number)
{
    ck_assert_uint_lt(call_count, CALLS_MAX);
    Call *call = &calls[call_count++];
    WireWriter writer;
    wire_writer_begin(&writer, &call->input, (WireFormat){WIRE_BINARY, true}, 100000);
    wire_writer_message(&writer, WIRE_CALL, base_slice_text(method), (int32_t)call_count);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field_bytes(&writer, 2, base_slice_text(key));
    if (value != NULL) {
        wire_writer_field_bytes(&writer, 3, base_slice_text(value));
    }
    if (option != 0) {
        wire_writer_field(&writer, value != NULL ? 4 : 3, WIRE_STRUCT);
        wire_writer_struct_begin(&writer);
        if (number < 0) {
            wire_writer_field_bool(&writer, option, true);
        } else {
            wire_writer_field_i32(&writer, option, number);
        }
        wire_writer_struct_end(&writer);
    }
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return call;
}

enum { DEADLINE_MS = 1, DURABILITY = 4, RETURN_CURRENT = 7, WANT_EXISTED = 8 };

static Call *
a_put(const char *key, const char *value)
{
    return puts_ask ? request("put", key, value, WANT_EXISTED, -1)
                    : request("put", key, value, 0, 0);
}

static Call *
a_get(const char *key)
{
    return request("get", key, NULL, 0, 0);
}

static RpcCall
rpc_call(const Call *call)
{
    return (RpcCall){.input = base_buf_slice(&call->input),
                     .arrival_us = base_clock_monotonic_us(&rig->clock.clock),
                     .peer = "test"};
}

static RpcExpressFate
gather(RpcExpressConn *conn, Call *call)
{
    RpcCall rpc = rpc_call(call);
    return rpc_express_gather(express, conn, &rpc, call, &call->output);
}

static Call *
gathered(RpcExpressConn *conn, Call *call)
{
    ck_assert_int_eq(gather(conn, call), RPC_EXPRESS_TAKEN);
    return call;
}

/* Offers a call the other way. */
static Call *
taken(RpcExpressConn *conn, Call *call)
{
    RpcCall rpc = rpc_call(call);
    ck_assert_int_eq(rpc_express_take(express, conn, &rpc, call, &call->output), RPC_EXPRESS_TAKEN);
    return call;
}

static int16_t
answer_of(const Call *call)
{
    ck_assert(call->finished && !call->closed);
    return express_answer(rig, base_buf_slice(&call->output));
}

static bool
found(const Call *call, const char *value)
{
    ck_assert(call->finished);
    return express_found(rig, base_buf_slice(&call->output), value);
}

static void
expect_ends_in_order(size_t count)
{
    ck_assert_uint_eq(end_count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(ends[i], i);
    }
}

/* ------------------------------------------------------------------------------------- order -- */

START_TEST(writes_of_all_connections_are_executed_together)
{
    puts_ask = _i == 1;
    for (size_t i = 0; i < 9; i++) {
        (void)gathered(&conns[i % 3],
                       i == 4 ? request("remove", "a", NULL, 0, 0) : a_put("a", "1"));
    }
    ck_assert_uint_eq(gate_commits(), 0);
    rpc_express_flush(express);
    ck_assert_uint_eq(gate_commits(), 9);
    ck_assert_uint_eq(gate_chains(), puts_ask ? 1 : 3); /* those before and behind the remove */
    ck_assert_uint_eq(rpc_express_under_way(express), 0);
    expect_ends_in_order(9);
    for (size_t i = 0; i < 9; i++) {
        ck_assert_int_eq(answer_of(&calls[i]), EXPRESS_SUCCESS);
    }
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_OK), 8);
    ck_assert_uint_eq(rig_counted(rig, "remove", OBS_OK), 1);
    ck_assert_int_eq(obs_registry_in_flight(rig->obs), 0);
}
END_TEST

/* How many replies stand one behind the other in `bytes`; their sequence ids count from 1. */
static unsigned
replies_in_order(BaseSlice bytes)
{
    unsigned count = 0;
    for (size_t at = 0; at < bytes.len;) {
        WireTape tape = WIRE_TAPE_INIT;
        WireMessage message;
        WireError error;
        size_t len = wire_scanner_whole_frame(bytes.data + at, bytes.len - at);
        ck_assert(wire_parse_reply(base_slice(bytes.data + at, len), &rig->wire, &tape, &message,
                                   &error));
        ck_assert_int_eq(message.seqid, (int32_t)++count);
        wire_tape_clear(&tape);
        at += len;
    }
    return count;
}

/* Replies of one connection may share an output, gets before writes. */
START_TEST(replies_stand_in_order)
{
    puts_ask = _i == 1;
    BaseBuf shared = BASE_BUF_INIT;
    Call *pipeline[] = {a_get("a"), a_put("a", "1"), a_put("b", "2"), a_put("a", "3")};
    for (size_t i = 0; i < 4; i++) {
        RpcCall rpc = rpc_call(pipeline[i]);
        ck_assert_int_eq(rpc_express_gather(express, &conns[0], &rpc, pipeline[i], &shared),
                         RPC_EXPRESS_TAKEN);
    }
    rpc_express_flush(express);
    expect_ends_in_order(4);
    ck_assert_uint_eq(replies_in_order(base_buf_slice(&shared)), 4);
    base_buf_clear(&shared);
}
END_TEST

/* Gathers `first` and what stands behind it in `all`, at most `max`; returns how many. */
static unsigned
gathered_with(Call *first, unsigned max, const BaseBuf *all, size_t *ret_bytes)
{
    RpcCall rpc = rpc_call(first);
    size_t own = first->input.len;
    (void)gathered(&conns[0], first);
    return rpc_express_gather_on(express, &conns[0], &rpc, first, &first->output, max,
                                 base_slice(all->data + own, all->len - own), ret_bytes);
}

START_TEST(what_stands_behind_is_gathered_with_it)
{
    BaseBuf all = BASE_BUF_INIT;
    const Call *pipeline[] = {a_get("a"),      a_get("b"),      a_put("a", "1"),
                              a_put("b", "2"), a_put("c", "3"), a_get("a")};
    size_t lens[] = {0, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < 6; i++) {
        ck_assert(base_buf_append_slice(&all, base_buf_slice(&pipeline[i]->input)));
        lens[i] = all.len - pipeline[0]->input.len;
    }
    const struct {
        unsigned max;
        size_t cut; /* bytes that are not there yet */
        unsigned taken;
    } rows[] = {{0, 0, 0},
                {1, 0, 1},
                {3, 0, 3},
                {100, 0, 4 /* a get behind writes */},
                {100, lens[5] - lens[4] + 1, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t bytes = SIZE_MAX;
        all.len -= rows[i].cut;
        ck_assert_uint_eq(gathered_with(&calls[0], rows[i].max, &all, &bytes), rows[i].taken);
        all.len += rows[i].cut;
        ck_assert_uint_eq(bytes, lens[rows[i].taken]);
        rpc_express_flush(express);
        ck_assert_uint_eq(calls[0].replies, 1 + rows[i].taken);
        ck_assert_uint_eq(replies_in_order(base_buf_slice(&calls[0].output)), 1 + rows[i].taken);
        calls[0].finished = false;
        base_buf_reset(&calls[0].output);
    }
    ck_assert_uint_eq(end_count, sizeof rows / sizeof rows[0]); /* each told once */
    base_buf_clear(&all);
}
END_TEST

/* What was made is told when there is much of it, so that the owner can say that it is too much. */
START_TEST(long_replies_are_told_by_and_by)
{
    static char value[2001];
    memset(value, 'x', sizeof value - 1);
    (void)gathered(&conns[0], a_put("a", value));
    rpc_express_flush(express);
    Call *first = a_get("a");
    BaseBuf all = BASE_BUF_INIT;
    size_t bytes = 0;
    for (int i = 0; i < 9; i++) {
        ck_assert(base_buf_append_slice(&all, base_buf_slice(&first->input)));
    }
    ck_assert_uint_eq(gathered_with(first, 8, &all, &bytes), 8);
    many_runs = true;
    rpc_express_flush(express);
    ck_assert_uint_eq(first->replies, 9);
    ck_assert_uint_eq(end_count, 1 + 5); /* two at a time */
    base_buf_clear(&all);
}
END_TEST

START_TEST(a_get_behind_a_gathered_write_sees_it)
{
    puts_ask = _i == 1;
    Call *before = gathered(&conns[0], a_get("a"));
    (void)gathered(&conns[0], a_put("a", "1"));
    Call *behind = a_get("a");
    ck_assert_int_eq(gather(&conns[0], behind), RPC_EXPRESS_LATER);
    Call *other = gathered(&conns[1], a_get("a"));
    rpc_express_flush(express);
    (void)gathered(&conns[0], behind);
    (void)gathered(&conns[0], a_put("a", "2"));
    (void)taken(&conns[0], a_get("a")); /* flushes by itself */
    ck_assert(found(before, NULL) && found(other, NULL) && found(behind, "1"));
    rpc_express_flush(express);
    ck_assert(found(&calls[5], "2"));
}
END_TEST

/* Those of instant.h come before those of pending.h, and what follows those is not gathered. */
START_TEST(writes_of_both_ways_keep_their_order)
{
    (void)gathered(&conns[0], a_put("a", "1"));
    (void)taken(&conns[0], a_put("a", "2"));
    Call *third = a_put("a", "3");
    ck_assert_int_eq(gather(&conns[0], third), RPC_EXPRESS_PASSED);
    (void)taken(&conns[0], third);
    (void)gathered(&conns[1], a_put("b", "4"));
    rpc_express_flush(express);
    ck_assert_uint_eq(gate_chains(), 2);
    Call *get = gathered(&conns[0], a_get("a"));
    rpc_express_flush(express);
    ck_assert(found(get, "3"));
}
END_TEST

START_TEST(a_full_lane_asks_for_a_flush)
{
    for (size_t i = 0; i < RPC_INSTANT_MAX; i++) {
        (void)gathered(&conns[i % 3], a_put("a", "1"));
    }
    Call *put = a_put("a", "1");
    Call *get = a_get("a");
    ck_assert_int_eq(gather(&conns[0], put), RPC_EXPRESS_LATER);
    ck_assert_int_eq(gather(&conns[1], get), RPC_EXPRESS_LATER);
    rpc_express_flush(express);
    (void)gathered(&conns[0], put);
    (void)gathered(&conns[1], get);
    rpc_express_flush(express);
    ck_assert_uint_eq(end_count, RPC_INSTANT_MAX + 2);
}
END_TEST

/* ------------------------------------------------------------------------------------ limits -- */

START_TEST(other_engines_do_not_gather_writes)
{
    tear_down();
    set_up_with(&gated_class);
    Call *put = a_put("a", "1");
    ck_assert_int_eq(gather(&conns[0], put), RPC_EXPRESS_PASSED);
    (void)taken(&conns[0], put);
    rpc_express_flush(express);
    ck_assert_int_eq(answer_of(put), EXPRESS_SUCCESS);
}
END_TEST

/* A current value might make a reply long; one that does not fit would have no way out. */
START_TEST(writes_with_long_replies_are_not_gathered)
{
    ck_assert_int_eq(gather(&conns[0], request("put", "a", "1", RETURN_CURRENT, -1)),
                     RPC_EXPRESS_PASSED);
    ck_assert_int_eq(gather(&conns[0], request("remove", "a", NULL, RETURN_CURRENT, -1)),
                     RPC_EXPRESS_PASSED);
    (void)gathered(&conns[0], request("put", "a", "1", WANT_EXISTED, -1));
    ck_assert_int_eq(gather(&conns[0], a_put("", "1")), RPC_EXPRESS_PASSED); /* at fault */
    ck_assert_uint_eq(express->instant.count, 1);
}
END_TEST

START_TEST(what_the_engine_refuses_is_answered)
{
    puts_ask = _i == 1;
    const EngineOutcome full = {
        .kind = ENGINE_REFUSED, .refusal = ENGINE_REFUSAL_MEMORY_FULL, .status = base_ok()};
    Call *fine = gathered(&conns[0], a_put("a", "1"));
    Call *refused = gathered(&conns[0], a_put("a", "2"));
    gate_answer(&full, 1);
    rpc_express_flush(express);
    ck_assert_int_eq(answer_of(fine), EXPRESS_SUCCESS);
    ck_assert_int_eq(answer_of(refused), REFUSED);
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_OK), 1);
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_REFUSED), 1);
}
END_TEST

/* What a put says of itself decides which way it goes; the reply tells what was asked for. */
START_TEST(puts_that_ask_and_those_that_do_not_keep_their_order)
{
    (void)gathered(&conns[0], a_put("a", "1"));
    (void)gathered(&conns[0], request("put", "a", "2", WANT_EXISTED, -1));
    (void)gathered(&conns[0], request("put", "a", "3", DURABILITY, 0));
    (void)gathered(&conns[0], a_put("b", "4"));
    (void)gathered(&conns[0], a_put("a", "5"));
    Call *faulty = a_put("", "1");
    ck_assert_int_eq(gather(&conns[0], faulty), RPC_EXPRESS_PASSED);
    static const bool plain[] = {true, false, false, true, true};
    for (size_t i = 0; i < 5; i++) {
        ck_assert(express->instant.writes[i].plain == plain[i]);
    }
    rpc_express_flush(express);
    expect_ends_in_order(5);
    ck_assert_uint_eq(gate_chains(), 3);
    Call *get = gathered(&conns[0], a_get("a"));
    rpc_express_flush(express);
    ck_assert(found(get, "5"));
}
END_TEST

/* A deadline that passes between gathering and flushing is for the workers to tell. */
START_TEST(a_put_whose_deadline_passes_is_handed_over)
{
    Call *put = gathered(&conns[0], a_put("a", "1"));
    base_fake_clock_advance_ms(&rig->clock, rig->store_limits.deadline_ms_default + 1);
    rpc_express_flush(express);
    ck_assert(put->handed_over && !put->finished);
    (void)gathered(&conns[0], a_put("a", "2")); /* nobody was busy */
    rpc_express_flush(express);
    ck_assert_int_eq(answer_of(&calls[1]), EXPRESS_SUCCESS);
}
END_TEST

/* -------------------------------------------------------------------------------------- busy -- */

START_TEST(what_a_busy_engine_does_not_take_goes_to_the_workers)
{
    puts_ask = _i == 1;
    (void)gathered(&conns[0], a_put("a", "1"));
    (void)gathered(&conns[1], a_put("a", "1"));
    (void)gathered(&conns[0], a_put("a", "2"));
    (void)taken(&conns[0], a_put("a", "3")); /* behind those of its connection */
    Call *get = gathered(&conns[2], a_get("a"));
    gate_hold();
    rpc_express_flush(express);
    ck_assert(found(get, NULL));
    for (size_t i = 0; i < 4; i++) {
        ck_assert(calls[i].handed_over);
        ck_assert_uint_eq(ends[1 + i], i);
    }
    gate_release();
    ck_assert_uint_eq(gate_commits(), 0);
    for (size_t i = 0; i < 3; i++) {
        ck_assert(!conns[i].detour && conns[i].instant == 0 && conns[i].gathered == 0);
    }
}
END_TEST

static Call *
a_multi_get(const char *key)
{
    Call *call = &calls[call_count++];
    WireWriter writer;
    wire_writer_begin(&writer, &call->input, (WireFormat){WIRE_BINARY, true}, 100000);
    wire_writer_message(&writer, WIRE_CALL, BASE_SLICE_LITERAL("multi_get"), 1);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field(&writer, 2, WIRE_LIST);
    wire_writer_list(&writer, WIRE_BYTES, 1);
    wire_writer_bytes(&writer, base_slice_text(key));
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return call;
}

/* Offers a call behind a write that meets a busy engine. */
static RpcExpressFate
fate_behind_a_busy_write(Call *call)
{
    Call *write = gathered(&conns[0], a_put("a", "1"));
    RpcCall rpc = rpc_call(call);
    gate_hold();
    RpcExpressFate fate = rpc_express_take(express, &conns[0], &rpc, call, &call->output);
    gate_release();
    ck_assert(write->handed_over && !call->finished);
    return fate;
}

/* A request that had the lane flushed does not overtake what the flush handed over. */
START_TEST(what_has_no_way_round_a_busy_engine_goes_to_the_workers_too)
{
    Call *behind = _i == 0 ? a_multi_get("a") : a_get("a");
    ck_assert_int_eq(fate_behind_a_busy_write(behind), RPC_EXPRESS_PASSED);
    (void)taken(&conns[0], a_get("b")); /* now nothing is in the way */
    rpc_express_flush(express);
}
END_TEST

START_TEST(a_write_without_room_goes_behind_a_busy_one)
{
    (void)gathered(&conns[0], a_put("a", "1"));
    for (size_t i = 0; i < RPC_PENDING_MAX; i++) {
        (void)taken(&conns[1], a_put("b", "2"));
    }
    Call *behind = a_put("a", "3");
    RpcCall rpc = rpc_call(behind);
    gate_hold();
    ck_assert_int_eq(rpc_express_take(express, &conns[0], &rpc, behind, &behind->output),
                     RPC_EXPRESS_PASSED);
    gate_release();
    ck_assert(calls[0].handed_over && !behind->finished);
}
END_TEST

/* Offers of a put until it is gathered, after it has met a busy engine. */
static size_t
pause_of_a_busy_engine(Call *put)
{
    (void)gathered(&conns[0], put);
    gate_hold();
    rpc_express_flush(express);
    gate_release();
    size_t offers = 0;
    do {
        put->handed_over = false;
        end_count = 0;
        offers++;
        ck_assert_uint_lt(offers, OFFERS_MAX);
    } while (gather(&conns[0], put) != RPC_EXPRESS_TAKEN);
    rpc_express_flush(express);
    ck_assert(put->finished);
    put->finished = false;
    return offers;
}

/* Ever later while the engine is often busy, and soon when it seldom is. */
START_TEST(writes_are_gathered_again_after_a_while)
{
    Call *put = a_put("a", "1");
    size_t first = pause_of_a_busy_engine(put);
    ck_assert_uint_gt(first, 10);
    size_t second = pause_of_a_busy_engine(put);
    ck_assert_uint_gt(second, 4 * first);
    ck_assert_uint_gt(pause_of_a_busy_engine(put), 4 * second);
    for (int i = 0; i < 1000; i++) {
        (void)gathered(&conns[0], put);
        rpc_express_flush(express);
        put->finished = false;
        end_count = 0;
    }
    ck_assert_uint_eq(pause_of_a_busy_engine(put), first);
}
END_TEST

/* However many chains and runs there are in a flush. */
START_TEST(a_busy_engine_is_met_once_in_a_flush)
{
    for (size_t i = 0; i < 3; i++) {
        (void)gathered(&conns[i],
                       i % 2 == 0 ? a_put("a", "1") : request("remove", "a", NULL, 0, 0));
    }
    gate_hold();
    rpc_express_flush(express);
    gate_release();
    unsigned one = express->instant.pause;
    tear_down();
    set_up();
    call_count = 0;
    end_count = 0;
    memset(calls, 0, sizeof calls);
    (void)gathered(&conns[0], a_put("a", "1"));
    gate_hold();
    rpc_express_flush(express);
    gate_release();
    ck_assert_uint_eq(express->instant.pause, one);
}
END_TEST

/* -------------------------------------------------------------------------------------- loss -- */

/* Nothing of a connection is answered behind a reply that is missing. */
START_TEST(behind_a_lost_reply_there_is_none)
{
    puts_ask = _i == 1;
    Call *first = gathered(&conns[0], a_put("a", "1"));
    Call *lost = gathered(&conns[0], a_put("a", "2"));
    Call *behind = gathered(&conns[0], a_put("a", "3"));
    Call *other = gathered(&conns[1], a_put("b", "4"));
    Call *const have_room[] = {first, behind, other};
    for (size_t i = 0; i < 3; i++) {
        ck_assert(base_buf_reserve(&have_room[i]->output, 1000));
    }
    outputs_do_not_grow = true;
    rpc_express_flush(express);
    outputs_do_not_grow = false;
    ck_assert_int_eq(answer_of(first), EXPRESS_SUCCESS);
    ck_assert_int_eq(answer_of(other), EXPRESS_SUCCESS);
    ck_assert(lost->finished && lost->closed && lost->output.len == 0);
    ck_assert(behind->finished && behind->closed && behind->output.len == 0);
    ck_assert_uint_eq(gate_commits(), 4);
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_OK), 2);
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_INDETERMINATE), 2);
    ck_assert(!conns[0].detour);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("instant");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, writes_of_all_connections_are_executed_together, 0, 2);
    tcase_add_loop_test(cases, replies_stand_in_order, 0, 2);
    tcase_add_test(cases, what_stands_behind_is_gathered_with_it);
    tcase_add_test(cases, long_replies_are_told_by_and_by);
    tcase_add_loop_test(cases, a_get_behind_a_gathered_write_sees_it, 0, 2);
    tcase_add_test(cases, writes_of_both_ways_keep_their_order);
    tcase_add_test(cases, a_full_lane_asks_for_a_flush);
    tcase_add_test(cases, other_engines_do_not_gather_writes);
    tcase_add_test(cases, writes_with_long_replies_are_not_gathered);
    tcase_add_loop_test(cases, what_the_engine_refuses_is_answered, 0, 2);
    tcase_add_test(cases, puts_that_ask_and_those_that_do_not_keep_their_order);
    tcase_add_test(cases, a_put_whose_deadline_passes_is_handed_over);
    tcase_add_loop_test(cases, what_a_busy_engine_does_not_take_goes_to_the_workers, 0, 2);
    tcase_add_loop_test(cases, what_has_no_way_round_a_busy_engine_goes_to_the_workers_too, 0, 2);
    tcase_add_test(cases, a_write_without_room_goes_behind_a_busy_one);
    tcase_add_test(cases, a_busy_engine_is_met_once_in_a_flush);
    tcase_add_test(cases, writes_are_gathered_again_after_a_while);
    tcase_add_loop_test(cases, behind_a_lost_reply_there_is_none, 0, 2);
    return rig_run("rpc_instant", cases);
}
