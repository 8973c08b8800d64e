/*
 * own.h: copies of the bytes that commits borrow. Internal to service/store.
 *
 * A caller that may leave before its commit is answered gives the commit copies that live as long.
 *
 * Threading: before the commit is submitted.
 */
#ifndef LARDER_SERVICE_STORE_OWN_H
#define LARDER_SERVICE_STORE_OWN_H

#include "engine/engine.h"

/*
 * Copies every key and value of the guards and mutations into one allocation and makes them point
 * there. The caller frees *ret_bytes once the commits were answered. False: no memory; nothing was
 * changed.
 */
bool store_own(EngineGuard *guards, size_t guard_count, EngineMutation *mutations,
               size_t mutation_count, uint8_t **ret_bytes);

#endif
