/*
 * recovery.c: the steps of recovery.h, one function each.
 */
#include "engine/lsm/recovery.h"

#include "engine/format/file_name.h"
#include "engine/lsm/blob_ledger.h"
#include "engine/lsm/log_scan.h"
#include "engine/lsm/replay.h"
#include "engine/lsm/unique.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define TABLES_MESSAGE_BYTES 384
#define NUMBERS_MAX          ((uint64_t)1 << 62) /* no store comes so far */

typedef struct Recovery {
    const LsmRecoveryArgs *args;
    LsmRecovery *result;
    LsmLevels *levels; /* as the manifest has them, then as they come out */
    uint64_t manifest; /* number of the current one; 0: none */
    uint64_t floor;    /* segments from here on are needed */
    uint64_t highest;  /* number of any file */
    bool data_files;   /* there are tables, segments or blob files */
    char data_name[FORMAT_FILE_NAME_BYTES];
} Recovery;

__attribute__((format(printf, 2, 3))) static BaseStatus
corrupt(Recovery *recovery, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(recovery->result->message, sizeof(recovery->result->message), format,
                    arguments);
    va_end(arguments);
    return base_error(BASE_CORRUPTION, "the store is damaged");
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to open a store");
}

/* ------------------------------------------------------------------------------------ levels -- */

static bool
look_at_name(void *user, const char *name)
{
    Recovery *recovery = user;
    FormatFileName file = format_file_name_read(name);
    if (file.number > recovery->highest && file.number < NUMBERS_MAX) {
        recovery->highest = file.number;
    }
    if (file.kind == FORMAT_FILE_TABLE || file.kind == FORMAT_FILE_LOG ||
        file.kind == FORMAT_FILE_BLOB) {
        recovery->data_files = true;
        format_file_name_write(file, recovery->data_name);
    }
    return true;
}

/* Applies one more payload to the levels at hand. */
static BaseStatus
apply(Recovery *recovery, const FormatEdit *edits, size_t count)
{
    char message[256];
    BaseBuf payload = BASE_BUF_INIT;
    LsmLevels *after = NULL;
    bool encoded = true;
    for (size_t i = 0; i < count && encoded; i++) {
        encoded = format_manifest_edit_encode(&payload, &edits[i]);
    }
    BaseStatus status = encoded ? lsm_blob_ledger_balance(recovery->levels, &payload) : no_memory();
    if (status.code == BASE_OK) {
        status = lsm_levels_apply(recovery->levels, base_buf_slice(&payload), message, &after);
    }
    if (status.code == BASE_OK) {
        lsm_levels_unref(recovery->levels);
        recovery->levels = after;
    } else if (status.code == BASE_CORRUPTION) {
        (void)corrupt(recovery, "%s", message);
    }
    base_buf_clear(&payload);
    return status;
}

static BaseStatus
begin_store(Recovery *recovery)
{
    if (recovery->data_files) {
        return corrupt(recovery,
                       "CURRENT is missing, but %s is there: this is no new store. Restore CURRENT "
                       "from a backup, or repair the directory",
                       recovery->data_name);
    }
    recovery->result->created = true;
    BaseStatus status = lsm_levels_new(lsm_tables_owner(recovery->args->tables), &recovery->levels);
    if (status.code != BASE_OK) {
        return status;
    }
    FormatEdit store = {.tag = FORMAT_EDIT_STORE};
    store.store.id = lsm_unique_id();
    store.store.made_at_ms = base_clock_wall_ms(recovery->args->clock);
    return apply(recovery, &store, 1);
}

static BaseStatus
check_blob_file(Recovery *recovery, const LsmBlobFile *blob)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    EnvStat found;
    format_file_name_write((FormatFileName){FORMAT_FILE_BLOB, blob->number}, name);
    BaseStatus status = env_join(path, recovery->args->directory, name);
    if (status.code == BASE_OK) {
        status = env_stat(recovery->args->env, path, &found);
    }
    if (status.code == BASE_NOT_FOUND) {
        return corrupt(recovery, "%s is missing", name);
    }
    if (status.code == BASE_OK && found.size != blob->size) {
        return corrupt(recovery, "%s has %" PRId64 " bytes, but the manifest says %" PRId64, name,
                       found.size, blob->size);
    }
    return status;
}

/* Opens what is not open yet of the levels at hand. */
static BaseStatus
open_tables(Recovery *recovery)
{
    char message[TABLES_MESSAGE_BYTES] = "";
    BaseStatus status = lsm_tables_open(recovery->args->tables, recovery->levels, message);
    if (status.code != BASE_OK) {
        (void)snprintf(recovery->result->message, sizeof(recovery->result->message), "%s", message);
    }
    return status;
}

static BaseStatus
load_levels(Recovery *recovery)
{
    const LsmRecoveryArgs *args = recovery->args;
    LsmManifestFault fault;
    BaseStatus status =
        lsm_manifest_load(args->env, args->directory, lsm_tables_owner(args->tables),
                          &recovery->levels, &recovery->manifest, &fault);
    if (status.code == BASE_NOT_FOUND) {
        return begin_store(recovery);
    }
    if (status.code != BASE_OK) {
        (void)snprintf(recovery->result->message, sizeof(recovery->result->message), "%s",
                       fault.message);
        return status;
    }
    recovery->result->clean = recovery->levels->state.clean_segment != 0;
    recovery->floor = (uint64_t)recovery->levels->state.log_floor;
    char message[256];
    status = lsm_levels_check_blobs(recovery->levels, message);
    if (status.code == BASE_CORRUPTION) {
        return corrupt(recovery, "%s", message);
    }
    for (size_t i = 0; i < recovery->levels->blob_count && status.code == BASE_OK; i++) {
        status = check_blob_file(recovery, &recovery->levels->blobs[i]);
    }
    return status.code == BASE_OK ? open_tables(recovery) : status;
}

/* -------------------------------------------------------------------------------------- log -- */

/* Reads the log and lets `visit` have its commits. */
static BaseStatus
scan_log(Recovery *recovery, LsmLogVisitor *visit, void *user, LsmLogEnd *ret_end)
{
    const LsmStoreState *state = &recovery->levels->state;
    LsmLogScanArgs scan = {.env = recovery->args->env,
                           .directory = recovery->args->directory,
                           .floor = (uint64_t)state->log_floor,
                           .clean_segment = (uint64_t)state->clean_segment,
                           .clean_len = (uint64_t)state->clean_len,
                           .visit = visit,
                           .user = user};
    BaseStatus status = lsm_log_scan(&scan, ret_end);
    if (status.code == BASE_CORRUPTION) {
        (void)snprintf(recovery->result->message, sizeof(recovery->result->message), "%s",
                       ret_end->message);
    }
    return status;
}

/* Where the log has ended, which is where the store goes on. */
static void
note_end(const Recovery *recovery, const LsmLogEnd *end)
{
    const LsmStoreState *state = &recovery->levels->state;
    LsmRecovery *result = recovery->result;
    result->version = end->version > state->last_version ? end->version : state->last_version;
    result->stamp_ms = end->stamp_ms > state->last_stamp_ms ? end->stamp_ms : state->last_stamp_ms;
    result->position = end->position;
    result->segment = end->segment;
    result->segment_len = end->len;
    result->commits = end->commits;
    result->torn_bytes = end->torn_bytes;
}

/* -------------------------------------------------------------------------------- leftovers -- */

/* Whether the store needs a file. */
static bool
is_needed(const Recovery *recovery, const char *name)
{
    FormatFileName file = format_file_name_read(name);
    int level;
    switch (file.kind) {
    case FORMAT_FILE_MANIFEST:
        return file.number == recovery->manifest;
    case FORMAT_FILE_TABLE:
        return lsm_levels_find(recovery->levels, (int64_t)file.number, &level) != NULL;
    case FORMAT_FILE_BLOB:
        return lsm_levels_blob(recovery->levels, file.number) != NULL;
    case FORMAT_FILE_LOG:
        return file.number >= recovery->floor;
    case FORMAT_FILE_TEMPORARY:
        return false;
    default:
        return true;
    }
}

/* Names that are not needed, each with its terminator. */
typedef struct Leftovers {
    const Recovery *recovery;
    BaseBuf names;
} Leftovers;

static bool
collect_leftover(void *user, const char *name)
{
    Leftovers *leftovers = user;
    return is_needed(leftovers->recovery, name) ||
           base_buf_append(&leftovers->names, name, strlen(name) + 1);
}

/* Removes what it can; the rest is found again at the next opening. */
static void
remove_leftovers(Recovery *recovery)
{
    const LsmRecoveryArgs *args = recovery->args;
    Leftovers leftovers = {recovery, BASE_BUF_INIT};
    (void)env_list(args->env, args->directory, collect_leftover, &leftovers);
    const char *name = (const char *)leftovers.names.data;
    for (size_t at = 0; at < leftovers.names.len; at += strlen(name + at) + 1) {
        char path[ENV_PATH_MAX];
        if (env_join(path, args->directory, name + at).code == BASE_OK &&
            env_unlink(args->env, path).code == BASE_OK) {
            recovery->result->leftovers++;
        }
    }
    base_buf_clear(&leftovers.names);
}

/* ---------------------------------------------------------------------------------- in all -- */

/* The levels with the log's commits, and with a floor above all of it, as the current manifest. */
static BaseStatus
install(Recovery *recovery, LsmReplay *replay, bool *ret_unsure)
{
    LsmRecovery *result = recovery->result;
    int64_t manifest = replay->next_file;
    lsm_levels_unref(recovery->levels);
    recovery->levels = lsm_levels_ref(replay->levels);
    FormatEdit edits[] = {
        {.tag = FORMAT_EDIT_NEXT_FILE, .number = manifest + 1},
        {.tag = FORMAT_EDIT_LOG_FLOOR, .number = manifest + 1},
        {.tag = FORMAT_EDIT_LAST, .last = {result->version, result->stamp_ms}},
    };
    BaseStatus status = apply(recovery, edits, sizeof(edits) / sizeof(edits[0]));
    if (status.code == BASE_OK) {
        status = open_tables(recovery);
    }
    if (status.code == BASE_OK) {
        status =
            lsm_manifest_create(recovery->args->env, recovery->args->directory, (uint64_t)manifest,
                                recovery->levels, &result->manifest, ret_unsure);
    }
    if (status.code == BASE_OK) {
        recovery->manifest = (uint64_t)manifest;
        recovery->floor = (uint64_t)manifest + 1;
    }
    return status;
}

/* Replays the log and installs what comes out. After a failure the levels are as before. */
static BaseStatus
replay_log(Recovery *recovery, bool *ret_unsure)
{
    LsmReplay replay;
    LsmLogEnd end;
    LsmLevels *before = lsm_levels_ref(recovery->levels);
    int64_t next_file = before->state.next_file;
    if ((uint64_t)next_file <= recovery->highest) {
        next_file = (int64_t)recovery->highest + 1;
    }
    *ret_unsure = false;
    lsm_replay_init(&replay, recovery->args, before, next_file);
    BaseStatus status = scan_log(recovery, lsm_replay_commit, &replay, &end);
    note_end(recovery, &end);
    if (status.code == BASE_OK) {
        status = lsm_replay_end(&replay);
    }
    recovery->result->tables = replay.next_file - next_file;
    if (status.code == BASE_OK) {
        status = install(recovery, &replay, ret_unsure);
    }
    if (status.code != BASE_OK) {
        lsm_levels_unref(recovery->levels);
        recovery->levels = lsm_levels_ref(before);
    }
    if (status.code != BASE_OK && !*ret_unsure) {
        lsm_replay_undo(&replay);
    }
    lsm_replay_clear(&replay);
    lsm_levels_unref(before);
    return status;
}

/* An LsmLogVisitor that only looks. */
static BaseStatus
pass_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    BaseStatus status = base_ok();
    (void)user;
    (void)commit;
    while (reader->left != 0 && status.code == BASE_OK) {
        FormatLogOperation operation;
        status = format_log_reader_operation(reader, &operation);
    }
    return status;
}

/* Replays the log; on a full disk once more, when what a sound store does not need has gone. */
static BaseStatus
replay_with_room(Recovery *recovery)
{
    LsmLogEnd end;
    bool unsure;
    BaseStatus status = replay_log(recovery, &unsure);
    if (status.code != BASE_NO_SPACE || unsure ||
        scan_log(recovery, pass_commit, NULL, &end).code != BASE_OK) {
        return status;
    }
    remove_leftovers(recovery);
    return recovery->result->leftovers != 0 ? replay_log(recovery, &unsure) : status;
}

BaseStatus
lsm_recovery_run(const LsmRecoveryArgs *args, LsmRecovery *ret_recovery)
{
    *ret_recovery = (LsmRecovery){0};
    Recovery recovery = {.args = args, .result = ret_recovery};
    BaseStatus status = env_list(args->env, args->directory, look_at_name, &recovery);
    if (status.code == BASE_OK) {
        status = load_levels(&recovery);
    }
    if (status.code == BASE_OK) {
        status = replay_with_room(&recovery);
    }
    if (status.code != BASE_OK) {
        lsm_levels_unref(recovery.levels);
        return status;
    }
    remove_leftovers(&recovery);
    ret_recovery->levels = recovery.levels;
    return base_ok();
}
