/*
 * survey.c: see survey.h.
 */
#include "engine/lsm/survey.h"

#include "engine/lsm/tables.h"

#include <stdlib.h>

void
lsm_survey_clear(LsmSurvey *survey)
{
    free(survey->tables);
    survey->tables = NULL;
    survey->capacity = 0;
}

/* About how many records of a table have expired. */
static int64_t
expired(const FormatTable *info, int64_t now_ms)
{
    if (info->expiring == 0 || info->expiry_min > now_ms) {
        return 0;
    }
    if (info->expiry_max <= now_ms) {
        return info->expiring;
    }
    double span = (double)(info->expiry_max - info->expiry_min);
    return 1 + (int64_t)((double)(info->expiring - 1) * (double)(now_ms - info->expiry_min) / span);
}

/* Whether a snapshot keeps whatever is dead in a table. */
static bool
is_kept(const LsmSurvey *survey, const LsmTable *table)
{
    int64_t override = table->info.version_override;
    int64_t lowest = override != 0 ? override : table->info.version_min;
    return lowest > survey->oldest_snapshot ||
           (table->settled != 0 && table->settled >= survey->oldest_snapshot);
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Bytes of stale blob files that go when a table is written again, about. */
static int64_t
blob_gain(const LsmSurvey *survey, const FormatTable *info)
{
    double gain = 0;
    FormatBlobUse use;
    FormatDecoder decoder = format_decode(info->blobs.bytes);
    while (survey->blobs_stale && format_blob_uses_next(&decoder, &use)) {
        const LsmBlobFile *file = lsm_levels_blob(survey->levels, use.number);
        if (file != NULL && lsm_levels_blob_stale(file, survey->blob_dead_percent)) {
            double alive = (double)(file->bytes - file->dead_bytes);
            gain += (double)file->dead_bytes * (double)use.bytes / (alive < 1 ? 1 : alive);
        }
    }
    return (int64_t)gain;
}

static LsmPickTable
describe(const LsmSurvey *survey, const LsmTable *table)
{
    const FormatTable *info = &table->info;
    LsmPickTable seen = {.smallest = info->smallest,
                         .largest = info->largest,
                         .largest_excluded = info->largest_excluded,
                         .busy = table->busy,
                         .bytes = info->size,
                         .entries = info->entries + info->fragments,
                         .blob_gain = blob_gain(survey, info)};
    if (is_kept(survey, table)) {
        return seen;
    }
    int64_t gone = expired(info, survey->state.now_ms);
    seen.dead = info->removes + info->fragments + gone;
    if (info->removes != 0 || info->fragments != 0) {
        seen.oldest_dead_ms = info->oldest_remove_ms;
    }
    if (gone != 0) {
        seen.oldest_dead_ms = earlier(seen.oldest_dead_ms, info->expiry_min);
    }
    return seen;
}

BaseStatus
lsm_survey_make(LsmSurvey *survey, const LsmLevels *levels)
{
    size_t count = 0;
    for (int level = 0; level < LSM_LEVELS; level++) {
        count += levels->levels[level].count;
    }
    if (count > survey->capacity) {
        LsmPickTable *tables = realloc(survey->tables, 2 * count * sizeof(*tables));
        if (tables == NULL) {
            return base_error(BASE_NO_MEMORY, "no memory for looking at the levels");
        }
        survey->tables = tables;
        survey->capacity = 2 * count;
    }
    survey->levels = levels;
    survey->blobs_stale = false;
    for (size_t i = 0; i < levels->blob_count && survey->blob_dead_percent != 0; i++) {
        survey->blobs_stale = survey->blobs_stale ||
                              lsm_levels_blob_stale(&levels->blobs[i], survey->blob_dead_percent);
    }
    LsmPickTable *next = survey->tables;
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &levels->levels[level];
        survey->state.levels[level] = (LsmPickLevel){next, tables->count};
        for (size_t i = 0; i < tables->count; i++) {
            *next++ = describe(survey, tables->tables[i]);
        }
    }
    return base_ok();
}

bool
lsm_survey_can_shrink(const LsmSurvey *survey, const LsmTable *table)
{
    if (blob_gain(survey, &table->info) != 0) {
        return true;
    }
    if (is_kept(survey, table)) {
        return false;
    }
    bool had_snapshots = table_properties(lsm_table_reader(table))->snapshots != 0;
    return had_snapshots || describe(survey, table).dead != 0;
}
