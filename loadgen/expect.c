/*
 * expect.c: the format of expected-state files. See expect.h.
 */
#include "loadgen/expect.h"

#include "engine/base/hash.h"

#include <endian.h>

static const char magic[8] = {'L', 'A', 'R', 'D', 'E', 'X', 'P', '1'};

enum {
    HEAD_SHAPE = 12,
    HEAD_PREFIX_LENGTH = 13,
    HEAD_PREFIX = 24,
    HEAD_ZEROS = 88,
    HEAD_SUM = 120,
    ENTRY_SUM = 24,
};

static void
put_u16(uint8_t *out, uint16_t number)
{
    number = htole16(number);
    memcpy(out, &number, sizeof number);
}

static void
put_u32(uint8_t *out, uint32_t number)
{
    number = htole32(number);
    memcpy(out, &number, sizeof number);
}

static void
put_u64(uint8_t *out, uint64_t number)
{
    number = htole64(number);
    memcpy(out, &number, sizeof number);
}

static uint16_t
get_u16(const uint8_t *bytes)
{
    uint16_t number;
    memcpy(&number, bytes, sizeof number);
    return le16toh(number);
}

static uint32_t
get_u32(const uint8_t *bytes)
{
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return le32toh(number);
}

static uint64_t
get_u64(const uint8_t *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return le64toh(number);
}

static bool
all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

void
load_expect_head_encode(const LoadExpectHead *head, uint8_t out[LOAD_EXPECT_HEAD_BYTES])
{
    memset(out, 0, LOAD_EXPECT_HEAD_BYTES);
    memcpy(out, magic, sizeof magic);
    put_u32(out + 8, head->run);
    out[HEAD_SHAPE] = (uint8_t)head->keys.shape;
    out[HEAD_PREFIX_LENGTH] = (uint8_t)head->keys.prefix_len;
    put_u16(out + 14, (uint16_t)head->keys.size);
    put_u64(out + 16, head->records);
    memcpy(out + HEAD_PREFIX, head->keys.prefix, head->keys.prefix_len);
    put_u64(out + HEAD_SUM, base_hash(base_slice(out, HEAD_SUM), 0));
}

/* What is wrong with the keys that a head describes; NULL: nothing. */
static const char *
decode_keys(const uint8_t *bytes, LoadExpectHead *head)
{
    size_t prefix_len = bytes[HEAD_PREFIX_LENGTH];
    size_t size = get_u16(bytes + 14);
    if (bytes[HEAD_SHAPE] >= LOAD_KEY_SHAPE_COUNT) {
        return "its keys have a shape that is not known";
    }
    LoadKeyShape shape = (LoadKeyShape)bytes[HEAD_SHAPE];
    if (prefix_len > LOAD_KEY_PREFIX_BYTES_MAX ||
        !all_zero(bytes + HEAD_PREFIX + prefix_len, HEAD_SUM - HEAD_PREFIX - prefix_len)) {
        return "the prefix of its keys is malformed";
    }
    if (head->records == 0 || head->records > LOAD_EXPECT_RECORDS_MAX) {
        return "its number of records is out of range";
    }
    BaseSlice prefix = base_slice(bytes + HEAD_PREFIX, prefix_len);
    if (size > LOAD_KEY_BYTES_MAX || size < load_keys_size_min(shape, prefix, head->records)) {
        return "the length of its keys is out of range";
    }
    head->keys = load_keys(shape, prefix, size);
    return NULL;
}

const char *
load_expect_head_decode(const uint8_t bytes[LOAD_EXPECT_HEAD_BYTES], LoadExpectHead *ret_head)
{
    if (memcmp(bytes, magic, sizeof magic) != 0) {
        return "it is no expected-state file, or its run could not write all of it";
    }
    if (get_u64(bytes + HEAD_SUM) != base_hash(base_slice(bytes, HEAD_SUM), 0)) {
        return "its head is damaged";
    }
    LoadExpectHead head = {.run = get_u32(bytes + 8), .records = get_u64(bytes + 16)};
    const char *wrong = decode_keys(bytes, &head);
    if (wrong == NULL) {
        *ret_head = head;
    }
    return wrong;
}

void
load_expect_entry_encode(const LoadExpectEntry *entry, uint32_t run,
                         uint8_t out[LOAD_EXPECT_ENTRY_BYTES])
{
    memset(out, 0, LOAD_EXPECT_ENTRY_BYTES);
    out[0] = (uint8_t)entry->kind;
    put_u32(out + 4, entry->sequence);
    put_u64(out + 8, entry->record);
    put_u64(out + 16, (uint64_t)entry->version);
    put_u64(out + ENTRY_SUM, base_hash(base_slice(out, ENTRY_SUM), run));
}

LoadExpectState
load_expect_entry_decode(const uint8_t bytes[LOAD_EXPECT_ENTRY_BYTES], const LoadExpectHead *head,
                         LoadExpectEntry *ret_entry)
{
    if (all_zero(bytes, LOAD_EXPECT_ENTRY_BYTES)) {
        return LOAD_EXPECT_HOLE;
    }
    if (get_u64(bytes + ENTRY_SUM) != base_hash(base_slice(bytes, ENTRY_SUM), head->run) ||
        !all_zero(bytes + 1, 3)) {
        return LOAD_EXPECT_DAMAGED;
    }
    LoadExpectEntry entry = {
        .kind = (LoadExpectKind)bytes[0],
        .sequence = get_u32(bytes + 4),
        .record = get_u64(bytes + 8),
        .version = (int64_t)get_u64(bytes + 16),
    };
    const LoadKeys *keys = &head->keys;
    bool versioned = entry.kind == LOAD_EXPECT_ACKNOWLEDGED;
    if (bytes[0] < LOAD_EXPECT_PUT || bytes[0] > LOAD_EXPECT_REFUSED || entry.sequence == 0 ||
        entry.record >= LOAD_EXPECT_RECORDS_MAX || (entry.version > 0) != versioned ||
        entry.version < 0 ||
        keys->size < load_keys_size_min(keys->shape, base_slice(keys->prefix, keys->prefix_len),
                                        entry.record + 1)) {
        return LOAD_EXPECT_DAMAGED;
    }
    *ret_entry = entry;
    return LOAD_EXPECT_GOOD;
}
