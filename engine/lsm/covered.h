/*
 * covered.h: tables that a removed range empties: they can go without being read.
 *
 * A fragment that covers all keys of a table further down, at a version above all of the table's,
 * hides every entry of it from whoever reads at that version or a later one. When no snapshot
 * stands between the table's lowest version and the fragment's, nobody reads the table any more. It
 * may hide things itself, in tables below it, but all that it hides the fragment hides too. So the
 * disk that a removed range frees is free as soon as the remove is in a table.
 *
 * Several fragments that follow each other without a gap cover what lies in them together.
 *
 * Threading: pure; reads the removed ranges of open tables.
 */
#ifndef LARDER_ENGINE_LSM_COVERED_H
#define LARDER_ENGINE_LSM_COVERED_H

#include "engine/lsm/snapshots.h"
#include "engine/lsm/survey.h"

/*
 * Tables of one level that can go and are not busy; reason NOTHING: there are none. `survey` is of
 * the same levels; every version in them is visible.
 */
LsmPick lsm_covered_pick(const LsmLevels *levels, const LsmSurvey *survey,
                         const LsmSnapshotList *snapshots);

#endif
