/*
 * test_lsm_price.c: the price begins at nothing, rises without steps, and falls as it rose.
 */
#include "engine/lsm/price.h"

#include <check.h>

static const LsmPriceLimits LIMITS = {.debt_soft = 1000,
                                      .debt_hard = 2000,
                                      .runs_soft = 6,
                                      .runs_hard = 36,
                                      .backlog_soft = 100,
                                      .backlog_hard = 300};

static LsmPriceCause cause;

static double
price(double debt, double runs)
{
    return lsm_price(&LIMITS, &(LsmPriceInput){.debt = debt, .runs = runs, .cost = 1, .drain = 1e6},
                     &cause);
}

START_TEST(nothing_below_the_soft_limits)
{
    ck_assert_double_eq(price(0, 0), 0);
    ck_assert_double_eq(price(1000, 6), 0);
    ck_assert_int_eq(cause, LSM_PRICE_NOTHING);
    ck_assert_double_gt(price(1001, 0), 0);
    ck_assert_int_eq(cause, LSM_PRICE_DEBT);
    ck_assert_double_gt(price(0, 7), 0);
    ck_assert_int_eq(cause, LSM_PRICE_RUNS);
}
END_TEST

START_TEST(the_own_cost_of_the_work_at_the_hard_limits)
{
    ck_assert_double_eq_tol(price(2000, 0), 1000, 1e-6);
    ck_assert_double_eq_tol(price(0, 36), 1000, 1e-6);
    LsmPriceInput unknown = {.debt = 2000, .cost = 1};
    ck_assert_double_eq_tol(lsm_price(&LIMITS, &unknown, &cause), 1e9 / LSM_PRICE_DRAIN_PRESET,
                            1e-6);
    LsmPriceInput deep = {.debt = 2000, .cost = 8, .drain = 1e6};
    ck_assert_double_eq_tol(lsm_price(&LIMITS, &deep, &cause), 8000, 1e-6);
    LsmPriceInput waiting = {.backlog = 300, .cost = 8, .drain = 1e6, .flush = 1e8};
    ck_assert_double_eq_tol(lsm_price(&LIMITS, &waiting, &cause), 10, 1e-6);
    ck_assert_int_eq(cause, LSM_PRICE_BACKLOG);
}
END_TEST

START_TEST(it_rises_without_steps_and_behind_the_hard_limit_too)
{
    double before = 0;
    for (int debt = 1000; debt <= 5000; debt++) {
        double now = price(debt, 0);
        ck_assert_double_gt(now + (debt == 1000), before);
        ck_assert_double_le(now - before, 8.1);
        before = now;
    }
    ck_assert_double_eq(price(1e9, 0), price(5000, 0));
}
END_TEST

START_TEST(the_worse_cause_counts)
{
    ck_assert_double_eq(price(1500, 7), price(1500, 0));
    ck_assert_double_eq(price(1001, 30), price(0, 30));
    ck_assert_int_eq(cause, LSM_PRICE_RUNS);
}
END_TEST

static LsmPriceLimits
limits_of(double write_buffer)
{
    return lsm_price_limits(&(LsmPriceStore){
        .write_buffer = write_buffer, .generations = 4, .base_bytes = 256, .run_trigger = 4});
}

START_TEST(small_write_buffers_may_make_more_runs)
{
    ck_assert_double_eq(limits_of(64).runs_soft, 8);
    ck_assert_double_eq(limits_of(64).runs_hard, 24);
    ck_assert_double_eq(limits_of(32).runs_soft, 12);
    ck_assert_double_eq(limits_of(16).runs_soft, 20);
    ck_assert_double_eq(limits_of(16).runs_hard, 48);
    ck_assert_double_eq(limits_of(1).runs_soft, 20);
    ck_assert_double_eq(limits_of(1e6).runs_soft, 8);
}
END_TEST

START_TEST(each_hard_limit_is_above_its_soft_one)
{
    for (double generations = 2; generations <= 16; generations++) {
        for (double trigger = 1; trigger <= 64; trigger++) {
            LsmPriceLimits limits = lsm_price_limits(&(LsmPriceStore){.write_buffer = 64,
                                                                      .generations = generations,
                                                                      .base_bytes = 256,
                                                                      .run_trigger = trigger});
            ck_assert_double_gt(limits.debt_hard, limits.debt_soft);
            ck_assert_double_gt(limits.runs_hard, limits.runs_soft);
            ck_assert_double_gt(limits.backlog_hard, limits.backlog_soft);
        }
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_price");
    TCase *curve = tcase_create("curve");
    tcase_add_test(curve, nothing_below_the_soft_limits);
    tcase_add_test(curve, the_own_cost_of_the_work_at_the_hard_limits);
    tcase_add_test(curve, it_rises_without_steps_and_behind_the_hard_limit_too);
    tcase_add_test(curve, the_worse_cause_counts);
    tcase_add_test(curve, small_write_buffers_may_make_more_runs);
    tcase_add_test(curve, each_hard_limit_is_above_its_soft_one);
    suite_add_tcase(suite, curve);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
