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
    return worker->schedule.start_ns + load_arrival_due_ns(&worker->arrival);
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

static void
draw_next_arrival(LoadWorker *worker)
{
    worker->drawn++;
    if (worker->plan->rate > 0) {
        load_arrival_next(&worker->arrival);
    }
}

/* Draws an operation. False: there is no memory for it, and it is counted as never sent. */
static bool
draw(LoadWorker *worker, int64_t intended_ns, LoadOp *ret_op)
{
    bool drawn = load_script_draw(&worker->script, ret_op);
    ret_op->intended_ns = intended_ns;
    draw_next_arrival(worker);
    if (!drawn) {
        load_recorder_count(&worker->recorder->faults[ret_op->row][LOAD_FAULT_UNSENT]);
        load_notes_fault(worker->plan->notes, LOAD_FAULT_UNSENT,
                         BASE_SLICE_LITERAL("no memory for another operation"));
    }
    return drawn;
}

/* LOAD: the next write. */
static bool
draw_load(LoadWorker *worker, int64_t now_ns, LoadOp *ret_op)
{
    uint64_t record = 0;
    if (!next_to_load(worker, &record)) {
        return false;
    }
    *ret_op = (LoadOp){
        .kind = LOAD_PUT,
        .row = LOAD_PUT,
        .record = record,
        .value_size = load_script_size(&worker->script),
        .intended_ns = now_ns,
    };
    load_ledger_begin(&worker->ledger, ret_op);
    return true;
}

static bool
driver_next(LoadDriver *driver, int64_t now_ns, LoadOp *ret_op)
{
    LoadWorker *worker = worker_of(driver);
    if (stopped(worker)) {
        return false;
    }
    if (worker->loading) {
        return draw_load(worker, now_ns, ret_op);
    }
    if (worker->write_count != 0) {
        *ret_op = worker->writes[--worker->write_count];
        load_ledger_begin(&worker->ledger, ret_op);
        return true;
    }
    int64_t intended_ns = next_intended(worker, now_ns);
    return intended_ns <= now_ns && intended_ns < worker->schedule.end_ns &&
           schedule_is_open(worker, now_ns) && draw(worker, intended_ns, ret_op);
}

static int64_t
driver_idle_ns(LoadDriver *driver, int64_t now_ns)
{
    LoadWorker *worker = worker_of(driver);
    bool closed = worker->plan->rate <= 0 && now_ns >= worker->schedule.start_ns;
    if (worker->write_count != 0) {
        return 0;
    }
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

void
load_worker_settle(LoadWorker *worker)
{
    LoadAlike *alike = &worker->alike;
    if (alike->count != 0) {
        base_shared_histogram_record_many(&worker->recorder->latency[alike->row], alike->ns,
                                          alike->count);
        alike->count = 0;
    }
}

static void
note_latency(LoadWorker *worker, const LoadOp *op, int64_t ended_ns)
{
    LoadRecorder *recorder = worker->recorder;
    int64_t ns = ended_ns - op->intended_ns;
    if (op->row != worker->alike.row || ns != worker->alike.ns) {
        load_worker_settle(worker);
        worker->alike = (LoadAlike){.row = op->row, .ns = ns};
    }
    worker->alike.count++;
    if (worker->plan->rate > 0) {
        int64_t first_ns = op->first_ns != 0 ? op->first_ns : op->started_ns;
        base_shared_histogram_record(&recorder->service[op->row], ended_ns - first_ns);
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
        load_recorder_count(&recorder->finished[op->row]);
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
        load_recorder_count(&recorder->faults[op->row][answer->fault]);
    }
}

static __attribute__((noinline)) void
note_wrong_entry(LoadWorker *worker, LoadVerdict verdict, const LoadOp *op, BaseSlice value)
{
    LoadAnswer answer = {.found = true, .value = value};
    load_notes_wrong(worker->plan->notes, verdict, op, &answer);
}

/* Judges an entry of a walk. */
static void
driver_entry(LoadDriver *driver, const LoadOp *op, const LoadEntry *entry)
{
    LoadWorker *worker = worker_of(driver);
    LoadVerdict verdict = load_walk_entry(&worker->walk, op, entry);
    load_recorder_count(&worker->recorder->verdicts[verdict]);
    if (verdict != LOAD_RIGHT) {
        note_wrong_entry(worker, verdict, op, entry->value);
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

/* Judges the members of a BATCH, each as the write of its record. */
static void
judge_parts(LoadWorker *worker, const LoadOp *op, const LoadAnswer *answer)
{
    for (uint32_t i = 0; i < op->part_count; i++) {
        const LoadPart *part = &op->parts[i];
        LoadOp write = {.kind = LOAD_PUT,
                        .record = part->record,
                        .sequence = part->sequence,
                        .floor_version = part->floor_version};
        judge(worker, &write, answer);
    }
}

/* Has the PUT of an RMW follow its GET. False: no memory. */
static bool
follow(LoadWorker *worker, const LoadOp *op)
{
    if (worker->write_count == worker->write_room) {
        size_t room = worker->write_room * 2 + 16;
        LoadOp *writes = realloc(worker->writes, room * sizeof *writes);
        if (writes == NULL) {
            return false;
        }
        worker->writes = writes;
        worker->write_room = room;
    }
    worker->writes[worker->write_count++] = (LoadOp){
        .kind = LOAD_PUT,
        .row = LOAD_RMW,
        .record = op->record,
        .value_size = load_script_size(&worker->script),
        .intended_ns = op->intended_ns,
        .first_ns = op->started_ns,
    };
    return true;
}

static void
driver_done(LoadDriver *driver, const LoadOp *op, const LoadAnswer *answer)
{
    LoadWorker *worker = worker_of(driver);
    if (answer->fault != LOAD_FAULT_NONE) {
        load_notes_fault(worker->plan->notes, answer->fault, answer->message);
        load_ledger_fault(&worker->ledger, op, answer->fault);
    } else if (op->kind == LOAD_BATCH) {
        judge_parts(worker, op, answer);
    } else {
        judge(worker, op, answer);
    }
    bool first_half = op->row == LOAD_RMW && op->kind == LOAD_GET;
    if (first_half && answer->fault == LOAD_FAULT_NONE && (stopped(worker) || follow(worker, op))) {
        return;
    }
    load_recorder_count(&worker->recorder->ended);
    if (!worker->loading) {
        measure(worker, op, answer);
        load_script_end(&worker->script, op);
        return;
    }
    loaded(worker, op, answer->fault);
    if (answer->fault != LOAD_FAULT_NONE) {
        load_recorder_count(&worker->recorder->faults_outside);
    }
}

/* ----------------------------------------------------------------------------------- phases -- */

static void
begin_arrivals(LoadWorker *worker)
{
    const LoadPlan *plan = worker->plan;
    worker->drawn = 0;
    if (plan->rate > 0) {
        worker->arrival =
            load_arrival(&plan->arrival, plan->rate, worker->index, worker->workers, plan->seed);
    }
}

BaseStatus
load_worker_init(LoadWorker *worker, const LoadPlan *plan, uint64_t records, uint32_t index,
                 uint32_t workers, uint32_t run)
{
    *worker = (LoadWorker){
        .driver = {driver_next, driver_idle_ns, driver_entry, driver_done},
        .plan = plan,
        .index = index,
        .workers = workers,
        .operations = plan->operations == 0
                          ? UINT64_MAX
                          : plan->operations + (index < plan->operations_rest ? 1 : 0),
        .recorder = calloc(1, sizeof *worker->recorder),
        .again = calloc(LOAD_RETRIES_MAX, sizeof *worker->again),
    };
    LoadOpKind kind = plan->workload->kind;
    bool removes = kind == LOAD_REMOVE || load_mix_share(&plan->mix, LOAD_REMOVE) > 0;
    bool complete = plan->loads && !removes && !plan->expires && !plan->spread;
    worker->walk =
        (LoadWalk){.keys = plan->keys, .total = records, .run = run, .complete = complete};
    if (plan->workload->writer && index != 0) {
        load_ledger_observe(&worker->ledger, records, run, complete);
    } else if (plan->workload->writer) {
        kind = LOAD_PUT;
        workers = 1;
    }
    bool ledger_made =
        worker->ledger.observer || load_ledger_init(&worker->ledger, records, index, workers, run);
    if (worker->recorder == NULL || worker->again == NULL || !ledger_made) {
        load_worker_clear(worker);
        return base_error(BASE_NO_MEMORY, "no memory for a worker and its records");
    }
    worker->ledger.removes = plan->expires;
    load_script_init(&worker->script, plan, &worker->ledger, kind, index);
    begin_arrivals(worker);
    return base_ok();
}

void
load_worker_clear(LoadWorker *worker)
{
    load_session_free(worker->session);
    load_script_clear(&worker->script);
    load_ledger_clear(&worker->ledger);
    free(worker->writes);
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
        bool drawn = draw(worker, intended_ns, &op);
        if (drawn && intended_ns >= worker->schedule.measure_ns) {
            base_shared_histogram_record(&worker->recorder->latency[op.row], end_ns - intended_ns);
            load_recorder_count(&worker->recorder->faults[op.row][LOAD_FAULT_UNSENT]);
            load_notes_fault(worker->plan->notes, LOAD_FAULT_UNSENT,
                             BASE_SLICE_LITERAL("due, but the run ended before there was room"));
        }
        if (drawn) {
            load_script_end(&worker->script, &op);
        }
        intended_ns = next_intended(worker, end_ns);
    }
}

void
load_worker_run(LoadWorker *worker, const LoadSchedule *schedule)
{
    worker->schedule = *schedule;
    begin_arrivals(worker);
    int64_t now_ns = load_clock_ns();
    while (load_session_pending(worker->session) != 0 ||
           ((worker->write_count != 0 || schedule_is_open(worker, now_ns)) && !stopped(worker))) {
        int64_t left_ns = schedule->end_ns - now_ns;
        load_session_turn(worker->session, left_ns > 0 && left_ns < TURN_NS ? left_ns : TURN_NS);
        load_worker_settle(worker);
        now_ns = load_clock_ns();
    }
    worker->ended_ns = now_ns;
    if (!stopped(worker) && worker->plan->operations == 0) {
        record_unsent(worker);
    }
}
