/*
 * ledger.c: a fixed sequence of commits. See ledger.h.
 */
#include "tests/engine/ledger.h"

#include "engine/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    KEYS = 48,
    MUTATIONS_MAX = 6, /* with "seq" */
    VALUE_MAX = 1200,
    FLUSH_EVERY = 12,
    COMPACT_EVERY = 35,
};

/* What commit i does to the keys. */
typedef struct Change {
    enum { PUT, REMOVE, REMOVE_RANGE } kind;
    size_t key;
    size_t stop; /* REMOVE_RANGE */
} Change;

typedef struct Changes {
    Change items[MUTATIONS_MAX - 1];
    size_t count;
} Changes;

static Changes
changes_of(int64_t number)
{
    BaseRand rand = base_rand((uint64_t)number * 7777777);
    Changes changes = {.count = 1 + base_rand_below(&rand, MUTATIONS_MAX - 1)};
    for (size_t i = 0; i < changes.count; i++) {
        uint64_t kind = base_rand_below(&rand, 12);
        Change *change = &changes.items[i];
        change->kind = kind < 8 ? PUT : kind < 11 ? REMOVE : REMOVE_RANGE;
        change->key = base_rand_below(&rand, KEYS);
        change->stop = change->key + base_rand_below(&rand, KEYS / 4);
    }
    return changes;
}

static BaseSlice
key_of(size_t index, char text[16])
{
    (void)snprintf(text, 16, "key%03zu", index);
    return base_slice_text(text);
}

/* The value that commit `number` gives a key: its number in text, and filler of both. */
static BaseSlice
value_of(int64_t number, size_t index, uint8_t bytes[VALUE_MAX])
{
    BaseRand rand = base_rand((uint64_t)number * KEYS + index);
    size_t len = 20 + base_rand_below(&rand, base_rand_below(&rand, 4) == 0 ? VALUE_MAX - 20 : 200);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)base_rand_next(&rand);
    }
    (void)snprintf((char *)bytes, 20, "%" PRId64, number);
    return base_slice(bytes, len);
}

/* Which commit has put each key, after commit `number`; 0: absent. */
static void
state_after(int64_t number, int64_t state[KEYS])
{
    memset(state, 0, KEYS * sizeof *state);
    for (int64_t i = 1; i <= number; i++) {
        Changes changes = changes_of(i);
        for (size_t j = 0; j < changes.count; j++) {
            const Change *change = &changes.items[j];
            size_t stop = change->kind == REMOVE_RANGE ? change->stop : change->key + 1;
            for (size_t k = change->key; k < stop && k < KEYS; k++) {
                state[k] = change->kind == PUT ? i : 0;
            }
        }
    }
}

/* ----------------------------------------------------------------------------------- working -- */

LedgerRun
ledger_run_at(int64_t from)
{
    return (LedgerRun){.submitted = from, .acknowledged = from, .durable = from};
}

bool
ledger_commit(LedgerRun *run, Engine *engine)
{
    int64_t number = ++run->submitted;
    Changes changes = changes_of(number);
    EngineMutation mutations[MUTATIONS_MAX];
    char keys[MUTATIONS_MAX][2][16];
    uint8_t values[MUTATIONS_MAX][VALUE_MAX];
    for (size_t i = 0; i < changes.count; i++) {
        const Change *change = &changes.items[i];
        BaseSlice key = key_of(change->key, keys[i][0]);
        BaseSlice stop = key_of(change->stop, keys[i][1]);
        mutations[i] =
            change->kind == PUT
                ? engine_rig_put(ENGINE_DATA, key, value_of(number, change->key, values[i]))
            : change->kind == REMOVE ? engine_rig_remove(ENGINE_DATA, key)
                                     : engine_rig_remove_range(ENGINE_DATA, key, &stop);
    }
    char seq[24];
    (void)snprintf(seq, sizeof seq, "%" PRId64, number);
    mutations[changes.count] =
        engine_rig_put(ENGINE_DATA, BASE_SLICE_LITERAL("seq"), base_slice_text(seq));
    EngineOutcome outcome = engine_rig_commit(engine, NULL, 0, mutations, changes.count + 1);
    if (outcome.kind == ENGINE_APPLIED) {
        run->acknowledged = number;
        return true;
    }
    run->last = outcome;
    return false;
}

void
ledger_work(LedgerRun *run, Engine *engine, int64_t to)
{
    while (run->submitted < to && ledger_commit(run, engine)) {
        EngineRange all = {.unbounded = true};
        if (run->submitted % FLUSH_EVERY == 0 && base_is_ok(engine_flush(engine))) {
            run->durable = run->acknowledged;
        }
        if (run->submitted % COMPACT_EVERY == 0) {
            (void)engine_compact(engine, &all);
        }
    }
}

/* ---------------------------------------------------------------------------------- checking -- */

/* Compares the current entry of a walk. */
static bool
fits(const EngineIterator *iterator, size_t index, int64_t number)
{
    char text[16];
    uint8_t bytes[VALUE_MAX];
    return iterator->valid && base_slice_equal(iterator->key, key_of(index, text)) &&
           base_slice_equal(iterator->record.value, value_of(number, index, bytes));
}

/* Walks the keys of the ledger in one direction. False: not this state, or *ret_failed. */
static bool
walk_fits(EngineIterator *iterator, const int64_t state[KEYS], bool backwards,
          BaseStatus *ret_failed)
{
    if (backwards) {
        engine_iterator_seek_before(iterator, NULL);
    } else {
        engine_iterator_seek(iterator, NULL);
    }
    bool fitting = true;
    for (size_t i = 0; i < KEYS && fitting; i++) {
        size_t index = backwards ? KEYS - 1 - i : i;
        if (state[index] == 0) {
            continue;
        }
        fitting = fits(iterator, index, state[index]);
        if (fitting && backwards) {
            engine_iterator_prev(iterator);
        } else if (fitting) {
            engine_iterator_next(iterator);
        }
    }
    *ret_failed = iterator->status;
    return fitting && !iterator->valid && base_is_ok(iterator->status);
}

static bool
gets_fit(EngineRead *read, const int64_t state[KEYS], BaseStatus *ret_failed)
{
    for (size_t i = 0; i < KEYS; i++) {
        char text[16];
        uint8_t bytes[VALUE_MAX];
        EngineLookup lookup;
        *ret_failed = engine_get(read, ENGINE_DATA, key_of(i, text), &lookup);
        if (!base_is_ok(*ret_failed) || lookup.found != (state[i] != 0)) {
            return false;
        }
        if (lookup.found && !base_slice_equal(lookup.record.value, value_of(state[i], i, bytes))) {
            return false;
        }
    }
    return true;
}

/* The number in "seq"; 0: absent. */
static int64_t
read_seq(EngineRead *read, BaseStatus *ret_failed)
{
    EngineLookup lookup = {.found = false};
    *ret_failed = engine_get(read, ENGINE_DATA, BASE_SLICE_LITERAL("seq"), &lookup);
    if (!base_is_ok(*ret_failed) || !lookup.found) {
        return 0;
    }
    char text[24] = "";
    (void)snprintf(text, sizeof text, "%.*s", (int)lookup.record.value.len,
                   (const char *)lookup.record.value.data);
    return strtoll(text, NULL, 10);
}

int64_t
ledger_state(Engine *engine, BaseStatus *ret_failed)
{
    BaseStatus failed = base_ok();
    BaseStatus *why = ret_failed == NULL ? &failed : ret_failed;
    EngineRead read;
    *why = engine_read_begin(&read, engine, NULL, 0);
    if (!base_is_ok(*why)) {
        return -1;
    }
    int64_t number = read_seq(&read, why);
    int64_t state[KEYS];
    state_after(number, state);
    bool fitting = base_is_ok(*why) && gets_fit(&read, state, why);
    engine_read_end(&read);
    EngineIteratorOptions options = {.range = {BASE_SLICE_EMPTY, BASE_SLICE_LITERAL("kez"), false}};
    EngineIterator *iterator = NULL;
    if (fitting) {
        *why = engine_iterator_new(engine, NULL, &options, &iterator);
        fitting = base_is_ok(*why) && walk_fits(iterator, state, false, why) &&
                  walk_fits(iterator, state, true, why);
        engine_iterator_free(iterator);
    }
    if (!fitting && (ret_failed == NULL || base_is_ok(*why))) {
        printf("    the store does not hold state %" PRId64 " of the ledger (%s)\n", number,
               why->what);
    }
    return fitting ? number : -1;
}
