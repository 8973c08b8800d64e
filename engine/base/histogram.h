/*
 * histogram.h: counts of durations (or sizes), exact enough to trust a p99.9.
 *
 * A histogram counts non-negative i64 values in log-linear buckets: values below 256 have a bucket
 * each; above, every power of two is cut into 128 buckets of equal width. A bucket is at most 1/128
 * of its lowest value wide and is reported by its middle, so a percentile is off by at most 0.4 %.
 * The buckets span all of i64: no value is too large to be counted, none is capped. Negative values
 * count as 0. Count, sum, lowest and highest value are exact.
 *
 * The unit (microseconds, nanoseconds, bytes) is the caller's. A histogram is one flat block of
 * about 57 KiB that needs no set-up but zero bytes; untouched buckets cost no more than their zero
 * pages.
 *
 * Two types with the same buckets: BaseHistogram        one owner at a time. BaseSharedHistogram
 *   recorded into by any number of threads at once with relaxed atomics, read by
 *                        base_shared_histogram_add_to(). Values that are being recorded meanwhile
 *                        may or may not be seen; count and percentiles of the copy agree with each
 *                        other.
 *
 * Nothing here fails or allocates.
 */
#ifndef LARDER_ENGINE_BASE_HISTOGRAM_H
#define LARDER_ENGINE_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BASE_HISTOGRAM_PRECISION = 7, /* log2 of the buckets per power of two */
    BASE_HISTOGRAM_BUCKETS = (64 - BASE_HISTOGRAM_PRECISION) << BASE_HISTOGRAM_PRECISION,
};

typedef struct BaseHistogram {
    uint64_t count;
    uint64_t sum;    /* stays at UINT64_MAX once it got there */
    int64_t lowest;  /* only when count != 0 */
    int64_t highest; /* only when count != 0 */
    uint64_t counts[BASE_HISTOGRAM_BUCKETS];
} BaseHistogram;

typedef struct BaseSharedHistogram {
    _Atomic uint64_t sum;
    _Atomic int64_t lowest_inverted; /* INT64_MAX - lowest, so that zero bytes are a start */
    _Atomic int64_t highest;
    _Atomic uint64_t counts[BASE_HISTOGRAM_BUCKETS];
} BaseSharedHistogram;

/* Values of one bucket: lowest <= value <= highest. */
typedef struct BaseHistogramBucket {
    int64_t lowest;
    int64_t highest;
    uint64_t count;
} BaseHistogramBucket;

/* Index of the bucket that counts `value`, which must not be negative. */
static inline size_t
base_histogram_index(int64_t value)
{
    uint64_t bits = (uint64_t)value;
    unsigned exponent = 63u - (unsigned)__builtin_clzll(bits | (1u << BASE_HISTOGRAM_PRECISION));
    unsigned shift = exponent - BASE_HISTOGRAM_PRECISION;
    return ((size_t)shift << BASE_HISTOGRAM_PRECISION) + (size_t)(bits >> shift);
}

/* Forgets everything. */
void base_histogram_reset(BaseHistogram *histogram);

/* Counts one value. */
void base_histogram_record(BaseHistogram *histogram, int64_t value);

/* Adds all that `from` has counted. */
void base_histogram_add(BaseHistogram *histogram, const BaseHistogram *from);

/*
 * Turns `earlier`, a copy of `later` from before, into what was counted in between. Lowest and
 * highest are then known to the width of a bucket.
 */
void base_histogram_subtract(BaseHistogram *earlier, const BaseHistogram *later);

/*
 * The value that `percent` per cent (0 to 100) of the counted values do not exceed; 100 is the
 * exact highest value. 0 when nothing was counted.
 */
int64_t base_histogram_percentile(const BaseHistogram *histogram, double percent);

/* Arithmetic mean; 0 when nothing was counted. */
double base_histogram_mean(const BaseHistogram *histogram);

/* How many values are at most `bound`; the bucket that `bound` is in counts whole. */
uint64_t base_histogram_count_at_most(const BaseHistogram *histogram, int64_t bound);

/*
 * Visits the buckets that are not empty, in ascending order. Start with *cursor = 0; false: there
 * are no more, and *ret_bucket is untouched.
 */
bool base_histogram_next(const BaseHistogram *histogram, size_t *cursor,
                         BaseHistogramBucket *ret_bucket);

/* Counts one value. Any thread, no waiting. */
void base_shared_histogram_record(BaseSharedHistogram *shared, int64_t value);

/* Counts `count` equal values, at least one, at once. Any thread, no waiting. */
void base_shared_histogram_record_many(BaseSharedHistogram *shared, int64_t value, uint64_t count);

/* Adds what was recorded so far to `histogram`. Any thread. */
void base_shared_histogram_add_to(const BaseSharedHistogram *shared, BaseHistogram *histogram);

#endif
