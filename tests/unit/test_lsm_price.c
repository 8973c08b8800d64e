/*
 * test_lsm_price.c: the price begins at nothing, rises without steps, and falls as it rose.
 */
#include "engine/lsm/price.h"

#include <check.h>

static const LsmPriceLimits LIMITS = {
    .debt_soft = 1000, .debt_hard = 2000, .runs_soft = 6, .runs_hard = 36};

static double
price(int64_t debt, int64_t runs)
{
    return lsm_price(&LIMITS, &(LsmPriceInput){.debt = debt, .runs = runs, .drain = 1e6});
}

START_TEST(nothing_below_the_soft_limits)
{
    ck_assert_double_eq(price(0, 0), 0);
    ck_assert_double_eq(price(1000, 6), 0);
    ck_assert_double_gt(price(1001, 0), 0);
    ck_assert_double_gt(price(0, 7), 0);
}
END_TEST

START_TEST(compactions_own_cost_at_the_hard_limits)
{
    ck_assert_double_eq_tol(price(2000, 0), 1000, 1e-6);
    ck_assert_double_eq_tol(price(0, 36), 1000, 1e-6);
    ck_assert_double_eq_tol(price(9999, 99), 1000, 1e-6);
    LsmPriceInput unknown = {.debt = 2000};
    ck_assert_double_eq_tol(lsm_price(&LIMITS, &unknown), 1e9 / LSM_PRICE_DRAIN_PRESET, 1e-6);
}
END_TEST

START_TEST(it_rises_without_steps)
{
    double before = 0;
    for (int64_t debt = 1000; debt <= 2000; debt++) {
        double now = price(debt, 0);
        ck_assert_double_ge(now, before);
        ck_assert_double_le(now - before, 2.1);
        before = now;
    }
}
END_TEST

START_TEST(the_worse_cause_counts)
{
    ck_assert_double_eq(price(1500, 7), price(1500, 0));
    ck_assert_double_eq(price(1001, 30), price(0, 30));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_price");
    TCase *curve = tcase_create("curve");
    tcase_add_test(curve, nothing_below_the_soft_limits);
    tcase_add_test(curve, compactions_own_cost_at_the_hard_limits);
    tcase_add_test(curve, it_rises_without_steps);
    tcase_add_test(curve, the_worse_cause_counts);
    suite_add_tcase(suite, curve);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
