/*
 * keys.h: the key of a record, from its number.
 *
 * A key is the prefix and the record's number in decimal, padded with zeros to the key size, so all
 * keys have the same length and sort by number: "key0000000000042". Two numbers never share a key.
 *
 * Threading: constant after it was made.
 */
#ifndef LARDER_LOADGEN_KEYS_H
#define LARDER_LOADGEN_KEYS_H

#include "engine/base/slice.h"

enum {
    LOAD_KEY_BYTES_MAX = 1024,
    LOAD_KEY_PREFIX_BYTES_MAX = 64,
};

typedef struct LoadKeys {
    uint8_t prefix[LOAD_KEY_PREFIX_BYTES_MAX];
    size_t prefix_len;
    size_t size;
} LoadKeys;

/* Bytes that a key of this prefix needs at least to number `records` of them. */
size_t load_keys_size_min(BaseSlice prefix, uint64_t records);

/* REQUIRES: prefix within its limit, size between load_keys_size_min() and LOAD_KEY_BYTES_MAX. */
LoadKeys load_keys(BaseSlice prefix, size_t size);

/* Writes the key of a record: keys->size bytes. */
void load_keys_write(const LoadKeys *keys, uint64_t record, uint8_t *out);

#endif
