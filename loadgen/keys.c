/*
 * keys.c: the key of a record, from its number. See keys.h.
 */
#include "loadgen/keys.h"

size_t
load_keys_size_min(BaseSlice prefix, uint64_t records)
{
    size_t digits = 1;
    for (uint64_t last = records == 0 ? 0 : records - 1; last >= 10; last /= 10) {
        digits++;
    }
    return prefix.len + digits;
}

LoadKeys
load_keys(BaseSlice prefix, size_t size)
{
    LoadKeys keys = {.prefix_len = prefix.len, .size = size};
    if (prefix.len != 0) {
        memcpy(keys.prefix, prefix.data, prefix.len);
    }
    return keys;
}

void
load_keys_write(const LoadKeys *keys, uint64_t record, uint8_t *out)
{
    memcpy(out, keys->prefix, keys->prefix_len);
    size_t at = keys->size;
    uint64_t rest = record;
    while (at > keys->prefix_len && rest != 0) {
        out[--at] = (uint8_t)('0' + rest % 10);
        rest /= 10;
    }
    memset(out + keys->prefix_len, '0', at - keys->prefix_len);
}
