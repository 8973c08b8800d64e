/*
 * worker.h: one thread of load: decides what to do next, judges and records what came back.
 *
 * A worker goes through up to two phases, each a call that returns when the phase is over:
 *
 *   LOAD  writes each of its records once, in order. A record whose write is refused, lost or timed
 *         out is written again, LOAD_RETRIES_MAX times in all; any other fault ends the phase.
 *   RUN   draws operations until the end of the schedule, then waits for what is under way. Before
 *         schedule.measure_ns it is warming up; what was intended later is measured.
 *
 * Arrival. Closed loop: an operation is intended when there is room for it. Open loop: operations
 * are intended at the times that arrival.h says, whatever the target does. When the target falls
 * behind, the backlog is sent as fast as it takes it, with latencies that include the wait; what
 * was still not sent 100 ms after the schedule ended is recorded as UNSENT with the time it had
 * waited at its end.
 *
 * An RMW is a GET, and when it was answered well a PUT of the same record, which goes before
 * everything else and even behind the end of the schedule. It is counted once, as RMW, from the
 * intended start of its GET to the end of its PUT; if its GET fails, so did the RMW.
 *
 * A run that is counted ends when each worker has begun its share of the operations, whatever the
 * schedule says.
 *
 * What is done, and to which records, is script.h's part.
 *
 * Threading: the phases of one worker run one after the other, on any thread. `recorder`, `notes`
 * and `stop` may be used from others meanwhile.
 */
#ifndef LARDER_LOADGEN_WORKER_H
#define LARDER_LOADGEN_WORKER_H

#include "loadgen/arrival.h"
#include "loadgen/plan.h"
#include "loadgen/recorder.h"
#include "loadgen/script.h"
#include "loadgen/target.h"
#include "loadgen/walk.h"

#include <pthread.h>

enum { LOAD_RETRIES_MAX = 1000 };

/*
 * Latencies of a turn that are not in the recorder yet: one behind the other, and all the same, as
 * those are that one read has answered. To record them together costs what one of them does.
 */
typedef struct LoadAlike {
    LoadOpKind row;
    int64_t ns;
    uint64_t count;
} LoadAlike;

typedef struct LoadWorker {
    LoadDriver driver; /* first: a worker is a driver */
    const LoadPlan *plan;
    LoadSession *session;
    LoadLedger ledger;
    LoadWalk walk;
    LoadScript script;
    LoadArrival arrival; /* with a rate */
    uint64_t operations; /* to begin; UINT64_MAX: not counted */
    LoadRecorder *recorder;
    LoadAlike alike;
    LoadOp *writes; /* PUTs of RMWs, to begin before anything else */
    size_t write_count;
    size_t write_room;
    uint32_t index;
    uint32_t workers;
    bool loading;
    LoadSchedule schedule;
    int64_t ended_ns; /* RUN: when the last answer was there */
    uint64_t drawn;   /* RUN: operations that were drawn; LOAD: records that were begun */
    uint64_t *again;  /* LOAD: records to write again */
    size_t again_count;
    unsigned retries;
    LoadFault load_fault; /* LOAD: what ended it; NONE: it is complete */
} LoadWorker;

/*
 * Makes worker `index` of `workers` ready; a session is attached by the caller. BASE_NO_MEMORY. The
 * worker must stay where it is.
 */
BaseStatus load_worker_init(LoadWorker *worker, const LoadPlan *plan, uint64_t records,
                            uint32_t index, uint32_t workers, uint32_t run);

/* Frees what init took, and the session. Takes workers that are all zero. */
void load_worker_clear(LoadWorker *worker);

/* The phases. LOAD is complete when worker->load_fault is NONE and `stop` was not set. */
void load_worker_load(LoadWorker *worker);
void load_worker_run(LoadWorker *worker, const LoadSchedule *schedule);

/* Has the recorder know of all latencies; RUN does so at the end of each turn. */
void load_worker_settle(LoadWorker *worker);

#endif
