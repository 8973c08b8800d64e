/*
 * decode.h: reading the fields of the files from bytes that may hold anything.
 *
 * A decoder walks through bytes that it borrows. What does not fit makes it `bad`, and then it
 * stays so and every further read gives zeros and empty slices: a caller reads the fields of a
 * structure one after the other and looks once. Nothing is allocated, and no length is believed
 * before so many bytes are there.
 *
 * For whatever is not read often; blocks have readers of their own.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_FORMAT_DECODE_H
#define LARDER_ENGINE_FORMAT_DECODE_H

#include "engine/base/slice.h"
#include "engine/base/status.h"
#include "engine/format/fixed.h"
#include "engine/format/varint.h"

typedef struct FormatDecoder {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
} FormatDecoder;

static inline FormatDecoder
format_decode(BaseSlice bytes)
{
    const uint8_t *start = bytes.len == 0 ? (const uint8_t *)"" : bytes.data; /* never NULL */
    return (FormatDecoder){start, start + bytes.len, false};
}

/* How many bytes are left. */
static inline size_t
format_decode_left(const FormatDecoder *decoder)
{
    return (size_t)(decoder->end - decoder->at);
}

/* Whether everything was read, and was good. */
static inline bool
format_decode_done(const FormatDecoder *decoder)
{
    return !decoder->bad && decoder->at == decoder->end;
}

/* The next `len` bytes. */
static inline BaseSlice
format_decode_raw(FormatDecoder *decoder, uint64_t len)
{
    if (decoder->bad || len > format_decode_left(decoder)) {
        decoder->bad = true;
        return BASE_SLICE_EMPTY;
    }
    BaseSlice bytes = base_slice(decoder->at, (size_t)len);
    decoder->at += len;
    return bytes;
}

static inline uint8_t
format_decode_u8(FormatDecoder *decoder)
{
    BaseSlice bytes = format_decode_raw(decoder, sizeof(uint8_t));
    return bytes.len == 0 ? 0 : bytes.data[0];
}

static inline uint32_t
format_decode_u32(FormatDecoder *decoder)
{
    BaseSlice bytes = format_decode_raw(decoder, sizeof(uint32_t));
    return bytes.len == 0 ? 0 : format_fixed_get32(bytes.data);
}

static inline uint64_t
format_decode_u64(FormatDecoder *decoder)
{
    BaseSlice bytes = format_decode_raw(decoder, sizeof(uint64_t));
    return bytes.len == 0 ? 0 : format_fixed_get64(bytes.data);
}

static inline uint64_t
format_decode_varint(FormatDecoder *decoder)
{
    uint64_t value = 0;
    if (decoder->bad) {
        return 0;
    }
    const uint8_t *behind = format_varint_get(decoder->at, decoder->end, &value);
    if (behind == NULL) {
        decoder->bad = true;
        return 0;
    }
    decoder->at = behind;
    return value;
}

/* A number in [lowest, highest]. */
static inline uint64_t
format_decode_within(FormatDecoder *decoder, uint64_t lowest, uint64_t highest)
{
    uint64_t value = format_decode_varint(decoder);
    if (value < lowest || value > highest) {
        decoder->bad = true;
        return 0;
    }
    return value;
}

/* A time, a version or a count that fits into an int64_t. */
static inline int64_t
format_decode_count(FormatDecoder *decoder)
{
    return (int64_t)format_decode_within(decoder, 0, INT64_MAX);
}

/* A length and that many bytes. */
static inline BaseSlice
format_decode_bytes(FormatDecoder *decoder)
{
    return format_decode_raw(decoder, format_decode_varint(decoder));
}

/* Bytes that must be zero. */
static inline void
format_decode_zeros(FormatDecoder *decoder, size_t count)
{
    BaseSlice bytes = format_decode_raw(decoder, count);
    for (size_t i = 0; i < bytes.len; i++) {
        decoder->bad = decoder->bad || bytes.data[i] != 0;
    }
}

static inline BaseStatus
format_corrupt(const char *what)
{
    return base_error(BASE_CORRUPTION, what);
}

#endif
