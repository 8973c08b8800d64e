/*
 * hash.c: 64-bit hashing and checksums. See hash.h.
 */
#include "engine/base/hash.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

static uint64_t process_seed;

uint64_t
base_hash(BaseSlice bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data, bytes.len, seed);
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
