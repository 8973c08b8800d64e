/*
 * fixed.h: numbers of fixed width in the files: little-endian, at any alignment.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_FIXED_H
#define LARDER_ENGINE_FORMAT_FIXED_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
format_fixed_get16(const uint8_t *at)
{
    uint16_t word;
    memcpy(&word, at, sizeof word);
    return le16toh(word);
}

static inline uint32_t
format_fixed_get32(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return le32toh(word);
}

static inline uint64_t
format_fixed_get64(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

static inline void
format_fixed_put16(uint8_t *at, uint16_t value)
{
    uint16_t word = htole16(value);
    memcpy(at, &word, sizeof word);
}

static inline void
format_fixed_put32(uint8_t *at, uint32_t value)
{
    uint32_t word = htole32(value);
    memcpy(at, &word, sizeof word);
}

static inline void
format_fixed_put64(uint8_t *at, uint64_t value)
{
    uint64_t word = htole64(value);
    memcpy(at, &word, sizeof word);
}

#endif
