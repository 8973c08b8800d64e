/*
 * mix.c: which operation comes next, from shares. See mix.h.
 */
#include "loadgen/mix.h"

#include "loadgen/call_text.h"

#include <glib.h>

#define WEIGHT_MAX 1e9

static const struct {
    const char *name;
    LoadOpKind kind;
    uint32_t longest; /* 0: it has no length */
} words[] = {
    {"get", LOAD_GET, 0},
    {"put", LOAD_PUT, 0},
    {"update", LOAD_PUT, 0},
    {"insert", LOAD_INSERT, 0},
    {"remove", LOAD_REMOVE, 0},
    {"rmw", LOAD_RMW, 0},
    {"scan", LOAD_SCAN, LOAD_MIX_LENGTH_MAX},
    {"multi_get", LOAD_MULTI_GET, LOAD_MIX_LENGTH_MAX},
    {"batch", LOAD_BATCH, LOAD_MIX_BATCH_MAX},
};

static bool
is_whole(double number)
{
    return number == (double)(uint32_t)number;
}

/* Fills in kind and length of a part. NULL, or what is wrong. */
static char *
read_call(const char *text, size_t size, LoadMixPart *part)
{
    LoadCallText call;
    size_t i = 0;
    bool known = load_call_text(text, size, &call);
    while (known && i < G_N_ELEMENTS(words) && strcmp(words[i].name, call.name) != 0) {
        i++;
    }
    if (!known || i == G_N_ELEMENTS(words)) {
        return g_strdup_printf("--mix: \"%.*s\": must be one of get put update insert remove rmw "
                               "scan(A..B) multi_get(A..B) batch(A..B)",
                               (int)size, text);
    }
    const double low[] = {1, 1};
    const double high[] = {words[i].longest, words[i].longest};
    unsigned most = words[i].longest == 0 ? 0 : 2;
    if (!load_call_is(&call, words[i].name, most == 0 ? 0 : 1, most, low, high) ||
        !is_whole(call.numbers[0]) || !is_whole(call.numbers[1]) ||
        (call.count == 2 && call.numbers[0] > call.numbers[1])) {
        return most == 0 ? g_strdup_printf("--mix: \"%.*s\": %s has no length", (int)size, text,
                                           words[i].name)
                         : g_strdup_printf("--mix: \"%.*s\": must be %s(N) or %s(A..B), whole "
                                           "numbers from 1 to %u",
                                           (int)size, text, words[i].name, words[i].name,
                                           words[i].longest);
    }
    *part = (LoadMixPart){.kind = words[i].kind,
                          .low = (uint32_t)call.numbers[0],
                          .high = (uint32_t)call.numbers[call.count == 2 ? 1 : 0]};
    return NULL;
}

/* Reads "name:weight"; the weight goes to part->until. */
static char *
read_part(const char *text, LoadMixPart *part)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL) {
        return g_strdup_printf("--mix: \"%s\": needs a weight behind a colon, as in get:80", text);
    }
    char *end = NULL;
    double weight = g_ascii_strtod(colon + 1, &end);
    if (end == colon + 1 || *end != '\0' || !(weight > 0 && weight <= WEIGHT_MAX)) {
        return g_strdup_printf("--mix: \"%s\": the weight must be a number above 0, up to %.0f",
                               text, WEIGHT_MAX);
    }
    char *problem = read_call(text, (size_t)(colon - text), part);
    part->until = weight;
    return problem;
}

char *
load_mix_parse(const char *text, LoadMix *ret_mix)
{
    double sum = 0;
    *ret_mix = (LoadMix){.count = 0};
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        if (ret_mix->count == LOAD_MIX_PARTS_MAX) {
            return g_strdup_printf("--mix: has more than %d parts", LOAD_MIX_PARTS_MAX);
        }
        LoadMixPart *made = &ret_mix->parts[ret_mix->count++];
        char *problem = read_part(*part, made);
        if (problem != NULL) {
            return problem;
        }
        sum += made->until;
        made->until = sum;
    }
    if (ret_mix->count == 0) {
        return g_strdup("--mix: needs a part, as in get:80,put:20");
    }
    for (unsigned i = 0; i < ret_mix->count; i++) {
        ret_mix->parts[i].until /= sum;
    }
    return NULL;
}

const LoadMixPart *
load_mix_draw(const LoadMix *mix, BaseRand *rand)
{
    double at = (double)(base_rand_next(rand) >> 11) * 0x1p-53;
    unsigned i = 0;
    while (i + 1 < mix->count && at >= mix->parts[i].until) {
        i++;
    }
    return &mix->parts[i];
}

uint32_t
load_mix_length(const LoadMixPart *part, BaseRand *rand)
{
    return part->low == part->high
               ? part->low
               : part->low + (uint32_t)base_rand_below(rand, (uint64_t)part->high - part->low + 1);
}

double
load_mix_share(const LoadMix *mix, LoadOpKind kind)
{
    double share = 0;
    for (unsigned i = 0; i < mix->count; i++) {
        double from = i == 0 ? 0 : mix->parts[i - 1].until;
        share += mix->parts[i].kind == kind ? mix->parts[i].until - from : 0;
    }
    return share;
}

uint32_t
load_mix_longest(const LoadMix *mix, LoadOpKind kind)
{
    uint32_t longest = 0;
    for (unsigned i = 0; i < mix->count; i++) {
        const LoadMixPart *part = &mix->parts[i];
        longest = part->kind == kind && part->high > longest ? part->high : longest;
    }
    return longest;
}
