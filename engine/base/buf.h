/*
 * buf.h: growing bytes with an owner.
 *
 * A buffer appends at its end and doubles its storage when it must. Allocation never aborts: every
 * call that can grow returns false when memory is short, and then the buffer is as it was, except
 * that `failed` stays set. So a writer may append many pieces and look at `failed` once, at the
 * end.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_BASE_BUF_H
#define LARDER_ENGINE_BASE_BUF_H

#include "engine/base/slice.h"

typedef struct BaseBuf {
    uint8_t *data;
    size_t len;
    size_t capacity;
    bool failed; /* an append did not fit into memory */
} BaseBuf;

/* An empty buffer; it owns nothing yet. */
#define BASE_BUF_INIT ((BaseBuf){NULL, 0, 0, false})

/* Frees the storage and makes the buffer empty. Takes NULL and buffers that never grew. */
void base_buf_clear(BaseBuf *buf);

/* Makes the buffer empty and keeps its storage. */
static inline void
base_buf_reset(BaseBuf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

/* Grows the storage. False: no memory. */
bool base_buf_grow(BaseBuf *buf, size_t extra);

/* Makes room for `extra` bytes behind the end. False: no memory. */
static inline bool
base_buf_reserve(BaseBuf *buf, size_t extra)
{
    return buf->capacity - buf->len >= extra || base_buf_grow(buf, extra);
}

/* Room for `extra` bytes behind the end, which become part of the buffer; NULL: no memory. */
static inline uint8_t *
base_buf_extend(BaseBuf *buf, size_t extra)
{
    /* NULL says that there is no memory, so nothing must have a place, too. */
    if (!base_buf_reserve(buf, extra == 0 ? 1 : extra)) {
        return NULL;
    }
    uint8_t *room = buf->data + buf->len;
    buf->len += extra;
    return room;
}

/* Appends. False: no memory. */
bool base_buf_append_slow(BaseBuf *buf, const void *data, size_t len);

static inline bool
base_buf_append(BaseBuf *buf, const void *data, size_t len)
{
    if (buf->capacity - buf->len < len) {
        return base_buf_append_slow(buf, data, len);
    }
    if (len != 0) {
        memcpy(buf->data + buf->len, data, len);
        buf->len += len;
    }
    return true;
}

static inline bool
base_buf_append_slice(BaseBuf *buf, BaseSlice slice)
{
    return base_buf_append(buf, slice.data, slice.len);
}

static inline bool
base_buf_append_byte(BaseBuf *buf, uint8_t byte)
{
    return base_buf_append(buf, &byte, 1);
}

/* Appends formatted text without a terminator. False: no memory. */
bool base_buf_printf(BaseBuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The contents, borrowed until the next change. */
static inline BaseSlice
base_buf_slice(const BaseBuf *buf)
{
    return base_slice(buf->data, buf->len);
}

/* The contents with their storage; the buffer becomes empty. The caller frees with free(). */
uint8_t *base_buf_steal(BaseBuf *buf, size_t *ret_len);

#endif
