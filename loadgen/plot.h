/*
 * plot.h: `larder-load plot`: pictures of reports.
 *
 *   latency     the latency that a share of the operations did not exceed, one curve per report,
 *               both axes logarithmic: the slow ends are what the eye is led to
 *   throughput  operations a second over time, one panel per report, and below each what the target
 *               did meanwhile: stalls, flushes, compactions
 *
 * Threading: plain functions.
 */
#ifndef LARDER_LOADGEN_PLOT_H
#define LARDER_LOADGEN_PLOT_H

#include "loadgen/report_read.h"

enum { LOAD_PLOT_REPORTS_MAX = 6 };

/* The command: argv[0] is "plot". Returns an exit status. */
int load_plot_main(int argc, char **argv);

/* Writes a picture of 1 to LOAD_PLOT_REPORTS_MAX reports. False: *ret_problem says why not. */
bool load_plot_latency(LoadReport *const *reports, size_t count, const char *path,
                       char **ret_problem);
bool load_plot_throughput(LoadReport *const *reports, size_t count, const char *path,
                          char **ret_problem);

/* What a legend calls a report: its file without folder and ending. Free it with g_free(). */
char *load_plot_name(const LoadReport *report);

/* What was measured, in a few words. Free it with g_free(). */
char *load_plot_setting(const LoadReport *report);

#endif
