/*
 * covered.c: see covered.h. Few tables have removed ranges, so those are gone through; each is
 * compared with the tables in its range of each level below.
 */
#include "engine/lsm/covered.h"

#include "engine/lsm/tables.h"

/* Whether a snapshot sees what was written at `lowest` or later and hidden at `hidden`. */
static bool
snapshot_between(const LsmSnapshotList *snapshots, int64_t lowest, int64_t hidden)
{
    for (size_t i = 0; i < snapshots->count; i++) {
        if (snapshots->versions[i] >= lowest && snapshots->versions[i] < hidden) {
            return true;
        }
    }
    return false;
}

/* The lowest version of a fragment above `version`; 0: none. Versions descend. */
static int64_t
lowest_above(const FormatFragment *fragment, int64_t version)
{
    int64_t lowest = 0;
    for (size_t i = 0; i < fragment->version_count && fragment->versions[i] > version; i++) {
        lowest = fragment->versions[i];
    }
    return lowest;
}

/* Whether the removed ranges hide all of a table from everybody. */
static bool
covers(const TableRanges *ranges, const FormatTable *table, const LsmSnapshotList *snapshots)
{
    int64_t highest = table->version_override != 0 ? table->version_override : table->version_max;
    int64_t lowest = table->version_override != 0 ? table->version_override : table->version_min;
    size_t at = table_ranges_find(ranges, table->smallest);
    BaseSlice reached = table->smallest;
    while (at < ranges->count && base_slice_compare(ranges->fragments[at].start, reached) <= 0) {
        const FormatFragment *fragment = &ranges->fragments[at++];
        int64_t hidden = lowest_above(fragment, highest);
        if (hidden == 0 || snapshot_between(snapshots, lowest, hidden)) {
            return false;
        }
        reached = fragment->stop;
        int order = base_slice_compare(reached, table->largest);
        if (order > 0 || (order == 0 && table->largest_excluded)) {
            return true;
        }
    }
    return false;
}

/* The first tables of a level, one behind the other, that the ranges of `above` cover. */
static LsmPick
pick_below(const LsmLevels *levels, const LsmSurvey *survey, const LsmSnapshotList *snapshots,
           const LsmTable *above, int level)
{
    const TableRanges *ranges = table_ranges(lsm_table_reader(above));
    const LsmPickLevel *tables = &survey->state.levels[level];
    const FormatTable *info = &above->info;
    LsmPickSpan span =
        lsm_picker_overlap(tables, info->smallest, info->largest, info->largest_excluded);
    LsmPick pick = {.level = level, .output_level = level, .drop = true};
    for (size_t i = span.first; i < span.first + span.count; i++) {
        const LsmTable *table = levels->levels[level].tables[i];
        if (!table->busy && covers(ranges, &table->info, snapshots)) {
            pick.reason = LSM_PICK_COVERED;
            pick.inputs.first = pick.inputs.count == 0 ? i : pick.inputs.first;
            pick.inputs.count++;
        } else if (pick.inputs.count != 0) {
            break;
        }
    }
    return pick;
}

/* Tables that the ranges of a table of level `from` cover, in the levels below. */
static LsmPick
pick_under(const LsmLevels *levels, const LsmSurvey *survey, const LsmSnapshotList *snapshots,
           const LsmTable *above, int from)
{
    LsmPick pick = {.reason = LSM_PICK_NOTHING};
    bool usable = above->info.fragments != 0 && above->info.version_override == 0;
    for (int level = from + 1; usable && level < LSM_LEVELS; level++) {
        pick = pick_below(levels, survey, snapshots, above, level);
        if (pick.reason != LSM_PICK_NOTHING) {
            return pick;
        }
    }
    return (LsmPick){.reason = LSM_PICK_NOTHING};
}

LsmPick
lsm_covered_pick(const LsmLevels *levels, const LsmSurvey *survey, const LsmSnapshotList *snapshots)
{
    for (int from = 0; from < LSM_LEVELS - 1; from++) {
        for (size_t i = 0; i < levels->levels[from].count; i++) {
            LsmPick pick =
                pick_under(levels, survey, snapshots, levels->levels[from].tables[i], from);
            if (pick.reason != LSM_PICK_NOTHING) {
                return pick;
            }
        }
    }
    return (LsmPick){.reason = LSM_PICK_NOTHING};
}
