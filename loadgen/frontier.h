/*
 * frontier.h: how many of the records that are being inserted exist for sure.
 *
 * Inserts are numbered in the order in which they begin and may end in any other. A record counts
 * as settled when its insert and all before it have ended, well or not: then it may be read. So
 * reads do not run ahead of the inserts under way, as YCSB demands. A read of a record whose insert
 * failed may find nothing; the ledger knows.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_FRONTIER_H
#define LARDER_LOADGEN_FRONTIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct LoadFrontier {
    uint64_t begun;
    uint64_t settled; /* all below are */
    uint8_t *ended;   /* ring, by number: whether that insert ended; settled up to begun */
    size_t room;      /* a power of two */
} LoadFrontier;

/* All of the first `records` are settled. */
void load_frontier_init(LoadFrontier *frontier, uint64_t records);

/* Takes frontiers that are all zero. */
void load_frontier_clear(LoadFrontier *frontier);

/* Begins the next insert, whose number is the value of `begun` before. False: no memory. */
bool load_frontier_begin(LoadFrontier *frontier);

/* Ends an insert that was begun and has not ended. */
void load_frontier_end(LoadFrontier *frontier, uint64_t number);

#endif
