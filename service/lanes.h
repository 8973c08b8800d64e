/*
 * lanes.h: workers that execute the requests of many connections, those of each one in order.
 *
 * Reactors submit tasks, workers execute them. The rules:
 *
 *   I-1  At most one worker is busy with a connection, so its tasks are executed one after the
 *        other, in the order of their submission. Different connections are served in parallel.
 *   I-2  A worker executes at most LANES_BURST tasks of a connection before it goes to the next
 *        one, so a connection that always has more to do delays the others by no more than that.
 *   I-3  At most queue_max tasks wait. One more is not taken, and its submitter refuses it.
 *   I-4  A connection that ends (execute() returned true) has its further tasks dropped,
 *        unexecuted.
 *   I-5  A connection for which may_execute() says no is set aside with its tasks until
 *        lanes_resume(); no worker waits for it.
 *   I-6  A connection is idle before its last task is finished. So whoever has the answer, and asks
 *        again, finds it idle, and is not sent to the workers for nothing.
 *
 * What a task is, and how it is executed and answered, is the callbacks' matter. While a
 * connection is idle, a reactor may execute its next request by itself without breaking I-1.
 *
 * Threading: lanes_conn_new(), lanes_submit(), lanes_turn_end() and lanes_conn_end() belong to the
 * connection's reactor; everything else to the thread that made the lanes.
 */
#ifndef LARDER_SERVICE_LANES_H
#define LARDER_SERVICE_LANES_H

#include "engine/base/slice.h"
#include "engine/base/status.h"

typedef struct Lanes Lanes;
typedef struct LanesConn LanesConn; /* the queue of one connection */

enum { LANES_BURST = 16, LANES_WORKERS_MAX = 256 };

/* A request to execute. */
typedef struct LanesTask {
    void *request;   /* the submitter's; its answer goes there */
    BaseSlice input; /* stays valid until the task is finished */
    bool bad;        /* the input is no request */
} LanesTask;

typedef struct LanesCallbacks {
    /* What a worker needs for itself; NULL: no memory. Called by the thread that made the lanes. */
    void *(*worker_new)(void *user);
    void (*worker_free)(void *user, void *worker);
    /*
     * Whether to execute a task now. After false, lanes_resume() has to come for its connection;
     * it may come before this call returns.
     */
    bool (*may_execute)(void *user, const LanesTask *task);
    /* Executes a task and makes its answer; true: its connection ends. */
    bool (*execute)(void *user, void *worker, const LanesTask *task);
    /*
     * Hands over the answer of a task that was executed, or lacks one because its connection ended
     * before. `ends`: with this task, or before it. Comes exactly once for each, in their order but
     * for the last one: those that are submitted from then on may be ahead of it.
     */
    void (*finish)(void *user, const LanesTask *task, bool ends);
} LanesCallbacks;

typedef struct LanesConfig {
    const char *name;  /* of the threads, at most 8 characters */
    unsigned reactors; /* that submit, numbered from 0 */
    unsigned workers;  /* 1 to LANES_WORKERS_MAX */
    size_t queue_max;
    LanesCallbacks callbacks;
    void *user;
} LanesConfig;

/* Starts the workers. BASE_NO_MEMORY, BASE_IO: no thread. */
BaseStatus lanes_new(const LanesConfig *config, Lanes **ret_lanes);

/* Starts or ends workers, which finish the task at hand. On failure there are as many as before. */
BaseStatus lanes_set_workers(Lanes *lanes, unsigned workers);

/* New bound on waiting tasks. Any thread. */
void lanes_set_queue_max(Lanes *lanes, size_t queue_max);

/* Tasks that wait for a worker. Any thread. */
size_t lanes_queued(const Lanes *lanes);

/*
 * Ends all workers, which finish the task at hand; tasks that wait stay where they are and
 * nothing touches them any more. From now on lanes_submit() takes none.
 */
void lanes_stop(Lanes *lanes);

/* REQUIRES: stopped, and every connection ended. Takes NULL. */
void lanes_free(Lanes *lanes);

/* The queue of a new connection. NULL: no memory. */
LanesConn *lanes_conn_new(void);

/*
 * The connection is gone. REQUIRES: each of its tasks was finished, or the lanes are stopped. Takes
 * NULL.
 */
void lanes_conn_end(LanesConn *conn);

/*
 * Queues a task; workers see it after lanes_turn_end(). False: over queue_max, no memory, or
 * stopped; then the caller answers it.
 */
bool lanes_submit(Lanes *lanes, LanesConn *conn, unsigned reactor, const LanesTask *task);

/*
 * Whether a connection has no task, waiting or being executed, and has not ended, so that its
 * reactor may execute its next request by itself. The reactor's.
 */
bool lanes_conn_idle(const LanesConn *conn);

/* A connection that was set aside may go on; harmless for others. Any thread. */
void lanes_resume(Lanes *lanes, LanesConn *conn);

/* Hands what a reactor submitted since the last call to the workers. */
void lanes_turn_end(Lanes *lanes, unsigned reactor);

#endif
