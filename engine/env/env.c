/*
 * env.c: the calls of env.h, and what is composed of them. See env.h for the promises.
 *
 * Replacing a file durably takes five steps, each needed: write a temporary file, sync it (else the
 * new name could hold no bytes), rename (one change, E-5), sync the directory (else the old file
 * could come back). A temporary file that a crash left behind is overwritten by the next
 * replacement.
 */
#include "engine/env/env.h"

#include <stdio.h>

BaseStatus
env_open_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file)
{
    return env->ops->open_file(env, path, how, ret_file);
}

BaseStatus
env_stat(const Env *env, const char *path, EnvStat *ret_stat)
{
    return env->ops->stat(env, path, ret_stat);
}

BaseStatus
env_rename(const Env *env, const char *from, const char *to)
{
    const char *from_name = strrchr(from, '/');
    const char *to_name = strrchr(to, '/');
    size_t from_len = from_name == NULL ? 0 : (size_t)(from_name - from);
    size_t to_len = to_name == NULL ? 0 : (size_t)(to_name - to);
    if ((from_name == NULL) != (to_name == NULL) || from_len != to_len ||
        memcmp(from, to, from_len) != 0) {
        return base_error(BASE_INVALID, "both names of a rename must be in one directory");
    }
    return env->ops->rename(env, from, to);
}

BaseStatus
env_link(const Env *env, const char *path, const char *to)
{
    return env->ops->link(env, path, to);
}

BaseStatus
env_unlink(const Env *env, const char *path)
{
    return env->ops->unlink(env, path);
}

BaseStatus
env_make_directory(const Env *env, const char *path)
{
    return env->ops->make_directory(env, path);
}

BaseStatus
env_remove_directory(const Env *env, const char *path)
{
    return env->ops->remove_directory(env, path);
}

BaseStatus
env_list(const Env *env, const char *path, EnvNameVisitor *visit, void *user)
{
    return env->ops->list(env, path, visit, user);
}

BaseStatus
env_sync_directory(const Env *env, const char *path)
{
    return env->ops->sync_directory(env, path);
}

BaseStatus
env_lock(const Env *env, const char *path, EnvLock **ret_lock)
{
    return env->ops->lock(env, path, ret_lock);
}

void
env_unlock(const Env *env, EnvLock *lock)
{
    if (lock != NULL) {
        env->ops->unlock(env, lock);
    }
}

BaseStatus
env_file_read_at(EnvFile *file, int64_t offset, void *data, size_t len, size_t *ret_len)
{
    return file->ops->read_at(file, offset, data, len, ret_len);
}

BaseStatus
env_file_write_at(EnvFile *file, int64_t offset, const void *data, size_t len)
{
    return file->ops->write_at(file, offset, data, len);
}

BaseStatus
env_file_size(EnvFile *file, int64_t *ret_size)
{
    return file->ops->size(file, ret_size);
}

BaseStatus
env_file_truncate(EnvFile *file, int64_t size)
{
    return file->ops->truncate(file, size);
}

BaseStatus
env_file_preallocate(EnvFile *file, int64_t size)
{
    return file->ops->preallocate(file, size);
}

BaseStatus
env_file_window(EnvFile *file, int64_t offset, size_t len, uint8_t **ret_bytes)
{
    if (file->ops->window == NULL) {
        return base_error(BASE_UNSUPPORTED, "no windows on files here");
    }
    return file->ops->window(file, offset, len, ret_bytes);
}

BaseStatus
env_file_sync(EnvFile *file)
{
    return file->ops->sync(file);
}

void
env_file_close(EnvFile *file)
{
    if (file != NULL) {
        file->ops->close(file);
    }
}

BaseStatus
env_join(char *path, const char *directory, const char *name)
{
    int len = snprintf(path, ENV_PATH_MAX, "%s/%s", directory, name);
    if (len < 0 || len >= ENV_PATH_MAX) {
        return base_error(BASE_INVALID, "the path is too long");
    }
    return base_ok();
}

static BaseStatus
read_whole(EnvFile *file, size_t max, BaseBuf *into)
{
    int64_t size = 0;
    BaseStatus status = env_file_size(file, &size);
    if (!base_is_ok(status)) {
        return status;
    }
    if ((uint64_t)size > max) {
        return base_error(BASE_INVALID, "the file is longer than expected");
    }
    if (size == 0) {
        return base_ok();
    }
    if (!base_buf_reserve(into, (size_t)size)) {
        return base_error(BASE_NO_MEMORY, "no memory to read a file");
    }
    size_t len = 0;
    status = env_file_read_at(file, 0, into->data + into->len, (size_t)size, &len);
    if (base_is_ok(status)) {
        into->len += len;
    }
    return status;
}

BaseStatus
env_read_file(const Env *env, const char *path, size_t max, BaseBuf *into)
{
    EnvFile *file = NULL;
    BaseStatus status = env_open_file(env, path, ENV_OPEN_READ, &file);
    if (!base_is_ok(status)) {
        return status;
    }
    status = read_whole(file, max, into);
    env_file_close(file);
    return status;
}

static BaseStatus
write_synced(const Env *env, const char *path, BaseSlice bytes, bool *ret_unsure)
{
    EnvFile *file = NULL;
    BaseStatus status =
        env_open_file(env, path, ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE, &file);
    if (!base_is_ok(status)) {
        return status;
    }
    status = env_file_write_at(file, 0, bytes.data, bytes.len);
    if (base_is_ok(status)) {
        status = env_file_sync(file);
        *ret_unsure = !base_is_ok(status);
    }
    env_file_close(file);
    return status;
}

BaseStatus
env_replace_file(const Env *env, const char *directory, const char *name, BaseSlice bytes,
                 bool *ret_unsure)
{
    char path[ENV_PATH_MAX];
    char temporary[ENV_PATH_MAX];
    char temporary_name[ENV_PATH_MAX];
    *ret_unsure = false;
    int len = snprintf(temporary_name, sizeof(temporary_name), "%s.tmp", name);
    if (len < 0 || (size_t)len >= sizeof(temporary_name) ||
        !base_is_ok(env_join(path, directory, name)) ||
        !base_is_ok(env_join(temporary, directory, temporary_name))) {
        return base_error(BASE_INVALID, "the path is too long");
    }
    BaseStatus status = write_synced(env, temporary, bytes, ret_unsure);
    if (!base_is_ok(status)) {
        return status;
    }
    status = env_rename(env, temporary, path);
    if (!base_is_ok(status)) {
        return status;
    }
    status = env_sync_directory(env, directory);
    *ret_unsure = !base_is_ok(status);
    return status;
}
