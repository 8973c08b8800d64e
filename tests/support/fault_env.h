/*
 * fault_env.h: an env that fails from a chosen step on, around another env.
 *
 * Steps are the calls that change something: opening to write, writing, truncating, preallocating,
 * syncing, renaming, unlinking, making and removing directories. Step number `fail_at` (from 0) and
 * all later ones fail with a given status and change nothing; so a test repeats a scenario with 0,
 * 1, 2, ... until it succeeds, and has been through every way in which it can break off. Together
 * with env_mem_crash() each of them becomes a crash.
 *
 * Threading: any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_FAULT_ENV_H
#define LARDER_TESTS_SUPPORT_FAULT_ENV_H

#include "engine/env/env.h"

#include <stdatomic.h>

/* `fail_at` that never comes. */
#define FAULT_ENV_NEVER INT64_MAX

typedef struct FaultEnv {
    Env env; /* first: it is an env */
    const Env *inner;
    _Atomic int64_t steps; /* so far */
    _Atomic int64_t fail_at;
    BaseStatus status;
} FaultEnv;

void fault_env_init(FaultEnv *fault, const Env *inner, BaseStatus status);

/* Starts counting steps from 0 again. */
void fault_env_arm(FaultEnv *fault, int64_t fail_at);

#endif
