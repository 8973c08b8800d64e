/*
 * report_json.h: the result of a run as JSON, with everything that is needed to compare and to
 * plot.
 *
 * `format` is LOAD_REPORT_FORMAT. It grows when a field changes its meaning or goes away; fields
 * may be added without that. loadgen/README.md lists them. Latencies are nanoseconds; a bucket is
 * [lowest, highest, count]; `latency_hdr` is a text of hdr.h.
 *
 *   program, version, command, time, host, build   who measured, how, when and where
 *   target      what the target says of itself
 *   config      all settings, those that were not given too
 *   arrival, latency_meaning   open or closed loop
 *   result      counts, measured time, when it began, processor time of the generator
 *   verification   verdicts on values
 *   series      one entry per second of the measured time, with its histogram
 *   server      observed; first, before, after: figures at the start of the run, at the start of
 *               measuring, at the end; samples: some of them over time; events: stalls, flushes
 *               and compactions of the measured time; problem: why it was not told, or ""
 *   operations  by kind: counts, faults, percentiles, buckets; service: with a rate only
 */
#ifndef LARDER_LOADGEN_REPORT_JSON_H
#define LARDER_LOADGEN_REPORT_JSON_H

#include "loadgen/options.h"
#include "loadgen/run.h"

enum { LOAD_REPORT_FORMAT = 2 };

/* Writes the file. False: *ret_problem says why not; the caller frees it with g_free(). */
bool load_report_json_write(const char *path, const LoadOptions *options,
                            const LoadRunResult *result, char **ret_problem);

#endif
