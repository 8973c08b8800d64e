/*
 * price.c: one curve for all causes.
 */
#include "engine/lsm/price.h"

/* 0 at or below `soft`, 1 at `hard`, and on like that. */
static double
strain(double value, double soft, double hard)
{
    double part = (value - soft) / (hard - soft);
    if (part <= 0) {
        return 0;
    }
    return part < LSM_PRICE_STRAIN_MAX ? part : LSM_PRICE_STRAIN_MAX;
}

/* What a cause makes of a byte on which work spends so many nanoseconds. */
static double
price_of(double part, double ns_per_byte)
{
    return part * part * ns_per_byte;
}

static double
ns_per_byte(double rate)
{
    return 1e9 / (rate > 0 ? rate : LSM_PRICE_DRAIN_PRESET);
}

double
lsm_price(const LsmPriceLimits *limits, const LsmPriceInput *input, LsmPriceCause *ret_cause)
{
    double compaction = ns_per_byte(input->drain) * input->cost;
    double prices[LSM_PRICE_CAUSES] = {
        [LSM_PRICE_DEBT] =
            price_of(strain(input->debt, limits->debt_soft, limits->debt_hard), compaction),
        [LSM_PRICE_RUNS] =
            price_of(strain(input->runs, limits->runs_soft, limits->runs_hard), compaction),
        [LSM_PRICE_BACKLOG] =
            price_of(strain(input->backlog, limits->backlog_soft, limits->backlog_hard),
                     ns_per_byte(input->flush)),
    };
    LsmPriceCause highest = LSM_PRICE_NOTHING;
    for (int cause = LSM_PRICE_DEBT; cause < LSM_PRICE_CAUSES; cause++) {
        if (prices[cause] > prices[highest]) {
            highest = (LsmPriceCause)cause;
        }
    }
    *ret_cause = highest;
    return prices[highest];
}
