/*
 * model.h: what a store must hold: for every key of a pool, every version of it that may still be
 * read, in a sorted array.
 *
 * Snapshots and iterators read the model at a version and a time, as they do the store; a crash
 * rewinds it to the version up to which the store has come back. Nothing is clever here, and
 * nothing is shared with the engines but the interface and the form of counters.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_ENGINE_MODEL_H
#define LARDER_TESTS_ENGINE_MODEL_H

#include "engine/engine.h"
#include "tests/engine/key_pool.h"

/* Mutations of a commit at most. */
#define MODEL_MUTATIONS_MAX 64

typedef struct ModelEntry {
    int64_t version;
    int64_t expires_at_ms; /* 0: never */
    bool removed;
    uint8_t *value; /* owned */
    size_t len;
} ModelEntry;

/* Of one key, versions ascending. */
typedef struct ModelHistory {
    ModelEntry *entries;
    size_t count;
    size_t capacity;
} ModelHistory;

typedef struct Model {
    const KeyPool *pool;
    ModelHistory *histories[ENGINE_KEYSPACE_COUNT]; /* one for each key of the pool */
    int64_t version;                                /* of the latest commit */
    int64_t now_ms;                                 /* the highest time that anybody has seen */
    int64_t floor; /* nobody reads below it, and nothing rewinds below it */
    size_t value_max;
} Model;

/* Where and when somebody reads. */
typedef struct ModelPoint {
    int64_t version;
    int64_t now_ms;
} ModelPoint;

/* An empty store. The pool must outlive it. */
void model_init(Model *model, const KeyPool *pool, size_t value_max);
void model_clear(Model *model);

/* The latest point. */
ModelPoint model_latest(const Model *model);

/* The live entry of the index-th key; NULL: absent. Valid until the next change. */
const ModelEntry *model_get(const Model *model, ModelPoint point, EngineKeyspace keyspace,
                            size_t index);

/* The first live key in [from, stop), or the last one; pool->count: none. */
size_t model_first(const Model *model, ModelPoint point, EngineKeyspace keyspace, size_t from,
                   size_t stop);
size_t model_last(const Model *model, ModelPoint point, EngineKeyspace keyspace, size_t from,
                  size_t stop);

/* Everything above `version` has never been. */
void model_rewind(Model *model, int64_t version);

/* All records are lost; versions go on. */
void model_forget(Model *model);

/* What must become of a mutation: EngineMutation.result. */
typedef struct ModelResult {
    bool existed;
    int64_t expires_at_ms;
    int64_t number;
    int64_t length;
} ModelResult;

/* What must become of a commit. */
typedef struct ModelOutcome {
    EngineOutcomeKind kind; /* APPLIED or NOT_APPLIED */
    EngineReason reason;
    size_t index;
    int64_t current_version;
    bool has_current_value; /* whether the key is present */
    BaseSlice current_value;
    int64_t current_number;
    ModelResult results[MODEL_MUTATIONS_MAX];
} ModelOutcome;

/*
 * Applies a commit as `version` at model->now_ms, or says why not. Its keys are keys of the pool,
 * but for those of ranges.
 */
void model_commit(Model *model, const EngineCommit *commit, int64_t version,
                  ModelOutcome *ret_outcome);

/* ----------------------------------------------------------------------- for model_commit.c -- */

/* Sets a key, or (value NULL) removes it, in the commit `version`. */
void model_set(Model *model, EngineKeyspace keyspace, size_t index, int64_t version,
               const BaseSlice *value, int64_t expires_at_ms);

#endif
