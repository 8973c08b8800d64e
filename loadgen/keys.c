/*
 * keys.c: the key of a record, from its number. See keys.h.
 */
#include "loadgen/keys.h"

#include <endian.h>

enum {
    SCATTERED_BITS = 48,
    DIGITS = 8, /* that are made at once */
    DIGITS_MAX = 100000000,
};

#define ZEROS UINT64_C(0x3030303030303030) /* DIGITS of them */

const char *
load_key_shape_name(LoadKeyShape shape)
{
    static const char *const names[LOAD_KEY_SHAPE_COUNT] = {
        [LOAD_KEY_DECIMAL] = "decimal",
        [LOAD_KEY_BINARY] = "binary",
        [LOAD_KEY_SCATTERED] = "scattered",
        [LOAD_KEY_RECORDED] = "recorded",
    };
    return names[shape];
}

size_t
load_keys_size_min(LoadKeyShape shape, BaseSlice prefix, uint64_t records)
{
    if (shape == LOAD_KEY_RECORDED) {
        return 0;
    }
    if (shape == LOAD_KEY_BINARY) {
        return prefix.len + sizeof(uint64_t);
    }
    if (shape == LOAD_KEY_SCATTERED) {
        return prefix.len + SCATTERED_BITS / 4;
    }
    size_t digits = 1;
    for (uint64_t last = records == 0 ? 0 : records - 1; last >= 10; last /= 10) {
        digits++;
    }
    return prefix.len + digits;
}

LoadKeys
load_keys(LoadKeyShape shape, BaseSlice prefix, size_t size)
{
    LoadKeys keys = {.shape = shape, .prefix_len = prefix.len, .size = size};
    if (prefix.len != 0) {
        memcpy(keys.prefix, prefix.data, prefix.len);
    }
    return keys;
}

LoadKeys
load_keys_recorded(const LoadRecorded *recorded)
{
    return (LoadKeys){.shape = LOAD_KEY_RECORDED, .size = recorded->longest, .recorded = recorded};
}

/* The eight digits of a number below 10^8, the first one in the lowest byte. */
static inline uint64_t
digits_of(uint32_t number)
{
    uint64_t halves = number / 10000 | (uint64_t)(number % 10000) << 32;
    uint64_t hundreds = (halves * 10486) >> 20 & UINT64_C(0x0000007f0000007f);
    uint64_t pairs = hundreds | (halves - hundreds * 100) << 16;
    uint64_t tens = (pairs * 103) >> 10 & UINT64_C(0x000f000f000f000f);
    return (tens | (pairs - tens * 10) << 8) + ZEROS;
}

/* The next eight digits from the end of a number, as they are stored; it loses them. */
static inline uint64_t
take_digits(uint64_t *number)
{
    uint64_t last = *number;
    *number = 0;
    if (last == 0) {
        return ZEROS;
    }
    if (last >= DIGITS_MAX) {
        *number = last / DIGITS_MAX;
        last %= DIGITS_MAX;
    }
    return htole64(digits_of((uint32_t)last));
}

/* Writes a number into out[from, to), padded with zeros in front. */
static void
write_decimal(uint64_t number, uint8_t *out, size_t from, size_t to)
{
    uint64_t word = ZEROS;
    if (to - from < DIGITS) {
        memset(out + from, '0', to - from);
    } else {
        memcpy(out + from, &word, DIGITS); /* what is in front of whole words */
    }
    for (; to - from >= DIGITS; to -= DIGITS) {
        word = take_digits(&number);
        memcpy(out + to - DIGITS, &word, DIGITS);
    }
    for (; to > from && number != 0; number /= 10) {
        out[--to] = (uint8_t)('0' + number % 10);
    }
}

static void
write_binary(uint64_t number, uint8_t *out, size_t from, size_t to)
{
    uint64_t word = htobe64(number);
    memcpy(out + from, &word, sizeof word);
    memset(out + from + sizeof word, '0', to - from - sizeof word);
}

/* A permutation of the numbers below 2^48: each step can be undone. */
static uint64_t
scatter(uint64_t number)
{
    const uint64_t mask = (UINT64_C(1) << SCATTERED_BITS) - 1;
    number = (number * UINT64_C(0x9e3779b97f4b)) & mask;
    number ^= number >> (SCATTERED_BITS / 2);
    number = (number * UINT64_C(0xbf58476d1ce5)) & mask;
    return number ^ number >> (SCATTERED_BITS / 2);
}

static void
write_scattered(uint64_t number, uint8_t *out, size_t from, size_t to)
{
    uint64_t rest = scatter(number);
    for (int digits = SCATTERED_BITS / 4; digits > 0; digits--, rest >>= 4) {
        out[--to] = (uint8_t) "0123456789abcdef"[rest & 15];
    }
    memset(out + from, '0', to - from);
}

/* Writes a recorded key; none, which a store refuses, for a number that no record has. */
static BaseSlice
write_recorded(const LoadRecorded *recorded, uint64_t record, uint8_t *out)
{
    BaseSlice key = record < recorded->key_count ? recorded->keys[record] : BASE_SLICE_EMPTY;
    if (key.len != 0) {
        memcpy(out, key.data, key.len);
    }
    return base_slice(out, key.len);
}

/* A number of up to eight digits in room for eight to sixteen, as most are: three stores. */
static inline bool
write_short(const LoadKeys *keys, uint64_t record, uint8_t *out)
{
    if (keys->shape != LOAD_KEY_DECIMAL || record >= DIGITS_MAX || keys->prefix_len > DIGITS ||
        keys->size - keys->prefix_len - DIGITS > DIGITS) {
        return false;
    }
    const uint64_t zeros = ZEROS;
    uint64_t digits = htole64(digits_of((uint32_t)record));
    memcpy(out, keys->prefix, DIGITS);
    memcpy(out + keys->prefix_len, &zeros, DIGITS);
    memcpy(out + keys->size - DIGITS, &digits, DIGITS);
    return true;
}

/* Kept apart, so that short numbers do not pay for the registers which this needs. */
static __attribute__((noinline)) BaseSlice
write_any(const LoadKeys *keys, uint64_t record, uint8_t *out)
{
    if (keys->shape == LOAD_KEY_RECORDED) {
        return write_recorded(keys->recorded, record, out);
    }
    if (keys->prefix_len <= DIGITS && keys->size >= DIGITS) {
        memcpy(out, keys->prefix, DIGITS); /* the number covers what is not the prefix's */
    } else {
        memcpy(out, keys->prefix, keys->prefix_len);
    }
    switch (keys->shape) {
    case LOAD_KEY_BINARY:
        write_binary(record, out, keys->prefix_len, keys->size);
        break;
    case LOAD_KEY_SCATTERED:
        write_scattered(record, out, keys->prefix_len, keys->size);
        break;
    case LOAD_KEY_DECIMAL:
    case LOAD_KEY_RECORDED:
    case LOAD_KEY_SHAPE_COUNT:
        write_decimal(record, out, keys->prefix_len, keys->size);
        break;
    }
    return base_slice(out, keys->size);
}

BaseSlice
load_keys_write(const LoadKeys *keys, uint64_t record, uint8_t *out)
{
    return write_short(keys, record, out) ? base_slice(out, keys->size)
                                          : write_any(keys, record, out);
}

BaseSlice
load_keys_write_next(const LoadKeys *keys, uint64_t record, uint8_t *out)
{
    if (keys->shape != LOAD_KEY_DECIMAL) {
        return load_keys_write(keys, record, out);
    }
    size_t at = keys->size;
    while (at > keys->prefix_len && out[at - 1] == '9') {
        out[--at] = '0';
    }
    if (at > keys->prefix_len) {
        out[at - 1]++;
    }
    return base_slice(out, keys->size);
}

BaseSlice
load_keys_write_near(const LoadKeys *keys, uint64_t record, bool missing, uint8_t *out)
{
    BaseSlice key = load_keys_write(keys, record, out);
    out[key.len] = '.';
    return base_slice(out, key.len + (missing ? 1 : 0));
}
