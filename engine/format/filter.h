/*
 * filter.h: the filter of a table: whether it may hold a key.
 *
 * A Bloom filter whose probes for one key all stay in one line of 64 bytes, so that a look costs
 * one cache miss. Keys are known by their hash (format_key_hash). At 10 bits a key about 1 % of the
 * keys that are not there pass.
 *
 * The bits begin 8 bytes behind the start of the block: who reads it puts it so that they begin at
 * a cache line.
 *
 * Threading: pure functions; a filter is immutable.
 */
#ifndef LARDER_ENGINE_FORMAT_FILTER_H
#define LARDER_ENGINE_FORMAT_FILTER_H

#include "engine/base/buf.h"
#include "engine/base/status.h"

enum {
    FORMAT_FILTER_HEAD_BYTES = 8,
    FORMAT_FILTER_LINE_BYTES = 64,
    FORMAT_FILTER_KIND = 1,
    FORMAT_FILTER_PROBES_MAX = 16,
    FORMAT_FILTER_LINES_MAX = UINT32_MAX / FORMAT_FILTER_LINE_BYTES - 1,
};

typedef struct FormatFilter {
    const uint8_t *bits;
    uint32_t lines; /* 0: no filter; everything may be there */
    uint32_t probes;
} FormatFilter;

/* Appends a filter of these hashes. False: no memory. */
bool format_filter_build(const uint64_t *hashes, size_t count, unsigned bits_per_key,
                         BaseBuf *into);

/* BASE_CORRUPTION: the bytes are no filter. */
BaseStatus format_filter_open(BaseSlice bytes, FormatFilter *ret_filter);

static inline const uint8_t *
format_filter_line(const FormatFilter *filter, uint64_t hash)
{
    return filter->bits + ((hash >> 32) * filter->lines >> 32) * FORMAT_FILTER_LINE_BYTES;
}

/* The bit of the line that the next probe looks at; *x starts as the low half of the hash. */
static inline uint32_t
format_filter_bit(uint32_t *x)
{
    *x *= UINT32_C(0x9e3779b1);
    return *x >> 23;
}

/* Fetches what format_filter_may_hold() will look at. */
static inline void
format_filter_prefetch(const FormatFilter *filter, uint64_t hash)
{
    __builtin_prefetch(format_filter_line(filter, hash));
}

/* False: no key of this hash was put in. */
static inline bool
format_filter_may_hold(const FormatFilter *filter, uint64_t hash)
{
    if (filter->lines == 0) {
        return true;
    }
    const uint8_t *line = format_filter_line(filter, hash);
    uint32_t x = (uint32_t)hash;
    for (uint32_t i = 0; i < filter->probes; i++) {
        uint32_t bit = format_filter_bit(&x);
        if ((line[bit / 8] >> (bit % 8) & 1) == 0) {
            return false;
        }
    }
    return true;
}

#endif
