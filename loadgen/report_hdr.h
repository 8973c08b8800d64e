/*
 * report_hdr.h: the result of a run as files that the tools of HdrHistogram read.
 *
 * Both hold the latencies of all operations together, from the intended start when there is a rate.
 */
#ifndef LARDER_LOADGEN_REPORT_HDR_H
#define LARDER_LOADGEN_REPORT_HDR_H

#include "loadgen/run.h"

/* Writes percentiles (.hgrm), in milliseconds. False: *ret_problem says why; g_free() it. */
bool load_report_hgrm_write(const char *path, const LoadRunResult *result, char **ret_problem);

/* Writes an interval log (.hlog), a line for each second. False: as above. */
bool load_report_hlog_write(const char *path, const LoadRunResult *result, char **ret_problem);

#endif
