/*
 * test_base_histogram.c: accuracy against sorted values, extremes, merging, concurrent recording.
 */
#include "engine/base/histogram.h"
#include "engine/base/rand.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 100000, THREADS = 4, PER_THREAD = 50000 };

static BaseHistogram histogram;
static BaseHistogram other;
static BaseSharedHistogram shared;
static int64_t samples[SAMPLES];

static void
reset_all(void)
{
    base_histogram_reset(&histogram);
    base_histogram_reset(&other);
    memset((void *)&shared, 0, sizeof shared);
}

static int
compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Values of every magnitude: uniform in a random number of bits. */
static int64_t
any_magnitude(BaseRand *rand)
{
    return (int64_t)(base_rand_next(rand) >> (1 + base_rand_below(rand, 62)));
}

/* Compares percentiles with those of the sorted samples; 0.4 % of error are allowed. */
static void
check_against_sorted(void)
{
    static const double percents[] = {0.001, 1, 10, 50, 90, 99, 99.9, 99.99, 99.999};
    qsort(samples, SAMPLES, sizeof samples[0], compare);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        double wanted = percents[i] / 100 * SAMPLES;
        size_t rank = (size_t)wanted + ((double)(size_t)wanted < wanted ? 1 : 0);
        double exact = (double)samples[(rank == 0 ? 1 : rank) - 1];
        double got = (double)base_histogram_percentile(&histogram, percents[i]);
        ck_assert_double_le(got, exact * 1.004 + 0.5);
        ck_assert_double_ge(got, exact * 0.996 - 0.5);
    }
    ck_assert_int_eq(base_histogram_percentile(&histogram, 100), samples[SAMPLES - 1]);
    ck_assert_int_eq(histogram.lowest, samples[0]);
}

START_TEST(percentiles_are_those_of_the_sorted_values)
{
    BaseRand rand = base_rand(1);
    reset_all();
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = any_magnitude(&rand);
        base_histogram_record(&histogram, samples[i]);
    }
    check_against_sorted();
}
END_TEST

START_TEST(percentiles_of_a_narrow_distribution_are_exact_enough)
{
    BaseRand rand = base_rand(2);
    double sum = 0;
    reset_all();
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = 80000 + (int64_t)base_rand_below(&rand, 4000);
        base_histogram_record(&histogram, samples[i]);
        sum += (double)samples[i];
    }
    check_against_sorted();
    ck_assert_double_eq_tol(base_histogram_mean(&histogram), sum / SAMPLES, 1e-6);
}
END_TEST

START_TEST(every_value_has_a_bucket_that_holds_it)
{
    BaseRand rand = base_rand(3);
    BaseHistogramBucket bucket;
    for (int i = 0; i < 2000; i++) { /* resetting is what takes time */
        int64_t value = i < 700 ? i : any_magnitude(&rand);
        size_t cursor = base_histogram_index(value);
        base_histogram_reset(&histogram);
        base_histogram_record(&histogram, value);
        ck_assert(base_histogram_next(&histogram, &cursor, &bucket));
        ck_assert_uint_eq(bucket.count, 1);
        ck_assert_int_le(bucket.lowest, value);
        ck_assert_int_ge(bucket.highest, value);
        ck_assert_int_le(bucket.highest - bucket.lowest, bucket.lowest / 128);
    }
}
END_TEST

START_TEST(no_value_is_too_large_and_negative_ones_are_zero)
{
    reset_all();
    base_histogram_record(&histogram, INT64_MAX);
    base_histogram_record(&histogram, INT64_MAX);
    base_histogram_record(&histogram, INT64_MAX);
    base_histogram_record(&histogram, INT64_MIN);
    ck_assert_int_eq(base_histogram_percentile(&histogram, 100), INT64_MAX);
    ck_assert_int_ge(base_histogram_percentile(&histogram, 50), INT64_MAX / 1000 * 995);
    ck_assert_int_eq(base_histogram_percentile(&histogram, 25), 0);
    ck_assert_int_eq(histogram.lowest, 0);
    ck_assert_uint_eq(histogram.sum, UINT64_MAX); /* saturated, not wrapped */
    ck_assert_uint_eq(base_histogram_index(INT64_MAX), BASE_HISTOGRAM_BUCKETS - 1);
}
END_TEST

START_TEST(nothing_counted_is_zero)
{
    size_t cursor = 0;
    BaseHistogramBucket bucket;
    reset_all();
    ck_assert_int_eq(base_histogram_percentile(&histogram, 99), 0);
    ck_assert_double_eq(base_histogram_mean(&histogram), 0);
    ck_assert(!base_histogram_next(&histogram, &cursor, &bucket));
    base_histogram_add(&histogram, &other);
    base_shared_histogram_add_to(&shared, &histogram);
    ck_assert_uint_eq(histogram.count, 0);
}
END_TEST

START_TEST(merging_is_recording_into_one)
{
    BaseRand rand = base_rand(4);
    reset_all();
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = any_magnitude(&rand);
        base_histogram_record(i % 3 == 0 ? &histogram : &other, samples[i]);
    }
    base_histogram_add(&histogram, &other);
    ck_assert_uint_eq(histogram.count, SAMPLES);
    check_against_sorted();
}
END_TEST

START_TEST(subtracting_a_copy_leaves_what_came_since)
{
    reset_all();
    base_histogram_record(&histogram, 5);
    base_histogram_record(&histogram, 1000000);
    other = histogram;
    base_histogram_record(&histogram, 700);
    base_histogram_record(&histogram, 700);
    base_histogram_record(&histogram, 90);
    base_histogram_subtract(&other, &histogram);
    ck_assert_uint_eq(other.count, 3);
    ck_assert_uint_eq(other.sum, 1490);
    ck_assert_int_eq(other.lowest, 90);
    ck_assert_int_ge(other.highest, 700);
    ck_assert_int_le(other.highest, 703);
    other = histogram;
    base_histogram_subtract(&other, &histogram);
    ck_assert_uint_eq(other.count, 0);
}
END_TEST

START_TEST(counts_up_to_a_bound)
{
    reset_all();
    for (int64_t value = 0; value < 1000; value++) {
        base_histogram_record(&histogram, value);
    }
    ck_assert_uint_eq(base_histogram_count_at_most(&histogram, -1), 0);
    ck_assert_uint_eq(base_histogram_count_at_most(&histogram, 99), 100);
    ck_assert_uint_eq(base_histogram_count_at_most(&histogram, INT64_MAX), 1000);
    uint64_t count = 0;
    size_t cursor = 0;
    BaseHistogramBucket bucket;
    int64_t before = -1;
    while (base_histogram_next(&histogram, &cursor, &bucket)) {
        ck_assert_int_gt(bucket.lowest, before);
        before = bucket.highest;
        count += bucket.count;
    }
    ck_assert_uint_eq(count, 1000);
}
END_TEST

START_TEST(many_at_once_are_many)
{
    reset_all();
    base_shared_histogram_record_many(&shared, -3, 2);
    base_shared_histogram_record_many(&shared, 70000, 3);
    for (int i = 0; i < 5; i++) {
        base_histogram_record(&histogram, i < 2 ? -3 : 70000);
    }
    base_shared_histogram_add_to(&shared, &other);
    ck_assert_mem_eq(&other, &histogram, sizeof other);
}
END_TEST

static void *
record_many(void *seed)
{
    BaseRand rand = base_rand((uint64_t)(uintptr_t)seed);
    for (int i = 0; i < PER_THREAD; i++) {
        base_shared_histogram_record(&shared, (int64_t)base_rand_below(&rand, 1000000));
    }
    return NULL;
}

START_TEST(threads_lose_nothing)
{
    pthread_t threads[THREADS];
    uint64_t sum = 0;
    reset_all();
    for (uintptr_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, record_many, (void *)(i + 1)), 0);
    }
    for (int i = 0; i < 50; i++) { /* reading meanwhile gives a consistent copy */
        base_histogram_reset(&other);
        base_shared_histogram_add_to(&shared, &other);
        ck_assert_uint_le(other.count, (uint64_t)THREADS * PER_THREAD);
        ck_assert_uint_eq(base_histogram_count_at_most(&other, INT64_MAX), other.count);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    for (uintptr_t i = 0; i < THREADS; i++) {
        BaseRand rand = base_rand(i + 1);
        for (int j = 0; j < PER_THREAD; j++) {
            int64_t value = (int64_t)base_rand_below(&rand, 1000000);
            base_histogram_record(&histogram, value);
            sum += (uint64_t)value;
        }
    }
    base_histogram_reset(&other);
    base_shared_histogram_add_to(&shared, &other);
    ck_assert_uint_eq(other.sum, sum);
    ck_assert_mem_eq(&other, &histogram, sizeof other);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("histogram");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, percentiles_are_those_of_the_sorted_values);
    tcase_add_test(cases, percentiles_of_a_narrow_distribution_are_exact_enough);
    tcase_add_test(cases, every_value_has_a_bucket_that_holds_it);
    tcase_add_test(cases, no_value_is_too_large_and_negative_ones_are_zero);
    tcase_add_test(cases, nothing_counted_is_zero);
    tcase_add_test(cases, merging_is_recording_into_one);
    tcase_add_test(cases, many_at_once_are_many);
    tcase_add_test(cases, subtracting_a_copy_leaves_what_came_since);
    tcase_add_test(cases, counts_up_to_a_bound);
    tcase_add_test(cases, threads_lose_nothing);
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
