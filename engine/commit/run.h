/*
 * run.h: several puts that ask for nothing, executed as one entry.
 *
 * Most writes put a key and want to know nothing of it. Resolving, preparing, publishing and
 * answering each of them by itself costs more than the work that the backend does for it. A run is
 * what is left: the puts go to an immediate backend as the operations of one entry, each with a
 * version of its own, and are published together. To readers it is as if the commits had come one
 * behind the other, faster than anybody could look.
 *
 *   R-1  All puts of a run are applied, or none is and nothing was used up.
 *
 * Threading: the leader's (sequencer.h).
 */
#ifndef LARDER_ENGINE_COMMIT_RUN_H
#define LARDER_ENGINE_COMMIT_RUN_H

#include "engine/commit/backend.h"
#include "engine/commit/version.h"

/*
 * Executes 1 to ENGINE_PUT_NOW_MAX puts over an immediate backend, and sets their versions. False:
 * the backend cannot prepare all of them, or the versions would have to wait for the disk; nothing
 * has happened.
 */
bool commit_run_execute(CommitBackend *backend, CommitVersions *versions, int64_t stamp_ms,
                        EnginePut *puts, size_t count);

#endif
