/*
 * test_lsm_iterator.c: iterators over random views, against the sorted list of live keys.
 *
 * Walks go to and fro, with seeks to keys and to places between them, step by step and in
 * stretches; every record is compared, and that what was looked at is what was shown, removed or
 * expired.
 */
#include "engine/base/epoch.h"
#include "engine/lsm/iterator.h"
#include "tests/support/run_out.h"
#include "tests/support/view_rig.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    VIEWS = 40,
    WALKS = 10, /* in each view */
    MOVES = 300,
    STRETCH_MAX = 24,
};

static ViewRig rig;
static Engine engine;

static const ViewRigShape shapes[] = {
    {.removes = 30},
    {.removes = 10, .expiring = 30, .ranges = 10},
    {.removes = 10, .ranges = 40, .narrow_ranges = true, .ingested = 50},
    {.ranges = 20, .ingested = 30, .expiring = 10, .tables_only = true, .value_max = 700},
    {.removes = 5, .ops = 3000, .ranges = 2},
};

static const size_t SHAPES = sizeof shapes / sizeof shapes[0];

/* ------------------------------------------------------------------------------------- model -- */

/* What an iterator must show: indices of keys, ascending. */
typedef struct Model {
    unsigned keyspace;
    int64_t version;
    size_t live[VIEW_RIG_KEYS];
    size_t count;
    int64_t shown; /* so far */
    size_t taken;  /* of those, behind the first of a stretch */
} Model;

static bool
in_range(const EngineRange *range, BaseSlice key)
{
    return base_slice_compare(range->start, key) <= 0 &&
           (range->unbounded || base_slice_compare(key, range->stop) < 0);
}

static void
model_fill(Model *model, const EngineIteratorOptions *options, int64_t version)
{
    *model = (Model){.keyspace = options->keyspace, .version = version};
    for (size_t key = 0; key < VIEW_RIG_KEYS; key++) {
        if (in_range(&options->range, rig.keys[key]) &&
            view_rig_is_live(&rig, model->keyspace, key, version)) {
            model->live[model->count++] = key;
        }
    }
}

/* The index of the first live key at or behind `key`; NULL: behind the range's start. */
static size_t
model_place(const Model *model, const BaseSlice *key)
{
    size_t at = 0;
    while (key != NULL && at < model->count &&
           base_slice_compare(rig.keys[model->live[at]], *key) < 0) {
        at++;
    }
    return at;
}

static void
expect_record(const Model *model, BaseSlice key, const EngineRecord *record, size_t at)
{
    ck_assert_uint_lt(at, model->count);
    const ViewRigOp *op = view_rig_newest(&rig, model->keyspace, model->live[at], model->version);
    ck_assert(base_slice_equal(key, rig.keys[model->live[at]]));
    ck_assert_int_eq(record->version, op->version);
    ck_assert_int_eq(record->expires_at_ms, op->expires_at_ms);
    ck_assert(view_rig_is_value(op, record->value));
}

static void
expect(Model *model, const EngineIterator *iterator, size_t at)
{
    ck_assert_int_eq(iterator->status.code, BASE_OK);
    ck_assert_int_eq(iterator->valid, at < model->count);
    if (iterator->valid) {
        expect_record(model, iterator->key, &iterator->record, at);
        model->shown++;
    }
    const EngineIteratorStats *stats = &iterator->stats;
    ck_assert_int_eq(stats->examined, model->shown + stats->tombstones + stats->expired);
}

/* ----------------------------------------------------------------------------------- opening -- */

static EngineIterator *
open_iterator(const EngineIteratorOptions *options, int64_t version)
{
    EngineIterator *iterator = NULL;
    LsmIteratorArgs args = {.engine = &engine,
                            .view = lsm_catalog_hold(rig.store.catalog),
                            .version = version,
                            .now_ms = VIEW_RIG_NOW_MS,
                            .options = options,
                            .counters = rig.counters};
    ck_assert_int_eq(lsm_iterator_new(&args, &iterator).code, BASE_OK);
    ck_assert_ptr_eq(iterator->engine, &engine);
    ck_assert_int_eq(iterator->read_version, version);
    ck_assert_int_eq(iterator->now_ms, VIEW_RIG_NOW_MS);
    ck_assert(!iterator->valid);
    return iterator;
}

static EngineIterator *
open_all(unsigned keyspace, unsigned flags)
{
    EngineIteratorOptions options = {.keyspace = keyspace, .range.unbounded = true, .flags = flags};
    return open_iterator(&options, rig.version);
}

/* A key, or a place between keys. */
static BaseSlice
random_place(uint8_t bytes[VIEW_RIG_KEY_MAX + 1])
{
    BaseSlice key = rig.keys[base_rand_below(&rig.rand, VIEW_RIG_KEYS)];
    memcpy(bytes, key.data, key.len);
    size_t len = key.len;
    switch (base_rand_below(&rig.rand, 4)) {
    case 0:
        bytes[len++] = (uint8_t)base_rand_next(&rig.rand);
        break;
    case 1:
        len = base_rand_below(&rig.rand, len + 1);
        break;
    default:
        break;
    }
    return base_slice(bytes, len);
}

static int64_t
random_version(int i)
{
    return i % 2 == 0 ? rig.version
                      : (int64_t)base_rand_below(&rig.rand, (uint64_t)rig.version + 1);
}

/* ------------------------------------------------------------------------------------- walks -- */

/* Whether it went backward. */
static bool
seek_somewhere(Model *model, EngineIterator *iterator, size_t *at)
{
    uint8_t bytes[VIEW_RIG_KEY_MAX + 1];
    BaseSlice place = random_place(bytes);
    const BaseSlice *key = base_rand_below(&rig.rand, 5) == 0 ? NULL : &place;
    if (base_rand_below(&rig.rand, 2) == 0) {
        lsm_iterator_seek(iterator, key);
        *at = model_place(model, key);
        return false;
    }
    lsm_iterator_seek_before(iterator, key);
    *at = (key == NULL ? model->count : model_place(model, key)) - 1;
    return true;
}

/* Takes a stretch from the place `*at`, and goes to its end. */
static void
take_stretch(Model *model, EngineIterator *iterator, bool backward, size_t *at)
{
    EngineEntry entries[STRETCH_MAX];
    size_t max = 1 + (size_t)base_rand_below(&rig.rand, STRETCH_MAX);
    int64_t examined = iterator->stats.examined;
    size_t count = lsm_iterator_stretch(iterator, entries, max);
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_le(count, max);
    ck_assert_int_eq(iterator->stats.examined, examined + (int64_t)count - 1);
    for (size_t i = 0; i < count; i++) {
        expect_record(model, entries[i].key, &entries[i].record, backward ? *at - i : *at + i);
    }
    *at = backward ? *at - (count - 1) : *at + (count - 1);
    expect_record(model, iterator->key, &iterator->record, *at);
    model->shown += (int64_t)count - 1;
    model->taken += count - 1;
}

static void
walk(Model *model, EngineIterator *iterator)
{
    size_t at = 0;
    bool backward = false;
    lsm_iterator_seek(iterator, NULL);
    for (int move = 0; move < MOVES; move++) {
        expect(model, iterator, at);
        uint64_t dice = base_rand_below(&rig.rand, 20);
        if (iterator->valid && base_rand_below(&rig.rand, 4) == 0) {
            take_stretch(model, iterator, backward, &at);
        }
        if (dice == 0 || !iterator->valid) {
            backward = seek_somewhere(model, iterator, &at);
        } else if ((move / 40) % 2 == 0 ? dice < 17 : dice < 4) {
            lsm_iterator_next(iterator);
            backward = false;
            at++;
        } else {
            lsm_iterator_prev(iterator);
            backward = true;
            at--;
        }
    }
}

/* How many records came in stretches, behind their first. */
static size_t
check_walks(int seed)
{
    view_rig_init(&rig, (uint64_t)seed + 1, &shapes[(size_t)seed % SHAPES]);
    size_t taken = 0;
    for (int i = 0; i < WALKS; i++) {
        uint8_t start[VIEW_RIG_KEY_MAX + 1];
        uint8_t stop[VIEW_RIG_KEY_MAX + 1];
        EngineIteratorOptions options = {.keyspace = i % 4 == 3,
                                         .limit_hint = i % 3 == 0 ? 10000 : 0};
        options.range.start = i % 3 == 0 ? BASE_SLICE_EMPTY : random_place(start);
        options.range.stop = random_place(stop);
        options.range.unbounded = i % 3 != 1;
        Model model;
        int64_t version = random_version(i);
        model_fill(&model, &options, version);
        EngineIterator *iterator = open_iterator(&options, version);
        walk(&model, iterator);
        lsm_iterator_free(iterator);
        taken += model.taken;
    }
    view_rig_clear(&rig);
    return taken;
}

START_TEST(any_walk_shows_what_the_list_says)
{
    size_t taken = 0;
    for (int seed = 0; seed < VIEWS; seed++) {
        taken += check_walks(seed);
    }
    ck_assert_uint_gt(taken, MOVES);
}
END_TEST

/* ---------------------------------------------------------------------------------- counting -- */

/* Without removed ranges a walk from end to end comes to every key once, in both directions. */
static void
check_counts(int seed)
{
    static const ViewRigShape shape = {.removes = 30, .expiring = 30};
    view_rig_init(&rig, (uint64_t)seed + 1, &shape);
    EngineIteratorStats stats = {0};
    for (size_t key = 0; key < VIEW_RIG_KEYS; key++) {
        const ViewRigOp *op = view_rig_newest(&rig, 0, key, rig.version);
        stats.examined += op != NULL;
        stats.tombstones += op != NULL && op->kind == VIEW_RIG_REMOVE;
        stats.expired +=
            op != NULL && op->kind == VIEW_RIG_PUT && !view_rig_is_live(&rig, 0, key, rig.version);
    }
    for (int backward = 0; backward < 2; backward++) {
        EngineIterator *iterator = open_all(0, 0);
        (backward ? lsm_iterator_seek_before : lsm_iterator_seek)(iterator, NULL);
        while (iterator->valid) {
            (backward ? lsm_iterator_prev : lsm_iterator_next)(iterator);
        }
        ck_assert_int_eq(iterator->stats.examined, stats.examined);
        ck_assert_int_eq(iterator->stats.tombstones, stats.tombstones);
        ck_assert_int_eq(iterator->stats.expired, stats.expired);
        lsm_iterator_free(iterator);
    }
    LsmReadStats sums;
    lsm_counters_read(rig.counters, &sums);
    ck_assert_int_eq(sums.scan_opened, 2);
    ck_assert_int_eq(sums.scan_seeks, 2);
    ck_assert_int_eq(sums.scan_examined, 2 * stats.examined);
    ck_assert_int_eq(sums.scan_tombstones, 2 * stats.tombstones);
    ck_assert_int_eq(sums.scan_expired, 2 * stats.expired);
    ck_assert_int_eq(sums.scan_hidden, 0);
    view_rig_clear(&rig);
}

START_TEST(what_is_passed_is_counted)
{
    for (int seed = 0; seed < 10; seed++) {
        check_counts(seed);
    }
}
END_TEST

/* ------------------------------------------------------------------------- memory and errors -- */

static void
check_memory(int seed)
{
    view_rig_init(&rig, (uint64_t)seed + 1,
                  &(ViewRigShape){.removes = 10, .ranges = 5, .tables_only = true});
    EngineIterator *iterator = open_all(0, ENGINE_READ_CACHED_ONLY);
    (void)run_out(iterator, seed % 2 == 0);
    ck_assert_int_eq(iterator->status.code, BASE_WOULD_BLOCK);
    EngineIterator *reading = open_all(0, 0);
    size_t all = run_out(reading, false);
    ck_assert_int_eq(reading->status.code, BASE_OK);
    ck_assert_uint_eq(run_out(iterator, seed % 2 == 0), all);
    ck_assert_int_eq(iterator->status.code, BASE_OK);
    lsm_iterator_free(reading);
    lsm_iterator_free(iterator);
    view_rig_clear(&rig);
}

START_TEST(only_memory_is_asked)
{
    for (int seed = 0; seed < 6; seed++) {
        check_memory(seed);
    }
}
END_TEST

static void
check_damage(int seed)
{
    static const ViewRigShape shape = {.removes = 10, .tables_only = true, .ops = 2000};
    view_rig_init(&rig, (uint64_t)seed + 1, &shape);
    view_rig_damage(&rig);
    Model model[2];
    size_t failed = 0;
    for (unsigned keyspace = 0; keyspace < 2; keyspace++) {
        EngineIteratorOptions all = {.keyspace = keyspace, .range.unbounded = true};
        model_fill(&model[keyspace], &all, rig.version);
        for (int backward = 0; backward < 2; backward++) {
            EngineIterator *iterator = open_all(keyspace, 0);
            size_t seen = run_out(iterator, backward != 0);
            if (iterator->status.code == BASE_OK) {
                ck_assert_uint_eq(seen, model[keyspace].count);
            } else {
                ck_assert_int_eq(iterator->status.code, BASE_CORRUPTION);
                failed++;
            }
            lsm_iterator_free(iterator);
        }
    }
    ck_assert_uint_ge(failed, 2);
    view_rig_clear(&rig);
}

START_TEST(an_error_is_not_the_end)
{
    for (int seed = 0; seed < 10; seed++) {
        check_damage(seed);
    }
}
END_TEST

/* What an iterator holds stays, whatever becomes of the store. */
static void
check_held_view(int seed)
{
    view_rig_init(&rig, (uint64_t)seed + 1, &shapes[(size_t)seed % SHAPES]);
    EngineIteratorOptions all = {.range.unbounded = true};
    Model model;
    model_fill(&model, &all, rig.version);
    EngineIterator *iterator = open_all(0, 0);
    BaseBuf edits = BASE_BUF_INIT;
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < view->levels->levels[level].count; i++) {
            lsm_rig_drop(&edits, level, view->levels->levels[level].tables[i]->info.number);
        }
    }
    char message[384];
    if (edits.len != 0) {
        ck_assert_int_eq(lsm_catalog_install(rig.store.catalog, base_buf_slice(&edits),
                                             view->generations, 0, message)
                             .code,
                         BASE_OK);
    }
    base_buf_clear(&edits);
    lsm_view_unref(view);
    lsm_catalog_reclaim(rig.store.catalog);
    (void)lsm_tables_sweep(rig.store.tables);
    walk(&model, iterator);
    lsm_iterator_free(iterator);
    view_rig_clear(&rig);
}

START_TEST(the_view_is_held)
{
    for (int seed = 0; seed < 10; seed++) {
        check_held_view(seed);
    }
}
END_TEST

/* ----------------------------------------------------------------------------------- threads -- */

static void *
free_elsewhere(void *user)
{
    lsm_iterator_free(user);
    EngineIterator *own = open_all(1, 0);
    (void)run_out(own, false);
    lsm_iterator_free(own);
    return NULL;
}

START_TEST(iterators_are_used_again)
{
    view_rig_init(&rig, 5, &shapes[1]);
    EngineIteratorOptions all = {.range.unbounded = true};
    Model model;
    model_fill(&model, &all, rig.version);
    for (int i = 0; i < 20; i++) {
        EngineIterator *first = open_all(0, 0);
        EngineIterator *second = open_all(0, 0);
        EngineIterator *third = open_all(1, 0);
        model.shown = 0;
        walk(&model, first);
        ck_assert_uint_eq(run_out(second, i % 2 == 0), model.count);
        (void)run_out(third, false);
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, free_elsewhere, first), 0);
        lsm_iterator_free(third);
        lsm_iterator_free(second);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    view_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_iterator");
    TCase *iterator = tcase_create("iterator");
    tcase_set_timeout(iterator, 120);
    tcase_add_test(iterator, any_walk_shows_what_the_list_says);
    tcase_add_test(iterator, what_is_passed_is_counted);
    tcase_add_test(iterator, only_memory_is_asked);
    tcase_add_test(iterator, an_error_is_not_the_end);
    tcase_add_test(iterator, the_view_is_held);
    tcase_add_test(iterator, iterators_are_used_again);
    suite_add_tcase(suite, iterator);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
