/*
 * pace.h: how fast background work may go, and what writers pay for it.
 *
 * The limit of compaction is a bucket that fills at the rate and holds a tenth of a second; whoever
 * takes more than is in it is told how long to wait.
 *
 * The price is price.h's, with inputs that move slowly: debt and runs jump with every install, so
 * each follows its cause with a time constant of a second, up and down alike. The drain is what
 * compactions write in a second in which one runs, measured over many of them.
 *
 * Time comes from the caller; nothing waits here. Threading: the caller's lock.
 */
#ifndef LARDER_ENGINE_LSM_PACE_H
#define LARDER_ENGINE_LSM_PACE_H

#include "engine/lsm/price.h"

typedef struct LsmPaceLimit {
    int64_t rate;    /* bytes a second; 0: no limit */
    double bytes;    /* in the bucket; below 0: borrowed */
    int64_t seen_us; /* when that was */
} LsmPaceLimit;

/* Changes the rate. */
void lsm_pace_set_rate(LsmPaceLimit *limit, int64_t rate, int64_t now_us);

/* Takes bytes, and says how many microseconds to wait before going on. */
int64_t lsm_pace_take(LsmPaceLimit *limit, int64_t bytes, int64_t now_us);

typedef struct LsmPaceFeed {
    LsmPriceLimits limits;
    LsmPriceInput smooth; /* what the price is made of */
    int64_t seen_us;      /* 0: never */
    double price;         /* nanoseconds a byte */
    LsmPriceCause cause;
} LsmPaceFeed;

/* Moves on to `now_us` with what is measured now, and makes the price anew. */
void lsm_pace_feed(LsmPaceFeed *feed, const LsmPriceInput *now, int64_t now_us);

/* A rate that is measured piece by piece. */
typedef struct LsmPaceRate {
    double bytes; /* fading sums */
    double us;
} LsmPaceRate;

/* So many bytes took so long. */
void lsm_pace_measure(LsmPaceRate *rate, int64_t bytes, int64_t us);

/* Bytes a second; 0: nothing was measured. */
double lsm_pace_rate(const LsmPaceRate *rate);

#endif
