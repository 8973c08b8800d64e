/*
 * price.c: one curve for all causes.
 */
#include "engine/lsm/price.h"

/* Times the bytes of the base level. */
static const double DEBT_SOFT = 16;
static const double DEBT_HARD = 128;

/* Runs that cost nothing are between these, times the trigger. */
static const double RUNS_LEAST = 2;
static const double RUNS_MOST = 5;

/* Parts of a generation that may wait for their flush at no price, and what is short of all. */
static const double BACKLOG_SOFT = 1.25;
static const double BACKLOG_SPARE = 0.5;
static const double BACKLOG_LEAST = 1.5;

/* Runs that cost nothing: the trigger, and as many as the base level is large. */
static double
free_runs(const LsmPriceStore *store)
{
    double runs = store->run_trigger + store->base_bytes / store->write_buffer;
    double least = RUNS_LEAST * store->run_trigger;
    double most = RUNS_MOST * store->run_trigger;
    if (runs < least) {
        return least;
    }
    return runs < most ? runs : most;
}

LsmPriceLimits
lsm_price_limits(const LsmPriceStore *store)
{
    double runs = free_runs(store);
    double backlog = store->generations - BACKLOG_SPARE;
    backlog = backlog > BACKLOG_LEAST ? backlog : BACKLOG_LEAST;
    return (LsmPriceLimits){.debt_soft = store->base_bytes * DEBT_SOFT,
                            .debt_hard = store->base_bytes * DEBT_HARD,
                            .runs_soft = runs,
                            .runs_hard = 2 * (runs + store->run_trigger),
                            .backlog_soft = store->write_buffer * BACKLOG_SOFT,
                            .backlog_hard = store->write_buffer * backlog};
}

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
