/*
 * descent.c: see descent.h.
 */
#include "engine/lsm/descent.h"

#include "engine/lsm/flush.h"

#define LAST (LSM_LEVELS - 1)

LsmDescent
lsm_descent(BaseSlice start, BaseSlice stop, const LsmLevels *levels)
{
    return (LsmDescent){.start = start,
                        .stop = stop,
                        .order = lsm_flush_order(levels),
                        .number = levels->state.next_file,
                        .place = BASE_BUF_INIT};
}

void
lsm_descent_clear(LsmDescent *descent)
{
    base_buf_clear(&descent->place);
}

/* Whether a table has keys of the range. */
static bool
in_range(const LsmDescent *descent, const FormatTable *info)
{
    int order = base_slice_compare(info->largest, descent->start);
    bool before = order < 0 || (order == 0 && info->largest_excluded);
    bool behind = descent->stop.len != 0 && base_slice_compare(info->smallest, descent->stop) >= 0;
    return !before && !behind;
}

static bool
is_done(const LsmDescent *descent, const FormatTable *info)
{
    BaseSlice place = base_buf_slice(&descent->place);
    return place.len != 0 && base_slice_compare(info->largest, place) <= 0;
}

/* Whether a table of the level at hand has to be looked at. */
static bool
concerns(const LsmDescent *descent, const LsmSurvey *survey, const LsmTable *table)
{
    const FormatTable *info = &table->info;
    if (!in_range(descent, info)) {
        return false;
    }
    if (descent->level == 0) {
        return info->order < descent->order;
    }
    if (is_done(descent, info)) {
        return false;
    }
    return descent->level < LAST ||
           (info->number < descent->number && lsm_survey_can_shrink(survey, table));
}

/* The next table of the level at hand; count: none. */
static size_t
find_next(const LsmDescent *descent, const LsmLevel *level, const LsmSurvey *survey)
{
    size_t i = 0;
    while (i < level->count && !concerns(descent, survey, level->tables[i])) {
        i++;
    }
    return i;
}

LsmDescentStep
lsm_descent_next(LsmDescent *descent, const LsmLevels *levels, const LsmSurvey *survey,
                 LsmPick *ret_pick)
{
    for (; descent->level < LSM_LEVELS; descent->level++) {
        const LsmLevel *level = &levels->levels[descent->level];
        size_t index = find_next(descent, level, survey);
        if (index == level->count) {
            base_buf_reset(&descent->place);
            continue;
        }
        LsmPick pick = descent->level == 0 ? lsm_picker_pick_runs(&survey->state, LSM_PICK_MANUAL)
                                           : lsm_picker_pick_table(&survey->state, descent->level,
                                                                   index, LSM_PICK_MANUAL);
        if (pick.reason == LSM_PICK_NOTHING) {
            *ret_pick = (LsmPick){.level = descent->level, .inputs = {index, 1}};
            return LSM_DESCENT_WAIT;
        }
        pick.move = pick.move || (pick.level < LAST && pick.overlap.count == 0);
        *ret_pick = pick;
        return LSM_DESCENT_PICK;
    }
    return LSM_DESCENT_DONE;
}

BaseStatus
lsm_descent_pass(LsmDescent *descent, const LsmLevels *levels, const LsmPick *pick)
{
    base_buf_reset(&descent->place);
    if (pick->level == 0) {
        descent->level = pick->reason == LSM_PICK_NOTHING ? 1 : 0;
        return base_ok();
    }
    const LsmTable *table = levels->levels[pick->level].tables[pick->inputs.first];
    return base_buf_append_slice(&descent->place, table->info.largest)
               ? base_ok()
               : base_error(BASE_NO_MEMORY, "no memory for compacting a range");
}
