/*
 * mem.h: a file system in memory that knows what is durable, for tests.
 *
 * It keeps two states of everything: the one that calls see, and the one that a system crash
 * leaves. Syncing copies from the first to the second, env_mem_crash() from the second to the
 * first. So a test proves that a program syncs all that it relies on, in a millisecond and without
 * a real crash.
 *
 * After a crash all handles and locks of before are dead: calls on a handle are BASE_IO, but
 * closing it and unlocking stay allowed and required.
 *
 * Threading: one mutex around everything; any thread.
 */
#ifndef LARDER_ENGINE_ENV_MEM_H
#define LARDER_ENGINE_ENV_MEM_H

#include "engine/base/rand.h"
#include "engine/env/env.h"

/*
 * A file system with an empty, durable root "/". Paths are absolute. NULL: no memory. The caller
 * frees it, after closing all handles.
 */
Env *env_mem_new(void);

/* Takes NULL. */
void env_mem_free(Env *env);

/*
 * Frees the memory of files that were removed and cannot come back. A test that makes many files
 * calls it now and then; a crash does it, too.
 */
void env_mem_tidy(Env *env);

/*
 * A system crash. With `keep` NULL everything that was not synced is lost; otherwise each part of
 * it survives or not by its numbers, as E-4 says.
 */
void env_mem_crash(Env *env, BaseRand *keep);

#endif
