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
 * Checking and repairing take the same lock, so that nobody opens meanwhile what they read, and ask
 * the same file whose directory it is.
 *
 * The lock must end with the engine, but engine_close() goes straight to the engine's own table of
 * operations. So an open engine gets a table of its own, a copy in which close also gives back the
 * lock.
 *
 * Threading: opening and closing from any thread; registering by one thread at a time.
 */
#include "engine/engine.h"

#include "engine/env/env.h"
#include "engine/hashmap/hashmap.h"
#include "engine/lsm/lsm.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define CLASSES_MAX       32
#define IDENTITY_NAME     "ENGINE"
#define IDENTITY_MAX      256
#define LOCK_NAME         "LOCK"
#define ENGINE_NAME_MAX   64
#define ENGINE_NAME_WIDTH "63"
#define MESSAGE_SIZE      sizeof(((EngineOpenArgs *)NULL)->message)

_Static_assert(sizeof(((EngineFilesArgs *)NULL)->message) == MESSAGE_SIZE,
               "one size of messages for all that is done to a directory");

/*
 * ------------------------------------------------------------------------------------- classes --
 */

static const EngineClass *registered[CLASSES_MAX];
static _Atomic size_t registered_count; /* grows when the class is in its place */

static const EngineClass *const built_in[] = {&hashmap_class, &lsm_class};

#define BUILT_IN_COUNT (sizeof(built_in) / sizeof(built_in[0]))

const EngineClass *
engine_class_at(size_t index)
{
    if (index < BUILT_IN_COUNT) {
        return built_in[index];
    }
    index -= BUILT_IN_COUNT;
    return index < atomic_load_explicit(&registered_count, memory_order_acquire) ? registered[index]
                                                                                 : NULL;
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
    size_t count = atomic_load(&registered_count);
    if (count == CLASSES_MAX - BUILT_IN_COUNT) {
        return base_error(BASE_NO_MEMORY, "too many engines");
    }
    registered[count] = engine_class;
    atomic_store_explicit(&registered_count, count + 1, memory_order_release);
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
    case ENGINE_CAN_BRIEF_WALK:
        return "brief_walks";
    default:
        return NULL;
    }
}

/*
 * ------------------------------------------------------------------------------------ messages --
 */

/* A directory that is worked on, and where to say what is wrong with it. */
typedef struct Place {
    const Env *env;
    const char *directory;
    char *message; /* MESSAGE_SIZE bytes */
} Place;

/* Writes the message for people and returns the status. */
static BaseStatus __attribute__((format(printf, 3, 4)))
explain(const Place *place, BaseStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(place->message, MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return status;
}

static BaseStatus
explain_file(const Place *place, BaseStatus status, const char *doing)
{
    return explain(place, status, "cannot %s in %s: %s", doing, place->directory, status.what);
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
sync_name(const Place *place)
{
    char above[ENV_PATH_MAX];
    memcpy(above, place->directory, strlen(place->directory) + 1);
    cut_last_name(above);
    BaseStatus status = env_sync_directory(place->env, above);
    if (!base_is_ok(status)) {
        return explain(place, status, "cannot sync the directory above %s: %s", place->directory,
                       status.what);
    }
    return status;
}

/* Makes the directory if it is missing. */
static BaseStatus
ensure_directory(const Place *place)
{
    size_t len = strlen(place->directory);
    if (len == 0 || len >= ENV_PATH_MAX) {
        return explain(place, base_error(BASE_INVALID, "not a usable name of a directory"),
                       "the name of the directory has %zu bytes; 1 to %d are possible", len,
                       ENV_PATH_MAX - 1);
    }
    EnvStat found;
    BaseStatus status = env_stat(place->env, place->directory, &found);
    if (base_is_ok(status) && !found.is_directory) {
        return explain(place, base_error(BASE_INVALID, "not a directory"), "%s is not a directory",
                       place->directory);
    }
    if (status.code == BASE_NOT_FOUND) {
        status = env_make_directory(place->env, place->directory);
    }
    if (!base_is_ok(status)) {
        return explain(place, status, "cannot make the directory %s: %s (the one above must exist)",
                       place->directory, status.what);
    }
    return status;
}

static BaseStatus
take_lock(const Place *place, EnvLock **ret_lock)
{
    char path[ENV_PATH_MAX];
    BaseStatus status = env_join(path, place->directory, LOCK_NAME);
    if (base_is_ok(status)) {
        status = env_lock(place->env, path, ret_lock);
    }
    if (status.code == BASE_BUSY) {
        return explain(place, status,
                       "%s is in use: another process, or another store of this one, has it open "
                       "(lock file %s). Stop that one, or use another directory",
                       place->directory, LOCK_NAME);
    }
    return base_is_ok(status) ? status : explain_file(place, status, "take the lock");
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
claim(const Place *place, const EngineClass *engine_class)
{
    bool strangers = false;
    BaseStatus status = env_list(place->env, place->directory, note_stranger, &strangers);
    if (!base_is_ok(status)) {
        return explain_file(place, status, "list the files");
    }
    if (strangers) {
        return explain(place, base_error(BASE_INVALID, "not a directory of an engine"),
                       "%s has files but no file " IDENTITY_NAME
                       ", so it is not the directory of an engine. Use an empty or new directory",
                       place->directory);
    }
    status = sync_name(place);
    if (!base_is_ok(status)) {
        return status;
    }
    char text[IDENTITY_MAX];
    format_identity(text, engine_class->name, engine_class->format);
    bool unsure = false;
    status = env_replace_file(place->env, place->directory, IDENTITY_NAME, base_slice_text(text),
                              &unsure);
    return base_is_ok(status) ? status : explain_file(place, status, "write " IDENTITY_NAME);
}

/* Reads the text of an identity. BASE_CORRUPTION: it is not what we write. */
static BaseStatus
understand(const Place *place, const char *text, char name[ENGINE_NAME_MAX], uint32_t *ret_format)
{
    if (parse_identity(text, name, ret_format)) {
        return base_ok();
    }
    return explain(place, base_error(BASE_CORRUPTION, "the file ENGINE is damaged"),
                   "the file %s/" IDENTITY_NAME
                   " is damaged, so it is unknown which engine wrote this directory. Restore "
                   "the file or the directory from a backup",
                   place->directory);
}

/* Compares the identity of a directory with the engine that is to work on it. */
static BaseStatus
compare(const Place *place, const EngineClass *engine_class, const char *name, uint32_t format)
{
    if (strcmp(name, engine_class->name) != 0) {
        return explain(place, base_error(BASE_INVALID, "the directory belongs to another engine"),
                       "%s holds data of the engine '%s', not '%s'. Open it with '%s'; or move the "
                       "data by export from there and import into a new directory; or give '%s' "
                       "another directory",
                       place->directory, name, engine_class->name, name, engine_class->name);
    }
    if (format != engine_class->format) {
        return explain(
            place, base_error(BASE_INVALID, "the directory has another format"),
            "%s has format %" PRIu32 " of the engine '%s'; this build knows format %" PRIu32
            ". Open it with the version of Larder that wrote it, export, and import into "
            "a new directory",
            place->directory, format, name, engine_class->format);
    }
    return base_ok();
}

/* Reads the identity of a directory. BASE_NOT_FOUND: it has none. */
static BaseStatus
read_identity(const Place *place, BaseBuf *text)
{
    char path[ENV_PATH_MAX];
    BaseStatus status = env_join(path, place->directory, IDENTITY_NAME);
    if (!base_is_ok(status)) {
        return explain_file(place, status, "name the file " IDENTITY_NAME);
    }
    status = env_read_file(place->env, path, IDENTITY_MAX, text);
    if (base_is_ok(status) && !base_buf_append_byte(text, '\0')) {
        status = base_error(BASE_NO_MEMORY, "no memory");
    }
    return base_is_ok(status) || status.code == BASE_NOT_FOUND
               ? status
               : explain_file(place, status, "read " IDENTITY_NAME);
}

/* Makes sure that the directory is the engine's; an empty one becomes that. */
static BaseStatus
identify(const Place *place, const EngineClass *engine_class)
{
    BaseBuf text = BASE_BUF_INIT;
    char name[ENGINE_NAME_MAX];
    uint32_t format;
    BaseStatus status = read_identity(place, &text);
    if (status.code == BASE_NOT_FOUND) {
        status = claim(place, engine_class);
    } else if (base_is_ok(status)) {
        status = understand(place, (const char *)text.data, name, &format);
        status = base_is_ok(status) ? compare(place, engine_class, name, format) : status;
    }
    base_buf_clear(&text);
    if (!base_is_ok(status)) {
        return status;
    }
    status = env_sync_directory(place->env, place->directory);
    return base_is_ok(status) ? status : explain_file(place, status, "sync the directory");
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
open_locked(const EngineClass *engine_class, const Place *place, EngineOpenArgs *args,
            EnvLock *lock, Engine **ret_engine)
{
    OpenEngine *open = malloc(sizeof(*open));
    if (open == NULL) {
        return explain(place, base_error(BASE_NO_MEMORY, "no memory"),
                       "no memory to open an engine");
    }
    Engine *engine = NULL;
    BaseStatus status = engine_class->open(args, &engine);
    if (!base_is_ok(status)) {
        free(open);
        if (args->message[0] == '\0') {
            (void)explain(place, status, "the engine '%s' cannot open %s: %s", engine_class->name,
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
    const Place place = {args->env, args->directory, args->message};
    args->message[0] = '\0';
    BaseStatus status = ensure_directory(&place);
    if (!base_is_ok(status)) {
        return status;
    }
    EnvLock *lock = NULL;
    status = take_lock(&place, &lock);
    if (!base_is_ok(status)) {
        return status;
    }
    status = identify(&place, engine_class);
    if (base_is_ok(status)) {
        status = open_locked(engine_class, &place, args, lock, ret_engine);
    }
    if (!base_is_ok(status)) {
        env_unlock(args->env, lock);
    }
    return status;
}

/*
 * ------------------------------------------------------------------------------ verify, repair --
 */

typedef BaseStatus FilesWork(EngineFilesArgs *args);

/* Whose directory it is, by its identity. */
static BaseStatus
find_owner(const Place *place, const EngineClass **ret_class)
{
    BaseBuf text = BASE_BUF_INIT;
    char name[ENGINE_NAME_MAX];
    uint32_t format;
    BaseStatus status = read_identity(place, &text);
    if (base_is_ok(status)) {
        status = understand(place, (const char *)text.data, name, &format);
    } else if (status.code == BASE_NOT_FOUND) {
        status =
            explain(place, base_error(BASE_INVALID, "not a directory of an engine"),
                    "%s has no file " IDENTITY_NAME ", so it is not the directory of an engine",
                    place->directory);
    }
    base_buf_clear(&text);
    if (!base_is_ok(status)) {
        return status;
    }
    const EngineClass *found = NULL;
    char why[MESSAGE_SIZE];
    if (!base_is_ok(engine_class_load(name, NULL, why, &found))) {
        return explain(place, base_error(BASE_INVALID, "no such engine"),
                       "%.200s belongs to the engine '%s'; %.200s", place->directory, name, why);
    }
    *ret_class = found;
    return compare(place, found, name, format);
}

/* Makes sure that there is a directory to look into, and locks it. */
static BaseStatus
lock_existing(const Place *place, EnvLock **ret_lock)
{
    EnvStat found;
    BaseStatus status = env_stat(place->env, place->directory, &found);
    if (base_is_ok(status) && !found.is_directory) {
        status = base_error(BASE_INVALID, "it is not a directory");
    }
    if (!base_is_ok(status)) {
        return explain(place, status, "cannot look into %s: %s", place->directory, status.what);
    }
    return take_lock(place, ret_lock);
}

/* Says that an engine has nothing to check or repair files with. */
static BaseStatus
decline(const Place *place, const EngineClass *engine_class, bool repair)
{
    const char *what = repair ? "repair" : "verify";
    bool persists = (engine_class->capabilities & ENGINE_CAN_PERSIST) != 0;
    return explain(place, base_error(BASE_UNSUPPORTED, "it cannot"),
                   persists ? "the engine '%s' cannot %s files while it is not open; those in %s "
                              "belong to another project's store, which has its own tools"
                            : "the engine '%s' keeps no files of records, so there is nothing to "
                              "%s in %s",
                   engine_class->name, what, place->directory);
}

static BaseStatus
work_on(EngineFilesArgs *args, bool repair)
{
    const Place place = {args->env, args->directory, args->message};
    EnvLock *lock = NULL;
    args->message[0] = '\0';
    args->files = args->bytes = args->entries = 0;
    BaseStatus status = lock_existing(&place, &lock);
    if (!base_is_ok(status)) {
        return status;
    }
    const EngineClass *engine_class = NULL;
    status = find_owner(&place, &engine_class);
    if (base_is_ok(status)) {
        FilesWork *work = repair ? engine_class->repair_files : engine_class->verify_files;
        status = work != NULL ? work(args) : decline(&place, engine_class, repair);
    }
    if (!base_is_ok(status) && status.code != BASE_CORRUPTION && args->message[0] == '\0') {
        (void)explain_file(&place, status, repair ? "repair the files" : "read the files");
    }
    env_unlock(args->env, lock);
    return status;
}

BaseStatus
engine_verify_directory(EngineFilesArgs *args)
{
    return work_on(args, false);
}

BaseStatus
engine_repair_directory(EngineFilesArgs *args)
{
    return work_on(args, true);
}
