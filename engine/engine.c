/*
 * engine.c: the table of engines, and opening one in a directory.
 *
 * A directory of an engine holds two files of ours beside the engine's own:
 *   LOCK    held while the engine is open, so that no second process or store opens it.
 *   ENGINE  says whose directory it is; made durable before the engine writes anything:
 *             larder-engine 1
 *             engine hashmap
 *             format 1
 *
 * When ENGINE exists, the name of the directory is durable; ENGINE's own name is made so at every
 * open, because a process may have died between renaming it and syncing the directory.
 *
 * A directory with files but without ENGINE is not ours and is refused, never treated as empty; a
 * crash while a new directory is set up leaves at most LOCK and ENGINE.tmp, which do not count.
 *
 * The lock must end with the engine, but engine_close() goes straight to the engine's own table of
 * operations. So an open engine gets a table of its own, a copy in which close also gives back the
 * lock.
 *
 * Threading: opening and closing from any thread; registering only before the first open.
 */
#include "engine/engine.h"

#include "engine/env/env.h"
#include "engine/hashmap/hashmap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CLASSES_MAX       32
#define IDENTITY_NAME     "ENGINE"
#define IDENTITY_MAX      256
#define LOCK_NAME         "LOCK"
#define ENGINE_NAME_MAX   64
#define ENGINE_NAME_WIDTH "63"

/*
 * ------------------------------------------------------------------------------------- classes --
 */

static const EngineClass *registered[CLASSES_MAX];
static size_t registered_count;

static const EngineClass *const built_in[] = {&hashmap_class};

#define BUILT_IN_COUNT (sizeof(built_in) / sizeof(built_in[0]))

const EngineClass *
engine_class_at(size_t index)
{
    if (index < BUILT_IN_COUNT) {
        return built_in[index];
    }
    index -= BUILT_IN_COUNT;
    return index < registered_count ? registered[index] : NULL;
}

const EngineClass *
engine_class_find(const char *name)
{
    size_t index = 0;
    const EngineClass *found = engine_class_at(index);
    while (found != NULL && strcmp(found->name, name) != 0) {
        found = engine_class_at(++index);
    }
    return found;
}

BaseStatus
engine_class_register(const EngineClass *engine_class)
{
    if (engine_class->abi_version != ENGINE_ABI_VERSION ||
        engine_class->struct_size != sizeof(EngineClass)) {
        return base_error(BASE_INVALID, "the engine was built for another version of Larder");
    }
    if (strlen(engine_class->name) >= ENGINE_NAME_MAX) {
        return base_error(BASE_INVALID, "the engine's name is too long");
    }
    if (engine_class_find(engine_class->name) != NULL) {
        return base_error(BASE_EXISTS, "an engine of that name exists already");
    }
    if (registered_count == CLASSES_MAX - BUILT_IN_COUNT) {
        return base_error(BASE_NO_MEMORY, "too many engines");
    }
    registered[registered_count++] = engine_class;
    return base_ok();
}

const char *
engine_capability_name(unsigned bit)
{
    switch (bit) {
    case ENGINE_CAN_ORDER:
        return "ordered";
    case ENGINE_CAN_PERSIST:
        return "durable";
    case ENGINE_CAN_SNAPSHOT:
        return "snapshots";
    case ENGINE_CAN_BATCH:
        return "atomic_batches";
    case ENGINE_CAN_STORE_VERSION:
        return "store_versions";
    case ENGINE_CAN_REVERSE:
        return "reverse_scans";
    case ENGINE_CAN_FAST_RANGE:
        return "fast_remove_range";
    case ENGINE_CAN_EXPIRE:
        return "expiry";
    case ENGINE_CAN_CHECKPOINT:
        return "checkpoints";
    case ENGINE_CAN_NATIVE_COMMIT:
        return "native_commits";
    default:
        return NULL;
    }
}

/*
 * ------------------------------------------------------------------------------------ messages --
 */

static BaseStatus explain(EngineOpenArgs *args, BaseStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes the message for people and returns the status. */
static BaseStatus
explain(EngineOpenArgs *args, BaseStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(args->message, sizeof(args->message), format, arguments);
    va_end(arguments);
    return status;
}

static BaseStatus
explain_file(EngineOpenArgs *args, BaseStatus status, const char *doing)
{
    return explain(args, status, "cannot %s in %s: %s", doing, args->directory, status.what);
}

/*
 * ----------------------------------------------------------------------------------- directory --
 */

/* The directory above, in `path`, which has ENV_PATH_MAX bytes and holds the directory. */
static void
cut_last_name(char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') {
        path[--len] = '\0';
    }
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        memcpy(path, ".", 2);
    } else if (slash == path) {
        path[1] = '\0';
    } else {
        *slash = '\0';
    }
}

/* Makes the name of the directory durable. */
static BaseStatus
sync_name(EngineOpenArgs *args)
{
    char above[ENV_PATH_MAX];
    memcpy(above, args->directory, strlen(args->directory) + 1);
    cut_last_name(above);
    BaseStatus status = env_sync_directory(args->env, above);
    if (!base_is_ok(status)) {
        return explain(args, status, "cannot sync the directory above %s: %s", args->directory,
                       status.what);
    }
    return status;
}

/* Makes the directory if it is missing. */
static BaseStatus
ensure_directory(EngineOpenArgs *args)
{
    size_t len = strlen(args->directory);
    if (len == 0 || len >= ENV_PATH_MAX) {
        return explain(args, base_error(BASE_INVALID, "not a usable name of a directory"),
                       "the name of the directory has %zu bytes; 1 to %d are possible", len,
                       ENV_PATH_MAX - 1);
    }
    EnvStat found;
    BaseStatus status = env_stat(args->env, args->directory, &found);
    if (base_is_ok(status) && !found.is_directory) {
        return explain(args, base_error(BASE_INVALID, "not a directory"), "%s is not a directory",
                       args->directory);
    }
    if (status.code == BASE_NOT_FOUND) {
        status = env_make_directory(args->env, args->directory);
    }
    if (!base_is_ok(status)) {
        return explain(args, status, "cannot make the directory %s: %s (the one above must exist)",
                       args->directory, status.what);
    }
    return status;
}

static BaseStatus
take_lock(EngineOpenArgs *args, EnvLock **ret_lock)
{
    char path[ENV_PATH_MAX];
    BaseStatus status = env_join(path, args->directory, LOCK_NAME);
    if (base_is_ok(status)) {
        status = env_lock(args->env, path, ret_lock);
    }
    if (status.code == BASE_BUSY) {
        return explain(args, status,
                       "%s is in use: another process, or another store of this one, has it open "
                       "(lock file %s). Stop that one, or use another directory",
                       args->directory, LOCK_NAME);
    }
    return base_is_ok(status) ? status : explain_file(args, status, "take the lock");
}

/*
 * ------------------------------------------------------------------------------------ identity --
 */

static void
format_identity(char text[IDENTITY_MAX], const char *name, uint32_t format)
{
    (void)snprintf(text, IDENTITY_MAX, "larder-engine 1\nengine %s\nformat %" PRIu32 "\n", name,
                   format);
}

/* False: the text is not what we write. */
static bool
parse_identity(const char *text, char name[ENGINE_NAME_MAX], uint32_t *ret_format)
{
    char expected[IDENTITY_MAX];
    if (sscanf(text, "larder-engine 1\nengine %" ENGINE_NAME_WIDTH "s\nformat %" SCNu32, name,
               ret_format) != 2) {
        return false;
    }
    format_identity(expected, name, *ret_format);
    return strcmp(text, expected) == 0;
}

static bool
note_stranger(void *user, const char *name)
{
    bool known = strcmp(name, LOCK_NAME) == 0 || strcmp(name, IDENTITY_NAME ".tmp") == 0 ||
                 strcmp(name, "lost+found") == 0;
    *(bool *)user = !known;
    return known;
}

/* Claims a directory that has no identity, if it is empty. */
static BaseStatus
claim(EngineOpenArgs *args, const EngineClass *engine_class)
{
    bool strangers = false;
    BaseStatus status = env_list(args->env, args->directory, note_stranger, &strangers);
    if (!base_is_ok(status)) {
        return explain_file(args, status, "list the files");
    }
    if (strangers) {
        return explain(args, base_error(BASE_INVALID, "not a directory of an engine"),
                       "%s has files but no file " IDENTITY_NAME
                       ", so it is not the directory of an engine. Use an empty or new directory",
                       args->directory);
    }
    status = sync_name(args);
    if (!base_is_ok(status)) {
        return status;
    }
    char text[IDENTITY_MAX];
    format_identity(text, engine_class->name, engine_class->format);
    bool unsure = false;
    status =
        env_replace_file(args->env, args->directory, IDENTITY_NAME, base_slice_text(text), &unsure);
    return base_is_ok(status) ? status : explain_file(args, status, "write " IDENTITY_NAME);
}

/* Compares the identity of a directory with the engine that is to open it. */
static BaseStatus
compare(EngineOpenArgs *args, const EngineClass *engine_class, const char *text)
{
    char name[ENGINE_NAME_MAX];
    uint32_t format = 0;
    if (!parse_identity(text, name, &format)) {
        return explain(args, base_error(BASE_CORRUPTION, "the file ENGINE is damaged"),
                       "the file %s/" IDENTITY_NAME
                       " is damaged, so it is unknown which engine wrote this directory. Restore "
                       "the file or the directory from a backup",
                       args->directory);
    }
    if (strcmp(name, engine_class->name) != 0) {
        return explain(args, base_error(BASE_INVALID, "the directory belongs to another engine"),
                       "%s holds data of the engine '%s', not '%s'. Open it with '%s'; or move the "
                       "data by export from there and import into a new directory; or give '%s' "
                       "another directory",
                       args->directory, name, engine_class->name, name, engine_class->name);
    }
    if (format != engine_class->format) {
        return explain(
            args, base_error(BASE_INVALID, "the directory has another format"),
            "%s has format %" PRIu32 " of the engine '%s'; this build knows format %" PRIu32
            ". Open it with the version of Larder that wrote it, export, and import into "
            "a new directory",
            args->directory, format, name, engine_class->format);
    }
    return base_ok();
}

static BaseStatus
identify(EngineOpenArgs *args, const EngineClass *engine_class)
{
    char path[ENV_PATH_MAX];
    BaseStatus status = env_join(path, args->directory, IDENTITY_NAME);
    if (!base_is_ok(status)) {
        return explain_file(args, status, "name the file " IDENTITY_NAME);
    }
    BaseBuf text = BASE_BUF_INIT;
    status = env_read_file(args->env, path, IDENTITY_MAX, &text);
    if (status.code == BASE_NOT_FOUND) {
        status = claim(args, engine_class);
    } else if (!base_is_ok(status)) {
        status = explain_file(args, status, "read " IDENTITY_NAME);
    } else if (!base_buf_append_byte(&text, '\0')) {
        status = explain_file(args, base_error(BASE_NO_MEMORY, "no memory"), "read " IDENTITY_NAME);
    } else {
        status = compare(args, engine_class, (const char *)text.data);
    }
    base_buf_clear(&text);
    if (!base_is_ok(status)) {
        return status;
    }
    status = env_sync_directory(args->env, args->directory);
    return base_is_ok(status) ? status : explain_file(args, status, "sync the directory");
}

/*
 * ---------------------------------------------------------------------------------- open, close --
 */

/* The operations of one open engine; see the head. */
typedef struct OpenEngine {
    EngineOps ops; /* first: found by engine->ops */
    void (*close)(Engine *engine);
    const Env *env;
    EnvLock *lock;
} OpenEngine;

static void
close_and_unlock(Engine *engine)
{
    OpenEngine *open = (OpenEngine *)(uintptr_t)engine->ops;
    open->close(engine);
    env_unlock(open->env, open->lock);
    free(open);
}

/* Opens the engine in a directory that is locked and its own. */
static BaseStatus
open_locked(const EngineClass *engine_class, EngineOpenArgs *args, EnvLock *lock,
            Engine **ret_engine)
{
    OpenEngine *open = malloc(sizeof(*open));
    if (open == NULL) {
        return explain(args, base_error(BASE_NO_MEMORY, "no memory"),
                       "no memory to open an engine");
    }
    Engine *engine = NULL;
    BaseStatus status = engine_class->open(args, &engine);
    if (!base_is_ok(status)) {
        free(open);
        if (args->message[0] == '\0') {
            (void)explain(args, status, "the engine '%s' cannot open %s: %s", engine_class->name,
                          args->directory, status.what);
        }
        return status;
    }
    *open = (OpenEngine){*engine->ops, engine->ops->close, args->env, lock};
    open->ops.close = close_and_unlock;
    engine->ops = &open->ops;
    *ret_engine = engine;
    return status;
}

BaseStatus
engine_open(const EngineClass *engine_class, EngineOpenArgs *args, Engine **ret_engine)
{
    args->message[0] = '\0';
    BaseStatus status = ensure_directory(args);
    if (!base_is_ok(status)) {
        return status;
    }
    EnvLock *lock = NULL;
    status = take_lock(args, &lock);
    if (!base_is_ok(status)) {
        return status;
    }
    status = identify(args, engine_class);
    if (base_is_ok(status)) {
        status = open_locked(engine_class, args, lock, ret_engine);
    }
    if (!base_is_ok(status)) {
        env_unlock(args->env, lock);
    }
    return status;
}
