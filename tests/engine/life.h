/*
 * life.h: a random life of a store, step by step, with a model beside it.
 *
 * A life is a class of engine and a seed. The seed chooses keys, options and habits; step number n
 * is chosen by the seed and n alone, so any subset of the steps is a life too: that is how a long
 * trace that fails is shortened (shrink.h). Steps that make no sense at the moment do nothing.
 *
 * Everything that the store says is compared with the model: outcomes with all their fields, gets,
 * multi_gets, iterators that turn around, snapshots held long, checkpoints, what is left after
 * crashes. The first difference is told to standard error and ends the process: lives are led in
 * child processes.
 *
 * Threading: one thread; the engine has its own.
 */
#ifndef LARDER_TESTS_ENGINE_LIFE_H
#define LARDER_TESTS_ENGINE_LIFE_H

#include "tests/engine/model.h"
#include "tests/support/engine_rig.h"

#define LIFE_SNAPSHOTS 5
#define LIFE_ITERATORS 4

/* What a life is told from outside. */
typedef struct LifeSettings {
    const EngineClass *engine_class;
    uint64_t seed;
    bool tell; /* print every step */
} LifeSettings;

/* What the seed chooses once. */
typedef struct LifeHabits {
    size_t hot_percent; /* of picks that go to a few keys */
    size_t hot_keys;
    size_t value_max;   /* of ordinary values */
    size_t huge_one_in; /* values are huge; 0: never */
    size_t huge_max;
    size_t expiry_percent;
    size_t range_one_in; /* mutations that remove a range */
    bool crashes;
} LifeHabits;

typedef struct LifeSnapshot {
    EngineSnapshot *snapshot; /* NULL: the slot is free */
    ModelPoint point;
} LifeSnapshot;

typedef struct LifeIterator {
    EngineIterator *iterator; /* NULL: the slot is free */
    size_t snapshot;          /* its slot; LIFE_SNAPSHOTS: none */
    ModelPoint point;
    EngineKeyspace keyspace;
    size_t start; /* in the pool */
    size_t stop;
    size_t current; /* pool->count: not valid */
    bool cached_only;
    uint8_t bytes[2][KEY_POOL_KEY_MAX + 1]; /* of its range */
} LifeIterator;

typedef struct Life {
    const LifeSettings *settings;
    EngineRig rig;
    BaseRand rand; /* of this step */
    size_t step;
    LifeHabits habits;
    KeyPool pool;
    Model model;
    LifeSnapshot snapshots[LIFE_SNAPSHOTS];
    LifeIterator iterators[LIFE_ITERATORS];
    uint8_t borders[4][KEY_POOL_KEY_MAX + 1]; /* of ranges removed lately, to be met again */
    size_t border_lens[4];

    /* What a death may take back. */
    int64_t *commits; /* versions above `durable`, ascending */
    size_t commit_count;
    size_t commit_capacity;
    int64_t acknowledged; /* survives the death of the process */
    int64_t durable;      /* survives the death of the system */
    bool settled;         /* a commit was applied since the store was opened */
    bool dying;           /* files fail: outcomes may be UNKNOWN and FAILED */
    int64_t deaths;
} Life;

/* Opens an empty store. */
void life_begin(Life *life, const LifeSettings *settings);

/* Does step number `step`. */
void life_step(Life *life, size_t step);

/* Compares everything once more and closes the store. */
void life_end(Life *life);

/* ------------------------------------------------------------------------- for its own parts -- */

/* Tells what is wrong and ends the process. */
_Noreturn void life_fail(const Life *life, const char *file, int line, const char *what);

#define LIFE_EXPECT(life, condition)                           \
    do {                                                       \
        if (!(condition)) {                                    \
            life_fail((life), __FILE__, __LINE__, #condition); \
        }                                                      \
    } while (0)

/* Expects a status to be OK. */
#define LIFE_OK(life, expression)                                    \
    do {                                                             \
        BaseStatus life_status = (expression);                       \
        if (!base_is_ok(life_status)) {                              \
            life_fail((life), __FILE__, __LINE__, life_status.what); \
        }                                                            \
    } while (0)

/* Prints a part of the trace, if it is wanted. */
void life_tell(const Life *life, const char *format, ...) __attribute__((format(printf, 2, 3)));
void life_tell_key(const Life *life, BaseSlice key);

static inline size_t
life_below(Life *life, size_t bound)
{
    return (size_t)base_rand_below(&life->rand, bound);
}

static inline bool
life_one_in(Life *life, size_t count)
{
    return base_rand_below(&life->rand, count) == 0;
}

static inline bool
life_can(const Life *life, EngineCapability capability)
{
    return engine_rig_can(&life->rig, capability);
}

EngineKeyspace life_keyspace(Life *life);

/* A key of the pool, by the habits. */
size_t life_pick(Life *life);

/* The model learns what time it is; every step does so before it asks the store for anything. */
void life_look_at_clock(Life *life);

/* The store learns it too, so that it is known to have been seen if the clock steps back. */
void life_show_clock(Life *life);

/* A point to read at: latest, or a snapshot's. */
const EngineSnapshot *life_point(Life *life, ModelPoint *ret_point);

/* Whether a record is that entry in everything. */
bool life_same(const ModelEntry *entry, const EngineRecord *record);

/* Nobody reads or goes back below what is still held. */
void life_set_floor(Life *life);

/* Frees iterators, and snapshots. */
void life_let_go(Life *life);

/* Compares all keys of both keyspaces at a point, by gets and by iterators. */
void life_compare(Life *life, Engine *engine, const EngineSnapshot *snapshot, ModelPoint point);

/* Random options, before opening. */
void life_choose_options(Life *life);

/* A commit was applied, or may have been. */
void life_note_commit(Life *life, int64_t version, bool acknowledged, bool synced);

/* All that is acknowledged is durable now. */
void life_note_durable(Life *life);

/* The steps. */
void life_do_commit(Life *life);
void life_do_many_commits(Life *life);
void life_do_gets(Life *life);
void life_do_multi_get(Life *life);
void life_do_compare(Life *life);
void life_do_range_figures(Life *life);
void life_do_snapshot(Life *life);
void life_do_iterator(Life *life);
void life_do_flush(Life *life);
void life_do_compact(Life *life);
void life_do_verify(Life *life);
void life_do_option(Life *life);
void life_do_checkpoint(Life *life);
void life_do_reopen(Life *life);
void life_do_death(Life *life);

#endif
