/*
 * key.h: stored keys: one byte of keyspace, then the key; ordered as unsigned bytes.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_KEY_H
#define LARDER_ENGINE_FORMAT_KEY_H

#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "engine/format/fixed.h"

/* Length of a stored key; the common prefix of a block is a u16. */
enum { FORMAT_KEY_BYTES_MAX = 65535 };

/* How many of the first `len` bytes of `a` and `b` are equal, counted from the start. */
static inline size_t
format_key_equal_bytes(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t same = 0;
    while (len - same >= 8) {
        uint64_t difference = format_fixed_get64(a + same) ^ format_fixed_get64(b + same);
        if (difference != 0) {
            return same + (size_t)(__builtin_ctzll(difference) / 8);
        }
        same += 8;
    }
    while (same < len && a[same] == b[same]) {
        same++;
    }
    return same;
}

/* How many leading bytes two keys share. */
static inline size_t
format_key_shared(BaseSlice a, BaseSlice b)
{
    return format_key_equal_bytes(a.data, b.data, a.len < b.len ? a.len : b.len);
}

/*
 * The eight bytes of a key that follow its first `skip` ones, the first most significant, with
 * zeros for what the key does not have. For keys that agree in `skip` bytes: a smaller word means a
 * smaller key; of equal words nothing follows.
 */
static inline uint64_t
format_key_word(BaseSlice key, size_t skip)
{
    if (key.len >= skip + 8) {
        uint64_t word;
        memcpy(&word, key.data + skip, sizeof word);
        return be64toh(word);
    }
    uint8_t bytes[8] = {0};
    if (key.len > skip) {
        memcpy(bytes, key.data + skip, key.len - skip);
    }
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return be64toh(word);
}

/* What filters hash. */
static inline uint64_t
format_key_hash(BaseSlice stored)
{
    return base_hash(stored, 0);
}

/*
 * Replaces `into` by a short key at or behind `low` and before `high`. REQUIRES: low < high. False:
 * no memory.
 */
bool format_key_separate(BaseSlice low, BaseSlice high, BaseBuf *into);

#endif
