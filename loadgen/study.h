/*
 * study.h: what a run is to find out besides its figures, as given on the command line: the
 * machine's own jitter, and the knee.
 *
 * Threading: parsed once, constant afterwards.
 */
#ifndef LARDER_LOADGEN_STUDY_H
#define LARDER_LOADGEN_STUDY_H

#include "loadgen/objective.h"

#include <glib.h>

enum { LOAD_STUDY_OPTIONS = 3 };

#define LOAD_STUDY_INTRINSIC_SECONDS 2.0

typedef struct LoadStudy {
    gboolean intrinsic;
    gboolean sweep;
    char *objective_text; /* NULL: none */
    LoadObjective objective;
} LoadStudy;

/* Options that fill in `study`. */
void load_study_options(LoadStudy *study, GOptionEntry out[LOAD_STUDY_OPTIONS]);

/*
 * Reads what the options left as text. `rate` is that of the run, 0 without one; a sweep sets it.
 * `counted`: the run ends by operations. NULL, or what is wrong and allowed, to free with g_free().
 */
char *load_study_read(LoadStudy *study, bool counted, double *rate);

/* Takes studies that are all zero. */
void load_study_clear(LoadStudy *study);

#endif
