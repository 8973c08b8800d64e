/*
 * tuple_read.c: reading keys made of typed parts. See tuple.h; tuple_format.h has the bytes.
 *
 * Two steps: scan_part() checks a part and finds its bytes, still escaped; larder_tuple_next()
 * takes the escapes out when there are any. Escaping replaces ASCII by ASCII, so escaped text is
 * UTF-8 exactly if the text is, and is checked where it stands.
 */
#include "engine/base/utf8.h"
#include "service/client/tuple_format.h"

#include <larder/tuple.h>

static uint64_t
load_big_endian(const char *bytes, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value = value << 8 | (uint8_t)bytes[i];
    }
    return value;
}

/* False: a negative zero, or another NaN than the canonical one. */
static bool
double_from_ordered(uint64_t ordered, double *ret_value)
{
    uint64_t bits = ordered & TUPLE_SIGN_BIT ? ordered & ~TUPLE_SIGN_BIT : ~ordered;
    memcpy(ret_value, &bits, sizeof bits);
    if ((bits & ~TUPLE_SIGN_BIT) > TUPLE_INFINITY_BITS) {
        return bits == TUPLE_CANONICAL_NAN;
    }
    return bits != TUPLE_SIGN_BIT;
}

LarderTupleReader
larder_tuple_reader(LarderBytes key, void *memory, size_t capacity)
{
    LarderTupleReader reader = {key, 0, (char *)memory, capacity, 0, 0};
    return reader;
}

/* The bytes behind the type, and how many of them. */
static LarderBytes
rest_of(const LarderTupleReader *reader)
{
    size_t behind = reader->offset + 1;
    return larder_bytes(reader->key.data + behind, reader->key.size - behind);
}

static bool
escapes_are_valid(LarderBytes escaped)
{
    for (size_t i = 0; i < escaped.size; i++) {
        if (escaped.data[i] != TUPLE_ESCAPE) {
            continue;
        }
        i++;
        if (i == escaped.size ||
            (escaped.data[i] != TUPLE_ESCAPED_00 && escaped.data[i] != TUPLE_ESCAPED_01)) {
            return false;
        }
    }
    return true;
}

/* Finds the bytes of a text or bytes part, still escaped; *ret_size counts their end, too. */
static LarderTupleCode
scan_escaped(LarderBytes rest, bool text, LarderBytes *ret_escaped, size_t *ret_size)
{
    const char *end =
        rest.size > 0 ? (const char *)memchr(rest.data, TUPLE_TAG_END, rest.size) : NULL;
    if (end == NULL) {
        return LARDER_TUPLE_TRUNCATED;
    }
    LarderBytes escaped = larder_bytes(rest.data, (size_t)(end - rest.data));
    if (!escapes_are_valid(escaped)) {
        return LARDER_TUPLE_BAD_ESCAPE;
    }
    if (text && !base_utf8_is_valid(base_slice(escaped.data, escaped.size))) {
        return LARDER_TUPLE_BAD_TEXT;
    }
    *ret_escaped = escaped;
    *ret_size = escaped.size + 1;
    return LARDER_TUPLE_OK;
}

static LarderTupleCode
scan_integer(LarderBytes rest, uint8_t tag, int64_t *ret_value, size_t *ret_size)
{
    bool negative = tag < TUPLE_TAG_ZERO;
    unsigned count = negative ? (unsigned)(TUPLE_TAG_ZERO - tag) : (unsigned)(tag - TUPLE_TAG_ZERO);
    if (rest.size < count) {
        return LARDER_TUPLE_TRUNCATED;
    }
    uint64_t bits = load_big_endian(rest.data, count);
    if (negative && count < TUPLE_NUMBER_BYTES) {
        bits |= UINT64_MAX << (8 * count);
    }
    int64_t value = (int64_t)bits;
    if ((value < 0) != negative || client_tuple_integer_bytes(value) != count) {
        return LARDER_TUPLE_NOT_CANONICAL;
    }
    *ret_value = value;
    *ret_size = count;
    return LARDER_TUPLE_OK;
}

static LarderTupleCode
scan_double(LarderBytes rest, double *ret_value, size_t *ret_size)
{
    if (rest.size < TUPLE_NUMBER_BYTES) {
        return LARDER_TUPLE_TRUNCATED;
    }
    *ret_size = TUPLE_NUMBER_BYTES;
    return double_from_ordered(load_big_endian(rest.data, TUPLE_NUMBER_BYTES), ret_value)
               ? LARDER_TUPLE_OK
               : LARDER_TUPLE_NOT_CANONICAL;
}

static LarderTupleCode
scan_uuid(LarderBytes rest, LarderBytes *ret_uuid, size_t *ret_size)
{
    if (rest.size < TUPLE_UUID_BYTES) {
        return LARDER_TUPLE_TRUNCATED;
    }
    *ret_uuid = larder_bytes(rest.data, TUPLE_UUID_BYTES);
    *ret_size = TUPLE_UUID_BYTES;
    return LARDER_TUPLE_OK;
}

static LarderTupleCode
scan_tenant(const LarderTupleReader *reader, LarderBytes *ret_escaped, size_t *ret_size)
{
    if (reader->offset != 0) {
        return LARDER_TUPLE_BAD_TENANT;
    }
    LarderTupleCode code = scan_escaped(rest_of(reader), true, ret_escaped, ret_size);
    return code == LARDER_TUPLE_OK && ret_escaped->size == 0 ? LARDER_TUPLE_BAD_TENANT : code;
}

/* The type of a part by its first byte; false: there is none. */
static bool
type_of(uint8_t tag, LarderTupleType *ret_type)
{
    if (tag >= TUPLE_TAG_INTEGER_LOWEST && tag <= TUPLE_TAG_INTEGER_HIGHEST) {
        *ret_type = LARDER_TUPLE_INTEGER;
        return true;
    }
    static const struct {
        uint8_t tag;
        LarderTupleType type;
    } TYPES[] = {
        {TUPLE_TAG_END, LARDER_TUPLE_CLOSE},    {TUPLE_TAG_TENANT, LARDER_TUPLE_TENANT},
        {TUPLE_TAG_NULL, LARDER_TUPLE_NULL},    {TUPLE_TAG_FALSE, LARDER_TUPLE_BOOLEAN},
        {TUPLE_TAG_TRUE, LARDER_TUPLE_BOOLEAN}, {TUPLE_TAG_DOUBLE, LARDER_TUPLE_DOUBLE},
        {TUPLE_TAG_UUID, LARDER_TUPLE_UUID},    {TUPLE_TAG_TEXT, LARDER_TUPLE_TEXT},
        {TUPLE_TAG_BYTES, LARDER_TUPLE_BYTES},  {TUPLE_TAG_OPEN, LARDER_TUPLE_OPEN},
    };
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        if (TYPES[i].tag == tag) {
            *ret_type = TYPES[i].type;
            return true;
        }
    }
    return false;
}

/* Checks the part at the reader's offset. *ret_size are its bytes behind the type. */
static LarderTupleCode
scan_value(const LarderTupleReader *reader, uint8_t tag, LarderTuplePart *part, size_t *ret_size)
{
    switch (part->type) {
    case LARDER_TUPLE_CLOSE:
        return reader->depth == 0 ? LARDER_TUPLE_UNBALANCED : LARDER_TUPLE_OK;
    case LARDER_TUPLE_OPEN:
        return reader->depth == LARDER_TUPLE_DEPTH_MAX ? LARDER_TUPLE_TOO_DEEP : LARDER_TUPLE_OK;
    case LARDER_TUPLE_TENANT:
        return scan_tenant(reader, &part->bytes, ret_size);
    case LARDER_TUPLE_BOOLEAN:
        part->boolean = tag == TUPLE_TAG_TRUE;
        return LARDER_TUPLE_OK;
    case LARDER_TUPLE_INTEGER:
        return scan_integer(rest_of(reader), tag, &part->integer, ret_size);
    case LARDER_TUPLE_DOUBLE:
        return scan_double(rest_of(reader), &part->number, ret_size);
    case LARDER_TUPLE_UUID:
        return scan_uuid(rest_of(reader), &part->bytes, ret_size);
    case LARDER_TUPLE_TEXT:
        return scan_escaped(rest_of(reader), true, &part->bytes, ret_size);
    case LARDER_TUPLE_BYTES:
        return scan_escaped(rest_of(reader), false, &part->bytes, ret_size);
    case LARDER_TUPLE_NULL:
        break;
    }
    return LARDER_TUPLE_OK;
}

/* The part at the reader's offset, its bytes still escaped, and its size with its type. */
static LarderTupleCode
scan_part(const LarderTupleReader *reader, LarderTuplePart *ret_part, size_t *ret_size)
{
    if (reader->offset == reader->key.size) {
        return reader->depth == 0 ? LARDER_TUPLE_DONE : LARDER_TUPLE_TRUNCATED;
    }
    uint8_t tag = (uint8_t)reader->key.data[reader->offset];
    LarderTuplePart part;
    memset(&part, 0, sizeof part);
    if (!type_of(tag, &part.type)) {
        return LARDER_TUPLE_BAD_TYPE;
    }
    size_t size = 0;
    LarderTupleCode code = scan_value(reader, tag, &part, &size);
    if (code == LARDER_TUPLE_OK) {
        *ret_part = part;
        *ret_size = 1 + size;
    }
    return code;
}

static void
step(LarderTupleReader *reader, LarderTupleType type, size_t size)
{
    reader->offset += size;
    if (type == LARDER_TUPLE_OPEN) {
        reader->depth++;
    } else if (type == LARDER_TUPLE_CLOSE) {
        reader->depth--;
    }
}

/* Takes the escapes out of *bytes, into the reader's memory, if there are any. */
static LarderTupleCode
unescape(LarderTupleReader *reader, LarderBytes *bytes)
{
    if (bytes->size == 0 || memchr(bytes->data, TUPLE_ESCAPE, bytes->size) == NULL) {
        return LARDER_TUPLE_OK;
    }
    char *begin = reader->memory == NULL ? NULL : reader->memory + reader->used;
    size_t space = reader->capacity - reader->used;
    size_t size = 0;
    for (size_t i = 0; i < bytes->size; i++) {
        char byte = bytes->data[i];
        if (byte == TUPLE_ESCAPE) {
            i++;
            byte = (char)(bytes->data[i] == TUPLE_ESCAPED_00 ? 0x00 : 0x01);
        }
        if (size == space) {
            return LARDER_TUPLE_NO_SPACE;
        }
        begin[size++] = byte;
    }
    *bytes = larder_bytes(begin, size);
    reader->used += size;
    return LARDER_TUPLE_OK;
}

LarderTupleCode
larder_tuple_next(LarderTupleReader *reader, LarderTuplePart *ret_part)
{
    LarderTuplePart part;
    size_t size;
    LarderTupleCode code = scan_part(reader, &part, &size);
    if (code != LARDER_TUPLE_OK) {
        return code;
    }
    if (part.type != LARDER_TUPLE_UUID) {
        code = unescape(reader, &part.bytes);
    }
    if (code == LARDER_TUPLE_OK) {
        step(reader, part.type, size);
        *ret_part = part;
    }
    return code;
}

LarderTupleCode
larder_tuple_check(LarderBytes key)
{
    LarderTupleReader reader = larder_tuple_reader(key, NULL, 0);
    LarderTuplePart part;
    size_t size;
    LarderTupleCode code;
    while ((code = scan_part(&reader, &part, &size)) == LARDER_TUPLE_OK) {
        step(&reader, part.type, size);
    }
    return code == LARDER_TUPLE_DONE ? LARDER_TUPLE_OK : code;
}
