/*
 * test_hashmap_model.c: random work on a hashmap and on a sorted array that says what it must hold.
 *
 * The model is one slot for each of a few keys, in key order, for each keyspace. Snapshots copy it.
 * A run does thousands of steps: batches with guards, removes, ranges, expiries, clock steps in
 * both directions, ticks, snapshots, and looks at everything now and then through every kind of
 * read.
 */
#include "engine/base/rand.h"
#include "tests/support/hashmap_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 48,
    SNAPSHOTS = 6,
    OPS_MAX = 8,
    STEPS = 6000,
    VALUE_MAX = 64,
};

/* ck_assert writes to a pipe each time that it holds: too slow for millions of comparisons. */
#define EXPECT(condition)                   \
    do {                                    \
        if (!(condition)) {                 \
            ck_abort_msg("%s", #condition); \
        }                                   \
    } while (0)

typedef struct ModelSlot {
    bool present;
    int64_t version;
    int64_t expires_at_ms;
    size_t len;
    uint8_t value[VALUE_MAX];
} ModelSlot;

typedef struct Model {
    ModelSlot slots[ENGINE_KEYSPACE_COUNT][KEYS];
    int64_t version;
    int64_t now_ms; /* highest time seen */
} Model;

typedef struct Pinned {
    EngineSnapshot *snapshot;
    Model model;
} Pinned;

typedef struct Run {
    HashmapRig rig;
    BaseRand rand;
    Model model;
    Pinned pinned[SNAPSHOTS];
    char names[KEYS][16];
} Run;

static BaseSlice
name_of(const Run *run, size_t index)
{
    return base_slice_text(run->names[index]);
}

static size_t
below(Run *run, size_t bound)
{
    return base_rand_below(&run->rand, bound);
}

/* What a read at this time finds. */
static const ModelSlot *
live(const Model *model, EngineKeyspace keyspace, size_t index)
{
    const ModelSlot *slot = &model->slots[keyspace][index];
    bool expired = slot->expires_at_ms != 0 && slot->expires_at_ms <= model->now_ms;
    return slot->present && !expired ? slot : NULL;
}

static void
look_at_clock(Run *run)
{
    int64_t wall = base_clock_wall_ms(&run->rig.clock.clock);
    if (wall > run->model.now_ms) {
        run->model.now_ms = wall;
    }
}

/* ----------------------------------------------------------------------------------- commits -- */

static EngineMutation
random_put(Run *run, EngineKeyspace keyspace, size_t index, uint8_t *bytes)
{
    size_t len = below(run, VALUE_MAX);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)base_rand_next(&run->rand);
    }
    EngineMutation mutation =
        hashmap_rig_put(keyspace, name_of(run, index), base_slice(bytes, len));
    switch (below(run, 4)) {
    case 0:
        mutation.expiry = ENGINE_EXPIRES_AFTER;
        mutation.expiry_ms = 1 + (int64_t)below(run, 400);
        break;
    case 1:
        mutation.expiry = ENGINE_EXPIRES_KEEP;
        break;
    default:
        break;
    }
    return mutation;
}

static void
model_put(Model *model, const EngineMutation *mutation, size_t index)
{
    const ModelSlot *before = live(model, mutation->keyspace, index);
    int64_t expires = 0;
    if (mutation->expiry == ENGINE_EXPIRES_AFTER) {
        expires = model->now_ms + mutation->expiry_ms;
    } else if (mutation->expiry == ENGINE_EXPIRES_KEEP && before != NULL) {
        expires = before->expires_at_ms;
    }
    ModelSlot *slot = &model->slots[mutation->keyspace][index];
    slot->present = true;
    slot->version = model->version;
    slot->expires_at_ms = expires;
    slot->len = mutation->value.len;
    if (slot->len != 0) {
        memcpy(slot->value, mutation->value.data, slot->len);
    }
}

/* Makes a random mutation and applies it to `model`. */
static EngineMutation
random_mutation(Run *run, Model *model, uint8_t *bytes)
{
    EngineKeyspace keyspace = below(run, 4) == 0 ? ENGINE_SYSTEM : ENGINE_DATA;
    size_t index = below(run, KEYS);
    size_t kind = below(run, 20);
    if (kind < 13) {
        EngineMutation put = random_put(run, keyspace, index, bytes);
        model_put(model, &put, index);
        return put;
    }
    if (kind < 19) {
        model->slots[keyspace][index].present = false;
        return hashmap_rig_remove(keyspace, name_of(run, index));
    }
    size_t stop = index + below(run, KEYS / 4);
    bool unbounded = stop >= KEYS;
    EngineMutation range = hashmap_rig_remove_range(
        keyspace, name_of(run, index), unbounded ? BASE_SLICE_EMPTY : name_of(run, stop));
    range.unbounded = unbounded;
    for (size_t i = index; i < KEYS && i < stop; i++) {
        model->slots[keyspace][i].present = false;
    }
    return range;
}

static EngineGuard
random_guard(Run *run, bool *ret_holds)
{
    EngineKeyspace keyspace = below(run, 4) == 0 ? ENGINE_SYSTEM : ENGINE_DATA;
    size_t index = below(run, KEYS);
    const ModelSlot *slot = live(&run->model, keyspace, index);
    EngineGuard guard = {.key = name_of(run, index), .keyspace = keyspace};
    if (below(run, 4) == 0) { /* sometimes one that most likely does not hold */
        guard.checks = ENGINE_CHECK_VERSION_EQUAL;
        guard.version_equal = run->model.version;
        *ret_holds = (slot == NULL ? 0 : slot->version) == run->model.version;
        return guard;
    }
    *ret_holds = true;
    guard.checks =
        slot == NULL ? ENGINE_CHECK_ABSENT : ENGINE_CHECK_VERSION_EQUAL | ENGINE_CHECK_VALUE_EQUAL;
    if (slot != NULL) {
        guard.version_equal = slot->version;
        guard.value_equal = base_slice(slot->value, slot->len);
    }
    return guard;
}

static void
do_commit(Run *run)
{
    look_at_clock(run);
    Model *after = malloc(sizeof *after);
    ck_assert_ptr_nonnull(after);
    bool holds = true;
    EngineGuard guard;
    size_t guards = below(run, 3) == 0 ? 1 : 0;
    if (guards != 0) {
        guard = random_guard(run, &holds);
    }
    *after = run->model;
    EngineStats stats;
    engine_stats(run->rig.engine, &stats);
    after->version = stats.version + 1;
    EngineMutation mutations[OPS_MAX];
    uint8_t bytes[OPS_MAX][VALUE_MAX];
    size_t count = below(run, 2) == 0 ? 1 : 1 + below(run, OPS_MAX);
    for (size_t i = 0; i < count; i++) {
        mutations[i] = random_mutation(run, after, bytes[i]);
    }
    EngineOutcome outcome = hashmap_rig_commit(run->rig.engine, &guard, guards, mutations, count);
    ck_assert_int_eq(outcome.kind, holds ? ENGINE_APPLIED : ENGINE_NOT_APPLIED);
    if (holds) {
        ck_assert_int_eq(outcome.version, after->version);
        run->model = *after;
    }
    free(after);
}

/* Puts without wishes in one run, often several of one key. */
static void
do_run(Run *run)
{
    look_at_clock(run);
    EngineStats stats;
    engine_stats(run->rig.engine, &stats);
    run->model.version = stats.version;
    EnginePut puts[ENGINE_PUT_NOW_MAX];
    uint8_t bytes[ENGINE_PUT_NOW_MAX][VALUE_MAX];
    size_t count = 1 + below(run, ENGINE_PUT_NOW_MAX);
    size_t among = 1 + below(run, KEYS);
    for (size_t i = 0; i < count; i++) {
        size_t index = below(run, among);
        EngineMutation put = random_put(run, ENGINE_DATA, index, bytes[i]);
        put.expiry = ENGINE_EXPIRES_NEVER;
        puts[i] = (EnginePut){.key = put.key, .value = put.value};
        run->model.version++;
        model_put(&run->model, &put, index);
    }
    ck_assert(engine_put_now(run->rig.engine, puts, count));
    ck_assert_int_eq(puts[count - 1].version, run->model.version);
}

/* --------------------------------------------------------------------------------- comparing -- */

static void
check_record(const ModelSlot *slot, const EngineRecord *record)
{
    EXPECT(base_slice_equal(record->value, base_slice(slot->value, slot->len)));
    EXPECT(record->version == slot->version);
    EXPECT(record->expires_at_ms == slot->expires_at_ms);
}

static void
check_gets(Run *run, const Model *model, const EngineSnapshot *snapshot, EngineKeyspace keyspace)
{
    BaseSlice keys[KEYS];
    EngineLookup lookups[KEYS];
    EngineRead read;
    EXPECT(base_is_ok(engine_read_begin(&read, run->rig.engine, snapshot, 0)));
    EXPECT(read.now_ms == model->now_ms);
    for (size_t i = 0; i < KEYS; i++) {
        keys[i] = name_of(run, i);
        EngineLookup lookup;
        EXPECT(base_is_ok(engine_get(&read, keyspace, keys[i], &lookup)));
        const ModelSlot *slot = live(model, keyspace, i);
        EXPECT(lookup.found == (slot != NULL));
        if (slot != NULL) {
            check_record(slot, &lookup.record);
        }
    }
    int64_t version = 0;
    EXPECT(base_is_ok(engine_multi_get(&read, keyspace, keys, KEYS, lookups, &version)));
    EXPECT(version == model->version);
    for (size_t i = 0; i < KEYS; i++) {
        const ModelSlot *slot = live(model, keyspace, i);
        EXPECT(lookups[i].found == (slot != NULL));
        if (slot != NULL) {
            check_record(slot, &lookups[i].record);
        }
    }
    engine_read_end(&read);
}

/* The first live key at or behind `from`, below `stop`; KEYS: none. */
static size_t
next_live(const Model *model, EngineKeyspace keyspace, size_t from, size_t stop)
{
    for (size_t i = from; i < stop; i++) {
        if (live(model, keyspace, i) != NULL) {
            return i;
        }
    }
    return KEYS;
}

/* The last live key before `before`, not below `start`; KEYS: none. */
static size_t
previous_live(const Model *model, EngineKeyspace keyspace, size_t before, size_t start)
{
    for (size_t i = before; i > start; i--) {
        if (live(model, keyspace, i - 1) != NULL) {
            return i - 1;
        }
    }
    return KEYS;
}

static void
check_at(const Run *run, const Model *model, const EngineIterator *iterator,
         EngineKeyspace keyspace, size_t wanted)
{
    EXPECT(base_is_ok(iterator->status));
    EXPECT(iterator->valid == (wanted != KEYS));
    if (wanted != KEYS) {
        EXPECT(base_slice_equal(iterator->key, name_of(run, wanted)));
        check_record(&model->slots[keyspace][wanted], &iterator->record);
    }
}

/* Random seeks and moves over a random range. */
static void
check_iterator(Run *run, const Model *model, const EngineSnapshot *snapshot,
               EngineKeyspace keyspace)
{
    size_t start = below(run, 2) == 0 ? 0 : below(run, KEYS);
    size_t stop = below(run, 2) == 0 ? KEYS : start + below(run, KEYS - start + 1);
    EngineIteratorOptions options = {
        .keyspace = keyspace,
        .range = {name_of(run, start), stop == KEYS ? BASE_SLICE_EMPTY : name_of(run, stop),
                  stop == KEYS},
        .limit_hint = below(run, 6),
    };
    EngineIterator *iterator = NULL;
    EXPECT(base_is_ok(engine_iterator_new(run->rig.engine, snapshot, &options, &iterator)));
    EXPECT(iterator->read_version == model->version);
    size_t current = KEYS;
    for (int move = 0; move < 60; move++) {
        size_t what = current == KEYS ? below(run, 2) : 1 + below(run, 20);
        size_t target = below(run, KEYS);
        BaseSlice key = name_of(run, target);
        bool whole = below(run, 2) == 0;
        if (what == 0) {
            engine_iterator_seek(iterator, whole ? NULL : &key);
            size_t from = whole || target < start ? start : target;
            current = next_live(model, keyspace, from, stop);
        } else if (what == 1) {
            engine_iterator_seek_before(iterator, whole ? NULL : &key);
            size_t before = whole || target > stop ? stop : target;
            current = previous_live(model, keyspace, before, start);
        } else if (what < 13) {
            engine_iterator_next(iterator);
            current = next_live(model, keyspace, current + 1, stop);
        } else {
            engine_iterator_prev(iterator);
            current = previous_live(model, keyspace, current, start);
        }
        check_at(run, model, iterator, keyspace, current);
    }
    engine_iterator_free(iterator);
}

static void
check_range(Run *run)
{
    size_t start = below(run, KEYS);
    size_t stop = start + below(run, KEYS - start);
    EngineRange range = {name_of(run, start), name_of(run, stop), false};
    EngineRangeEstimate estimate;
    EXPECT(base_is_ok(engine_range_estimate(run->rig.engine, &range, &estimate)));
    int64_t keys = 0;
    int64_t bytes = 0;
    for (size_t i = start; i < stop; i++) {
        const ModelSlot *slot = live(&run->model, ENGINE_DATA, i);
        if (slot != NULL) {
            keys++;
            bytes += (int64_t)(name_of(run, i).len + slot->len);
        }
    }
    EXPECT(estimate.keys == keys);
    EXPECT(estimate.bytes == bytes);
}

static void
check_all(Run *run)
{
    look_at_clock(run);
    EngineKeyspace keyspace = below(run, 3) == 0 ? ENGINE_SYSTEM : ENGINE_DATA;
    /* A commit that failed its guard has no version, so the model's is the store's. */
    check_gets(run, &run->model, NULL, keyspace);
    check_iterator(run, &run->model, NULL, keyspace);
    check_range(run);
    Pinned *pinned = &run->pinned[below(run, SNAPSHOTS)];
    if (pinned->snapshot != NULL) {
        check_gets(run, &pinned->model, pinned->snapshot, keyspace);
        check_iterator(run, &pinned->model, pinned->snapshot, keyspace);
    }
    BaseStatus status = run->rig.engine->ops->verify(run->rig.engine);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
}

/* ------------------------------------------------------------------------------------- steps -- */

static void
do_snapshot(Run *run)
{
    Pinned *pinned = &run->pinned[below(run, SNAPSHOTS)];
    if (pinned->snapshot != NULL) {
        engine_snapshot_free(pinned->snapshot);
        pinned->snapshot = NULL;
        return;
    }
    look_at_clock(run);
    ck_assert(base_is_ok(engine_snapshot_new(run->rig.engine, &pinned->snapshot)));
    pinned->model = run->model;
    ck_assert_int_eq(pinned->snapshot->version, run->model.version);
    ck_assert_int_eq(pinned->snapshot->stamp_ms, run->model.now_ms);
}

static void
do_clock(Run *run)
{
    if (below(run, 5) == 0) {
        base_fake_clock_step_wall_ms(&run->rig.clock, -(int64_t)below(run, 200));
    } else {
        base_fake_clock_advance_ms(&run->rig.clock, (int64_t)below(run, 100));
    }
}

static void
do_step(Run *run)
{
    size_t what = below(run, 40);
    if (what < 24) {
        do_commit(run);
    } else if (what < 28) {
        do_run(run);
    } else if (what < 31) {
        do_snapshot(run);
    } else if (what < 34) {
        do_clock(run);
    } else if (what < 36) {
        look_at_clock(run);
        engine_tick(run->rig.engine);
    } else {
        check_all(run);
    }
}

/* In the end nothing is kept that nobody needs. */
static void
check_end(Run *run)
{
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        engine_snapshot_free(run->pinned[i].snapshot);
        run->pinned[i].snapshot = NULL;
    }
    hashmap_rig_tick(run->rig.engine, 200);
    look_at_clock(run);
    check_all(run);
    int64_t keys = 0;
    for (size_t i = 0; i < KEYS; i++) {
        keys += live(&run->model, ENGINE_DATA, i) != NULL;
    }
    EngineStats stats;
    engine_stats(run->rig.engine, &stats);
    ck_assert_int_eq(stats.keys, keys);
    ck_assert_int_eq(hashmap_rig_figure(run->rig.engine, "retained_versions"), 0);
    ck_assert_int_eq(hashmap_rig_figure(run->rig.engine, "tombstones"), 0);
    ck_assert_int_eq(hashmap_rig_figure(run->rig.engine, "limbo_records"), 0);
}

START_TEST(behaves_as_the_model_says)
{
    Run *run = calloc(1, sizeof *run);
    ck_assert_ptr_nonnull(run);
    run->rand = base_rand((uint64_t)_i + 1);
    for (size_t i = 0; i < KEYS; i++) {
        /* Different lengths, and prefixes of 8 bytes that tie. */
        (void)snprintf(run->names[i], sizeof run->names[i],
                       i % 2 == 0 ? "common-k%02zu" : "common-k%02zuX", i);
    }
    hashmap_rig_huge_pages = _i / 2 % 2 == 1;
    hashmap_rig_open(&run->rig, _i % 2 == 0 ? 1 : 4, 0);
    EngineStats stats;
    engine_stats(run->rig.engine, &stats);
    run->model.version = stats.version;
    for (int i = 0; i < STEPS; i++) {
        do_step(run);
    }
    check_end(run);
    hashmap_rig_close(&run->rig);
    free(run);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("model");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, behaves_as_the_model_says, 0, 8);
    Suite *suite = suite_create("hashmap");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
