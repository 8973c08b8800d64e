/*
 * report_hdr.c: files for the tools of HdrHistogram. See report_hdr.h.
 */
#include "loadgen/report_hdr.h"

#include "loadgen/hdr.h"
#include "loadgen/report.h"

#include <errno.h>

static FILE *
open_file(const char *path, char **ret_problem)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        *ret_problem = g_strdup_printf("cannot write %s: %s", path, g_strerror(errno));
    }
    return file;
}

/* Closes it; false: not everything is in the file. */
static bool
close_file(FILE *file, const char *path, char **ret_problem)
{
    bool good = ferror(file) == 0;
    if (fclose(file) != 0 || !good) {
        *ret_problem = g_strdup_printf("cannot write %s: %s", path, g_strerror(errno));
        return false;
    }
    return true;
}

bool
load_report_hgrm_write(const char *path, const LoadRunResult *result, char **ret_problem)
{
    FILE *file = open_file(path, ret_problem);
    if (file == NULL) {
        return false;
    }
    BaseHistogram *all = g_new0(BaseHistogram, 1);
    for (int kind = 0; kind < LOAD_OP_KIND_COUNT; kind++) {
        base_histogram_add(all, &result->latency[kind]);
    }
    load_hdr_write_hgrm(file, all);
    g_free(all);
    return close_file(file, path, ret_problem);
}

bool
load_report_hlog_write(const char *path, const LoadRunResult *result, char **ret_problem)
{
    FILE *file = open_file(path, ret_problem);
    if (file == NULL) {
        return false;
    }
    load_hdr_write_hlog_head(file, load_report_start_unix(result));
    for (size_t i = 0; i < result->series_count; i++) {
        const LoadSecond *second = &result->series[i];
        if (second->hdr != NULL) {
            load_hdr_write_hlog_line(file, second->at - second->span, second->span,
                                     second->highest_ns, second->hdr);
        }
    }
    return close_file(file, path, ret_problem);
}
