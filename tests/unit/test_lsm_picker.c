/*
 * test_lsm_picker.c: a simulated store that compacts as the picker says.
 *
 * Tables are ranges of numbers with a size. Flushes come in at random, several jobs are under way
 * at a time and end in any order; after each step the levels must be what the engine relies on, and
 * when the flushes end the picker must bring every level to its target and stop.
 */
#include "engine/base/rand.h"
#include "engine/lsm/picker.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TABLES_MAX = 1500,
    JOBS_MAX = 3,
    TABLE_BYTES = 100,
    BASE_BYTES = 400,
    KEYS = 100000,
};

typedef struct Table {
    uint64_t low; /* keys low to high */
    uint64_t high;
    int64_t bytes;
    int64_t dead;
    int64_t dead_since;
    bool busy;
} Table;

typedef struct Level {
    Table tables[TABLES_MAX];
    size_t count;
} Level;

typedef struct Job {
    bool active;
    LsmPick pick;
    Table inputs[TABLES_MAX];
    size_t input_count;
    size_t overlap_count; /* the last ones of inputs */
} Job;

typedef struct Store {
    Level levels[LSM_LEVELS];
    Job jobs[JOBS_MAX];
    LsmPickTable views[LSM_LEVELS][TABLES_MAX];
    uint8_t keys[LSM_LEVELS][TABLES_MAX][2][8];
    LsmPickState state;
    int64_t moved;
    int64_t written;
    BaseRand rand;
} Store;

static BaseSlice
key_of(uint64_t number, uint8_t space[8])
{
    uint64_t swapped = __builtin_bswap64(number);
    memcpy(space, &swapped, sizeof(swapped));
    return base_slice(space, sizeof(swapped));
}

static const LsmPickState *
look(Store *store)
{
    for (int l = 0; l < LSM_LEVELS; l++) {
        for (size_t i = 0; i < store->levels[l].count; i++) {
            const Table *table = &store->levels[l].tables[i];
            store->views[l][i] = (LsmPickTable){
                .smallest = key_of(table->low, store->keys[l][i][0]),
                .largest = key_of(table->high, store->keys[l][i][1]),
                .busy = table->busy,
                .bytes = table->bytes,
                .entries = table->bytes,
                .dead = table->dead,
                .oldest_dead_ms = table->dead_since,
            };
        }
        store->state.levels[l] = (LsmPickLevel){store->views[l], store->levels[l].count};
    }
    store->state.base_bytes = BASE_BYTES;
    store->state.multiplier = 10;
    store->state.run_trigger = 4;
    return &store->state;
}

static void
check_levels(const Store *store)
{
    for (int l = 1; l < LSM_LEVELS; l++) {
        const Level *level = &store->levels[l];
        for (size_t i = 0; i < level->count; i++) {
            ck_assert_uint_le(level->tables[i].low, level->tables[i].high);
            if (i > 0) {
                ck_assert_uint_lt(level->tables[i - 1].high, level->tables[i].low);
            }
        }
    }
}

static void
insert_at(Level *level, size_t index, Table table)
{
    ck_assert_uint_lt(level->count, TABLES_MAX);
    memmove(&level->tables[index + 1], &level->tables[index],
            (level->count - index) * sizeof(Table));
    level->tables[index] = table;
    level->count++;
}

static void
insert_sorted(Level *level, Table table)
{
    size_t index = 0;
    while (index < level->count && level->tables[index].low < table.low) {
        index++;
    }
    insert_at(level, index, table);
}

/* Takes one table out by its range; it is there exactly once. */
static void
take_out(Level *level, const Table *table)
{
    for (size_t i = 0; i < level->count; i++) {
        if (level->tables[i].low == table->low && level->tables[i].high == table->high &&
            level->tables[i].busy) {
            level->count--;
            memmove(&level->tables[i], &level->tables[i + 1], (level->count - i) * sizeof(Table));
            return;
        }
    }
    ck_abort_msg("an input is not in its level any more");
}

static void
add_inputs(Job *job, Level *level, LsmPickSpan span)
{
    for (size_t i = 0; i < span.count; i++) {
        Table *table = &level->tables[span.first + i];
        ck_assert(!table->busy);
        table->busy = true;
        job->inputs[job->input_count++] = *table;
    }
}

/* Begins a job when there is one and room for it. */
static bool
begin(Store *store)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        Job *job = &store->jobs[i];
        if (job->active) {
            continue;
        }
        LsmPick pick = lsm_picker_pick(look(store));
        if (pick.reason == LSM_PICK_NOTHING) {
            return false;
        }
        ck_assert_uint_gt(pick.inputs.count, 0);
        *job = (Job){.active = true, .pick = pick};
        add_inputs(job, &store->levels[pick.level], pick.inputs);
        add_inputs(job, &store->levels[pick.output_level], pick.overlap);
        job->overlap_count = pick.overlap.count;
        return true;
    }
    return false;
}

/* Merges the inputs of a job into tables that cover the same keys. */
static void
write_outputs(Store *store, const Job *job)
{
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    int64_t bytes = 0;
    for (size_t i = 0; i < job->input_count; i++) {
        low = job->inputs[i].low < low ? job->inputs[i].low : low;
        high = job->inputs[i].high > high ? job->inputs[i].high : high;
        bytes += job->inputs[i].bytes - job->inputs[i].dead;
    }
    store->written += bytes;
    Level *output = &store->levels[job->pick.output_level];
    uint64_t parts = (uint64_t)(bytes + TABLE_BYTES - 1) / TABLE_BYTES;
    parts = parts > high - low + 1 ? high - low + 1 : parts;
    for (uint64_t part = 0; part < parts; part++) {
        Table table = {.low = low + (high - low + 1) * part / parts,
                       .high = low + (high - low + 1) * (part + 1) / parts - 1,
                       .bytes = bytes / (int64_t)parts + 1};
        if (job->pick.output_level == 0) {
            insert_at(output, part, table);
        } else {
            insert_sorted(output, table);
        }
    }
}

static void
finish(Store *store, Job *job)
{
    for (size_t i = 0; i < job->input_count; i++) {
        bool overlap = i >= job->input_count - job->overlap_count;
        take_out(&store->levels[overlap ? job->pick.output_level : job->pick.level],
                 &job->inputs[i]);
    }
    if (job->pick.move) {
        for (size_t i = 0; i < job->input_count; i++) {
            job->inputs[i].busy = false;
            insert_sorted(&store->levels[job->pick.output_level], job->inputs[i]);
            store->moved += job->inputs[i].bytes;
        }
    } else {
        write_outputs(store, job);
    }
    job->active = false;
    check_levels(store);
}

/* Ends one job that is under way; false when there is none. */
static bool
finish_one(Store *store)
{
    size_t start = base_rand_below(&store->rand, JOBS_MAX);
    for (size_t i = 0; i < JOBS_MAX; i++) {
        Job *job = &store->jobs[(start + i) % JOBS_MAX];
        if (job->active) {
            finish(store, job);
            return true;
        }
    }
    return false;
}

static void
settle(Store *store)
{
    for (int steps = 0; begin(store) || finish_one(store); steps++) {
        ck_assert_int_lt(steps, 100000);
    }
}

static Store *
new_store(uint64_t number)
{
    Store *store = calloc(1, sizeof(*store));
    ck_assert_ptr_nonnull(store);
    store->rand = base_rand(number);
    return store;
}

static void
flush(Store *store, uint64_t low, uint64_t high)
{
    Table table = {.low = low, .high = high, .bytes = TABLE_BYTES};
    insert_at(&store->levels[0], store->levels[0].count, table);
}

START_TEST(random_flushes_settle_at_the_targets)
{
    Store *store = new_store((uint64_t)_i + 1);
    for (int i = 0; i < 600; i++) {
        uint64_t low = base_rand_below(&store->rand, KEYS);
        uint64_t width = base_rand_below(&store->rand, 4) == 0 ? 100 : KEYS;
        flush(store, low, low + base_rand_below(&store->rand, width));
        for (uint64_t steps = base_rand_below(&store->rand, 8); steps > 0; steps--) {
            if (base_rand_below(&store->rand, 2) == 0) {
                begin(store);
            } else {
                finish_one(store);
            }
        }
    }
    settle(store);
    LsmTargets targets;
    lsm_picker_targets(look(store), &targets);
    ck_assert_uint_lt(targets.runs, 4);
    for (int level = 1; level < LSM_LEVELS; level++) {
        ck_assert_int_le(targets.held[level], targets.bytes[level]);
    }
    ck_assert_int_eq(targets.debt, 0);
    free(store);
}
END_TEST

START_TEST(ascending_keys_are_never_written_again)
{
    Store *store = new_store(1);
    for (uint64_t i = 0; i < 1000; i++) {
        flush(store, i * 10, i * 10 + 9);
        begin(store);
        finish_one(store);
    }
    settle(store);
    ck_assert_int_eq(store->written, 0);
    ck_assert_int_gt(store->moved, 0);
    free(store);
}
END_TEST

/* A table of the last level that would free so much of blob files. */
static LsmPick
pick_with_gain(int64_t gain, bool busy)
{
    LsmPickTable table = {.smallest = BASE_SLICE_LITERAL("a"),
                          .largest = BASE_SLICE_LITERAL("b"),
                          .bytes = 30,
                          .entries = 10,
                          .busy = busy,
                          .blob_gain = gain};
    LsmPickState state = {
        .base_bytes = BASE_BYTES, .multiplier = 10, .run_trigger = 4, .reclaim_ms = 1000};
    state.levels[LSM_LEVELS - 1] = (LsmPickLevel){&table, 1};
    return lsm_picker_pick(&state);
}

START_TEST(a_table_is_rewritten_where_it_is_for_what_that_frees)
{
    LsmPick pick = pick_with_gain(31, false);
    ck_assert_int_eq(pick.reason, LSM_PICK_BLOBS);
    ck_assert_int_eq(pick.level, LSM_LEVELS - 1);
    ck_assert_int_eq(pick.output_level, LSM_LEVELS - 1);
    ck_assert_uint_eq(pick.inputs.count, 1);
    ck_assert_uint_eq(pick.overlap.count, 0);
    ck_assert(!pick.move && !pick.drop);
    ck_assert_int_eq(pick_with_gain(29, false).reason, LSM_PICK_NOTHING);
    ck_assert_int_eq(pick_with_gain(31, true).reason, LSM_PICK_NOTHING);
}
END_TEST

START_TEST(dead_entries_are_rewritten_when_they_are_due)
{
    Store *store = new_store(1);
    Table table = {.low = 1, .high = 9, .bytes = 50, .dead = 10, .dead_since = 1000};
    insert_sorted(&store->levels[LSM_LEVELS - 1], table);
    store->state.reclaim_ms = 500;
    store->state.now_ms = 1499;
    ck_assert_int_eq(lsm_picker_pick(look(store)).reason, LSM_PICK_NOTHING);
    store->state.now_ms = 1500;
    LsmPick pick = lsm_picker_pick(look(store));
    ck_assert_int_eq(pick.reason, LSM_PICK_DEADLINE);
    ck_assert_int_eq(pick.output_level, LSM_LEVELS - 1);
    store->state.now_ms = 0;
    store->levels[LSM_LEVELS - 1].tables[0].dead = 26;
    ck_assert_int_eq(lsm_picker_pick(look(store)).reason, LSM_PICK_DEAD);
    free(store);
}
END_TEST

START_TEST(an_excluded_end_does_not_overlap)
{
    uint8_t space[4][8];
    LsmPickTable tables[] = {
        {.smallest = key_of(10, space[0]), .largest = key_of(20, space[1])},
        {.smallest = key_of(30, space[2]),
         .largest = key_of(40, space[3]),
         .largest_excluded = true},
    };
    LsmPickLevel level = {tables, 2};
    static const struct {
        uint64_t low;
        uint64_t high;
        bool excluded;
        size_t count;
    } CASES[] = {{0, 9, false, 0},   {0, 10, true, 0},   {0, 10, false, 1},  {20, 29, false, 1},
                 {21, 29, false, 0}, {21, 30, true, 0},  {21, 30, false, 1}, {0, 99, false, 2},
                 {39, 50, false, 1}, {40, 50, false, 0}, {20, 30, false, 2}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        uint8_t low[8];
        uint8_t high[8];
        LsmPickSpan span = lsm_picker_overlap(&level, key_of(CASES[i].low, low),
                                              key_of(CASES[i].high, high), CASES[i].excluded);
        ck_assert_uint_eq(span.count, CASES[i].count);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_picker");
    TCase *store = tcase_create("store");
    tcase_set_timeout(store, 200);
    tcase_add_loop_test(store, random_flushes_settle_at_the_targets, 0, 6);
    tcase_add_test(store, ascending_keys_are_never_written_again);
    tcase_add_test(store, a_table_is_rewritten_where_it_is_for_what_that_frees);
    tcase_add_test(store, dead_entries_are_rewritten_when_they_are_due);
    tcase_add_test(store, an_excluded_end_does_not_overlap);
    suite_add_tcase(suite, store);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
