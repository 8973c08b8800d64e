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
 * Arrival. Closed loop: an operation is intended when there is room for it. Open loop: the k-th
 * operation of this worker is intended at start + k / rate, whatever the target does. When the
 * target falls behind, the backlog is sent as fast as it takes it, with latencies that include the
 * wait; what was still not sent 100 ms after the schedule ended is recorded as UNSENT with the time
 * it had waited at its end.
 *
 * A run that is counted ends when each worker has begun its share of the operations, whatever the
 * schedule says.
 *
 * Keys are drawn uniformly from the worker's own records, or taken in order; see ledger.h. Walks go
 * over the records of all workers; those in order begin at a place that is each worker's own. The
 * same seed and settings give the same sequence of operations to each worker, independent of
 * timing.
 *
 * Threading: the phases of one worker run one after the other, on any thread. `recorder`, `notes`
 * and `stop` may be used from others meanwhile.
 */
#ifndef LARDER_LOADGEN_WORKER_H
#define LARDER_LOADGEN_WORKER_H

#include "engine/base/rand.h"
#include "loadgen/notes.h"
#include "loadgen/recorder.h"
#include "loadgen/target.h"
#include "loadgen/walk.h"
#include "loadgen/workload.h"

#include <pthread.h>

enum { LOAD_RETRIES_MAX = 1000 };

/* When a run does what; nanoseconds of the monotonic clock. */
typedef struct LoadSchedule {
    int64_t start_ns;
    int64_t measure_ns; /* warm-up ends, measuring begins */
    int64_t end_ns;     /* measuring ends */
} LoadSchedule;

/* What all workers of a run have in common. */
typedef struct LoadPlan {
    const LoadWorkload *workload;
    const LoadKeys *keys;
    unsigned get_percent;     /* of a mixed workload */
    uint32_t walk;            /* SCAN: entries */
    double rate;              /* operations a second of one worker; 0: closed loop */
    uint64_t operations;      /* of one worker, at least; 0: not counted */
    uint64_t operations_rest; /* so many workers do one more */
    uint64_t seed;
    bool loads; /* the run writes all records first */
    LoadNotes *notes;
    _Atomic bool *stop; /* set: end early */
} LoadPlan;

typedef struct LoadWorker {
    LoadDriver driver; /* first: a worker is a driver */
    const LoadPlan *plan;
    LoadSession *session;
    LoadLedger ledger;
    LoadWalk walk;
    LoadOpKind kind;
    uint64_t operations; /* to begin; UINT64_MAX: not counted */
    LoadRecorder *recorder;
    BaseRand rand;
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

#endif
