/*
 * hash.c: 64-bit hashing and checksums. See hash.h.
 */
#include "engine/base/hash.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* The streaming state is a complete type only so; we link the shared library all the same. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

static uint64_t process_seed;

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
    if (getrandom(&process_seed, sizeof process_seed, GRND_NONBLOCK) ==
        (ssize_t)sizeof process_seed) {
        return;
    }
    /* Early at boot there may be no randomness yet: better a weak seed than no server. */
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    process_seed = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid();
}

uint64_t
base_hash_process_seed(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_process_seed);
    return process_seed;
}
