/*
 * mem.c: a file system in memory that knows what is durable. See mem.h; mem_node.h keeps the two
 * states.
 *
 * A node lives as long as a name leads to it, now or after a crash, or a handle or lock holds it.
 * That is found out by going through all names, when the file system is told to tidy up and after
 * crashes; until then nodes stay.
 */
#include "engine/env/mem.h"

#include "engine/base/check.h"
#include "engine/env/mem_node.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct MemEnv {
    Env env; /* first: it is an env */
    pthread_mutex_t mutex;
    EnvMemNode root;
    EnvMemNode *nodes;   /* all but the root */
    uint64_t generation; /* crashes so far */
} MemEnv;

typedef struct MemFile {
    EnvFile file; /* first: it is a file */
    MemEnv *env;
    EnvMemNode *node;
    uint64_t generation;
    bool writable;
} MemFile;

struct EnvLock {
    EnvMemNode *node;
    uint64_t generation;
};

static MemEnv *
enter(const Env *env)
{
    MemEnv *mem = (MemEnv *)(uintptr_t)env;
    BASE_CHECK(pthread_mutex_lock(&mem->mutex) == 0);
    return mem;
}

static BaseStatus
leave(MemEnv *mem, BaseStatus status)
{
    BASE_CHECK(pthread_mutex_unlock(&mem->mutex) == 0);
    return status;
}

/*
 * --------------------------------------------------------------------------------------- paths --
 */

/*
 * Walks a path. `ret_parent` is the directory that holds its last name, NULL for the root itself;
 * `ret_name` that name, a part of `path`; `ret_node` what it names, NULL if nothing.
 */
static BaseStatus
walk(MemEnv *mem, const char *path, EnvMemNode **ret_parent, const char **ret_name,
     EnvMemNode **ret_node)
{
    EnvMemNode *parent = NULL;
    EnvMemNode *node = &mem->root;
    const char *name = "";
    const char *rest = path + strspn(path, "/");
    while (*rest != '\0') {
        if (node == NULL || !node->is_directory) {
            return base_error(BASE_NOT_FOUND, "no such file or directory");
        }
        parent = node;
        name = rest;
        node = env_mem_node_find(node, name);
        rest += strcspn(rest, "/");
        rest += strspn(rest, "/");
    }
    *ret_parent = parent;
    *ret_name = name;
    *ret_node = node;
    return base_ok();
}

/* As walk, for a path that must lead somewhere. */
static BaseStatus
walk_existing(MemEnv *mem, const char *path, EnvMemNode **ret_parent, const char **ret_name,
              EnvMemNode **ret_node)
{
    BaseStatus status = walk(mem, path, ret_parent, ret_name, ret_node);
    if (base_is_ok(status) && *ret_node == NULL) {
        return base_error(BASE_NOT_FOUND, "no such file or directory");
    }
    return status;
}

/* A new file or directory of that name. */
static BaseStatus
make_node(MemEnv *mem, EnvMemNode *parent, const char *name, bool is_directory,
          EnvMemNode **ret_node)
{
    EnvMemNode *node = calloc(1, sizeof(*node));
    if (node == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the file system in memory");
    }
    node->is_directory = is_directory;
    BaseStatus status = env_mem_node_rename(parent, NULL, name, node);
    if (!base_is_ok(status)) {
        free(node);
        return status;
    }
    node->next = mem->nodes;
    mem->nodes = node;
    *ret_node = node;
    return base_ok();
}

/*
 * ------------------------------------------------------------------------------------- handles --
 */

/* The node of a handle, locked; NULL, not locked, when a crash has killed the handle. */
static EnvMemNode *
enter_file(EnvFile *base)
{
    MemFile *file = (MemFile *)base;
    BASE_CHECK(pthread_mutex_lock(&file->env->mutex) == 0);
    if (file->generation == file->env->generation) {
        return file->node;
    }
    (void)leave(file->env, base_ok());
    return NULL;
}

static BaseStatus
leave_file(EnvFile *base, BaseStatus status)
{
    return leave(((MemFile *)base)->env, status);
}

static BaseStatus
dead_handle(void)
{
    return base_error(BASE_IO, "the handle is from before the crash");
}

static BaseStatus
mem_read_at(EnvFile *base, int64_t offset, void *data, size_t len, size_t *ret_len)
{
    EnvMemNode *node = enter_file(base);
    if (node == NULL) {
        return dead_handle();
    }
    size_t at = (size_t)offset;
    size_t there = at < node->bytes.len ? node->bytes.len - at : 0;
    size_t copied = len < there ? len : there;
    if (copied != 0) {
        memcpy(data, node->bytes.data + at, copied);
    }
    *ret_len = copied;
    return leave_file(base, base_ok());
}

static BaseStatus
mem_write_at(EnvFile *base, int64_t offset, const void *data, size_t len)
{
    EnvMemNode *node = enter_file(base);
    if (node == NULL) {
        return dead_handle();
    }
    if (!((MemFile *)base)->writable) {
        return leave_file(base, base_error(BASE_IO, "the handle is for reading only"));
    }
    return leave_file(base, env_mem_node_write(node, (size_t)offset, data, len));
}

static BaseStatus
mem_size(EnvFile *base, int64_t *ret_size)
{
    EnvMemNode *node = enter_file(base);
    if (node == NULL) {
        return dead_handle();
    }
    *ret_size = (int64_t)node->bytes.len;
    return leave_file(base, base_ok());
}

static BaseStatus
mem_truncate(EnvFile *base, int64_t size)
{
    EnvMemNode *node = enter_file(base);
    if (node == NULL) {
        return dead_handle();
    }
    env_mem_node_shrink(node, (size_t)size);
    return leave_file(base, env_mem_node_grow(node, (size_t)size));
}

static BaseStatus
mem_preallocate(EnvFile *base, int64_t size)
{
    EnvMemNode *node = enter_file(base);
    if (node == NULL) {
        return dead_handle();
    }
    return leave_file(base, env_mem_node_grow(node, (size_t)size));
}

static BaseStatus
mem_sync(EnvFile *base)
{
    EnvMemNode *node = enter_file(base);
    if (node == NULL) {
        return dead_handle();
    }
    return leave_file(base, env_mem_node_sync(node));
}

static void
mem_close(EnvFile *base)
{
    EnvMemNode *node = enter_file(base);
    if (node != NULL) {
        node->holders--;
        (void)leave_file(base, base_ok());
    }
    free(base);
}

static const EnvFileOps mem_file_ops = {
    .read_at = mem_read_at,
    .write_at = mem_write_at,
    .size = mem_size,
    .truncate = mem_truncate,
    .preallocate = mem_preallocate,
    .sync = mem_sync,
    .close = mem_close,
};

/*
 * ------------------------------------------------------------------------------ calls on names --
 */

/* Finds or makes the node that a file is opened on. */
static BaseStatus
open_node(MemEnv *mem, const char *path, unsigned how, EnvMemNode **ret_node)
{
    EnvMemNode *parent = NULL;
    const char *name = NULL;
    EnvMemNode *node = NULL;
    BaseStatus status = walk(mem, path, &parent, &name, &node);
    if (!base_is_ok(status)) {
        return status;
    }
    if (node == NULL && (how & ENV_OPEN_CREATE) == 0) {
        return base_error(BASE_NOT_FOUND, "no such file or directory");
    }
    if (node != NULL && (how & ENV_OPEN_EXCLUSIVE) != 0) {
        return base_error(BASE_EXISTS, "the name is taken");
    }
    if (node == NULL) {
        return make_node(mem, parent, name, false, ret_node);
    }
    if (node->is_directory) {
        return base_error(BASE_INVALID, "a directory is no file");
    }
    if ((how & ENV_OPEN_TRUNCATE) != 0) {
        env_mem_node_shrink(node, 0);
    }
    *ret_node = node;
    return base_ok();
}

static BaseStatus
mem_open_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file)
{
    MemFile *file = malloc(sizeof(*file));
    if (file == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the file system in memory");
    }
    MemEnv *mem = enter(env);
    *file = (MemFile){{&mem_file_ops}, mem, NULL, mem->generation, (how & ENV_OPEN_WRITE) != 0};
    BaseStatus status = open_node(mem, path, how, &file->node);
    if (base_is_ok(status)) {
        file->node->holders++;
        *ret_file = &file->file;
    } else {
        free(file);
    }
    return leave(mem, status);
}

static BaseStatus
mem_stat(const Env *env, const char *path, EnvStat *ret_stat)
{
    MemEnv *mem = enter(env);
    EnvMemNode *parent = NULL;
    const char *name = NULL;
    EnvMemNode *node = NULL;
    BaseStatus status = walk_existing(mem, path, &parent, &name, &node);
    if (base_is_ok(status)) {
        *ret_stat = (EnvStat){node->is_directory, (int64_t)node->bytes.len};
    }
    return leave(mem, status);
}

static BaseStatus
rename_node(MemEnv *mem, const char *from, const char *to)
{
    EnvMemNode *parent = NULL;
    EnvMemNode *target_parent = NULL;
    const char *from_name = NULL;
    const char *to_name = NULL;
    EnvMemNode *node = NULL;
    EnvMemNode *target = NULL;
    BaseStatus status = walk_existing(mem, from, &parent, &from_name, &node);
    if (base_is_ok(status)) {
        status = walk(mem, to, &target_parent, &to_name, &target);
    }
    if (!base_is_ok(status) || node == target) {
        return status;
    }
    if (parent == NULL || parent != target_parent) {
        return base_error(BASE_INVALID, "both names of a rename must be in one directory");
    }
    if (target != NULL && (target->is_directory || node->is_directory)) {
        return base_error(BASE_INVALID, "a directory is in the way");
    }
    return env_mem_node_rename(parent, from_name, to_name, node);
}

static BaseStatus
mem_rename(const Env *env, const char *from, const char *to)
{
    MemEnv *mem = enter(env);
    return leave(mem, rename_node(mem, from, to));
}

static BaseStatus
link_node(MemEnv *mem, const char *path, const char *to)
{
    EnvMemNode *parent = NULL;
    const char *name = NULL;
    EnvMemNode *node = NULL;
    EnvMemNode *taken = NULL;
    BaseStatus status = walk_existing(mem, path, &parent, &name, &node);
    if (base_is_ok(status)) {
        status = walk(mem, to, &parent, &name, &taken);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    if (taken != NULL) {
        return base_error(BASE_EXISTS, "the name is taken");
    }
    if (node->is_directory) {
        return base_error(BASE_UNSUPPORTED, "a directory has one name");
    }
    return env_mem_node_rename(parent, NULL, name, node);
}

static BaseStatus
mem_link(const Env *env, const char *path, const char *to)
{
    MemEnv *mem = enter(env);
    return leave(mem, link_node(mem, path, to));
}

/* Removes the name of a file, or of an empty directory. */
static BaseStatus
remove_name(MemEnv *mem, const char *path, bool is_directory)
{
    EnvMemNode *parent = NULL;
    const char *name = NULL;
    EnvMemNode *node = NULL;
    BaseStatus status = walk_existing(mem, path, &parent, &name, &node);
    if (!base_is_ok(status)) {
        return status;
    }
    if (!node->is_directory && is_directory) {
        return base_error(BASE_NOT_FOUND, "no such file or directory");
    }
    if (parent == NULL || node->is_directory != is_directory || node->names.count != 0) {
        return base_error(BASE_INVALID, "a directory, or not an empty one");
    }
    return env_mem_node_rename(parent, name, NULL, NULL);
}

static BaseStatus
mem_unlink(const Env *env, const char *path)
{
    MemEnv *mem = enter(env);
    return leave(mem, remove_name(mem, path, false));
}

static BaseStatus
mem_remove_directory(const Env *env, const char *path)
{
    MemEnv *mem = enter(env);
    return leave(mem, remove_name(mem, path, true));
}

static BaseStatus
mem_make_directory(const Env *env, const char *path)
{
    MemEnv *mem = enter(env);
    EnvMemNode *parent = NULL;
    const char *name = NULL;
    EnvMemNode *node = NULL;
    BaseStatus status = walk(mem, path, &parent, &name, &node);
    if (!base_is_ok(status)) {
        return leave(mem, status);
    }
    if (node != NULL) {
        return leave(mem, base_error(BASE_EXISTS, "the name is taken"));
    }
    return leave(mem, make_node(mem, parent, name, true, &node));
}

/* The directory of a path. */
static BaseStatus
find_directory(MemEnv *mem, const char *path, EnvMemNode **ret_node)
{
    EnvMemNode *parent = NULL;
    const char *name = NULL;
    EnvMemNode *node = NULL;
    BaseStatus status = walk_existing(mem, path, &parent, &name, &node);
    if (!base_is_ok(status)) {
        return status;
    }
    if (!node->is_directory) {
        return base_error(BASE_NOT_FOUND, "no such file or directory");
    }
    *ret_node = node;
    return base_ok();
}

static BaseStatus
mem_list(const Env *env, const char *path, EnvNameVisitor *visit, void *user)
{
    MemEnv *mem = enter(env);
    EnvMemNode *node = NULL;
    BaseStatus status = find_directory(mem, path, &node);
    bool more = base_is_ok(status);
    for (size_t i = 0; more && i < node->names.count; i++) {
        more = visit(user, node->names.items[i].text);
    }
    return leave(mem, status);
}

static BaseStatus
mem_sync_directory(const Env *env, const char *path)
{
    MemEnv *mem = enter(env);
    EnvMemNode *node = NULL;
    BaseStatus status = find_directory(mem, path, &node);
    if (base_is_ok(status)) {
        status = env_mem_node_sync(node);
    }
    return leave(mem, status);
}

static BaseStatus
mem_lock(const Env *env, const char *path, EnvLock **ret_lock)
{
    EnvLock *lock = malloc(sizeof(*lock));
    if (lock == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the file system in memory");
    }
    MemEnv *mem = enter(env);
    lock->generation = mem->generation;
    BaseStatus status = open_node(mem, path, ENV_OPEN_WRITE | ENV_OPEN_CREATE, &lock->node);
    if (base_is_ok(status) && lock->node->locked) {
        status = base_error(BASE_BUSY, "somebody else holds the lock");
    }
    if (base_is_ok(status)) {
        lock->node->locked = true;
        lock->node->holders++;
        *ret_lock = lock;
    } else {
        free(lock);
    }
    return leave(mem, status);
}

static void
mem_unlock(const Env *env, EnvLock *lock)
{
    MemEnv *mem = enter(env);
    if (lock->generation == mem->generation) {
        lock->node->locked = false;
        lock->node->holders--;
    }
    free(lock);
    (void)leave(mem, base_ok());
}

/*
 * --------------------------------------------------------------------------------- life, crash --
 */

Env *
env_mem_new(void)
{
    static const EnvOps ops = {
        .open_file = mem_open_file,
        .stat = mem_stat,
        .rename = mem_rename,
        .link = mem_link,
        .unlink = mem_unlink,
        .make_directory = mem_make_directory,
        .remove_directory = mem_remove_directory,
        .list = mem_list,
        .sync_directory = mem_sync_directory,
        .lock = mem_lock,
        .unlock = mem_unlock,
    };
    MemEnv *mem = calloc(1, sizeof(*mem));
    if (mem == NULL) {
        return NULL;
    }
    mem->env.ops = &ops;
    mem->root.is_directory = true;
    BASE_CHECK(pthread_mutex_init(&mem->mutex, NULL) == 0);
    return &mem->env;
}

void
env_mem_free(Env *env)
{
    if (env == NULL) {
        return;
    }
    MemEnv *mem = (MemEnv *)env;
    env_mem_node_clear(&mem->root);
    while (mem->nodes != NULL) {
        EnvMemNode *node = mem->nodes;
        mem->nodes = node->next;
        env_mem_node_clear(node);
        free(node);
    }
    BASE_CHECK(pthread_mutex_destroy(&mem->mutex) == 0);
    free(mem);
}

/* Frees the nodes that nothing leads to. */
static void
tidy(MemEnv *mem)
{
    env_mem_node_reach(&mem->root);
    for (EnvMemNode *node = mem->nodes; node != NULL; node = node->next) {
        if (node->holders != 0) {
            env_mem_node_reach(node);
        }
    }
    mem->root.reached = false;
    EnvMemNode **link = &mem->nodes;
    while (*link != NULL) {
        EnvMemNode *node = *link;
        if (node->reached) {
            node->reached = false;
            link = &node->next;
        } else {
            *link = node->next;
            env_mem_node_clear(node);
            free(node);
        }
    }
}

void
env_mem_tidy(Env *env)
{
    MemEnv *mem = enter(env);
    tidy(mem);
    (void)leave(mem, base_ok());
}

void
env_mem_crash(Env *env, BaseRand *keep)
{
    MemEnv *mem = enter(env);
    mem->generation++;
    BASE_CHECK(base_is_ok(env_mem_node_crash(&mem->root, keep)));
    for (EnvMemNode *node = mem->nodes; node != NULL; node = node->next) {
        BASE_CHECK(base_is_ok(env_mem_node_crash(node, keep)));
        node->holders = 0;
    }
    tidy(mem);
    (void)leave(mem, base_ok());
}
