/*
 * value.c: values that say who wrote them. See value.h for the layout.
 */
#include "loadgen/value.h"

#include "engine/base/hash.h"
#include "loadgen/filler.h"

#include <endian.h>

enum {
    MAGIC = 0x3256644c, /* "LdV2" */
    HEAD_BYTES = 32,
};

typedef struct Head {
    uint32_t magic;
    uint32_t run;
    uint64_t record;
    uint32_t sequence;
    uint32_t writer;
    uint32_t length;
    uint32_t unique;
} Head;

_Static_assert(sizeof(Head) == HEAD_BYTES, "the head has no padding");

/* Between the host's order and the value's, either way. */
static Head
swapped(Head head)
{
    return (Head){
        .magic = htole32(head.magic),
        .run = htole32(head.run),
        .record = htole64(head.record),
        .sequence = htole32(head.sequence),
        .writer = htole32(head.writer),
        .length = htole32(head.length),
        .unique = htole32(head.unique),
    };
}

static uint64_t
checksum(const uint8_t *value)
{
    return htole64(base_hash(base_slice(value, HEAD_BYTES), 0));
}

/* Of the filler: another one for every write. */
static uint64_t
seed_of(const Head *head)
{
    return head->record ^ (uint64_t)head->run << 32 ^ (uint64_t)head->sequence << 40;
}

size_t
load_value_unique(size_t size, double ratio)
{
    double unique = (double)size * ratio - LOAD_VALUE_BYTES_MIN;
    return unique < 1 ? 1 : (size_t)unique;
}

void
load_value_write(uint8_t *out, size_t size, size_t unique, const LoadValueId *id)
{
    size_t filler = size - LOAD_VALUE_BYTES_MIN;
    Head head = {
        .magic = MAGIC,
        .run = id->run,
        .record = id->record,
        .sequence = id->sequence,
        .writer = id->writer,
        .length = (uint32_t)size,
        .unique = (uint32_t)(unique < filler ? unique : filler),
    };
    Head written = swapped(head);
    memcpy(out, &written, sizeof written);
    uint64_t sum = checksum(out);
    memcpy(out + HEAD_BYTES, &sum, sizeof sum);
    load_filler_write(out + LOAD_VALUE_BYTES_MIN, filler, unique, seed_of(&head));
}

/* A number of a value's head. */
static inline uint32_t
number_at(const uint8_t *value, size_t offset)
{
    uint32_t number;
    memcpy(&number, value + offset, sizeof number);
    return le32toh(number);
}

static inline uint64_t
long_at(const uint8_t *value, size_t offset)
{
    uint64_t number;
    memcpy(&number, value + offset, sizeof number);
    return le64toh(number);
}

LoadValueState
load_value_read(BaseSlice value, LoadValueId *ret_id)
{
    const uint8_t *at = value.data;
    if (value.len < sizeof(uint32_t) || number_at(at, offsetof(Head, magic)) != MAGIC) {
        return LOAD_VALUE_FOREIGN;
    }
    if (value.len < LOAD_VALUE_BYTES_MIN || number_at(at, offsetof(Head, length)) != value.len) {
        return LOAD_VALUE_CUT;
    }
    const Head head = {.run = number_at(at, offsetof(Head, run)),
                       .record = long_at(at, offsetof(Head, record)),
                       .sequence = number_at(at, offsetof(Head, sequence))};
    if (long_at(at, HEAD_BYTES) != le64toh(checksum(at)) ||
        !load_filler_is(at + LOAD_VALUE_BYTES_MIN, value.len - LOAD_VALUE_BYTES_MIN,
                        number_at(at, offsetof(Head, unique)), seed_of(&head))) {
        return LOAD_VALUE_TORN;
    }
    *ret_id =
        (LoadValueId){head.record, head.sequence, head.run, number_at(at, offsetof(Head, writer))};
    return LOAD_VALUE_WHOLE;
}
