/*
 * zipf.c: ranks drawn by Zipf's law. See zipf.h.
 */
#include "loadgen/zipf.h"

#include <math.h>
#include <stdbool.h>

/* This near to 1 the integral is the logarithm, to all digits that matter. */
#define NEAR_ONE 1e-9

/* So is a power that is as near to a whole number; for greater ones pow() is as fast. */
#define NEAR_WHOLE 1e-9
enum { WHOLE_POWER_MAX = 1024 };

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

/* `base` to the power 1 / (1 - theta); by multiplying, when that is a whole number. */
static double
raised(const LoadZipf *zipf, double base)
{
    if (zipf->whole_power == 0) {
        return pow(base, zipf->power);
    }
    double result = 1;
    for (unsigned left = zipf->whole_power; left != 0; left >>= 1) {
        result *= (left & 1) != 0 ? base : 1;
        base *= base;
    }
    return result;
}

static double
inverse(const LoadZipf *zipf, double area)
{
    return is_one(zipf) ? exp(area) : raised(zipf, 1 + area * (1 - zipf->theta));
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
    LoadZipf zipf = {.theta = theta, .power = 1 / (1 - theta)};
    double whole = nearbyint(zipf.power);
    if (whole > 0 && whole <= WHOLE_POWER_MAX && fabs(zipf.power - whole) < NEAR_WHOLE) {
        zipf.whole_power = (unsigned)whole;
    }
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
        x = x < (double)zipf->items ? x : (double)zipf->items; /* also what is not a number */
        double rank = x < 1 ? 1 : (double)(int64_t)(x + 0.5);
        if (rank - x <= zipf->close || area >= integral(zipf, rank + 0.5) - hat(zipf, rank)) {
            return (uint64_t)rank - 1;
        }
    }
}
