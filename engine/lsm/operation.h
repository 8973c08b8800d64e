/*
 * operation.h: what the writer keeps in the words of an operation that the sequencer leaves to it.
 *
 *   PUT, REMOVE    backend_private  NULL, or DROPPED: a later range remove of the same commit
 *                                   covers it, so it is neither logged nor linked
 *                  backend_hint     once built: the references of key and record, and the hash
 *   REMOVE_RANGE   backend_private  the range that was copied for the set of ranges
 *   entry          backend_private  its generation
 *
 * Threading: the leader's.
 */
#ifndef LARDER_ENGINE_LSM_OPERATION_H
#define LARDER_ENGINE_LSM_OPERATION_H

#include "engine/commit/backend.h"
#include "engine/lsm/generation.h"

#define LSM_OPERATION_DROPPED ((void *)1)

static inline bool
lsm_operation_is_range(const CommitOp *op)
{
    return op->kind == COMMIT_REMOVE_RANGE;
}

static inline bool
lsm_operation_is_dropped(const CommitOp *op)
{
    return op->backend_private == LSM_OPERATION_DROPPED;
}

/* REQUIRES: a point that is not dropped. */
static inline void
lsm_operation_set_built(CommitOp *op, LsmBuilt built)
{
    op->backend_hint[0] = (uintptr_t)built.key << 32 | built.record;
    op->backend_hint[1] = built.hash;
}

static inline LsmBuilt
lsm_operation_built(const CommitOp *op)
{
    return (LsmBuilt){.key = (LsmRef)(op->backend_hint[0] >> 32),
                      .record = (LsmRef)op->backend_hint[0],
                      .hash = op->backend_hint[1]};
}

/* REQUIRES: a range that was copied. */
static inline LsmRangeBuilt
lsm_operation_range(const CommitOp *op)
{
    return (LsmRangeBuilt){op->backend_private};
}

static inline LsmGeneration *
lsm_operation_generation(const CommitEntry *entry)
{
    return entry->backend_private;
}

#endif
