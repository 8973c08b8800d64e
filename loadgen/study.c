/*
 * study.c: what a run is to find out besides its figures. See study.h.
 */
#include "loadgen/study.h"

#include <string.h>

#define FIRST_RATE 1000.0

void
load_study_options(LoadStudy *study, GOptionEntry out[LOAD_STUDY_OPTIONS])
{
    const GOptionEntry entries[LOAD_STUDY_OPTIONS] = {
        {"intrinsic", 0, 0, G_OPTION_ARG_NONE, &study->intrinsic,
         "First measure for 2 s how much this machine disturbs", NULL},
        {"sweep", 0, 0, G_OPTION_ARG_NONE, &study->sweep,
         "Raise the rate, from --rate [1000] on, until --objective breaks; each step takes "
         "--warmup-seconds and --seconds",
         NULL},
        {"objective", 0, 0, G_OPTION_ARG_STRING, &study->objective_text,
         "What latencies must keep in a sweep, as p99<5ms", "TEXT"},
    };
    memcpy(out, entries, sizeof entries);
}

char *
load_study_read(LoadStudy *study, bool counted, double *rate)
{
    if (!study->sweep) {
        return study->objective_text == NULL ? NULL : g_strdup("--objective: goes with --sweep");
    }
    if (study->objective_text == NULL) {
        return g_strdup("--sweep: needs an --objective, as p99<5ms");
    }
    if (counted) {
        return g_strdup("--sweep: does not go with a run that ends by --operations");
    }
    if (*rate <= 0) {
        *rate = FIRST_RATE;
    }
    return load_objective_parse(study->objective_text, &study->objective);
}

void
load_study_clear(LoadStudy *study)
{
    g_free(study->objective_text);
    *study = (LoadStudy){.sweep = FALSE};
}
