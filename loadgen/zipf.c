/*
 * zipf.c: ranks drawn by Zipf's law. See zipf.h.
 */
#include "loadgen/zipf.h"

#include <math.h>
#include <stdbool.h>

/* This near to 1 the integral is the logarithm, to all digits that matter. */
#define NEAR_ONE 1e-9

static bool
is_one(const LoadZipf *zipf)
{
    return fabs(1 - zipf->theta) < NEAR_ONE;
}

/* The integral of x^-theta from 1. */
static double
integral(const LoadZipf *zipf, double x)
{
    double rest = 1 - zipf->theta;
    return is_one(zipf) ? log(x) : (pow(x, rest) - 1) / rest;
}

static double
inverse(const LoadZipf *zipf, double area)
{
    double rest = 1 - zipf->theta;
    return is_one(zipf) ? exp(area) : pow(1 + area * rest, 1 / rest);
}

static double
hat(const LoadZipf *zipf, double x)
{
    return pow(x, -zipf->theta);
}

void
load_zipf_resize(LoadZipf *zipf, uint64_t items)
{
    zipf->items = items;
    zipf->to = integral(zipf, (double)items + 0.5);
}

LoadZipf
load_zipf(uint64_t items, double theta)
{
    LoadZipf zipf = {.theta = theta};
    zipf.from = integral(&zipf, 1.5) - 1;
    zipf.close = 2 - inverse(&zipf, integral(&zipf, 2.5) - hat(&zipf, 2));
    load_zipf_resize(&zipf, items);
    return zipf;
}

uint64_t
load_zipf_draw(const LoadZipf *zipf, BaseRand *rand)
{
    for (;;) {
        double part = (double)(base_rand_next(rand) >> 11) * 0x1p-53;
        double area = zipf->to + part * (zipf->from - zipf->to);
        double x = inverse(zipf, area);
        double rank = floor(x + 0.5);
        rank = rank < 1 ? 1 : rank > (double)zipf->items ? (double)zipf->items : rank;
        if (rank - x <= zipf->close || area >= integral(zipf, rank + 0.5) - hat(zipf, rank)) {
            return (uint64_t)rank - 1;
        }
    }
}
