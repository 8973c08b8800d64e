/*
 * trial.h: a statement about engines, and one attempt to refute it on an empty store.
 *
 * A statement has a number that never changes, a sentence, and a function that looks for a
 * counterexample through engine.h. It is tried in several settings: in each durability mode that
 * the engine has, and with something done behind every write of the trial: nothing, a flush, or a
 * flush and a compaction; so the same sentence is tried on memtables, on fresh tables and on merged
 * ones.
 *
 * Threading: one thread, unless a statement makes more.
 */
#ifndef LARDER_TESTS_ENGINE_TRIAL_H
#define LARDER_TESTS_ENGINE_TRIAL_H

#include "tests/support/engine_rig.h"

typedef struct Trial Trial;

typedef struct Statement {
    int number;
    const char *text;
    void (*check)(Trial *trial);
    unsigned needs;    /* EngineCapability bits without which it does not apply */
    unsigned needs_no; /* bits with which it does not apply */
} Statement;

/*
 * One more bit of needs: the engine's files go through its Env, so they can be in memory, and die.
 * Those of modules do not: they belong to another project's store, on the real file system.
 */
#define TRIAL_NEEDS_OWN_FILES (1u << 31)

/* What follows each write. */
typedef enum TrialHabit {
    TRIAL_WRITES_ONLY = 0,
    TRIAL_FLUSHES,
    TRIAL_COMPACTS,
    TRIAL_HABIT_COUNT
} TrialHabit;

struct Trial {
    const Statement *statement;
    TrialHabit habit;
    EngineRig rig;
    bool failed;
};

/* Tries a statement on a new store; `mode`: the option durability, or -1 when there is none. */
bool trial_run(const EngineClass *engine_class, const Statement *statement, int64_t mode,
               TrialHabit habit);

/* Records that the statement is refuted. */
void trial_fail(Trial *trial, const char *expression, int line);

/* Refutes the statement and ends it unless the expression is true. Expects `trial` in scope. */
#define HOLDS(expression)                             \
    do {                                              \
        if (!(expression)) {                          \
            trial_fail(trial, #expression, __LINE__); \
            return;                                   \
        }                                             \
    } while (0)

#define TEXT(text)      BASE_SLICE_LITERAL(text)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline Engine *
trial_engine(const Trial *trial)
{
    return trial->rig.engine;
}

static inline bool
trial_can(const Trial *trial, EngineCapability capability)
{
    return engine_rig_can(&trial->rig, capability);
}

/* Does what the habit says. Called by the writes below. */
void trial_settle(Trial *trial);

/* Flush and compact everything, if the engine can. */
void trial_flush(Trial *trial);
void trial_compact(Trial *trial);

/* Writes; each is one commit that must be applied. The version. */
int64_t trial_write(Trial *trial, EngineMutation mutation);
int64_t trial_put(Trial *trial, const char *key, const char *value);
int64_t trial_put_until(Trial *trial, const char *key, const char *value, int64_t expires_at_ms);
int64_t trial_remove(Trial *trial, const char *key);
/* `stop` NULL: to the last key. */
int64_t trial_remove_range(Trial *trial, const char *start, const char *stop);

/* One commit, whatever becomes of it. */
EngineOutcome trial_commit(Trial *trial, const EngineGuard *guards, size_t guard_count,
                           EngineMutation *mutations, size_t mutation_count);

/* Mutations of ENGINE_DATA. */
EngineMutation trial_putting(const char *key, const char *value);
EngineMutation trial_removing(const char *key);
EngineMutation trial_removing_range(const char *start, const char *stop);
EngineMutation trial_incrementing(const char *key, int64_t delta);

/* Reads of ENGINE_DATA, at a snapshot or (NULL) now. */
bool trial_has(Trial *trial, const EngineSnapshot *snapshot, const char *key, const char *value);
bool trial_lacks(Trial *trial, const EngineSnapshot *snapshot, const char *key);

/* The record of a key; false: absent. Value views are not valid any more. */
bool trial_look(Trial *trial, const char *key, EngineRecord *ret_record);

/* NULL, with the trial failed: there is none. The caller frees both. */
EngineSnapshot *trial_snapshot(Trial *trial);
/* Over [start, stop) of ENGINE_DATA; NULL: unbounded. */
EngineIterator *trial_iterator(Trial *trial, const EngineSnapshot *snapshot, const char *start,
                               const char *stop);

/* The keys of a walk, separated by spaces, in `into`; a walk that ends with an error says so. */
typedef struct TrialKeys {
    char text[512];
} TrialKeys;
TrialKeys trial_keys(Trial *trial, const EngineSnapshot *snapshot, const char *start,
                     const char *stop, bool backwards);

/* The lists of statements, each ended by one with number 0. */
extern const Statement engine_statements_of_commits[];
extern const Statement engine_statements_of_guards[];
extern const Statement engine_statements_of_mutations[];
extern const Statement engine_statements_of_reads[];
extern const Statement engine_statements_of_snapshots[];
extern const Statement engine_statements_of_iterators[];
extern const Statement engine_statements_of_ranges[];
extern const Statement engine_statements_of_time[];
extern const Statement engine_statements_of_persistence[];
extern const Statement engine_statements_of_figures[];

#endif
