/*
 * test_rpc_express_memory.c: in a steady state the express lane allocates nothing, whatever the hot
 * method.
 *
 * This program has an allocator of its own, which counts what the thread at hand asks for and
 * leaves the rest to the C library; sanitizers bring their own, and then only the answers are
 * tested. Engines allocate too. Those of the reactor's methods are asked until they have what they
 * need: the same records are written again and again. A scan is given an iterator by its engine, so
 * there the calls of the lane are compared with those of the store alone.
 */
#include "engine/lsm/lsm.h"
#include "service/store/call.h"
#include "service/store/scan.h"
#include "tests/support/sanitized.h"
#include "tests/unit/express_rig.h"

#include <check.h>

enum { KEYS = 20, WARM_ROUNDS = 50, ROUNDS = 50 };

static _Thread_local size_t allocations;

#if !SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

void *
malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
    allocations++;
    return __libc_realloc(block, size);
}
#endif

typedef struct Request {
    BaseBuf input;
    BaseBuf output;
    bool finished;
} Request;

static Rig *rig;
static RpcExpress *express;
static RpcExpressConn conn;
static Request requests[9];
static size_t request_count;
static size_t lane_allocations; /* within the lane and its engine */

static void
on_finish(void *user, void *request, bool close)
{
    (void)user;
    ((Request *)request)->finished = !close; /* no ck_assert: it allocates */
}

static void
on_finish_run(void *user, void *request, unsigned count, size_t longest)
{
    (void)longest;
    on_finish(user, request, count != 1);
}

static void
on_hand_over(void *user, void *request, BaseSlice input)
{
    (void)user;
    (void)request;
    (void)input;
    ck_abort_msg("nothing is on disk here");
}

/* With an engine: NULL is the hashmap. */
static void
set_up(const EngineClass *engine_class)
{
    const RpcExpressOwner owner = {
        on_finish, on_finish_run, on_hand_over, express_never_held_back, express_keeps_no_input,
        NULL};
    rig = rig_new_with(engine_class);
    ck_assert(base_is_ok(rpc_express_new(&rig->context, &owner, &express)));
}

static void
tear_down(void)
{
    rpc_express_free(express);
    rig_free(rig);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        base_buf_clear(&requests[i].input);
        base_buf_clear(&requests[i].output);
    }
}

/* -------------------------------------------------------------------------------- requests -- */

static BaseSlice
key_of(size_t index)
{
    static char keys[KEYS][8];
    (void)snprintf(keys[index], sizeof keys[index], "key%02u", (unsigned)index);
    return base_slice_text(keys[index]);
}

/* Begins the next request, with its store. */
static Request *
begin(WireWriter *writer, const char *method)
{
    Request *request = &requests[request_count++];
    base_buf_reset(&request->input);
    base_buf_reset(&request->output);
    request->finished = false;
    wire_writer_begin(writer, &request->input, (WireFormat){WIRE_BINARY, true}, 100000);
    wire_writer_message(writer, WIRE_CALL, base_slice_text(method), 7);
    wire_writer_struct_begin(writer);
    wire_writer_field_bytes(writer, 1, BASE_SLICE_LITERAL("default"));
    return request;
}

static RpcCall
call_of(const Request *request)
{
    return (RpcCall){.input = base_buf_slice(&request->input),
                     .arrival_us = base_clock_monotonic_us(&rig->clock.clock),
                     .peer = "test"};
}

/* Ends a request and offers it. */
static void
offer(WireWriter *writer, Request *request)
{
    wire_writer_struct_end(writer);
    ck_assert(wire_writer_finish(writer));
    RpcCall call = call_of(request);
    size_t before = allocations;
    RpcExpressFate fate = rpc_express_take(express, &conn, &call, request, &request->output);
    lane_allocations += allocations - before;
    ck_assert_int_eq(fate, RPC_EXPRESS_TAKEN);
}

/* Gathers a get, or with a value a put, where it is. */
static void
gather(const char *method, const char *value)
{
    WireWriter writer;
    Request *request = begin(&writer, method);
    wire_writer_field_bytes(&writer, 2, key_of(2));
    if (value != NULL) {
        wire_writer_field_bytes(&writer, 3, base_slice_text(value));
    }
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    RpcCall call = call_of(request);
    size_t before = allocations;
    RpcExpressFate fate = rpc_express_gather(express, &conn, &call, request, &request->output);
    lane_allocations += allocations - before;
    ck_assert_int_eq(fate, RPC_EXPRESS_TAKEN);
}

static void
offer_simple(const char *method, const char *value)
{
    WireWriter writer;
    Request *request = begin(&writer, method);
    wire_writer_field_bytes(&writer, 2, key_of(1));
    if (value != NULL) {
        wire_writer_field_bytes(&writer, 3, base_slice_text(value));
    }
    offer(&writer, request);
}

static void
offer_multi_get(void)
{
    WireWriter writer;
    Request *request = begin(&writer, "multi_get");
    wire_writer_field(&writer, 2, WIRE_LIST);
    wire_writer_list(&writer, WIRE_BYTES, KEYS);
    for (size_t i = 0; i < KEYS; i++) {
        wire_writer_bytes(&writer, key_of(i));
    }
    offer(&writer, request);
}

/* batch and bulk_write: puts of every other key, those between removed. */
static void
offer_mutations(const char *method, uint32_t count)
{
    WireWriter writer;
    Request *request = begin(&writer, method);
    wire_writer_field(&writer, 2, WIRE_LIST);
    wire_writer_list(&writer, WIRE_STRUCT, count);
    for (uint32_t i = 0; i < count; i++) {
        bool put = i % 2 == 0;
        wire_writer_struct_begin(&writer);
        wire_writer_field_i32(&writer, 1, put ? STORE_MUTATION_PUT : STORE_MUTATION_REMOVE);
        wire_writer_field_bytes(&writer, 2, key_of(i));
        if (put) {
            wire_writer_field_bytes(&writer, 3, BASE_SLICE_LITERAL("value"));
        }
        wire_writer_struct_end(&writer);
    }
    offer(&writer, request);
}

static void
end_turn(void)
{
    size_t before = allocations;
    rpc_express_turn_end(express);
    lane_allocations += allocations - before;
}

/* A turn with each hot method that a reactor executes. */
static void
turn(void)
{
    request_count = 0;
    gather("get", NULL);
    gather("put", "value");
    offer_simple("put", "value");
    offer_simple("get", NULL);
    end_turn();
    offer_multi_get();
    offer_mutations("batch", KEYS);
    offer_mutations("bulk_write", KEYS / 2);
    offer_simple("remove", NULL);
    end_turn();
    for (size_t i = 0; i < request_count; i++) {
        ck_assert(requests[i].finished);
        ck_assert_uint_ne(requests[i].output.len, 0);
    }
}

START_TEST(a_reactor_allocates_nothing)
{
    set_up(NULL);
    for (int round = 0; round < WARM_ROUNDS; round++) {
        turn();
    }
    ck_assert(SANITIZED || lane_allocations != 0); /* it does count */
    lane_allocations = 0;
    for (int round = 0; round < ROUNDS; round++) {
        turn();
    }
    ck_assert_uint_eq(lane_allocations, 0);
    ck_assert_uint_eq(rig_counted(rig, "batch", OBS_OK), WARM_ROUNDS + ROUNDS);
    ck_assert_uint_eq(rig_counted(rig, "bulk_write", OBS_OK), WARM_ROUNDS + ROUNDS);
    tear_down();
}
END_TEST

/* ------------------------------------------------------------------------------------ scans -- */

static bool
skip_items(void *user, const StoreScanItems *items)
{
    *(size_t *)user += items->count;
    return true;
}

/* Allocations of a scan of the store alone, into a token that has room. */
static size_t
scan_store(BaseBuf *token)
{
    const StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    StoreScanResult page;
    StoreError error;
    size_t met = 0;
    size_t before = allocations;
    ck_assert(store_scan(rig->store, &args, skip_items, &met, token, &page, &error));
    ck_assert_uint_eq(met, KEYS);
    return allocations - before;
}

/* Allocations of a scan through the lane. */
static size_t
scan_lane(void)
{
    WireWriter writer;
    RpcVerdict verdict;
    request_count = 0;
    Request *request = begin(&writer, "scan");
    wire_writer_field(&writer, 2, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_struct_end(&writer);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    RpcCall call = call_of(request);
    size_t before = allocations;
    ck_assert(rpc_express_call(express, &call, &request->output, &verdict));
    ck_assert_int_eq(verdict.outcome, OBS_OK);
    return allocations - before;
}

START_TEST(a_scan_allocates_what_its_engine_does)
{
    BaseBuf token = BASE_BUF_INIT;
    set_up(&lsm_class);
    for (size_t i = 0; i < KEYS; i++) {
        StorePutArgs put = {.key = key_of(i), .value = BASE_SLICE_LITERAL("value")};
        StoreError error;
        StoreCall *call = store_call_put(rig->store, &put, &error);
        ck_assert_ptr_nonnull(call);
        store_call_free(call);
    }
    for (int round = 0; round < WARM_ROUNDS; round++) {
        (void)scan_store(&token);
        (void)scan_lane();
    }
    for (int round = 0; round < ROUNDS; round++) {
        ck_assert_uint_eq(scan_lane(), scan_store(&token));
    }
    base_buf_clear(&token);
    tear_down();
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("express_memory");
    tcase_add_test(cases, a_reactor_allocates_nothing);
    tcase_add_test(cases, a_scan_allocates_what_its_engine_does);
    return rig_run("rpc_express_memory", cases);
}
