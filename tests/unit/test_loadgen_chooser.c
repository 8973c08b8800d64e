/*
 * test_loadgen_chooser.c: draws follow the laws that chooser.h states.
 *
 * Each test draws DRAWS records with a fixed seed, so it always sees the same draws, and compares
 * them with the exact probabilities by Pearson's chi-square. The limit is the value that draws of
 * the stated law exceed once in about 30,000 times (4 standard deviations of the cube root, which
 * is nearly normal: Wilson and Hilferty). So a seed that happens to be unlucky is not to be
 * expected, and each law is also held against draws of a law that differs by little, which must be
 * refused: otherwise the number of draws would be too small to tell.
 */
#include "loadgen/chooser.h"
#include "loadgen/keys.h"

#include <check.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { DRAWS = 400000, RECORDS = 500, CELLS_MAX = 4096, HEAD = 200000 };

enum { WORKERS = 3, WORKER_DRAWS = 50000 };

static double expected[CELLS_MAX];
static double seen[CELLS_MAX];

static double
limit(double freedom)
{
    double spread = 2 / (9 * freedom);
    return freedom * pow(1 - spread + 4 * sqrt(spread), 3);
}

/* Chi-square of `draws` seen in `cells` cells, each of which must be expected 5 times or more. */
static double
chi_square_of(size_t cells, double draws)
{
    double sum = 0;
    double fewest = draws;
    for (size_t i = 0; i < cells; i++) {
        fewest = fmin(fewest, expected[i] * draws);
        sum += pow(seen[i] - expected[i] * draws, 2) / (expected[i] * draws);
    }
    ck_assert_double_ge(fewest, 5);
    return sum;
}

static double
chi_square(size_t cells)
{
    return chi_square_of(cells, DRAWS);
}

static void
draw_all(const char *words, uint64_t seed)
{
    LoadDistribution distribution;
    ck_assert_ptr_null(load_distribution_parse("distribution", words, &distribution));
    LoadChooser chooser = load_chooser(&distribution, RECORDS);
    BaseRand rand = base_rand(seed);
    unsigned outside = 0;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t record = load_chooser_draw(&chooser, &rand, RECORDS);
        outside += record >= RECORDS;
        seen[record % RECORDS]++;
    }
    ck_assert_uint_eq(outside, 0);
}

static void
assert_law(const char *words, const char *other)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        draw_all(words, seed);
        ck_assert_double_lt(chi_square(RECORDS), limit(RECORDS - 1));
    }
    draw_all(other, 1);
    ck_assert_double_gt(chi_square(RECORDS), limit(RECORDS - 1));
}

START_TEST(uniform_is_uniform)
{
    for (int i = 0; i < RECORDS; i++) {
        expected[i] = 1.0 / RECORDS;
    }
    assert_law("uniform", "hotspot(0.2,0.21)");
}
END_TEST

/* What ranks from `from` to `to` weigh together, by the midpoint rule: exact to nine digits. */
static double
weight(double theta, double from, double to)
{
    return (pow(to + 0.5, 1 - theta) - pow(from - 0.5, 1 - theta)) / (1 - theta);
}

/*
 * The law over all ranks: those of the head one by one, where the hash puts them; each of the rest
 * weighs so little that together they lie evenly.
 */
static void
expect_zipfian(double theta)
{
    double rest = weight(theta, HEAD + 1, (double)LOAD_CHOOSER_RANKS);
    double all = rest;
    for (int i = 0; i < RECORDS; i++) {
        expected[i] = rest / RECORDS;
    }
    for (int rank = 0; rank < HEAD; rank++) {
        double one = pow(rank + 1, -theta);
        expected[load_chooser_scatter((uint64_t)rank, RECORDS)] += one;
        all += one;
    }
    for (int i = 0; i < RECORDS; i++) {
        expected[i] /= all;
    }
}

START_TEST(zipfian_is_zipf_scattered)
{
    expect_zipfian(0.99);
    assert_law("zipfian", "zipfian(0.98)");
}
END_TEST

START_TEST(another_theta)
{
    expect_zipfian(0.7);
    assert_law("zipfian(0.7)", "zipfian(0.8)");
}
END_TEST

START_TEST(the_hottest_record_of_ycsb)
{
    /* The sum over all ranks that YCSB states for theta 0.99, and its hash of the first rank. */
    expect_zipfian(0.99);
    double all = weight(0.99, HEAD + 1, (double)LOAD_CHOOSER_RANKS);
    for (int rank = 0; rank < HEAD; rank++) {
        all += pow(rank + 1, -0.99);
    }
    ck_assert_double_eq_tol(all, 26.46902820178302, 1e-6);
    ck_assert_uint_eq(load_chooser_scatter(0, 1000), UINT64_C(6284781860667377211) % 1000);
}
END_TEST

/* FNV-1a of the eight bytes of a rank, byte by byte as YCSB does it. */
static uint64_t
hash_of(uint64_t rank)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int byte = 0; byte < 8; byte++) {
        hash = (hash ^ (rank >> byte * 8 & 0xff)) * UINT64_C(1099511628211);
    }
    return (int64_t)hash < 0 ? 0 - hash : hash;
}

START_TEST(ranks_are_scattered_by_the_hash_of_ycsb)
{
    for (int bits = 0; bits < 64; bits++) {
        uint64_t rank = UINT64_C(0x9e3779b97f4a7c15) >> bits;
        ck_assert_uint_eq(load_chooser_scatter(rank, INT64_MAX), hash_of(rank) % INT64_MAX);
    }
}
END_TEST

/* Draws for one of WORKERS workers; `law` of all records gives what is expected of its own. */
static double
chi_square_of_worker(const char *words, uint32_t worker, const double *law)
{
    LoadDistribution distribution;
    BaseRand rand = base_rand(worker + 1);
    size_t places = (RECORDS - worker + WORKERS - 1) / WORKERS;
    double all = 0;
    ck_assert_ptr_null(load_distribution_parse("distribution", words, &distribution));
    LoadChooser chooser = load_chooser(&distribution, RECORDS);
    load_chooser_share(&chooser, worker, WORKERS);
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < WORKER_DRAWS; i++) {
        uint64_t place = load_chooser_draw(&chooser, &rand, places);
        ck_assert_uint_lt(place, places);
        seen[place]++;
    }
    for (size_t place = 0; place < places; place++) {
        expected[place] = law[place * WORKERS + worker];
        all += expected[place];
    }
    for (size_t place = 0; place < places; place++) {
        expected[place] /= all;
    }
    return chi_square_of(places, WORKER_DRAWS);
}

START_TEST(workers_share_one_zipfian_law)
{
    double law[RECORDS];
    double even[RECORDS];
    expect_zipfian(0.99);
    memcpy(law, expected, sizeof law);
    for (int i = 0; i < RECORDS; i++) {
        even[i] = 1;
    }
    for (uint32_t worker = 0; worker < WORKERS; worker++) {
        double most = limit(RECORDS / WORKERS);
        ck_assert_double_lt(chi_square_of_worker("zipfian", worker, law), most);
        ck_assert_double_gt(chi_square_of_worker("zipfian", worker, even), most);
        ck_assert_double_gt(chi_square_of_worker("zipfian(0.9)", worker, law), most);
    }
}
END_TEST

START_TEST(workers_share_one_age)
{
    double law[RECORDS];
    size_t groups = RECORDS / WORKERS;
    for (size_t i = 0; i < groups * WORKERS; i++) { /* each has the mean of its neighbours */
        size_t age = groups - 1 - i / WORKERS;
        law[i] = 0;
        for (size_t k = 1; k <= WORKERS; k++) {
            law[i] += pow((double)(age * WORKERS + k), -0.99);
        }
    }
    for (uint32_t worker = RECORDS % WORKERS; worker < WORKERS; worker++) {
        double most = limit(RECORDS / WORKERS);
        ck_assert_double_lt(chi_square_of_worker("latest", worker, law), most);
        ck_assert_double_gt(chi_square_of_worker("latest(0.9)", worker, law), most);
    }
}
END_TEST

START_TEST(latest_is_zipf_by_age)
{
    double all = 0;
    for (int age = 0; age < RECORDS; age++) {
        all += pow(age + 1, -0.99);
    }
    for (int age = 0; age < RECORDS; age++) {
        expected[RECORDS - 1 - age] = pow(age + 1, -0.99) / all;
    }
    assert_law("latest", "latest(0.97)");
}
END_TEST

START_TEST(a_theta_of_one_and_more)
{
    const double thetas[] = {1, 1.5};
    const char *const words[] = {"latest(1)", "latest(1.5)"};
    const char *const others[] = {"latest(1.02)", "latest(1.45)"};
    enum { FIRST = 50 }; /* the rest is one cell: with 1.5 the last records are hardly drawn */
    for (int which = 0; which < 2; which++) {
        double all = 0;
        for (int age = 0; age < RECORDS; age++) {
            all += pow(age + 1, -thetas[which]);
        }
        for (int other = 0; other < 2; other++) {
            double chi = 0;
            double rest_seen = DRAWS;
            double rest = 1;
            draw_all(other == 0 ? words[which] : others[which], 1);
            for (int age = 0; age < FIRST; age++) {
                double part = pow(age + 1, -thetas[which]) / all;
                chi += pow(seen[RECORDS - 1 - age] - part * DRAWS, 2) / (part * DRAWS);
                rest -= part;
                rest_seen -= seen[RECORDS - 1 - age];
            }
            chi += pow(rest_seen - rest * DRAWS, 2) / (rest * DRAWS);
            ck_assert_int_eq(chi < limit(FIRST), other == 0);
        }
    }
}
END_TEST

START_TEST(hotspot_has_a_share)
{
    for (int i = 0; i < RECORDS; i++) {
        expected[i] = i < RECORDS / 10 ? 0.7 / (RECORDS * 0.1) : 0.3 / (RECORDS * 0.9);
    }
    assert_law("hotspot(0.1,0.7)", "hotspot(0.1,0.69)");
    draw_all("hotspot(1,0.5)", 1);     /* all are hot */
    draw_all("hotspot(0.001,0.5)", 1); /* none is */
}
END_TEST

START_TEST(sequential_goes_round)
{
    LoadDistribution distribution = {.kind = LOAD_CHOOSER_SEQUENTIAL};
    LoadChooser chooser = load_chooser(&distribution, 3);
    BaseRand rand = base_rand(1);
    for (uint64_t i = 0; i < 7; i++) {
        ck_assert_uint_eq(load_chooser_draw(&chooser, &rand, 3), i % 3);
    }
}
END_TEST

START_TEST(new_records_are_drawn)
{
    LoadDistribution distribution;
    BaseRand rand = base_rand(1);
    ck_assert_ptr_null(load_distribution_parse("d", "latest", &distribution));
    LoadChooser latest = load_chooser(&distribution, 100);
    unsigned newest = 0;
    for (int i = 0; i < 1000; i++) {
        newest += load_chooser_draw(&latest, &rand, 200) >= 100;
    }
    ck_assert_uint_gt(newest, 800); /* by the law: 88 % */
    ck_assert_ptr_null(load_distribution_parse("d", "zipfian", &distribution));
    LoadChooser zipfian = load_chooser(&distribution, 200);
    LoadChooser same = load_chooser(&distribution, 200);
    BaseRand twin = base_rand(5);
    rand = base_rand(5);
    for (int i = 0; i < 1000; i++) { /* growing does not move what was hot */
        uint64_t record = load_chooser_draw(&zipfian, &rand, 200);
        if (record < 150) {
            ck_assert_uint_eq(load_chooser_draw(&same, &twin, 150), record);
        }
    }
    for (int i = 0; i < 1000; i++) {
        ck_assert_uint_lt(load_chooser_draw(&zipfian, &rand, 3), 3);
    }
}
END_TEST

START_TEST(a_trace_is_replayed)
{
    char path[] = "/tmp/larder-keys-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    const char text[] = "b\na\nb\n\nlonger key\na\nb";
    ck_assert_int_eq(write(file, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    LoadRecorded *recorded = NULL;
    g_autofree char *problem = load_recorded_read(path, &recorded);
    ck_assert_msg(problem == NULL, "%s", problem);
    ck_assert_uint_eq(recorded->key_count, 3);
    ck_assert_uint_eq(recorded->trace_count, 6);
    LoadKeys keys = load_keys_recorded(recorded);
    ck_assert_uint_eq(keys.size, 10);
    LoadDistribution replay = {.kind = LOAD_CHOOSER_REPLAY};
    LoadChooser chooser = load_chooser(&replay, 3);
    load_chooser_follow(&chooser, recorded->trace, recorded->trace_count);
    BaseRand rand = base_rand(1);
    const char *const lines[] = {"b", "a", "b", "longer key", "a", "b", "b"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        uint8_t room[LOAD_KEY_BYTES_MAX];
        BaseSlice key = load_keys_write(&keys, load_chooser_draw(&chooser, &rand, 3), room);
        ck_assert(base_slice_equal(key, base_slice_text(lines[i])));
    }
    /* The second of two workers has record 1 alone, which is "a", at place 0. */
    load_chooser_share(&chooser, 1, 2);
    ck_assert_uint_eq(load_chooser_draw(&chooser, &rand, 1), 0);
    load_recorded_free(recorded);
    g_autofree char *long_key = g_strnfill(LOAD_KEY_BYTES_MAX + 1, 'x');
    g_autofree char *lines_of_two = g_strdup_printf("a\n%s\n", long_key);
    ck_assert(g_file_set_contents(path, lines_of_two, -1, NULL));
    g_autofree char *too_long = load_recorded_read(path, &recorded);
    ck_assert_ptr_nonnull(strstr(too_long, "line 2: a key of 1025 bytes; must have at most 1024"));
    ck_assert(g_file_set_contents(path, "\n\n", -1, NULL));
    g_autofree char *empty = load_recorded_read(path, &recorded);
    ck_assert_ptr_nonnull(strstr(empty, "has no key"));
    (void)close(file);
    (void)unlink(path);
    g_autofree char *absent = load_recorded_read(path, &recorded);
    ck_assert_ptr_nonnull(strstr(absent, path));
}
END_TEST

START_TEST(words_are_read_and_written)
{
    const char *const good[] = {"uniform", "zipfian(0.99)", "latest(0.5)", "sequential",
                                "hotspot(0.1,0.9)"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        LoadDistribution it;
        char text[LOAD_CHOOSER_TEXT_BYTES];
        ck_assert_ptr_null(load_distribution_parse("distribution", good[i], &it));
        load_distribution_write(&it, text);
        ck_assert_str_eq(text, good[i]);
    }
    const char *const bad[] = {"",
                               "zipf",
                               "zipfian(",
                               "zipfian()",
                               "zipfian(0)",
                               "zipfian(11)",
                               "zipfian(x)",
                               "zipfian(0.9,1)",
                               "uniform(1)",
                               "hotspot(1)",
                               "hotspot(0,1)",
                               "hotspot(0.1,1.1)",
                               "latest(nan)",
                               "latest( 1)",
                               "hotspot(1,1,1)"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        LoadDistribution it;
        g_autofree char *problem = load_distribution_parse("distribution", bad[i], &it);
        ck_assert_msg(problem != NULL, "\"%s\" was taken", bad[i]);
        g_autofree char *begins = g_strdup_printf("--distribution=%s: must be", bad[i]);
        ck_assert(g_str_has_prefix(problem, begins));
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("chooser");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, uniform_is_uniform);
    tcase_add_test(cases, zipfian_is_zipf_scattered);
    tcase_add_test(cases, ranks_are_scattered_by_the_hash_of_ycsb);
    tcase_add_test(cases, workers_share_one_zipfian_law);
    tcase_add_test(cases, workers_share_one_age);
    tcase_add_test(cases, another_theta);
    tcase_add_test(cases, the_hottest_record_of_ycsb);
    tcase_add_test(cases, latest_is_zipf_by_age);
    tcase_add_test(cases, a_theta_of_one_and_more);
    tcase_add_test(cases, hotspot_has_a_share);
    tcase_add_test(cases, sequential_goes_round);
    tcase_add_test(cases, new_records_are_drawn);
    tcase_add_test(cases, a_trace_is_replayed);
    tcase_add_test(cases, words_are_read_and_written);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
