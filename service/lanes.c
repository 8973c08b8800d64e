/*
 * lanes.c: a queue of connections that have something to do, each with a queue of tasks.
 *
 * A connection is in one of these states:
 *
 *            submit             turn_end            a worker takes it
 *     IDLE ---------> STAGED -----------> READY <------------------> RUNNING
 *       ^                                   ^     more tasks are left   | |
 *       |                                   | resume                    | |
 *       |                                 PARKED <-- may not execute ---+ |
 *       +-------------------------------------------- no task is left ----+
 *
 * IDLE has no task, and has not ended; ENDED is the same after the end (I-4). STAGED is on a list
 * of its reactor, so that a whole turn of a reactor costs one lock of the ready queue and tasks
 * which arrived together are found together. READY is in the ready queue. RUNNING belongs to one
 * worker, which looks at up to LANES_BURST tasks at once and takes those out that it has executed
 * when it puts the connection back. PARKED is nowhere: it has tasks, and waits for lanes_resume().
 * One that comes while it is still RUNNING is remembered (`resumed`), so that none is lost. Tasks
 * that arrive in a state other than IDLE and ENDED are only added to the connection's ring.
 *
 * Locks. LanesConn.lock guards the ring, the state and the two flags. Lanes.lock guards the ready
 * queue and the number of sleeping workers. They are never held together. LanesConn.next belongs
 * to the list that the connection is on. Lists of staged connections belong to their reactors. The
 * state is written under the lock, but a reactor may ask without it whether it is IDLE: only the
 * reactor itself ends that state.
 *
 * I-6. A worker puts a connection back before it finishes the last task of a burst. If that was the
 * connection's last, the worker does not touch the connection any more: the reactor may execute and
 * submit, and free it when all is finished.
 */
#include "service/lanes.h"

#include "engine/base/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

typedef enum LanesState {
    LANES_IDLE,
    LANES_ENDED,
    LANES_STAGED,
    LANES_READY,
    LANES_RUNNING,
    LANES_PARKED,
} LanesState;

struct LanesConn {
    pthread_mutex_t lock;
    _Atomic LanesState state;
    bool ending;  /* I-4 */
    bool resumed; /* while RUNNING: what it may have to be parked for is over */
    LanesTask *ring;
    size_t capacity; /* 0 or a power of 2 */
    size_t first;    /* index of the oldest task, before masking */
    size_t count;
    LanesConn *next;
};

typedef struct LanesWorker {
    Lanes *lanes;
    unsigned index;
    pthread_t thread;
    void *state; /* of the callbacks */
} LanesWorker;

/* Connections that a reactor has given something to do in this turn; a cache line of its own. */
typedef struct LanesTurn {
    _Alignas(64) LanesConn *first;
    LanesConn *last;
    unsigned count;
} LanesTurn;

struct Lanes {
    LanesConfig config;
    char name[9];
    _Atomic size_t queue_max;
    _Atomic size_t queued;
    _Atomic bool stopping;
    LanesTurn *turns;

    pthread_mutex_t lock;
    pthread_cond_t work;
    LanesConn *ready_first;
    LanesConn *ready_last;
    unsigned sleeping;
    unsigned wanted; /* workers with a higher index end */

    unsigned started; /* workers that run; for the owner alone */
    LanesWorker workers[LANES_WORKERS_MAX];
};

/* ----------------------------------------------------------------------------- connections -- */

LanesConn *
lanes_conn_new(void)
{
    LanesConn *conn = calloc(1, sizeof *conn);
    if (conn != NULL && pthread_mutex_init(&conn->lock, NULL) != 0) {
        free(conn);
        return NULL;
    }
    return conn;
}

void
lanes_conn_end(LanesConn *conn)
{
    if (conn == NULL) {
        return;
    }
    BASE_INVARIANT(atomic_load(&conn->state) != LANES_RUNNING);
    (void)pthread_mutex_destroy(&conn->lock);
    free(conn->ring);
    free(conn);
}

/* Makes room for one more task. Called with the lock held; grows rarely, and never shrinks. */
static bool
conn_reserve(LanesConn *conn)
{
    if (conn->count < conn->capacity) {
        return true;
    }
    size_t capacity = conn->capacity == 0 ? 4 : conn->capacity * 2;
    LanesTask *ring = calloc(capacity, sizeof *ring);
    if (ring == NULL) {
        return false;
    }
    for (size_t i = 0; i < conn->count; i++) {
        ring[i] = conn->ring[(conn->first + i) & (conn->capacity - 1)];
    }
    free(conn->ring);
    conn->ring = ring;
    conn->capacity = capacity;
    conn->first = 0;
    return true;
}

/* Adds a task; *ret_idle: nobody knew of the connection, so it has to be staged. */
static bool
conn_push(LanesConn *conn, const LanesTask *task, bool *ret_idle)
{
    (void)pthread_mutex_lock(&conn->lock);
    bool fits = conn_reserve(conn);
    if (fits) {
        conn->ring[(conn->first + conn->count) & (conn->capacity - 1)] = *task;
        conn->count++;
        *ret_idle = conn->state == LANES_IDLE || conn->state == LANES_ENDED;
        conn->state = *ret_idle ? LANES_STAGED : conn->state;
    }
    (void)pthread_mutex_unlock(&conn->lock);
    return fits;
}

/* Takes the connection and copies its oldest tasks, which stay where they are. */
static size_t
conn_take(LanesConn *conn, LanesTask tasks[LANES_BURST], bool *ret_ending)
{
    (void)pthread_mutex_lock(&conn->lock);
    size_t count = conn->count < LANES_BURST ? conn->count : LANES_BURST;
    for (size_t i = 0; i < count; i++) {
        tasks[i] = conn->ring[(conn->first + i) & (conn->capacity - 1)];
    }
    conn->state = LANES_RUNNING;
    conn->resumed = false;
    *ret_ending = conn->ending;
    (void)pthread_mutex_unlock(&conn->lock);
    return count;
}

/* How a burst ended. */
typedef struct LanesBurst {
    size_t done; /* tasks that were executed, or are not to be */
    bool ending; /* the connection ends */
    bool held;   /* the next task may not be executed yet */
} LanesBurst;

/* Puts a connection back; true: it has more to do and belongs into the ready queue. */
static bool
conn_put(LanesConn *conn, LanesBurst burst)
{
    (void)pthread_mutex_lock(&conn->lock);
    conn->first += burst.done;
    conn->count -= burst.done;
    conn->ending = burst.ending;
    bool more = conn->count > 0 && (!burst.held || conn->resumed);
    LanesState rest = burst.ending ? LANES_ENDED : LANES_IDLE;
    conn->state = more ? LANES_READY : conn->count > 0 ? LANES_PARKED : rest;
    (void)pthread_mutex_unlock(&conn->lock);
    return more;
}

static void
conn_set_ready(LanesConn *conn)
{
    (void)pthread_mutex_lock(&conn->lock);
    conn->state = LANES_READY;
    (void)pthread_mutex_unlock(&conn->lock);
}

/* --------------------------------------------------------------------------------- workers -- */

/* Appends a list to the ready queue. Called with the lock held. */
static void
ready_append(Lanes *lanes, LanesConn *first, LanesConn *last)
{
    last->next = NULL;
    if (lanes->ready_first == NULL) {
        lanes->ready_first = first;
    } else {
        lanes->ready_last->next = first;
    }
    lanes->ready_last = last;
}

/*
 * Appends a list to the ready queue unless the lanes are stopped; returns how many workers sleep.
 * The flag is looked at under the lock, which lanes_stop() takes after setting it: so nothing is
 * appended once lanes_stop() has returned, when connections that are in the queue may be freed.
 */
static unsigned
ready_add(Lanes *lanes, LanesConn *first, LanesConn *last)
{
    unsigned sleeping = 0;
    (void)pthread_mutex_lock(&lanes->lock);
    if (!atomic_load_explicit(&lanes->stopping, memory_order_relaxed)) {
        ready_append(lanes, first, last);
        sleeping = lanes->sleeping;
    }
    (void)pthread_mutex_unlock(&lanes->lock);
    return sleeping;
}

/*
 * Puts `again` (may be NULL) at the end of the ready queue and waits for the first connection of
 * it. NULL: the worker has to end.
 */
static LanesConn *
ready_take(Lanes *lanes, unsigned worker, LanesConn *again)
{
    (void)pthread_mutex_lock(&lanes->lock);
    if (again != NULL) {
        ready_append(lanes, again, again);
    }
    while (worker < lanes->wanted && lanes->ready_first == NULL) {
        lanes->sleeping++;
        (void)pthread_cond_wait(&lanes->work, &lanes->lock);
        lanes->sleeping--;
    }
    LanesConn *conn = NULL;
    if (worker < lanes->wanted) {
        conn = lanes->ready_first;
        lanes->ready_first = conn->next;
    } else if (lanes->ready_first != NULL) {
        (void)pthread_cond_signal(&lanes->work); /* what this one leaves behind is for another */
    }
    (void)pthread_mutex_unlock(&lanes->lock);
    return conn;
}

/* Executes a burst of a connection; true: there is more. If not, it may be gone (I-6). */
static bool
serve(Lanes *lanes, void *state, LanesConn *conn)
{
    const LanesCallbacks *callbacks = &lanes->config.callbacks;
    LanesTask tasks[LANES_BURST];
    LanesBurst burst = {0, false, false};
    size_t count = conn_take(conn, tasks, &burst.ending);
    BASE_INVARIANT(count > 0);
    void *user = lanes->config.user;
    for (; burst.done < count; burst.done++) {
        const LanesTask *task = &tasks[burst.done];
        if (atomic_load_explicit(&lanes->stopping, memory_order_relaxed)) {
            break;
        }
        burst.held = !burst.ending && !callbacks->may_execute(user, task);
        if (burst.held) {
            break;
        }
        (void)atomic_fetch_sub_explicit(&lanes->queued, 1, memory_order_relaxed);
        burst.ending = burst.ending || callbacks->execute(user, state, task);
        if (burst.done + 1 < count) {
            callbacks->finish(user, task, burst.ending);
        }
    }
    bool more = conn_put(conn, burst);
    if (burst.done == count) {
        callbacks->finish(user, &tasks[count - 1], burst.ending);
    }
    return more;
}

static void *
run(void *data)
{
    LanesWorker *worker = data;
    LanesConn *again = NULL;
    for (;;) {
        LanesConn *conn = ready_take(worker->lanes, worker->index, again);
        if (conn == NULL) {
            return NULL;
        }
        again = serve(worker->lanes, worker->state, conn) ? conn : NULL;
    }
}

static BaseStatus
worker_start(Lanes *lanes)
{
    LanesWorker *worker = &lanes->workers[lanes->started];
    worker->lanes = lanes;
    worker->index = lanes->started;
    worker->state = lanes->config.callbacks.worker_new(lanes->config.user);
    if (worker->state == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a worker");
    }
    if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
        lanes->config.callbacks.worker_free(lanes->config.user, worker->state);
        return base_error(BASE_IO, "cannot start a worker thread");
    }
    char name[16];
    (void)snprintf(name, sizeof name, "%s-w%u", lanes->name, worker->index);
    (void)pthread_setname_np(worker->thread, name);
    lanes->started++;
    return base_ok();
}

static void
set_wanted(Lanes *lanes, unsigned wanted)
{
    (void)pthread_mutex_lock(&lanes->lock);
    lanes->wanted = wanted;
    (void)pthread_cond_broadcast(&lanes->work);
    (void)pthread_mutex_unlock(&lanes->lock);
}

/* Ends workers until `workers` are left. */
static void
shrink(Lanes *lanes, unsigned workers)
{
    set_wanted(lanes, workers);
    while (lanes->started > workers) {
        LanesWorker *worker = &lanes->workers[--lanes->started];
        (void)pthread_join(worker->thread, NULL);
        lanes->config.callbacks.worker_free(lanes->config.user, worker->state);
    }
}

BaseStatus
lanes_set_workers(Lanes *lanes, unsigned workers)
{
    BASE_CHECK(workers >= 1 && workers <= LANES_WORKERS_MAX);
    unsigned before = lanes->started;
    if (workers <= before) {
        shrink(lanes, workers);
        return base_ok();
    }
    set_wanted(lanes, workers);
    while (lanes->started < workers) {
        BaseStatus status = worker_start(lanes);
        if (!base_is_ok(status)) {
            shrink(lanes, before);
            return status;
        }
    }
    return base_ok();
}

/* ----------------------------------------------------------------------------------- lanes -- */

BaseStatus
lanes_new(const LanesConfig *config, Lanes **ret_lanes)
{
    Lanes *lanes = calloc(1, sizeof *lanes);
    LanesTurn *turns = aligned_alloc(_Alignof(LanesTurn), config->reactors * sizeof *turns);
    if (lanes == NULL || turns == NULL) {
        free(lanes);
        free(turns);
        return base_error(BASE_NO_MEMORY, "no memory for workers");
    }
    for (unsigned i = 0; i < config->reactors; i++) {
        turns[i] = (LanesTurn){NULL, NULL, 0};
    }
    lanes->config = *config;
    (void)snprintf(lanes->name, sizeof lanes->name, "%s", config->name);
    lanes->config.name = lanes->name;
    lanes->turns = turns;
    atomic_init(&lanes->queue_max, config->queue_max);
    atomic_init(&lanes->queued, 0);
    atomic_init(&lanes->stopping, false);
    (void)pthread_mutex_init(&lanes->lock, NULL);
    (void)pthread_cond_init(&lanes->work, NULL);
    BaseStatus status = lanes_set_workers(lanes, config->workers);
    if (!base_is_ok(status)) {
        lanes_free(lanes);
        return status;
    }
    *ret_lanes = lanes;
    return base_ok();
}

void
lanes_set_queue_max(Lanes *lanes, size_t queue_max)
{
    atomic_store_explicit(&lanes->queue_max, queue_max, memory_order_relaxed);
}

size_t
lanes_queued(const Lanes *lanes)
{
    return atomic_load_explicit(&lanes->queued, memory_order_relaxed);
}

void
lanes_stop(Lanes *lanes)
{
    atomic_store_explicit(&lanes->stopping, true, memory_order_relaxed);
    shrink(lanes, 0);
}

void
lanes_free(Lanes *lanes)
{
    if (lanes == NULL) {
        return;
    }
    BASE_CHECK(lanes->started == 0);
    (void)pthread_cond_destroy(&lanes->work);
    (void)pthread_mutex_destroy(&lanes->lock);
    free(lanes->turns);
    free(lanes);
}

bool
lanes_submit(Lanes *lanes, LanesConn *conn, unsigned reactor, const LanesTask *task)
{
    size_t queue_max = atomic_load_explicit(&lanes->queue_max, memory_order_relaxed);
    size_t waiting = atomic_fetch_add_explicit(&lanes->queued, 1, memory_order_relaxed);
    bool idle = false;
    if (waiting >= queue_max || atomic_load_explicit(&lanes->stopping, memory_order_relaxed) ||
        !conn_push(conn, task, &idle)) {
        (void)atomic_fetch_sub_explicit(&lanes->queued, 1, memory_order_relaxed);
        return false;
    }
    if (!idle) {
        return true;
    }
    LanesTurn *turn = &lanes->turns[reactor];
    conn->next = NULL;
    if (turn->first == NULL) {
        turn->first = conn;
    } else {
        turn->last->next = conn;
    }
    turn->last = conn;
    turn->count++;
    return true;
}

bool
lanes_conn_idle(const LanesConn *conn)
{
    return atomic_load_explicit(&conn->state, memory_order_acquire) == LANES_IDLE;
}

void
lanes_resume(Lanes *lanes, LanesConn *conn)
{
    (void)pthread_mutex_lock(&conn->lock);
    bool parked = conn->state == LANES_PARKED;
    if (parked) {
        conn->state = LANES_READY;
    }
    conn->resumed = true;
    (void)pthread_mutex_unlock(&conn->lock);
    if (parked && ready_add(lanes, conn, conn) > 0) {
        (void)pthread_cond_signal(&lanes->work);
    }
}

void
lanes_turn_end(Lanes *lanes, unsigned reactor)
{
    LanesTurn *turn = &lanes->turns[reactor];
    if (turn->first == NULL) {
        return;
    }
    for (LanesConn *conn = turn->first; conn != NULL; conn = conn->next) {
        conn_set_ready(conn);
    }
    unsigned sleeping = ready_add(lanes, turn->first, turn->last);
    unsigned wake = turn->count < sleeping ? turn->count : sleeping;
    for (unsigned i = 0; i < wake; i++) {
        (void)pthread_cond_signal(&lanes->work);
    }
    *turn = (LanesTurn){NULL, NULL, 0};
}
