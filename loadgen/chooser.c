/*
 * chooser.c: which record an operation is about. See chooser.h.
 */
#include "loadgen/chooser.h"

#include "loadgen/call_text.h"

#include <glib.h>
#include <stdio.h>

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(1099511628211)

static const char *const names[LOAD_CHOOSER_KIND_COUNT] = {
    [LOAD_CHOOSER_UNIFORM] = "uniform",       [LOAD_CHOOSER_ZIPFIAN] = "zipfian",
    [LOAD_CHOOSER_LATEST] = "latest",         [LOAD_CHOOSER_HOTSPOT] = "hotspot",
    [LOAD_CHOOSER_SEQUENTIAL] = "sequential", [LOAD_CHOOSER_REPLAY] = "replay",
};

/* ------------------------------------------------------------------------------------ words -- */

static bool
read_words(const LoadCallText *call, LoadDistribution *it)
{
    static const double theta_low[] = {0.01};
    static const double theta_high[] = {10};
    static const double spot_low[] = {0.000001, 0};
    static const double spot_high[] = {1, 1};
    for (int kind = 0; kind < LOAD_CHOOSER_KIND_COUNT; kind++) {
        bool thetas = kind == LOAD_CHOOSER_ZIPFIAN || kind == LOAD_CHOOSER_LATEST;
        bool spot = kind == LOAD_CHOOSER_HOTSPOT && call->count != 0;
        it->kind = (LoadChooserKind)kind;
        if (load_call_is(call, names[kind], spot ? 2 : 0,
                         spot     ? 2
                         : thetas ? 1
                                  : 0,
                         spot ? spot_low : theta_low, spot ? spot_high : theta_high)) {
            return true;
        }
    }
    return false;
}

char *
load_distribution_parse(const char *option, const char *text, LoadDistribution *ret_it)
{
    LoadCallText call;
    *ret_it = (LoadDistribution){.theta = 0.99, .hot_part = 0.2, .hot_draws = 0.8};
    if (!load_call_text(text, strlen(text), &call) || !read_words(&call, ret_it)) {
        return g_strdup_printf(
            "--%s=%s: must be uniform, zipfian, zipfian(THETA), latest, latest(THETA), hotspot, "
            "hotspot(PART,DRAWS), sequential or replay, with THETA from 0.01 to 10, PART of the "
            "records from 0.000001 to 1 and DRAWS from 0 to 1",
            option, text);
    }
    if (ret_it->kind == LOAD_CHOOSER_HOTSPOT && call.count == 2) {
        ret_it->hot_part = call.numbers[0];
        ret_it->hot_draws = call.numbers[1];
    } else if (call.count == 1) {
        ret_it->theta = call.numbers[0];
    }
    return NULL;
}

void
load_distribution_write(const LoadDistribution *it, char out[LOAD_CHOOSER_TEXT_BYTES])
{
    const char *name = names[it->kind];
    switch (it->kind) {
    case LOAD_CHOOSER_ZIPFIAN:
    case LOAD_CHOOSER_LATEST:
        (void)snprintf(out, LOAD_CHOOSER_TEXT_BYTES, "%s(%g)", name, it->theta);
        return;
    case LOAD_CHOOSER_HOTSPOT:
        (void)snprintf(out, LOAD_CHOOSER_TEXT_BYTES, "%s(%g,%g)", name, it->hot_part,
                       it->hot_draws);
        return;
    case LOAD_CHOOSER_UNIFORM:
    case LOAD_CHOOSER_SEQUENTIAL:
    case LOAD_CHOOSER_REPLAY:
    case LOAD_CHOOSER_KIND_COUNT:
        break;
    }
    (void)snprintf(out, LOAD_CHOOSER_TEXT_BYTES, "%s", name);
}

/* ------------------------------------------------------------------------------------ draws -- */

LoadChooser
load_chooser(const LoadDistribution *distribution, uint64_t expected)
{
    LoadChooser chooser = {.distribution = *distribution, .expected = expected, .workers = 1};
    if (distribution->kind == LOAD_CHOOSER_ZIPFIAN) {
        chooser.zipf = load_zipf(LOAD_CHOOSER_RANKS, distribution->theta);
    } else if (distribution->kind == LOAD_CHOOSER_LATEST) {
        chooser.zipf = load_zipf(expected, distribution->theta);
    }
    return chooser;
}

uint64_t
load_chooser_scatter(uint64_t rank, uint64_t records)
{
    uint64_t hash = FNV_BASIS;
    /* A zero byte only multiplies: the upper three of the ranks there are do it at one go. */
    int bytes = rank >> 40 == 0 ? 5 : 8;
    for (int byte = 0; byte < bytes; byte++) {
        hash = (hash ^ (rank & 0xff)) * FNV_PRIME;
        rank >>= 8;
    }
    hash *= bytes == 5 ? FNV_PRIME * FNV_PRIME * FNV_PRIME : 1;
    return (hash >> 63 != 0 ? 0 - hash : hash) % records;
}

static uint64_t
draw_zipfian(const LoadChooser *chooser, BaseRand *rand, uint64_t places)
{
    uint64_t workers = chooser->workers;
    /* With far fewer than expected, a draw among those expected would hardly ever hit. */
    uint64_t there = places * workers;
    uint64_t among = there < chooser->expected / 16 ? there : chooser->expected;
    for (;;) {
        uint64_t record = load_chooser_scatter(load_zipf_draw(&chooser->zipf, rand), among);
        if (workers == 1 && record < places) {
            return record;
        }
        if (record % workers == chooser->worker && record / workers < places) {
            return record / workers;
        }
    }
}

/* The newest records are those of all workers: an age among all is as likely a worker's own. */
static uint64_t
draw_latest(LoadChooser *chooser, BaseRand *rand, uint64_t places)
{
    uint64_t there = places * chooser->workers;
    if (chooser->zipf.items != there) {
        load_zipf_resize(&chooser->zipf, there);
    }
    return places - 1 - load_zipf_draw(&chooser->zipf, rand) / chooser->workers;
}

static uint64_t
draw_hotspot(const LoadDistribution *it, BaseRand *rand, uint64_t records)
{
    uint64_t hot = (uint64_t)((double)records * it->hot_part);
    bool in_spot = (double)(base_rand_next(rand) >> 11) * 0x1p-53 < it->hot_draws;
    if ((in_spot && hot != 0) || hot == records) {
        return base_rand_below(rand, hot);
    }
    return hot + base_rand_below(rand, records - hot);
}

void
load_chooser_share(LoadChooser *chooser, uint32_t worker, uint32_t workers)
{
    chooser->worker = worker;
    chooser->workers = workers;
}

void
load_chooser_follow(LoadChooser *chooser, const uint32_t *trace, uint64_t count)
{
    chooser->trace = trace;
    chooser->trace_count = count;
}

static uint64_t
next_of_trace(LoadChooser *chooser)
{
    for (;;) {
        uint32_t record = chooser->trace[chooser->next];
        chooser->next = chooser->next + 1 == chooser->trace_count ? 0 : chooser->next + 1;
        if (record % chooser->workers == chooser->worker) {
            return record / chooser->workers;
        }
    }
}

uint64_t
load_chooser_draw(LoadChooser *chooser, BaseRand *rand, uint64_t records)
{
    switch (chooser->distribution.kind) {
    case LOAD_CHOOSER_ZIPFIAN:
        return draw_zipfian(chooser, rand, records);
    case LOAD_CHOOSER_LATEST:
        return draw_latest(chooser, rand, records);
    case LOAD_CHOOSER_HOTSPOT:
        return draw_hotspot(&chooser->distribution, rand, records);
    case LOAD_CHOOSER_SEQUENTIAL:
        return chooser->next++ % records;
    case LOAD_CHOOSER_REPLAY:
        return next_of_trace(chooser);
    case LOAD_CHOOSER_UNIFORM:
    case LOAD_CHOOSER_KIND_COUNT:
        break;
    }
    return base_rand_below(rand, records);
}
