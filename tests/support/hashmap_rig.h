/*
 * hashmap_rig.h: an open hashmap over files in memory and a fake clock, and commits in one line.
 *
 * Threading: opening and closing by one thread; the rest from any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_HASHMAP_RIG_H
#define LARDER_TESTS_SUPPORT_HASHMAP_RIG_H

#include "engine/engine.h"
#include "engine/env/env.h"
#include "engine/hashmap/hashmap.h"

/* The wall time that a rig starts at. */
#define HASHMAP_RIG_START_MS INT64_C(1000000)

typedef struct HashmapRig {
    Env *env;
    BaseFakeClock clock;
    int64_t options[HASHMAP_OPTION_COUNT];
    Engine *engine;
} HashmapRig;

/* Whether those that are opened from now on have the option huge_pages; first they have not. */
extern bool hashmap_rig_huge_pages;

/* Opens an empty hashmap, or aborts the test. */
void hashmap_rig_open(HashmapRig *rig, int64_t shards, int64_t memory_bytes);

/* Closes it and opens it again in the same directory. */
void hashmap_rig_reopen(HashmapRig *rig);

void hashmap_rig_close(HashmapRig *rig);

/* Submits one commit and waits for its outcome. */
EngineOutcome hashmap_rig_commit(Engine *engine, const EngineGuard *guards, size_t guard_count,
                                 EngineMutation *mutations, size_t mutation_count);

EngineMutation hashmap_rig_put(EngineKeyspace keyspace, BaseSlice key, BaseSlice value);
EngineMutation hashmap_rig_remove(EngineKeyspace keyspace, BaseSlice key);
EngineMutation hashmap_rig_remove_range(EngineKeyspace keyspace, BaseSlice start, BaseSlice stop);

/* Applies one mutation; the version. */
int64_t hashmap_rig_apply(Engine *engine, EngineMutation mutation);

/* Whether the key has this value, at a snapshot or (NULL) now. */
bool hashmap_rig_has(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                     BaseSlice key, BaseSlice value);

/* Whether the key is absent. */
bool hashmap_rig_lacks(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                       BaseSlice key);

/* A figure of the engine; -1: it has none of that name. */
int64_t hashmap_rig_figure(Engine *engine, const char *name);

/* So many ticks. */
void hashmap_rig_tick(Engine *engine, int count);

#endif
