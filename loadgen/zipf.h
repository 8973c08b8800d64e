/*
 * zipf.h: ranks drawn by Zipf's law: rank k, from 1, with a probability in proportion to k^-theta.
 *
 * The law is met exactly, by rejection-inversion (Hoermann and Derflinger 1996): a continuous
 * variable with the hat x^-theta is drawn by inverting its integral and rounded; the few draws that
 * the hat has too many of are rejected. It needs no table and no sum over all items, works for any
 * theta, and costs one power of a real number per draw, rarely two more; for thetas such as YCSB's
 * 0.99 that power is a whole number, so a few multiplications. YCSB's own generator approximates
 * the same law from the third rank on.
 *
 * Threading: constant after it was made.
 */
#ifndef LARDER_LOADGEN_ZIPF_H
#define LARDER_LOADGEN_ZIPF_H

#include "engine/base/rand.h"

typedef struct LoadZipf {
    double theta;
    double power;         /* 1 / (1 - theta) */
    unsigned whole_power; /* the same, when it is a whole number, as for 0.99; otherwise 0 */
    uint64_t items;
    double from;  /* integral of the hat, up to the middle between rank 1 and 2, minus 1 */
    double to;    /* integral of the hat, up to half a rank behind the last */
    double close; /* a draw that is rounded by no more than this is never rejected */
} LoadZipf;

/* REQUIRES: items above 0, theta above 0 and finite. */
LoadZipf load_zipf(uint64_t items, double theta);

/* The same law over another number of items. */
void load_zipf_resize(LoadZipf *zipf, uint64_t items);

/* A rank, from 0 (the most likely) to items - 1. */
uint64_t load_zipf_draw(const LoadZipf *zipf, BaseRand *rand);

#endif
