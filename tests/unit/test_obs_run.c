/*
 * test_obs_run.c: calls that are counted together are counted as one by one.
 */
#include "engine/base/rand.h"
#include "service/obs/run.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { ENDS = 30000 };

static const ObsMethod methods[] = {{"Store", "get"}, {"Store", "put"}};

static BaseFakeClock fake;

static ObsRegistry *
make_registry(void)
{
    base_fake_clock_init(&fake, 1500000000000);
    ObsConfig config = {.version = "1.2.3",
                        .api_version = 1,
                        .methods = methods,
                        .method_count = 2,
                        .clock = &fake.clock};
    ObsRegistry *registry = NULL;
    ck_assert(base_is_ok(obs_registry_new(&config, &registry)));
    return registry;
}

/* All that requests are counted by, as text; the caller frees it. */
static char *
counters(ObsRegistry *registry)
{
    BaseBuf out = BASE_BUF_INIT;
    ck_assert(obs_registry_write(registry, &out));
    ck_assert(base_buf_append_byte(&out, 0));
    size_t len;
    char *text = (char *)base_buf_steal(&out, &len);
    char *process = strstr(text, "# HELP process_");
    ck_assert_ptr_nonnull(process);
    *process = '\0';
    return text;
}

static void
compare(ObsRegistry *one_by_one, ObsRegistry *together)
{
    char *expected = counters(one_by_one);
    char *got = counters(together);
    ck_assert_str_eq(got, expected);
    ck_assert_int_eq(obs_registry_in_flight(together), obs_registry_in_flight(one_by_one));
    free(expected);
    free(got);
    BaseHistogram *a = calloc(1, sizeof *a);
    BaseHistogram *b = calloc(1, sizeof *b);
    for (size_t row = 0; row < 2; row++) {
        obs_series_latency(obs_registry_store(one_by_one, "s"), row, a);
        obs_series_latency(obs_registry_store(together, "s"), row, b);
    }
    ck_assert_mem_eq(a, b, sizeof *a);
    free(a);
    free(b);
}

/* One end, as often as not like the one before. */
static void
vary(BaseRand *rng, ObsEnded *ended, ObsSeries *series)
{
    switch (base_rand_below(rng, 10)) {
    case 0:
        ended->row = base_rand_below(rng, 3);
        break;
    case 1:
        ended->outcome = (ObsOutcome)base_rand_below(rng, OBS_OUTCOME_COUNT);
        break;
    case 2:
        ended->us = (int64_t)base_rand_below(rng, 100000) - 5;
        break;
    case 3:
        ended->store_series = ended->store_series == NULL && ended->row < 2 ? series : NULL;
        break;
    default:
        break;
    }
    ended->count = 1;
    ended->begun = base_rand_below(rng, 2);
    ended->request_bytes = base_rand_below(rng, 1000);
    ended->reply_bytes = base_rand_below(rng, 1000);
}

START_TEST(a_run_counts_what_its_calls_would)
{
    ObsRegistry *one_by_one = make_registry();
    ObsRegistry *together = make_registry();
    ObsSeries *series = obs_registry_store(one_by_one, "s");
    ObsSeries *twin_series = obs_registry_store(together, "s");
    ObsRun run = {.registry = together};
    ObsEnded ended = {.row = 0};
    const char *seed = getenv("LARDER_SEED");
    BaseRand rng = base_rand(seed == NULL ? 5 : strtoull(seed, NULL, 10));
    for (int i = 0; i < ENDS; i++) {
        vary(&rng, &ended, series);
        obs_registry_begin(one_by_one, ended.begun);
        obs_registry_begin(together, ended.begun);
        ObsEnded twin = ended;
        twin.store_series = ended.store_series == NULL ? NULL : twin_series;
        obs_registry_ended(one_by_one, &ended);
        obs_run_add(&run, &twin);
        if (base_rand_below(&rng, 40) == 0) {
            obs_run_settle(&run);
        }
        if (i % (ENDS / 5) == 0) {
            obs_run_settle(&run);
            compare(one_by_one, together);
        }
    }
    obs_run_settle(&run);
    obs_run_settle(&run);
    compare(one_by_one, together);
    ck_assert_int_eq(obs_registry_in_flight(together), 0);
    obs_registry_free(one_by_one);
    obs_registry_free(together);
}
END_TEST

START_TEST(nothing_is_counted_before_a_run_ends)
{
    ObsRegistry *registry = make_registry();
    ObsSeries *series = obs_registry_store(registry, "s");
    ObsRun run = {.registry = registry};
    const ObsEnded get = {.us = 7, .store_series = series, .count = 1, .reply_bytes = 3};
    const ObsEnded put = {.row = 1, .us = 7, .store_series = series, .count = 1};
    for (int i = 0; i < 16; i++) {
        obs_run_add(&run, &get);
    }
    ck_assert_uint_eq(obs_series_total(series, 0), 0);
    obs_run_add(&run, &put);
    ck_assert_uint_eq(obs_series_total(series, 0), 16);
    ck_assert_uint_eq(obs_series_total(series, 1), 0);
    obs_run_settle(&run);
    ck_assert_uint_eq(obs_series_total(series, 1), 1);
    obs_registry_free(registry);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("obs_run");
    TCase *cases = tcase_create("run");
    tcase_add_test(cases, a_run_counts_what_its_calls_would);
    tcase_add_test(cases, nothing_is_counted_before_a_run_ends);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
