/*
 * value.c: values that say who wrote them. See value.h for the layout.
 */
#include "loadgen/value.h"

#include "engine/base/hash.h"
#include "engine/base/rand.h"

#include <endian.h>

enum {
    MAGIC = 0x3156644c, /* "LdV1" */
    HEAD_BYTES = 32,
};

typedef struct Head {
    uint32_t magic;
    uint32_t run;
    uint64_t record;
    uint32_t sequence;
    uint32_t writer;
    uint32_t length;
    uint32_t zero;
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
        .zero = 0,
    };
}

static uint64_t
checksum(const uint8_t *value, size_t size)
{
    BaseSlice filler = base_slice(value + LOAD_VALUE_BYTES_MIN, size - LOAD_VALUE_BYTES_MIN);
    return htole64(base_hash(base_slice(value, HEAD_BYTES), base_hash(filler, 0)));
}

static void
fill_random(uint8_t *out, size_t size, uint64_t seed)
{
    BaseRand rand = base_rand(seed);
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
        uint64_t word = base_rand_next(&rand);
        memcpy(out + at, &word, sizeof word);
    }
    uint64_t last = base_rand_next(&rand);
    memcpy(out + at, &last, size - at);
}

static void
fill(uint8_t *out, size_t size, size_t unique, uint64_t seed)
{
    size_t done = unique < size ? unique : size;
    fill_random(out, done, seed);
    while (done < size) {
        size_t more = done < size - done ? done : size - done;
        memcpy(out + done, out, more);
        done += more;
    }
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
    Head head = swapped((Head){
        .magic = MAGIC,
        .run = id->run,
        .record = id->record,
        .sequence = id->sequence,
        .writer = id->writer,
        .length = (uint32_t)size,
    });
    memcpy(out, &head, sizeof head);
    uint64_t seed = id->record ^ (uint64_t)id->run << 32 ^ (uint64_t)id->sequence << 40;
    fill(out + LOAD_VALUE_BYTES_MIN, size - LOAD_VALUE_BYTES_MIN, unique, seed);
    uint64_t sum = checksum(out, size);
    memcpy(out + HEAD_BYTES, &sum, sizeof sum);
}

LoadValueState
load_value_read(BaseSlice value, LoadValueId *ret_id)
{
    Head head;
    uint32_t magic = 0;
    if (value.len >= sizeof magic) {
        memcpy(&magic, value.data, sizeof magic);
    }
    if (le32toh(magic) != MAGIC) {
        return LOAD_VALUE_FOREIGN;
    }
    if (value.len < LOAD_VALUE_BYTES_MIN) {
        return LOAD_VALUE_CUT;
    }
    memcpy(&head, value.data, sizeof head);
    head = swapped(head);
    if (head.length != value.len) {
        return LOAD_VALUE_CUT;
    }
    uint64_t sum = 0;
    memcpy(&sum, value.data + HEAD_BYTES, sizeof sum);
    if (sum != checksum(value.data, value.len)) {
        return LOAD_VALUE_TORN;
    }
    *ret_id = (LoadValueId){head.record, head.sequence, head.run, head.writer};
    return LOAD_VALUE_WHOLE;
}
