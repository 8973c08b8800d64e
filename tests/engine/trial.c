/*
 * trial.c: tries a statement. See trial.h.
 */
#include "tests/engine/trial.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const habit_names[TRIAL_HABIT_COUNT] = {"writes only", "flushes", "compacts"};

bool
trial_run(const EngineClass *engine_class, const Statement *statement, int64_t mode,
          TrialHabit habit)
{
    Trial *trial = calloc(1, sizeof *trial);
    BASE_CHECK(trial != NULL);
    trial->statement = statement;
    trial->habit = habit;
    engine_rig_init(&trial->rig, engine_class, engine_rig_files(engine_class));
    if (mode >= 0) {
        (void)engine_rig_set(&trial->rig, "durability", mode);
    }
    engine_rig_open(&trial->rig);
    statement->check(trial);
    if (trial->failed) {
        /* Snapshots and iterators may still be open: the engine is left as it is, for good. */
        printf("    in mode %d, habit \"%s\"\n", (int)mode, habit_names[habit]);
        return false;
    }
    BaseStatus status = engine_verify(trial->rig.engine);
    bool verified = base_is_ok(status) || status.code == BASE_UNSUPPORTED;
    if (!verified) {
        printf("    afterwards the store does not verify: %s\n", status.what);
    }
    engine_rig_clear(&trial->rig);
    free(trial);
    return verified;
}

void
trial_fail(Trial *trial, const char *expression, int line)
{
    trial->failed = true;
    printf("    line %d: not so: %s\n", line, expression);
}

/* ------------------------------------------------------------------------------------ writes -- */

void
trial_flush(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    if (engine->ops->flush != NULL) {
        BASE_CHECK(base_is_ok(engine->ops->flush(engine)));
    }
}

void
trial_compact(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    trial_flush(trial);
    if (engine->ops->compact != NULL) {
        EngineRange all = {.unbounded = true};
        BASE_CHECK(base_is_ok(engine->ops->compact(engine, &all)));
    }
}

void
trial_settle(Trial *trial)
{
    if (trial->habit == TRIAL_FLUSHES) {
        trial_flush(trial);
    } else if (trial->habit == TRIAL_COMPACTS) {
        trial_compact(trial);
    }
}

EngineOutcome
trial_commit(Trial *trial, const EngineGuard *guards, size_t guard_count, EngineMutation *mutations,
             size_t mutation_count)
{
    EngineOutcome outcome =
        engine_rig_commit(trial_engine(trial), guards, guard_count, mutations, mutation_count);
    if (outcome.kind == ENGINE_APPLIED) {
        trial_settle(trial);
    }
    return outcome;
}

int64_t
trial_write(Trial *trial, EngineMutation mutation)
{
    int64_t version = engine_rig_apply(trial_engine(trial), mutation);
    trial_settle(trial);
    return version;
}

EngineMutation
trial_putting(const char *key, const char *value)
{
    return engine_rig_put(ENGINE_DATA, base_slice_text(key), base_slice_text(value));
}

EngineMutation
trial_removing(const char *key)
{
    return engine_rig_remove(ENGINE_DATA, base_slice_text(key));
}

EngineMutation
trial_removing_range(const char *start, const char *stop)
{
    BaseSlice end = stop == NULL ? BASE_SLICE_EMPTY : base_slice_text(stop);
    return engine_rig_remove_range(ENGINE_DATA, base_slice_text(start), stop == NULL ? NULL : &end);
}

EngineMutation
trial_incrementing(const char *key, int64_t delta)
{
    return (EngineMutation){.kind = ENGINE_INCREMENT,
                            .key = base_slice_text(key),
                            .delta = delta,
                            .lowest = INT64_MIN,
                            .highest = INT64_MAX};
}

int64_t
trial_put(Trial *trial, const char *key, const char *value)
{
    return trial_write(trial, trial_putting(key, value));
}

int64_t
trial_put_until(Trial *trial, const char *key, const char *value, int64_t expires_at_ms)
{
    EngineMutation mutation = trial_putting(key, value);
    mutation.expiry = ENGINE_EXPIRES_AT;
    mutation.expiry_ms = expires_at_ms;
    return trial_write(trial, mutation);
}

int64_t
trial_remove(Trial *trial, const char *key)
{
    return trial_write(trial, trial_removing(key));
}

int64_t
trial_remove_range(Trial *trial, const char *start, const char *stop)
{
    return trial_write(trial, trial_removing_range(start, stop));
}

/* ------------------------------------------------------------------------------------- reads -- */

bool
trial_has(Trial *trial, const EngineSnapshot *snapshot, const char *key, const char *value)
{
    return engine_rig_has(trial_engine(trial), snapshot, ENGINE_DATA, base_slice_text(key),
                          base_slice_text(value));
}

bool
trial_lacks(Trial *trial, const EngineSnapshot *snapshot, const char *key)
{
    return engine_rig_lacks(trial_engine(trial), snapshot, ENGINE_DATA, base_slice_text(key));
}

bool
trial_look(Trial *trial, const char *key, EngineRecord *ret_record)
{
    EngineRead read;
    EngineLookup lookup = {.found = false};
    BASE_CHECK(base_is_ok(engine_read_begin(&read, trial_engine(trial), NULL, 0)));
    BASE_CHECK(base_is_ok(engine_get(&read, ENGINE_DATA, base_slice_text(key), &lookup)));
    engine_read_end(&read);
    if (lookup.found) {
        *ret_record = lookup.record;
    }
    return lookup.found;
}

EngineSnapshot *
trial_snapshot(Trial *trial)
{
    EngineSnapshot *snapshot = NULL;
    BASE_CHECK(base_is_ok(engine_snapshot_new(trial_engine(trial), &snapshot)));
    return snapshot;
}

EngineIterator *
trial_iterator(Trial *trial, const EngineSnapshot *snapshot, const char *start, const char *stop)
{
    EngineIteratorOptions options = {
        .range = {base_slice_text(start), base_slice_text(stop == NULL ? "" : stop), stop == NULL}};
    EngineIterator *iterator = NULL;
    BASE_CHECK(base_is_ok(engine_iterator_new(trial_engine(trial), snapshot, &options, &iterator)));
    return iterator;
}

TrialKeys
trial_keys(Trial *trial, const EngineSnapshot *snapshot, const char *start, const char *stop,
           bool backwards)
{
    TrialKeys keys = {""};
    size_t len = 0;
    EngineIterator *iterator = trial_iterator(trial, snapshot, start, stop);
    if (backwards) {
        engine_iterator_seek_before(iterator, NULL);
    } else {
        engine_iterator_seek(iterator, NULL);
    }
    while (iterator->valid && len < sizeof keys.text) {
        len +=
            (size_t)snprintf(keys.text + len, sizeof keys.text - len, "%s%.*s", len == 0 ? "" : " ",
                             (int)iterator->key.len, (const char *)iterator->key.data);
        if (backwards) {
            engine_iterator_prev(iterator);
        } else {
            engine_iterator_next(iterator);
        }
    }
    if (!base_is_ok(iterator->status)) {
        (void)snprintf(keys.text, sizeof keys.text, "%s", iterator->status.what);
    }
    engine_iterator_free(iterator);
    return keys;
}
