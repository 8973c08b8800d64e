/*
 * messages.c: checks 32 to 34: messages that no generated code would write, written by hand.
 */
#include "tests/interop/c/common.h"

#include <string.h>

/* Writes what stands between the begin and the end of the arguments. */
typedef void WriteArguments(ThriftProtocol *out);

/* A check reports one failure, so errors of writing are left to the reading of the reply. */
static void
send_by_hand(ThriftProtocol *out, const char *method, gint32 sequence_id, WriteArguments *write)
{
    thrift_protocol_write_message_begin(out, method, T_CALL, sequence_id, NULL);
    thrift_protocol_write_struct_begin(out, "arguments", NULL);
    write(out);
    thrift_protocol_write_field_stop(out, NULL);
    thrift_protocol_write_struct_end(out, NULL);
    thrift_protocol_write_message_end(out, NULL);
    thrift_transport_write_end(out->transport, NULL);
    thrift_transport_flush(out->transport, NULL);
}

static void
write_text(ThriftProtocol *out, gint16 field, const char *value)
{
    thrift_protocol_write_field_begin(out, "text", T_STRING, field, NULL);
    thrift_protocol_write_string(out, value, NULL);
    thrift_protocol_write_field_end(out, NULL);
}

static void
write_store(ThriftProtocol *out)
{
    write_text(out, 1, S);
}

static void
write_payload(ThriftProtocol *out)
{
    write_text(out, 1, "here");
}

static const char *
check_a_missing_argument(LarderRpcStoreIf *store)
{
    thrown_clear();
    send_by_hand(LARDER_RPC_STORE_CLIENT(store)->output_protocol, "get", 1, write_store);
    LarderRpcGetResult *result = NEW(GET_RESULT, NULL);
    EXPECT(!larder_rpc_store_client_recv_get(store, &result, THROWN) && thrown.invalid != NULL);
    EXPECT(thrown.invalid->code == LARDER_RPC_INVALID_CODE_BAD_ARGUMENT);
    EXPECT(is_string(thrown.invalid->field, "key"));
    return NULL;
}

static void
write_numbers(ThriftProtocol *out)
{
    thrift_protocol_write_field_begin(out, "unknown", T_BOOL, 90, NULL);
    thrift_protocol_write_bool(out, TRUE, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_BYTE, 91, NULL);
    thrift_protocol_write_byte(out, -1, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_I16, 92, NULL);
    thrift_protocol_write_i16(out, -2, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_I32, 93, NULL);
    thrift_protocol_write_i32(out, -3, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_I64, 94, NULL);
    thrift_protocol_write_i64(out, G_MININT64, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_DOUBLE, 95, NULL);
    thrift_protocol_write_double(out, 0.5, NULL);
    thrift_protocol_write_field_end(out, NULL);
}

static void
write_containers(ThriftProtocol *out)
{
    thrift_protocol_write_field_begin(out, "unknown", T_STRUCT, 97, NULL);
    thrift_protocol_write_struct_begin(out, "inner", NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_I64, 1, NULL);
    thrift_protocol_write_i64(out, G_MAXINT64, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_stop(out, NULL);
    thrift_protocol_write_struct_end(out, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_LIST, 98, NULL);
    thrift_protocol_write_list_begin(out, T_STRING, 2, NULL);
    thrift_protocol_write_string(out, "one", NULL);
    thrift_protocol_write_string(out, "two", NULL);
    thrift_protocol_write_list_end(out, NULL);
    thrift_protocol_write_field_end(out, NULL);
    thrift_protocol_write_field_begin(out, "unknown", T_MAP, 99, NULL);
    thrift_protocol_write_map_begin(out, T_STRING, T_I64, 1, NULL);
    thrift_protocol_write_string(out, "one", NULL);
    thrift_protocol_write_i64(out, 1, NULL);
    thrift_protocol_write_map_end(out, NULL);
    thrift_protocol_write_field_end(out, NULL);
}

static void
write_fields_from_elsewhere(ThriftProtocol *out)
{
    write_payload(out);
    write_numbers(out);
    write_text(out, 96, "text");
    write_containers(out);
}

static const char *
check_fields_from_elsewhere(LarderRpcStoreIf *store)
{
    thrown_clear();
    send_by_hand(LARDER_RPC_STORE_CLIENT(store)->output_protocol, "ping", 1,
                 write_fields_from_elsewhere);
    LarderRpcPingResult *result = NEW(PING_RESULT, NULL);
    EXPECT(larder_rpc_store_client_recv_ping(store, &result, THROWN));
    EXPECT(is_text(result->payload, "here"));
    return NULL;
}

/* Sends a "ping" with this id and reads the reply by hand. */
static const char *
expect_sequence_id(ThriftProtocol *protocol, gint32 sequence_id)
{
    send_by_hand(protocol, "ping", sequence_id, write_payload);
    g_autofree char *method = NULL;
    g_autofree char *name = NULL;
    ThriftMessageType message_type = T_CALL;
    gint32 came_back = 0;
    EXPECT(thrift_protocol_read_message_begin(protocol, &method, &message_type, &came_back,
                                              &thrown.error) >= 0);
    EXPECT(message_type == T_REPLY && came_back == sequence_id);

    ThriftType field_type = T_STOP;
    gint16 field = -1;
    LarderRpcPingResult *result = NEW(PING_RESULT, NULL);
    EXPECT(thrift_protocol_read_struct_begin(protocol, &name, &thrown.error) >= 0);
    EXPECT(thrift_protocol_read_field_begin(protocol, &name, &field_type, &field, &thrown.error) >=
           0);
    EXPECT(field_type == T_STRUCT && field == 0);
    EXPECT(thrift_struct_read(THRIFT_STRUCT(result), protocol, &thrown.error) >= 0);
    EXPECT(thrift_protocol_read_field_begin(protocol, &name, &field_type, &field, &thrown.error) >=
           0);
    EXPECT(field_type == T_STOP && is_text(result->payload, "here"));
    EXPECT(thrift_protocol_read_struct_end(protocol, &thrown.error) >= 0);
    EXPECT(thrift_protocol_read_message_end(protocol, &thrown.error) >= 0);
    EXPECT(thrift_transport_read_end(protocol->transport, &thrown.error));
    return NULL;
}

static const char *
check_sequence_ids(LarderRpcStoreIf *store)
{
    (void)store;
    const gint32 sequence_ids[] = {1, 0, -1, G_MAXINT32, G_MININT32};
    ThriftProtocol *protocol = protocol_open("DATA");
    thrown_clear();
    for (size_t i = 0; i < G_N_ELEMENTS(sequence_ids); i++) {
        const char *wrong = expect_sequence_id(protocol, sequence_ids[i]);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

const Check message_checks[] = {
    {32, "a missing argument", check_a_missing_argument},
    {33, "fields from elsewhere", check_fields_from_elsewhere},
    {34, "sequence ids", check_sequence_ids},
    {0, NULL, NULL},
};
