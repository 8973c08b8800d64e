/*
 * worker.c: one thread of load. See worker.h.
 */
#include "loadgen/worker.h"

#include "loadgen/clock.h"

#include <stdlib.h>

enum {
    /* Longest wait of one turn, so that `stop` and the end of the schedule are seen. */
    TURN_NS = 20 * 1000 * 1000,
    /* Open loop: how long after the schedule what was due before its end is still sent. */
    GRACE_NS = 100 * 1000 * 1000,
};

static LoadWorker *
worker_of(LoadDriver *driver)
{
    return (LoadWorker *)driver;
}

static bool
stopped(const LoadWorker *worker)
{
    return atomic_load_explicit(worker->plan->stop, memory_order_relaxed);
}

/* --------------------------------------------------------------------------------- arrivals -- */

/* LOAD: the next record to write; false: all were begun. */
static bool
next_to_load(LoadWorker *worker, uint64_t *ret_record)
{
    if (worker->load_fault != LOAD_FAULT_NONE) {
        return false;
    }
    if (worker->again_count != 0) {
        *ret_record = worker->again[--worker->again_count];
        return true;
    }
    if (worker->ledger.observer || worker->drawn == worker->ledger.records) {
        return false;
    }
    *ret_record = load_ledger_record(&worker->ledger, worker->drawn++);
    return true;
}

/* RUN: when the next operation is intended. */
static int64_t
next_intended(const LoadWorker *worker, int64_t now_ns)
{
    if (worker->plan->rate <= 0) {
        return now_ns < worker->schedule.start_ns ? worker->schedule.start_ns : now_ns;
    }
    double after_ns = (double)worker->drawn * ((double)LOAD_SECOND_NS / worker->plan->rate);
    return worker->schedule.start_ns + (int64_t)after_ns;
}

/* RUN: whether the schedule has an operation left, now or later. */
static bool
schedule_is_open(const LoadWorker *worker, int64_t now_ns)
{
    if (worker->drawn >= worker->operations) {
        return false;
    }
    int64_t end_ns = worker->schedule.end_ns;
    if (worker->plan->rate <= 0) {
        return now_ns < end_ns;
    }
    return now_ns < end_ns ||
           (now_ns < end_ns + GRACE_NS && next_intended(worker, now_ns) < end_ns);
}

/* The place of the operation that is drawn among `places`, in the workload's order. */
static uint64_t
draw_place(LoadWorker *worker, uint64_t places, uint64_t begin, uint64_t step)
{
    uint64_t at = (begin + worker->drawn * step) % places;
    switch (worker->plan->workload->order) {
    case LOAD_ORDER_FORWARD:
        return at;
    case LOAD_ORDER_BACKWARD:
        return places - 1 - at;
    case LOAD_ORDER_RANDOM:
        break;
    }
    return base_rand_below(&worker->rand, places);
}

/* A walk or a MULTI_GET, over the records of all workers. */
static void
draw_walk(LoadWorker *worker, LoadOp *op)
{
    uint64_t total = worker->ledger.total;
    uint64_t begin = total / worker->ledger.workers * worker->ledger.worker;
    op->walk = worker->plan->walk;
    op->record = draw_place(worker, total, begin, op->walk);
    op->total = total;
    op->reverse = worker->plan->workload->order == LOAD_ORDER_BACKWARD;
    op->record += op->reverse ? 1 : 0;
}

static void
draw(LoadWorker *worker, int64_t intended_ns, LoadOp *ret_op)
{
    const LoadPlan *plan = worker->plan;
    *ret_op = (LoadOp){
        .kind = worker->kind,
        .missing = plan->workload->missing,
        .sync = plan->workload->sync,
        .intended_ns = intended_ns,
    };
    if (plan->workload->mixed && base_rand_below(&worker->rand, 100) >= plan->get_percent) {
        ret_op->kind = LOAD_PUT;
    }
    if (load_op_is_walk(worker->kind)) {
        draw_walk(worker, ret_op);
    } else {
        uint64_t place = draw_place(worker, worker->ledger.records, 0, 1);
        ret_op->record = load_ledger_record(&worker->ledger, place);
    }
    worker->drawn++;
}

static bool
driver_next(LoadDriver *driver, int64_t now_ns, LoadOp *ret_op)
{
    LoadWorker *worker = worker_of(driver);
    if (stopped(worker)) {
        return false;
    }
    if (worker->loading) {
        uint64_t record = 0;
        if (!next_to_load(worker, &record)) {
            return false;
        }
        *ret_op = (LoadOp){.kind = LOAD_PUT, .record = record, .intended_ns = now_ns};
    } else {
        int64_t intended_ns = next_intended(worker, now_ns);
        if (intended_ns > now_ns || intended_ns >= worker->schedule.end_ns ||
            !schedule_is_open(worker, now_ns)) {
            return false;
        }
        draw(worker, intended_ns, ret_op);
    }
    load_ledger_begin(&worker->ledger, ret_op);
    return true;
}

static int64_t
driver_idle_ns(LoadDriver *driver, int64_t now_ns)
{
    LoadWorker *worker = worker_of(driver);
    bool closed = worker->plan->rate <= 0 && now_ns >= worker->schedule.start_ns;
    if (worker->loading || closed) {
        return TURN_NS;
    }
    int64_t idle_ns = next_intended(worker, now_ns) - now_ns;
    return idle_ns < 0 ? 0 : idle_ns;
}

/* ---------------------------------------------------------------------------------- answers -- */

static bool
is_retryable(LoadFault fault)
{
    return fault == LOAD_FAULT_REFUSED || fault == LOAD_FAULT_TIMEOUT || fault == LOAD_FAULT_LOST ||
           fault == LOAD_FAULT_INDETERMINATE;
}

static void
loaded(LoadWorker *worker, const LoadOp *op, LoadFault fault)
{
    if (fault == LOAD_FAULT_NONE) {
        load_recorder_count(&worker->recorder->loaded);
        return;
    }
    if (!is_retryable(fault) || worker->retries == LOAD_RETRIES_MAX) {
        worker->load_fault = fault;
        return;
    }
    worker->retries++;
    worker->again[worker->again_count++] = op->record;
}

static void
note_latency(LoadWorker *worker, const LoadOp *op, int64_t ended_ns)
{
    LoadRecorder *recorder = worker->recorder;
    base_shared_histogram_record(&recorder->latency[op->kind], ended_ns - op->intended_ns);
    if (worker->plan->rate > 0) {
        base_shared_histogram_record(&recorder->service[op->kind], ended_ns - op->started_ns);
    }
}

static void
measure(LoadWorker *worker, const LoadOp *op, const LoadAnswer *answer)
{
    LoadRecorder *recorder = worker->recorder;
    const LoadSchedule *schedule = &worker->schedule;
    bool good = answer->fault == LOAD_FAULT_NONE;
    if (good && answer->finished_ns >= schedule->measure_ns &&
        answer->finished_ns < schedule->end_ns) {
        load_recorder_count(&recorder->finished[op->kind]);
        load_recorder_add(&recorder->entries, answer->entries);
    }
    if (op->intended_ns < schedule->measure_ns) {
        if (!good) {
            load_recorder_count(&recorder->faults_outside);
        }
        return;
    }
    if (good || answer->fault == LOAD_FAULT_TIMEOUT) {
        note_latency(worker, op, answer->finished_ns);
    }
    if (!good) {
        load_recorder_count(&recorder->faults[op->kind][answer->fault]);
    }
}

/* Judges an entry of a walk. */
static void
driver_entry(LoadDriver *driver, const LoadOp *op, const LoadEntry *entry)
{
    LoadWorker *worker = worker_of(driver);
    LoadVerdict verdict = load_walk_entry(&worker->walk, op, entry);
    load_recorder_count(&worker->recorder->verdicts[verdict]);
    if (verdict != LOAD_RIGHT) {
        LoadAnswer answer = {.found = true, .value = entry->value};
        load_notes_wrong(worker->plan->notes, verdict, op, &answer);
    }
}

static void
judge(LoadWorker *worker, const LoadOp *op, const LoadAnswer *answer)
{
    LoadVerdict verdict = load_op_is_walk(op->kind)
                              ? load_walk_end(&worker->walk, op, answer->entries)
                              : load_ledger_end(&worker->ledger, op, answer);
    if (op->kind == LOAD_GET && !answer->found && verdict == LOAD_RIGHT) {
        load_recorder_count(&worker->recorder->absent);
        return;
    }
    if (op->kind == LOAD_GET || verdict != LOAD_RIGHT) {
        load_recorder_count(&worker->recorder->verdicts[verdict]);
    }
    if (verdict != LOAD_RIGHT) {
        load_notes_wrong(worker->plan->notes, verdict, op, answer);
    }
}

static void
driver_done(LoadDriver *driver, const LoadOp *op, const LoadAnswer *answer)
{
    LoadWorker *worker = worker_of(driver);
    if (answer->fault == LOAD_FAULT_NONE) {
        judge(worker, op, answer);
    } else {
        load_notes_fault(worker->plan->notes, answer->fault, answer->message);
    }
    load_recorder_count(&worker->recorder->ended);
    if (!worker->loading) {
        measure(worker, op, answer);
        return;
    }
    loaded(worker, op, answer->fault);
    if (answer->fault != LOAD_FAULT_NONE) {
        load_recorder_count(&worker->recorder->faults_outside);
    }
}

/* ----------------------------------------------------------------------------------- phases -- */

BaseStatus
load_worker_init(LoadWorker *worker, const LoadPlan *plan, uint64_t records, uint32_t index,
                 uint32_t workers, uint32_t run)
{
    *worker = (LoadWorker){
        .driver = {driver_next, driver_idle_ns, driver_entry, driver_done},
        .plan = plan,
        .kind = plan->workload->kind,
        .operations = plan->operations == 0
                          ? UINT64_MAX
                          : plan->operations + (index < plan->operations_rest ? 1 : 0),
        .rand = base_rand(plan->seed * 0x10001 + index),
        .recorder = calloc(1, sizeof *worker->recorder),
        .again = calloc(LOAD_RETRIES_MAX, sizeof *worker->again),
    };
    bool removes = worker->kind == LOAD_REMOVE;
    worker->walk = (LoadWalk){
        .keys = plan->keys, .total = records, .run = run, .complete = plan->loads && !removes};
    if (plan->workload->writer && index != 0) {
        load_ledger_observe(&worker->ledger, records, run, plan->loads);
    } else if (plan->workload->writer) {
        worker->kind = LOAD_PUT;
        workers = 1;
    }
    bool ledger_made =
        worker->ledger.observer || load_ledger_init(&worker->ledger, records, index, workers, run);
    if (worker->recorder == NULL || worker->again == NULL || !ledger_made) {
        load_worker_clear(worker);
        return base_error(BASE_NO_MEMORY, "no memory for a worker and its records");
    }
    return base_ok();
}

void
load_worker_clear(LoadWorker *worker)
{
    load_session_free(worker->session);
    load_ledger_clear(&worker->ledger);
    free(worker->recorder);
    free(worker->again);
    *worker = (LoadWorker){.session = NULL};
}

/* Whether the load phase has begun all it will begin. */
static bool
load_is_begun(const LoadWorker *worker)
{
    return worker->load_fault != LOAD_FAULT_NONE || worker->ledger.observer ||
           (worker->again_count == 0 && worker->drawn == worker->ledger.records);
}

void
load_worker_load(LoadWorker *worker)
{
    worker->loading = true;
    worker->drawn = 0;
    while (load_session_pending(worker->session) != 0 ||
           (!load_is_begun(worker) && !stopped(worker))) {
        load_session_turn(worker->session, TURN_NS);
    }
    worker->loading = false;
}

/* Open loop: what was due and never sent, with the time it had waited. */
static void
record_unsent(LoadWorker *worker)
{
    LoadOp op;
    int64_t end_ns = worker->schedule.end_ns;
    int64_t intended_ns = next_intended(worker, end_ns);
    while (worker->plan->rate > 0 && intended_ns < end_ns) {
        draw(worker, intended_ns, &op);
        op.started_ns = end_ns;
        if (intended_ns >= worker->schedule.measure_ns) {
            base_shared_histogram_record(&worker->recorder->latency[op.kind], end_ns - intended_ns);
            load_recorder_count(&worker->recorder->faults[op.kind][LOAD_FAULT_UNSENT]);
            load_notes_fault(worker->plan->notes, LOAD_FAULT_UNSENT,
                             BASE_SLICE_LITERAL("due, but the run ended before there was room"));
        }
        intended_ns = next_intended(worker, end_ns);
    }
}

void
load_worker_run(LoadWorker *worker, const LoadSchedule *schedule)
{
    worker->schedule = *schedule;
    worker->drawn = 0;
    int64_t now_ns = load_clock_ns();
    while (load_session_pending(worker->session) != 0 ||
           (schedule_is_open(worker, now_ns) && !stopped(worker))) {
        int64_t left_ns = schedule->end_ns - now_ns;
        load_session_turn(worker->session, left_ns > 0 && left_ns < TURN_NS ? left_ns : TURN_NS);
        now_ns = load_clock_ns();
    }
    worker->ended_ns = now_ns;
    if (!stopped(worker) && worker->plan->operations == 0) {
        record_unsent(worker);
    }
}
