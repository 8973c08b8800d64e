/*
 * rand.h: fast pseudo-random numbers from a seed, for tests, workloads and sampling.
 *
 * The generator is SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same numbers on
 * every machine. Not for secrets.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_BASE_RAND_H
#define LARDER_ENGINE_BASE_RAND_H

#include <stdint.h>

typedef struct BaseRand {
    uint64_t state;
} BaseRand;

static inline BaseRand
base_rand(uint64_t seed)
{
    return (BaseRand){seed};
}

static inline uint64_t
base_rand_next(BaseRand *rand)
{
    uint64_t z = (rand->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in [0, bound); bound must not be 0. (Lemire's multiplication; bias below 2^-32.) */
static inline uint64_t
base_rand_below(BaseRand *rand, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)base_rand_next(rand) * bound) >> 64);
}

#endif
