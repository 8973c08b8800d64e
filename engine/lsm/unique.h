/*
 * unique.h: numbers that identify files, and checks of what is in them, for ever.
 *
 * The id of a file seeds the checks of its blocks and records, so bytes of one file are never taken
 * for those of another. An id is a hash of the process's random seed, the time and a counter: two
 * are equal with the odds of two random numbers.
 *
 * Threading: any thread.
 */
#ifndef LARDER_ENGINE_LSM_UNIQUE_H
#define LARDER_ENGINE_LSM_UNIQUE_H

#include <stdint.h>

/* A number that nobody was given before; never 0. */
uint64_t lsm_unique_id(void);

#endif
