/*
 * fuzz_wire_parse.c: any bytes as a request and as a reply.
 *
 * What parses must be a sound tape: spans nest, bytes lie within the message, counts are true,
 * memory is in proportion. Written anew from the tape, in either protocol, it must parse to the
 * same tape.
 */
#include "engine/base/check.h"
#include "service/wire/parse.h"
#include "service/wire/writer.h"
#include "tests/fuzz/fuzz.h"

enum { REWRITTEN_MAX = 8 * 1024 * 1024 };

static WireTape tape = {NULL, 0, 0, {NULL, 0}};
static WireTape again = {NULL, 0, 0, {NULL, 0}};
static BaseBuf rewritten;

/* What a holder holds fills its span exactly. */
static void
check_holder(const WireValue *holder)
{
    uint32_t children = 0;
    const WireValue *value = wire_tape_first(holder);
    while (value < wire_tape_end(holder)) {
        BASE_CHECK(value->span >= 1);
        value = wire_tape_next(value);
        children++;
    }
    BASE_CHECK(value == wire_tape_end(holder));
    BASE_CHECK(children == (holder->type == WIRE_MAP ? 2 * holder->count : holder->count));
}

static void
check_tape(size_t size)
{
    BASE_CHECK(tape.count <= size);
    for (uint32_t i = 0; i < tape.count; i++) {
        const WireValue *value = &tape.values[i];
        BASE_CHECK(wire_format_is_type(value->type));
        BASE_CHECK(value->span >= 1 && value->span <= tape.count - i);
        if (value->type >= WIRE_STRUCT) {
            check_holder(value);
        } else if (value->type == WIRE_BYTES) {
            BASE_CHECK((size_t)value->offset + value->length <= size);
        } else {
            BASE_CHECK(value->type != WIRE_BOOL || (value->number | 1) == 1);
        }
    }
}

static void
write_number(WireWriter *writer, const WireValue *value)
{
    switch (value->type) {
    case WIRE_BOOL:
        wire_writer_bool(writer, value->number != 0);
        break;
    case WIRE_BYTE:
        wire_writer_byte(writer, (int8_t)value->number);
        break;
    case WIRE_I16:
        wire_writer_i16(writer, (int16_t)value->number);
        break;
    case WIRE_I32:
        wire_writer_i32(writer, (int32_t)value->number);
        break;
    case WIRE_I64:
        wire_writer_i64(writer, value->number);
        break;
    default:
        wire_writer_double(writer, value->real);
        break;
    }
}

static void
write_value(WireWriter *writer, const WireValue *value)
{
    if (value->type < WIRE_BYTES) {
        write_number(writer, value);
        return;
    }
    if (value->type == WIRE_BYTES) {
        wire_writer_bytes(writer, wire_tape_bytes(&tape, value));
        return;
    }
    bool is_struct = value->type == WIRE_STRUCT;
    if (is_struct) {
        wire_writer_struct_begin(writer);
    } else if (value->type == WIRE_MAP) {
        bool typed = value->element != 0;
        wire_writer_map(writer, typed ? wire_tape_key_type(value) : WIRE_BYTES,
                        typed ? wire_tape_element_type(value) : WIRE_BYTES, value->count);
    } else {
        wire_writer_list(writer, wire_tape_element_type(value), value->count);
    }
    for (const WireValue *v = wire_tape_first(value); v != wire_tape_end(value);
         v = wire_tape_next(v)) {
        if (is_struct) {
            wire_writer_field(writer, v->id, (WireType)v->type);
        }
        write_value(writer, v);
    }
    if (is_struct) {
        wire_writer_struct_end(writer);
    }
}

static void
check_same_tape(void)
{
    BASE_CHECK(again.count == tape.count);
    for (uint32_t i = 0; i < tape.count; i++) {
        const WireValue *a = &tape.values[i];
        const WireValue *b = &again.values[i];
        BASE_CHECK(a->type == b->type && a->id == b->id && a->span == b->span);
        if (a->type == WIRE_BYTES) {
            BASE_CHECK(base_slice_equal(wire_tape_bytes(&tape, a), wire_tape_bytes(&again, b)));
        } else {
            BASE_CHECK(a->number == b->number);
        }
    }
}

static void
check_rewritten(const WireMessage *message, WireFormat format, bool request)
{
    WireWriter writer;
    base_buf_reset(&rewritten);
    wire_writer_begin(&writer, &rewritten, format, REWRITTEN_MAX);
    wire_writer_message(&writer, message->type, message->method, message->seqid);
    write_value(&writer, message->arguments);
    if (!wire_writer_finish(&writer)) {
        BASE_CHECK(writer.code == WIRE_TOO_LONG);
        return;
    }
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    limits.request_bytes_max = REWRITTEN_MAX;
    WireMessage twice;
    WireError error;
    BaseSlice bytes = base_buf_slice(&rewritten);
    BASE_CHECK(request ? wire_parse_request(bytes, &limits, &again, &twice, &error)
                       : wire_parse_reply(bytes, &limits, &again, &twice, &error));
    BASE_CHECK(twice.seqid == message->seqid && twice.type == message->type);
    BASE_CHECK(twice.format.protocol == format.protocol && twice.format.framed == format.framed);
    BASE_CHECK(base_slice_equal(twice.method, message->method));
    check_same_tape();
}

static void
check_bytes(BaseSlice bytes, bool request)
{
    WireMessage message;
    WireError error = {WIRE_OK, 0};
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    bool fine = request ? wire_parse_request(bytes, &limits, &tape, &message, &error)
                        : wire_parse_reply(bytes, &limits, &tape, &message, &error);
    BASE_CHECK(fine == (error.code == WIRE_OK));
    BASE_CHECK(tape.capacity <= 64 || tape.capacity <= 2 * bytes.len);
    if (!fine) {
        BASE_CHECK(error.code < WIRE_CODE_COUNT && error.offset <= bytes.len);
        return;
    }
    check_tape(bytes.len);
    check_rewritten(&message, message.format, request);
    WireFormat other = {message.format.protocol == WIRE_BINARY ? WIRE_COMPACT : WIRE_BINARY,
                        !message.format.framed};
    check_rewritten(&message, other, request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire_tape_trim(&tape, 0);
    check_bytes(base_slice(data, size), true);
    wire_tape_trim(&tape, 0);
    check_bytes(base_slice(data, size), false);
    return 0;
}
