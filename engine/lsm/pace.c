/*
 * pace.c: see pace.h.
 */
#include "engine/lsm/pace.h"

#include <stdbool.h>

/* How much of a second a bucket holds. */
static const double BUCKET_SECONDS = 0.1;

/* In which the inputs of the price come about two thirds of the way to where they are now. */
static const double SMOOTH_US = 1e6;

/* Measurements that are older than this, in time of work, count little. */
static const double MEMORY_US = 20e6;

/* --------------------------------------------------------------------------------- the limit -- */

static void
fill(LsmPaceLimit *limit, int64_t now_us)
{
    double rate = (double)limit->rate;
    double room = rate * BUCKET_SECONDS;
    double more = rate * (double)(now_us - limit->seen_us) * 1e-6;
    limit->bytes = limit->bytes + more < room ? limit->bytes + more : room;
    limit->seen_us = now_us;
}

void
lsm_pace_set_rate(LsmPaceLimit *limit, int64_t rate, int64_t now_us)
{
    limit->rate = rate;
    limit->bytes = 0;
    limit->seen_us = now_us;
}

int64_t
lsm_pace_take(LsmPaceLimit *limit, int64_t bytes, int64_t now_us)
{
    if (limit->rate == 0) {
        return 0;
    }
    fill(limit, now_us);
    limit->bytes -= (double)bytes;
    return limit->bytes >= 0 ? 0 : (int64_t)(-limit->bytes / (double)limit->rate * 1e6) + 1;
}

/* --------------------------------------------------------------------------------- the price -- */

/* Moves a value by a part of what it is behind. */
static void
follow(double *value, double target, double part)
{
    *value += (target - *value) * part;
}

void
lsm_pace_feed(LsmPaceFeed *feed, const LsmPriceInput *now, int64_t now_us)
{
    double elapsed = feed->seen_us == 0 ? 0 : (double)(now_us - feed->seen_us);
    double part = elapsed / (elapsed + SMOOTH_US);
    LsmPriceInput smooth = *now;
    smooth.debt = feed->smooth.debt;
    smooth.runs = feed->smooth.runs;
    smooth.cost = feed->smooth.cost;
    if (feed->seen_us == 0) {
        smooth.cost = now->cost;
    }
    follow(&smooth.debt, now->debt, part);
    follow(&smooth.runs, now->runs, part);
    follow(&smooth.cost, now->cost, part);
    feed->smooth = smooth;
    feed->seen_us = now_us;
    feed->price = lsm_price(&feed->limits, &feed->smooth, &feed->cause);
}

/* ---------------------------------------------------------------------------------- the rate -- */

void
lsm_pace_measure(LsmPaceRate *rate, int64_t bytes, int64_t us)
{
    double fade = MEMORY_US / (MEMORY_US + (double)us);
    rate->bytes = rate->bytes * fade + (double)bytes;
    rate->us = rate->us * fade + (double)us;
}

double
lsm_pace_rate(const LsmPaceRate *rate)
{
    return rate->us > 0 ? rate->bytes / rate->us * 1e6 : 0;
}
