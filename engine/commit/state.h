/*
 * state.h: the newest sequenced state of a key: what the overlay says, or else the published
 * record.
 *
 * Threading: the leader's alone.
 */
#ifndef LARDER_ENGINE_COMMIT_STATE_H
#define LARDER_ENGINE_COMMIT_STATE_H

#include "engine/commit/backend.h"
#include "engine/commit/overlay.h"

/* Where states are read, and at what time. */
typedef struct CommitScope {
    CommitBackend *backend;
    const CommitOverlay *overlay; /* NULL: nothing is unpublished */
    int64_t version;              /* of the commit that is being resolved */
    int64_t stamp_ms;
} CommitScope;

typedef struct CommitState {
    bool present;
    EngineRecord record; /* zeros when absent */
    CommitOp *own;       /* the operation of this very commit that decides; NULL: another's */
    uintptr_t hint[2];   /* from the backend; zeros when it was not asked */
} CommitState;

/*
 * The state of a key. The value is a view; see CommitBackendOps.lookup and the overlay's
 * operations.
 */
BaseStatus commit_state_read(const CommitScope *scope, EngineKeyspace keyspace, BaseSlice key,
                             CommitState *ret_state);

/* The operation of the commit that is being resolved that decides over a key; NULL: none. */
CommitOp *commit_state_own(const CommitScope *scope, EngineKeyspace keyspace, BaseSlice key);

#endif
