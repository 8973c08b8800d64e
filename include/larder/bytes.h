/*
 * bytes.h: bytes that somebody else owns, as every function of the SDK takes and gives them.
 *
 * Bytes may hold NUL and need not end with one. Texts of the contract (names, messages) are bytes
 * too, in UTF-8; those that come out of a reply are followed by a NUL that `size` does not count,
 * so they can be printed as they are.
 *
 * C99 and C++11.
 */
#ifndef LARDER_BYTES_H
#define LARDER_BYTES_H

#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LarderBytes {
    const char *data; /* may be NULL when size is 0 */
    size_t size;
} LarderBytes;

/* The bytes of a string, without its NUL. Borrows it. */
static inline LarderBytes
larder_text(const char *text)
{
    LarderBytes bytes;
    bytes.data = text;
    bytes.size = strlen(text);
    return bytes;
}

/* `size` bytes from `data` on. Borrows them. */
static inline LarderBytes
larder_bytes(const void *data, size_t size)
{
    LarderBytes bytes;
    bytes.data = (const char *)data;
    bytes.size = size;
    return bytes;
}

/* Whether two are equal, byte by byte. */
static inline int
larder_bytes_equal(LarderBytes a, LarderBytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#ifdef __cplusplus
}
#endif

#endif
