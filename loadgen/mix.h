/*
 * mix.h: which operation comes next, from shares: "get:80,put:15,scan(10..100):5".
 *
 * A mix is a list of parts, separated by commas: a name, for some the range of their length, and a
 * weight. An operation is of a part with a probability of its weight by the sum of all weights.
 *
 *   get              a read of a record
 *   put, update      a write of a record that is there
 *   insert           a write of a new record, behind all others
 *   remove           of a record
 *   rmw              a read of a record, then a write of it: one operation
 *   scan(A..B)       a walk from a record over A to B entries, uniformly; also scan(N)
 *   multi_get(A..B)  a read of so many records at once; also multi_get(N)
 *   batch(A..B)      writes of so many records in one commit; also batch(N)
 *
 * Threading: constant after it was made.
 */
#ifndef LARDER_LOADGEN_MIX_H
#define LARDER_LOADGEN_MIX_H

#include "engine/base/rand.h"
#include "loadgen/op.h"

enum {
    LOAD_MIX_PARTS_MAX = 16,
    LOAD_MIX_LENGTH_MAX = 10000,
    LOAD_MIX_BATCH_MAX = 1000,
};

typedef struct LoadMixPart {
    LoadOpKind kind;
    double until; /* a draw of 0 to 1 below this, and not of an earlier part, is of this part */
    uint32_t low; /* SCAN, MULTI_GET, BATCH: fewest and most; others: 0 */
    uint32_t high;
} LoadMixPart;

typedef struct LoadMix {
    LoadMixPart parts[LOAD_MIX_PARTS_MAX];
    unsigned count;
} LoadMix;

/* NULL, or what is wrong and allowed, naming --mix; the caller frees it with g_free(). */
char *load_mix_parse(const char *text, LoadMix *ret_mix);

/* The part that is next. */
const LoadMixPart *load_mix_draw(const LoadMix *mix, BaseRand *rand);

/* The length of an operation of a part. */
uint32_t load_mix_length(const LoadMixPart *part, BaseRand *rand);

/* The share of a kind, 0 to 1. */
double load_mix_share(const LoadMix *mix, LoadOpKind kind);

/* The longest operation of a kind; 0: there is none. */
uint32_t load_mix_longest(const LoadMix *mix, LoadOpKind kind);

#endif
