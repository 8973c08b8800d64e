/*
 * test_loadgen_arrival.c: due times follow the laws that arrival.h states; inserts settle in order.
 *
 * The gaps of Poisson arrivals are held against the exponential distribution by the test of
 * Kolmogorov and Smirnov: the greatest distance between both, times the root of the number of gaps,
 * exceeds 2.3 once in about 20,000 times if they follow it. The seed is fixed.
 */
#include "loadgen/arrival.h"
#include "loadgen/frontier.h"

#include <check.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>

enum { GAPS = 100000 };

static LoadArrivalLaw
law_of(const char *text)
{
    LoadArrivalLaw law;
    g_autofree char *problem = load_arrival_parse(text, &law);
    ck_assert_msg(problem == NULL, "%s", problem);
    return law;
}

static LoadArrival
arrival_of(const char *text, double rate)
{
    LoadArrivalLaw law = law_of(text);
    return load_arrival(&law, rate, 0, 1, 7);
}

/* How many operations are due before a time, from where the arrival stands. */
static unsigned
count_until(LoadArrival *arrival, double seconds)
{
    unsigned count = 0;
    while (arrival->due < seconds) {
        load_arrival_next(arrival);
        count++;
    }
    return count;
}

START_TEST(constant_is_even_and_interleaved)
{
    LoadArrivalLaw law = law_of("constant");
    for (uint32_t worker = 0; worker < 4; worker++) {
        LoadArrival arrival = load_arrival(&law, 1000, worker, 4, 1);
        for (int64_t k = 0; k < 100; k++) {
            ck_assert_int_eq(load_arrival_due_ns(&arrival), k * 1000000 + worker * 250000);
            load_arrival_next(&arrival);
        }
    }
}
END_TEST

static int
compare(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

/* Kolmogorov's and Smirnov's figure for gaps against the exponential distribution of a rate. */
static double
distance(const char *text, double rate, double law_rate)
{
    static double gaps[GAPS];
    LoadArrival arrival = arrival_of(text, rate);
    for (int i = 0; i < GAPS; i++) {
        double before = arrival.due;
        load_arrival_next(&arrival);
        gaps[i] = arrival.due - before;
    }
    qsort(gaps, GAPS, sizeof gaps[0], compare);
    double farthest = 0;
    for (int i = 0; i < GAPS; i++) {
        double law = 1 - exp(-gaps[i] * law_rate);
        farthest = fmax(farthest, fmax(law - (double)i / GAPS, (i + 1.0) / GAPS - law));
    }
    return farthest * sqrt(GAPS);
}

START_TEST(poisson_gaps_are_exponential)
{
    ck_assert_double_lt(distance("poisson", 500, 500), 2.3);
    ck_assert_double_gt(distance("poisson", 500, 515), 2.3);
    ck_assert_double_gt(distance("constant", 500, 500), 2.3);
}
END_TEST

START_TEST(workers_have_gaps_of_their_own)
{
    LoadArrivalLaw law = law_of("poisson");
    LoadArrival first = load_arrival(&law, 10, 0, 2, 1);
    LoadArrival same = load_arrival(&law, 10, 0, 2, 1);
    LoadArrival other = load_arrival(&law, 10, 1, 2, 1);
    ck_assert_double_eq(first.due, same.due);
    ck_assert_double_ne(first.due, other.due);
}
END_TEST

START_TEST(bursts_come_and_pause)
{
    LoadArrival arrival = arrival_of("bursty(0.5,1.5)", 100); /* 400 a second while on */
    for (int period = 0; period < 5; period++) {
        double begin = period * 2.0;
        ck_assert_double_eq_tol(arrival.due, begin, 1e-9);
        ck_assert_uint_eq(count_until(&arrival, begin + 0.25 - 1e-9), 100);
        ck_assert_uint_eq(count_until(&arrival, begin + 0.5 - 1e-9), 100);
        ck_assert_double_ge(arrival.due, begin + 2 - 1e-9);
    }
}
END_TEST

START_TEST(a_sine_swings_about_its_mean)
{
    LoadArrival arrival = arrival_of("sine(4,0.5)", 1000);
    double half = 1000 * 2 + 1000 * 0.5 * 4 / 3.14159265358979; /* integral over the first half */
    ck_assert_double_eq_tol(count_until(&arrival, 2), half, 1.5);
    ck_assert_double_eq_tol(count_until(&arrival, 4), 4000 - half, 1.5);
    ck_assert_double_eq_tol(count_until(&arrival, 6), half, 1.5);
    LoadArrival flat = arrival_of("sine(4,0)", 1000);
    LoadArrival even = arrival_of("constant", 1000);
    LoadArrival full = arrival_of("sine(1,1)", 10); /* comes to rest once in a period */
    double before = -1;
    for (int i = 0; i < 1000; i++) {
        ck_assert_double_eq_tol(flat.due, even.due, 1e-9);
        ck_assert_double_gt(full.due, before);
        before = full.due;
        load_arrival_next(&flat);
        load_arrival_next(&even);
        load_arrival_next(&full);
    }
    ck_assert_double_eq_tol(before, 99.9, 0.5);
}
END_TEST

START_TEST(words_are_read_and_written)
{
    const char *const good[] = {"constant", "poisson", "bursty(0.5,2)", "sine(60,0.25)"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        LoadArrivalLaw law = law_of(good[i]);
        char text[LOAD_ARRIVAL_TEXT_BYTES];
        load_arrival_write(&law, text);
        ck_assert_str_eq(text, good[i]);
    }
    const char *const bad[] = {"",          "often",       "poisson(1)", "bursty",
                               "bursty(1)", "bursty(0,1)", "sine(1,2)",  "sine(1,0.5,1)"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        LoadArrivalLaw law;
        g_autofree char *problem = load_arrival_parse(bad[i], &law);
        ck_assert_msg(problem != NULL, "\"%s\" was taken", bad[i]);
        ck_assert_ptr_nonnull(strstr(problem, "--arrival="));
    }
}
END_TEST

START_TEST(inserts_settle_in_order)
{
    LoadFrontier frontier;
    load_frontier_init(&frontier, 10);
    for (int i = 0; i < 4; i++) {
        ck_assert(load_frontier_begin(&frontier));
    }
    load_frontier_end(&frontier, 12);
    load_frontier_end(&frontier, 11);
    ck_assert_uint_eq(frontier.settled, 10); /* the first one is still under way */
    load_frontier_end(&frontier, 10);
    ck_assert_uint_eq(frontier.settled, 13);
    for (int i = 0; i < 1000; i++) { /* the ring grows, and goes round */
        ck_assert(load_frontier_begin(&frontier));
    }
    for (uint64_t number = 1013; number > 13; number--) {
        load_frontier_end(&frontier, number);
        ck_assert_uint_eq(frontier.settled, 13);
    }
    load_frontier_end(&frontier, 13);
    ck_assert_uint_eq(frontier.settled, 1014);
    ck_assert_uint_eq(frontier.begun, 1014);
    for (uint64_t number = 1014; number < 9000; number++) {
        ck_assert(load_frontier_begin(&frontier));
        load_frontier_end(&frontier, number);
    }
    ck_assert_uint_eq(frontier.settled, 9000);
    load_frontier_clear(&frontier);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("arrival");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, constant_is_even_and_interleaved);
    tcase_add_test(cases, poisson_gaps_are_exponential);
    tcase_add_test(cases, workers_have_gaps_of_their_own);
    tcase_add_test(cases, bursts_come_and_pause);
    tcase_add_test(cases, a_sine_swings_about_its_mean);
    tcase_add_test(cases, words_are_read_and_written);
    tcase_add_test(cases, inserts_settle_in_order);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
