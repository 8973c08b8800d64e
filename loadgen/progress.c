/*
 * progress.c: tells how far a run is. See progress.h.
 */
#include "loadgen/progress.h"

#include "loadgen/figure.h"

#include <inttypes.h>
#include <unistd.h>

static const char *const phase_names[] = {
    [LOAD_PHASE_LOAD] = "load",
    [LOAD_PHASE_WARMUP] = "warm-up",
    [LOAD_PHASE_MEASURE] = "measure",
};

LoadProgress
load_progress(FILE *out)
{
    return (LoadProgress){.out = out, .terminal = out != NULL && isatty(fileno(out)) == 1};
}

void
load_progress_show(LoadProgress *progress, const LoadProgressView *view)
{
    if (progress->out == NULL) {
        return;
    }
    char rate[LOAD_FIGURE_BYTES];
    char p99[LOAD_FIGURE_BYTES] = "-";
    char left[LOAD_FIGURE_BYTES] = "?";
    load_figure_count(rate, (uint64_t)view->rate);
    if (view->p99_ns != 0) {
        load_figure_us(p99, view->p99_ns);
    }
    if (view->left >= 0) {
        (void)snprintf(left, sizeof left, "%.0f s", view->left);
    }
    (void)fprintf(progress->out,
                  "%s%-7s %3.0f %%  %11s/s  p99 %9s us  errors %" PRIu64 "  wrong %" PRIu64
                  "  left %s%s",
                  progress->terminal ? "\r" : "", phase_names[view->phase], view->done * 100, rate,
                  p99, view->faults, view->wrong, left, progress->terminal ? "\033[K" : "\n");
    (void)fflush(progress->out);
    progress->dirty = progress->terminal;
}

void
load_progress_end(LoadProgress *progress)
{
    if (progress->dirty) {
        (void)fputs("\r\033[K", progress->out);
        (void)fflush(progress->out);
        progress->dirty = false;
    }
}
