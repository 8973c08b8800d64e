/*
 * test_plugin_gate.c: whoever looks sees what the version says, and nobody is kept out for ever.
 */
#include "engine/plugin/gate.h"
#include "engine/plugin/worker.h"

#include <check.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { COMMITS = 5000, LOOKERS = 3, JOBS = 100 };

static PluginGate gate;
static int64_t shown; /* written inside of the gate, read outside: never in a race */
static atomic_bool done;

static void *
look(void *user)
{
    int64_t *wrong = user;
    int64_t before = 0;
    while (!atomic_load(&done)) {
        int64_t version = plugin_gate_look(&gate);
        *wrong += shown != version || version < before;
        before = version;
        plugin_gate_look_away(&gate);
    }
    return NULL;
}

START_TEST(what_is_shown_is_what_the_version_says)
{
    pthread_t threads[LOOKERS];
    int64_t wrong[LOOKERS] = {0};
    plugin_gate_init(&gate, 0);
    for (int i = 0; i < LOOKERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, look, &wrong[i]), 0);
    }
    for (int64_t version = 1; version <= COMMITS; version++) {
        plugin_gate_enter(&gate);
        shown = version;
        plugin_gate_leave(&gate, version);
    }
    atomic_store(&done, true);
    for (int i = 0; i < LOOKERS; i++) {
        (void)pthread_join(threads[i], NULL);
        ck_assert_int_eq(wrong[i], 0);
    }
    ck_assert_int_eq(plugin_gate_look(&gate), COMMITS);
    plugin_gate_look_away(&gate);
    plugin_gate_clear(&gate);
}
END_TEST

typedef struct Counted {
    PluginJob job;
    int place;
    int *order;
    sem_t *finished;
} Counted;

static void
note(PluginJob *base)
{
    Counted *counted = (Counted *)base;
    counted->order[counted->place] = ++counted->order[JOBS];
    if (counted->place == JOBS - 1) {
        (void)sem_post(counted->finished);
    }
}

static void
post_often(void *user)
{
    (void)sem_post(user);
}

START_TEST(jobs_are_done_in_order_and_the_rest_often)
{
    static Counted jobs[JOBS];
    static int order[JOBS + 1];
    sem_t finished;
    sem_t often;
    PluginWorker *worker = NULL;
    (void)sem_init(&finished, 0, 0);
    (void)sem_init(&often, 0, 0);
    ck_assert(base_is_ok(plugin_worker_new(1, post_often, &often, &worker)));
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (Counted){{.run = note}, i, order, &finished};
        plugin_worker_post(worker, &jobs[i].job);
    }
    while (sem_wait(&finished) != 0) {
    }
    for (int i = 0; i < JOBS; i++) {
        ck_assert_int_eq(order[i], i + 1);
    }
    while (sem_wait(&often) != 0) { /* a wait in vain ends with the test's time */
    }
    plugin_worker_free(worker);
    plugin_worker_free(NULL);
    (void)sem_destroy(&finished);
    (void)sem_destroy(&often);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("plugin_gate");
    TCase *cases = tcase_create("gate");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, what_is_shown_is_what_the_version_says);
    tcase_add_test(cases, jobs_are_done_in_order_and_the_rest_often);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
