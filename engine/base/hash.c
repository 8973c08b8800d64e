/*
 * hash.c: 64-bit hashing and checksums. See hash.h.
 */
#include "engine/base/hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* The streaming state is a complete type only so; we link the shared library all the same. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

static _Atomic uint64_t process_seed; /* 0: not made yet */

uint64_t
base_hash(BaseSlice bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data, bytes.len, seed);
}

_Static_assert(sizeof(((BaseHashStream *)NULL)->state) >= sizeof(XXH3_state_t),
               "BaseHashStream has no room for the state of XXH3");

void
base_hash_stream_init(BaseHashStream *stream, uint64_t seed)
{
    XXH3_state_t *state = (XXH3_state_t *)(void *)stream->state;
    XXH3_INITSTATE(state); /* or reset would compare with a seed that was never set */
    (void)XXH3_64bits_reset_withSeed(state, seed);
}

void
base_hash_stream_update(BaseHashStream *stream, BaseSlice bytes)
{
    if (bytes.len != 0) {
        (void)XXH3_64bits_update((XXH3_state_t *)(void *)stream->state, bytes.data, bytes.len);
    }
}

uint64_t
base_hash_stream_value(const BaseHashStream *stream)
{
    return XXH3_64bits_digest((const XXH3_state_t *)(const void *)stream->state);
}

static void
make_process_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        /* Early at boot there may be no randomness yet: better a weak seed than no server. */
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        seed = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid();
    }
    atomic_store_explicit(&process_seed, seed == 0 ? 1 : seed, memory_order_release);
}

uint64_t
base_hash_process_seed(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint64_t seed = atomic_load_explicit(&process_seed, memory_order_acquire);
    if (__builtin_expect(seed == 0, 0)) {
        (void)pthread_once(&once, make_process_seed);
        seed = atomic_load_explicit(&process_seed, memory_order_acquire);
    }
    return seed;
}
