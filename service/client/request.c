/*
 * request.c: calls of the Store service as bytes. See request.h.
 *
 * Field ids are those of thrift/larder.thrift; golden bytes of stock Thrift in the tests hold the
 * two together.
 */
#include "service/client/request.h"

#include "service/wire/writer.h"

static void
begin(WireWriter *writer, BaseBuf *out, ClientHead head, BaseSlice method)
{
    wire_writer_begin(writer, out, head.format, WIRE_FRAME_BYTES_CAP);
    wire_writer_message(writer, WIRE_CALL, method, head.seqid);
    wire_writer_struct_begin(writer);
}

static bool
finish(WireWriter *writer)
{
    wire_writer_struct_end(writer);
    return wire_writer_finish(writer);
}

static void
begin_struct(WireWriter *writer, int16_t id)
{
    wire_writer_field(writer, id, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
}

static void
number_unless_zero(WireWriter *writer, int16_t id, int64_t number)
{
    if (number != 0) {
        wire_writer_field_i64(writer, id, number);
    }
}

static void
get_options(WireWriter *writer, const ClientGetOptions *options)
{
    begin_struct(writer, 3);
    number_unless_zero(writer, 1, options->deadline_ms);
    number_unless_zero(writer, 2, options->snapshot_id);
    number_unless_zero(writer, 3, options->if_version_not);
    if (options->no_value) {
        wire_writer_field_bool(writer, 4, false);
    }
    number_unless_zero(writer, 5, options->offset);
    number_unless_zero(writer, 6, options->length);
    wire_writer_struct_end(writer);
}

bool
client_request_get(BaseBuf *out, ClientHead head, BaseSlice store, BaseSlice key,
                   const ClientGetOptions *options)
{
    WireWriter writer;
    begin(&writer, out, head, CLIENT_METHOD_GET);
    wire_writer_field_bytes(&writer, 1, store);
    wire_writer_field_bytes(&writer, 2, key);
    if (options != NULL) {
        get_options(&writer, options);
    }
    return finish(&writer);
}

static void
multi_get_options(WireWriter *writer, const ClientMultiGetOptions *options)
{
    begin_struct(writer, 3);
    number_unless_zero(writer, 1, options->deadline_ms);
    number_unless_zero(writer, 2, options->snapshot_id);
    number_unless_zero(writer, 3, options->limit_bytes);
    if (options->no_values) {
        wire_writer_field_bool(writer, 4, false);
    }
    wire_writer_struct_end(writer);
}

bool
client_request_multi_get(BaseBuf *out, ClientHead head, BaseSlice store, const BaseSlice *keys,
                         uint32_t count, const ClientMultiGetOptions *options)
{
    WireWriter writer;
    begin(&writer, out, head, CLIENT_METHOD_MULTI_GET);
    wire_writer_field_bytes(&writer, 1, store);
    wire_writer_field(&writer, 2, WIRE_LIST);
    wire_writer_list(&writer, WIRE_BYTES, count);
    for (uint32_t i = 0; i < count && wire_writer_ok(&writer); i++) {
        wire_writer_bytes(&writer, keys[i]);
    }
    if (options != NULL) {
        multi_get_options(&writer, options);
    }
    return finish(&writer);
}

static void
condition(WireWriter *writer, int16_t id, const ClientCondition *wanted)
{
    begin_struct(writer, id);
    if ((wanted->checks & CLIENT_CHECK_ABSENT) != 0) {
        wire_writer_field_bool(writer, 1, true);
    }
    if ((wanted->checks & CLIENT_CHECK_PRESENT) != 0) {
        wire_writer_field_bool(writer, 2, true);
    }
    if ((wanted->checks & CLIENT_CHECK_VERSION_EQUAL) != 0) {
        wire_writer_field_i64(writer, 3, wanted->version_equal);
    }
    if ((wanted->checks & CLIENT_CHECK_VERSION_AT_MOST) != 0) {
        wire_writer_field_i64(writer, 4, wanted->version_at_most);
    }
    if ((wanted->checks & CLIENT_CHECK_VALUE_EQUAL) != 0) {
        wire_writer_field_bytes(writer, 5, wanted->value_equal);
    }
    wire_writer_struct_end(writer);
}

static void
expiry(WireWriter *writer, int16_t id, ClientExpiryKind kind, int64_t ms)
{
    begin_struct(writer, id);
    if (kind == CLIENT_EXPIRES_AFTER) {
        wire_writer_field_i64(writer, 1, ms);
    } else if (kind == CLIENT_EXPIRES_AT) {
        wire_writer_field_i64(writer, 2, ms);
    } else if (kind == CLIENT_EXPIRES_KEEP) {
        wire_writer_field_bool(writer, 3, true);
    }
    wire_writer_struct_end(writer);
}

static void
fence(WireWriter *writer, int16_t id, BaseSlice lease, int64_t token)
{
    begin_struct(writer, id);
    wire_writer_field_bytes(writer, 1, lease);
    wire_writer_field_i64(writer, 2, token);
    wire_writer_struct_end(writer);
}

static void
put_options(WireWriter *writer, const ClientPutOptions *options)
{
    begin_struct(writer, 4);
    number_unless_zero(writer, 1, options->deadline_ms);
    if (options->condition.checks != 0) {
        condition(writer, 2, &options->condition);
    }
    if (options->expiry != CLIENT_EXPIRES_NEVER) {
        expiry(writer, 3, options->expiry, options->expiry_ms);
    }
    if (options->sync) {
        wire_writer_field_i32(writer, 4, 1);
    }
    if (options->fence_lease.len != 0) {
        fence(writer, 5, options->fence_lease, options->fence_token);
    }
    if (options->request_id.len != 0) {
        wire_writer_field_bytes(writer, 6, options->request_id);
    }
    if (options->return_current) {
        wire_writer_field_bool(writer, 7, true);
    }
    wire_writer_struct_end(writer);
}

bool
client_request_put(BaseBuf *out, ClientHead head, BaseSlice store, BaseSlice key, BaseSlice value,
                   const ClientPutOptions *options)
{
    WireWriter writer;
    begin(&writer, out, head, CLIENT_METHOD_PUT);
    wire_writer_field_bytes(&writer, 1, store);
    wire_writer_field_bytes(&writer, 2, key);
    wire_writer_field_bytes(&writer, 3, value);
    if (options != NULL) {
        put_options(&writer, options);
    }
    return finish(&writer);
}

bool
client_request_ping(BaseBuf *out, ClientHead head, BaseSlice payload)
{
    WireWriter writer;
    begin(&writer, out, head, CLIENT_METHOD_PING);
    wire_writer_field_bytes(&writer, 1, payload);
    return finish(&writer);
}

bool
client_request_server_info(BaseBuf *out, ClientHead head, BaseSlice client, int32_t api_version)
{
    WireWriter writer;
    begin(&writer, out, head, CLIENT_METHOD_SERVER_INFO);
    begin_struct(&writer, 1);
    wire_writer_field_bytes(&writer, 2, client);
    wire_writer_field_i32(&writer, 3, api_version);
    wire_writer_struct_end(&writer);
    return finish(&writer);
}
