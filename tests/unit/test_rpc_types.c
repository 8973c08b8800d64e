/*
 * test_rpc_types.c: no class is left to be registered by workers, and lanes do not disturb each
 * other.
 */
#include "tests/unit/rpc_rig.h"

#include <pthread.h>
#include <unistd.h>

enum { LANES = 4, ROUNDS = 150 };

/* How many classes derive from a type, directly or not. */
static guint
count_derived(GType type)
{
    guint children = 0;
    GType *list = g_type_children(type, &children);
    guint count = children;
    for (guint i = 0; i < children; i++) {
        count += count_derived(list[i]);
    }
    g_free(list);
    return count;
}

static guint
count_classes(void)
{
    return count_derived(G_TYPE_OBJECT) + count_derived(G_TYPE_INTERFACE);
}

static void
write_argument(WireWriter *writer, const RpcArgument *argument)
{
    wire_writer_field(writer, argument->id, argument->type);
    if (argument->type == WIRE_BYTES) {
        wire_writer_bytes(writer, strcmp(argument->name, "store") == 0
                                      ? BASE_SLICE_LITERAL("default")
                                      : BASE_SLICE_LITERAL("some bytes"));
    } else if (argument->type == WIRE_I64) {
        wire_writer_i64(writer, 1);
    } else if (argument->type == WIRE_LIST && rpc_methods_element(argument) == WIRE_BYTES) {
        wire_writer_list(writer, WIRE_BYTES, 1);
        wire_writer_bytes(writer, BASE_SLICE_LITERAL("some bytes"));
    } else if (argument->type == WIRE_LIST) {
        wire_writer_list(writer, WIRE_STRUCT, 1);
        wire_writer_struct_begin(writer);
        wire_writer_field_i32(writer, 1, LARDER_RPC_MUTATION_KIND_PUT);
        wire_writer_field_bytes(writer, 2, BASE_SLICE_LITERAL("some bytes"));
        wire_writer_field_bytes(writer, 3, BASE_SLICE_LITERAL("value"));
        wire_writer_struct_end(writer);
    } else {
        ck_assert_int_eq(argument->type, WIRE_STRUCT);
        wire_writer_struct_begin(writer);
        wire_writer_struct_end(writer);
    }
}

/* Calls every method of the Store service once. */
static void
call_all(Rig *rig, RpcLane *lane, BaseBuf *request, BaseBuf *reply, int way)
{
    for (size_t row = 0; rpc_methods_at(row)->service == RPC_STORE; row++) {
        const RpcMethod *method = rpc_methods_at(row);
        WireWriter writer;
        base_buf_reset(request);
        base_buf_reset(reply);
        wire_writer_begin(&writer, request,
                          (WireFormat){rig_way_is_compact(way) ? WIRE_COMPACT : WIRE_BINARY,
                                       rig_way_is_framed(way)},
                          65536);
        wire_writer_message(&writer, WIRE_CALL, base_slice_text(method->name), (int32_t)row);
        wire_writer_struct_begin(&writer);
        for (const RpcArgument *argument = method->arguments; argument->id != 0; argument++) {
            write_argument(&writer, argument);
        }
        wire_writer_struct_end(&writer);
        ck_assert(wire_writer_finish(&writer));
        RpcCall call = {
            .input = base_buf_slice(request),
            .arrival_us = base_clock_monotonic_us(&rig->clock.clock),
        };
        RpcVerdict verdict = rpc_lane_call(lane, &call, reply);
        ck_assert(!verdict.close);
        ck_assert_int_ne(verdict.outcome, OBS_PROTOCOL);
        ck_assert_int_ne(verdict.outcome, OBS_FAILED);
        ck_assert_uint_gt(reply->len, 0);
    }
}

START_TEST(all_classes_are_known_at_the_start)
{
    Rig *rig = rig_new();
    BaseBuf request = BASE_BUF_INIT;
    BaseBuf reply = BASE_BUF_INIT;
    guint before = count_classes();
    call_all(rig, rig->lane, &request, &reply, 0);
    call_all(rig, rig->lane, &request, &reply, 3);
    ck_assert_uint_eq(count_classes(), before);
    base_buf_clear(&request);
    base_buf_clear(&reply);
    rig_free(rig);
}
END_TEST

static void *
work(void *user)
{
    Rig *rig = user;
    RpcService service = rpc_handler_service(&rig->context);
    BaseBuf request = BASE_BUF_INIT;
    BaseBuf reply = BASE_BUF_INIT;
    RpcLane *lane = NULL;
    ck_assert(base_is_ok(rpc_lane_new(&rig->context, &service, 1, &lane)));
    for (int round = 0; round < ROUNDS; round++) {
        call_all(rig, lane, &request, &reply, round % RIG_WAYS);
    }
    rpc_lane_free(lane);
    base_buf_clear(&request);
    base_buf_clear(&reply);
    return NULL;
}

START_TEST(lanes_run_side_by_side)
{
    Rig *rig = rig_new();
    pthread_t threads[LANES];
    for (int i = 0; i < LANES; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, rig), 0);
    }
    for (int i = 0; i < LANES; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_OK), LANES * ROUNDS);
    ck_assert_uint_eq(rig_counted(rig, "lease_get", OBS_INVALID), LANES * ROUNDS);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("types");
    tcase_add_test(cases, all_classes_are_known_at_the_start);
    tcase_add_test(cases, lanes_run_side_by_side);
    return rig_run("rpc", cases);
}
