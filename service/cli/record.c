/*
 * record.c: records as JSON and in raw form. See record.h.
 */
#include "service/cli/record.h"

#include "service/cli/json_writer.h"

#include <endian.h>

static const uint8_t raw_magic[8] = {0x89, 'L', 'A', 'R', '\r', '\n', 0x1a, '\n'};

enum { RAW_VERSION = 1 };
#define RAW_TRAILER_MARK UINT32_MAX

static void
put_u32(uint8_t *at, uint32_t number)
{
    number = htole32(number);
    memcpy(at, &number, sizeof number);
}

static void
put_u64(uint8_t *at, uint64_t number)
{
    number = htole64(number);
    memcpy(at, &number, sizeof number);
}

static uint32_t
get_u32(const uint8_t *at)
{
    uint32_t number = 0;
    memcpy(&number, at, sizeof number);
    return le32toh(number);
}

static uint64_t
get_u64(const uint8_t *at)
{
    uint64_t number = 0;
    memcpy(&number, at, sizeof number);
    return le64toh(number);
}

void
cli_record_sum_init(CliRecordSum *sum)
{
    *sum = (CliRecordSum){0};
    base_hash_stream_init(&sum->stream, 0);
}

void
cli_record_sum_add(CliRecordSum *sum, const CliRecord *record)
{
    uint8_t number[8];
    put_u32(number, (uint32_t)record->key.len);
    base_hash_stream_update(&sum->stream, base_slice(number, 4));
    base_hash_stream_update(&sum->stream, record->key);
    put_u32(number, (uint32_t)record->value.len);
    base_hash_stream_update(&sum->stream, base_slice(number, 4));
    base_hash_stream_update(&sum->stream, record->value);
    put_u64(number, (uint64_t)record->expires_at_ms);
    base_hash_stream_update(&sum->stream, base_slice(number, 8));
    sum->records++;
    sum->bytes += record->key.len + record->value.len;
}

uint64_t
cli_record_sum_value(const CliRecordSum *sum)
{
    return base_hash_stream_value(&sum->stream);
}

/* A member that is a whole number, 0 or more. */
static void
read_number(CliJsonReader *reader, const char *problem, int64_t *ret_number)
{
    if (cli_json_reader_integer(reader, ret_number) && *ret_number < 0) {
        (void)cli_json_reader_object(reader, problem);
    }
}

typedef enum Member {
    MEMBER_KEY = 1 << 0,
    MEMBER_VALUE = 1 << 1,
    MEMBER_EXPIRES = 1 << 2,
    MEMBER_VERSION = 1 << 3,
    MEMBER_LENGTH = 1 << 4,
} Member;

static unsigned
member_of(BaseSlice name)
{
    static const char *const names[] = {"key", "value", "expires_at_ms", "version", "length"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (base_slice_equal(name, base_slice_text(names[i]))) {
            return 1u << i;
        }
    }
    return 0;
}

static void
read_member(CliJsonReader *reader, unsigned member, CliRecord *record)
{
    switch (member) {
    case MEMBER_KEY:
        (void)cli_json_reader_bytes(reader, &record->key);
        break;
    case MEMBER_VALUE:
        (void)cli_json_reader_bytes(reader, &record->value);
        break;
    case MEMBER_EXPIRES:
        read_number(reader, "expires_at_ms must not be negative", &record->expires_at_ms);
        break;
    case MEMBER_VERSION:
        read_number(reader, "version must not be negative", &record->version);
        break;
    case MEMBER_LENGTH:
        (void)cli_json_reader_skip(reader);
        break;
    default:
        (void)cli_json_reader_object(
            reader, "a record has key, value, expires_at_ms and version, and nothing else");
        break;
    }
}

bool
cli_record_read_json(CliJsonReader *reader, CliRecord *ret_record)
{
    CliRecord record = {0};
    BaseSlice name = BASE_SLICE_EMPTY;
    unsigned seen = 0;
    if (!cli_json_reader_enter(reader)) {
        return false;
    }
    while (cli_json_reader_member(reader, &name)) {
        unsigned member = member_of(name);
        if ((seen & member) != 0) {
            return cli_json_reader_object(reader, "a member comes twice");
        }
        seen |= member;
        read_member(reader, member, &record);
    }
    if (!cli_json_reader_finish(reader)) {
        return false;
    }
    if ((seen & MEMBER_KEY) == 0 || (seen & MEMBER_VALUE) == 0) {
        return cli_json_reader_object(reader, "a record needs key and value");
    }
    if (record.key.len == 0 || record.key.len > CLI_RECORD_KEY_MAX ||
        record.value.len > CLI_RECORD_VALUE_MAX) {
        return cli_json_reader_object(reader, "the key is empty, or key or value is too long");
    }
    *ret_record = record;
    return true;
}

bool
cli_record_write_json(const CliRecord *record, BaseBuf *into)
{
    CliJsonWriter json = cli_json_writer(into);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_bytes(&json, "key", record->key);
    cli_json_writer_bytes(&json, "value", record->value);
    if (record->expires_at_ms != 0) {
        cli_json_writer_integer(&json, "expires_at_ms", record->expires_at_ms);
    }
    if (record->version != 0) {
        cli_json_writer_integer(&json, "version", record->version);
    }
    cli_json_writer_end(&json);
    return base_buf_append_byte(into, '\n') && !into->failed;
}

bool
cli_record_is_raw(BaseSlice bytes)
{
    return base_slice_starts_with(bytes, base_slice(raw_magic, sizeof raw_magic));
}

bool
cli_record_write_raw_header(BaseBuf *into)
{
    uint8_t *at = base_buf_extend(into, CLI_RAW_HEADER_BYTES);
    if (at == NULL) {
        return false;
    }
    memcpy(at, raw_magic, sizeof raw_magic);
    put_u32(at + 8, RAW_VERSION);
    put_u32(at + 12, 0);
    put_u64(at + 16, base_hash(base_slice(at, 16), 0));
    return true;
}

const char *
cli_record_check_raw_header(BaseSlice header)
{
    if (header.len != CLI_RAW_HEADER_BYTES || !cli_record_is_raw(header)) {
        return "it does not begin like a raw file";
    }
    if (get_u64(header.data + 16) != base_hash(base_slice(header.data, 16), 0)) {
        return "the header is damaged";
    }
    if (get_u32(header.data + 8) != RAW_VERSION || get_u32(header.data + 12) != 0) {
        return "it has a version or flags that this program does not know";
    }
    return NULL;
}

bool
cli_record_write_raw(const CliRecord *record, uint64_t index, BaseBuf *into)
{
    size_t bytes = CLI_RAW_PRELUDE_BYTES + record->key.len + record->value.len;
    uint8_t *at = base_buf_extend(into, bytes + CLI_RAW_CHECKSUM_BYTES);
    if (at == NULL) {
        return false;
    }
    put_u32(at, (uint32_t)record->key.len);
    put_u32(at + 4, (uint32_t)record->value.len);
    put_u64(at + 8, (uint64_t)record->expires_at_ms);
    put_u64(at + 16, (uint64_t)record->version);
    memcpy(at + CLI_RAW_PRELUDE_BYTES, record->key.data, record->key.len);
    if (record->value.len != 0) {
        memcpy(at + CLI_RAW_PRELUDE_BYTES + record->key.len, record->value.data, record->value.len);
    }
    put_u64(at + bytes, base_hash(base_slice(at, bytes), index));
    return true;
}

bool
cli_record_raw_length(BaseSlice prelude, size_t *ret_length, bool *ret_is_trailer,
                      const char **ret_problem)
{
    uint32_t key = get_u32(prelude.data);
    uint32_t value = get_u32(prelude.data + 4);
    if (key == RAW_TRAILER_MARK && value == 0) {
        *ret_is_trailer = true;
        *ret_length = CLI_RAW_TRAILER_BYTES;
        return true;
    }
    if (key == 0 || key > CLI_RECORD_KEY_MAX || value > CLI_RECORD_VALUE_MAX) {
        *ret_problem = "a length is out of bounds: the file is damaged";
        return false;
    }
    *ret_is_trailer = false;
    *ret_length = (size_t)CLI_RAW_PRELUDE_BYTES + key + value + CLI_RAW_CHECKSUM_BYTES;
    return true;
}

const char *
cli_record_read_raw(BaseSlice bytes, uint64_t index, CliRecord *ret_record)
{
    size_t checked = bytes.len - CLI_RAW_CHECKSUM_BYTES;
    uint32_t key = get_u32(bytes.data);
    if (get_u64(bytes.data + checked) != base_hash(base_slice(bytes.data, checked), index)) {
        return "a record is damaged, missing or in the wrong place";
    }
    CliRecord record = {
        .key = base_slice(bytes.data + CLI_RAW_PRELUDE_BYTES, key),
        .value = base_slice(bytes.data + CLI_RAW_PRELUDE_BYTES + key, get_u32(bytes.data + 4)),
        .expires_at_ms = (int64_t)get_u64(bytes.data + 8),
        .version = (int64_t)get_u64(bytes.data + 16),
    };
    if (record.expires_at_ms < 0 || record.version < 0) {
        return "a record has a negative expiry or version";
    }
    *ret_record = record;
    return NULL;
}

bool
cli_record_write_raw_trailer(const CliRecordSum *sum, BaseBuf *into)
{
    uint8_t *at = base_buf_extend(into, CLI_RAW_TRAILER_BYTES);
    if (at == NULL) {
        return false;
    }
    put_u32(at, RAW_TRAILER_MARK);
    put_u32(at + 4, 0);
    put_u64(at + 8, sum->records);
    put_u64(at + 16, sum->bytes);
    put_u64(at + 24, cli_record_sum_value(sum));
    put_u64(at + 32, base_hash(base_slice(at, 32), sum->records));
    return true;
}

const char *
cli_record_check_raw_trailer(BaseSlice trailer, const CliRecordSum *sum)
{
    const uint8_t *at = trailer.data;
    if (get_u64(at + 32) != base_hash(base_slice(at, 32), get_u64(at + 8))) {
        return "the trailer is damaged";
    }
    if (get_u64(at + 8) != sum->records || get_u64(at + 16) != sum->bytes) {
        return "the trailer counts other records than there are";
    }
    if (get_u64(at + 24) != cli_record_sum_value(sum)) {
        return "the checksum of all records is wrong";
    }
    return NULL;
}
