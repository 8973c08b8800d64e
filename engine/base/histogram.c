/*
 * histogram.c: log-linear counting. See histogram.h for the buckets and the error bound.
 *
 * Bucket i below 256 counts the value i. Above, with shift = i / 128 - 1, it counts the 2^shift
 * values from (i - 128 * shift) * 2^shift on; i - 128 * shift is then between 128 and 255, the
 * leading eight bits of every value in it.
 *
 * Invariants: I-1 count is the sum of counts[]. I-2 lowest and highest are values that were
 * recorded.
 */
#include "engine/base/histogram.h"

#include <string.h>

enum { EXACT_BELOW = 2 << BASE_HISTOGRAM_PRECISION };

static int64_t
bucket_lowest(size_t index)
{
    if (index < EXACT_BELOW) {
        return (int64_t)index;
    }
    size_t shift = (index >> BASE_HISTOGRAM_PRECISION) - 1;
    return (int64_t)((index - (shift << BASE_HISTOGRAM_PRECISION)) << shift);
}

static int64_t
bucket_highest(size_t index)
{
    if (index < EXACT_BELOW) {
        return (int64_t)index;
    }
    size_t shift = (index >> BASE_HISTOGRAM_PRECISION) - 1;
    return bucket_lowest(index) + (int64_t)(((uint64_t)1 << shift) - 1);
}

static uint64_t
add_saturating(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Takes over the extremes of `count` further values. */
static void
widen(BaseHistogram *histogram, uint64_t count, int64_t lowest, int64_t highest)
{
    if (histogram->count == 0 || lowest < histogram->lowest) {
        histogram->lowest = lowest;
    }
    if (histogram->count == 0 || highest > histogram->highest) {
        histogram->highest = highest;
    }
    histogram->count += count;
}

void
base_histogram_reset(BaseHistogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

void
base_histogram_record(BaseHistogram *histogram, int64_t value)
{
    int64_t counted = value < 0 ? 0 : value;
    histogram->counts[base_histogram_index(counted)]++;
    histogram->sum = add_saturating(histogram->sum, (uint64_t)counted);
    widen(histogram, 1, counted, counted);
}

void
base_histogram_add(BaseHistogram *histogram, const BaseHistogram *from)
{
    if (from->count == 0) {
        return;
    }
    for (size_t i = 0; i < BASE_HISTOGRAM_BUCKETS; i++) {
        histogram->counts[i] += from->counts[i];
    }
    histogram->sum = add_saturating(histogram->sum, from->sum);
    widen(histogram, from->count, from->lowest, from->highest);
}

void
base_histogram_subtract(BaseHistogram *earlier, const BaseHistogram *later)
{
    uint64_t count = 0;
    earlier->sum = later->sum - earlier->sum;
    for (size_t i = 0; i < BASE_HISTOGRAM_BUCKETS; i++) {
        uint64_t here = later->counts[i] - earlier->counts[i];
        earlier->counts[i] = here;
        if (here != 0) {
            earlier->lowest = count == 0 ? bucket_lowest(i) : earlier->lowest;
            earlier->highest = bucket_highest(i);
            count += here;
        }
    }
    earlier->count = count;
    if (count != 0 && earlier->highest > later->highest) {
        earlier->highest = later->highest;
    }
    if (count != 0 && earlier->lowest < later->lowest) {
        earlier->lowest = later->lowest;
    }
}

/* The middle of a bucket, but never outside of what was recorded. */
static int64_t
representative(const BaseHistogram *histogram, size_t index)
{
    int64_t lowest = bucket_lowest(index);
    int64_t middle = lowest + (bucket_highest(index) - lowest) / 2;
    if (middle > histogram->highest) {
        return histogram->highest;
    }
    return middle < histogram->lowest ? histogram->lowest : middle;
}

int64_t
base_histogram_percentile(const BaseHistogram *histogram, double percent)
{
    if (histogram->count == 0) {
        return 0;
    }
    double wanted = percent / 100.0 * (double)histogram->count;
    if (wanted >= (double)histogram->count) {
        return histogram->highest;
    }
    uint64_t rank = wanted < 1.0 ? 1 : (uint64_t)wanted;
    rank += (double)rank < wanted ? 1 : 0;
    uint64_t seen = 0;
    for (size_t i = base_histogram_index(histogram->lowest); i < BASE_HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen >= rank) {
            return representative(histogram, i);
        }
    }
    return histogram->highest;
}

double
base_histogram_mean(const BaseHistogram *histogram)
{
    return histogram->count == 0 ? 0.0 : (double)histogram->sum / (double)histogram->count;
}

uint64_t
base_histogram_count_at_most(const BaseHistogram *histogram, int64_t bound)
{
    uint64_t count = 0;
    if (bound < 0) {
        return 0;
    }
    for (size_t i = 0; i <= base_histogram_index(bound); i++) {
        count += histogram->counts[i];
    }
    return count;
}

bool
base_histogram_next(const BaseHistogram *histogram, size_t *cursor, BaseHistogramBucket *ret_bucket)
{
    for (size_t i = *cursor; i < BASE_HISTOGRAM_BUCKETS; i++) {
        if (histogram->counts[i] != 0) {
            *ret_bucket =
                (BaseHistogramBucket){bucket_lowest(i), bucket_highest(i), histogram->counts[i]};
            *cursor = i + 1;
            return true;
        }
    }
    *cursor = BASE_HISTOGRAM_BUCKETS;
    return false;
}

static void
raise_to(_Atomic int64_t *highest, int64_t value)
{
    int64_t seen = atomic_load_explicit(highest, memory_order_relaxed);
    while (value > seen && !atomic_compare_exchange_weak_explicit(
                               highest, &seen, value, memory_order_relaxed, memory_order_relaxed)) {
    }
}

void
base_shared_histogram_record_many(BaseSharedHistogram *shared, int64_t value, uint64_t count)
{
    int64_t counted = value < 0 ? 0 : value;
    raise_to(&shared->highest, counted);
    raise_to(&shared->lowest_inverted, INT64_MAX - counted);
    atomic_fetch_add_explicit(&shared->sum, (uint64_t)counted * count, memory_order_relaxed);
    atomic_fetch_add_explicit(&shared->counts[base_histogram_index(counted)], count,
                              memory_order_relaxed);
}

void
base_shared_histogram_record(BaseSharedHistogram *shared, int64_t value)
{
    base_shared_histogram_record_many(shared, value, 1);
}

void
base_shared_histogram_add_to(const BaseSharedHistogram *shared, BaseHistogram *histogram)
{
    uint64_t count = 0;
    size_t first = BASE_HISTOGRAM_BUCKETS;
    size_t last = 0;
    for (size_t i = 0; i < BASE_HISTOGRAM_BUCKETS; i++) {
        uint64_t here = atomic_load_explicit(&shared->counts[i], memory_order_relaxed);
        if (here != 0) {
            histogram->counts[i] += here;
            count += here;
            first = first < i ? first : i;
            last = i;
        }
    }
    if (count == 0) {
        return;
    }
    uint64_t sum = atomic_load_explicit(&shared->sum, memory_order_relaxed);
    int64_t highest = atomic_load_explicit(&shared->highest, memory_order_relaxed);
    int64_t lowest =
        INT64_MAX - atomic_load_explicit(&shared->lowest_inverted, memory_order_relaxed);
    /* A value may be counted before its extremes are seen here: the buckets bound them. */
    int64_t first_lowest = bucket_lowest(first);
    int64_t last_highest = bucket_highest(last);
    lowest = lowest > bucket_highest(first) ? first_lowest : lowest;
    highest = highest < bucket_lowest(last) ? last_highest : highest;
    histogram->sum = add_saturating(histogram->sum, sum);
    widen(histogram, count, lowest, highest);
}
