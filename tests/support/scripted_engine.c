/*
 * scripted_engine.c: the test engine. See scripted_engine.h.
 *
 * One mutex protects everything. A delayed chain waits in a list for the timer thread, which then
 * runs it like any other; so outcomes keep the order of sequencing. While delays are held it looks
 * every millisecond whether they still are.
 */
#include "tests/support/scripted_engine.h"

#include "engine/base/check.h"
#include "engine/commit/outcome.h"
#include "tests/support/scripted_commit.h"
#include "tests/support/scripted_iterator.h"
#include "tests/support/scripted_script.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { HOLD_LOOK_US = 1000 };

static const char *hold_path;

typedef struct Delayed {
    struct Delayed *next;
    EngineCommit *chain;
    int64_t due_us; /* of the real clock */
} Delayed;

typedef struct Scripted {
    Engine engine; /* first: it is an engine */
    const BaseClock *clock;
    pthread_mutex_t mutex;
    ScriptedStore store;
    ScriptedMap obeyed; /* how often the script of a key has acted: in `version` */
    int64_t snapshots;
    BaseStatus status; /* not OK: poisoned */

    pthread_t timer;
    pthread_cond_t changed;
    Delayed *delayed;
    bool closing;
} Scripted;

typedef struct ScriptedSnapshot {
    EngineSnapshot snapshot; /* first: it is a snapshot */
    ScriptedMap maps[ENGINE_KEYSPACE_COUNT];
} ScriptedSnapshot;

static void
lock(Scripted *scripted)
{
    BASE_CHECK(pthread_mutex_lock(&scripted->mutex) == 0);
}

static void
unlock(Scripted *scripted)
{
    BASE_CHECK(pthread_mutex_unlock(&scripted->mutex) == 0);
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory");
}

/*
 * ------------------------------------------------------------------------------------- scripts --
 */

/* The script that a commit obeys, and the key that it is written in. */
static ScriptedScript
script_of(const EngineCommit *commit, BaseSlice *ret_key)
{
    ScriptedScript script = {.present = false};
    for (size_t i = 0; !script.present && i < commit->mutation_count; i++) {
        if (commit->mutations[i].keyspace == ENGINE_DATA) {
            *ret_key = commit->mutations[i].key;
            script = scripted_script_parse(*ret_key);
        }
    }
    for (size_t i = 0; !script.present && i < commit->guard_count; i++) {
        if (commit->guards[i].keyspace == ENGINE_DATA) {
            *ret_key = commit->guards[i].key;
            script = scripted_script_parse(*ret_key);
        }
    }
    return script;
}

/* Whether a script acts this time; counts for `times`. */
static bool
acts(Scripted *scripted, const ScriptedScript *script, BaseSlice key)
{
    if (!script->present || script->times < 0) {
        return script->present;
    }
    const ScriptedRecord *found = scripted_map_get(&scripted->obeyed, key, 0);
    int64_t before = found == NULL ? 0 : found->record.version;
    EngineRecord record = {BASE_SLICE_EMPTY, before + 1, 0};
    const ScriptedRecord *made = scripted_map_record_new(&scripted->store.made, key, &record);
    BASE_CHECK(made != NULL && scripted_map_set(&scripted->obeyed, made));
    return before < script->times;
}

static EngineOutcome
outcome_of(Scripted *scripted, EngineCommit *commit)
{
    if (commit->durability == ENGINE_DURABILITY_SYNC) {
        return commit_outcome_failed(base_error(BASE_UNSUPPORTED, "nothing is kept on disk"));
    }
    if (!base_is_ok(scripted->status)) {
        return commit_outcome_failed(scripted->status);
    }
    if (commit->deadline_us != 0 &&
        base_clock_monotonic_us(scripted->clock) > commit->deadline_us) {
        return commit_outcome_refused(ENGINE_REFUSAL_DEADLINE,
                                      base_error(BASE_BUSY, "the deadline has passed"));
    }
    BaseSlice key = BASE_SLICE_EMPTY;
    ScriptedScript script = script_of(commit, &key);
    if (!acts(scripted, &script, key) || script.kind == ENGINE_APPLIED) {
        return scripted_commit_apply(&scripted->store, commit);
    }
    if (script.poison) {
        scripted->status = script.status;
    }
    if (script.applied) {
        (void)scripted_commit_apply(&scripted->store, commit);
    }
    return (EngineOutcome){
        .kind = script.kind,
        .refusal = script.refusal,
        .retry_after_ms = script.retry_after_ms,
        .status = script.status,
    };
}

/*
 * --------------------------------------------------------------------------------------- delays --
 */

static int64_t
real_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

void
scripted_hold(const char *path)
{
    hold_path = path;
}

static bool
is_held(void)
{
    return hold_path != NULL && access(hold_path, F_OK) == 0;
}

/* Runs a chain up to its end, or up to the first commit that is to be delayed. */
static void
run_chain(Scripted *scripted, EngineCommit *chain, bool first_has_waited)
{
    bool waited = first_has_waited;
    while (chain != NULL) {
        EngineCommit *commit = chain;
        BaseSlice key = BASE_SLICE_EMPTY;
        ScriptedScript script = script_of(commit, &key);
        lock(scripted);
        if (script.delayed && !waited) {
            Delayed *delayed = malloc(sizeof(*delayed));
            BASE_CHECK(delayed != NULL);
            *delayed = (Delayed){scripted->delayed, chain, real_us() + script.delay_ms * 1000};
            scripted->delayed = delayed;
            (void)pthread_cond_signal(&scripted->changed);
            unlock(scripted);
            return;
        }
        commit->outcome = outcome_of(scripted, commit);
        unlock(scripted);
        chain = commit->next;
        waited = false;
        commit->done(commit, &commit->outcome);
    }
}

/* Takes out the chain that is due first, if it is due and not held; else when to look again. */
static EngineCommit *
take_due(Scripted *scripted, int64_t now_us, int64_t *ret_due_us)
{
    Delayed **first = NULL;
    for (Delayed **at = &scripted->delayed; *at != NULL; at = &(*at)->next) {
        first = first == NULL || (*at)->due_us <= (*first)->due_us ? at : first;
    }
    *ret_due_us = first == NULL ? now_us + 3600000000 : (*first)->due_us;
    if (first == NULL || (*first)->due_us > now_us) {
        return NULL;
    }
    if (is_held()) {
        *ret_due_us = now_us + HOLD_LOOK_US;
        return NULL;
    }
    Delayed *delayed = *first;
    EngineCommit *chain = delayed->chain;
    *first = delayed->next;
    free(delayed);
    return chain;
}

static void *
timer_main(void *argument)
{
    Scripted *scripted = argument;
    lock(scripted);
    while (!scripted->closing) {
        int64_t due_us = 0;
        EngineCommit *chain = take_due(scripted, real_us(), &due_us);
        if (chain != NULL) {
            unlock(scripted);
            run_chain(scripted, chain, true);
            lock(scripted);
            continue;
        }
        struct timespec until = {due_us / 1000000, due_us % 1000000 * 1000};
        (void)pthread_cond_timedwait(&scripted->changed, &scripted->mutex, &until);
    }
    unlock(scripted);
    return NULL;
}

static void
scripted_commit(Engine *engine, EngineCommit *chain)
{
    run_chain((Scripted *)engine, chain, false);
}

/* A chain is not over within the call when one of its commits is to be delayed. */
static bool
scripted_commit_now(Engine *engine, EngineCommit *chain)
{
    for (const EngineCommit *commit = chain; commit != NULL; commit = commit->next) {
        BaseSlice key = BASE_SLICE_EMPTY;
        if (script_of(commit, &key).delayed) {
            return false;
        }
    }
    run_chain((Scripted *)engine, chain, false);
    return true;
}

/*
 * --------------------------------------------------------------------------------------- reads --
 */

static BaseStatus
scripted_read_begin(EngineRead *read)
{
    Scripted *scripted = (Scripted *)read->engine;
    read->now_ms = read->snapshot == NULL ? commit_stamp_now(&scripted->store.stamps)
                                          : read->snapshot->stamp_ms;
    return base_ok();
}

static void
scripted_read_end(EngineRead *read)
{
    (void)read;
}

/* REQUIRES: the mutex. */
static BaseStatus
look_up(EngineRead *read, EngineKeyspace keyspace, BaseSlice key, EngineLookup *ret_lookup)
{
    Scripted *scripted = (Scripted *)read->engine;
    if (keyspace == ENGINE_DATA) {
        ScriptedScript script = scripted_script_parse(key);
        if (!base_is_ok(script.read_status)) {
            return script.read_status;
        }
    }
    const ScriptedMap *maps = read->snapshot == NULL
                                  ? scripted->store.maps
                                  : ((const ScriptedSnapshot *)read->snapshot)->maps;
    const ScriptedRecord *found = scripted_map_get(&maps[keyspace], key, read->now_ms);
    *ret_lookup = (EngineLookup){.found = found != NULL};
    if (found != NULL) {
        ret_lookup->record = found->record;
    }
    return base_ok();
}

static BaseStatus
scripted_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys, size_t count,
                   EngineLookup *ret_lookups, int64_t *ret_version)
{
    Scripted *scripted = (Scripted *)read->engine;
    lock(scripted);
    BaseStatus status = base_ok();
    for (size_t i = 0; base_is_ok(status) && i < count; i++) {
        status = look_up(read, keyspace, keys[i], &ret_lookups[i]);
    }
    *ret_version = read->snapshot == NULL ? scripted->store.version : read->snapshot->version;
    unlock(scripted);
    return status;
}

static BaseStatus
scripted_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice key, EngineLookup *ret_lookup)
{
    int64_t version = 0;
    return scripted_multi_get(read, keyspace, &key, 1, ret_lookup, &version);
}

static void
scripted_snapshot_free(EngineSnapshot *base)
{
    ScriptedSnapshot *snapshot = (ScriptedSnapshot *)base;
    Scripted *scripted = (Scripted *)base->engine;
    lock(scripted);
    scripted->snapshots--;
    unlock(scripted);
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        scripted_map_clear(&snapshot->maps[i]);
    }
    free(snapshot);
}

static BaseStatus
scripted_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    Scripted *scripted = (Scripted *)engine;
    ScriptedSnapshot *snapshot = calloc(1, sizeof(*snapshot));
    if (snapshot == NULL) {
        return no_memory();
    }
    bool copied = true;
    lock(scripted);
    snapshot->snapshot = (EngineSnapshot){engine, scripted->store.version,
                                          commit_stamp_now(&scripted->store.stamps)};
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        copied = scripted_map_copy(&snapshot->maps[i], &scripted->store.maps[i]) && copied;
    }
    scripted->snapshots++;
    unlock(scripted);
    if (!copied) {
        scripted_snapshot_free(&snapshot->snapshot);
        return no_memory();
    }
    *ret_snapshot = &snapshot->snapshot;
    return base_ok();
}

static BaseStatus
scripted_new_iterator(Engine *engine, const EngineSnapshot *snapshot,
                      const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    Scripted *scripted = (Scripted *)engine;
    const ScriptedMap *maps =
        snapshot == NULL ? scripted->store.maps : ((const ScriptedSnapshot *)snapshot)->maps;
    ScriptedMap map;
    lock(scripted);
    int64_t version = snapshot == NULL ? scripted->store.version : snapshot->version;
    int64_t now_ms =
        snapshot == NULL ? commit_stamp_now(&scripted->store.stamps) : snapshot->stamp_ms;
    bool copied = scripted_map_copy(&map, &maps[options->keyspace]);
    unlock(scripted);
    if (!copied) {
        return no_memory();
    }
    BaseStatus status = scripted_iterator_new(engine, map, version, now_ms, options, ret_iterator);
    if (!base_is_ok(status)) {
        scripted_map_clear(&map);
    }
    return status;
}

/*
 * -------------------------------------------------------------------------------------- figures --
 */

static int64_t
bytes_of(const ScriptedRecord *record)
{
    return (int64_t)(record->key.len + record->record.value.len);
}

static void
scripted_stats(Engine *engine, EngineStats *ret_stats)
{
    Scripted *scripted = (Scripted *)engine;
    lock(scripted);
    const ScriptedMap *map = &scripted->store.maps[ENGINE_DATA];
    EngineStats stats = {
        .keys = (int64_t)map->count,
        .version = scripted->store.version,
        .open_snapshots = scripted->snapshots,
    };
    for (size_t i = 0; i < map->count; i++) {
        stats.data_bytes += bytes_of(map->items[i]);
    }
    stats.memory_bytes = stats.data_bytes;
    unlock(scripted);
    *ret_stats = stats;
}

static BaseStatus
scripted_range_estimate(Engine *engine, const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    Scripted *scripted = (Scripted *)engine;
    lock(scripted);
    const ScriptedMap *map = &scripted->store.maps[ENGINE_DATA];
    EngineRangeEstimate estimate = {.exact = true};
    size_t stop = range->unbounded ? map->count : scripted_map_find(map, range->stop);
    for (size_t i = scripted_map_find(map, range->start); i < stop; i++) {
        estimate.keys++;
        estimate.bytes += bytes_of(map->items[i]);
    }
    unlock(scripted);
    *ret_estimate = estimate;
    return base_ok();
}

static BaseStatus
scripted_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
                     EngineSplitVisitor *visit, void *user)
{
    Scripted *scripted = (Scripted *)engine;
    lock(scripted);
    const ScriptedMap *map = &scripted->store.maps[ENGINE_DATA];
    size_t stop = range->unbounded ? map->count : scripted_map_find(map, range->stop);
    int64_t part = 0;
    bool more = true;
    for (size_t i = scripted_map_find(map, range->start); more && i < stop; i++) {
        if (part >= part_bytes) {
            more = visit(user, map->items[i]->key);
            part = 0;
        }
        part += bytes_of(map->items[i]);
    }
    unlock(scripted);
    return base_ok();
}

/*
 * --------------------------------------------------------------------------------- open and close
 * --
 */

static void
scripted_close(Engine *engine)
{
    Scripted *scripted = (Scripted *)engine;
    lock(scripted);
    scripted->closing = true;
    (void)pthread_cond_signal(&scripted->changed);
    unlock(scripted);
    BASE_CHECK(pthread_join(scripted->timer, NULL) == 0);
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        scripted_map_clear(&scripted->store.maps[i]);
    }
    scripted_map_clear(&scripted->obeyed);
    while (scripted->store.made != NULL) {
        ScriptedRecord *record = scripted->store.made;
        scripted->store.made = record->made_before;
        free(record);
    }
    (void)pthread_cond_destroy(&scripted->changed);
    (void)pthread_mutex_destroy(&scripted->mutex);
    free(scripted);
}

static BaseStatus
scripted_status(Engine *engine)
{
    Scripted *scripted = (Scripted *)engine;
    lock(scripted);
    BaseStatus status = scripted->status;
    unlock(scripted);
    return status;
}

static const EngineOps scripted_ops = {
    .close = scripted_close,
    .commit = scripted_commit,
    .commit_now = scripted_commit_now,
    .read_begin = scripted_read_begin,
    .read_end = scripted_read_end,
    .get = scripted_get,
    .multi_get = scripted_multi_get,
    .snapshot_new = scripted_snapshot_new,
    .snapshot_free = scripted_snapshot_free,
    .iterator_new = scripted_new_iterator,
    .iterator_seek = scripted_iterator_seek,
    .iterator_seek_before = scripted_iterator_seek_before,
    .iterator_next = scripted_iterator_next,
    .iterator_prev = scripted_iterator_prev,
    .iterator_free = scripted_iterator_free,
    .stats = scripted_stats,
    .range_estimate = scripted_range_estimate,
    .range_split = scripted_range_split,
    .status = scripted_status,
};

static BaseStatus
scripted_open(EngineOpenArgs *args, Engine **ret_engine)
{
    Scripted *scripted = calloc(1, sizeof(*scripted));
    if (scripted == NULL) {
        return no_memory();
    }
    scripted->engine = (Engine){&scripted_ops, &scripted_class};
    scripted->clock = args->clock;
    scripted->store.value_max = args->value_max;
    scripted->status = base_ok();
    commit_stamp_init(&scripted->store.stamps, args->clock, 0);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    BASE_CHECK(pthread_mutex_init(&scripted->mutex, NULL) == 0);
    BASE_CHECK(pthread_cond_init(&scripted->changed, &monotonic) == 0);
    (void)pthread_condattr_destroy(&monotonic);
    BASE_CHECK(pthread_create(&scripted->timer, NULL, timer_main, scripted) == 0);
    *ret_engine = &scripted->engine;
    return base_ok();
}

const EngineClass scripted_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "scripted",
    .format = 1,
    .summary = "a small map in memory that obeys instructions in keys, for tests",
    .capabilities = ENGINE_CAN_ORDER | ENGINE_CAN_SNAPSHOT | ENGINE_CAN_BATCH |
                    ENGINE_CAN_STORE_VERSION | ENGINE_CAN_REVERSE | ENGINE_CAN_EXPIRE |
                    ENGINE_CAN_NATIVE_COMMIT | ENGINE_CAN_BRIEF_WALK,
    .open = scripted_open,
};
