/*
 * resolve.h: turns a request into operations that an engine can store, or into an outcome.
 *
 * First every guard is checked against the state before the commit; then the mutations are applied
 * in order, each seeing the ones before it. A later mutation of a key overwrites the operation of
 * an earlier one in place (unless a range removed in between hides it), so an entry holds a key
 * once, and a thousand appends to one key build one value.
 *
 * An increment, append or touch becomes the put that it amounts to; one that expires at once
 * becomes a remove. The operations are added to the overlay; when the request does not pass they
 * are taken out again, and the outcome tells the state of the key at fault as it was before the
 * commit.
 *
 * A put or remove that need not know what it replaces (no want_existed, no ENGINE_EXPIRES_KEEP) is
 * blind: the backend is not asked for the key, which may be cold, and stays so.
 *
 * Over an immediate backend nothing stays in the overlay, and inherited values are views of the
 * backend's records; otherwise they are copied, because the record, or the unpublished operation,
 * that holds them may be gone before this entry is published.
 *
 * Threading: the leader's alone.
 */
#ifndef LARDER_ENGINE_COMMIT_RESOLVE_H
#define LARDER_ENGINE_COMMIT_RESOLVE_H

#include "engine/commit/arena.h"
#include "engine/commit/backend.h"
#include "engine/commit/overlay.h"

typedef struct CommitResolver {
    CommitBackend *backend;
    CommitOverlay *overlay;
    size_t value_max;
    bool immediate;
} CommitResolver;

typedef enum CommitVerdict {
    COMMIT_PASSED,   /* there is an entry */
    COMMIT_ANSWERED, /* not applied, refused or failed: commit->outcome is set */
    COMMIT_COLD,     /* a key must be loaded first; nothing has happened */
} CommitVerdict;

/*
 * Resolves a request as the commit of that version and stamp. Entry and operations are the arena's.
 */
CommitVerdict commit_resolve(const CommitResolver *resolver, CommitArena *arena,
                             EngineCommit *commit, int64_t version, int64_t stamp_ms,
                             CommitEntry **ret_entry);

/* Whether resolving a mutation may look up its key. */
bool commit_resolve_looks(const EngineMutation *mutation);

/* Takes the operations of an entry out of the overlay, if they stayed there. */
void commit_resolve_forget(const CommitResolver *resolver, const CommitEntry *entry);

#endif
