/*
 * writer.c: messages in both protocols. See writer.h, and cursor.c for the tokens.
 */
#include "service/wire/writer.h"

#include "engine/base/check.h"
#include "service/wire/direct.h"

enum {
    VARINT_BYTES_MAX = 10,
    COMPACT_SHORT_LIST = 15,
    BINARY_LIST_HEAD = 5,
    COMPACT_LIST_HEAD_MAX = 6,
    FIELD_HEAD = 3,
};

static const uint8_t COMPACT_TYPES[16] = {
    [WIRE_BOOL] = 1, [WIRE_BYTE] = 3,   [WIRE_I16] = 4,     [WIRE_I32] = 5,
    [WIRE_I64] = 6,  [WIRE_DOUBLE] = 7, [WIRE_BYTES] = 8,   [WIRE_LIST] = 9,
    [WIRE_SET] = 10, [WIRE_MAP] = 11,   [WIRE_STRUCT] = 12,
};

static void
fail(WireWriter *writer, WireCode code)
{
    if (writer->code == WIRE_OK) {
        writer->code = code;
    }
}

/* Room for `bytes` more bytes of the message; NULL after an error. */
static inline uint8_t *
room(WireWriter *writer, size_t bytes)
{
    if (writer->code != WIRE_OK) {
        return NULL;
    }
    BaseBuf *out = writer->out;
    if (bytes > writer->bytes_max - (out->len - writer->start)) {
        fail(writer, WIRE_TOO_LONG);
        return NULL;
    }
    uint8_t *bytes_room = base_buf_extend(out, bytes);
    if (bytes_room == NULL) {
        fail(writer, WIRE_NO_MEMORY);
    }
    return bytes_room;
}

/* Inlined with a constant number of bytes: a swap and a store or two. */
static inline __attribute__((always_inline)) void
store_big(uint8_t *to, uint64_t number, unsigned bytes)
{
    uint64_t swapped = __builtin_bswap64(number << (64 - 8 * bytes));
    memcpy(to, &swapped, bytes);
}

static inline __attribute__((always_inline)) void
put_big(WireWriter *writer, uint64_t number, unsigned bytes)
{
    uint8_t *to = room(writer, bytes);
    if (to != NULL) {
        store_big(to, number, bytes);
    }
}

static inline unsigned
store_varint(uint8_t *to, uint64_t number)
{
    unsigned bytes = 0;
    while (number > 0x7f) {
        to[bytes++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    to[bytes++] = (uint8_t)number;
    return bytes;
}

static inline void
put(WireWriter *writer, const uint8_t *bytes, size_t len)
{
    uint8_t *to = room(writer, len);
    if (to != NULL) {
        memcpy(to, bytes, len);
    }
}

static inline void
put_varint(WireWriter *writer, uint64_t number)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    put(writer, bytes, store_varint(bytes, number));
}

static inline uint64_t
zigzag(int64_t number)
{
    return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static inline bool
is_binary(const WireWriter *writer)
{
    return writer->format.protocol == WIRE_BINARY;
}

/* A length or count. */
static void
put_size(WireWriter *writer, size_t size)
{
    if (size > INT32_MAX) {
        fail(writer, WIRE_TOO_LONG);
    } else if (is_binary(writer)) {
        put_big(writer, size, 4);
    } else {
        put_varint(writer, size);
    }
}

void
wire_writer_begin(WireWriter *writer, BaseBuf *out, WireFormat format, size_t bytes_max)
{
    writer->out = out;
    writer->start = out->len;
    writer->bytes_max = bytes_max;
    writer->format = format;
    writer->code = WIRE_OK;
    writer->bool_pending = false;
    writer->last_id = 0;
    writer->depth = 0;
    if (format.framed) {
        put_big(writer, 0, WIRE_FRAME_HEADER_BYTES);
    }
}

bool
wire_writer_finish(WireWriter *writer)
{
    BASE_CHECK(writer->code != WIRE_OK || writer->depth == 0);
    size_t len = wire_writer_length(writer);
    if (writer->code == WIRE_OK && writer->format.framed) {
        size_t frame = len - WIRE_FRAME_HEADER_BYTES;
        if (frame > INT32_MAX) {
            fail(writer, WIRE_TOO_LONG);
        } else {
            store_big(writer->out->data + writer->start, frame, WIRE_FRAME_HEADER_BYTES);
        }
    }
    if (writer->code != WIRE_OK) {
        wire_writer_rollback(writer);
        return false;
    }
    return true;
}

void
wire_writer_rollback(WireWriter *writer)
{
    writer->out->len = writer->start;
}

void
wire_writer_message(WireWriter *writer, WireMessageType type, BaseSlice method, int32_t seqid)
{
    if (is_binary(writer)) {
        uint8_t *to = room(writer, 3 * sizeof(uint32_t) + method.len);
        if (to != NULL) {
            to = wire_direct_u32(to, UINT32_C(0x80010000) | (uint32_t)type);
            to = wire_direct_u32(to, (uint32_t)method.len);
            memcpy(to, method.data, method.len);
            (void)wire_direct_u32(to + method.len, (uint32_t)seqid);
        }
        return;
    }
    const uint8_t version[2] = {0x82, (uint8_t)((unsigned)type << 5 | 1)};
    put(writer, version, sizeof(version));
    put_varint(writer, (uint32_t)seqid);
    wire_writer_bytes(writer, method);
}

void
wire_writer_struct_begin(WireWriter *writer)
{
    if (writer->depth == WIRE_DEPTH_MAX) {
        fail(writer, WIRE_TOO_DEEP);
    }
    if (writer->code == WIRE_OK) {
        writer->outer_ids[writer->depth++] = writer->last_id;
        writer->last_id = 0;
    }
}

void
wire_writer_struct_end(WireWriter *writer)
{
    put_big(writer, WIRE_STOP, 1);
    if (writer->code == WIRE_OK) {
        BASE_CHECK(writer->depth > 0);
        writer->last_id = writer->outer_ids[--writer->depth];
    }
}

/* A compact field header with a type of the compact protocol. */
static void
put_compact_field(WireWriter *writer, int16_t id, uint8_t type)
{
    uint8_t bytes[1 + VARINT_BYTES_MAX];
    unsigned len = 1;
    int delta = id - writer->last_id;
    if (delta > 0 && delta < 16) {
        bytes[0] = (uint8_t)((unsigned)delta << 4 | type);
    } else {
        bytes[0] = type;
        len += store_varint(bytes + 1, zigzag(id));
    }
    put(writer, bytes, len);
    writer->last_id = id;
}

void
wire_writer_field(WireWriter *writer, int16_t id, WireType type)
{
    if (is_binary(writer)) {
        put_big(writer, (uint64_t)type << 16 | (uint16_t)id, 3);
    } else if (type == WIRE_BOOL) {
        writer->bool_pending = true;
        writer->bool_id = id;
    } else {
        put_compact_field(writer, id, COMPACT_TYPES[type & 15]);
    }
}

/* The header and value of a field of `bytes` bytes in the binary protocol. */
static inline __attribute__((always_inline)) void
put_field(WireWriter *writer, int16_t id, WireType type, uint64_t number, unsigned bytes)
{
    uint8_t *to = room(writer, FIELD_HEAD + bytes);
    if (to != NULL) {
        store_big(to, (uint64_t)type << 16 | (uint16_t)id, FIELD_HEAD);
        store_big(to + FIELD_HEAD, number, bytes);
    }
}

void
wire_writer_field_bool(WireWriter *writer, int16_t id, bool value)
{
    if (is_binary(writer)) {
        put_field(writer, id, WIRE_BOOL, value, 1);
    } else {
        put_compact_field(writer, id, value ? 1 : 2);
    }
}

void
wire_writer_field_i32(WireWriter *writer, int16_t id, int32_t value)
{
    if (is_binary(writer)) {
        put_field(writer, id, WIRE_I32, (uint32_t)value, 4);
    } else {
        wire_writer_field(writer, id, WIRE_I32);
        wire_writer_i32(writer, value);
    }
}

void
wire_writer_field_i64(WireWriter *writer, int16_t id, int64_t value)
{
    if (is_binary(writer)) {
        put_field(writer, id, WIRE_I64, (uint64_t)value, 8);
    } else {
        wire_writer_field(writer, id, WIRE_I64);
        wire_writer_i64(writer, value);
    }
}

void
wire_writer_bool(WireWriter *writer, bool value)
{
    uint8_t compact = value ? 1 : 2;
    if (is_binary(writer)) {
        put_big(writer, value, 1);
    } else if (writer->bool_pending) {
        writer->bool_pending = false;
        put_compact_field(writer, writer->bool_id, compact);
    } else {
        put_big(writer, compact, 1);
    }
}

void
wire_writer_byte(WireWriter *writer, int8_t value)
{
    put_big(writer, (uint8_t)value, 1);
}

void
wire_writer_i16(WireWriter *writer, int16_t value)
{
    if (is_binary(writer)) {
        put_big(writer, (uint16_t)value, 2);
    } else {
        put_varint(writer, zigzag(value));
    }
}

void
wire_writer_i32(WireWriter *writer, int32_t value)
{
    if (is_binary(writer)) {
        put_big(writer, (uint32_t)value, 4);
    } else {
        put_varint(writer, zigzag(value));
    }
}

void
wire_writer_i64(WireWriter *writer, int64_t value)
{
    if (is_binary(writer)) {
        put_big(writer, (uint64_t)value, 8);
    } else {
        put_varint(writer, zigzag(value));
    }
}

void
wire_writer_double(WireWriter *writer, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    put_big(writer, is_binary(writer) ? bits : __builtin_bswap64(bits), 8);
}

uint8_t *
wire_writer_room(WireWriter *writer, size_t len)
{
    return room(writer, len);
}

uint8_t *
wire_writer_bytes_room(WireWriter *writer, size_t len)
{
    put_size(writer, len);
    return room(writer, len);
}

void
wire_writer_bytes(WireWriter *writer, BaseSlice value)
{
    uint8_t *to = wire_writer_bytes_room(writer, value.len);
    if (to != NULL && value.len != 0) {
        memcpy(to, value.data, value.len);
    }
}

void
wire_writer_list(WireWriter *writer, WireType element, uint32_t count)
{
    if (is_binary(writer)) {
        put_big(writer, element, 1);
        put_size(writer, count);
        return;
    }
    uint8_t type = COMPACT_TYPES[element & 15];
    if (count < COMPACT_SHORT_LIST) {
        put_big(writer, count << 4 | type, 1);
        return;
    }
    put_big(writer, 0xf0u | type, 1);
    put_size(writer, count);
}

/* The most that the head of a list takes. */
static size_t
list_head_max(const WireWriter *writer)
{
    return is_binary(writer) ? BINARY_LIST_HEAD : COMPACT_LIST_HEAD_MAX;
}

size_t
wire_writer_list_open(WireWriter *writer)
{
    size_t mark = writer->out->len;
    (void)room(writer, list_head_max(writer));
    return mark;
}

/* In compact the elements move up to a head that is shorter than the room for it. */
void
wire_writer_list_close(WireWriter *writer, size_t mark, WireType element, uint32_t count)
{
    if (writer->code != WIRE_OK) {
        return;
    }
    BaseBuf head_bytes = {.data = (uint8_t[COMPACT_LIST_HEAD_MAX]){0},
                          .capacity = COMPACT_LIST_HEAD_MAX};
    WireWriter head = {
        .out = &head_bytes, .bytes_max = COMPACT_LIST_HEAD_MAX, .format = writer->format};
    wire_writer_list(&head, element, count);
    BaseBuf *out = writer->out;
    size_t elements = mark + list_head_max(writer);
    size_t len = head_bytes.len;
    memcpy(out->data + mark, head_bytes.data, len);
    if (mark + len != elements) {
        memmove(out->data + mark + len, out->data + elements, out->len - elements);
        out->len -= elements - (mark + len);
    }
}

void
wire_writer_map(WireWriter *writer, WireType key, WireType value, uint32_t count)
{
    if (is_binary(writer)) {
        put_big(writer, (uint64_t)key << 8 | value, 2);
        put_size(writer, count);
        return;
    }
    put_size(writer, count);
    if (count > 0) {
        put_big(writer, (uint64_t)COMPACT_TYPES[key & 15] << 4 | COMPACT_TYPES[value & 15], 1);
    }
}
