/*
 * test_rpc_refusal.c: refusals at the door, from a request's header alone.
 */
#include "service/rpc/refusal.h"
#include "tests/unit/rpc_rig.h"

static const RpcRefusal draining = {RPC_REFUSED_DRAINING, "going down", 250, "server"};

static WireFormat
format_of(int way)
{
    return (WireFormat){rig_way_is_compact(way) ? WIRE_COMPACT : WIRE_BINARY,
                        rig_way_is_framed(way)};
}

/* A call of `method` with one long argument. */
static BaseSlice
write_call(BaseBuf *out, int way, WireMessageType type, const char *method)
{
    static const uint8_t zeros[100000];
    WireWriter writer;
    base_buf_reset(out);
    wire_writer_begin(&writer, out, format_of(way), 1u << 20);
    wire_writer_message(&writer, type, base_slice_text(method), 5);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, base_slice(zeros, sizeof zeros));
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return base_buf_slice(out);
}

static RpcVerdict
refuse(Rig *rig, BaseSlice request, bool bad)
{
    RpcCall call = {.input = request, .bad = bad, .arrival_us = 1};
    base_buf_reset(&rig->reply);
    rig->verdict = rpc_refusal_answer(&rig->context, &call, &draining, &rig->reply);
    return rig->verdict;
}

START_TEST(a_stock_client_understands_it)
{
    Rig *rig = rig_new();
    RigClient client = rig_client(NULL, _i);
    GByteArray *payload = rig_text("x");
    RigThrown thrown = {0};
    LarderRpcPingResult *result = g_object_new(LARDER_RPC_TYPE_PING_RESULT, NULL);
    ck_assert(larder_rpc_store_client_send_ping(client.store, payload, &thrown.error));
    RpcVerdict verdict = refuse(rig, base_buf_slice(client.transport->request), false);
    ck_assert(!verdict.close);
    ck_assert_int_eq(verdict.outcome, OBS_REFUSED);
    client.transport->rig = rig;
    ck_assert(!larder_rpc_store_client_recv_ping(client.store, &result, RIG_INTO(&thrown)));
    ck_assert_ptr_nonnull(thrown.refused);
    ck_assert_int_eq(thrown.refused->code, LARDER_RPC_REFUSED_CODE_DRAINING);
    ck_assert_int_eq(thrown.refused->retry_after_ms, 250);
    ck_assert_str_eq(thrown.refused->message, "going down");
    ck_assert_str_eq(thrown.refused->scope, "server");
    ck_assert_uint_eq(rig_counted(rig, "ping", OBS_REFUSED), 1);
    rig_thrown_clear(&thrown);
    g_object_unref(result);
    g_byte_array_unref(payload);
    rig_client_clear(&client);
    rig_free(rig);
}
END_TEST

START_TEST(arguments_are_not_looked_at)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    BaseSlice whole = write_call(&out, _i, WIRE_CALL, "get");
    ck_assert(!refuse(rig, whole, false).close);
    ck_assert_int_eq(rig->verdict.outcome, OBS_REFUSED);
    size_t len = rig->reply.len;
    ck_assert(!refuse(rig, whole, false).close);
    ck_assert_uint_eq(rig->reply.len, len);
    ck_assert_uint_eq(rig_counted(rig, "get", OBS_REFUSED), 2);
    whole = write_call(&out, _i, WIRE_CALL, "drain");
    ck_assert(!refuse(rig, whole, false).close);
    ck_assert_uint_eq(rig_counted(rig, "drain", OBS_REFUSED), 1);
    whole = write_call(&out, _i, WIRE_CALL, "unheard_of");
    ck_assert(!refuse(rig, whole, false).close);
    ck_assert_uint_eq(rig_counted(rig, "", OBS_REFUSED), 1);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(what_is_no_call_closes)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    ck_assert(refuse(rig, BASE_SLICE_LITERAL("SSH-2.0-x\r\n"), false).close);
    ck_assert_int_eq(rig->verdict.outcome, OBS_PROTOCOL);
    ck_assert_uint_eq(rig->reply.len, 0);
    ck_assert(refuse(rig, BASE_SLICE_EMPTY, true).close);
    ck_assert_uint_eq(rig->reply.len, 0);
    ck_assert(refuse(rig, write_call(&out, _i, WIRE_ONEWAY, "get"), false).close);
    ck_assert_uint_eq(rig->reply.len, 0);
    ck_assert(refuse(rig, write_call(&out, _i, WIRE_CALL, "get"), true).close);
    ck_assert_int_eq(rig->verdict.outcome, OBS_PROTOCOL);
    WireTape tape = WIRE_TAPE_INIT;
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    WireMessage message;
    WireError error;
    ck_assert(wire_parse_reply(base_buf_slice(&rig->reply), &limits, &tape, &message, &error));
    ck_assert_int_eq(message.type, WIRE_EXCEPTION);
    ck_assert_int_eq(wire_tape_field(message.arguments, 2, WIRE_I32)->number,
                     WIRE_APPLICATION_PROTOCOL_ERROR);
    wire_tape_clear(&tape);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("refusal");
    tcase_add_loop_test(cases, a_stock_client_understands_it, 0, RIG_WAYS);
    tcase_add_loop_test(cases, arguments_are_not_looked_at, 0, RIG_WAYS);
    tcase_add_loop_test(cases, what_is_no_call_closes, 0, RIG_WAYS);
    return rig_run("rpc", cases);
}
