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
    WORDS = 4,   /* that are handled together, which lets a compiler use wide registers */
};

typedef struct Block {
    uint64_t words[WORDS];
} Block;

enum { BLOCK = sizeof(Block) };

_Static_assert(POOL % BLOCK == 0, "a pool is whole blocks");

static Block pool[POOL / BLOCK];
static pthread_once_t pool_is_made = PTHREAD_ONCE_INIT;

static void
make_pool(void)
{
    BaseRand rand = base_rand(UINT64_C(0x4c64563266696c6c));
    for (size_t i = 0; i < POOL / BLOCK; i++) {
        for (int word = 0; word < WORDS; word++) {
            pool[i].words[word] = htole64(base_rand_next(&rand));
        }
    }
}

static inline Block
keyed(const Block *from, uint64_t key)
{
    return (Block){
        {from->words[0] ^ key, from->words[1] ^ key, from->words[2] ^ key, from->words[3] ^ key}};
}

/* Adds the bits in which two blocks differ. */
static inline void
note_difference(Block *differ, const Block *a, const Block *b)
{
    differ->words[0] |= a->words[0] ^ b->words[0];
    differ->words[1] |= a->words[1] ^ b->words[1];
    differ->words[2] |= a->words[2] ^ b->words[2];
    differ->words[3] |= a->words[3] ^ b->words[3];
}

/* Up to POOL bytes of one key. */
static void
write_stretch(uint8_t *out, size_t size, uint64_t key)
{
    const Block *from = pool;
    Block block;
    for (; size >= BLOCK; size -= BLOCK, out += BLOCK) {
        block = keyed(from++, key);
        memcpy(out, &block, BLOCK);
    }
    if (size != 0) {
        block = keyed(from, key);
        memcpy(out, &block, size);
    }
}

static bool
is_stretch(const uint8_t *bytes, size_t size, uint64_t key)
{
    const Block *from = pool;
    Block differ = {{0}};
    Block expected;
    for (; size >= BLOCK; size -= BLOCK, bytes += BLOCK) {
        Block seen;
        memcpy(&seen, bytes, BLOCK);
        expected = keyed(from++, key);
        note_difference(&differ, &seen, &expected);
    }
    if ((differ.words[0] | differ.words[1] | differ.words[2] | differ.words[3]) != 0) {
        return false;
    }
    expected = size != 0 ? keyed(from, key) : differ;
    return memcmp(bytes, &expected, size) == 0;
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

bool
load_filler_is(const uint8_t *bytes, size_t size, size_t unique, uint64_t seed)
{
    size_t random = at_most(unique, size);
    BaseRand keys = base_rand(seed);
    (void)pthread_once(&pool_is_made, make_pool);
    for (size_t done = 0; done < random; done += POOL) {
        uint64_t key = htole64(base_rand_next(&keys));
        if (!is_stretch(bytes + done, at_most(random - done, POOL), key)) {
            return false;
        }
    }
    return random == size || (random != 0 && memcmp(bytes + random, bytes, size - random) == 0);
}
