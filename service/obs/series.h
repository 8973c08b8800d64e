/*
 * series.h: counts by outcome and latencies, one row per operation.
 *
 * A row has a counter for every outcome and a histogram of microseconds. Recording is lock-free:
 * each thread writes to one of a few shards (its own as long as there are no more threads than
 * shards), so rows that every thread uses do not share cache lines. Readers add up the shards. A
 * histogram is allocated when its row is first used in its shard; when memory is short then,
 * latencies of that shard are left out while its counters go on.
 *
 * Threading: any thread may record and read at any time. A reader sees each recording wholly,
 * partly or not at all while it is going on: counters and histogram may differ by the requests in
 * progress.
 */
#ifndef LARDER_SERVICE_OBS_SERIES_H
#define LARDER_SERVICE_OBS_SERIES_H

#include "engine/base/histogram.h"
#include "service/obs/outcome.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ObsSeries ObsSeries;

/* `rows` rows of zeros. NULL: no memory. */
ObsSeries *obs_series_new(size_t rows);

/* REQUIRES: nobody records any more. Takes NULL. */
void obs_series_free(ObsSeries *series);

size_t obs_series_rows(const ObsSeries *series);

/*
 * Counts `count` operations, at least one, that took `us` microseconds each. A row that does not
 * exist is ignored.
 */
void obs_series_record(ObsSeries *series, size_t row, ObsOutcome outcome, int64_t us,
                       uint64_t count);

/* How many operations of a row had this outcome. */
uint64_t obs_series_count(const ObsSeries *series, size_t row, ObsOutcome outcome);

/* Sum over all outcomes. */
uint64_t obs_series_total(const ObsSeries *series, size_t row);

/* Adds the latencies of a row to `histogram`. */
void obs_series_latency(const ObsSeries *series, size_t row, BaseHistogram *histogram);

#endif
