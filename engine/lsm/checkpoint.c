/*
 * checkpoint.c: the files of a copy, in the order that K-2 needs. See checkpoint.h.
 *
 * The target's LOCK is held all the time, so two checkpoints never fill one directory, and nobody
 * opens it before it is complete.
 */
#include "engine/lsm/checkpoint.h"

#include "engine/format/file_name.h"
#include "engine/lsm/transfer.h"
#include "engine/lsm/unique.h"

#include <stdarg.h>
#include <stdio.h>

#define SMALL_FILE_MAX  4096
#define LOCK_NAME       "LOCK"
#define VERSION_NAME    "VERSION"
#define IDENTITY_NAME   "ENGINE"
#define LOST_FOUND_NAME "lost+found" /* of a file system's root */

typedef struct Checkpoint {
    const LsmCheckpointArgs *args;
    const char *target;
    LsmView *view;
    EnvLock *lock;
    bool made;       /* the directory is ours */
    bool may_remove; /* and so is all that is in it */
    char *message;
} Checkpoint;

__attribute__((format(printf, 3, 4))) static BaseStatus
explain(const Checkpoint *checkpoint, BaseStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(checkpoint->message, LSM_CHECKPOINT_MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    return status;
}

static BaseStatus
explain_file(const Checkpoint *checkpoint, BaseStatus status, const char *name)
{
    return status.code == BASE_OK
               ? status
               : explain(checkpoint, status, "cannot make %s of the checkpoint in %.300s: %s", name,
                         checkpoint->target, status.what);
}

/* --------------------------------------------------------------------------------- directory -- */

/* Names that may be in an empty directory. */
static bool
does_not_count(const char *name)
{
    return strcmp(name, LOCK_NAME) == 0 || strcmp(name, LOST_FOUND_NAME) == 0;
}

static bool
note_file(void *user, const char *name)
{
    *(bool *)user = !does_not_count(name);
    return does_not_count(name);
}

static BaseStatus
take_directory(Checkpoint *checkpoint)
{
    const Env *env = checkpoint->args->env;
    char lock[ENV_PATH_MAX];
    bool filled = false;
    BaseStatus status = env_make_directory(env, checkpoint->target);
    checkpoint->made = status.code == BASE_OK;
    if (status.code == BASE_OK || status.code == BASE_EXISTS) {
        status = env_join(lock, checkpoint->target, LOCK_NAME);
    }
    if (status.code == BASE_OK) {
        status = env_lock(env, lock, &checkpoint->lock);
    }
    if (status.code == BASE_OK) {
        status = env_list(env, checkpoint->target, note_file, &filled);
    }
    if (status.code != BASE_OK) {
        return explain(checkpoint, status, "cannot use %.300s for a checkpoint: %s",
                       checkpoint->target, status.what);
    }
    if (filled) {
        return explain(checkpoint, base_error(BASE_EXISTS, "the directory is not empty"),
                       "%.300s is not empty; a checkpoint needs a new or empty directory",
                       checkpoint->target);
    }
    checkpoint->may_remove = true;
    return base_ok();
}

/* Makes the name of the directory durable. */
static BaseStatus
sync_above(Checkpoint *checkpoint)
{
    char above[ENV_PATH_MAX];
    size_t len = strlen(checkpoint->target);
    while (len > 1 && checkpoint->target[len - 1] == '/') {
        len--;
    }
    while (len > 0 && checkpoint->target[len - 1] != '/') {
        len--;
    }
    (void)snprintf(above, sizeof(above), "%.*s", (int)len, len == 0 ? "." : checkpoint->target);
    if (len == 0) {
        memcpy(above, ".", 2);
    }
    BaseStatus status = env_sync_directory(checkpoint->args->env, above);
    return explain_file(checkpoint, status, "the name");
}

/* ------------------------------------------------------------------------------------- files -- */

/* Gives an immutable file a name in the copy. */
static BaseStatus
share_file(Checkpoint *checkpoint, FormatFileKind kind, uint64_t number)
{
    const LsmCheckpointArgs *args = checkpoint->args;
    char name[FORMAT_FILE_NAME_BYTES];
    char from[ENV_PATH_MAX];
    char to[ENV_PATH_MAX];
    format_file_name_write((FormatFileName){kind, number}, name);
    BaseStatus status = args->pause == NULL ? base_ok() : args->pause(args->user);
    if (status.code == BASE_OK) {
        status = env_join(from, args->directory, name);
    }
    if (status.code == BASE_OK) {
        status = env_join(to, checkpoint->target, name);
    }
    if (status.code == BASE_OK) {
        status = lsm_transfer_share(args->env, from, to);
    }
    return explain_file(checkpoint, status, name);
}

static BaseStatus
share_files(Checkpoint *checkpoint)
{
    const LsmLevels *levels = checkpoint->view->levels;
    BaseStatus status = base_ok();
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &levels->levels[level];
        for (size_t i = 0; i < tables->count && status.code == BASE_OK; i++) {
            uint64_t number = (uint64_t)tables->tables[i]->info.number;
            status = share_file(checkpoint, FORMAT_FILE_TABLE, number);
        }
    }
    for (size_t i = 0; i < levels->blob_count && status.code == BASE_OK; i++) {
        status = share_file(checkpoint, FORMAT_FILE_BLOB, levels->blobs[i].number);
    }
    return status;
}

/* Copies a small file that is replaced as a whole, if the store has it. */
static BaseStatus
copy_small(Checkpoint *checkpoint, const char *name)
{
    const LsmCheckpointArgs *args = checkpoint->args;
    char path[ENV_PATH_MAX];
    bool unsure;
    BaseBuf bytes = BASE_BUF_INIT;
    BaseStatus status = env_join(path, args->directory, name);
    if (status.code == BASE_OK) {
        status = env_read_file(args->env, path, SMALL_FILE_MAX, &bytes);
    }
    if (status.code == BASE_OK) {
        status =
            env_replace_file(args->env, checkpoint->target, name, base_buf_slice(&bytes), &unsure);
    } else if (status.code == BASE_NOT_FOUND) {
        status = base_ok();
    }
    base_buf_clear(&bytes);
    return explain_file(checkpoint, status, name);
}

static BaseStatus
copy_versions(Checkpoint *checkpoint)
{
    return copy_small(checkpoint, VERSION_NAME);
}

static BaseStatus
copy_identity(Checkpoint *checkpoint)
{
    return copy_small(checkpoint, IDENTITY_NAME);
}

/* ---------------------------------------------------------------------------------- manifest -- */

/* The levels of the view as those of another store, which has no log yet. */
static BaseStatus
new_store(const LsmLevels *levels, LsmLevels **ret_levels)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    int64_t next = levels->state.next_file + 1;
    FormatEdit store = {.tag = FORMAT_EDIT_STORE};
    store.store.id = lsm_unique_id();
    store.store.made_at_ms = levels->state.made_at_ms;
    FormatEdit next_file = {.tag = FORMAT_EDIT_NEXT_FILE, .number = next};
    FormatEdit floor = {.tag = FORMAT_EDIT_LOG_FLOOR, .number = next};
    BaseStatus status = base_error(BASE_NO_MEMORY, "no memory for the levels of a checkpoint");
    if (format_manifest_edit_encode(&edits, &store) &&
        format_manifest_edit_encode(&edits, &next_file) &&
        format_manifest_edit_encode(&edits, &floor)) {
        status = lsm_levels_apply(levels, base_buf_slice(&edits), message, ret_levels);
    }
    base_buf_clear(&edits);
    return status;
}

static BaseStatus
write_manifest(Checkpoint *checkpoint)
{
    const LsmLevels *levels = checkpoint->view->levels;
    LsmLevels *copy = NULL;
    LsmManifest *manifest = NULL;
    bool unsure;
    BaseStatus status = new_store(levels, &copy);
    if (status.code == BASE_OK) {
        status = lsm_manifest_create(checkpoint->args->env, checkpoint->target,
                                     (uint64_t)levels->state.next_file, copy, &manifest, &unsure);
    }
    lsm_manifest_free(manifest);
    lsm_levels_unref(copy);
    return explain_file(checkpoint, status, "the manifest");
}

/* --------------------------------------------------------------------------------------- all -- */

/* One name that a failed checkpoint has to remove. */
static bool
take_name(void *user, const char *name)
{
    if (does_not_count(name)) {
        return true;
    }
    (void)snprintf(user, ENV_PATH_MAX, "%s", name);
    return false;
}

/* Removes what is there, as far as that works (K-3); first what makes it openable. */
static void
remove_all(Checkpoint *checkpoint)
{
    const Env *env = checkpoint->args->env;
    char name[ENV_PATH_MAX];
    char path[ENV_PATH_MAX];
    if (env_join(path, checkpoint->target, IDENTITY_NAME).code == BASE_OK) {
        (void)env_unlink(env, path);
    }
    BaseStatus status = base_ok();
    while (status.code == BASE_OK) {
        name[0] = '\0';
        status = env_list(env, checkpoint->target, take_name, name);
        if (status.code == BASE_OK && name[0] == '\0') {
            break;
        }
        if (status.code == BASE_OK) {
            status = env_join(path, checkpoint->target, name);
        }
        if (status.code == BASE_OK) {
            status = env_unlink(env, path);
        }
    }
}

static void
finish(Checkpoint *checkpoint, bool failed)
{
    const Env *env = checkpoint->args->env;
    char lock[ENV_PATH_MAX];
    if (failed && checkpoint->may_remove) {
        remove_all(checkpoint);
    }
    env_unlock(env, checkpoint->lock);
    if (failed && checkpoint->made) {
        if (env_join(lock, checkpoint->target, LOCK_NAME).code == BASE_OK) {
            (void)env_unlink(env, lock);
        }
        (void)env_remove_directory(env, checkpoint->target);
    }
    lsm_view_unref(checkpoint->view);
}

BaseStatus
lsm_checkpoint_run(const LsmCheckpointArgs *args, const char *target, char *message)
{
    static BaseStatus (*const STEPS[])(Checkpoint * checkpoint) = {
        take_directory, share_files, copy_versions, write_manifest, sync_above, copy_identity,
    };
    Checkpoint checkpoint = {.args = args, .target = target, .message = message};
    BaseStatus status = base_ok();
    message[0] = '\0';
    checkpoint.view = lsm_catalog_hold(args->catalog);
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]) && status.code == BASE_OK; i++) {
        status = STEPS[i](&checkpoint);
    }
    finish(&checkpoint, status.code != BASE_OK);
    return status;
}
