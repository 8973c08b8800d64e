/*
 * test_lsm_picker_age.c: what was written later never comes to lie below what was written before
 * (L-2), whatever the picker proposes, in whatever order jobs end, and when levels shrink.
 *
 * Tables have a few keys and know when each was written. Flushes bring some keys at random; merges
 * keep the newest; on the last level keys vanish at times, as expired ones do. After each step
 * every key's ages must descend with the levels, and in level 0 from new to old.
 */
#include "engine/base/rand.h"
#include "engine/lsm/picker.h"

#include <check.h>
#include <stdlib.h>

enum {
    KEYS = 40,
    CUT = 4, /* keys of a merged table */
    KEY_BYTES = 10,
    TABLES_MAX = 400,
    JOBS_MAX = 3,
    LAST = LSM_LEVELS - 1,
};

typedef struct Table {
    int ages[KEYS]; /* 0: the key is not here */
    bool busy;
} Table;

typedef struct Level {
    Table *tables[TABLES_MAX];
    size_t count;
} Level;

typedef struct Job {
    bool active;
    LsmPick pick;
    Table *inputs[TABLES_MAX];
    size_t count;
    size_t place; /* of the first input in level 0 */
} Job;

typedef struct Store {
    Level levels[LSM_LEVELS];
    Job jobs[JOBS_MAX];
    LsmPickTable views[LSM_LEVELS][TABLES_MAX];
    uint8_t keys[KEYS];
    LsmPickState state;
    BaseRand rand;
    int age;
    bool shrinking;
} Store;

static int
first_key(const Table *table)
{
    int key = 0;
    while (table->ages[key] == 0) {
        key++;
    }
    return key;
}

static int
last_key(const Table *table)
{
    int key = KEYS - 1;
    while (table->ages[key] == 0) {
        key--;
    }
    return key;
}

static const LsmPickState *
look(Store *store)
{
    for (int l = 0; l < LSM_LEVELS; l++) {
        const Level *level = &store->levels[l];
        for (size_t i = 0; i < level->count; i++) {
            const Table *table = level->tables[i];
            int64_t entries = 0;
            for (int key = 0; key < KEYS; key++) {
                entries += table->ages[key] != 0;
            }
            store->views[l][i] =
                (LsmPickTable){.smallest = base_slice(&store->keys[first_key(table)], 1),
                               .largest = base_slice(&store->keys[last_key(table)], 1),
                               .busy = table->busy,
                               .bytes = entries * KEY_BYTES,
                               .entries = entries};
        }
        store->state.levels[l] = (LsmPickLevel){store->views[l], level->count};
    }
    return &store->state;
}

static void
insert_at(Level *level, size_t place, Table *table)
{
    if (level->count == TABLES_MAX) {
        ck_abort_msg("a level has too many tables");
    }
    memmove(&level->tables[place + 1], &level->tables[place],
            (level->count - place) * sizeof(Table *));
    level->tables[place] = table;
    level->count++;
}

static void
insert_sorted(Level *level, Table *table)
{
    size_t place = 0;
    while (place < level->count && first_key(level->tables[place]) < first_key(table)) {
        place++;
    }
    insert_at(level, place, table);
}

static size_t
take_out(Level *level, const Table *table)
{
    size_t place = 0;
    while (place < level->count && level->tables[place] != table) {
        place++;
    }
    if (place == level->count) {
        ck_abort_msg("an input is not in its level any more");
    }
    level->count--;
    memmove(&level->tables[place], &level->tables[place + 1],
            (level->count - place) * sizeof(Table *));
    return place;
}

/* L-2 and L-4. */
static void
check(const Store *store)
{
    int newest[KEYS];
    bool good = true; /* asserting is slow */
    for (int key = 0; key < KEYS; key++) {
        newest[key] = INT32_MAX;
    }
    for (int l = 0; l < LSM_LEVELS; l++) {
        const Level *level = &store->levels[l];
        for (size_t i = 0; i < level->count; i++) {
            const Table *table = level->tables[l == 0 ? level->count - 1 - i : i];
            for (int key = 0; key < KEYS; key++) {
                if (table->ages[key] != 0) {
                    good = good && table->ages[key] < newest[key];
                    newest[key] = table->ages[key];
                }
            }
            good = good && (l == 0 || i == 0 || last_key(level->tables[i - 1]) < first_key(table));
        }
    }
    ck_assert(good);
}

static Table *
new_table(void)
{
    Table *table = calloc(1, sizeof(*table));
    if (table == NULL) {
        ck_abort_msg("no memory");
    }
    return table;
}

static void
flush(Store *store)
{
    Table *table = new_table();
    int first = (int)base_rand_below(&store->rand, KEYS);
    int width = 1 + (int)base_rand_below(&store->rand, KEYS / 2);
    store->age++;
    for (int key = first; key < KEYS && key < first + width; key++) {
        table->ages[key] = base_rand_below(&store->rand, 3) == 0 ? 0 : store->age;
    }
    table->ages[first] = store->age;
    insert_at(&store->levels[0], store->levels[0].count, table);
}

static void
add_inputs(Job *job, Level *level, LsmPickSpan span)
{
    for (size_t i = 0; i < span.count; i++) {
        Table *table = level->tables[span.first + i];
        if (table->busy) {
            ck_abort_msg("a table is an input twice");
        }
        table->busy = true;
        job->inputs[job->count++] = table;
    }
}

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
        *job = (Job){.active = true, .pick = pick};
        add_inputs(job, &store->levels[pick.level], pick.inputs);
        add_inputs(job, &store->levels[pick.output_level], pick.overlap);
        return true;
    }
    return false;
}

/* The newest of each key, in tables of CUT keys. */
static void
write_outputs(Store *store, const Job *job, size_t place)
{
    Level *output = &store->levels[job->pick.output_level];
    bool vanish = store->shrinking && job->pick.output_level == LAST;
    Table *table = NULL;
    int filled = 0;
    for (int key = 0; key < KEYS; key++) {
        int newest = 0;
        for (size_t i = 0; i < job->count; i++) {
            int age = job->inputs[i]->ages[key];
            newest = age > newest ? age : newest;
        }
        if (newest == 0 || (vanish && base_rand_below(&store->rand, 4) != 0)) {
            continue;
        }
        table = table == NULL ? new_table() : table;
        table->ages[key] = newest;
        if (++filled % CUT == 0) {
            job->pick.output_level == 0 ? insert_at(output, place++, table)
                                        : insert_sorted(output, table);
            table = NULL;
        }
    }
    if (table != NULL) {
        job->pick.output_level == 0 ? insert_at(output, place, table)
                                    : insert_sorted(output, table);
    }
}

static void
finish(Store *store, Job *job)
{
    size_t place = 0;
    for (size_t i = 0; i < job->count; i++) {
        bool input = i < job->pick.inputs.count;
        place = take_out(&store->levels[input ? job->pick.level : job->pick.output_level],
                         job->inputs[i]);
    }
    if (job->pick.move) {
        for (size_t i = 0; i < job->count; i++) {
            job->inputs[i]->busy = false;
            insert_sorted(&store->levels[job->pick.output_level], job->inputs[i]);
        }
    } else {
        write_outputs(store, job, place);
        for (size_t i = 0; i < job->count; i++) {
            free(job->inputs[i]);
        }
    }
    job->active = false;
    check(store);
}

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
clear(Store *store)
{
    for (int l = 0; l < LSM_LEVELS; l++) {
        for (size_t i = 0; i < store->levels[l].count; i++) {
            free(store->levels[l].tables[i]);
        }
    }
    free(store);
}

START_TEST(nothing_older_comes_above)
{
    Store *store = calloc(1, sizeof(*store));
    ck_assert_ptr_nonnull(store);
    store->rand = base_rand((uint64_t)_i + 1);
    store->state.base_bytes = 3 * KEY_BYTES;
    store->state.multiplier = 2;
    store->state.run_trigger = 3;
    for (int key = 0; key < KEYS; key++) {
        store->keys[key] = (uint8_t)key;
    }
    for (int i = 0; i < 4000; i++) {
        store->shrinking = i / 200 % 2 == 1;
        if (base_rand_below(&store->rand, 5) == 0) {
            flush(store);
        } else if (base_rand_below(&store->rand, 2) == 0) {
            begin(store);
        } else {
            finish_one(store);
        }
        check(store);
    }
    while (begin(store) || finish_one(store)) {
    }
    clear(store);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_picker_age");
    TCase *store = tcase_create("store");
    tcase_set_timeout(store, 200);
    tcase_add_loop_test(store, nothing_older_comes_above, 0, 10);
    suite_add_tcase(suite, store);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
