/*
 * fault_env.c: an env that fails where a test wants it to. See fault_env.h.
 *
 * Each change holds the gate shared from the moment at which it is let through until it is done;
 * begin() and end() are a pair.
 */
#include "tests/support/fault_env.h"

#include "engine/base/check.h"

#include <stdlib.h>

typedef struct FaultWindow {
    uint8_t *bytes; /* NULL: none is open; else as long again, what the file has of it */
    int64_t at;
    size_t len;
} FaultWindow;

typedef struct FaultFile {
    EnvFile file; /* first: it is a file */
    FaultEnv *fault;
    EnvFile *inner;
    atomic_bool lost;       /* a sync has failed */
    FaultWindow windows[2]; /* the newer one first */
    bool listed;            /* it had a window */
    struct FaultFile *next; /* with a window */
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

/* ----------------------------------------------------------------------------------- windows -- */

/*
 * Copies what somebody may just be storing to: as the system reads mapped pages, whatever they hold
 * at that moment.
 */
__attribute__((no_sanitize("thread"))) static void
copy_pages(const volatile uint8_t *from, uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        to[i] = from[i];
    }
}

/* Writes to the file what was stored into a window. Under the lock. */
static void
write_window(FaultFile *file, const FaultWindow *window)
{
    if (window->bytes == NULL) {
        return;
    }
    uint8_t *written = window->bytes + window->len;
    uint8_t *now = malloc(window->len);
    BASE_CHECK(now != NULL);
    copy_pages(window->bytes, now, window->len);
    size_t start = 0;
    size_t stop = window->len;
    while (start < stop && now[start] == written[start]) {
        start++;
    }
    while (stop > start && now[stop - 1] == written[stop - 1]) {
        stop--;
    }
    if (start < stop) {
        memcpy(written + start, now + start, stop - start);
        (void)env_file_write_at(file->inner, window->at + (int64_t)start, now + start,
                                stop - start);
    }
    free(now);
}

/* Under the lock. */
static void
write_windows(FaultFile *file)
{
    write_window(file, &file->windows[0]);
    write_window(file, &file->windows[1]);
}

static void
write_windows_of(FaultFile *file)
{
    (void)pthread_mutex_lock(&file->fault->lock);
    if (!file->fault->frozen) {
        write_windows(file);
    }
    (void)pthread_mutex_unlock(&file->fault->lock);
}

/* What is written by a call is in a window at once. Under the lock. */
static void
show_in_window(const FaultWindow *window, int64_t offset, const uint8_t *data, size_t len)
{
    int64_t start = offset > window->at ? offset : window->at;
    int64_t stop = window->at + (int64_t)window->len;
    stop = offset + (int64_t)len < stop ? offset + (int64_t)len : stop;
    if (window->bytes != NULL && start < stop) {
        uint8_t *shown = window->bytes + (start - window->at);
        memcpy(shown, data + (start - offset), (size_t)(stop - start));
        memcpy(shown + window->len, data + (start - offset), (size_t)(stop - start));
    }
}

static void
show_in_windows(FaultFile *file, int64_t offset, const uint8_t *data, size_t len)
{
    (void)pthread_mutex_lock(&file->fault->lock);
    show_in_window(&file->windows[0], offset, data, len);
    show_in_window(&file->windows[1], offset, data, len);
    (void)pthread_mutex_unlock(&file->fault->lock);
}

/* Begins a change of the windows; end_change() follows. */
static void
begin_change(FaultFile *file)
{
    (void)pthread_rwlock_rdlock(&file->fault->gate);
    (void)pthread_mutex_lock(&file->fault->lock);
    if (!file->fault->frozen) {
        write_windows(file);
    }
}

static void
end_change(FaultFile *file)
{
    (void)pthread_mutex_unlock(&file->fault->lock);
    (void)pthread_rwlock_unlock(&file->fault->gate);
}

static void
close_windows(FaultFile *file)
{
    begin_change(file);
    for (FaultFile **link = &file->fault->with_windows; *link != NULL; link = &(*link)->next) {
        if (*link == file) {
            *link = file->next;
            break;
        }
    }
    free(file->windows[0].bytes);
    free(file->windows[1].bytes);
    end_change(file);
}

static BaseStatus
fault_window(EnvFile *base, int64_t offset, size_t len, uint8_t **ret_bytes)
{
    FaultFile *file = (FaultFile *)base;
    if (!file->fault->windows) {
        return base_error(BASE_UNSUPPORTED, "no windows on files here");
    }
    FaultWindow window = {calloc(2, len), offset, len};
    size_t there = 0;
    BASE_CHECK(window.bytes != NULL);
    begin_change(file);
    BaseStatus status = env_file_read_at(file->inner, offset, window.bytes, len, &there);
    free(file->windows[1].bytes);
    file->windows[1] = (FaultWindow){0};
    if (base_is_ok(status)) {
        memcpy(window.bytes + len, window.bytes, len);
        file->windows[1] = file->windows[0];
        file->windows[0] = window;
        *ret_bytes = window.bytes;
    } else {
        free(window.bytes);
    }
    if (!file->listed) {
        file->listed = true;
        file->next = file->fault->with_windows;
        file->fault->with_windows = file;
    }
    end_change(file);
    return status;
}

/* ------------------------------------------------------------------------------------- files -- */

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
    write_windows_of((FaultFile *)file);
    return base_is_ok(status) ? env_file_read_at(inner_file(file), offset, data, len, ret_len)
                              : status;
}

static BaseStatus
fault_write_at(EnvFile *file, int64_t offset, const void *data, size_t len)
{
    FaultEnv *fault = file_fault(file);
    BaseStatus status = begin(fault, FAULT_WRITE);
    if (!base_is_ok(status)) {
        return status;
    }
    show_in_windows((FaultFile *)file, offset, data, len);
    return end(fault, env_file_write_at(inner_file(file), offset, data, len));
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
    atomic_bool *lost = &((FaultFile *)file)->lost;
    if (atomic_load(lost)) {
        atomic_fetch_add(&fault->retries, 1);
        return base_error(BASE_POISONED, "an earlier sync of this file has failed");
    }
    BaseStatus status = begin(fault, FAULT_SYNC);
    if (!base_is_ok(status)) {
        atomic_store(lost, true);
        return status;
    }
    write_windows_of((FaultFile *)file);
    return end(fault, env_file_sync(inner_file(file)));
}

static void
fault_close(EnvFile *file)
{
    close_windows((FaultFile *)file);
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
        .window = fault_window,
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
    *file = (FaultFile){.file = {&ops}, .fault = fault, .inner = inner};
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
    atomic_init(&fault->retries, 0);
    (void)pthread_rwlock_init(&fault->gate, NULL);
    fault->frozen = false;
    fault->windows = false;
    (void)pthread_mutex_init(&fault->lock, NULL);
    fault->with_windows = NULL;
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
    (void)pthread_mutex_lock(&fault->lock);
    for (FaultFile *file = fault->with_windows; file != NULL && !fault->frozen; file = file->next) {
        write_windows(file);
    }
    fault->frozen = true;
    (void)pthread_mutex_unlock(&fault->lock);
    (void)pthread_rwlock_unlock(&fault->gate);
}

void
fault_env_thaw(FaultEnv *fault)
{
    fault_env_arm(fault, FAULT_ENV_NEVER);
    (void)pthread_rwlock_wrlock(&fault->gate);
    (void)pthread_mutex_lock(&fault->lock);
    fault->frozen = false;
    (void)pthread_mutex_unlock(&fault->lock);
    (void)pthread_rwlock_unlock(&fault->gate);
}
