/*
 * key_pool.c: the keys of a random life. See key_pool.h.
 */
#include "tests/engine/key_pool.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

static size_t
below(BaseRand *rand, size_t bound)
{
    return (size_t)base_rand_below(rand, bound);
}

static size_t
repeat(uint8_t *into, uint8_t byte, size_t len)
{
    memset(into, byte, len);
    return len;
}

/* Shapes: each writes a key and returns its length. */

static size_t
one_letter_repeated(BaseRand *rand, uint8_t *into)
{
    return repeat(into, 'a', below(rand, 20));
}

static size_t
run_of_edge_bytes(BaseRand *rand, uint8_t *into)
{
    return repeat(into, below(rand, 2) == 0 ? 0x00 : 0xff, below(rand, 12));
}

static size_t
edge_bytes_mixed(BaseRand *rand, uint8_t *into)
{
    size_t len = below(rand, 6);
    for (size_t i = 0; i < len; i++) {
        into[i] = (uint8_t[]){0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff}[below(rand, 6)];
    }
    return len;
}

static size_t
number(BaseRand *rand, uint8_t *into)
{
    return (size_t)snprintf((char *)into, 32, "user%08zu", below(rand, 5000));
}

static size_t
same_eight_bytes(BaseRand *rand, uint8_t *into)
{
    memcpy(into, "same8byt", 8);
    size_t tail = below(rand, 4);
    for (size_t i = 0; i < tail; i++) {
        into[8 + i] = (uint8_t)below(rand, 3);
    }
    return 8 + tail;
}

static size_t
random_bytes(BaseRand *rand, uint8_t *into)
{
    size_t len = 1 + below(rand, 16);
    for (size_t i = 0; i < len; i++) {
        into[i] = (uint8_t)base_rand_next(rand);
    }
    return len;
}

static size_t
long_prefix(BaseRand *rand, uint8_t *into)
{
    size_t len = repeat(into, 'p', 300);
    return len + number(rand, into + len);
}

static size_t
longest(BaseRand *rand, uint8_t *into)
{
    size_t len = repeat(into, (uint8_t)('x' + below(rand, 2)), KEY_POOL_KEY_MAX);
    into[len - 1] = (uint8_t)below(rand, 256);
    return len;
}

static size_t
random_key(BaseRand *rand, uint8_t *into)
{
    static size_t (*const shapes[])(BaseRand * rand, uint8_t * into) = {
        one_letter_repeated, run_of_edge_bytes, edge_bytes_mixed, number,       number, number,
        same_eight_bytes,    same_eight_bytes,  random_bytes,     random_bytes,
    };
    if (below(rand, 60) == 0) {
        return below(rand, 2) == 0 ? long_prefix(rand, into) : longest(rand, into);
    }
    return shapes[below(rand, sizeof shapes / sizeof shapes[0])](rand, into);
}

static int
compare(const void *a, const void *b)
{
    return base_slice_compare(*(const BaseSlice *)a, *(const BaseSlice *)b);
}

KeyPool
key_pool_make(BaseRand *rand, size_t count, size_t key_max)
{
    KeyPool pool = {.bytes = BASE_BUF_INIT};
    /* Reserved at once, so that the slices stay where they are. */
    BASE_CHECK(base_buf_reserve(&pool.bytes, (count + 1) * (KEY_POOL_KEY_MAX + 1)));
    pool.keys = calloc(count + 1, sizeof *pool.keys);
    BASE_CHECK(pool.keys != NULL);
    for (size_t i = 0; i < count; i++) {
        uint8_t *bytes = pool.bytes.data + pool.bytes.len;
        size_t len = random_key(rand, bytes);
        len = len < key_max ? len : key_max;
        pool.bytes.len += len;
        pool.keys[i] = base_slice(bytes, len);
    }
    qsort(pool.keys, count, sizeof *pool.keys, compare);
    for (size_t i = 0; i < count; i++) {
        if (pool.count == 0 || !base_slice_equal(pool.keys[pool.count - 1], pool.keys[i])) {
            pool.keys[pool.count++] = pool.keys[i];
        }
    }
    return pool;
}

void
key_pool_clear(KeyPool *pool)
{
    free(pool->keys);
    base_buf_clear(&pool->bytes);
}

size_t
key_pool_place(const KeyPool *pool, BaseSlice key)
{
    size_t low = 0;
    size_t high = pool->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (base_slice_compare(pool->keys[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

BaseSlice
key_pool_near(const KeyPool *pool, BaseRand *rand, uint8_t *into)
{
    BaseSlice key = pool->keys[below(rand, pool->count)];
    size_t len = key.len;
    if (len != 0) {
        memcpy(into, key.data, len);
    }
    switch (below(rand, 8)) {
    case 0:
        into[len++] = 0x00; /* the very next key */
        break;
    case 1:
        into[len++] = 0xff;
        break;
    case 2:
        len = below(rand, len + 1);
        break;
    case 3:
        if (len != 0) {
            into[len - 1]++;
        }
        break;
    case 4:
        if (len != 0) {
            into[len - 1]--;
        }
        break;
    default:
        break;
    }
    return base_slice(into, len < KEY_POOL_KEY_MAX ? len : KEY_POOL_KEY_MAX);
}
