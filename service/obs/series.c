/*
 * series.c: sharded rows of counters with a lazily made histogram each.
 *
 * A cell is one row in one shard: seven counters and a pointer, one cache line. Threads are
 * numbered when they first record, and write to the shard of their number modulo OBS_SHARDS.
 * Counters are added to with relaxed atomics, so threads that share a shard lose nothing.
 *
 * The histogram of a cell is made by whoever first needs it and published by compare-and-swap; the
 * loser of a race frees its own. It stays until the series is freed, so readers need no protection.
 */
#include "service/obs/series.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { OBS_SHARDS = 8 };

typedef struct SeriesCell {
    _Alignas(64) _Atomic uint64_t outcomes[OBS_OUTCOME_COUNT];
    _Atomic(BaseSharedHistogram *) latency;
} SeriesCell;

_Static_assert(sizeof(SeriesCell) == 64, "a cell is a cache line");

struct ObsSeries {
    size_t rows;
    SeriesCell *cells; /* rows of shard 0, rows of shard 1, ... */
};

static unsigned
own_shard(void)
{
    static _Atomic unsigned threads;
    static _Thread_local unsigned number; /* from 1; 0: not numbered yet */
    if (number == 0) {
        number = 1 + atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) % OBS_SHARDS;
    }
    return number - 1;
}

static SeriesCell *
cell_at(const ObsSeries *series, unsigned shard, size_t row)
{
    return &series->cells[shard * series->rows + row];
}

static BaseSharedHistogram *
cell_latency(SeriesCell *cell)
{
    BaseSharedHistogram *present = atomic_load_explicit(&cell->latency, memory_order_acquire);
    if (present != NULL) {
        return present;
    }
    BaseSharedHistogram *made = calloc(1, sizeof *made);
    if (made == NULL ||
        atomic_compare_exchange_strong_explicit(&cell->latency, &present, made,
                                                memory_order_acq_rel, memory_order_acquire)) {
        return made;
    }
    free(made);
    return present;
}

ObsSeries *
obs_series_new(size_t rows)
{
    if (rows > SIZE_MAX / sizeof(SeriesCell) / OBS_SHARDS) {
        return NULL;
    }
    ObsSeries *series = malloc(sizeof *series);
    size_t bytes = rows * OBS_SHARDS * sizeof(SeriesCell);
    SeriesCell *cells = aligned_alloc(_Alignof(SeriesCell), bytes == 0 ? 64 : bytes);
    if (series == NULL || cells == NULL) {
        free(series);
        free(cells);
        return NULL;
    }
    for (size_t i = 0; i < rows * OBS_SHARDS; i++) {
        for (int outcome = 0; outcome < OBS_OUTCOME_COUNT; outcome++) {
            atomic_init(&cells[i].outcomes[outcome], 0);
        }
        atomic_init(&cells[i].latency, NULL);
    }
    series->rows = rows;
    series->cells = cells;
    return series;
}

void
obs_series_free(ObsSeries *series)
{
    if (series == NULL) {
        return;
    }
    for (size_t i = 0; i < series->rows * OBS_SHARDS; i++) {
        free(atomic_load_explicit(&series->cells[i].latency, memory_order_acquire));
    }
    free(series->cells);
    free(series);
}

size_t
obs_series_rows(const ObsSeries *series)
{
    return series->rows;
}

void
obs_series_record(ObsSeries *series, size_t row, ObsOutcome outcome, int64_t us, uint64_t count)
{
    if (row >= series->rows || (size_t)outcome >= OBS_OUTCOME_COUNT) {
        return;
    }
    SeriesCell *cell = cell_at(series, own_shard(), row);
    atomic_fetch_add_explicit(&cell->outcomes[outcome], count, memory_order_relaxed);
    BaseSharedHistogram *latency = cell_latency(cell);
    if (latency != NULL) {
        base_shared_histogram_record_many(latency, us, count);
    }
}

uint64_t
obs_series_count(const ObsSeries *series, size_t row, ObsOutcome outcome)
{
    uint64_t sum = 0;
    if (row >= series->rows || (size_t)outcome >= OBS_OUTCOME_COUNT) {
        return 0;
    }
    for (unsigned shard = 0; shard < OBS_SHARDS; shard++) {
        const SeriesCell *cell = cell_at(series, shard, row);
        sum += atomic_load_explicit(&cell->outcomes[outcome], memory_order_relaxed);
    }
    return sum;
}

uint64_t
obs_series_total(const ObsSeries *series, size_t row)
{
    uint64_t sum = 0;
    for (int outcome = 0; outcome < OBS_OUTCOME_COUNT; outcome++) {
        sum += obs_series_count(series, row, (ObsOutcome)outcome);
    }
    return sum;
}

void
obs_series_latency(const ObsSeries *series, size_t row, BaseHistogram *histogram)
{
    for (unsigned shard = 0; row < series->rows && shard < OBS_SHARDS; shard++) {
        const SeriesCell *cell = cell_at(series, shard, row);
        const BaseSharedHistogram *latency =
            atomic_load_explicit(&cell->latency, memory_order_acquire);
        if (latency != NULL) {
            base_shared_histogram_add_to(latency, histogram);
        }
    }
}
