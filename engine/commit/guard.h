/*
 * guard.h: whether a condition on a key holds. Engines that commit on their own use it too.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_COMMIT_GUARD_H
#define LARDER_ENGINE_COMMIT_GUARD_H

#include "engine/engine.h"

/* `record` is the live record of the guard's key; NULL: absent, or expired. */
bool commit_guard_holds(const EngineGuard *guard, const EngineRecord *record);

#endif
