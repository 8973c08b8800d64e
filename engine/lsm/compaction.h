/*
 * compaction.h: carries out what the picker has proposed: a merge, a move, or dropping tables that
 * a removed range has emptied.
 *
 * Inputs are tables of the view that the pick was made for; they are marked busy, so they are still
 * live when the result is installed (L-7). Level 0 is read run by run, other levels as a whole.
 *
 * Threading: several compactions may run at a time, each in a thread of its own.
 */
#ifndef LARDER_ENGINE_LSM_COMPACTION_H
#define LARDER_ENGINE_LSM_COMPACTION_H

#include "engine/lsm/job.h"

/* The picker's view of levels; the arrays are the object's. Zero bytes are an empty one. */
typedef struct LsmPickInput {
    LsmPickState state;
    LsmPickTable *tables;
    size_t capacity;
} LsmPickInput;

/*
 * Describes levels to the picker as of `now_ms`, before which nobody reads. `kept_up_to` is the
 * version of the oldest snapshot, INT64_MAX without one: dead entries that it keeps do not count.
 * BASE_NO_MEMORY.
 */
BaseStatus lsm_compaction_describe(const LsmLevels *levels, int64_t now_ms, int64_t kept_up_to,
                                   LsmPickInput *input);

void lsm_pick_input_clear(LsmPickInput *input);

/* The inputs of a pick, from `level` and then from `output_level`: visits each. */
void lsm_compaction_mark(const LsmLevels *levels, const LsmPick *pick, bool busy);

/*
 * Carries it out. On BASE_CORRUPTION of an input, *ret_damaged is that table; else NULL.
 */
BaseStatus lsm_compaction_run(LsmJob *job, const LsmPick *pick, LsmTable **ret_damaged);

#endif
