/*
 * price.h: what a written byte costs in waiting, so that writers slow down before they stop.
 *
 * Three things run ahead of background work when writers are faster: debt, the bytes that
 * compaction has to write until every level is at its target; the runs of level 0, which every read
 * has to ask; and the bytes in memory that wait for their flush. Each is put on a scale that is 0
 * up to its soft limit, 1 at its hard limit, and goes on behind it. Squared, times what the work
 * itself spends on a byte that was written, that is its price; the highest of the three counts. So
 * the price begins without a step, rises and falls with its cause alone, and at the hard limit
 * writers are exactly as fast as the work behind them; beyond it they are slower, so there is
 * always a point where the two meet. Writers wait for something else only when there is no memory
 * or no room on disk for more.
 *
 * The price never depends on how many compactions ended or how long they took one by one: rates
 * that ratchet, and limits that move with what they limit, are how others got stalls of seconds.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_LSM_PRICE_H
#define LARDER_ENGINE_LSM_PRICE_H

#include <stdint.h>

/* What makes writing cost something. */
typedef enum LsmPriceCause {
    LSM_PRICE_NOTHING = 0,
    LSM_PRICE_DEBT = 1,
    LSM_PRICE_RUNS = 2,
    LSM_PRICE_BACKLOG = 3,
    LSM_PRICE_CAUSES = 4
} LsmPriceCause;

/* What the limits come from. Bytes. */
typedef struct LsmPriceStore {
    double write_buffer;
    double generations; /* memtables, at most */
    double base_bytes;
    double run_trigger;
} LsmPriceStore;

/* Each hard limit is above its soft one. */
typedef struct LsmPriceLimits {
    double debt_soft; /* bytes */
    double debt_hard;
    double runs_soft;
    double runs_hard;
    double backlog_soft; /* bytes */
    double backlog_hard;
} LsmPriceLimits;

typedef struct LsmPriceInput {
    double debt;    /* bytes that compaction has to write */
    double runs;    /* of level 0 */
    double backlog; /* bytes in memory that are not flushed yet */
    double cost; /* bytes that compaction writes, altogether, for one that is flushed; at least 1 */
    double drain; /* bytes a second that compaction writes when it runs; 0: unknown */
    double flush; /* bytes a second that a flush takes out of memory; 0: unknown */
} LsmPriceInput;

/* A drain of so many bytes a second is assumed until one was measured. */
#define LSM_PRICE_DRAIN_PRESET (64.0 * 1024 * 1024)

/* No scale goes further than this. */
#define LSM_PRICE_STRAIN_MAX 4.0

/*
 * The limits of a store. Runs are free as long as level 0 has about as much as the base level: a
 * merge of less would mostly write the base level anew. With small write buffers that is many runs,
 * and readers have to ask them all, so it is 2 to 5 times the trigger.
 */
LsmPriceLimits lsm_price_limits(const LsmPriceStore *store);

/* Nanoseconds of waiting for each byte written: 0 at or below the soft limits. */
double lsm_price(const LsmPriceLimits *limits, const LsmPriceInput *input,
                 LsmPriceCause *ret_cause);

#endif
