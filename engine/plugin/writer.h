/*
 * writer.h: the backend of the sequencer over a peer: each group of commits is one batch.
 *
 *     lookup    reads the newest stored record; where the peer can tell that this needs a file, the
 *               commit waits aside while the loader's thread reads it
 *     persist   encodes the group into a batch and commits it: at once, in the leader's thread, if
 *               nobody waits for the disk, else in the syncer's thread
 *     publish   lets go of what was looked up: a batch is visible when it is committed, which is
 *               before its outcomes are told and, with a sync, not before it is durable
 *
 * W-1  One group at a time is with the peer (depth 1), so batches are in the order of commits.
 *      Meanwhile the next group grows.
 * W-2  A group is applied whole or not at all, and so is each of its commits.
 * W-3  The mark (record.h) goes into every batch that brings a new stamp, so time does not go back
 *      over a restart.
 * W-4  With durability=interval the syncer makes durable what was committed, every so often. A sync
 *      that fails is the last thing that is asked of the peer: every later group fails.
 * W-5  A key that is longer than the peer can keep is refused before anything is written; removing
 *      one does nothing.
 *
 * A view that lookup returned is valid until the next lookup, publish or discard. A batch that the
 * peer does not take, for a full disk too, poisons the sequencer, as backend.h says; what can be
 * known before, by room(), is refused in prepare.
 *
 * Threading: the functions of the backend are for the leader of the sequencer; the rest as said.
 */
#ifndef LARDER_ENGINE_PLUGIN_WRITER_H
#define LARDER_ENGINE_PLUGIN_WRITER_H

#include "engine/base/buf.h"
#include "engine/commit/sequencer.h"
#include "engine/plugin/gate.h"
#include "engine/plugin/peer.h"
#include "engine/plugin/record.h"
#include "engine/plugin/worker.h"

/* What an acknowledgement means; the choices of the option `durability`. */
typedef enum PluginDurability {
    PLUGIN_SYNC_ALWAYS = 0,
    PLUGIN_SYNC_INTERVAL = 1,
    PLUGIN_SYNC_OS = 2,
} PluginDurability;

typedef struct PluginWriter {
    CommitBackend backend; /* first: it is one */
    PluginPeer *peer;
    CommitSequencer *sequencer;
    PluginDurability durability;
    PluginGate gate;
    PluginWorker *syncer;
    PluginWorker *loader;
    pthread_mutex_t syncing;     /* one at a time, so that whoever finds nothing to sync may rely on
                                    it */
    atomic_bool dirty;           /* committed, and not yet synced */
    _Atomic(const char *) wrong; /* text of a sync that failed; NULL: none */
    atomic_size_t loads;         /* under way, or loaded and not yet unloaded */
    _Atomic int64_t user_bytes;
    _Atomic int64_t ranges_removed;
    PluginMark mark; /* the last one that was stored */
    struct PersistJob {
        PluginJob job;
        struct PluginWriter *writer;
        CommitGroup *group;
    } persist;
    PluginPin found; /* by the last lookup */
    void *found_view;
    BaseBuf key; /* scratch of who persists, like the next one */
    BaseBuf value;
} PluginWriter;

/* Starts the threads. `mark`: what the store had; `version`: that it shows. BASE_NO_MEMORY. */
BaseStatus plugin_writer_init(PluginWriter *writer, PluginPeer *peer, PluginDurability durability,
                              int64_t interval_ms, const PluginMark *mark, int64_t version);

/* REQUIRES: every commit was answered. Syncs what is left to sync, unless nothing is to be. */
void plugin_writer_clear(PluginWriter *writer);

/* Makes durable all that was committed. From any thread. BASE_POISONED: a sync has failed. */
BaseStatus plugin_writer_sync(PluginWriter *writer);

/* OK, or BASE_POISONED: a sync has failed. */
BaseStatus plugin_writer_status(const PluginWriter *writer);

#endif
