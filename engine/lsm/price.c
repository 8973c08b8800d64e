/*
 * price.c: one curve for both causes.
 */
#include "engine/lsm/price.h"

/* 0 at or below `soft`, 1 at or above `hard`. */
static double
strain(int64_t value, int64_t soft, int64_t hard)
{
    if (value <= soft) {
        return 0;
    }
    if (value >= hard) {
        return 1;
    }
    return (double)(value - soft) / (double)(hard - soft);
}

double
lsm_price(const LsmPriceLimits *limits, const LsmPriceInput *input)
{
    double debt = strain(input->debt, limits->debt_soft, limits->debt_hard);
    double runs = strain(input->runs, limits->runs_soft, limits->runs_hard);
    double worst = debt > runs ? debt : runs;
    double drain = input->drain > 0 ? input->drain : LSM_PRICE_DRAIN_PRESET;
    return worst * worst * 1e9 / drain;
}
