/*
 * overlay.h: operations that are sequenced but not yet published, found by key.
 *
 * It lies over the published records: the newest operation on a key hides older ones and the
 * record. Points (puts and removes) are in a hash table whose buckets are in order, newest first; a
 * bucket's links are part of the operations, so adding one cannot fail. Removed ranges are in a
 * list, newest first; the list is searched in sequence, as few ranges are under way at a time.
 *
 * Most entries of one operation are published before anybody looks here again. So such an entry may
 * come late: it is only noted, and added when the next request is about to be resolved.
 *
 * Which of two operations is newer: the one with the higher version; within one entry, whose
 * operations are an array, the one behind.
 *
 * Threading: the leader's alone.
 */
#ifndef LARDER_ENGINE_COMMIT_OVERLAY_H
#define LARDER_ENGINE_COMMIT_OVERLAY_H

#include "engine/commit/backend.h"

typedef struct CommitOverlay {
    CommitOp **buckets;
    size_t bucket_count; /* a power of 2 */
    size_t point_count;
    CommitOp *ranges;
    uint64_t seed;
    const CommitEntry *late; /* newer than all that was added; NULL: none */
} CommitOverlay;

typedef enum CommitOverlayFind {
    COMMIT_OVERLAY_MISS,   /* nothing here; the published record counts */
    COMMIT_OVERLAY_POINT,  /* the operation decides */
    COMMIT_OVERLAY_HIDDEN, /* a removed range makes the key absent */
} CommitOverlayFind;

/* False: no memory. */
bool commit_overlay_init(CommitOverlay *overlay);

/* Frees the table, not the operations. Takes an overlay that is all zeros. */
void commit_overlay_clear(CommitOverlay *overlay);

/* Adds an operation that is newer than all in it. The operation must stay where it is. */
void commit_overlay_add(CommitOverlay *overlay, CommitOp *op);

/* Adds an entry, late. REQUIRES: settled. */
void commit_overlay_add_late(CommitOverlay *overlay, const CommitEntry *entry);

/* Adds what came late, before anything is found. */
void commit_overlay_settle(CommitOverlay *overlay);

/* Takes out all operations of an entry that was added, late or not. */
void commit_overlay_remove_entry(CommitOverlay *overlay, const CommitEntry *entry);

/* Takes out an operation that is in it. */
void commit_overlay_remove(CommitOverlay *overlay, CommitOp *op);

/* What the overlay says of a key; ret_op is set for COMMIT_OVERLAY_POINT only. */
CommitOverlayFind commit_overlay_find(const CommitOverlay *overlay, EngineKeyspace keyspace,
                                      BaseSlice key, CommitOp **ret_op);

#endif
