/*
 * filler.h: bytes of values that look random, made and checked at the speed of memory.
 *
 * The filler of a seed is a fixed pool of POOL random bytes, each 8 of which are xored with a key
 * drawn from the seed; every further POOL bytes have the next key. So any 8 bytes differ between
 * two seeds and between two stretches of one, no compressor finds anything to shorten, and both
 * directions cost one pass over the bytes instead of a generator or a hash. Whoever reads knows all
 * bytes that must be there: the check is a comparison, which misses nothing.
 *
 * The first `unique` bytes are such; what follows repeats them, so that it can be compressed.
 *
 * Threading: the pool is made by whoever comes first; otherwise none.
 */
#ifndef LARDER_LOADGEN_FILLER_H
#define LARDER_LOADGEN_FILLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes `size` bytes. REQUIRES: unique above 0, or size 0. */
void load_filler_write(uint8_t *out, size_t size, size_t unique, uint64_t seed);

/* Whether `bytes` are what was written with the same arguments. `unique` may be anything. */
bool load_filler_is(const uint8_t *bytes, size_t size, size_t unique, uint64_t seed);

#endif
