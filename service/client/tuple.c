/*
 * tuple.c: writing keys made of typed parts. See tuple.h; tuple_format.h has the bytes.
 *
 * Every part is appended to the caller's memory. A writer that ran out of it goes on counting; one
 * that met another problem does nothing more.
 */
#include "engine/base/utf8.h"
#include "service/client/tuple_format.h"

#include <larder/tuple.h>

static const char *const CODE_NAMES[] = {
    [LARDER_TUPLE_OK] = "ok",
    [LARDER_TUPLE_DONE] = "done",
    [LARDER_TUPLE_NO_SPACE] = "no_space",
    [LARDER_TUPLE_TOO_DEEP] = "too_deep",
    [LARDER_TUPLE_UNBALANCED] = "unbalanced",
    [LARDER_TUPLE_BAD_TENANT] = "bad_tenant",
    [LARDER_TUPLE_BAD_TEXT] = "bad_text",
    [LARDER_TUPLE_BEHIND_PREFIX] = "behind_prefix",
    [LARDER_TUPLE_TRUNCATED] = "truncated",
    [LARDER_TUPLE_BAD_TYPE] = "bad_type",
    [LARDER_TUPLE_BAD_ESCAPE] = "bad_escape",
    [LARDER_TUPLE_NOT_CANONICAL] = "not_canonical",
};

const char *
larder_tuple_code_name(LarderTupleCode code)
{
    size_t i = (size_t)code;
    return i < sizeof CODE_NAMES / sizeof CODE_NAMES[0] ? CODE_NAMES[i] : "unknown";
}

static void
store_big_endian(uint8_t *bytes, unsigned count, uint64_t value)
{
    for (unsigned i = count; i > 0; i--) {
        bytes[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

static uint64_t
double_to_ordered(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value) {
        bits = TUPLE_CANONICAL_NAN;
    } else if (value == 0) {
        bits = 0;
    }
    return bits & TUPLE_SIGN_BIT ? ~bits : bits | TUPLE_SIGN_BIT;
}

LarderTupleWriter
larder_tuple_writer(void *memory, size_t capacity)
{
    LarderTupleWriter writer = {(char *)memory, capacity, 0, 0, false, LARDER_TUPLE_OK};
    return writer;
}

/* Keeps the first problem; lack of space gives way to any other one. */
static void
fail(LarderTupleWriter *writer, LarderTupleCode code)
{
    if (writer->code == LARDER_TUPLE_OK || writer->code == LARDER_TUPLE_NO_SPACE) {
        writer->code = code;
    }
}

static void
append(LarderTupleWriter *writer, const void *bytes, size_t size)
{
    if (size > SIZE_MAX - writer->size) {
        size = SIZE_MAX - writer->size;
        writer->code = LARDER_TUPLE_NO_SPACE;
    }
    if (writer->size + size > writer->capacity) {
        writer->code = LARDER_TUPLE_NO_SPACE;
    }
    if (writer->code == LARDER_TUPLE_OK && size > 0) {
        memcpy(writer->memory + writer->size, bytes, size);
    }
    writer->size += size;
}

static void
append_byte(LarderTupleWriter *writer, uint8_t byte)
{
    append(writer, &byte, 1);
}

/* Whether the writer takes another part. */
static bool
takes_part(LarderTupleWriter *writer)
{
    if (writer->open_text) {
        fail(writer, LARDER_TUPLE_BEHIND_PREFIX);
    }
    return writer->code == LARDER_TUPLE_OK || writer->code == LARDER_TUPLE_NO_SPACE;
}

/* Runs of plain bytes as they are, 00 and 01 as two bytes. */
static void
append_escaped(LarderTupleWriter *writer, LarderBytes bytes)
{
    size_t begin = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = (uint8_t)bytes.data[i];
        if (byte <= TUPLE_ESCAPE) {
            const uint8_t escaped[2] = {TUPLE_ESCAPE,
                                        byte == 0 ? TUPLE_ESCAPED_00 : TUPLE_ESCAPED_01};
            append(writer, bytes.data + begin, i - begin);
            append(writer, escaped, sizeof escaped);
            begin = i + 1;
        }
    }
    if (begin < bytes.size) {
        append(writer, bytes.data + begin, bytes.size - begin);
    }
}

/* A text without its end. False: it was not written. */
static bool
begin_text(LarderTupleWriter *writer, uint8_t tag, LarderBytes text)
{
    if (!takes_part(writer)) {
        return false;
    }
    if (!base_utf8_is_valid(base_slice(text.data, text.size))) {
        fail(writer, LARDER_TUPLE_BAD_TEXT);
        return false;
    }
    append_byte(writer, tag);
    append_escaped(writer, text);
    return true;
}

void
larder_tuple_add_tenant(LarderTupleWriter *writer, LarderBytes name)
{
    if (takes_part(writer) && (name.size == 0 || writer->size != 0)) {
        fail(writer, LARDER_TUPLE_BAD_TENANT);
    }
    if (begin_text(writer, TUPLE_TAG_TENANT, name)) {
        append_byte(writer, TUPLE_TAG_END);
    }
}

void
larder_tuple_add_null(LarderTupleWriter *writer)
{
    if (takes_part(writer)) {
        append_byte(writer, TUPLE_TAG_NULL);
    }
}

void
larder_tuple_add_boolean(LarderTupleWriter *writer, bool value)
{
    if (takes_part(writer)) {
        append_byte(writer, value ? TUPLE_TAG_TRUE : TUPLE_TAG_FALSE);
    }
}

void
larder_tuple_add_integer(LarderTupleWriter *writer, int64_t value)
{
    if (!takes_part(writer)) {
        return;
    }
    uint8_t bytes[1 + TUPLE_NUMBER_BYTES];
    unsigned count = client_tuple_integer_bytes(value);
    bytes[0] = (uint8_t)(value < 0 ? TUPLE_TAG_ZERO - count : TUPLE_TAG_ZERO + count);
    store_big_endian(bytes + 1, count, (uint64_t)value);
    append(writer, bytes, 1 + count);
}

void
larder_tuple_add_double(LarderTupleWriter *writer, double value)
{
    if (!takes_part(writer)) {
        return;
    }
    uint8_t bytes[1 + TUPLE_NUMBER_BYTES] = {TUPLE_TAG_DOUBLE};
    store_big_endian(bytes + 1, TUPLE_NUMBER_BYTES, double_to_ordered(value));
    append(writer, bytes, sizeof bytes);
}

void
larder_tuple_add_uuid(LarderTupleWriter *writer, const void *uuid)
{
    if (takes_part(writer)) {
        append_byte(writer, TUPLE_TAG_UUID);
        append(writer, uuid, TUPLE_UUID_BYTES);
    }
}

void
larder_tuple_add_text(LarderTupleWriter *writer, LarderBytes text)
{
    if (begin_text(writer, TUPLE_TAG_TEXT, text)) {
        append_byte(writer, TUPLE_TAG_END);
    }
}

void
larder_tuple_add_bytes(LarderTupleWriter *writer, LarderBytes bytes)
{
    if (takes_part(writer)) {
        append_byte(writer, TUPLE_TAG_BYTES);
        append_escaped(writer, bytes);
        append_byte(writer, TUPLE_TAG_END);
    }
}

void
larder_tuple_open(LarderTupleWriter *writer)
{
    if (!takes_part(writer)) {
        return;
    }
    if (writer->depth == LARDER_TUPLE_DEPTH_MAX) {
        fail(writer, LARDER_TUPLE_TOO_DEEP);
        return;
    }
    writer->depth++;
    append_byte(writer, TUPLE_TAG_OPEN);
}

void
larder_tuple_close(LarderTupleWriter *writer)
{
    if (!takes_part(writer)) {
        return;
    }
    if (writer->depth == 0) {
        fail(writer, LARDER_TUPLE_UNBALANCED);
        return;
    }
    writer->depth--;
    append_byte(writer, TUPLE_TAG_END);
}

void
larder_tuple_add_text_prefix(LarderTupleWriter *writer, LarderBytes text)
{
    if (begin_text(writer, TUPLE_TAG_TEXT, text)) {
        writer->open_text = true;
    }
}

LarderTupleCode
larder_tuple_finish_prefix(const LarderTupleWriter *writer, LarderBytes *ret_prefix)
{
    bool fine = writer->code == LARDER_TUPLE_OK;
    *ret_prefix = larder_bytes(fine ? writer->memory : NULL, fine ? writer->size : 0);
    return writer->code;
}

LarderTupleCode
larder_tuple_finish(const LarderTupleWriter *writer, LarderBytes *ret_key)
{
    if (writer->code == LARDER_TUPLE_OK && (writer->depth > 0 || writer->open_text)) {
        *ret_key = larder_bytes(NULL, 0);
        return LARDER_TUPLE_UNBALANCED;
    }
    return larder_tuple_finish_prefix(writer, ret_key);
}

LarderTupleCode
larder_tuple_stop(LarderBytes prefix, void *memory, size_t capacity, LarderBytes *ret_stop)
{
    size_t size = prefix.size;
    while (size > 0 && (uint8_t)prefix.data[size - 1] == 0xFF) {
        size--;
    }
    *ret_stop = larder_bytes(NULL, 0);
    if (size == 0) {
        return LARDER_TUPLE_OK;
    }
    if (size > capacity) {
        return LARDER_TUPLE_NO_SPACE;
    }
    uint8_t *stop = (uint8_t *)memory;
    memmove(stop, prefix.data, size);
    stop[size - 1]++;
    *ret_stop = larder_bytes(stop, size);
    return LARDER_TUPLE_OK;
}
