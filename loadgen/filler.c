/*
 * filler.c: bytes that look random. See filler.h.
 */
#include "loadgen/filler.h"

#include "engine/base/rand.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>

enum {
    POOL = 4096, /* stays in the first cache */
    WORDS = 2,   /* that are handled together, in one wide register */
};

typedef uint64_t Words __attribute__((vector_size(WORDS * sizeof(uint64_t))));

enum { STEP = sizeof(Words) };

_Static_assert(POOL % STEP == 0, "a pool is whole steps");

static Words pool[POOL / STEP];
static pthread_once_t pool_is_made = PTHREAD_ONCE_INIT;

static void
make_pool(void)
{
    BaseRand rand = base_rand(UINT64_C(0x4c64563266696c6c));
    for (size_t i = 0; i < POOL / STEP; i++) {
        for (int word = 0; word < WORDS; word++) {
            pool[i][word] = htole64(base_rand_next(&rand));
        }
    }
}

static inline Words
load(const uint8_t *from)
{
    Words words;
    memcpy(&words, from, STEP);
    return words;
}

/* Up to POOL bytes of one key. */
static void
write_stretch(uint8_t *out, size_t size, uint64_t key)
{
    const Words *from = pool;
    Words keyed;
    for (; size >= STEP; size -= STEP, out += STEP) {
        keyed = *from++ ^ key;
        memcpy(out, &keyed, STEP);
    }
    if (size != 0) {
        keyed = *from ^ key;
        memcpy(out, &keyed, size);
    }
}

/* The key as it meets words that begin `bytes` behind those of the pool. */
static inline uint64_t
turned(uint64_t key, size_t bytes)
{
    unsigned bits = 8 * (bytes % sizeof key);
    uint64_t number = le64toh(key);
    return bits == 0 ? key : htole64(number >> bits | number << (64 - bits));
}

/* Fewer bytes than a step. */
static __attribute__((noinline)) bool
is_short(const uint8_t *bytes, size_t size, uint64_t key)
{
    Words expected = pool[0] ^ key;
    return memcmp(bytes, &expected, size) == 0;
}

/* The last, incomplete step lies over the one before it, where there is one. */
static inline bool
is_stretch(const uint8_t *bytes, size_t size, uint64_t key)
{
    const uint8_t *from = (const uint8_t *)pool;
    if (size < STEP) {
        return is_short(bytes, size, key);
    }
    size_t last = size - STEP;
    Words differ = load(bytes + last) ^ load(from + last) ^ turned(key, last);
    for (size_t at = 0; at < last; at += STEP) {
        differ |= load(bytes + at) ^ load(from + at) ^ key;
    }
    return (differ[0] | differ[1]) == 0;
}

static size_t
at_most(size_t size, size_t limit)
{
    return size < limit ? size : limit;
}

void
load_filler_write(uint8_t *out, size_t size, size_t unique, uint64_t seed)
{
    size_t random = at_most(unique, size);
    BaseRand keys = base_rand(seed);
    (void)pthread_once(&pool_is_made, make_pool);
    for (size_t done = 0; done < random; done += POOL) {
        write_stretch(out + done, at_most(random - done, POOL), htole64(base_rand_next(&keys)));
    }
    for (size_t done = random; done < size;) {
        size_t more = at_most(done, size - done);
        memcpy(out + done, out, more);
        done += more;
    }
}

/* The same as load_filler_is(), of any length. */
static __attribute__((noinline)) bool
is_long(const uint8_t *bytes, size_t size, size_t unique, uint64_t seed)
{
    size_t random = at_most(unique, size);
    BaseRand keys = base_rand(seed);
    for (size_t done = 0; done < random; done += POOL) {
        uint64_t key = htole64(base_rand_next(&keys));
        if (!is_stretch(bytes + done, at_most(random - done, POOL), key)) {
            return false;
        }
    }
    return random == size || (random != 0 && memcmp(bytes + random, bytes, size - random) == 0);
}

bool
load_filler_is(const uint8_t *bytes, size_t size, size_t unique, uint64_t seed)
{
    (void)pthread_once(&pool_is_made, make_pool);
    if (size > POOL || unique < size) {
        return is_long(bytes, size, unique, seed);
    }
    BaseRand keys = base_rand(seed);
    return is_stretch(bytes, size, htole64(base_rand_next(&keys)));
}
