/*
 * report.h: the result of a run as a table for people.
 */
#ifndef LARDER_LOADGEN_REPORT_H
#define LARDER_LOADGEN_REPORT_H

#include "loadgen/options.h"
#include "loadgen/run.h"

#include <stdio.h>

/* How latency was counted, in words: the same in table and JSON. */
const char *load_report_arrival(const LoadOptions *options);

/* When measuring began, in seconds since 1970, by the clock of the machine as it is now. */
double load_report_start_unix(const LoadRunResult *result);

/* Writes the table. */
void load_report_print(FILE *out, const LoadOptions *options, const LoadRunResult *result);

#endif
