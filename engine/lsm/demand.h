/*
 * demand.h: what a commit needs of a generation: room in its memtable and in its segment.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_LSM_DEMAND_H
#define LARDER_ENGINE_LSM_DEMAND_H

#include "engine/commit/backend.h"

/* Length of the longest key of a user: a stored key has the byte of its keyspace before it. */
#define LSM_DEMAND_KEY_MAX ((size_t)65534)

typedef struct LsmDemand {
    size_t points; /* puts and removes that are kept */
    size_t ranges;
    size_t bytes;     /* of the points in a memtable, without the tree */
    size_t log_bytes; /* in the log, at most */
} LsmDemand;

/*
 * Marks the points that a later range of the same commit covers as dropped (operation.h), and
 * counts what the others need. BASE_INVALID: a key, or all of it, is longer than the engine can
 * keep.
 */
BaseStatus lsm_demand_count(CommitEntry *entry, LsmDemand *ret_demand);

/* Bytes of a new generation that has room for it (lsm_writer_segment_bytes() for its segment). */
size_t lsm_demand_generation(const LsmDemand *demand);

#endif
