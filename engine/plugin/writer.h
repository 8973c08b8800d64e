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
 * W-6  What is prepared and not yet published is added up for room(): a commit is refused when
 *      there would be none for it behind all those before it, and for a round of the sweep.
 * W-7  A sweep removes what has expired in batches between those of groups. It takes no version:
 *      nobody could see those records. Its time goes into the mark, because time must not go back
 *      to when they were there. One that fails counts as a sync that fails.
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
    pthread_mutex_t batching;    /* around a batch of the peer */
    _Atomic int64_t due_ms;      /* no record expires before, but for those that a sweep is yet to
                                    come to */
    _Atomic int64_t reclaimed;   /* expired records that sweeps have removed */
    pthread_mutex_t promising;   /* around the next one */
    PluginNeed promised;         /* by prepare, and not yet published or discarded */
    _Atomic int64_t user_bytes;
    _Atomic int64_t ranges_removed;
    PluginMark mark; /* [batching] the last one that was stored */
    struct PersistJob {
        PluginJob job;
        struct PluginWriter *writer;
        CommitGroup *group;
    } persist;
    PluginPin found; /* by the last lookup */
    void *found_view;
    BaseBuf key; /* [batching] scratch, like the next one */
    BaseBuf value;
} PluginWriter;

/* Starts the threads. `mark`: what the store had; `version`: that it shows. BASE_NO_MEMORY. */
BaseStatus plugin_writer_init(PluginWriter *writer, PluginPeer *peer, PluginDurability durability,
                              int64_t interval_ms, const PluginMark *mark, int64_t version);

/* REQUIRES: every commit was answered. Syncs what is left to sync, unless nothing is to be. */
void plugin_writer_clear(PluginWriter *writer);

/* Makes durable all that was committed. From any thread. BASE_POISONED: a sync has failed. */
BaseStatus plugin_writer_sync(PluginWriter *writer);

/* A sweep begins: what is visible now will be looked at, and noted again if it stays. */
void plugin_writer_forget_due(PluginWriter *writer);

/* A sweep has seen a record that will expire then. */
void plugin_writer_note_due(PluginWriter *writer, int64_t expires_at_ms);

/* Keys that a call of reclaim takes at most. */
enum { PLUGIN_RECLAIM_MAX = 256 };

/*
 * Removes those of the stored keys whose newest records have expired at `now_ms`, a time that the
 * store has seen; their number is added to `reclaimed`. From any thread, but one at a time; may
 * wait for the disk. BASE_NO_SPACE: no room to do so. A batch that fails poisons the store.
 */
BaseStatus plugin_writer_reclaim(PluginWriter *writer, const BaseSlice *keys, size_t count,
                                 int64_t now_ms);

/* OK, or BASE_POISONED: a sync has failed. */
BaseStatus plugin_writer_status(const PluginWriter *writer);

#endif
