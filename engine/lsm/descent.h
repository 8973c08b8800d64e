/*
 * descent.h: a range on its way to the last level, because somebody asked for it.
 *
 * Level by level, from the top: each table that overlaps the range goes one level down, as it is if
 * nothing is in its way. What is flushed meanwhile is not waited for: of level 0 only tables that
 * were there at the start count. On the last level, what has dead entries, or was written while
 * snapshots were open, is written again. Within a level tables are taken by key, and a place moves
 * on behind each, so a descent ends, whatever else compacts.
 *
 * Threading: the worker's lock.
 */
#ifndef LARDER_ENGINE_LSM_DESCENT_H
#define LARDER_ENGINE_LSM_DESCENT_H

#include "engine/lsm/survey.h"

typedef struct LsmDescent {
    BaseSlice start; /* borrowed */
    BaseSlice stop;  /* borrowed; empty: the end */
    int level;
    int64_t order;  /* tables of level 0 below it were there at the start */
    int64_t number; /* tables below it were there at the start */
    BaseBuf place;  /* tables of the level that end at or before it are done */
} LsmDescent;

typedef enum LsmDescentStep {
    LSM_DESCENT_PICK, /* there is something to do */
    LSM_DESCENT_WAIT, /* other jobs are at what comes next */
    LSM_DESCENT_DONE,
} LsmDescentStep;

/* A descent that begins with these levels. */
LsmDescent lsm_descent(BaseSlice start, BaseSlice stop, const LsmLevels *levels);

/* Frees what it holds. */
void lsm_descent_clear(LsmDescent *descent);

/* What comes next; with WAIT it has no reason. `survey` is of the same levels. */
LsmDescentStep lsm_descent_next(LsmDescent *descent, const LsmLevels *levels,
                                const LsmSurvey *survey, LsmPick *ret_pick);

/*
 * What came next is done, or, without a reason, is left out: the place moves behind it.
 * BASE_NO_MEMORY. `levels` are those that it was picked for.
 */
BaseStatus lsm_descent_pass(LsmDescent *descent, const LsmLevels *levels, const LsmPick *pick);

#endif
