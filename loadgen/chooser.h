/*
 * chooser.h: which record an operation is about, drawn as YCSB's request distributions draw it.
 *
 *   UNIFORM     every record alike
 *   ZIPFIAN     a rank by Zipf's law over LOAD_CHOOSER_RANKS ranks, scattered over the records: the
 *               record is the FNV-1a hash of the rank's 8 bytes (as a signed number without its
 *               sign) modulo the number of records. So hot records are anywhere
 *   LATEST      Zipf's law by age: the newest record is the most likely one
 *   HOTSPOT     a share of the draws goes to a share of the records, the first ones, the rest to
 *               the others; uniform within both
 *   SEQUENTIAL  one behind the other; behind the last the first
 *   REPLAY      as a trace says, line by line; behind the last line the first
 *
 * Records may be inserted meanwhile: every draw says how many there are. ZIPFIAN scatters over a
 * number that is fixed from the start, `expected`, so that a hot record stays hot; what lies beyond
 * the records that exist is drawn again.
 *
 * Several workers share the records: record r is worker r % workers's own, at place r / workers.
 * Each draws places of its own records by the law over all of them: ZIPFIAN draws again until a
 * record is its own, LATEST takes the own record of about the age that was drawn, the others come
 * out right by themselves. So hot records are one set for all workers, and two records of one
 * worker are in the proportion that the law says. Between workers the proportion is off by as much
 * as their shares of the law differ, for each draws as often as it gets answers: some percent, as
 * the hottest record of all has a share of 4 %.
 *
 * Theta is 0.99 and the hot spot 0.2 of the records with 0.8 of the draws unless told otherwise.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_CHOOSER_H
#define LARDER_LOADGEN_CHOOSER_H

#include "loadgen/zipf.h"

#include <stddef.h>

#define LOAD_CHOOSER_RANKS UINT64_C(10000000000)

enum { LOAD_CHOOSER_TEXT_BYTES = 64 };

typedef enum LoadChooserKind {
    LOAD_CHOOSER_UNIFORM,
    LOAD_CHOOSER_ZIPFIAN,
    LOAD_CHOOSER_LATEST,
    LOAD_CHOOSER_HOTSPOT,
    LOAD_CHOOSER_SEQUENTIAL,
    LOAD_CHOOSER_REPLAY,
    LOAD_CHOOSER_KIND_COUNT,
} LoadChooserKind;

/* What is wanted. */
typedef struct LoadDistribution {
    LoadChooserKind kind;
    double theta;     /* ZIPFIAN, LATEST */
    double hot_part;  /* HOTSPOT: of the records, above 0 to 1 */
    double hot_draws; /* HOTSPOT: of the draws, 0 to 1 */
} LoadDistribution;

typedef struct LoadChooser {
    LoadDistribution distribution;
    LoadZipf zipf;
    uint64_t expected;
    uint64_t next;         /* SEQUENTIAL; REPLAY: the line */
    const uint32_t *trace; /* REPLAY */
    uint64_t trace_count;
    uint32_t worker;
    uint32_t workers; /* 1: every record is its own */
} LoadChooser;

/*
 * Reads "uniform", "zipfian", "zipfian(THETA)", "latest", "latest(THETA)", "hotspot",
 * "hotspot(PART,DRAWS)", "sequential" or "replay". NULL, or what is wrong and allowed, naming
 * `option`; the caller frees it with g_free().
 */
char *load_distribution_parse(const char *option, const char *text, LoadDistribution *ret_it);

/* The same words, for reports. */
void load_distribution_write(const LoadDistribution *it, char out[LOAD_CHOOSER_TEXT_BYTES]);

/* A chooser among records of which there will be about `expected`, which is above 0. */
LoadChooser load_chooser(const LoadDistribution *distribution, uint64_t expected);

/* Has it draw for one of several workers. REQUIRES: worker < workers <= expected. */
void load_chooser_share(LoadChooser *chooser, uint32_t worker, uint32_t workers);

/*
 * Has REPLAY follow a trace, which must outlive the chooser: of its lines those of its own records,
 * of which there must be one.
 */
void load_chooser_follow(LoadChooser *chooser, const uint32_t *trace, uint64_t count);

/* A place among its own records, from 0 to places - 1. REQUIRES: places above 0. */
uint64_t load_chooser_draw(LoadChooser *chooser, BaseRand *rand, uint64_t places);

/* Where ZIPFIAN puts a rank, among so many records. */
uint64_t load_chooser_scatter(uint64_t rank, uint64_t records);

#endif
