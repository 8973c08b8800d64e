/*
 * cursor.c: tokens of strict binary and compact. See cursor.h.
 *
 *   token     binary                             compact
 *   message   80 01 00 TYPE, length, name,       82, TYPE << 5 | 1, varint sequence id,
 *             sequence id (4)                    varint length, name
 *   field     TYPE, id (2)                       delta << 4 | TYPE, or TYPE and zigzag varint id
 *   bool      00 or 01                           part of the field's header: 1 true, 2 false;
 *                                                element: 1 true, 2 (also 0) false
 *   integer   2, 4 or 8 bytes, big-endian        zigzag varint; a byte is 1 byte
 *   double    8 bytes, big-endian                8 bytes, little-endian
 *   bytes     length (4), bytes                  varint length, bytes
 *   list      TYPE, count (4)                    count << 4 | TYPE, or f0 | TYPE and varint count
 *   map       TYPE, TYPE, count (4)              00, or varint count and TYPE << 4 | TYPE
 *
 * Signed lengths of the binary protocol are read as unsigned: a negative one is over INT32_MAX,
 * which no length may be.
 */
#include "service/wire/cursor.h"

enum {
    BINARY_FIRST = 0x80,
    BINARY_VERSION = 0x800100,
    COMPACT_FIRST = 0x82,
    COMPACT_VERSION = 1,
    COMPACT_TRUE = 1,
    COMPACT_FALSE = 2,
};

/* Types of the compact protocol by their number; WIRE_STOP where there is none. */
static const uint8_t COMPACT_TYPES[16] = {
    WIRE_STOP,   WIRE_BOOL,  WIRE_BOOL, WIRE_BYTE, WIRE_I16, WIRE_I32,    WIRE_I64,
    WIRE_DOUBLE, WIRE_BYTES, WIRE_LIST, WIRE_SET,  WIRE_MAP, WIRE_STRUCT,
};

static const uint8_t BINARY_FIXED[16] = {
    [WIRE_BOOL] = 1, [WIRE_BYTE] = 1, [WIRE_DOUBLE] = 8,
    [WIRE_I16] = 2,  [WIRE_I32] = 4,  [WIRE_I64] = 8,
};

static const uint8_t BINARY_LEAST[16] = {
    [WIRE_BOOL] = 1, [WIRE_BYTE] = 1, [WIRE_DOUBLE] = 8, [WIRE_I16] = 2,
    [WIRE_I32] = 4,  [WIRE_I64] = 8,  [WIRE_BYTES] = 4,  [WIRE_STRUCT] = 1,
    [WIRE_MAP] = 6,  [WIRE_SET] = 5,  [WIRE_LIST] = 5,
};

unsigned
wire_cursor_fixed_size(WireProtocol protocol, uint8_t type)
{
    if (protocol == WIRE_BINARY) {
        return BINARY_FIXED[type & 15];
    }
    return type == WIRE_DOUBLE ? 8 : type == WIRE_BOOL || type == WIRE_BYTE ? 1 : 0;
}

unsigned
wire_cursor_least_size(WireProtocol protocol, uint8_t type)
{
    if (protocol == WIRE_BINARY) {
        return BINARY_LEAST[type & 15];
    }
    return type == WIRE_DOUBLE ? 8 : 1;
}

static inline bool
has(const WireCursor *cursor, size_t bytes)
{
    return cursor->len - cursor->at >= bytes;
}

/* A big-endian number of 1, 2, 4 or 8 bytes, which are there: one load, as `bytes` is constant. */
static inline __attribute__((always_inline)) uint64_t
take_big(WireCursor *cursor, unsigned bytes)
{
    uint64_t number = 0;
    memcpy((uint8_t *)&number + (sizeof number - bytes), cursor->data + cursor->at, bytes);
    cursor->at += bytes;
    return __builtin_bswap64(number);
}

/* A varint of at most `bits` bits. */
static inline WireCode
take_varint(WireCursor *cursor, unsigned bits, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (!has(cursor, 1)) {
            return WIRE_TRUNCATED;
        }
        uint8_t byte = cursor->data[cursor->at++];
        if (shift + 7 > bits && byte >> (bits - shift) != 0) {
            return WIRE_BAD_VARINT;
        }
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_number = number;
            return WIRE_OK;
        }
    }
}

static inline int64_t
unzigzag(uint64_t number)
{
    return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

/* A length or count: 4 bytes or a varint, not over INT32_MAX. */
static inline WireCode
take_size(WireCursor *cursor, uint32_t *ret_size)
{
    uint64_t size = 0;
    if (cursor->protocol == WIRE_BINARY) {
        if (!has(cursor, 4)) {
            return WIRE_TRUNCATED;
        }
        size = take_big(cursor, 4);
    } else {
        WireCode code = take_varint(cursor, 32, &size);
        if (code != WIRE_OK) {
            return code;
        }
    }
    if (size > INT32_MAX) {
        return WIRE_BAD_LENGTH;
    }
    *ret_size = (uint32_t)size;
    return WIRE_OK;
}

static WireCode
take_method(WireCursor *cursor, WireHead *head)
{
    uint32_t len = 0;
    WireCode code = take_size(cursor, &len);
    if (code != WIRE_OK) {
        return code;
    }
    if (len == 0 || len > WIRE_METHOD_BYTES_MAX) {
        return WIRE_BAD_METHOD;
    }
    if (!has(cursor, len)) {
        return WIRE_TRUNCATED;
    }
    head->method = base_slice(cursor->data + cursor->at, len);
    const uint8_t *name = head->method.data;
    for (uint32_t i = 0; i < len; i++) {
        if ((uint8_t)(name[i] - '!') > '~' - '!') {
            return WIRE_BAD_METHOD;
        }
    }
    cursor->at += len;
    return WIRE_OK;
}

static WireCode
binary_head(WireCursor *cursor, WireHead *head)
{
    if (!has(cursor, 4)) {
        return WIRE_TRUNCATED;
    }
    uint64_t word = take_big(cursor, 4);
    if (word >> 8 != BINARY_VERSION) {
        return WIRE_BAD_VERSION;
    }
    head->type = (uint8_t)word;
    WireCode code = take_method(cursor, head);
    if (code != WIRE_OK) {
        return code;
    }
    if (!has(cursor, 4)) {
        return WIRE_TRUNCATED;
    }
    head->seqid = (int32_t)(uint32_t)take_big(cursor, 4);
    return WIRE_OK;
}

static WireCode
compact_head(WireCursor *cursor, WireHead *head)
{
    if (!has(cursor, 2)) {
        return WIRE_TRUNCATED;
    }
    uint8_t second = cursor->data[cursor->at + 1];
    if ((second & 0x1f) != COMPACT_VERSION) {
        return WIRE_BAD_VERSION;
    }
    cursor->at += 2;
    head->type = second >> 5;
    uint64_t seqid = 0;
    WireCode code = take_varint(cursor, 32, &seqid);
    head->seqid = (int32_t)(uint32_t)seqid;
    return code != WIRE_OK ? code : take_method(cursor, head);
}

WireCode
wire_cursor_head(WireCursor *cursor, WireHead *ret_head)
{
    if (!has(cursor, 1)) {
        return WIRE_TRUNCATED;
    }
    switch (cursor->data[cursor->at]) {
    case BINARY_FIRST:
        cursor->protocol = WIRE_BINARY;
        return binary_head(cursor, ret_head);
    case COMPACT_FIRST:
        cursor->protocol = WIRE_COMPACT;
        return compact_head(cursor, ret_head);
    default:
        return WIRE_BAD_VERSION;
    }
}

static WireCode
binary_field(WireCursor *cursor, WireField *field)
{
    if (!has(cursor, 1)) {
        return WIRE_TRUNCATED;
    }
    field->type = cursor->data[cursor->at++];
    if (field->type == WIRE_STOP) {
        return WIRE_OK;
    }
    if (!wire_format_is_type(field->type)) {
        return WIRE_BAD_TYPE;
    }
    if (!has(cursor, 2)) {
        return WIRE_TRUNCATED;
    }
    field->id = (int16_t)(uint16_t)take_big(cursor, 2);
    return WIRE_OK;
}

static WireCode
compact_field(WireCursor *cursor, int16_t last_id, WireField *field)
{
    if (!has(cursor, 1)) {
        return WIRE_TRUNCATED;
    }
    uint8_t byte = cursor->data[cursor->at++];
    field->type = COMPACT_TYPES[byte & 15];
    if (field->type == WIRE_STOP) {
        return byte == 0 ? WIRE_OK : WIRE_BAD_TYPE;
    }
    field->is_true = (byte & 15) == COMPACT_TRUE;
    if (byte >> 4 != 0) {
        int id = last_id + (byte >> 4);
        field->id = (int16_t)id;
        return id <= INT16_MAX ? WIRE_OK : WIRE_BAD_VARINT;
    }
    uint64_t id = 0;
    WireCode code = take_varint(cursor, 16, &id);
    field->id = (int16_t)unzigzag(id);
    return code;
}

WireCode
wire_cursor_any_field(WireCursor *cursor, int16_t last_id, WireField *ret_field)
{
    return cursor->protocol == WIRE_BINARY ? binary_field(cursor, ret_field)
                                           : compact_field(cursor, last_id, ret_field);
}

WireCode
wire_cursor_any_length(WireCursor *cursor, uint32_t *ret_len)
{
    return take_size(cursor, ret_len);
}

WireCode
wire_cursor_list(WireCursor *cursor, uint8_t *ret_element, uint32_t *ret_count)
{
    if (!has(cursor, 1)) {
        return WIRE_TRUNCATED;
    }
    uint8_t byte = cursor->data[cursor->at++];
    uint8_t element = cursor->protocol == WIRE_BINARY ? byte : COMPACT_TYPES[byte & 15];
    if (!wire_format_is_type(element)) {
        return WIRE_BAD_TYPE;
    }
    *ret_element = element;
    if (cursor->protocol == WIRE_COMPACT && byte >> 4 != 15) {
        *ret_count = byte >> 4;
        return WIRE_OK;
    }
    return take_size(cursor, ret_count);
}

static WireCode
binary_map(WireCursor *cursor, uint8_t *ret_element, uint32_t *ret_count)
{
    if (!has(cursor, 2)) {
        return WIRE_TRUNCATED;
    }
    uint8_t key = cursor->data[cursor->at];
    uint8_t value = cursor->data[cursor->at + 1];
    if (!wire_format_is_type(key) || !wire_format_is_type(value)) {
        return WIRE_BAD_TYPE;
    }
    cursor->at += 2;
    *ret_element = (uint8_t)(key << 4 | value);
    return take_size(cursor, ret_count);
}

static WireCode
compact_map(WireCursor *cursor, uint8_t *ret_element, uint32_t *ret_count)
{
    *ret_element = 0;
    WireCode code = take_size(cursor, ret_count);
    if (code != WIRE_OK || *ret_count == 0) {
        return code;
    }
    if (!has(cursor, 1)) {
        return WIRE_TRUNCATED;
    }
    uint8_t byte = cursor->data[cursor->at++];
    uint8_t key = COMPACT_TYPES[byte >> 4];
    uint8_t value = COMPACT_TYPES[byte & 15];
    if (key == WIRE_STOP || value == WIRE_STOP) {
        return WIRE_BAD_TYPE;
    }
    *ret_element = (uint8_t)(key << 4 | value);
    return WIRE_OK;
}

WireCode
wire_cursor_map(WireCursor *cursor, uint8_t *ret_element, uint32_t *ret_count)
{
    return cursor->protocol == WIRE_BINARY ? binary_map(cursor, ret_element, ret_count)
                                           : compact_map(cursor, ret_element, ret_count);
}

static WireCode
binary_number(WireCursor *cursor, uint8_t type, int64_t *ret_number)
{
    unsigned bytes = BINARY_FIXED[type & 15];
    if (!has(cursor, bytes)) {
        return WIRE_TRUNCATED;
    }
    uint64_t number = bytes == 8   ? take_big(cursor, 8)
                      : bytes == 4 ? take_big(cursor, 4)
                      : bytes == 2 ? take_big(cursor, 2)
                                   : take_big(cursor, 1);
    if (type == WIRE_BOOL && number > 1) {
        return WIRE_BAD_BOOL;
    }
    unsigned shift = 64 - 8 * bytes;
    *ret_number = (int64_t)(number << shift) >> shift;
    return WIRE_OK;
}

static WireCode
compact_byte(WireCursor *cursor, uint8_t type, int64_t *ret_number)
{
    if (!has(cursor, 1)) {
        return WIRE_TRUNCATED;
    }
    uint8_t byte = cursor->data[cursor->at++];
    if (type == WIRE_BOOL && byte > COMPACT_FALSE) {
        return WIRE_BAD_BOOL;
    }
    *ret_number = type == WIRE_BOOL ? byte == COMPACT_TRUE : (int8_t)byte;
    return WIRE_OK;
}

static WireCode
compact_double(WireCursor *cursor, int64_t *ret_number)
{
    if (!has(cursor, 8)) {
        return WIRE_TRUNCATED;
    }
    *ret_number = (int64_t)__builtin_bswap64(take_big(cursor, 8));
    return WIRE_OK;
}

WireCode
wire_cursor_number(WireCursor *cursor, uint8_t type, int64_t *ret_number)
{
    if (cursor->protocol == WIRE_BINARY) {
        return binary_number(cursor, type, ret_number);
    }
    if (type == WIRE_BOOL || type == WIRE_BYTE) {
        return compact_byte(cursor, type, ret_number);
    }
    if (type == WIRE_DOUBLE) {
        return compact_double(cursor, ret_number);
    }
    unsigned bits = type == WIRE_I16 ? 16 : type == WIRE_I32 ? 32 : 64;
    uint64_t number = 0;
    WireCode code = take_varint(cursor, bits, &number);
    *ret_number = unzigzag(number);
    return code;
}
