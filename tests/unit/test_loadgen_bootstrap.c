/*
 * test_loadgen_bootstrap.c: intervals hold what they must, and the words that follow from them.
 */
#include "loadgen/compare.h"

#include "engine/base/rand.h"

#include <check.h>
#include <stdlib.h>

static const LoadQuestion throughput = {true, 0};
static const LoadQuestion p99 = {false, 99};

/* Units of a second: about `rate` operations of about `ns` each. */
static LoadSide
side(uint64_t seed, size_t units, uint64_t rate, int64_t ns)
{
    static BaseHistogram histogram;
    BaseRand rand = base_rand(seed);
    LoadSide made = load_side();
    for (size_t i = 0; i < units; i++) {
        uint64_t count = rate - rate / 20 + base_rand_below(&rand, rate / 10);
        base_histogram_reset(&histogram);
        for (uint64_t k = 0; k < count; k++) {
            base_histogram_record(&histogram, ns + (int64_t)base_rand_below(&rand, (uint64_t)ns));
        }
        load_side_add(&made, 1, (double)count, &histogram);
    }
    load_side_ready(&made, false);
    return made;
}

static LoadAnswerWord
word(LoadSide *a, LoadSide *b, const LoadQuestion *question)
{
    LoadRatio ratio = load_bootstrap(a, b, question);
    if (ratio.known) {
        ck_assert_double_le(ratio.low, ratio.high);
        ck_assert_double_le(ratio.low, ratio.ratio * 1.001);
        ck_assert_double_ge(ratio.high, ratio.ratio * 0.999);
    }
    return load_compare_word(question, &ratio);
}

START_TEST(the_same_is_not_different)
{
    LoadSide a = side(1, 20, 2000, 1000);
    LoadSide b = side(2, 30, 2000, 1000);
    ck_assert_int_eq(word(&a, &b, &throughput), LOAD_WORD_SAME);
    ck_assert_int_eq(word(&a, &b, &p99), LOAD_WORD_SAME);
    ck_assert_int_eq(word(&a, &a, &p99), LOAD_WORD_SAME);
    load_side_clear(&a);
    load_side_clear(&b);
}
END_TEST

START_TEST(a_difference_is_shown_either_way)
{
    LoadSide slow = side(1, 20, 2000, 1300);
    LoadSide fast = side(2, 20, 2600, 1000);
    ck_assert_int_eq(word(&slow, &fast, &throughput), LOAD_WORD_FASTER);
    ck_assert_int_eq(word(&slow, &fast, &p99), LOAD_WORD_FASTER);
    ck_assert_int_eq(word(&fast, &slow, &throughput), LOAD_WORD_SLOWER);
    ck_assert_int_eq(word(&fast, &slow, &p99), LOAD_WORD_SLOWER);
    LoadRatio ratio = load_bootstrap(&slow, &fast, &throughput);
    ck_assert_double_eq_tol(ratio.ratio, 1.3, 0.05);
    ck_assert(ratio.low < 1.3 && ratio.high > 1.3);
    load_side_clear(&slow);
    load_side_clear(&fast);
}
END_TEST

START_TEST(less_than_a_bucket_is_no_difference)
{
    static BaseHistogram histogram;
    LoadSide a = load_side();
    LoadSide b = load_side();
    for (int i = 0; i < 12; i++) {
        base_histogram_reset(&histogram);
        for (int k = 0; k < 1000; k++) {
            base_histogram_record(&histogram, 130 * 1024);
        }
        load_side_add(&a, 1, 1000, &histogram);
        base_histogram_reset(&histogram);
        for (int k = 0; k < 1000; k++) {
            base_histogram_record(&histogram, 131 * 1024);
        }
        load_side_add(&b, 1, 1000, &histogram);
    }
    load_side_ready(&a, false);
    load_side_ready(&b, false);
    ck_assert_int_eq(word(&a, &b, &p99), LOAD_WORD_SAME);
    load_side_clear(&a);
    load_side_clear(&b);
}
END_TEST

START_TEST(too_few_operations_say_nothing)
{
    LoadSide a = side(1, 5, 100, 1000);
    const LoadQuestion p999 = {false, 99.9};
    ck_assert_int_eq(word(&a, &a, &p999), LOAD_WORD_NONE);
    load_side_clear(&a);
}
END_TEST

START_TEST(many_units_are_put_together_and_answers_repeat)
{
    LoadSide few = side(1, 5, 1000, 1000);
    LoadSide many = side(1, 1001, 40, 1000);
    ck_assert_uint_le(many.units->len, LOAD_BOOTSTRAP_UNITS_MAX);
    ck_assert_uint_gt(many.units->len, LOAD_BOOTSTRAP_UNITS_MAX / 2 - 1);
    LoadRatio first = load_bootstrap(&few, &many, &throughput);
    LoadRatio again = load_bootstrap(&few, &many, &throughput);
    ck_assert_double_eq(first.low, again.low);
    ck_assert_double_eq(first.high, again.high);
    ck_assert_double_eq_tol(first.b, 40, 2); /* nothing is lost on the way */
    load_side_clear(&few);
    load_side_clear(&many);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("loadgen/bootstrap");
    TCase *tcase = tcase_create("bootstrap");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_same_is_not_different);
    tcase_add_test(tcase, a_difference_is_shown_either_way);
    tcase_add_test(tcase, less_than_a_bucket_is_no_difference);
    tcase_add_test(tcase, too_few_operations_say_nothing);
    tcase_add_test(tcase, many_units_are_put_together_and_answers_repeat);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
