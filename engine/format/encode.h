/*
 * encode.h: appending the fields of the files to a buffer.
 *
 * None of these reports a lack of memory by itself: the buffer remembers it (`failed`), and whoever
 * finishes a structure looks once.
 *
 * Threading: the buffer's owner.
 */
#ifndef LARDER_ENGINE_FORMAT_ENCODE_H
#define LARDER_ENGINE_FORMAT_ENCODE_H

#include "engine/base/buf.h"
#include "engine/format/fixed.h"
#include "engine/format/varint.h"

static inline void
format_encode_u8(BaseBuf *into, uint8_t value)
{
    (void)base_buf_append_byte(into, value);
}

static inline void
format_encode_u16(BaseBuf *into, uint16_t value)
{
    uint8_t bytes[sizeof value];
    format_fixed_put16(bytes, value);
    (void)base_buf_append(into, bytes, sizeof bytes);
}

static inline void
format_encode_u32(BaseBuf *into, uint32_t value)
{
    uint8_t bytes[sizeof value];
    format_fixed_put32(bytes, value);
    (void)base_buf_append(into, bytes, sizeof bytes);
}

static inline void
format_encode_u64(BaseBuf *into, uint64_t value)
{
    uint8_t bytes[sizeof value];
    format_fixed_put64(bytes, value);
    (void)base_buf_append(into, bytes, sizeof bytes);
}

static inline void
format_encode_varint(BaseBuf *into, uint64_t value)
{
    if (base_buf_reserve(into, FORMAT_VARINT_MAX)) {
        into->len = (size_t)(format_varint_put(into->data + into->len, value) - into->data);
    }
}

/* A time or a version, which is never negative in the files. */
static inline void
format_encode_count(BaseBuf *into, int64_t value)
{
    format_encode_varint(into, (uint64_t)value);
}

/* A length and that many bytes. */
static inline void
format_encode_bytes(BaseBuf *into, BaseSlice bytes)
{
    format_encode_varint(into, bytes.len);
    (void)base_buf_append_slice(into, bytes);
}

static inline void
format_encode_zeros(BaseBuf *into, size_t count)
{
    uint8_t *room = base_buf_extend(into, count);
    if (room != NULL) {
        memset(room, 0, count);
    }
}

#endif
