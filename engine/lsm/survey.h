/*
 * survey.h: the levels as the picker looks at them.
 *
 * What is dead. Removes and removed ranges are dead weight that hides what is below; records that
 * have expired are dead for everybody who reads at `now_ms` or later. How many have expired is
 * known for the whole of a table or for none of it, and is estimated between. What a snapshot keeps
 * is not counted: a table without versions at or below the oldest snapshot, and one on the last
 * level that was written since that snapshot was taken (LsmTable.settled): writing it again would
 * change nothing.
 *
 * Blob files. When a table is written again, what it uses of a stale blob file moves to a new one.
 * The dead bytes of the stale one go when the last such table has been written; so each table is
 * credited with a part of them, by what it uses of the live ones.
 *
 * Threading: one owner. Reads fields of tables that are the worker's lock's.
 */
#ifndef LARDER_ENGINE_LSM_SURVEY_H
#define LARDER_ENGINE_LSM_SURVEY_H

#include "engine/lsm/levels.h"

typedef struct LsmSurvey {
    LsmPickState state;
    LsmPickTable *tables; /* that state.levels point into */
    size_t capacity;
    int64_t oldest_snapshot;    /* a version; INT64_MAX: there is none */
    unsigned blob_dead_percent; /* of a stale blob file; 0: none is */
    bool blobs_stale;           /* some blob file is */
    const LsmLevels *levels;    /* that were looked at last */
} LsmSurvey;

/* Zero bytes are an empty one. */
void lsm_survey_clear(LsmSurvey *survey);

/*
 * Fills in state.levels. The other fields of the state, oldest_snapshot and blob_dead_percent, are
 * set before.
 * BASE_NO_MEMORY. Good as long as the levels are held.
 */
BaseStatus lsm_survey_make(LsmSurvey *survey, const LsmLevels *levels);

/* Whether writing a table of the last level again may leave something out. */
bool lsm_survey_can_shrink(const LsmSurvey *survey, const LsmTable *table);

#endif
