/*
 * test_server_lanes.c: order within a connection, parallel connections, bursts, bounds, endings.
 */
#include "service/lanes.h"

#include "engine/base/rand.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { REACTORS = 2, CONNS = 24, TASKS = 400 };

typedef struct TestConn {
    LanesConn *queue;
    _Atomic int busy;
    _Atomic unsigned executed;
    _Atomic unsigned finished;
    _Atomic unsigned dropped; /* finished, and not executed */
    _Atomic unsigned late;    /* finished while the connection was still busy with them */
    _Atomic unsigned disorder;
    _Atomic unsigned overlaps;
    _Atomic unsigned refusals;     /* times that may_execute() said no */
    _Atomic bool held;             /* it says no */
    _Atomic bool released_at_once; /* and is resumed before it has said so */
    unsigned submitted;
} TestConn;

/* A request: which connection, and the how many'th of it. */
typedef struct TestRequest {
    TestConn *conn;
    unsigned number;
    bool ends;
    bool executed;
} TestRequest;

typedef struct TestBed {
    Lanes *lanes;
    TestConn conns[CONNS];
    TestRequest *requests;
    sem_t entered; /* posted when a task begins, if gated */
    sem_t gate;    /* waited for by every task, if gated */
    bool gated;
    bool alone;             /* no connection has two tasks at a time */
    _Atomic unsigned order; /* counts executions of all connections */
    _Atomic int workers;
} TestBed;

static void *
worker_new(void *user)
{
    TestBed *bed = user;
    (void)atomic_fetch_add(&bed->workers, 1);
    return bed;
}

static void
worker_free(void *user, void *worker)
{
    TestBed *bed = user;
    ck_assert_ptr_eq(worker, bed);
    (void)atomic_fetch_sub(&bed->workers, 1);
}

static bool
may_execute(void *user, const LanesTask *task)
{
    TestBed *bed = user;
    TestConn *conn = ((const TestRequest *)task->request)->conn;
    if (!atomic_load(&conn->held)) {
        return true;
    }
    (void)atomic_fetch_add(&conn->refusals, 1);
    if (atomic_load(&conn->released_at_once)) {
        atomic_store(&conn->held, false);
        lanes_resume(bed->lanes, conn->queue);
    }
    return false;
}

static bool
execute(void *user, void *worker, const LanesTask *task)
{
    TestBed *bed = user;
    TestRequest *request = task->request;
    TestConn *conn = request->conn;
    request->executed = true;
    ck_assert_ptr_eq(worker, bed);
    if (atomic_fetch_add(&conn->busy, 1) != 0) {
        (void)atomic_fetch_add(&conn->overlaps, 1);
    }
    if (bed->gated) {
        (void)sem_post(&bed->entered);
        (void)sem_wait(&bed->gate);
    } else if (request->number % 3 == 0) {
        (void)sched_yield();
    }
    if (atomic_fetch_add(&conn->executed, 1) != request->number) {
        (void)atomic_fetch_add(&conn->disorder, 1);
    }
    (void)atomic_fetch_add(&bed->order, 1);
    (void)atomic_fetch_sub(&conn->busy, 1);
    return request->ends;
}

static void
finish(void *user, const LanesTask *task, bool ends)
{
    const TestBed *bed = user;
    const TestRequest *request = task->request;
    TestConn *conn = request->conn;
    ck_assert(ends || request->executed);
    if (!request->executed) {
        (void)atomic_fetch_add(&conn->dropped, 1);
    }
    if (bed->alone && !ends && !lanes_conn_idle(conn->queue)) {
        (void)atomic_fetch_add(&conn->late, 1);
    }
    (void)atomic_fetch_add(&conn->finished, 1);
}

static void
bed_setup(TestBed *bed, unsigned workers, size_t queue_max, bool gated)
{
    *bed = (TestBed){.gated = gated};
    (void)sem_init(&bed->entered, 0, 0);
    (void)sem_init(&bed->gate, 0, 0);
    bed->requests = calloc((size_t)CONNS * TASKS, sizeof *bed->requests);
    const LanesConfig config = {
        .name = "test",
        .reactors = REACTORS,
        .workers = workers,
        .queue_max = queue_max,
        .callbacks = {worker_new, worker_free, may_execute, execute, finish},
        .user = bed,
    };
    ck_assert(base_is_ok(lanes_new(&config, &bed->lanes)));
    for (int i = 0; i < CONNS; i++) {
        bed->conns[i].queue = lanes_conn_new();
        ck_assert_ptr_nonnull(bed->conns[i].queue);
    }
}

static void
bed_teardown(TestBed *bed)
{
    lanes_stop(bed->lanes);
    ck_assert_int_eq(atomic_load(&bed->workers), 0);
    for (int i = 0; i < CONNS; i++) {
        lanes_conn_end(bed->conns[i].queue);
    }
    lanes_free(bed->lanes);
    free(bed->requests);
    (void)sem_destroy(&bed->entered);
    (void)sem_destroy(&bed->gate);
}

/* Submits the next task of a connection through its reactor. */
static bool
submit(TestBed *bed, unsigned index, bool ends)
{
    TestConn *conn = &bed->conns[index];
    TestRequest *request = &bed->requests[index * TASKS + conn->submitted];
    *request = (TestRequest){conn, conn->submitted, ends, false};
    const LanesTask task = {.request = request};
    bool taken = lanes_submit(bed->lanes, conn->queue, index % REACTORS, &task);
    conn->submitted += taken ? 1 : 0;
    return taken;
}

static void
wait_for(const _Atomic unsigned *counter, unsigned value)
{
    while (atomic_load(counter) < value) {
        (void)sched_yield();
    }
}

typedef struct TestReactor {
    TestBed *bed;
    unsigned index;
} TestReactor;

/* Submits in random portions to the connections of one reactor, one turn after the other. */
static void *
run_reactor(void *data)
{
    TestReactor *reactor = data;
    BaseRand rand = base_rand(reactor->index + 1);
    for (unsigned left = CONNS / REACTORS * TASKS; left > 0;) {
        unsigned turn = 1 + (unsigned)base_rand_below(&rand, 40);
        for (unsigned i = 0; i < turn && left > 0; i++) {
            unsigned index =
                (unsigned)base_rand_below(&rand, CONNS / REACTORS) * REACTORS + reactor->index;
            if (reactor->bed->conns[index].submitted < TASKS) {
                ck_assert(submit(reactor->bed, index, false));
                left--;
            }
        }
        lanes_turn_end(reactor->bed->lanes, reactor->index);
    }
    return NULL;
}

START_TEST(sets_a_connection_aside_until_it_is_resumed)
{
    TestBed bed;
    bed_setup(&bed, 1, 1000, false);
    atomic_store(&bed.conns[0].held, true);
    for (int i = 0; i < 40; i++) {
        ck_assert(submit(&bed, 0, false));
        ck_assert(submit(&bed, 2, false));
    }
    lanes_turn_end(bed.lanes, 0);
    /* The only worker serves the other one. */
    wait_for(&bed.conns[2].executed, 40);
    wait_for(&bed.conns[0].refusals, 1);
    ck_assert_uint_eq(atomic_load(&bed.conns[0].executed), 0);
    ck_assert_uint_eq(lanes_queued(bed.lanes), 40);
    /* What comes meanwhile waits behind it. */
    ck_assert(submit(&bed, 0, false));
    lanes_turn_end(bed.lanes, 0);
    atomic_store(&bed.conns[0].held, false);
    lanes_resume(bed.lanes, bed.conns[0].queue);
    wait_for(&bed.conns[0].executed, 41);
    ck_assert_uint_eq(atomic_load(&bed.conns[0].disorder), 0);
    ck_assert_uint_eq(atomic_load(&bed.conns[0].refusals), 1);
    ck_assert_uint_eq(lanes_queued(bed.lanes), 0);
    bed_teardown(&bed);
}
END_TEST

START_TEST(a_resume_that_comes_early_is_not_lost)
{
    TestBed bed;
    bed_setup(&bed, 2, 1000, false);
    for (unsigned round = 1; round <= 200; round++) {
        atomic_store(&bed.conns[0].released_at_once, true);
        atomic_store(&bed.conns[0].held, true);
        ck_assert(submit(&bed, 0, false));
        lanes_turn_end(bed.lanes, 0);
        wait_for(&bed.conns[0].executed, round);
        lanes_resume(bed.lanes, bed.conns[0].queue); /* harmless when nothing waits */
    }
    ck_assert_uint_eq(atomic_load(&bed.conns[0].disorder), 0);
    bed_teardown(&bed);
}
END_TEST

START_TEST(keeps_the_order_of_each_connection)
{
    TestBed bed;
    bed_setup(&bed, 4, 1000000, false);
    pthread_t threads[REACTORS];
    TestReactor reactors[REACTORS];
    for (unsigned i = 0; i < REACTORS; i++) {
        reactors[i] = (TestReactor){&bed, i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_reactor, &reactors[i]), 0);
    }
    /* Workers come and go meanwhile. */
    for (unsigned i = 0; i < 20; i++) {
        ck_assert(base_is_ok(lanes_set_workers(bed.lanes, 1 + i * 5 % 7)));
        (void)sched_yield();
    }
    for (unsigned i = 0; i < REACTORS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    wait_for(&bed.order, CONNS * TASKS);
    for (int i = 0; i < CONNS; i++) {
        ck_assert_uint_eq(atomic_load(&bed.conns[i].executed), TASKS);
        ck_assert_uint_eq(atomic_load(&bed.conns[i].disorder), 0);
        ck_assert_uint_eq(atomic_load(&bed.conns[i].overlaps), 0);
    }
    ck_assert_uint_eq(lanes_queued(bed.lanes), 0);
    bed_teardown(&bed);
}
END_TEST

START_TEST(a_busy_connection_delays_others_by_one_burst)
{
    TestBed bed;
    bed_setup(&bed, 1, 1000, true);
    for (int i = 0; i < 100; i++) {
        ck_assert(submit(&bed, 0, false));
    }
    ck_assert(submit(&bed, 2, false));
    lanes_turn_end(bed.lanes, 0);
    unsigned before = 0;
    for (; atomic_load(&bed.conns[2].executed) == 0; before++) {
        (void)sem_wait(&bed.entered);
        (void)sem_post(&bed.gate);
        wait_for(&bed.order, before + 1);
    }
    ck_assert_uint_eq(before, LANES_BURST + 1);
    for (unsigned i = before; i < 101; i++) {
        (void)sem_post(&bed.gate);
    }
    wait_for(&bed.order, 101);
    bed_teardown(&bed);
}
END_TEST

START_TEST(connections_are_served_in_parallel)
{
    TestBed bed;
    bed_setup(&bed, 3, 1000, true);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(submit(&bed, i * REACTORS, false));
    }
    lanes_turn_end(bed.lanes, 0);
    for (int i = 0; i < 3; i++) {
        (void)sem_wait(&bed.entered); /* all three are inside before any may leave */
    }
    for (int i = 0; i < 3; i++) {
        (void)sem_post(&bed.gate);
    }
    wait_for(&bed.order, 3);
    bed_teardown(&bed);
}
END_TEST

START_TEST(takes_no_more_than_the_queue_holds)
{
    TestBed bed;
    bed_setup(&bed, 1, 10, true);
    ck_assert(submit(&bed, 0, false));
    lanes_turn_end(bed.lanes, 0);
    (void)sem_wait(&bed.entered); /* that one does not wait any more */
    for (unsigned i = 0; i < 10; i++) {
        ck_assert(submit(&bed, i % 4, false));
    }
    ck_assert(!submit(&bed, 0, false));
    ck_assert(!submit(&bed, 7, false));
    ck_assert_uint_eq(lanes_queued(bed.lanes), 10);
    lanes_set_queue_max(bed.lanes, 11);
    ck_assert(submit(&bed, 7, false));
    ck_assert(!submit(&bed, 7, false));
    lanes_turn_end(bed.lanes, 0);
    lanes_turn_end(bed.lanes, 1);
    for (int i = 0; i < 12; i++) {
        (void)sem_post(&bed.gate);
    }
    wait_for(&bed.order, 12);
    ck_assert(submit(&bed, 7, false));
    lanes_turn_end(bed.lanes, 1);
    (void)sem_post(&bed.gate);
    wait_for(&bed.order, 13);
    bed_teardown(&bed);
}
END_TEST

START_TEST(drops_what_comes_behind_the_end_of_a_connection)
{
    TestBed bed;
    bed_setup(&bed, 2, 1000, false);
    for (int i = 0; i < 100; i++) {
        ck_assert(submit(&bed, 0, i == 50));
        ck_assert(submit(&bed, 2, false));
    }
    lanes_turn_end(bed.lanes, 0);
    wait_for(&bed.order, 51 + 100);
    wait_for(&bed.conns[0].dropped, 49);
    ck_assert_uint_eq(atomic_load(&bed.conns[0].executed), 51);
    ck_assert_uint_eq(atomic_load(&bed.conns[2].executed), 100);
    ck_assert(submit(&bed, 0, false)); /* a later turn is dropped as well */
    lanes_turn_end(bed.lanes, 0);
    wait_for(&bed.conns[0].dropped, 50);
    /* No reactor takes it for one whose requests it may execute. */
    ck_assert(!lanes_conn_idle(bed.conns[0].queue));
    wait_for(&bed.conns[2].finished, 100);
    ck_assert(lanes_conn_idle(bed.conns[2].queue));
    bed_teardown(&bed);
}
END_TEST

START_TEST(a_connection_is_idle_when_its_last_task_is_finished)
{
    TestBed bed;
    bed_setup(&bed, 2, 1000, false);
    bed.alone = true;
    for (unsigned round = 1; round <= TASKS; round++) {
        for (unsigned i = 0; i < 4; i += REACTORS) {
            ck_assert(submit(&bed, i, false));
            ck_assert(!lanes_conn_idle(bed.conns[i].queue));
        }
        lanes_turn_end(bed.lanes, 0);
        for (unsigned i = 0; i < 4; i += REACTORS) {
            wait_for(&bed.conns[i].finished, round);
            ck_assert(lanes_conn_idle(bed.conns[i].queue));
        }
    }
    ck_assert_uint_eq(atomic_load(&bed.conns[0].late) + atomic_load(&bed.conns[2].late), 0);
    bed_teardown(&bed);
}
END_TEST

START_TEST(a_connection_may_go_when_its_last_task_is_finished)
{
    TestBed bed;
    bed_setup(&bed, 1, 1000, false);
    for (unsigned round = 1; round <= TASKS / 2; round++) {
        ck_assert(submit(&bed, 0, false));
        ck_assert(submit(&bed, 0, false));
        lanes_turn_end(bed.lanes, 0);
        wait_for(&bed.conns[0].finished, 2 * round);
        lanes_conn_end(bed.conns[0].queue);
        bed.conns[0].queue = lanes_conn_new();
        ck_assert_ptr_nonnull(bed.conns[0].queue);
    }
    bed_teardown(&bed);
}
END_TEST

START_TEST(stopping_leaves_what_waits_alone)
{
    TestBed bed;
    bed_setup(&bed, 1, 1000, true);
    for (int i = 0; i < 40; i++) {
        ck_assert(submit(&bed, (unsigned)i % 4, false));
    }
    lanes_turn_end(bed.lanes, 0);
    lanes_turn_end(bed.lanes, 1);
    (void)sem_wait(&bed.entered);
    for (int i = 0; i < 40; i++) { /* some of them are executed, whatever the worker gets to */
        (void)sem_post(&bed.gate);
    }
    lanes_stop(bed.lanes);
    unsigned executed = atomic_load(&bed.order);
    ck_assert_uint_ge(executed, 1);
    ck_assert(!submit(&bed, 0, false));
    lanes_turn_end(bed.lanes, 0);
    ck_assert_uint_eq(atomic_load(&bed.order), executed);
    bed_teardown(&bed);
}
END_TEST

/* Connections end one by one then, and those that were set aside are resumed as they do. */
START_TEST(a_resume_after_the_stop_touches_no_other_connection)
{
    TestBed bed;
    bed_setup(&bed, 1, 1000, false);
    for (unsigned i = 0; i < 3; i++) {
        atomic_store(&bed.conns[i].held, true);
        ck_assert(submit(&bed, i, false));
    }
    lanes_turn_end(bed.lanes, 0);
    lanes_turn_end(bed.lanes, 1);
    for (unsigned i = 0; i < 3; i++) {
        wait_for(&bed.conns[i].refusals, 1);
    }
    lanes_stop(bed.lanes);
    for (unsigned i = 0; i < 3; i++) {
        lanes_resume(bed.lanes, bed.conns[i].queue);
        lanes_conn_end(bed.conns[i].queue);
        bed.conns[i].queue = NULL;
    }
    ck_assert_uint_eq(atomic_load(&bed.order), 0);
    bed_teardown(&bed);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("lanes");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, keeps_the_order_of_each_connection);
    tcase_add_test(cases, sets_a_connection_aside_until_it_is_resumed);
    tcase_add_test(cases, a_resume_that_comes_early_is_not_lost);
    tcase_add_test(cases, a_busy_connection_delays_others_by_one_burst);
    tcase_add_test(cases, connections_are_served_in_parallel);
    tcase_add_test(cases, takes_no_more_than_the_queue_holds);
    tcase_add_test(cases, drops_what_comes_behind_the_end_of_a_connection);
    tcase_add_test(cases, a_connection_is_idle_when_its_last_task_is_finished);
    tcase_add_test(cases, a_connection_may_go_when_its_last_task_is_finished);
    tcase_add_test(cases, stopping_leaves_what_waits_alone);
    tcase_add_test(cases, a_resume_after_the_stop_touches_no_other_connection);
    Suite *suite = suite_create("server");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
