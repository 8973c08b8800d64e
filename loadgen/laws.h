/*
 * laws.h: by what laws a run draws its operations, as given on the command line.
 *
 * Threading: parsed once, constant afterwards.
 */
#ifndef LARDER_LOADGEN_LAWS_H
#define LARDER_LOADGEN_LAWS_H

#include "loadgen/arrival.h"
#include "loadgen/chooser.h"
#include "loadgen/mix.h"
#include "loadgen/recorded.h"
#include "loadgen/sizes.h"
#include "loadgen/workload.h"

#include <glib.h>

enum {
    LOAD_LAW_OPTIONS = 6,
    LOAD_TTL_SECONDS_MAX = 31536000,
};

/* As given; what was not given is filled in by load_laws_read(). Freed with g_free(). */
typedef struct LoadLawWords {
    char *mix; /* NULL: there is none */
    char *distribution;
    char *value_size;
    char *arrival;
    char *ttl;
    char *keys; /* a file; NULL: keys are made */
} LoadLawWords;

typedef struct LoadLaws {
    LoadLawWords words;
    LoadMix mix; /* without parts: there is none */
    LoadDistribution distribution;
    LoadSizes sizes;
    LoadArrivalLaw arrival;
    LoadRecorded *recorded; /* NULL: keys are made */
    int64_t ttl_ms;         /* of what is put; 0: it never expires */
} LoadLaws;

/* Options that fill in `words`. */
void load_laws_options(LoadLawWords *words, GOptionEntry out[LOAD_LAW_OPTIONS]);

/*
 * Reads laws->words, with the presets of a workload. NULL, or what is wrong and allowed; the caller
 * frees it with g_free(). `rated`: the run has a rate.
 */
char *load_laws_read(LoadLaws *laws, const LoadWorkload *workload, bool rated);

/* Takes laws that are all zero. */
void load_laws_clear(LoadLaws *laws);

#endif
