/*
 * laws.c: by what laws a run draws its operations. See laws.h.
 */
#include "loadgen/laws.h"

#include <string.h>

void
load_laws_options(LoadLawWords *words, GOptionEntry out[LOAD_LAW_OPTIONS])
{
    const GOptionEntry entries[LOAD_LAW_OPTIONS] = {
        {"mix", 'm', 0, G_OPTION_ARG_STRING, &words->mix,
         "Shares of operations instead of a workload, as get:80,put:15,scan(10..100):5; of get, "
         "put, insert, remove, rmw, scan(A..B), multi_get(A..B), batch(A..B)",
         "PARTS"},
        {"distribution", 'd', 0, G_OPTION_ARG_STRING, &words->distribution,
         "Which records: uniform, zipfian, zipfian(THETA), latest, hotspot(PART,DRAWS), sequential "
         "[uniform; ycsb: its own]",
         "NAME"},
        {"value-size", 0, 0, G_OPTION_ARG_STRING, &words->value_size,
         "Bytes, 40-67108864: N, uniform(A..B), normal(MEAN,SD), pareto(MIN,SHAPE[,MAX]), "
         "histogram:FILE [100; ycsb: 1000]",
         "SIZE"},
        {"arrival", 0, 0, G_OPTION_ARG_STRING, &words->arrival,
         "With --rate: constant, poisson, bursty(ON,OFF), sine(PERIOD,AMPLITUDE) [constant]",
         "NAME"},
        {"ttl", 0, 0, G_OPTION_ARG_STRING, &words->ttl,
         "What is put expires after so many seconds, 0.001-31536000 [never]", "S"},
        {"keys", 0, 0, G_OPTION_ARG_FILENAME, &words->keys,
         "The records' keys, one a line; replayed in this order, or drawn by --distribution",
         "FILE"},
    };
    memcpy(out, entries, sizeof entries);
}

static char *
read_ttl(LoadLaws *laws)
{
    const char *text = laws->words.ttl;
    char *end = NULL;
    double seconds = text == NULL ? 0 : g_ascii_strtod(text, &end);
    if (text != NULL &&
        (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= LOAD_TTL_SECONDS_MAX))) {
        return g_strdup_printf("--ttl=%s: must be a number of seconds from 0.001 to %d", text,
                               LOAD_TTL_SECONDS_MAX);
    }
    laws->ttl_ms = (int64_t)(seconds * 1000 + 0.5);
    return NULL;
}

static char *
read_mix(LoadLaws *laws, const LoadWorkload *workload)
{
    bool wanted = workload->mix != NULL && *workload->mix == '\0';
    if (laws->words.mix != NULL && !wanted) {
        return g_strdup_printf("--mix: does not go with --workload=%s", workload->name);
    }
    if (laws->words.mix == NULL && wanted) {
        return g_strdup("--workload=mix: needs --mix, as in --mix=get:80,put:20");
    }
    if (laws->words.mix == NULL) {
        laws->words.mix = g_strdup(workload->mix);
    }
    return laws->words.mix == NULL ? NULL : load_mix_parse(laws->words.mix, &laws->mix);
}

static char *
read_keys(LoadLaws *laws, const LoadWorkload *workload)
{
    if (laws->words.keys == NULL) {
        return laws->distribution.kind != LOAD_CHOOSER_REPLAY
                   ? NULL
                   : g_strdup("--distribution=replay: needs --keys=FILE");
    }
    if (workload->missing || load_mix_share(&laws->mix, LOAD_INSERT) > 0) {
        return g_strdup_printf(
            "--keys: does not go with %s, which needs keys that are not recorded",
            workload->missing ? workload->name : "inserts");
    }
    return load_recorded_read(laws->words.keys, &laws->recorded);
}

/* Fills in what was not given. */
static void
set_preset(char **word, const char *preset)
{
    if (*word == NULL) {
        *word = g_strdup(preset);
    }
}

char *
load_laws_read(LoadLaws *laws, const LoadWorkload *workload, bool rated)
{
    LoadLawWords *words = &laws->words;
    if (words->distribution != NULL && workload->order != LOAD_ORDER_RANDOM) {
        return g_strdup_printf("--distribution: does not go with %s, which takes records in order",
                               workload->name);
    }
    if (words->arrival != NULL && !rated) {
        return g_strdup("--arrival: needs a --rate above 0");
    }
    g_autofree char *value_size =
        g_strdup_printf("%d", workload->ycsb ? LOAD_YCSB_VALUE_BYTES : 100);
    const char *own = workload->distribution == NULL ? "uniform" : workload->distribution;
    bool replay = words->keys != NULL && workload->order == LOAD_ORDER_RANDOM;
    set_preset(&words->distribution, replay ? "replay" : own);
    set_preset(&words->value_size, value_size);
    set_preset(&words->arrival, "constant");
    char *problem = read_mix(laws, workload);
    if (problem == NULL) {
        problem = load_distribution_parse("distribution", words->distribution, &laws->distribution);
    }
    if (problem == NULL) {
        problem = load_sizes_parse(words->value_size, &laws->sizes);
    }
    if (problem == NULL) {
        problem = load_arrival_parse(words->arrival, &laws->arrival);
    }
    if (problem == NULL) {
        problem = read_ttl(laws);
    }
    return problem != NULL ? problem : read_keys(laws, workload);
}

void
load_laws_clear(LoadLaws *laws)
{
    g_free(laws->words.mix);
    g_free(laws->words.distribution);
    g_free(laws->words.value_size);
    g_free(laws->words.arrival);
    g_free(laws->words.ttl);
    g_free(laws->words.keys);
    load_recorded_free(laws->recorded);
    load_sizes_clear(&laws->sizes);
    *laws = (LoadLaws){.ttl_ms = 0};
}
