/*
 * fault_env.c: an env that fails where a test wants it to. See fault_env.h.
 *
 * Each change holds the gate shared from the moment at which it is let through until it is done;
 * begin() and end() are a pair.
 */
#include "tests/support/fault_env.h"

#include <stdlib.h>

typedef struct FaultFile {
    EnvFile file; /* first: it is a file */
    FaultEnv *fault;
    EnvFile *inner;
} FaultFile;

static FaultEnv *
fault_env(const Env *env)
{
    return (FaultEnv *)(uintptr_t)env;
}

/* Counts a step; not OK: it fails. */
static BaseStatus
step(FaultEnv *fault, FaultKind kind)
{
    if ((atomic_load(&fault->kinds) & (unsigned)kind) == 0) {
        return base_ok();
    }
    int64_t number = atomic_fetch_add(&fault->steps, 1);
    bool fails = number >= atomic_load(&fault->fail_at) && number < atomic_load(&fault->fail_until);
    return fails ? fault->status : base_ok();
}

/* Lets a change through, if OK; then end() follows. */
static BaseStatus
begin(FaultEnv *fault, FaultKind kind)
{
    (void)pthread_rwlock_rdlock(&fault->gate);
    BaseStatus status =
        fault->frozen ? base_error(BASE_IO, "the process of this file is dead") : step(fault, kind);
    if (!base_is_ok(status)) {
        (void)pthread_rwlock_unlock(&fault->gate);
    }
    return status;
}

static BaseStatus
end(FaultEnv *fault, BaseStatus status)
{
    (void)pthread_rwlock_unlock(&fault->gate);
    return status;
}

static EnvFile *
inner_file(EnvFile *file)
{
    return ((FaultFile *)file)->inner;
}

static FaultEnv *
file_fault(EnvFile *file)
{
    return ((FaultFile *)file)->fault;
}

static BaseStatus
fault_read_at(EnvFile *file, int64_t offset, void *data, size_t len, size_t *ret_len)
{
    BaseStatus status = step(file_fault(file), FAULT_READ);
    return base_is_ok(status) ? env_file_read_at(inner_file(file), offset, data, len, ret_len)
                              : status;
}

static BaseStatus
fault_write_at(EnvFile *file, int64_t offset, const void *data, size_t len)
{
    FaultEnv *fault = file_fault(file);
    BaseStatus status = begin(fault, FAULT_WRITE);
    return base_is_ok(status) ? end(fault, env_file_write_at(inner_file(file), offset, data, len))
                              : status;
}

static BaseStatus
fault_size(EnvFile *file, int64_t *ret_size)
{
    return env_file_size(inner_file(file), ret_size);
}

static BaseStatus
fault_truncate(EnvFile *file, int64_t size)
{
    FaultEnv *fault = file_fault(file);
    BaseStatus status = begin(fault, FAULT_LENGTH);
    return base_is_ok(status) ? end(fault, env_file_truncate(inner_file(file), size)) : status;
}

static BaseStatus
fault_preallocate(EnvFile *file, int64_t size)
{
    FaultEnv *fault = file_fault(file);
    BaseStatus status = begin(fault, FAULT_LENGTH);
    return base_is_ok(status) ? end(fault, env_file_preallocate(inner_file(file), size)) : status;
}

static BaseStatus
fault_sync(EnvFile *file)
{
    FaultEnv *fault = file_fault(file);
    BaseStatus status = begin(fault, FAULT_SYNC);
    return base_is_ok(status) ? end(fault, env_file_sync(inner_file(file))) : status;
}

static void
fault_close(EnvFile *file)
{
    env_file_close(inner_file(file));
    free(file);
}

static BaseStatus
fault_open_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file)
{
    static const EnvFileOps ops = {
        .read_at = fault_read_at,
        .write_at = fault_write_at,
        .size = fault_size,
        .truncate = fault_truncate,
        .preallocate = fault_preallocate,
        .sync = fault_sync,
        .close = fault_close,
    };
    FaultEnv *fault = fault_env(env);
    bool writes = (how & ENV_OPEN_WRITE) != 0;
    BaseStatus status = writes ? begin(fault, FAULT_OPEN) : step(fault, FAULT_READ);
    if (!base_is_ok(status)) {
        return status;
    }
    EnvFile *inner = NULL;
    status = env_open_file(fault->inner, path, how, &inner);
    if (writes) {
        (void)end(fault, status);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    FaultFile *file = malloc(sizeof(*file));
    if (file == NULL) {
        env_file_close(inner);
        return base_error(BASE_NO_MEMORY, "no memory for a file handle");
    }
    *file = (FaultFile){{&ops}, fault, inner};
    *ret_file = &file->file;
    return status;
}

static BaseStatus
fault_stat(const Env *env, const char *path, EnvStat *ret_stat)
{
    return env_stat(fault_env(env)->inner, path, ret_stat);
}

static BaseStatus
fault_rename(const Env *env, const char *from, const char *to)
{
    FaultEnv *fault = fault_env(env);
    BaseStatus status = begin(fault, FAULT_NAME);
    return base_is_ok(status) ? end(fault, env_rename(fault->inner, from, to)) : status;
}

static BaseStatus
fault_link(const Env *env, const char *path, const char *to)
{
    FaultEnv *fault = fault_env(env);
    BaseStatus status = begin(fault, FAULT_NAME);
    return base_is_ok(status) ? end(fault, env_link(fault->inner, path, to)) : status;
}

static BaseStatus
fault_unlink(const Env *env, const char *path)
{
    FaultEnv *fault = fault_env(env);
    BaseStatus status = begin(fault, FAULT_NAME);
    return base_is_ok(status) ? end(fault, env_unlink(fault->inner, path)) : status;
}

static BaseStatus
fault_make_directory(const Env *env, const char *path)
{
    FaultEnv *fault = fault_env(env);
    BaseStatus status = begin(fault, FAULT_NAME);
    return base_is_ok(status) ? end(fault, env_make_directory(fault->inner, path)) : status;
}

static BaseStatus
fault_remove_directory(const Env *env, const char *path)
{
    FaultEnv *fault = fault_env(env);
    BaseStatus status = begin(fault, FAULT_NAME);
    return base_is_ok(status) ? end(fault, env_remove_directory(fault->inner, path)) : status;
}

static BaseStatus
fault_list(const Env *env, const char *path, EnvNameVisitor *visit, void *user)
{
    return env_list(fault_env(env)->inner, path, visit, user);
}

static BaseStatus
fault_sync_directory(const Env *env, const char *path)
{
    FaultEnv *fault = fault_env(env);
    BaseStatus status = begin(fault, FAULT_SYNC_DIRECTORY);
    return base_is_ok(status) ? end(fault, env_sync_directory(fault->inner, path)) : status;
}

static BaseStatus
fault_lock(const Env *env, const char *path, EnvLock **ret_lock)
{
    return env_lock(fault_env(env)->inner, path, ret_lock);
}

static void
fault_unlock(const Env *env, EnvLock *lock)
{
    env_unlock(fault_env(env)->inner, lock);
}

void
fault_env_init(FaultEnv *fault, const Env *inner, BaseStatus status)
{
    static const EnvOps ops = {
        .open_file = fault_open_file,
        .stat = fault_stat,
        .rename = fault_rename,
        .link = fault_link,
        .unlink = fault_unlink,
        .make_directory = fault_make_directory,
        .remove_directory = fault_remove_directory,
        .list = fault_list,
        .sync_directory = fault_sync_directory,
        .lock = fault_lock,
        .unlock = fault_unlock,
    };
    fault->env.ops = &ops;
    fault->inner = inner;
    fault->status = status;
    atomic_init(&fault->steps, 0);
    atomic_init(&fault->fail_at, FAULT_ENV_NEVER);
    atomic_init(&fault->fail_until, FAULT_ENV_NEVER);
    atomic_init(&fault->kinds, FAULT_CHANGES);
    (void)pthread_rwlock_init(&fault->gate, NULL);
    fault->frozen = false;
}

void
fault_env_arm(FaultEnv *fault, int64_t fail_at)
{
    fault_env_plan(fault, FAULT_CHANGES, fail_at, FAULT_ENV_NEVER);
}

void
fault_env_plan(FaultEnv *fault, unsigned kinds, int64_t fail_at, int64_t count)
{
    atomic_store(&fault->fail_at, FAULT_ENV_NEVER);
    atomic_store(&fault->kinds, kinds);
    atomic_store(&fault->steps, 0);
    bool endless = count >= FAULT_ENV_NEVER - fail_at;
    atomic_store(&fault->fail_until, endless ? FAULT_ENV_NEVER : fail_at + count);
    atomic_store(&fault->fail_at, fail_at);
}

void
fault_env_freeze(FaultEnv *fault)
{
    (void)pthread_rwlock_wrlock(&fault->gate);
    fault->frozen = true;
    (void)pthread_rwlock_unlock(&fault->gate);
}

void
fault_env_thaw(FaultEnv *fault)
{
    fault_env_arm(fault, FAULT_ENV_NEVER);
    (void)pthread_rwlock_wrlock(&fault->gate);
    fault->frozen = false;
    (void)pthread_rwlock_unlock(&fault->gate);
}
