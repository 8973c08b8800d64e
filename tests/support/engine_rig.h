/*
 * engine_rig.h: an open engine of any class for tests: over files in memory that can crash, or real
 * ones; with a fake clock, or the real one; and commits in one line.
 *
 * Options begin with values that make everything small, so that a test of a second sees flushes,
 * compactions and full caches. Between the engine and the files is always a FaultEnv.
 *
 * What fails here that a test did not ask for aborts the test with a message.
 *
 * Threading: opening, closing and crashing by one thread; the rest from any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_ENGINE_RIG_H
#define LARDER_TESTS_SUPPORT_ENGINE_RIG_H

#include "engine/base/rand.h"
#include "engine/engine.h"
#include "engine/env/mem.h"
#include "tests/support/fault_env.h"

#include <semaphore.h>

/* The wall time that a rig's fake clock starts at. */
#define ENGINE_RIG_START_MS INT64_C(1000000)

#define ENGINE_RIG_OPTIONS_MAX 64

typedef enum EngineRigFiles {
    ENGINE_RIG_MEMORY, /* files in memory, which can crash */
    ENGINE_RIG_DISK,   /* files in a new temporary directory */
} EngineRigFiles;

typedef enum EngineRigDeath {
    ENGINE_RIG_PROCESS, /* the process dies, the system goes on */
    ENGINE_RIG_SYSTEM,  /* the system dies; only with files in memory */
} EngineRigDeath;

typedef struct EngineRig {
    const EngineClass *engine_class;
    EngineRigFiles files;
    char home[64]; /* the directory above the engine's, made by the rig */
    char directory[ENV_PATH_MAX];
    Env *memory;
    FaultEnv fault; /* what the engine sees */
    BaseFakeClock fake;
    const BaseClock *clock; /* fake, unless a test sets another one before opening */
    int64_t options[ENGINE_RIG_OPTIONS_MAX];
    size_t key_max;
    size_t value_max;
    Engine *engine; /* NULL: closed */
    char message[512];
} EngineRig;

/* Where the files of a class can be: modules bring their own, on the real file system. */
EngineRigFiles engine_rig_files(const EngineClass *engine_class);

/* Makes the directory; nothing is open yet. */
void engine_rig_init(EngineRig *rig, const EngineClass *engine_class, EngineRigFiles files);

/* Closes the engine, if it is open, and removes all files. */
void engine_rig_clear(EngineRig *rig);

/* Chooses an option before opening. False: the class has none of that name. */
bool engine_rig_set(EngineRig *rig, const char *name, int64_t value);

/* The value of an option; `missing` if the class has none of that name. */
int64_t engine_rig_option(const EngineRig *rig, const char *name, int64_t missing);

/* The index of an option in the class; option_count: there is none. */
size_t engine_rig_option_index(const EngineClass *engine_class, const char *name);

static inline bool
engine_rig_can(const EngineRig *rig, EngineCapability capability)
{
    return (rig->engine_class->capabilities & (unsigned)capability) != 0;
}

/* Opens the engine; rig->message says why not. */
BaseStatus engine_rig_try_open(EngineRig *rig);

void engine_rig_open(EngineRig *rig);
void engine_rig_close(EngineRig *rig);
void engine_rig_reopen(EngineRig *rig);

/*
 * The process or the system dies with the engine open; afterwards it is closed and the files are
 * as the death has left them. `keep`: see env_mem_crash(); of no use when only the process dies.
 * REQUIRES: every snapshot and iterator is freed, every commit answered.
 */
void engine_rig_die(EngineRig *rig, EngineRigDeath death, BaseRand *keep);

/* From now on nothing that the engine does reaches the files; die() follows. */
void engine_rig_freeze(EngineRig *rig);

/* ----------------------------------------------------------------------------------- commits -- */

/* Commits that somebody waits for. */
typedef struct EngineRigWait {
    sem_t answered;
    atomic_size_t order; /* answered so far */
} EngineRigWait;

/* A commit with all that its callback notes. */
typedef struct EngineRigCommit {
    EngineCommit commit; /* user: this */
    EngineRigWait *wait;
    size_t order;    /* place among the answers of its wait */
    BaseBuf current; /* copy of the current value, if there is one */
} EngineRigCommit;

void engine_rig_wait_init(EngineRigWait *wait);

/* Waits for so many answers. */
void engine_rig_wait(EngineRigWait *wait, size_t count);

void engine_rig_wait_clear(EngineRigWait *wait);

/* Lets a commit report to a wait. The caller has filled in guards and mutations. */
void engine_rig_commit_init(EngineRigCommit *commit, EngineRigWait *wait);

/* Submits one commit, as often as it is refused for overload, and waits for its outcome. */
EngineOutcome engine_rig_commit(Engine *engine, const EngineGuard *guards, size_t guard_count,
                                EngineMutation *mutations, size_t mutation_count);

EngineMutation engine_rig_put(EngineKeyspace keyspace, BaseSlice key, BaseSlice value);
EngineMutation engine_rig_remove(EngineKeyspace keyspace, BaseSlice key);
/* `stop` NULL: to the last key. */
EngineMutation engine_rig_remove_range(EngineKeyspace keyspace, BaseSlice start,
                                       const BaseSlice *stop);

/* Applies one mutation; the version. */
int64_t engine_rig_apply(Engine *engine, EngineMutation mutation);

/* ------------------------------------------------------------------------------------- reads -- */

/* Whether the key has this value, at a snapshot or (NULL) now. */
bool engine_rig_has(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                    BaseSlice key, BaseSlice value);

/* Whether the key is absent. */
bool engine_rig_lacks(Engine *engine, const EngineSnapshot *snapshot, EngineKeyspace keyspace,
                      BaseSlice key);

/* A figure of the engine; -1: it has none of that name. */
int64_t engine_rig_figure(Engine *engine, const char *name);

/* The version of the latest visible commit. */
int64_t engine_rig_version(Engine *engine);

#endif
