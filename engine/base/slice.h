/*
 * slice.h: borrowed bytes.
 *
 * A slice points at bytes that somebody else owns; it is passed by value and frees nothing. Keys
 * and values are slices everywhere in Larder: they may hold any byte, NUL included, and are not
 * terminated. Keys order as unsigned bytes, a shorter key before a longer one that it begins.
 *
 * Threading: plain values; as safe as the bytes that they point at.
 */
#ifndef LARDER_ENGINE_BASE_SLICE_H
#define LARDER_ENGINE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct BaseSlice {
    const uint8_t *data; /* may be NULL only when len is 0 */
    size_t len;
} BaseSlice;

#define BASE_SLICE_EMPTY ((BaseSlice){NULL, 0})
/* A slice of a string literal, without its terminator. */
#define BASE_SLICE_LITERAL(text) ((BaseSlice){(const uint8_t *)("" text), sizeof(text) - 1})

static inline BaseSlice
base_slice(const void *data, size_t len)
{
    return (BaseSlice){(const uint8_t *)data, len};
}

/* A slice of a NUL-terminated string, without its terminator. */
static inline BaseSlice
base_slice_text(const char *text)
{
    return (BaseSlice){(const uint8_t *)text, strlen(text)};
}

/* Less than, equal to or greater than 0, as `a` sorts before, with or behind `b`. */
static inline int
base_slice_compare(BaseSlice a, BaseSlice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/*
 * Names and keys are short as a rule: 4 to 16 bytes are compared as two words that overlap.
 * Compilers make an instruction of a comparison with zero whose length is 4 or 8.
 */
static inline bool
base_slice_equal(BaseSlice a, BaseSlice b)
{
    if (a.len != b.len) {
        return false;
    }
    if (a.len - 8 <= 8) {
        return memcmp(a.data, b.data, 8) == 0 &&
               memcmp(a.data + a.len - 8, b.data + b.len - 8, 8) == 0;
    }
    if (a.len - 4 < 4) {
        return memcmp(a.data, b.data, 4) == 0 &&
               memcmp(a.data + a.len - 4, b.data + b.len - 4, 4) == 0;
    }
    return a.len == 0 || memcmp(a.data, b.data, a.len) == 0;
}

static inline bool
base_slice_starts_with(BaseSlice whole, BaseSlice prefix)
{
    return whole.len >= prefix.len &&
           (prefix.len == 0 || memcmp(whole.data, prefix.data, prefix.len) == 0);
}

#endif
