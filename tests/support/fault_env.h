/*
 * fault_env.h: an env that fails where a test wants it to, around another env.
 *
 * Steps are calls, counted from 0 as they come. What counts is chosen by kind; by default all that
 * change something. Steps `fail_at` and on fail with a given status and change nothing; for ever,
 * or for a number of steps. So a test repeats a scenario with 0, 1, 2, ... until it succeeds, and
 * has been through every way in which it can break off.
 *
 * A sync that failed is final for its handle (E-6): whoever tries again gets BASE_POISONED, and is
 * counted.
 *
 * With `windows` files have windows: bytes of the env's own, which it writes to the file when that
 * is synced, read or closed, and when the process dies; until then nobody else can tell that
 * something was stored, as with pages that are mapped.
 *
 * Freezing is the moment at which a process dies: calls that are under way complete, and from then
 * on nothing changes any more, whatever the threads of the dead process still try. Together with
 * env_mem_crash() it becomes the crash of a system.
 *
 * Threading: any thread; init, and thaw, while nobody else uses it.
 */
#ifndef LARDER_TESTS_SUPPORT_FAULT_ENV_H
#define LARDER_TESTS_SUPPORT_FAULT_ENV_H

#include "engine/env/env.h"

#include <pthread.h>
#include <stdatomic.h>

/* `fail_at` that never comes. */
#define FAULT_ENV_NEVER INT64_MAX

/* Kinds of calls. */
typedef enum FaultKind {
    FAULT_OPEN = 1 << 0,           /* opening to write */
    FAULT_WRITE = 1 << 1,          /* writing */
    FAULT_LENGTH = 1 << 2,         /* truncating, preallocating */
    FAULT_SYNC = 1 << 3,           /* of a file */
    FAULT_SYNC_DIRECTORY = 1 << 4, /* of a directory */
    FAULT_NAME = 1 << 5, /* renaming, linking, unlinking; making or removing a directory */
    FAULT_READ = 1 << 6, /* opening to read, reading; changes nothing */
} FaultKind;

/* All that change something. */
#define FAULT_CHANGES ((unsigned)FAULT_READ - 1)
/* Those that a full disk refuses. */
#define FAULT_SPACE ((unsigned)(FAULT_OPEN | FAULT_WRITE | FAULT_LENGTH))
/* Those that make something durable. */
#define FAULT_SYNCS ((unsigned)(FAULT_SYNC | FAULT_SYNC_DIRECTORY))

typedef struct FaultEnv {
    Env env; /* first: it is an env */
    const Env *inner;
    _Atomic int64_t steps; /* of the kinds that count, so far */
    _Atomic int64_t fail_at;
    _Atomic int64_t fail_until; /* the first step that succeeds again */
    atomic_uint kinds;          /* that count */
    _Atomic int64_t retries;    /* of syncs that had failed: nobody may do that */
    BaseStatus status;
    pthread_rwlock_t gate; /* changes hold it shared, freezing alone */
    bool frozen;           /* under the gate and the lock */
    bool windows;          /* set it before files are opened; at first files have none */
    pthread_mutex_t lock;  /* of the windows */
    struct FaultFile *with_windows;
} FaultEnv;

void fault_env_init(FaultEnv *fault, const Env *inner, BaseStatus status);

/* Starts counting all changes from 0 again; they fail from `fail_at` on. */
void fault_env_arm(FaultEnv *fault, int64_t fail_at);

/* The same for some kinds, and for `count` steps only. */
void fault_env_plan(FaultEnv *fault, unsigned kinds, int64_t fail_at, int64_t count);

/* Nothing changes any more until fault_env_thaw(), which leaves nothing armed. */
void fault_env_freeze(FaultEnv *fault);
void fault_env_thaw(FaultEnv *fault);

#endif
