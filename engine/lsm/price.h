/*
 * price.h: what a written byte costs in waiting, so that writers slow down before they stop.
 *
 * Two things run ahead of compaction when writers are faster: debt, the bytes that it has to write
 * until every level is at its target, and the runs of level 0, which every read has to ask. Each is
 * put on a scale from 0 at its soft limit to 1 at its hard limit; the worse of the two, squared,
 * times what compaction itself spends on a byte, is the price. So it begins without a step, rises
 * and falls with its cause alone, and at the hard limit writers are exactly as fast as compaction.
 * Only there, with too many full memtables, or without room on disk are writes refused.
 *
 * The price never depends on how many compactions ended or how long they took one by one: rates
 * that ratchet, and limits that move with what they limit, are how others got stalls of seconds.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_LSM_PRICE_H
#define LARDER_ENGINE_LSM_PRICE_H

#include <stdint.h>

typedef struct LsmPriceLimits {
    int64_t debt_soft; /* bytes */
    int64_t debt_hard; /* above debt_soft */
    int64_t runs_soft;
    int64_t runs_hard; /* above runs_soft */
} LsmPriceLimits;

typedef struct LsmPriceInput {
    int64_t debt; /* bytes that compaction has to write */
    int64_t runs; /* of level 0 */
    double drain; /* bytes a second that compaction writes when it runs, smoothed; 0: unknown */
} LsmPriceInput;

/* A drain of so many bytes a second is assumed until one was measured. */
#define LSM_PRICE_DRAIN_PRESET (64.0 * 1024 * 1024)

/* Nanoseconds of waiting for each byte written: 0 at or below the soft limits. */
double lsm_price(const LsmPriceLimits *limits, const LsmPriceInput *input);

#endif
