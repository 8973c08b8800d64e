/*
 * flush.h: generations that are full become tables of level 0.
 *
 * The oldest generations go first, and several that wait go together: what is shadowed between them
 * is never written. The install takes them out of the view, raises the log floor to the segment of
 * the oldest generation that is left, and the last version and stamp to theirs. Then their segments
 * are given back.
 *
 * F-1  Generations are flushed in their order: what is in tables is a prefix of the order of
 *      commits, but for what a table's own segment has too.
 * F-2  Everything in a generation that is flushed is visible, so what is shadowed is so for all
 *      readers but snapshots (L-5).
 *
 * Orders. Tables of level 0 are ordered from old to new. A flush begins a new block of orders, so
 * that a compaction within level 0 finds numbers between its inputs and whatever was flushed since.
 *
 * Threading: one flush at a time.
 */
#ifndef LARDER_ENGINE_LSM_FLUSH_H
#define LARDER_ENGINE_LSM_FLUSH_H

#include "engine/lsm/job.h"

/* The first order of a block that is above all of level 0. */
int64_t lsm_flush_order(const LsmLevels *levels);

/* How many orders a block has. */
#define LSM_FLUSH_ORDERS ((int64_t)1 << 20)

/* How many of the oldest generations of a view are FULL, and visible to the last commit. */
size_t lsm_flush_ready(const LsmView *view, int64_t visible);

/*
 * Flushes the `count` oldest generations of the job's view, which are FULL, installs the tables,
 * marks the generations FLUSHED and gives their segments back to `log`.
 */
BaseStatus lsm_flush_run(LsmJob *job, size_t count, LsmLog *log);

#endif
