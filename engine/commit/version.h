/*
 * version.h: numbers of commits that are never used twice, restarts and crashes included.
 *
 * The file VERSION in the engine's directory holds a ceiling: no version above it was ever given
 * out. Opening reads the ceiling C, makes C + 2^32 durable, and only then gives out C + 1. When the
 * block is used up, or nearly so (commit_version_refill()), the ceiling is raised again in the same
 * way. So a restart skips what was left of a block: versions grow, but not always by one; 2^31
 * restarts fit.
 *
 * Format of VERSION, three lines of text:
 *   larder-version 1
 *   ceiling 4294967296
 *   checksum 0123456789abcdef      XXH3 of the bytes before this line, seed 0
 *
 * I-1  A version is given out only when a ceiling at or above it is durable (file and name).
 * I-2  A version is given out once.
 * Failure: when nothing was synced yet, the file is as it was and the next attempt starts over;
 * after a failed sync the file is never written again, and no version is given out beyond the
 * ceiling that is known durable. A missing file counts as ceiling 0; a damaged one is
 * BASE_CORRUPTION.
 *
 * Threading: commit_version_peek() and commit_version_take() belong to the one writer; the others
 * may be called from any thread.
 */
#ifndef LARDER_ENGINE_COMMIT_VERSION_H
#define LARDER_ENGINE_COMMIT_VERSION_H

#include "engine/base/status.h"
#include "engine/env/env.h"

#include <stdint.h>

/* Versions that one write of the file pays for. */
#define COMMIT_VERSION_BLOCK (INT64_C(1) << 32)

typedef struct CommitVersions CommitVersions;

/*
 * Opens the source of versions of a directory. `at_least`: a version that is known to be in use,
 * e.g. the last one of a log; 0 when there is none. `env` must outlive it. BASE_CORRUPTION: the
 * file is damaged; else what env says.
 */
BaseStatus commit_version_open(const Env *env, const char *directory, int64_t at_least,
                               CommitVersions **ret_versions);

/* The same with blocks of another size (at least 1), so that a test can use one up. */
BaseStatus commit_version_open_sized(const Env *env, const char *directory, int64_t at_least,
                                     int64_t block, CommitVersions **ret_versions);

/* The ceiling in the file, which is only read; 0: there is no file. BASE_CORRUPTION: see open. */
BaseStatus commit_version_ceiling(const Env *env, const char *directory, int64_t *ret_ceiling);

/* Takes NULL. */
void commit_version_close(CommitVersions *versions);

/*
 * The version that comes next; asking again gives the same until it is taken. Waits for the disk
 * when the block is used up. On failure there is none (see the head).
 */
BaseStatus commit_version_peek(CommitVersions *versions, int64_t *ret_version);

/* Whether peek would tell the next `count` versions without waiting. */
bool commit_version_has(const CommitVersions *versions, size_t count);

/* Uses up the version that peek told, or the next `count` ones if there are as many. */
void commit_version_take(CommitVersions *versions, size_t count);

/* The highest version taken; after opening, the ceiling that was found. */
int64_t commit_version_last(const CommitVersions *versions);

/*
 * Raises the ceiling when less than half of a block is left, so that the writer need not wait for
 * the disk. Call it from housekeeping (engine_tick).
 */
BaseStatus commit_version_refill(CommitVersions *versions);

#endif
