/*
 * overhead.c: what an operation costs the generator itself. See overhead.h.
 */
#include "loadgen/overhead.h"

#include "engine/base/check.h"
#include "loadgen/null.h"
#include "loadgen/value.h"

#include <glib.h>
#include <stdlib.h>
#include <time.h>

#define WARMUP_SECONDS 0.02
#define SECONDS        0.1
#define SECONDS_MAX    10.0 /* on a machine that gives no time for even one operation */

enum {
    RECORDS_MAX = 4 * 1000 * 1000,
    CHECKS_SIZES = 16,              /* of so many sizes values are checked, each once or more, */
    CHECKS_BYTES = 4 * 1000 * 1000, /* until it is so many bytes */
};

double
load_overhead_operation_ns(const LoadRunResult *result)
{
    uint64_t finished = load_counts_finished(&result->counts);
    return finished == 0 ? 0
                         : result->busy_cores * result->measured_seconds * 1e9 / (double)finished;
}

/* The same settings, without a target. */
static LoadOptions
without_target(const LoadOptions *options)
{
    LoadOptions it = *options;
    it.target_kind = LOAD_TARGET_NULL;
    it.address_count = 1;
    it.connections = options->threads;
    it.rate = 0;
    it.operations = 0;
    it.warmup_seconds = WARMUP_SECONDS;
    it.seconds = SECONDS;
    it.load = false;
    it.expect = NULL;
    if (options->laws.recorded == NULL && options->records > RECORDS_MAX) {
        it.records = RECORDS_MAX;
    }
    return it;
}

/* One run. False: no memory or threads. */
static bool
run_alone(const LoadOptions *alone, LoadTarget *target, LoadRunResult *result)
{
    LoadProgress progress = load_progress(NULL);
    _Atomic bool stop = false;
    return base_is_ok(load_run(alone, target, &progress, &stop, result));
}

/* Runs, longer each time, until there was an operation at all. */
static bool
measure_operation(const LoadOptions *options, double *ret_ns)
{
    LoadOptions alone = without_target(options);
    LoadTarget *target = load_null_open();
    bool more = target != NULL;
    bool measured = false;
    while (more) {
        LoadRunResult *result = load_run_result_new();
        measured = result != NULL && run_alone(&alone, target, result);
        *ret_ns = measured ? load_overhead_operation_ns(result) : 0;
        more =
            measured && load_counts_finished(&result->counts) == 0 && alone.seconds < SECONDS_MAX;
        load_run_result_free(result);
        alone.seconds *= 3;
    }
    load_target_free(target);
    return measured;
}

static double
processor_ns(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

/* The mean over values of sizes as they are drawn. */
static bool
measure_check(const LoadOptions *options, double *ret_ns)
{
    uint8_t *value = malloc((size_t)options->value_size);
    BaseRand rand = base_rand(options->seed);
    uint64_t checks = 0;
    uint64_t wrong = 0;
    size_t bytes = 0;
    double used_ns = 0;
    for (size_t i = 0; i < CHECKS_SIZES && bytes < CHECKS_BYTES && value != NULL; i++) {
        LoadValueId id = {.record = i, .sequence = 1};
        size_t size = load_sizes_draw(&options->laws.sizes, &rand);
        size_t until = (i + 1) * (CHECKS_BYTES / CHECKS_SIZES);
        load_value_write(value, size, load_value_unique(size, options->compression_ratio), &id);
        double from_ns = processor_ns();
        do {
            wrong += load_value_read(base_slice(value, size), &id) != LOAD_VALUE_WHOLE;
            bytes += size;
            checks++;
        } while (bytes < until);
        used_ns += processor_ns() - from_ns;
    }
    BASE_CHECK(wrong == 0);
    *ret_ns = checks == 0 ? 0 : used_ns / (double)checks;
    free(value);
    return value != NULL;
}

bool
load_overhead_measure(const LoadOptions *options, LoadOverhead *ret_it)
{
    *ret_it = (LoadOverhead){.operation_ns = 0};
    bool alone = options->target_kind == LOAD_TARGET_NULL; /* the run itself will tell */
    return (alone || measure_operation(options, &ret_it->operation_ns)) &&
           measure_check(options, &ret_it->check_ns);
}
