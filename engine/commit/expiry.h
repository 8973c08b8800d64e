/*
 * expiry.h: when a record will expire. Engines that commit on their own use it too.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_COMMIT_EXPIRY_H
#define LARDER_ENGINE_COMMIT_EXPIRY_H

#include "engine/engine.h"

/*
 * The expiry that a mutation gives its key in a commit of that stamp; `present` is the key's live
 * record, NULL when absent. False: that time has come already, and the key becomes absent.
 */
bool commit_expiry_of(const EngineMutation *mutation, const EngineRecord *present, int64_t stamp_ms,
                      int64_t *ret_expires_at_ms);

#endif
