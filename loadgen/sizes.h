/*
 * sizes.h: how long the values of writes are.
 *
 *   N                        all alike
 *   uniform(A..B)            from A to B
 *   normal(MEAN,SD)          rounded to whole bytes
 *   pareto(MIN,SHAPE[,MAX])  at least N bytes with a probability of (MIN / N)^SHAPE: many short
 *                            ones and a few very long ones
 *   histogram:FILE           lines "SIZE WEIGHT", as counted somewhere; "#" begins a comment
 *
 * What falls outside of what a value may have (LOAD_VALUE_BYTES_MIN, for all that it says of
 * itself, to LOAD_VALUE_BYTES_MAX or MAX) gets the nearest size that is allowed.
 *
 * Threading: constant after it was made.
 */
#ifndef LARDER_LOADGEN_SIZES_H
#define LARDER_LOADGEN_SIZES_H

#include "engine/base/rand.h"

#include <stddef.h>

enum { LOAD_VALUE_BYTES_MAX = 64 * 1024 * 1024 };

typedef enum LoadSizesKind {
    LOAD_SIZES_FIXED,
    LOAD_SIZES_UNIFORM,
    LOAD_SIZES_NORMAL,
    LOAD_SIZES_PARETO,
    LOAD_SIZES_HISTOGRAM,
} LoadSizesKind;

/* A line of a histogram. */
typedef struct LoadSizesBin {
    double until; /* a draw of 0 to 1 below this, and not of an earlier bin, is of this bin */
    size_t size;
} LoadSizesBin;

typedef struct LoadSizes {
    LoadSizesKind kind;
    double first;  /* mean, least */
    double second; /* standard deviation, shape */
    size_t least;  /* that is drawn */
    size_t most;
    LoadSizesBin *bins; /* HISTOGRAM */
    size_t bin_count;
} LoadSizes;

/*
 * Reads the words above, and the file that they name. NULL, or what is wrong and allowed, naming
 * --value-size; the caller frees it with g_free(). What was made is freed with clear.
 */
char *load_sizes_parse(const char *text, LoadSizes *ret_sizes);

/* Takes sizes that are all zero. */
void load_sizes_clear(LoadSizes *sizes);

/* The size of a value, from sizes->least to sizes->most. */
size_t load_sizes_draw(const LoadSizes *sizes, BaseRand *rand);

#endif
