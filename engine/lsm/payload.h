/*
 * payload.h: commits of a group as the payload of a record of the log (engine/format/log_commit.h).
 *
 * Operations that are dropped (operation.h) are left out.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_LSM_PAYLOAD_H
#define LARDER_ENGINE_LSM_PAYLOAD_H

#include "engine/commit/backend.h"
#include "engine/format/log_commit.h"

/*
 * Bytes of the log that a commit takes at most, in a record of its own or behind others. 0: it is
 * longer than a record may be.
 */
size_t lsm_payload_room(const CommitEntry *entry);

/* Appends a commit to the payload that `writer` writes. False: no memory. */
bool lsm_payload_add(FormatLogWriter *writer, const CommitEntry *entry, BaseBuf *into);

#endif
