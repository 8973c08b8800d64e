/*
 * hashmap.h: the engine "hashmap": records in memory, found by hash, nothing on disk but the
 * ceiling of its versions.
 *
 * A get takes no lock and does not wait for writers. Commits are atomic to every reader. Snapshots
 * cost memory only for what is overwritten while they are open. Iterators and everything else that
 * works on a range walk the whole table, O(n) for each seek and whenever the entries read since
 * have grown fourfold; a full scan costs O(n log n). A remove of a range costs O(n) too, and for
 * its duration a small allocation for each key that it removes.
 *
 * Options
 *   memory_bytes  budget for records and tables, with what is lost to rounding; 0: unlimited.
 *                 Above it puts are refused with MEMORY_FULL; removes go through. Live. It does
 *                 not count gaps in regions, of which slab.h tells the bounds.
 *   shards        number of tables, rounded up to a power of two.
 *   huge_pages    records in regions that the kernel is asked to back with huge pages, not in the
 *                 heap of the C library: what that gives and takes is told in slab.h. Preset: true,
 *                 and false in builds for memory checkers.
 *
 * state.c tells how readers and the writer work together, and why that is right.
 */
#ifndef LARDER_ENGINE_HASHMAP_HASHMAP_H
#define LARDER_ENGINE_HASHMAP_HASHMAP_H

#include "engine/engine.h"

extern const EngineClass hashmap_class;

/* Indexes of the options. */
typedef enum HashmapOption {
    HASHMAP_OPTION_MEMORY_BYTES = 0,
    HASHMAP_OPTION_SHARDS = 1,
    HASHMAP_OPTION_HUGE_PAGES = 2,
    HASHMAP_OPTION_COUNT
} HashmapOption;

#endif
