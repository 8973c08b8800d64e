/*
 * transfer.h: a file that nobody writes any more gets a name in another directory.
 *
 * Threading: any thread.
 */
#ifndef LARDER_ENGINE_LSM_TRANSFER_H
#define LARDER_ENGINE_LSM_TRANSFER_H

#include "engine/env/env.h"

/*
 * Copies the file; or links it, and copies it only where the file system cannot link. A copy is
 * synced. The new name is not durable before its directory is synced. BASE_EXISTS: it is taken.
 */
BaseStatus lsm_transfer_copy(const Env *env, const char *path, const char *to);
BaseStatus lsm_transfer_share(const Env *env, const char *path, const char *to);

#endif
