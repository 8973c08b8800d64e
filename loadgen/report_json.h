/*
 * report_json.h: the result of a run as JSON, with everything that is needed to compare and to
 * plot.
 *
 * Top level: format (1), program, version, time, host, build, target, config, arrival, result,
 * series, operations (per kind: counts, percentiles, buckets), faults, verification, generator.
 * Latencies are nanoseconds; a bucket is [lowest, highest, count].
 */
#ifndef LARDER_LOADGEN_REPORT_JSON_H
#define LARDER_LOADGEN_REPORT_JSON_H

#include "loadgen/options.h"
#include "loadgen/run.h"

/* Writes the file. False: *ret_problem says why not; the caller frees it with g_free(). */
bool load_report_json_write(const char *path, const LoadOptions *options,
                            const LoadRunResult *result, char **ret_problem);

#endif
