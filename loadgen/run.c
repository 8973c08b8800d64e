/*
 * run.c: a whole run. See run.h.
 *
 * The main thread starts one thread per worker and phase, and meanwhile sleeps in slices of
 * SLICE_NS, short enough to look at the recorders when a second of the series is over. Between the
 * phases it joins the threads, so that workers need no locks: a worker belongs to one thread at a
 * time.
 */
#include "loadgen/run.h"

#include "engine/base/hash.h"
#include "loadgen/clock.h"
#include "loadgen/hdr.h"
#include "loadgen/watch.h"
#include "loadgen/worker.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum {
    SLICE_NS = 10 * 1000 * 1000,
    SETTLE_NS = 1000 * 1000,                /* from starting threads to the start of the schedule */
    COUNTED_SECONDS_MAX = 10 * 1000 * 1000, /* a run that is counted ends by its operations */
};

typedef struct Crew {
    const LoadOptions *options;
    LoadTarget *target;
    LoadProgress *progress;
    LoadRunResult *result;
    LoadPlan plan;
    LoadKeys keys;
    LoadSchedule schedule;
    LoadWatch watch;
    LoadWorker *workers;
    unsigned count; /* workers that are ready */
    pthread_t *threads;
    _Atomic unsigned busy; /* threads whose phase is not over */
    size_t series_room;
} Crew;

/* The time of a phase. */
typedef struct Span {
    LoadPhase phase;
    int64_t from_ns;
    int64_t to_ns;
} Span;

typedef struct Shift {
    Crew *crew;
    LoadWorker *worker;
    bool load; /* the phase */
} Shift;

/* ----------------------------------------------------------------------------------- result -- */

LoadRunResult *
load_run_result_new(void)
{
    LoadRunResult *result = calloc(1, sizeof *result);
    if (result != NULL) {
        load_notes_init(&result->notes);
    }
    return result;
}

void
load_run_result_free(LoadRunResult *result)
{
    if (result != NULL) {
        load_notes_clear(&result->notes);
        load_monitor_free(result->monitor);
        for (size_t i = 0; i < result->series_count; i++) {
            g_free(result->series[i].hdr);
        }
        free(result->series);
        free(result);
    }
}

/* Keeps a second; without memory the series just ends. */
static void
keep_second(Crew *crew, const LoadGlance *glance)
{
    LoadRunResult *result = crew->result;
    if (result->series_count == crew->series_room) {
        size_t room = crew->series_room == 0 ? 64 : crew->series_room * 2;
        LoadSecond *series = realloc(result->series, room * sizeof *series);
        if (series == NULL) {
            return;
        }
        result->series = series;
        crew->series_room = room;
    }
    LoadSecond *second = &result->series[result->series_count++];
    *second = glance->second;
    second->hdr = load_hdr_text(glance->latency);
}

/* ---------------------------------------------------------------------------------- threads -- */

static void *
work(void *argument)
{
    Shift *shift = argument;
    /* By default the kernel may be 50 us late, which would show up as latency at a rate. */
    (void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    if (shift->load) {
        load_worker_load(shift->worker);
    } else {
        load_worker_run(shift->worker, &shift->crew->schedule);
    }
    atomic_fetch_sub_explicit(&shift->crew->busy, 1, memory_order_release);
    free(shift);
    return NULL;
}

static bool
stopped(const Crew *crew)
{
    return atomic_load_explicit(crew->plan.stop, memory_order_relaxed);
}

/* Starts a phase on all workers. On failure none is left running. */
static BaseStatus
start(Crew *crew, bool load)
{
    atomic_store_explicit(&crew->busy, crew->count, memory_order_relaxed);
    for (unsigned i = 0; i < crew->count; i++) {
        Shift *shift = malloc(sizeof *shift);
        if (shift != NULL) {
            *shift = (Shift){crew, &crew->workers[i], load};
        }
        if (shift == NULL || pthread_create(&crew->threads[i], NULL, work, shift) != 0) {
            free(shift);
            atomic_store_explicit(crew->plan.stop, true, memory_order_relaxed);
            while (i-- != 0) {
                (void)pthread_join(crew->threads[i], NULL);
            }
            return base_error(BASE_NO_MEMORY, "the system gives no more threads or memory");
        }
    }
    return base_ok();
}

static void
join(Crew *crew)
{
    for (unsigned i = 0; i < crew->count; i++) {
        (void)pthread_join(crew->threads[i], NULL);
    }
}

/* Sleeps until a time, or until all threads are done. */
static void
sleep_until(const Crew *crew, int64_t until_ns)
{
    for (;;) {
        int64_t left_ns = until_ns - load_clock_ns();
        if (left_ns <= 0 || atomic_load_explicit(&crew->busy, memory_order_acquire) == 0) {
            return;
        }
        int64_t slice_ns = left_ns < SLICE_NS ? left_ns : SLICE_NS;
        struct timespec slice = {.tv_sec = 0, .tv_nsec = slice_ns};
        (void)nanosleep(&slice, NULL);
    }
}

/* ----------------------------------------------------------------------------------- phases -- */

static void
show(Crew *crew, LoadPhase phase, const LoadGlance *glance, double done, double left)
{
    double span = glance->second.span;
    LoadProgressView view = {
        .phase = phase,
        .rate = span > 0 ? (double)glance->ended / span : 0,
        .p99_ns = glance->second.p99_ns,
        .faults = load_counts_faults(&glance->totals) + glance->totals.faults_outside,
        .wrong = load_counts_wrong(&glance->totals),
        .done = done,
        .left = left,
    };
    load_progress_show(crew->progress, &view);
}

static BaseStatus
load_phase(Crew *crew)
{
    int64_t begun_ns = load_clock_ns();
    int64_t next_ns = begun_ns + LOAD_SECOND_NS;
    BaseStatus status = start(crew, true);
    if (!base_is_ok(status)) {
        return status;
    }
    load_watch_start(&crew->watch, begun_ns);
    while (atomic_load_explicit(&crew->busy, memory_order_acquire) != 0) {
        sleep_until(crew, next_ns);
        if (load_clock_ns() >= next_ns) {
            LoadGlance glance;
            load_watch_look(&crew->watch, load_clock_ns(), &glance);
            double done = (double)glance.totals.loaded / (double)crew->options->records;
            double passed = (double)(next_ns - begun_ns) / (double)LOAD_SECOND_NS;
            show(crew, LOAD_PHASE_LOAD, &glance, done, done > 0 ? passed * (1 / done - 1) : -1);
            next_ns += LOAD_SECOND_NS;
        }
    }
    join(crew);
    crew->result->load_seconds = (double)(load_clock_ns() - begun_ns) / (double)LOAD_SECOND_NS;
    for (unsigned i = 0; i < crew->count; i++) {
        if (crew->workers[i].load_fault != LOAD_FAULT_NONE) {
            crew->result->load_fault = crew->workers[i].load_fault;
        }
    }
    return base_ok();
}

static double
processor_seconds(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static double
seconds_left(const Crew *crew, int64_t now_ns)
{
    int64_t left_ns = crew->schedule.end_ns - now_ns;
    return left_ns > 0 ? (double)left_ns / (double)LOAD_SECOND_NS : 0;
}

static bool
all_done(const Crew *crew)
{
    return atomic_load_explicit(&crew->busy, memory_order_acquire) == 0;
}

/* How much of the phase is over. */
static double
share_done(const Crew *crew, const Span *span, const LoadGlance *glance, int64_t now_ns)
{
    if (span->phase != LOAD_PHASE_MEASURE || crew->options->operations == 0) {
        return (double)(now_ns - span->from_ns) / (double)(span->to_ns - span->from_ns);
    }
    uint64_t done = load_counts_finished(&glance->totals) + load_counts_faults(&glance->totals);
    return (double)done / (double)crew->options->operations;
}

/* Whether a look came right behind another one, and saw nothing new. */
static bool
is_nothing(const LoadGlance *glance)
{
    return glance->ended == 0 && glance->latency->count == 0 && glance->second.faults == 0 &&
           glance->second.span * (double)LOAD_SECOND_NS < SLICE_NS;
}

/* Keeps what has happened since the look before, if it is of the measured time, and shows it. */
static void
look(Crew *crew, const Span *span, int64_t now_ns)
{
    LoadGlance glance;
    load_watch_look(&crew->watch, now_ns, &glance);
    glance.second.at = (double)(now_ns - span->from_ns) / (double)LOAD_SECOND_NS;
    if (span->phase == LOAD_PHASE_MEASURE && !is_nothing(&glance)) {
        keep_second(crew, &glance);
    }
    double done = share_done(crew, span, &glance, now_ns);
    double left = crew->options->operations == 0 ? seconds_left(crew, now_ns)
                  : done > 0                     ? glance.second.at * (1 / done - 1)
                                                 : -1;
    show(crew, span->phase, &glance, done, left);
}

/*
 * Looks after every second of a span, until it is over or all operations of a counted run are done.
 * What is left then is looked at when the workers have told all of it.
 */
static void
watch_span(Crew *crew, const Span *span)
{
    int64_t now_ns = load_clock_ns();
    int64_t next_ns = span->from_ns + LOAD_SECOND_NS;
    load_watch_start(&crew->watch, span->from_ns);
    while (now_ns < span->to_ns && !stopped(crew) && !all_done(crew)) {
        int64_t until_ns = next_ns < span->to_ns ? next_ns : span->to_ns;
        sleep_until(crew, now_ns + SLICE_NS < until_ns ? now_ns + SLICE_NS : until_ns);
        now_ns = load_clock_ns();
        if (now_ns >= next_ns && now_ns < span->to_ns) {
            look(crew, span, now_ns);
            next_ns += ((now_ns - next_ns) / LOAD_SECOND_NS + 1) * LOAD_SECOND_NS;
        }
    }
}

/* The last look, after the workers have ended: `over_ns` is when. */
static void
look_back(Crew *crew, const Span *span, int64_t over_ns)
{
    const LoadWatch *watch = &crew->watch;
    look(crew, span, over_ns > watch->seen_ns ? over_ns : watch->seen_ns);
}

/* When the last worker was done. */
static int64_t
last_end(const Crew *crew)
{
    int64_t last_ns = 0;
    for (unsigned i = 0; i < crew->count; i++) {
        int64_t ended_ns = crew->workers[i].ended_ns;
        last_ns = ended_ns > last_ns ? ended_ns : last_ns;
    }
    return last_ns;
}

static BaseStatus
run_phase(Crew *crew)
{
    const LoadOptions *options = crew->options;
    LoadSchedule *schedule = &crew->schedule;
    schedule->start_ns = load_clock_ns() + SETTLE_NS;
    schedule->measure_ns = schedule->start_ns + (int64_t)(options->warmup_seconds * 1e9);
    double seconds = options->operations == 0 ? options->seconds : COUNTED_SECONDS_MAX;
    schedule->end_ns = schedule->measure_ns + (int64_t)(seconds * 1e9);
    crew->result->measure_ns = schedule->measure_ns;
    load_monitor_measure(crew->result->monitor, schedule->measure_ns);
    BaseStatus status = start(crew, false);
    if (!base_is_ok(status)) {
        return status;
    }
    Span warmup = {LOAD_PHASE_WARMUP, schedule->start_ns, schedule->measure_ns};
    Span measured = {LOAD_PHASE_MEASURE, schedule->measure_ns, schedule->end_ns};
    watch_span(crew, &warmup);
    double before = processor_seconds();
    watch_span(crew, &measured);
    double used = processor_seconds() - before;
    int64_t over_ns = load_clock_ns();
    crew->result->stopped = stopped(crew);
    join(crew);
    if (options->operations != 0) {
        over_ns = last_end(crew);
    }
    double lasted = (double)(over_ns - schedule->measure_ns) / (double)LOAD_SECOND_NS;
    if (lasted > 0) {
        look_back(crew, &measured, crew->result->stopped ? last_end(crew) : over_ns);
        crew->result->busy_cores = used / lasted;
        crew->result->measured_seconds = lasted < seconds ? lasted : seconds;
    }
    return base_ok();
}

/* ---------------------------------------------------------------------------------- workers -- */

static BaseStatus
make_worker(Crew *crew, unsigned index)
{
    const LoadOptions *options = crew->options;
    unsigned workers = (unsigned)options->threads;
    unsigned connections = (unsigned)options->connections;
    LoadWorker *worker = &crew->workers[index];
    BaseStatus status = load_worker_init(worker, &crew->plan, (uint64_t)options->records, index,
                                         workers, crew->result->run);
    if (!base_is_ok(status)) {
        return status;
    }
    crew->count = index + 1;
    worker->ledger.unversioned = crew->target->unversioned;
    worker->ledger.expect = crew->result->expect;
    LoadSessionArgs args = {
        .driver = &worker->driver,
        .keys = &crew->keys,
        .value_size = (size_t)options->value_size,
        .compression = options->compression_ratio,
        .ttl_ms = options->laws.ttl_ms,
        .batch = load_mix_longest(&crew->plan.mix, LOAD_BATCH),
        .walk = crew->plan.walk,
        .run = crew->result->run,
        .writer = index,
        .connections = connections / workers + (index < connections % workers ? 1 : 0),
        .pipeline = (unsigned)options->pipeline,
        .timeout_us = (int64_t)(options->timeout_seconds * 1e6),
    };
    return load_session_new(crew->target, &args, &worker->session);
}

static BaseStatus
make_crew(Crew *crew)
{
    size_t threads = (size_t)crew->options->threads;
    crew->workers = calloc(threads, sizeof *crew->workers);
    crew->threads = calloc(threads, sizeof *crew->threads);
    if (crew->workers == NULL || crew->threads == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the workers");
    }
    for (unsigned i = 0; i < threads; i++) {
        BaseStatus status = make_worker(crew, i);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    return load_watch_init(&crew->watch, crew->workers, crew->count)
               ? base_ok()
               : base_error(BASE_NO_MEMORY, "no memory for the series");
}

/* Adds up what the workers measured, and lets them go. */
static void
dismiss(Crew *crew)
{
    LoadRunResult *result = crew->result;
    for (unsigned i = 0; i < crew->count; i++) {
        LoadWorker *worker = &crew->workers[i];
        if (worker->session != NULL) {
            result->reconnects += load_session_reconnects(worker->session);
        }
        load_recorder_add_to(worker->recorder, &result->counts);
        for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
            base_shared_histogram_add_to(&worker->recorder->latency[kind], &result->latency[kind]);
            base_shared_histogram_add_to(&worker->recorder->service[kind], &result->service[kind]);
        }
        load_worker_clear(worker);
    }
    load_watch_clear(&crew->watch);
    free(crew->workers);
    free(crew->threads);
}

/* A number that no earlier run is likely to have had; not 0. */
static uint32_t
draw_run(void)
{
    int64_t now_ns = load_clock_ns();
    uint32_t run =
        (uint32_t)base_hash(base_slice(&now_ns, sizeof now_ns), base_hash_process_seed());
    return run == 0 ? 1 : run;
}

BaseStatus
load_run(const LoadOptions *options, LoadTarget *target, LoadProgress *progress, _Atomic bool *stop,
         LoadRunResult *result)
{
    result->run = draw_run();
    result->target = target->info;
    Crew crew = {
        .options = options,
        .target = target,
        .progress = progress,
        .result = result,
        .plan =
            {
                .workload = options->workload,
                .get_percent = (unsigned)options->get_percent,
                .walk = (uint32_t)options->scan_length,
                .mix = options->laws.mix,
                .distribution = options->laws.distribution,
                .sizes = options->laws.sizes,
                .arrival = options->laws.arrival,
                .expires = options->laws.ttl_ms != 0,
                .spread = options->address_count > 1,
                .rate = options->rate / options->threads,
                .operations = (uint64_t)(options->operations / options->threads),
                .operations_rest = (uint64_t)(options->operations % options->threads),
                .seed = options->seed,
                .loads = options->load,
                .notes = &result->notes,
                .stop = stop,
            },
        .keys = options->laws.recorded != NULL
                    ? load_keys_recorded(options->laws.recorded)
                    : load_keys(options->key_shape, base_slice_text(options->key_prefix),
                                (size_t)options->key_size),
    };
    crew.plan.keys = &crew.keys;
    LoadExpectHead head = {result->run, (uint64_t)options->records, crew.keys};
    load_expect_log_begin(result->expect, &head);
    BaseStatus status = make_crew(&crew);
    if (base_is_ok(status) && options->load) {
        status = load_phase(&crew);
    }
    if (base_is_ok(status) && result->load_fault == LOAD_FAULT_NONE && !stopped(&crew)) {
        status = run_phase(&crew);
    }
    load_progress_end(progress);
    result->stopped = stopped(&crew);
    dismiss(&crew);
    return status;
}
