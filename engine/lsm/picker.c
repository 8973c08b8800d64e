/*
 * picker.c: targets from the bottom up, then the most pressing level.
 *
 * Levels other than 0 are sorted and do not overlap, so the tables that a range touches are one
 * span, found by two binary searches. A merge out of level n takes one table of it and its span in
 * level n + 1: since keys are never split over two tables of a level (L-4), no more tables of level
 * n need to come along.
 */
#include "engine/lsm/picker.h"

#define LAST (LSM_LEVELS - 1)

/* ----------------------------------------------------------------------------------- ranges -- */

/* Whether all keys of `table` are before `key`. */
static bool
ends_before(const LsmPickTable *table, BaseSlice key)
{
    int order = base_slice_compare(table->largest, key);
    return order < 0 || (order == 0 && table->largest_excluded);
}

/* Whether all keys of `table` are behind those of a range that ends at `largest`. */
static bool
begins_behind(const LsmPickTable *table, BaseSlice largest, bool excluded)
{
    int order = base_slice_compare(table->smallest, largest);
    return order > 0 || (order == 0 && excluded);
}

static bool
tables_overlap(const LsmPickTable *a, const LsmPickTable *b)
{
    return !ends_before(a, b->smallest) && !ends_before(b, a->smallest);
}

LsmPickSpan
lsm_picker_overlap(const LsmPickLevel *level, BaseSlice smallest, BaseSlice largest,
                   bool largest_excluded)
{
    size_t low = 0;
    size_t high = level->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ends_before(&level->tables[middle], smallest)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t first = low;
    high = level->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (begins_behind(&level->tables[middle], largest, largest_excluded)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return (LsmPickSpan){first, low - first};
}

static bool
span_busy(const LsmPickLevel *level, LsmPickSpan span)
{
    for (size_t i = 0; i < span.count; i++) {
        if (level->tables[span.first + i].busy) {
            return true;
        }
    }
    return false;
}

static int64_t
span_bytes(const LsmPickLevel *level, LsmPickSpan span)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < span.count; i++) {
        bytes += level->tables[span.first + i].bytes;
    }
    return bytes;
}

/* The range of a span, which in level 0 need not be in order. */
static LsmPickTable
span_range(const LsmPickLevel *level, LsmPickSpan span)
{
    LsmPickTable range = level->tables[span.first];
    for (size_t i = 1; i < span.count; i++) {
        const LsmPickTable *table = &level->tables[span.first + i];
        if (base_slice_compare(table->smallest, range.smallest) < 0) {
            range.smallest = table->smallest;
        }
        int order = base_slice_compare(table->largest, range.largest);
        if (order > 0 || (order == 0 && !table->largest_excluded)) {
            range.largest = table->largest;
            range.largest_excluded = table->largest_excluded;
        }
    }
    return range;
}

static LsmPickSpan
overlap_of(const LsmPickLevel *level, const LsmPickTable *range)
{
    return lsm_picker_overlap(level, range->smallest, range->largest, range->largest_excluded);
}

/* The tables from `first` on that form a run. */
static LsmPickSpan
run_from(const LsmPickLevel *level, size_t first)
{
    LsmPickSpan run = {first, 1};
    while (first + run.count < level->count) {
        const LsmPickTable *next = &level->tables[first + run.count];
        for (size_t i = 0; i < run.count; i++) {
            if (tables_overlap(&level->tables[first + i], next)) {
                return run;
            }
        }
        run.count++;
    }
    return run;
}

/* ---------------------------------------------------------------------------------- targets -- */

static size_t
count_runs(const LsmPickLevel *level)
{
    size_t runs = 0;
    for (size_t first = 0; first < level->count; runs++) {
        first += run_from(level, first).count;
    }
    return runs;
}

/* What each level has to give away, with what its bytes drag along, from the top down. */
static int64_t
debt_of(const LsmPickState *state, const LsmTargets *targets)
{
    int64_t debt = 0;
    int64_t coming = targets->runs >= state->run_trigger ? targets->held[0] : 0;
    debt += coming == 0 ? 0 : coming + targets->held[targets->base_level];
    for (int level = targets->base_level; level < LAST; level++) {
        int64_t over = targets->held[level] + coming - targets->bytes[level];
        coming = over > 0 ? over : 0;
        debt += coming * (state->multiplier + 1);
    }
    return debt;
}

/* What one byte into level 0 makes compactions write until it is in the last level, about. */
static double
cost_of(const LsmPickState *state, const LsmTargets *targets)
{
    double cost = 1;
    if (targets->held[targets->base_level] != 0) {
        cost += 1;
    }
    for (int level = targets->base_level; level < LAST; level++) {
        cost += (double)state->multiplier / 2 + 1;
    }
    return cost;
}

/* The first level, but for 0, that holds anything; the last one if none does. */
static int
first_held(const LsmTargets *targets)
{
    int level = 1;
    while (level < LAST && targets->held[level] == 0) {
        level++;
    }
    return level;
}

void
lsm_picker_targets(const LsmPickState *state, LsmTargets *ret_targets)
{
    LsmTargets targets = {.runs = count_runs(&state->levels[0])};
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmPickLevel *tables = &state->levels[level];
        targets.held[level] = span_bytes(tables, (LsmPickSpan){0, tables->count});
    }
    int64_t target = targets.held[LAST];
    targets.base_level = LAST;
    while (target / state->multiplier >= state->base_bytes && targets.base_level > 1) {
        targets.base_level--;
        target /= state->multiplier;
    }
    if (target < state->base_bytes) {
        target = state->base_bytes;
    }
    for (int level = targets.base_level; level < LSM_LEVELS; level++) {
        targets.bytes[level] = target;
        target *= state->multiplier;
    }
    if (targets.held[LAST] > targets.bytes[LAST]) {
        targets.bytes[LAST] = targets.held[LAST];
    }
    if (first_held(&targets) < targets.base_level) {
        targets.base_level = first_held(&targets);
    }
    targets.debt = debt_of(state, &targets);
    targets.cost = cost_of(state, &targets);
    *ret_targets = targets;
}

/* ---------------------------------------------------------------------------------- level 0 -- */

static LsmPick
nothing(void)
{
    return (LsmPick){.reason = LSM_PICK_NOTHING};
}

/* All of level 0 with what it overlaps in the base level, or its oldest run as it is. */
static LsmPick
pick_down(const LsmPickState *state, int base_level, LsmPickReason reason)
{
    const LsmPickLevel *level = &state->levels[0];
    const LsmPickLevel *base = &state->levels[base_level];
    LsmPickSpan all = {0, level->count};
    if (level->count == 0 || span_busy(level, all)) {
        return nothing();
    }
    LsmPick pick = {.reason = reason, .output_level = base_level};
    pick.inputs = run_from(level, 0);
    LsmPickTable range = span_range(level, pick.inputs);
    if (overlap_of(base, &range).count == 0) {
        pick.move = true;
        return pick;
    }
    pick.inputs = all;
    range = span_range(level, all);
    pick.overlap = overlap_of(base, &range);
    return span_busy(base, pick.overlap) ? nothing() : pick;
}

/* The newest tables of level 0 among themselves, when they have become too many runs. */
static LsmPick
pick_within(const LsmPickState *state)
{
    const LsmPickLevel *level = &state->levels[0];
    size_t first = level->count;
    while (first > 0 && !level->tables[first - 1].busy) {
        first--;
    }
    LsmPickLevel free = {level->tables + first, level->count - first};
    if (count_runs(&free) <= state->run_trigger) {
        return nothing();
    }
    return (LsmPick){.reason = LSM_PICK_RUNS, .inputs = {first, free.count}};
}

static LsmPick
pick_runs(const LsmPickState *state, const LsmTargets *targets)
{
    LsmPick pick = pick_down(state, targets->base_level, LSM_PICK_RUNS);
    return pick.reason == LSM_PICK_NOTHING ? pick_within(state) : pick;
}

LsmPick
lsm_picker_pick_runs(const LsmPickState *state, LsmPickReason reason)
{
    LsmTargets targets;
    lsm_picker_targets(state, &targets);
    return pick_down(state, targets.base_level, reason);
}

/* ------------------------------------------------------------------------------ other levels -- */

/* The tables from `first` on that could move down; PICK_MOVES at most. */
static LsmPickSpan
movable_from(const LsmPickState *state, int level, size_t first)
{
    const LsmPickLevel *tables = &state->levels[level];
    const LsmPickLevel *below = &state->levels[level + 1];
    LsmPickSpan span = {first, 0};
    while (first + span.count < tables->count && span.count < LSM_PICK_MOVES) {
        const LsmPickTable *table = &tables->tables[first + span.count];
        if (table->busy || overlap_of(below, table).count != 0) {
            break;
        }
        span.count++;
    }
    return span;
}

LsmPick
lsm_picker_pick_table(const LsmPickState *state, int level, size_t index, LsmPickReason reason)
{
    const LsmPickTable *table = &state->levels[level].tables[index];
    LsmPick pick = {.reason = reason, .level = level, .inputs = {index, 1}};
    pick.output_level = level == LAST ? LAST : level + 1;
    if (table->busy) {
        return nothing();
    }
    if (level < LAST) {
        pick.overlap = overlap_of(&state->levels[level + 1], table);
    }
    return span_busy(&state->levels[pick.output_level], pick.overlap) ? nothing() : pick;
}

/* The table of a level that drags the fewest bytes along for each of its own. */
static LsmPick
pick_size(const LsmPickState *state, int level)
{
    const LsmPickLevel *tables = &state->levels[level];
    LsmPick best = nothing();
    double lowest = 0;
    for (size_t i = 0; i < tables->count; i++) {
        LsmPick pick = lsm_picker_pick_table(state, level, i, LSM_PICK_SIZE);
        if (pick.reason == LSM_PICK_NOTHING) {
            continue;
        }
        if (pick.overlap.count == 0) {
            pick.move = true;
            pick.inputs = movable_from(state, level, i);
            return pick;
        }
        double dragged = (double)span_bytes(&state->levels[level + 1], pick.overlap);
        double ratio = dragged / (double)(tables->tables[i].bytes + 1);
        if (best.reason == LSM_PICK_NOTHING || ratio < lowest) {
            best = pick;
            lowest = ratio;
        }
    }
    return best;
}

static bool
mostly_dead(const LsmPickTable *table)
{
    return table->dead * 2 > table->entries;
}

static bool
due(const LsmPickState *state, const LsmPickTable *table)
{
    return table->oldest_dead_ms != 0 && table->oldest_dead_ms <= state->now_ms - state->reclaim_ms;
}

/* Level 0, if something in it is due. */
static LsmPick
pick_due_runs(const LsmPickState *state, const LsmTargets *targets)
{
    const LsmPickLevel *level = &state->levels[0];
    for (size_t i = 0; i < level->count; i++) {
        if (due(state, &level->tables[i])) {
            return pick_down(state, targets->base_level, LSM_PICK_DEADLINE);
        }
    }
    return nothing();
}

/* A table, outside of level 0, with dead entries that should go. */
static LsmPick
pick_dead(const LsmPickState *state, LsmPickReason reason)
{
    for (int level = 1; level < LSM_LEVELS; level++) {
        const LsmPickLevel *tables = &state->levels[level];
        for (size_t i = 0; i < tables->count; i++) {
            const LsmPickTable *table = &tables->tables[i];
            if (reason == LSM_PICK_DEADLINE ? due(state, table) : mostly_dead(table)) {
                LsmPick pick = lsm_picker_pick_table(state, level, i, reason);
                if (pick.reason != LSM_PICK_NOTHING) {
                    return pick;
                }
            }
        }
    }
    return nothing();
}

/* The table, outside of level 0, whose rewriting frees the most of blob files for its size. */
static LsmPick
pick_blobs(const LsmPickState *state)
{
    LsmPick best = nothing();
    double highest = 1;
    for (int level = 1; level < LSM_LEVELS; level++) {
        const LsmPickLevel *tables = &state->levels[level];
        for (size_t i = 0; i < tables->count; i++) {
            const LsmPickTable *table = &tables->tables[i];
            double ratio = (double)table->blob_gain / (double)(table->bytes + 1);
            if (!table->busy && ratio >= highest) {
                best = (LsmPick){.reason = LSM_PICK_BLOBS,
                                 .level = level,
                                 .output_level = level,
                                 .inputs = {i, 1}};
                highest = ratio;
            }
        }
    }
    return best;
}

/* How far a level is over its target: 1 is at it. */
static double
score(const LsmPickState *state, const LsmTargets *targets, int level)
{
    if (level == 0) {
        double runs = (double)targets->runs / (double)state->run_trigger;
        double bytes = (double)targets->held[0] / (double)state->base_bytes;
        return runs > bytes ? runs : bytes;
    }
    if (level == LAST || targets->held[level] == 0) {
        return 0;
    }
    /* Above the base level nothing should be: whatever is there goes down. */
    return level < targets->base_level
               ? 2
               : (double)targets->held[level] / (double)targets->bytes[level];
}

LsmPick
lsm_picker_pick(const LsmPickState *state)
{
    LsmTargets targets;
    lsm_picker_targets(state, &targets);
    bool tried[LSM_LEVELS] = {false};
    for (;;) {
        int highest = -1;
        double most = 1;
        for (int level = 0; level < LAST; level++) {
            double level_score = score(state, &targets, level);
            if (!tried[level] &&
                (level_score > most || (level_score >= 1 && highest < 0 && level == 0))) {
                highest = level;
                most = level_score;
            }
        }
        if (highest < 0) {
            break;
        }
        LsmPick pick = highest == 0 ? pick_runs(state, &targets) : pick_size(state, highest);
        if (pick.reason != LSM_PICK_NOTHING) {
            return pick;
        }
        tried[highest] = true;
    }
    LsmPick pick = pick_due_runs(state, &targets);
    if (pick.reason == LSM_PICK_NOTHING) {
        pick = pick_dead(state, LSM_PICK_DEADLINE);
    }
    if (pick.reason == LSM_PICK_NOTHING) {
        pick = pick_dead(state, LSM_PICK_DEAD);
    }
    return pick.reason != LSM_PICK_NOTHING ? pick : pick_blobs(state);
}
