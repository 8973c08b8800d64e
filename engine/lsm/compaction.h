/*
 * compaction.h: carries out what was picked: a merge, a move, or dropping tables that a removed
 * range has emptied.
 *
 * Inputs are tables of the view that the pick was made for; they are marked busy, so they are still
 * live when the result is installed (L-7). Level 0 is read run by run, other levels as a whole.
 *
 * Threading: several compactions may run at a time, each in a thread of its own.
 */
#ifndef LARDER_ENGINE_LSM_COMPACTION_H
#define LARDER_ENGINE_LSM_COMPACTION_H

#include "engine/lsm/job.h"

/* Marks the inputs of a pick, or takes the marks away. The worker's lock. */
void lsm_compaction_mark(const LsmLevels *levels, const LsmPick *pick, bool busy);

/*
 * Carries a pick out over the job's view. BASE_BUSY: an input has versions that are not visible
 * yet. On BASE_CORRUPTION of an input *ret_damaged is that table, else NULL.
 */
BaseStatus lsm_compaction_run(LsmJob *job, const LsmPick *pick, LsmTable **ret_damaged);

#endif
