/*
 * objective.h: what latencies are to stay below: "p99<5ms".
 *
 * The left side is a percentile, p50 or p99.99 for instance, or max; the right side a number with a
 * unit: ns, us, ms or s. Latencies are those of all operations of a run, from the intended start.
 *
 * Threading: constant after it was made.
 */
#ifndef LARDER_LOADGEN_OBJECTIVE_H
#define LARDER_LOADGEN_OBJECTIVE_H

#include "engine/base/histogram.h"

typedef struct LoadObjective {
    double percent; /* 100: the highest */
    int64_t limit_ns;
} LoadObjective;

/*
 * NULL, or what is wrong and allowed, naming --objective; the caller frees it with g_free().
 */
char *load_objective_parse(const char *text, LoadObjective *ret_objective);

/* The latency that the objective is about. */
int64_t load_objective_value(const LoadObjective *objective, const BaseHistogram *latency);

#endif
