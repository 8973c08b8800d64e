/*
 * scripted_commit.h: guards and mutations of the scripted engine.
 *
 * Threading: none; the engine's mutex protects the store.
 */
#ifndef LARDER_TESTS_SUPPORT_SCRIPTED_COMMIT_H
#define LARDER_TESTS_SUPPORT_SCRIPTED_COMMIT_H

#include "engine/commit/stamp.h"
#include "tests/support/scripted_map.h"

typedef struct ScriptedStore {
    ScriptedMap maps[ENGINE_KEYSPACE_COUNT];
    ScriptedRecord *made; /* all records */
    CommitStamps stamps;
    int64_t version;
    size_t value_max;
} ScriptedStore;

/* Applies a commit or not, without regard to scripts. */
EngineOutcome scripted_commit_apply(ScriptedStore *store, EngineCommit *commit);

#endif
