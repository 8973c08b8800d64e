/*
 * copy.c: checkpoints. See copy.h.
 */
#include "engine/plugin/copy.h"

#include "engine/plugin/store.h"

#include <stdio.h>

#define PEER_DIRECTORY "db"
#define IDENTITY_NAME  "ENGINE"
#define LOCK_NAME      "LOCK"
#define IDENTITY_MAX   256

typedef struct Copy {
    PluginStore *store;
    const char *directory;
    char peer[ENV_PATH_MAX]; /* where the peer's files go */
} Copy;

static bool
note_stranger(void *user, const char *name)
{
    bool known = strcmp(name, LOCK_NAME) == 0 || strcmp(name, "lost+found") == 0;
    *(bool *)user = !known;
    return known;
}

static BaseStatus
check_empty(const Copy *copy)
{
    bool strangers = false;
    BaseStatus status = env_list(copy->store->env, copy->directory, note_stranger, &strangers);
    return base_is_ok(status) && strangers
               ? base_error(BASE_EXISTS, "the directory for the checkpoint is not empty")
               : status;
}

/* Makes the directory, or finds it empty, and locks it. What is not empty is looked at before, and
 * left as it is; another checkpoint may have come in between, so it is looked at once more. */
static BaseStatus
take_directory(const Copy *copy, EnvLock **ret_lock)
{
    const Env *env = copy->store->env;
    char path[ENV_PATH_MAX];
    BaseStatus status = env_make_directory(env, copy->directory);
    if (status.code == BASE_EXISTS) {
        status = check_empty(copy);
    }
    if (base_is_ok(status)) {
        status = env_join(path, copy->directory, LOCK_NAME);
    }
    if (base_is_ok(status)) {
        status = env_lock(env, path, ret_lock);
    }
    return base_is_ok(status) ? check_empty(copy) : status;
}

/* ------------------------------------------------------------------------------------- files -- */

typedef struct Each {
    const Env *env;
    const char *directory;
    BaseStatus (*work)(const Env *env, const char *path);
    BaseStatus status;
} Each;

static bool
work_on_one(void *user, const char *name)
{
    Each *each = user;
    char path[ENV_PATH_MAX];
    each->status = env_join(path, each->directory, name);
    if (base_is_ok(each->status)) {
        each->status = each->work(each->env, path);
    }
    return base_is_ok(each->status);
}

static BaseStatus
sync_file(const Env *env, const char *path)
{
    EnvFile *file = NULL;
    BaseStatus status = env_open_file(env, path, ENV_OPEN_WRITE, &file);
    if (base_is_ok(status)) {
        status = env_file_sync(file);
        env_file_close(file);
    }
    return status;
}

/* Makes the peer's files and their names durable. */
static BaseStatus
sync_files(const Copy *copy)
{
    Each each = {copy->store->env, copy->peer, sync_file, base_ok()};
    BaseStatus status = plugin_peer_go_on(copy->store->peer);
    if (!base_is_ok(status)) {
        return status;
    }
    status = env_list(each.env, each.directory, work_on_one, &each);
    if (base_is_ok(status) && base_is_ok(each.status)) {
        return env_sync_directory(each.env, copy->peer);
    }
    return base_is_ok(status) ? each.status : status;
}

/* Takes one file away; stops the visit, which must not go on over what has changed. */
static bool
remove_one(void *user, const char *name)
{
    Each *each = user;
    (void)work_on_one(each, name);
    return false;
}

/* Removes a directory and the files in it, as far as it goes. */
static void
remove_files(const Env *env, const char *directory)
{
    Each each = {env, directory, env_unlink, base_ok()};
    while (base_is_ok(each.status)) {
        each.status = base_error(BASE_NOT_FOUND, "no file is left");
        (void)env_list(env, directory, remove_one, &each);
    }
    (void)env_remove_directory(env, directory);
}

/* A version that no commit of the copy has, and whose directory this is. */
static BaseStatus
write_identity(const Copy *copy)
{
    PluginStore *store = copy->store;
    CommitVersions *versions = NULL;
    BaseStatus status = commit_version_open(store->env, copy->directory,
                                            commit_version_last(store->versions), &versions);
    commit_version_close(versions);
    char path[ENV_PATH_MAX];
    if (base_is_ok(status)) {
        status = env_join(path, store->directory, IDENTITY_NAME);
    }
    BaseBuf text = BASE_BUF_INIT;
    bool unsure = false;
    if (base_is_ok(status)) {
        status = env_read_file(store->env, path, IDENTITY_MAX, &text);
    }
    if (base_is_ok(status)) {
        status = env_replace_file(store->env, copy->directory, IDENTITY_NAME, base_buf_slice(&text),
                                  &unsure);
    }
    base_buf_clear(&text);
    return status;
}

/* Makes the name of the copy durable. */
static BaseStatus
sync_above(const Copy *copy)
{
    char above[ENV_PATH_MAX];
    (void)snprintf(above, sizeof above, "%s/..", copy->directory);
    return env_sync_directory(copy->store->env, above);
}

BaseStatus
plugin_copy_checkpoint(Engine *engine, const char *directory)
{
    Copy copy = {.store = plugin_store_of(engine), .directory = directory};
    PluginPeer *peer = copy.store->peer;
    const Env *env = copy.store->env;
    EnvLock *lock = NULL;
    BaseStatus status = plugin_peer_go_on(peer);
    if (base_is_ok(status)) {
        status = env_join(copy.peer, directory, PEER_DIRECTORY);
    }
    if (base_is_ok(status)) {
        status = take_directory(&copy, &lock);
    }
    if (!base_is_ok(status)) {
        env_unlock(env, lock);
        return status;
    }
    status = peer->ops->checkpoint(peer, copy.peer);
    status = base_is_ok(status) ? sync_files(&copy) : status;
    status = base_is_ok(status) ? write_identity(&copy) : status;
    status = base_is_ok(status) ? sync_above(&copy) : status;
    if (!base_is_ok(status)) {
        remove_files(env, copy.peer);
        remove_files(env, directory);
    }
    env_unlock(env, lock);
    return status;
}
