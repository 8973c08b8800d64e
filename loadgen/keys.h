/*
 * keys.h: the key of a record, from its number.
 *
 * A key is the prefix and the record's number in one of three shapes, in which all keys of a run
 * have the same length; or it is one that was recorded. Two numbers never share a key.
 *
 *   DECIMAL    digits, padded with zeros in front: "key0000000000042"; sorts by number
 *   BINARY     8 bytes, most significant first, then '0's; sorts by number
 *   SCATTERED  hexadecimal digits of a number that is mixed from it, as those of hashed keys:
 *              neighbours are far apart
 *   RECORDED   recorded.h; of different lengths
 *
 * Engines that compare the first bytes of keys as one word meet a constant in the first shape, all
 * there is to know in the second, and no order in the third.
 *
 * Threading: constant after it was made.
 */
#ifndef LARDER_LOADGEN_KEYS_H
#define LARDER_LOADGEN_KEYS_H

#include "engine/base/slice.h"
#include "loadgen/recorded.h"

enum {
    LOAD_KEY_BYTES_MAX = 1024,
    LOAD_KEY_PREFIX_BYTES_MAX = 64,
};

typedef enum LoadKeyShape {
    LOAD_KEY_DECIMAL,
    LOAD_KEY_BINARY,
    LOAD_KEY_SCATTERED,
    LOAD_KEY_RECORDED,
    LOAD_KEY_SHAPE_COUNT,
} LoadKeyShape;

typedef struct LoadKeys {
    LoadKeyShape shape;
    uint8_t prefix[LOAD_KEY_PREFIX_BYTES_MAX];
    size_t prefix_len;
    size_t size;                  /* of the longest one */
    const LoadRecorded *recorded; /* RECORDED */
} LoadKeys;

/* "decimal". Never NULL. */
const char *load_key_shape_name(LoadKeyShape shape);

/* The keys of a file, which must outlive them. */
LoadKeys load_keys_recorded(const LoadRecorded *recorded);

/* Bytes that a key of this shape and prefix needs at least to number `records`; RECORDED: 0. */
size_t load_keys_size_min(LoadKeyShape shape, BaseSlice prefix, uint64_t records);

/*
 * REQUIRES: prefix within its limit, size between load_keys_size_min() and LOAD_KEY_BYTES_MAX;
 * SCATTERED: records of numbers below 2^48.
 */
LoadKeys load_keys(LoadKeyShape shape, BaseSlice prefix, size_t size);

/* Writes the key of a record, keys->size bytes at most; the slice lies in `out`. */
BaseSlice load_keys_write(const LoadKeys *keys, uint64_t record, uint8_t *out);

/* The same where `out` has the key of the record before, which costs less. */
BaseSlice load_keys_write_next(const LoadKeys *keys, uint64_t record, uint8_t *out);

/*
 * Writes the key of a record, or, when `missing`, the key right behind it, which is one byte longer
 * and no record's. `out` has room for LOAD_KEY_BYTES_MAX + 1; the slice lies there.
 */
BaseSlice load_keys_write_near(const LoadKeys *keys, uint64_t record, bool missing, uint8_t *out);

#endif
