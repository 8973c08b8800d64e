/*
 * store.h: what the parts of an open plugin engine share.
 *
 * A moment is a view of the peer with the version and the time that it stands for: what snapshots,
 * walks and reads of several keys look at.
 *
 * Threading: a store's fields are fixed once it is open, or say what they are; a moment belongs to
 * whoever took it.
 */
#ifndef LARDER_ENGINE_PLUGIN_STORE_H
#define LARDER_ENGINE_PLUGIN_STORE_H

#include "engine/commit/stamp.h"
#include "engine/plugin/plugin.h"
#include "engine/plugin/sweep.h"
#include "engine/plugin/writer.h"

/* What the last look at a part of the records has shown; see figures.c. */
typedef struct PluginSample {
    pthread_mutex_t mutex;
    bool taken;
    int64_t version; /* that it was taken at, like the next one */
    int64_t ranges;  /* removed until then */
    int64_t keys;
    int64_t bytes;
} PluginSample;

typedef struct PluginStore {
    Engine engine; /* first: it is one */
    EngineOps ops; /* those that the peer can do */
    PluginPeer *peer;
    PluginWriter writer;
    PluginSweep sweep;
    CommitStamps stamps;
    CommitVersions *versions;
    CommitSequencer *sequencer;
    const Env *env;
    char *directory;
    _Atomic int64_t open_snapshots;
    PluginSample sample;
} PluginStore;

static inline PluginStore *
plugin_store_of(Engine *engine)
{
    return (PluginStore *)engine;
}

typedef struct PluginMoment {
    void *view;
    int64_t version;
    int64_t stamp_ms;
} PluginMoment;

/* Opens a view of the newest version; `shared`: several threads may use it at a time. */
BaseStatus plugin_store_take(PluginStore *store, bool shared, PluginMoment *ret_moment);

void plugin_store_let_go(PluginStore *store, const PluginMoment *moment);

#endif
