/*
 * buf.c: growing bytes with an owner. See buf.h.
 */
#include "engine/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void
base_buf_clear(BaseBuf *buf)
{
    if (buf != NULL) {
        free(buf->data);
        *buf = BASE_BUF_INIT;
    }
}

bool
base_buf_grow(BaseBuf *buf, size_t extra)
{
    if (extra > SIZE_MAX / 2 - buf->len) {
        buf->failed = true;
        return false;
    }
    size_t capacity = buf->capacity == 0 ? FIRST_CAPACITY : buf->capacity;
    while (capacity < buf->len + extra) {
        capacity *= 2;
    }
    uint8_t *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

bool
base_buf_append_slow(BaseBuf *buf, const void *data, size_t len)
{
    uint8_t *room = base_buf_extend(buf, len);
    if (room == NULL) {
        return false;
    }
    memcpy(room, data, len);
    return true;
}

bool
base_buf_printf(BaseBuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (wanted < 0 || !base_buf_reserve(buf, (size_t)wanted + 1)) {
        buf->failed = true;
        return false;
    }
    va_start(args, format);
    (void)vsnprintf((char *)buf->data + buf->len, (size_t)wanted + 1, format, args);
    va_end(args);
    buf->len += (size_t)wanted;
    return true;
}

uint8_t *
base_buf_steal(BaseBuf *buf, size_t *ret_len)
{
    uint8_t *data = buf->data;
    *ret_len = buf->len;
    *buf = BASE_BUF_INIT;
    return data;
}
