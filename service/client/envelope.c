/*
 * envelope.c: a frame around values. See envelope.h for what it is for.
 *
 *   E1 1E      no UTF-8 text begins so
 *   01         version of the format
 *   fields     id (one byte), length (one byte), as many bytes; ids ascend
 *   00         end of the fields
 *   payload    to the end of the value
 *
 * Numbers are big-endian without leading zeros; 0 has no bytes. docs/formats.md has the table of
 * fields.
 *
 * Encoding first puts all fields into one list, whose sum is the size, and then copies. Decoding
 * walks the fields once. The checksum leaves out only its own four bytes: it is that of what stands
 * before them, extended by what stands behind them.
 */
#include "engine/base/utf8.h"
#include "service/client/crc32.h"

#include <larder/envelope.h>

enum {
    MAGIC_0 = 0xE1,
    MAGIC_1 = 0x1E,
    FORMAT = 1,
    PREAMBLE_BYTES = 3,
    NUMBER_BYTES = 8,
    CHECKSUM_BYTES = 4,
};

enum {
    FIELD_END = 0,
    FIELD_SCHEMA_VERSION = 1,
    FIELD_ENTITY_TYPE = 2,
    FIELD_ENTITY_VERSION = 3,
    FIELD_UPDATED_AT = 4,
    FIELD_TRACE_ID = 5,
    FIELD_CHECKSUM = 6,
    FIELD_UNDERSTOOD_FIRST = 128, /* from here on a reader must know a field */
};

static const char *const CODE_NAMES[] = {
    [LARDER_ENVELOPE_OK] = "ok",
    [LARDER_ENVELOPE_NO_SPACE] = "no_space",
    [LARDER_ENVELOPE_BAD_FIELD] = "bad_field",
    [LARDER_ENVELOPE_BAD_ORDER] = "bad_order",
    [LARDER_ENVELOPE_NO_ENVELOPE] = "no_envelope",
    [LARDER_ENVELOPE_UNKNOWN_FORMAT] = "unknown_format",
    [LARDER_ENVELOPE_UNKNOWN_FIELD] = "unknown_field",
    [LARDER_ENVELOPE_TRUNCATED] = "truncated",
    [LARDER_ENVELOPE_NOT_CANONICAL] = "not_canonical",
    [LARDER_ENVELOPE_BAD_CHECKSUM] = "bad_checksum",
};

const char *
larder_envelope_code_name(LarderEnvelopeCode code)
{
    size_t i = (size_t)code;
    return i < sizeof CODE_NAMES / sizeof CODE_NAMES[0] ? CODE_NAMES[i] : "unknown";
}

static bool
is_text(LarderBytes bytes)
{
    return base_utf8_is_valid(base_slice(bytes.data, bytes.size));
}

/* --- encoding --- */

/* The fields that have members of their own, as they are written. */
typedef struct KnownFields {
    LarderEnvelopeField fields[FIELD_CHECKSUM];
    size_t count;
    char numbers[FIELD_CHECKSUM][NUMBER_BYTES];
} KnownFields;

static void
add_bytes(KnownFields *known, uint8_t id, LarderBytes bytes)
{
    known->fields[known->count].id = id;
    known->fields[known->count].bytes = bytes;
    known->count++;
}

static void
add_number(KnownFields *known, uint8_t id, uint64_t number)
{
    char *bytes = known->numbers[known->count];
    size_t at = NUMBER_BYTES;
    while (number != 0) {
        bytes[--at] = (char)number;
        number >>= 8;
    }
    add_bytes(known, id, larder_bytes(bytes + at, NUMBER_BYTES - at));
}

/* The checksum is added as zeros. False: a member cannot be written. */
static bool
collect_known(const LarderEnvelope *envelope, KnownFields *known)
{
    memset(known, 0, sizeof *known);
    if (envelope->has_schema_version) {
        add_number(known, FIELD_SCHEMA_VERSION, envelope->schema_version);
    }
    if (envelope->entity_type.size > 0) {
        add_bytes(known, FIELD_ENTITY_TYPE, envelope->entity_type);
    }
    if (envelope->has_entity_version) {
        add_number(known, FIELD_ENTITY_VERSION, (uint64_t)envelope->entity_version);
    }
    if (envelope->has_updated_at) {
        add_number(known, FIELD_UPDATED_AT, (uint64_t)envelope->updated_at_ms);
    }
    if (envelope->trace_id.size > 0) {
        add_bytes(known, FIELD_TRACE_ID, envelope->trace_id);
    }
    if (envelope->checksum) {
        add_bytes(known, FIELD_CHECKSUM,
                  larder_bytes(known->numbers[known->count], CHECKSUM_BYTES));
    }
    return envelope->entity_type.size <= LARDER_ENVELOPE_FIELD_MAX &&
           envelope->trace_id.size <= LARDER_ENVELOPE_FIELD_MAX && is_text(envelope->entity_type) &&
           (!envelope->has_entity_version || envelope->entity_version >= 0) &&
           (!envelope->has_updated_at || envelope->updated_at_ms >= 0);
}

static LarderEnvelopeCode
check_further(const LarderEnvelope *envelope)
{
    unsigned previous = FIELD_CHECKSUM;
    for (size_t i = 0; i < envelope->field_count; i++) {
        const LarderEnvelopeField *field = &envelope->fields[i];
        if (field->id <= previous || field->id >= FIELD_UNDERSTOOD_FIRST) {
            return LARDER_ENVELOPE_BAD_ORDER;
        }
        if (field->bytes.size > LARDER_ENVELOPE_FIELD_MAX) {
            return LARDER_ENVELOPE_BAD_FIELD;
        }
        previous = field->id;
    }
    return LARDER_ENVELOPE_OK;
}

static size_t
fields_bytes(const LarderEnvelopeField *fields, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += 2 + fields[i].bytes.size;
    }
    return sum;
}

/* Everything that can be wrong but the space; *ret_size is the size of the whole. */
static LarderEnvelopeCode
prepare(const LarderEnvelope *envelope, KnownFields *known, size_t *ret_size)
{
    if (!collect_known(envelope, known)) {
        return LARDER_ENVELOPE_BAD_FIELD;
    }
    LarderEnvelopeCode code = check_further(envelope);
    if (code != LARDER_ENVELOPE_OK) {
        return code;
    }
    size_t size = PREAMBLE_BYTES + fields_bytes(known->fields, known->count) +
                  fields_bytes(envelope->fields, envelope->field_count) + 1;
    if (envelope->payload.size > SIZE_MAX - size) {
        return LARDER_ENVELOPE_NO_SPACE;
    }
    *ret_size = size + envelope->payload.size;
    return LARDER_ENVELOPE_OK;
}

size_t
larder_envelope_size(const LarderEnvelope *envelope)
{
    KnownFields known;
    size_t size;
    return prepare(envelope, &known, &size) == LARDER_ENVELOPE_OK ? size : 0;
}

static char *
copy_bytes(char *at, LarderBytes bytes)
{
    if (bytes.size > 0) {
        memcpy(at, bytes.data, bytes.size);
    }
    return at + bytes.size;
}

static char *
copy_fields(char *at, const LarderEnvelopeField *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *at++ = (char)fields[i].id;
        *at++ = (char)fields[i].bytes.size;
        at = copy_bytes(at, fields[i].bytes);
    }
    return at;
}

/* Of `value` without the checksum's own bytes, which begin at `at`. */
static uint32_t
checksum_around(LarderBytes value, const char *at)
{
    const char *behind = at + CHECKSUM_BYTES;
    uint32_t crc = client_crc32_extend(0, larder_bytes(value.data, (size_t)(at - value.data)));
    return client_crc32_extend(crc,
                               larder_bytes(behind, value.size - (size_t)(behind - value.data)));
}

LarderEnvelopeCode
larder_envelope_encode(const LarderEnvelope *envelope, void *memory, size_t capacity,
                       LarderBytes *ret_value)
{
    KnownFields known;
    size_t size;
    *ret_value = larder_bytes(NULL, 0);
    LarderEnvelopeCode code = prepare(envelope, &known, &size);
    if (code != LARDER_ENVELOPE_OK || size > capacity) {
        return code != LARDER_ENVELOPE_OK ? code : LARDER_ENVELOPE_NO_SPACE;
    }
    char *at = (char *)memory;
    *at++ = (char)MAGIC_0;
    *at++ = (char)MAGIC_1;
    *at++ = (char)FORMAT;
    at = copy_fields(at, known.fields, known.count);
    char *behind_known = at;
    at = copy_fields(at, envelope->fields, envelope->field_count);
    *at++ = (char)FIELD_END;
    (void)copy_bytes(at, envelope->payload);
    LarderBytes value = larder_bytes(memory, size);
    if (envelope->checksum) {
        char *own = behind_known - CHECKSUM_BYTES;
        uint32_t crc = checksum_around(value, own);
        for (unsigned i = 0; i < CHECKSUM_BYTES; i++) {
            own[i] = (char)(crc >> (24 - 8 * i));
        }
    }
    *ret_value = value;
    return LARDER_ENVELOPE_OK;
}

/* --- decoding --- */

bool
larder_envelope_is(LarderBytes value)
{
    return value.size >= 2 && (uint8_t)value.data[0] == MAGIC_0 &&
           (uint8_t)value.data[1] == MAGIC_1;
}

/* The field at *cursor, which moves behind it. False: it is not all there. */
static bool
take_field(LarderBytes bytes, size_t *cursor, LarderEnvelopeField *ret_field)
{
    size_t left = bytes.size - *cursor;
    if (left < 2) {
        return false;
    }
    size_t size = (uint8_t)bytes.data[*cursor + 1];
    if (left - 2 < size) {
        return false;
    }
    ret_field->id = (uint8_t)bytes.data[*cursor];
    ret_field->bytes = larder_bytes(bytes.data + *cursor + 2, size);
    *cursor += 2 + size;
    return true;
}

static LarderEnvelopeCode
read_number(LarderBytes bytes, uint64_t highest, uint64_t *ret_number)
{
    if (bytes.size > NUMBER_BYTES) {
        return LARDER_ENVELOPE_BAD_FIELD;
    }
    if (bytes.size > 0 && bytes.data[0] == 0) {
        return LARDER_ENVELOPE_NOT_CANONICAL;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        number = number << 8 | (uint8_t)bytes.data[i];
    }
    if (number > highest) {
        return LARDER_ENVELOPE_BAD_FIELD;
    }
    *ret_number = number;
    return LARDER_ENVELOPE_OK;
}

static LarderEnvelopeCode
read_time_or_version(LarderBytes bytes, bool *ret_has, int64_t *ret_number)
{
    uint64_t number = 0;
    LarderEnvelopeCode code = read_number(bytes, INT64_MAX, &number);
    *ret_has = true;
    *ret_number = (int64_t)number;
    return code;
}

static LarderEnvelopeCode
read_schema_version(LarderBytes bytes, LarderEnvelope *envelope)
{
    uint64_t number = 0;
    LarderEnvelopeCode code = read_number(bytes, UINT32_MAX, &number);
    envelope->has_schema_version = true;
    envelope->schema_version = (uint32_t)number;
    return code;
}

static LarderEnvelopeCode
read_field(const LarderEnvelopeField *field, LarderEnvelope *envelope, const char **ret_checksum)
{
    LarderBytes bytes = field->bytes;
    switch (field->id) {
    case FIELD_SCHEMA_VERSION:
        return read_schema_version(bytes, envelope);
    case FIELD_ENTITY_TYPE:
        envelope->entity_type = bytes;
        return bytes.size > 0 && is_text(bytes) ? LARDER_ENVELOPE_OK : LARDER_ENVELOPE_BAD_FIELD;
    case FIELD_ENTITY_VERSION:
        return read_time_or_version(bytes, &envelope->has_entity_version,
                                    &envelope->entity_version);
    case FIELD_UPDATED_AT:
        return read_time_or_version(bytes, &envelope->has_updated_at, &envelope->updated_at_ms);
    case FIELD_TRACE_ID:
        envelope->trace_id = bytes;
        return bytes.size > 0 ? LARDER_ENVELOPE_OK : LARDER_ENVELOPE_BAD_FIELD;
    case FIELD_CHECKSUM:
        envelope->checksum = true;
        *ret_checksum = bytes.data;
        return bytes.size == CHECKSUM_BYTES ? LARDER_ENVELOPE_OK : LARDER_ENVELOPE_BAD_FIELD;
    default:
        return field->id < FIELD_UNDERSTOOD_FIRST ? LARDER_ENVELOPE_OK
                                                  : LARDER_ENVELOPE_UNKNOWN_FIELD;
    }
}

/* Reads the fields; *cursor is then behind their end. */
static LarderEnvelopeCode
read_fields(LarderBytes value, size_t *cursor, LarderEnvelope *envelope, const char **ret_checksum)
{
    unsigned previous = 0;
    while (*cursor < value.size && value.data[*cursor] != FIELD_END) {
        LarderEnvelopeField field;
        if (!take_field(value, cursor, &field)) {
            return LARDER_ENVELOPE_TRUNCATED;
        }
        if (field.id <= previous) {
            return LARDER_ENVELOPE_BAD_ORDER;
        }
        previous = field.id;
        LarderEnvelopeCode code = read_field(&field, envelope, ret_checksum);
        if (code != LARDER_ENVELOPE_OK) {
            return code;
        }
    }
    if (*cursor == value.size) {
        return LARDER_ENVELOPE_TRUNCATED;
    }
    ++*cursor;
    return LARDER_ENVELOPE_OK;
}

static bool
checksum_is_right(LarderBytes value, const char *checksum)
{
    uint32_t stored = 0;
    for (unsigned i = 0; i < CHECKSUM_BYTES; i++) {
        stored = stored << 8 | (uint8_t)checksum[i];
    }
    return stored == checksum_around(value, checksum);
}

static LarderEnvelopeCode
decode(LarderBytes value, LarderEnvelope *envelope)
{
    if (!larder_envelope_is(value)) {
        return LARDER_ENVELOPE_NO_ENVELOPE;
    }
    if (value.size < PREAMBLE_BYTES) {
        return LARDER_ENVELOPE_TRUNCATED;
    }
    if (value.data[PREAMBLE_BYTES - 1] != FORMAT) {
        return LARDER_ENVELOPE_UNKNOWN_FORMAT;
    }
    size_t cursor = PREAMBLE_BYTES;
    const char *checksum = NULL;
    LarderEnvelopeCode code = read_fields(value, &cursor, envelope, &checksum);
    if (code != LARDER_ENVELOPE_OK) {
        return code;
    }
    if (checksum != NULL && !checksum_is_right(value, checksum)) {
        return LARDER_ENVELOPE_BAD_CHECKSUM;
    }
    envelope->header = larder_bytes(value.data + PREAMBLE_BYTES, cursor - 1 - PREAMBLE_BYTES);
    envelope->payload = larder_bytes(value.data + cursor, value.size - cursor);
    return LARDER_ENVELOPE_OK;
}

LarderEnvelopeCode
larder_envelope_decode(LarderBytes value, LarderEnvelope *ret_envelope)
{
    memset(ret_envelope, 0, sizeof *ret_envelope);
    LarderEnvelopeCode code = decode(value, ret_envelope);
    if (code != LARDER_ENVELOPE_OK) {
        memset(ret_envelope, 0, sizeof *ret_envelope);
    }
    return code;
}

bool
larder_envelope_field(const LarderEnvelope *envelope, size_t *cursor,
                      LarderEnvelopeField *ret_field)
{
    LarderEnvelopeField field;
    while (take_field(envelope->header, cursor, &field)) {
        if (field.id > FIELD_CHECKSUM) {
            *ret_field = field;
            return true;
        }
    }
    return false;
}
