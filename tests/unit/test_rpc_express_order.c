/*
 * test_rpc_express_order.c: what the express lane of a reactor promises about the order of a
 * connection, about writes that take long, and about memory.
 */
#include "tests/support/gated_engine.h"
#include "tests/support/scripted_engine.h"
#include "tests/unit/express_rig.h"

#include <check.h>
#include <malloc.h>

enum { CALLS_MAX = 64, INDETERMINATE = 4 };

typedef struct Call {
    BaseBuf input;
    BaseBuf output;
    BaseBuf kept;
    bool finished;
    bool handed_over;
    bool held_back;
    RpcExpressFate fate;
} Call;

static Rig *rig;
static RpcExpress *express;
static RpcExpressConn conns[2];
static Call calls[CALLS_MAX];
static size_t call_count;
static size_t finished_order[CALLS_MAX];
static size_t finished_count;
static size_t handed_count;

static void
on_finish(void *user, void *request, bool close)
{
    Call *call = request;
    (void)user;
    ck_assert(!call->finished && !close);
    call->finished = true;
    finished_order[finished_count++] = (size_t)(call - calls);
}

/* Each call has an output of its own for its owner, so there are no runs of several. */
static void
on_finish_run(void *user, void *request, unsigned count, size_t longest)
{
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_gt(longest, 0);
    on_finish(user, request, false);
}

static void
on_hand_over(void *user, void *request, BaseSlice input)
{
    Call *call = request;
    (void)user;
    ck_assert(input.data == call->input.data);
    call->handed_over = true;
    handed_count++;
}

static bool
on_held_back(void *user, void *request)
{
    (void)user;
    return ((Call *)request)->held_back;
}

static void
on_keep_input(void *user, void *request, BaseBuf *into)
{
    Call *call = request;
    (void)user;
    *into = call->input;
    call->input = BASE_BUF_INIT;
}

static void
set_up_with(const EngineClass *engine_class)
{
    const RpcExpressOwner owner = {on_finish,    on_finish_run, on_hand_over,
                                   on_held_back, on_keep_input, NULL};
    rig = rig_new_with(engine_class);
    ck_assert(base_is_ok(rpc_express_new(&rig->context, &owner, &express)));
}

static void
set_up(void)
{
    gate_register();
    gate_reset();
    set_up_with(&gated_class);
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
        base_buf_clear(&calls[i].kept);
    }
}

/* ------------------------------------------------------------------------------- requests -- */

static void
begin(WireWriter *writer, Call *call, const char *method, const char *key)
{
    wire_writer_begin(writer, &call->input, (WireFormat){WIRE_BINARY, true}, 100000);
    wire_writer_message(writer, WIRE_CALL, base_slice_text(method), 7);
    wire_writer_struct_begin(writer);
    wire_writer_field_bytes(writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field_bytes(writer, 2, base_slice_text(key));
}

/* Offers a call that is written already. */
static Call *
offer(Call *call, RpcExpressConn *conn)
{
    RpcCall rpc = {.input = base_buf_slice(&call->input),
                   .arrival_us = base_clock_monotonic_us(&rig->clock.clock),
                   .peer = "test"};
    call->fate = rpc_express_take(express, conn, &rpc, call, &call->output);
    return call;
}

static Call *
write_get(const char *key)
{
    Call *call = &calls[call_count++];
    WireWriter writer;
    begin(&writer, call, "get", key);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return call;
}

static Call *
get(RpcExpressConn *conn, const char *key)
{
    return offer(write_get(key), conn);
}

/* Offers a get to be gathered, with its reply in the output of another one. */
static bool
gather_into(RpcExpressConn *conn, Call *call, BaseBuf *out)
{
    RpcCall rpc = {.input = base_buf_slice(&call->input),
                   .arrival_us = base_clock_monotonic_us(&rig->clock.clock),
                   .peer = "test"};
    return rpc_express_gather(express, conn, &rpc, call, out) == RPC_EXPRESS_TAKEN;
}

static Call *
gather(RpcExpressConn *conn, const char *key)
{
    Call *call = write_get(key);
    ck_assert(gather_into(conn, call, &call->output));
    return call;
}

static bool
is_gathered(RpcExpressConn *conn, Call *call)
{
    return gather_into(conn, call, &call->output);
}

static Call *
put_until(RpcExpressConn *conn, const char *key, const char *value, int64_t deadline_ms)
{
    Call *call = &calls[call_count++];
    WireWriter writer;
    begin(&writer, call, "put", key);
    wire_writer_field_bytes(&writer, 3, base_slice_text(value));
    wire_writer_field(&writer, 4, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_i64(&writer, 1, deadline_ms);
    wire_writer_struct_end(&writer);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return offer(call, conn);
}

static Call *
put(RpcExpressConn *conn, const char *key, const char *value)
{
    return put_until(conn, key, value, 10000);
}

/* Its answer says whether the key existed, so the engine has to look. */
static Call *
remove_key(RpcExpressConn *conn, const char *key)
{
    Call *call = &calls[call_count++];
    WireWriter writer;
    begin(&writer, call, "remove", key);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return offer(call, conn);
}

static int16_t
answer_of(const Call *call)
{
    return express_answer(rig, base_buf_slice(&call->output));
}

static bool
found(const Call *call, const char *value)
{
    ck_assert(call->finished);
    return express_found(rig, base_buf_slice(&call->output), value);
}

/* ----------------------------------------------------------------------------------- order -- */

START_TEST(a_turn_keeps_the_order_of_a_connection)
{
    Call *before = get(&conns[0], "a");
    (void)put(&conns[0], "a", "1");
    Call *between = get(&conns[0], "a");
    (void)put(&conns[0], "a", "2");
    Call *behind = get(&conns[0], "a");
    rpc_express_turn_end(express);
    ck_assert(found(before, NULL));
    ck_assert(found(between, "1"));
    ck_assert(found(behind, "2"));
}
END_TEST

/* Ends a turn in which so many writes have to become so many chains, all in their order. */
static void
expect_chains(size_t commits, size_t chains)
{
    rpc_express_turn_end(express);
    ck_assert_uint_eq(gate_commits(), commits);
    ck_assert_uint_eq(gate_chains(), chains);
    ck_assert_uint_eq(rpc_express_under_way(express), 0);
    ck_assert_uint_eq(finished_count, commits);
    for (size_t i = 0; i < finished_count; i++) {
        ck_assert_uint_eq(finished_order[i], i);
        ck_assert_int_eq(answer_of(&calls[i]), EXPRESS_SUCCESS);
    }
}

START_TEST(puts_of_all_connections_are_one_chain)
{
    (void)put(&conns[0], "a", "1");
    (void)put(&conns[0], "b", "2");
    (void)put(&conns[0], "a", "3");
    (void)put(&conns[1], "c", "4");
    expect_chains(4, 1);
    ck_assert_int_eq(put(&conns[0], "a", "5")->fate, RPC_EXPRESS_TAKEN);
    ck_assert_int_eq(put(&conns[1], "a", "6")->fate, RPC_EXPRESS_TAKEN);
    expect_chains(6, 2);
}
END_TEST

START_TEST(writes_that_may_read_are_a_chain_of_their_connection)
{
    (void)put(&conns[0], "a", "1");
    (void)remove_key(&conns[0], "b");
    (void)put(&conns[0], "a", "2");
    (void)put(&conns[1], "c", "3");
    expect_chains(4, 2);
    (void)put(&conns[0], "a", "4");
    (void)remove_key(&conns[1], "c");
    expect_chains(6, 4);
    (void)put(&conns[0], "a", "5");
    (void)put(&conns[1], "c", "6");
    expect_chains(8, 5);
}
END_TEST

/* A batch, or a bulk write, of puts of these keys (NULL ends them). */
static Call *
mutate(RpcExpressConn *conn, const char *method, const char *store, const char *const *keys)
{
    enum { PUT = 1 };
    Call *call = &calls[call_count++];
    WireWriter writer;
    uint32_t count = 0;
    while (keys[count] != NULL) {
        count++;
    }
    wire_writer_begin(&writer, &call->input, (WireFormat){WIRE_BINARY, true}, 100000);
    wire_writer_message(&writer, WIRE_CALL, base_slice_text(method), 7);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, base_slice_text(store));
    wire_writer_field(&writer, 2, WIRE_LIST);
    wire_writer_list(&writer, WIRE_STRUCT, count);
    for (uint32_t i = 0; i < count; i++) {
        wire_writer_struct_begin(&writer);
        wire_writer_field_i32(&writer, 1, PUT);
        wire_writer_field_bytes(&writer, 2, base_slice_text(keys[i]));
        wire_writer_field_bytes(&writer, 3, base_slice_text(method));
        wire_writer_struct_end(&writer);
    }
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return offer(call, conn);
}

/* A chain of its own could be sequenced before one that its engine has set aside. */
START_TEST(batches_are_of_the_chain_of_their_connection)
{
    static const char *const two[] = {"a", "b", NULL};
    static const char *const none[] = {NULL};
    (void)put(&conns[0], "a", "1");
    (void)mutate(&conns[0], "batch", "default", two);
    (void)mutate(&conns[0], "bulk_write", "default", none);
    (void)mutate(&conns[0], "bulk_write", "default", two);
    (void)put(&conns[0], "b", "2");
    (void)mutate(&conns[1], "batch", "default", two);
    rpc_express_turn_end(express);
    ck_assert_uint_eq(finished_count, 6);
    ck_assert_uint_eq(gate_chains(), 2);
    ck_assert_uint_eq(gate_commits(), 6);
}
END_TEST

/* Writes of two stores cannot be of one chain, so the second waits for the first. */
START_TEST(a_write_of_another_store_is_of_no_chain_at_hand)
{
    static const char *const one[] = {"a", NULL};
    StoreSpec spec = {.name = "other", .engine_class = &hashmap_class, .directory = "/other"};
    StoreError error;
    Store *other;
    ck_assert(store_set_open(rig->stores, &spec, &other, &error));
    gate_hold();
    Call *slow = put(&conns[0], "a", "1");
    ck_assert_int_eq(mutate(&conns[0], "batch", "other", one)->fate, RPC_EXPRESS_LATER);
    ck_assert(!slow->finished);
    gate_release();
    ck_assert(slow->finished);
    (void)put(&conns[0], "a", "2");
    ck_assert_int_eq(mutate(&conns[0], "batch", "other", one)->fate, RPC_EXPRESS_PASSED);
}
END_TEST

START_TEST(nothing_passes_a_write_that_is_under_way)
{
    gate_hold();
    Call *slow = put(&conns[0], "a", "1");
    rpc_express_turn_end(express);
    ck_assert(!slow->finished);
    ck_assert_uint_eq(rpc_express_under_way(express), 1);
    ck_assert_int_eq(get(&conns[0], "a")->fate, RPC_EXPRESS_LATER);
    ck_assert_int_eq(put(&conns[0], "b", "1")->fate, RPC_EXPRESS_LATER);

    Call *other = get(&conns[1], "a");
    rpc_express_turn_end(express);
    ck_assert(found(other, NULL)); /* another connection does not wait */

    gate_release();
    ck_assert(slow->finished);
    ck_assert_int_eq(answer_of(slow), EXPRESS_SUCCESS);
    Call *later = get(&conns[0], "a");
    ck_assert_int_eq(later->fate, RPC_EXPRESS_TAKEN);
    rpc_express_turn_end(express);
    ck_assert(found(later, "1"));
}
END_TEST

START_TEST(a_get_behind_a_slow_write_of_its_turn_waits)
{
    gate_hold();
    (void)put(&conns[0], "a", "1");
    ck_assert_int_eq(get(&conns[0], "a")->fate, RPC_EXPRESS_LATER);
    gate_release();
    rpc_express_turn_end(express);
}
END_TEST

/* ------------------------------------------------------------------------------- deadlines -- */

START_TEST(a_late_write_is_indeterminate_and_answered_once)
{
    gate_hold();
    Call *late = put_until(&conns[0], "a", "a value that must stay", 100);
    Call *patient = put_until(&conns[1], "b", "1", 5000);
    rpc_express_turn_end(express);
    base_fake_clock_advance_ms(&rig->clock, 99);
    rpc_express_turn_end(express);
    ck_assert(!late->finished);
    base_fake_clock_advance_ms(&rig->clock, 60);
    rpc_express_turn_end(express);
    ck_assert(late->finished && !patient->finished);
    ck_assert_int_eq(answer_of(late), INDETERMINATE);
    ck_assert_ptr_null(late->input.data);

    Call *next = get(&conns[0], "a"); /* its connection goes on */
    ck_assert_int_eq(next->fate, RPC_EXPRESS_TAKEN);
    rpc_express_turn_end(express);
    ck_assert(found(next, NULL));

    gate_release();
    ck_assert(patient->finished);
    ck_assert_uint_eq(rpc_express_under_way(express), 0);
    ck_assert_uint_eq(finished_count, 3); /* the late one was not answered again */
}
END_TEST

/* -------------------------------------------------------------------------------- cold keys -- */

START_TEST(cold_reads_go_to_the_workers_with_all_behind_them)
{
    tear_down();
    set_up_with(&scripted_class);
    Call *warm = get(&conns[0], "warm");
    Call *cold = get(&conns[0], "!read-would_block:a");
    Call *behind = get(&conns[0], "warm");
    Call *write = put(&conns[0], "warm", "1");
    Call *other = get(&conns[1], "warm");
    rpc_express_turn_end(express);
    ck_assert(found(warm, NULL));
    ck_assert(cold->handed_over && behind->handed_over && write->handed_over);
    ck_assert(!cold->finished && !behind->finished && !write->finished);
    ck_assert(found(other, NULL));
    Call *again = get(&conns[0], "warm"); /* the detour was of that flush alone */
    rpc_express_turn_end(express);
    ck_assert(found(again, NULL));
    ck_assert_uint_eq(handed_count, 3);
}
END_TEST

START_TEST(replies_that_are_held_back_go_to_the_workers)
{
    Call *first = get(&conns[0], "a");
    Call *full = get(&conns[0], "a");
    Call *behind = get(&conns[0], "a");
    full->held_back = true;
    rpc_express_turn_end(express);
    ck_assert(found(first, NULL));
    ck_assert(full->handed_over && behind->handed_over);
}
END_TEST

START_TEST(what_stands_behind_a_gathered_get_goes_with_it)
{
    tear_down();
    set_up_with(&scripted_class);
    Call *warm = gather(&conns[0], "warm");
    Call *cold = gather(&conns[0], "!read-would_block:a");
    Call *behind = gather(&conns[0], "warm");
    Call *write = put(&conns[0], "warm", "1");
    Call *other = gather(&conns[1], "warm");
    rpc_express_flush(express);
    ck_assert(found(warm, NULL) && found(other, NULL));
    ck_assert(cold->handed_over && behind->handed_over && write->handed_over);
    ck_assert_uint_eq(handed_count, 3);
}
END_TEST

START_TEST(gets_are_gathered_when_nothing_of_their_connection_is_in_the_way)
{
    Call *first = gather(&conns[0], "a");
    (void)put(&conns[0], "a", "1");
    Call *behind = write_get("a");
    ck_assert(!is_gathered(&conns[0], behind)); /* the put is to come first */
    ck_assert_int_eq(offer(behind, &conns[0])->fate, RPC_EXPRESS_TAKEN);
    rpc_express_flush(express);
    ck_assert(found(first, NULL));
    ck_assert(found(behind, "1"));

    gate_hold();
    (void)put(&conns[0], "a", "2");
    rpc_express_flush(express);
    ck_assert_uint_eq(rpc_express_under_way(express), 1);
    Call *late = write_get("a");
    ck_assert(!is_gathered(&conns[0], late));
    Call *other = gather(&conns[1], "a");
    rpc_express_flush(express);
    ck_assert(other->finished && !late->finished);
    gate_release();
}
END_TEST

/* Gets of one connection may share an output: their replies stand one behind the other. */
START_TEST(gathered_replies_stand_in_order)
{
    (void)put(&conns[0], "a", "first");
    (void)put(&conns[0], "b", "second");
    rpc_express_flush(express);
    Call *alone[] = {gather(&conns[0], "a"), gather(&conns[0], "b"), gather(&conns[0], "c")};
    rpc_express_flush(express);
    BaseBuf shared = BASE_BUF_INIT;
    static const char *const keys[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        ck_assert(gather_into(&conns[0], write_get(keys[i]), &shared));
    }
    rpc_express_flush(express);
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        BaseSlice want = base_buf_slice(&alone[i]->output);
        ck_assert_uint_ge(shared.len - at, want.len);
        ck_assert(base_slice_equal(base_slice(shared.data + at, want.len), want));
        at += want.len;
    }
    ck_assert_uint_eq(at, shared.len);
    base_buf_clear(&shared);
}
END_TEST

/* As many as an owner may gather, and no more. */
START_TEST(a_full_lane_gathers_no_more)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        ck_assert(is_gathered(&conns[0], write_get("a")));
    }
    ck_assert(!is_gathered(&conns[0], &calls[0]));
    rpc_express_flush(express);
    ck_assert_uint_eq(finished_count, CALLS_MAX);
}
END_TEST

/* ------------------------------------------------------------------------------------ scans -- */

static Call *
scan(RpcExpressConn *conn, int64_t limit_items)
{
    enum { LIMIT_ITEMS = 6 };
    Call *call = &calls[call_count++];
    WireWriter writer;
    wire_writer_begin(&writer, &call->input, (WireFormat){WIRE_BINARY, true}, 100000);
    wire_writer_message(&writer, WIRE_CALL, BASE_SLICE_LITERAL("scan"), 7);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field(&writer, 2, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_struct_end(&writer);
    wire_writer_field(&writer, 3, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_i64(&writer, LIMIT_ITEMS, limit_items);
    wire_writer_struct_end(&writer);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return offer(call, conn);
}

START_TEST(brief_scans_are_answered_by_the_reactor)
{
    tear_down();
    set_up_with(&scripted_class);
    (void)put(&conns[0], "a", "1");
    Call *brief = scan(&conns[0], 256); /* behind the write that is gathered */
    ck_assert_int_eq(brief->fate, RPC_EXPRESS_TAKEN);
    ck_assert(brief->finished);
    ck_assert_int_eq(answer_of(brief), EXPRESS_SUCCESS);
    ck_assert_uint_eq(rig_counted(rig, "scan", OBS_OK), 1);
    ck_assert_int_eq(scan(&conns[0], 257)->fate, RPC_EXPRESS_PASSED);
    (void)put(&conns[0], "!read-would_block:a", "1");
    Call *cold = scan(&conns[0], 256);
    ck_assert_int_eq(cold->fate, RPC_EXPRESS_PASSED);
    ck_assert_uint_eq(cold->output.len, 0);
    rpc_express_turn_end(express);
}
END_TEST

START_TEST(scans_of_other_engines_are_for_the_workers)
{
    ck_assert_int_eq(scan(&conns[0], 1)->fate, RPC_EXPRESS_PASSED);
}
END_TEST

/* ----------------------------------------------------------------------------------- memory -- */

/* Bytes that the C library has handed out. */
static size_t
allocated(void)
{
    return mallinfo2().uordblks;
}

START_TEST(gets_allocate_nothing_in_a_steady_state)
{
    (void)put(&conns[0], "a", "1");
    rpc_express_turn_end(express);
    size_t before = 0;
    for (int round = 0; round < 100; round++) {
        for (size_t i = 1; i <= 16; i++) {
            call_count = i;
            base_buf_reset(&calls[i].input);
            base_buf_reset(&calls[i].output);
            calls[i].finished = false;
            (void)get(&conns[0], "a");
        }
        rpc_express_turn_end(express);
        finished_count = 0;
        ck_assert(found(&calls[16], "1"));
        before = round == 10 ? allocated() : before;
    }
    ck_assert_uint_eq(allocated(), before);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("express_order");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_turn_keeps_the_order_of_a_connection);
    tcase_add_test(cases, puts_of_all_connections_are_one_chain);
    tcase_add_test(cases, writes_that_may_read_are_a_chain_of_their_connection);
    tcase_add_test(cases, batches_are_of_the_chain_of_their_connection);
    tcase_add_test(cases, a_write_of_another_store_is_of_no_chain_at_hand);
    tcase_add_test(cases, nothing_passes_a_write_that_is_under_way);
    tcase_add_test(cases, a_get_behind_a_slow_write_of_its_turn_waits);
    tcase_add_test(cases, a_late_write_is_indeterminate_and_answered_once);
    tcase_add_test(cases, cold_reads_go_to_the_workers_with_all_behind_them);
    tcase_add_test(cases, replies_that_are_held_back_go_to_the_workers);
    tcase_add_test(cases, what_stands_behind_a_gathered_get_goes_with_it);
    tcase_add_test(cases, gets_are_gathered_when_nothing_of_their_connection_is_in_the_way);
    tcase_add_test(cases, gathered_replies_stand_in_order);
    tcase_add_test(cases, a_full_lane_gathers_no_more);
    tcase_add_test(cases, brief_scans_are_answered_by_the_reactor);
    tcase_add_test(cases, scans_of_other_engines_are_for_the_workers);
    tcase_add_test(cases, gets_allocate_nothing_in_a_steady_state);
    return rig_run("rpc_express_order", cases);
}
