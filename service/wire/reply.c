/*
 * reply.c: replies without generated code. See reply.h.
 */
#include "service/wire/reply.h"

/* Field ids of the contract's exceptions, and of TApplicationException. */
enum { CODE = 1, MESSAGE = 2, DETAILS = 3 };
enum { APPLICATION_MESSAGE = 1, APPLICATION_TYPE = 2 };

/* Enough for every reply of this file. */
enum { REPLY_BYTES_MAX = 1024 * 1024 };

void
wire_reply_begin(WireWriter *writer, BaseBuf *out, const WireMessage *call, size_t reply_bytes_max)
{
    wire_writer_begin(writer, out, call->format, reply_bytes_max);
    wire_writer_message(writer, WIRE_REPLY, call->method, call->seqid);
    wire_writer_struct_begin(writer);
}

bool
wire_reply_end(WireWriter *writer)
{
    wire_writer_struct_end(writer);
    return wire_writer_finish(writer);
}

static void
write_details(WireWriter *writer, const WireException *exception)
{
    wire_writer_field(writer, DETAILS, WIRE_MAP);
    wire_writer_map(writer, WIRE_BYTES, WIRE_BYTES, exception->detail_count);
    for (uint32_t i = 0; i < exception->detail_count; i++) {
        wire_writer_bytes(writer, exception->details[i].name);
        wire_writer_bytes(writer, exception->details[i].value);
    }
}

/* Fields 4 and up, which differ from kind to kind. */
static void
write_particulars(WireWriter *writer, const WireException *exception)
{
    switch (exception->kind) {
    case WIRE_INVALID_REQUEST:
        wire_writer_field_bytes(writer, 4, exception->text);
        wire_writer_field_i64(writer, 5, exception->first);
        wire_writer_field_i64(writer, 6, exception->second);
        break;
    case WIRE_NOT_HERE:
        wire_writer_field_i64(writer, 4, exception->first);
        wire_writer_field_bytes(writer, 5, exception->text);
        wire_writer_field_i64(writer, 6, exception->second);
        break;
    case WIRE_REFUSED:
        wire_writer_field_i64(writer, 4, exception->first);
        wire_writer_field_bytes(writer, 5, exception->text);
        break;
    case WIRE_INDETERMINATE:
        wire_writer_field_bytes(writer, 4, exception->text);
        break;
    case WIRE_FAILED:
        break;
    }
}

bool
wire_reply_exception(BaseBuf *out, const WireMessage *call, const WireException *exception)
{
    if (call->type == WIRE_ONEWAY) {
        return true;
    }
    WireWriter writer;
    wire_reply_begin(&writer, out, call, REPLY_BYTES_MAX);
    wire_writer_field(&writer, (int16_t)exception->kind, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_i32(&writer, CODE, exception->code);
    wire_writer_field_bytes(&writer, MESSAGE, exception->message);
    write_details(&writer, exception);
    write_particulars(&writer, exception);
    wire_writer_struct_end(&writer);
    return wire_reply_end(&writer);
}

bool
wire_reply_application_error(BaseBuf *out, const WireMessage *call, WireApplicationCode code,
                             BaseSlice text)
{
    if (call->type == WIRE_ONEWAY) {
        return true;
    }
    WireWriter writer;
    wire_writer_begin(&writer, out, call->format, REPLY_BYTES_MAX);
    wire_writer_message(&writer, WIRE_EXCEPTION, call->method, call->seqid);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, APPLICATION_MESSAGE, text);
    wire_writer_field_i32(&writer, APPLICATION_TYPE, (int32_t)code);
    wire_writer_struct_end(&writer);
    return wire_writer_finish(&writer);
}
