/*
 * test_lsm_pace.c: a rate is kept to, and writers that are faster than what works behind them slow
 * down smoothly, never stop, and are free again when the work is done: a store in simulated time.
 */
#include "engine/lsm/pace.h"

#include <check.h>
#include <math.h>

enum { SECOND_US = 1000000 };

/* ---------------------------------------------------------------------------------- the rate -- */

START_TEST(a_rate_is_kept_to)
{
    LsmPaceLimit limit = {0};
    int64_t now = 5 * SECOND_US;
    lsm_pace_set_rate(&limit, 1000000, now);
    int64_t begun = now;
    int64_t taken = 0;
    for (int i = 0; i < 1000; i++) {
        taken += 64 << 10;
        now += lsm_pace_take(&limit, 64 << 10, now);
    }
    double rate = (double)taken / (double)(now - begun) * SECOND_US;
    ck_assert_double_eq_tol(rate, 1e6, 1e4);
    lsm_pace_set_rate(&limit, 0, now);
    ck_assert_int_eq(lsm_pace_take(&limit, INT64_MAX / 4, now), 0);
}
END_TEST

START_TEST(what_was_not_used_is_not_saved_up)
{
    LsmPaceLimit limit = {0};
    int64_t now = SECOND_US;
    lsm_pace_set_rate(&limit, 1000000, now);
    now += 3600 * (int64_t)SECOND_US;
    ck_assert_int_eq(lsm_pace_take(&limit, 100000, now), 0);
    ck_assert_int_ge(lsm_pace_take(&limit, 100000, now), SECOND_US / 10);
}
END_TEST

START_TEST(a_measured_rate_fades)
{
    LsmPaceRate rate = {0};
    ck_assert_double_eq(lsm_pace_rate(&rate), 0);
    for (int i = 0; i < 1000; i++) {
        lsm_pace_measure(&rate, 100, SECOND_US);
    }
    ck_assert_double_eq_tol(lsm_pace_rate(&rate), 100, 0.1);
    lsm_pace_measure(&rate, 200, SECOND_US);
    ck_assert_double_lt(lsm_pace_rate(&rate), 110);
    for (int i = 0; i < 200; i++) {
        lsm_pace_measure(&rate, 200, SECOND_US);
    }
    ck_assert_double_eq_tol(lsm_pace_rate(&rate), 200, 1);
}
END_TEST

/* ----------------------------------------------------------------------------------- a store -- */

/* Bytes are megabytes, time is steps of 10 ms. */
enum {
    STEP_US = 10000,
    STEPS_PER_LOOK = 10, /* at the price */
    BUFFERS = 4,
    BASE = 256,
    TRIGGER = 4,
};

static const double DRAIN = 200; /* of one compaction, MB a second */
static const double FLUSH = 400;

/* A store whose level 0 is all that it simulates: what comes out of it costs `cost` times over. */
typedef struct Store {
    double buffer;
    double wish; /* what the writer would write, MB a second */
    double cost;
    double active; /* MB in memory, by state */
    double full;
    int runs;    /* of level 0 */
    int merging; /* of them, in the job under way */
    double job;  /* MB that it has still to write */
    double written;
    double stopped_s; /* time without room in memory */
    int most_runs;
    double lowest;   /* rate of the writer, MB a second */
    double steepest; /* change of the price from look to look, as a part of the highest price */
    double highest;
    int64_t now_us;
    LsmPaceFeed feed;
} Store;

static Store
new_store(double buffer, double wish, double cost)
{
    Store store = {.buffer = buffer,
                   .wish = wish,
                   .cost = cost,
                   .lowest = wish,
                   .now_us = SECOND_US,
                   .feed.limits = lsm_price_limits(&(LsmPriceStore){.write_buffer = buffer,
                                                                    .generations = BUFFERS,
                                                                    .base_bytes = BASE,
                                                                    .run_trigger = TRIGGER})};
    return store;
}

static void
look(Store *store)
{
    double before = store->feed.price;
    LsmPriceInput input = {.debt = store->job,
                           .runs = store->runs,
                           .backlog = store->active + store->full,
                           .cost = store->cost,
                           .drain = DRAIN,
                           .flush = FLUSH};
    lsm_pace_feed(&store->feed, &input, store->now_us);
    store->steepest = fmax(store->steepest, fabs(store->feed.price - before));
    store->highest = fmax(store->highest, store->feed.price);
}

/* MB a second that the writer writes at the price, which is nanoseconds a MB here. */
static double
writer_rate(const Store *store)
{
    return store->wish <= 0 ? 0 : 1 / (1 / store->wish + store->feed.price * 1e-9);
}

static void
write_some(Store *store, double seconds)
{
    double rate = writer_rate(store);
    double bytes = rate * seconds;
    store->lowest = store->wish <= 0 ? store->lowest : fmin(store->lowest, rate);
    if (store->active + store->full + bytes > store->buffer * BUFFERS) {
        store->stopped_s += seconds;
        return;
    }
    store->written += bytes;
    store->active += bytes;
    if (store->active >= store->buffer) {
        store->active -= store->buffer;
        store->full += store->buffer;
    }
}

static void
flush_some(Store *store, double seconds)
{
    if (store->full <= 0) {
        return;
    }
    double before = ceil(store->full / store->buffer);
    store->full = fmax(0, store->full - FLUSH * seconds);
    store->runs += (int)(before - ceil(store->full / store->buffer));
}

static void
compact_some(Store *store, double seconds)
{
    if (store->job <= 0 && store->runs >= TRIGGER) {
        store->merging = store->runs;
        store->job = store->merging * store->buffer * store->cost;
    }
    if (store->job > 0) {
        store->job -= DRAIN * seconds;
        if (store->job <= 0) {
            store->runs -= store->merging;
        }
    }
}

static void
run(Store *store, double seconds)
{
    for (int64_t step = 0; step * STEP_US < (int64_t)(seconds * SECOND_US); step++) {
        write_some(store, STEP_US * 1e-6);
        flush_some(store, STEP_US * 1e-6);
        compact_some(store, STEP_US * 1e-6);
        store->most_runs = store->runs > store->most_runs ? store->runs : store->most_runs;
        store->now_us += STEP_US;
        if (step % STEPS_PER_LOOK == 0) {
            look(store);
        }
    }
}

START_TEST(a_writer_that_is_too_fast_is_slowed_smoothly)
{
    static const double COSTS[] = {2, 4, 8, 14};
    double cost = COSTS[_i % 4];
    Store store = new_store(_i < 4 ? 64 : 16, 150, cost);
    run(&store, 600);
    double sustainable = DRAIN / cost;
    double before = store.written;
    store.lowest = store.wish;
    run(&store, 600);
    double rate = (store.written - before) / 600;
    ck_assert_double_ge(rate, sustainable * 0.9);
    ck_assert_double_le(rate, sustainable * 1.1);
    ck_assert_double_eq(store.stopped_s, 0);
    ck_assert_double_le(store.most_runs, 1.5 * store.feed.limits.runs_hard);
    ck_assert_double_gt(store.lowest, sustainable / 4);
    ck_assert_double_lt(store.steepest, store.highest / 5);
}
END_TEST

START_TEST(a_writer_that_is_slow_enough_pays_nothing)
{
    Store store = new_store(64, 20, 4);
    run(&store, 300);
    ck_assert_double_eq(store.highest, 0);
    ck_assert_double_eq_tol(store.written, 20 * 300, 1);
}
END_TEST

START_TEST(memory_that_fills_faster_than_it_is_flushed_has_its_price)
{
    Store store = new_store(64, 2000, 1);
    store.cost = 0.001; /* compaction is no trouble */
    run(&store, 60);
    double before = store.written;
    run(&store, 60);
    ck_assert_double_eq_tol((store.written - before) / 60, FLUSH, FLUSH / 20);
    ck_assert_double_eq(store.stopped_s, 0);
    ck_assert_int_eq(store.feed.cause, LSM_PRICE_BACKLOG);
}
END_TEST

START_TEST(the_price_falls_as_it_rose)
{
    Store store = new_store(64, 150, 8);
    run(&store, 600);
    ck_assert_double_gt(store.feed.price, 0);
    double steepest = store.steepest;
    store.wish = 0;
    run(&store, 600);
    ck_assert_double_eq(store.feed.price, 0);
    ck_assert_double_le(store.steepest, 2 * steepest);
    store.wish = 20;
    store.lowest = 20;
    store.cost = 4;
    run(&store, 60);
    ck_assert_double_eq(store.lowest, 20);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_pace");
    TCase *rate = tcase_create("rate");
    tcase_add_test(rate, a_rate_is_kept_to);
    tcase_add_test(rate, what_was_not_used_is_not_saved_up);
    tcase_add_test(rate, a_measured_rate_fades);
    suite_add_tcase(suite, rate);
    TCase *store = tcase_create("store");
    tcase_add_loop_test(store, a_writer_that_is_too_fast_is_slowed_smoothly, 0, 8);
    tcase_add_test(store, a_writer_that_is_slow_enough_pays_nothing);
    tcase_add_test(store, memory_that_fills_faster_than_it_is_flushed_has_its_price);
    tcase_add_test(store, the_price_falls_as_it_rose);
    suite_add_tcase(suite, store);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
