/*
 * recovery_rig.c: see recovery_rig.h.
 */
#include "tests/support/recovery_rig.h"

#include "engine/env/mem.h"
#include "engine/format/log_commit.h"
#include "engine/format/log_record.h"
#include "engine/lsm/get.h"
#include "engine/lsm/unique.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 40,
    OPERATIONS_MAX = 6,
    COMMITS_MAX = 3000,
    SEGMENT_BYTES = 32 << 10,
    MEMTABLE_BYTES = 128 << 10,
    START_MS = 1000000,
};

typedef struct Operation {
    FormatLogOperationKind kind;
    bool system;
    bool unbounded;
    int first;
    int stop;
    int64_t expires_at_ms;
} Operation;

typedef struct RecoveryCommit {
    int64_t version;
    int64_t stamp_ms;
    size_t count;
    Operation operations[OPERATIONS_MAX];
} RecoveryCommit;

/* What a key has; version 0: nothing. */
typedef struct State {
    int64_t version;
    int64_t expires_at_ms;
} State;

static BaseSlice
key_of(int key, char text[16])
{
    (void)snprintf(text, 16, "key%04d", key);
    return base_slice_text(text);
}

/* --------------------------------------------------------------------------------- the model -- */

static void
apply_operation(const RecoveryCommit *commit, const Operation *operation, State state[2][KEYS])
{
    State *keys = state[operation->system];
    int stop = operation->unbounded || operation->stop > KEYS ? KEYS : operation->stop;
    switch (operation->kind) {
    case FORMAT_LOG_PUT:
        keys[operation->first] = (State){commit->version, operation->expires_at_ms};
        break;
    case FORMAT_LOG_REMOVE:
        keys[operation->first] = (State){0};
        break;
    case FORMAT_LOG_REMOVE_RANGE:
        for (int key = operation->first; key < stop; key++) {
            keys[key] = (State){0};
        }
        break;
    }
}

/* The state behind the commits up to a version. */
static void
model_at(RecoveryRig *rig, int64_t version, State state[2][KEYS])
{
    memset(state, 0, 2 * sizeof(*state));
    for (size_t i = 0; i < rig->commit_count && rig->commits[i].version <= version; i++) {
        const RecoveryCommit *commit = &rig->commits[i];
        for (size_t o = 0; o < commit->count; o++) {
            apply_operation(commit, &commit->operations[o], state);
        }
    }
}

/* How many commits are at or below a version. */
size_t
recovery_rig_commits_at(RecoveryRig *rig, int64_t version)
{
    size_t count = 0;
    while (count < rig->commit_count && rig->commits[count].version <= version) {
        count++;
    }
    return count;
}

/* ----------------------------------------------------------------------------------- opening -- */

BaseStatus
recovery_rig_try_open(RecoveryRig *rig)
{
    LsmTablesArgs tables = {.env = &rig->env.env, .directory = "/", .cache = rig->cache};
    ck_assert_int_eq(lsm_tables_new(&tables, &rig->tables).code, BASE_OK);
    LsmRecoveryArgs args = {.env = &rig->env.env,
                            .directory = "/",
                            .clock = &rig->clock.clock,
                            .tables = rig->tables,
                            .memtable_bytes = MEMTABLE_BYTES,
                            .table_bytes = 64 << 10,
                            .table = {.block_bytes = 512, .filter_bits = 10}};
    BaseStatus status = lsm_recovery_run(&args, &rig->recovery);
    if (status.code != BASE_OK) {
        ck_assert_ptr_null(rig->recovery.levels);
        ck_assert_ptr_null(rig->recovery.manifest);
        lsm_tables_free(rig->tables);
        rig->tables = NULL;
        return status;
    }
    rig->next_file = rig->recovery.levels->state.next_file;
    LsmLogArgs log = {.env = &rig->env.env,
                      .directory = "/",
                      .clock = &rig->clock.clock,
                      .mode = LSM_SYNC_OS,
                      .position = rig->recovery.position,
                      .previous = rig->recovery.segment,
                      .previous_len = rig->recovery.segment_len,
                      .id_seed = lsm_unique_id()};
    ck_assert_int_eq(lsm_log_new(&log, &rig->log).code, BASE_OK);
    return status;
}

void
recovery_rig_open(RecoveryRig *rig)
{
    BaseStatus status = recovery_rig_try_open(rig);
    ck_assert_msg(status.code == BASE_OK, "%s: %s", status.what, rig->recovery.message);
}

/* Ends a session without a word to the files. */
void
recovery_rig_leave(RecoveryRig *rig)
{
    lsm_log_free(rig->log);
    lsm_manifest_free(rig->recovery.manifest);
    lsm_levels_unref(rig->recovery.levels);
    lsm_tables_free(rig->tables);
    rig->log = NULL;
    rig->tables = NULL;
}

/* Ends a session as a store does that is closed. */
void
recovery_rig_close(RecoveryRig *rig)
{
    LsmLogStats stats;
    BaseBuf payload = BASE_BUF_INIT;
    ck_assert_int_eq(lsm_log_sync(rig->log).code, BASE_OK);
    lsm_log_stats(rig->log, &stats);
    FormatEdit end = {.tag = FORMAT_EDIT_CLEAN_END};
    end.clean_end.segment = (int64_t)stats.segment;
    end.clean_end.len = (int64_t)stats.segment_len;
    ck_assert(format_manifest_edit_encode(&payload, &end));
    ck_assert_int_eq(lsm_manifest_append(rig->recovery.manifest, base_buf_slice(&payload)).code,
                     BASE_OK);
    base_buf_clear(&payload);
    rig->durable = rig->commit_count;
    recovery_rig_leave(rig);
}

static void
check_key(RecoveryRig *rig, const LsmPoint *point, bool system, int key, const State *expected)
{
    char text[16];
    uint8_t stored[17] = {system};
    BaseSlice bytes = key_of(key, text);
    memcpy(stored + 1, bytes.data, bytes.len);
    LsmFound found;
    BaseStatus status =
        lsm_get(point, &rig->counters, base_slice(stored, bytes.len + 1), 0, &found);
    ck_assert_msg(status.code == BASE_OK, "%s", status.what);
    bool there = found.kind == LSM_FOUND_VALUE;
    if (expected->expires_at_ms != 0 && expected->expires_at_ms <= rig->recovery.stamp_ms) {
        /* Expired for everybody: it may be there or not. */
        ck_assert(!there || found.version == expected->version);
        return;
    }
    ck_assert_msg(there == (expected->version != 0),
                  "%s of keyspace %d: version %lld (%d), expected %lld; stamp %lld", text, system,
                  (long long)found.version, found.kind, (long long)expected->version,
                  (long long)rig->recovery.version);
    if (there) {
        ck_assert_int_eq(found.version, expected->version);
        ck_assert_int_eq(found.expires_at_ms, expected->expires_at_ms);
        ck_assert_uint_eq(found.value.len, rig->value_len);
        ck_assert_mem_eq(found.value.data, &expected->version, sizeof(int64_t));
    }
}

/* What was recovered is a prefix with all that is durable, and is read back as it was written. */
void
recovery_rig_check(RecoveryRig *rig)
{
    static State state[2][KEYS];
    size_t found = recovery_rig_commits_at(rig, rig->recovery.version);
    ck_assert_uint_ge(found, rig->durable);
    model_at(rig, rig->recovery.version, state);
    LsmView view = {.levels = rig->recovery.levels};
    LsmPoint point = {&view, INT64_MAX};
    ck_assert(base_epoch_enter());
    for (int key = 0; key < KEYS; key++) {
        check_key(rig, &point, false, key, &state[0][key]);
        check_key(rig, &point, true, key, &state[1][key]);
    }
    base_epoch_exit();
    for (size_t i = 0; i < found; i++) {
        ck_assert_int_le(rig->commits[i].stamp_ms, rig->recovery.stamp_ms);
    }
}

/* What recovery did not find was never written. */
void
recovery_rig_forget_lost(RecoveryRig *rig)
{
    rig->commit_count = recovery_rig_commits_at(rig, rig->recovery.version);
    rig->durable = rig->commit_count;
}

/* -------------------------------------------------------------------------------- writing -- */

static void
next_segment(RecoveryRig *rig)
{
    LsmSegment *segment = NULL;
    ck_assert_int_eq(
        lsm_log_segment_new(rig->log, (uint64_t)rig->next_file++, SEGMENT_BYTES, &segment).code,
        BASE_OK);
    ck_assert_int_eq(lsm_log_switch(rig->log, segment, rig->version).code, BASE_OK);
}

static Operation
random_operation(RecoveryRig *rig)
{
    Operation operation = {.kind = FORMAT_LOG_PUT,
                           .system = base_rand_below(&rig->rand, 4) == 0,
                           .first = (int)base_rand_below(&rig->rand, KEYS)};
    switch (base_rand_below(&rig->rand, 16)) {
    case 0:
        operation.kind = FORMAT_LOG_REMOVE_RANGE;
        operation.unbounded = base_rand_below(&rig->rand, 4) == 0;
        operation.stop = operation.first + (int)base_rand_below(&rig->rand, 10);
        break;
    case 1:
    case 2:
        operation.kind = FORMAT_LOG_REMOVE;
        break;
    case 3:
        operation.expires_at_ms = rig->stamp_ms + 1 + (int64_t)base_rand_below(&rig->rand, 2000);
        break;
    default:
        break;
    }
    return operation;
}

static void
append_operation(RecoveryRig *rig, BaseBuf *record, const RecoveryCommit *commit,
                 const Operation *operation)
{
    char first[16];
    char stop[16];
    static uint8_t value[8192];
    memset(value, 'v', sizeof(value));
    memcpy(value, &commit->version, sizeof(commit->version));
    FormatLogOperation encoded = {.kind = operation->kind,
                                  .system = operation->system,
                                  .unbounded = operation->unbounded,
                                  .key = key_of(operation->first, first),
                                  .expires_at_ms = operation->expires_at_ms};
    if (operation->kind == FORMAT_LOG_PUT) {
        encoded.value = base_slice(value, rig->value_len);
    } else if (operation->kind == FORMAT_LOG_REMOVE_RANGE && !operation->unbounded) {
        encoded.value = key_of(operation->stop, stop);
    }
    ck_assert(format_log_commit_add(record, &encoded));
}

/* A commit in a record of its own. */
static void
write_commit(RecoveryRig *rig)
{
    BaseBuf record = BASE_BUF_INIT;
    FormatLogWriter writer = {0};
    RecoveryCommit *commit = &rig->commits[rig->commit_count++];
    ck_assert_uint_lt(rig->commit_count, COMMITS_MAX);
    rig->version += 1 + (int64_t)base_rand_below(&rig->rand, 3);
    rig->stamp_ms += (int64_t)base_rand_below(&rig->rand, 3);
    *commit = (RecoveryCommit){.version = rig->version,
                               .stamp_ms = rig->stamp_ms,
                               .count = 1 + base_rand_below(&rig->rand, OPERATIONS_MAX)};
    ck_assert_ptr_nonnull(base_buf_extend(&record, FORMAT_LOG_RECORD_HEAD_BYTES));
    format_log_commit_begin(&writer, &record,
                            &(FormatLogCommit){rig->version, rig->stamp_ms, commit->count});
    for (size_t i = 0; i < commit->count; i++) {
        commit->operations[i] = random_operation(rig);
        append_operation(rig, &record, commit, &commit->operations[i]);
    }
    uint64_t len = format_log_record_len(record.len - FORMAT_LOG_RECORD_HEAD_BYTES);
    if (lsm_log_current(rig->log) == NULL ||
        !lsm_log_segment_reserve(lsm_log_current(rig->log), len)) {
        rig->version--; /* the segment's base */
        next_segment(rig);
        rig->version++;
        ck_assert(lsm_log_segment_reserve(lsm_log_current(rig->log), len));
    }
    ck_assert_int_eq(lsm_log_append(rig->log, &record).code, BASE_OK);
    base_buf_clear(&record);
}

void
recovery_rig_sync(RecoveryRig *rig)
{
    ck_assert_int_eq(lsm_log_sync(rig->log).code, BASE_OK);
    rig->durable = rig->commit_count;
}

/* Commits, of which some are made durable. */
void
recovery_rig_write(RecoveryRig *rig, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        write_commit(rig);
        if (base_rand_below(&rig->rand, 10) == 0) {
            recovery_rig_sync(rig);
        }
    }
}

/* --------------------------------------------------------------------------------- files -- */

static bool
note_name(void *user, const char *name)
{
    RecoveryNames *names = user;
    ck_assert_uint_lt(names->count, RECOVERY_RIG_NAMES_MAX);
    (void)snprintf(names->names[names->count++], FORMAT_FILE_NAME_BYTES, "%s", name);
    return true;
}

RecoveryNames
recovery_rig_names(RecoveryRig *rig)
{
    RecoveryNames names = {.count = 0};
    ck_assert_int_eq(env_list(rig->mem, "/", note_name, &names).code, BASE_OK);
    return names;
}

bool
recovery_rig_has_name(const RecoveryNames *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The n-th file of a kind in the order of numbers, or the last one if n is negative. */
FormatFileName
recovery_rig_file(RecoveryRig *rig, FormatFileKind kind, int n)
{
    RecoveryNames names = recovery_rig_names(rig);
    FormatFileName best = {FORMAT_FILE_OTHER, 0};
    for (uint64_t floor = 0; n >= 0 || best.number == 0; n--) {
        FormatFileName next = {FORMAT_FILE_OTHER, n >= 0 ? UINT64_MAX : 0};
        for (size_t i = 0; i < names.count; i++) {
            FormatFileName file = format_file_name_read(names.names[i]);
            bool better = n >= 0 ? file.number < next.number : file.number > next.number;
            if (file.kind == kind && file.number > floor && better) {
                next = file;
            }
        }
        ck_assert_int_eq(next.kind, kind);
        best = next;
        floor = next.number;
    }
    return best;
}

void
recovery_rig_path(FormatFileName file, char path[64])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write(file, name);
    (void)snprintf(path, 64, "/%s", name);
}

void
recovery_rig_write_file(RecoveryRig *rig, const char *path, BaseSlice bytes)
{
    EnvFile *file = NULL;
    unsigned how = ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE;
    ck_assert_int_eq(env_open_file(rig->mem, path, how, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_write_at(file, 0, bytes.data, bytes.len).code, BASE_OK);
    ck_assert_int_eq(env_file_sync(file).code, BASE_OK);
    env_file_close(file);
}

void
recovery_rig_flip_byte(RecoveryRig *rig, const char *path, int64_t offset)
{
    EnvFile *file = NULL;
    uint8_t byte = 0;
    size_t len = 0;
    ck_assert_int_eq(env_open_file(rig->mem, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(file, offset, &byte, 1, &len).code, BASE_OK);
    ck_assert_uint_eq(len, 1);
    byte ^= 0x40;
    ck_assert_int_eq(env_file_write_at(file, offset, &byte, 1).code, BASE_OK);
    ck_assert_int_eq(env_file_sync(file).code, BASE_OK);
    env_file_close(file);
}

/* ------------------------------------------------------------------------------------- life -- */

void
recovery_rig_init(RecoveryRig *rig, uint64_t seed)
{
    memset(rig, 0, sizeof(*rig));
    rig->mem = env_mem_new();
    ck_assert_ptr_nonnull(rig->mem);
    fault_env_init(&rig->env, rig->mem, base_error(BASE_IO, "a planned failure"));
    base_fake_clock_init(&rig->clock, START_MS);
    rig->cache = table_block_cache_new(1 << 20);
    rig->commits = calloc(COMMITS_MAX, sizeof(*rig->commits));
    ck_assert_ptr_nonnull(rig->commits);
    rig->rand = base_rand(seed);
    rig->stamp_ms = START_MS;
    rig->value_len = 100;
}

void
recovery_rig_clear(RecoveryRig *rig)
{
    table_block_cache_free(rig->cache);
    free(rig->commits);
    env_mem_free(rig->mem);
}
