/*
 * tables.c: opening the files of levels, and closing those that nobody lists. See tables.h.
 *
 * A table or blob file has a record of this file's, made when it is opened, so that giving it up
 * needs no memory: the levels hand it over (unused), its record goes into a list, and sweep()
 * passes the list through a limbo. Two locks, so that a reader that gives up an iterator never
 * waits for a file being removed: `lock` is for the list, `sweeping` for the limbo and what comes
 * out of it.
 *
 * A file that cannot be removed stays; it is in no manifest, so the next start removes it.
 */
#include "engine/lsm/tables.h"

#include "engine/base/check.h"
#include "engine/base/epoch.h"
#include "engine/format/file_name.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_BYTES 384

typedef struct Record Record;

struct Record {
    BaseEpochItem item; /* first: for the limbo */
    Record *next;
    Table *table;         /* either this */
    TableBlobFile *blobs; /* or that */
    uint64_t number;
    bool dropped;
};

struct LsmTables {
    const Env *env;
    char *directory;
    TableBlockCache *cache;
    TableReporter reporter;
    LsmTableOwner owner;
    _Atomic int64_t memory;
    pthread_mutex_t lock;
    Record *unused;
    pthread_mutex_t sweeping;
    BaseEpochLimbo limbo;
};

static BaseStatus
path_of(const LsmTables *tables, FormatFileKind kind, uint64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){kind, number}, name);
    return env_join(path, tables->directory, name);
}

/* ----------------------------------------------------------------------------------- closing -- */

/* Takes over what no levels list any more; NULL: it was never opened. */
static void
take_over(LsmTables *tables, Record *record, const _Atomic bool *dropped)
{
    if (record == NULL) {
        return;
    }
    record->dropped = atomic_load_explicit(dropped, memory_order_acquire);
    pthread_mutex_lock(&tables->lock);
    record->next = tables->unused;
    tables->unused = record;
    pthread_mutex_unlock(&tables->lock);
}

/* What levels call when none of them lists the table, or the blob file, any more. */
static void
unused(void *user, LsmTable *table)
{
    take_over(user, table->record, &table->dropped);
}

static void
blob_unused(void *user, LsmBlobHold *hold)
{
    take_over(user, hold->record, &hold->dropped);
}

/* Closes a file that nobody sees, and removes it if that is due. */
static void
dispose(void *user, BaseEpochItem *item)
{
    LsmTables *tables = user;
    Record *record = (Record *)item;
    char path[ENV_PATH_MAX];
    FormatFileKind kind = record->table != NULL ? FORMAT_FILE_TABLE : FORMAT_FILE_BLOB;
    if (record->table != NULL) {
        atomic_fetch_sub_explicit(&tables->memory, (int64_t)table_memory(record->table),
                                  memory_order_relaxed);
    }
    table_free(record->table);
    table_blob_file_free(record->blobs);
    if (record->dropped && path_of(tables, kind, record->number, path).code == BASE_OK) {
        (void)env_unlink(tables->env, path);
    }
    free(record);
}

static void
retire_unused(LsmTables *tables)
{
    pthread_mutex_lock(&tables->lock);
    Record *list = tables->unused;
    tables->unused = NULL;
    pthread_mutex_unlock(&tables->lock);
    while (list != NULL) {
        Record *next = list->next;
        base_epoch_retire(&tables->limbo, &list->item, sizeof(*list));
        list = next;
    }
}

size_t
lsm_tables_sweep(LsmTables *tables)
{
    pthread_mutex_lock(&tables->sweeping);
    retire_unused(tables);
    (void)base_epoch_reclaim(&tables->limbo, SIZE_MAX);
    size_t waiting = base_epoch_limbo_count(&tables->limbo);
    pthread_mutex_unlock(&tables->sweeping);
    return waiting;
}

/* ----------------------------------------------------------------------------------- opening -- */

static BaseStatus
open_file(LsmTables *tables, const FormatTable *info, const char *path, Table **ret_table)
{
    TableOptions options = {.env = tables->env,
                            .path = path,
                            .expect = true,
                            .size = (uint64_t)info->size,
                            .id = info->id,
                            .version_override = info->version_override,
                            .cache = tables->cache,
                            .reporter = tables->reporter};
    return table_open(&options, ret_table);
}

/* A record for a file to be opened. */
static BaseStatus
record_new(LsmTables *tables, FormatFileKind kind, uint64_t number, char path[ENV_PATH_MAX],
           Record **ret_record)
{
    Record *record = calloc(1, sizeof(*record));
    if (record == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an open file");
    }
    record->number = number;
    *ret_record = record;
    return path_of(tables, kind, number, path);
}

/* Gives up a record whose file could not be opened; the message names the file. */
static BaseStatus
give_up(Record *record, FormatFileKind kind, BaseStatus status, char *message)
{
    char name[FORMAT_FILE_NAME_BYTES];
    if (record == NULL) {
        return status;
    }
    if (status.code == BASE_NOT_FOUND) {
        status = base_error(BASE_CORRUPTION, "a file of the store is missing");
    }
    format_file_name_write((FormatFileName){kind, record->number}, name);
    (void)snprintf(message, MESSAGE_BYTES, "%s: %s", name, status.what);
    free(record);
    return status;
}

static BaseStatus
open_blobs(LsmTables *tables, const LsmBlobFile *file, char *message)
{
    char path[ENV_PATH_MAX];
    Record *record = NULL;
    BaseStatus status = record_new(tables, FORMAT_FILE_BLOB, file->number, path, &record);
    if (status.code == BASE_OK) {
        TableBlobFileOptions options = {.env = tables->env,
                                        .path = path,
                                        .number = file->number,
                                        .expect = true,
                                        .size = (uint64_t)file->size,
                                        .id = file->id,
                                        .values = (uint64_t)file->values,
                                        .cache = tables->cache,
                                        .reporter = tables->reporter};
        status = table_blob_file_open(&options, &record->blobs);
    }
    if (status.code != BASE_OK) {
        return give_up(record, FORMAT_FILE_BLOB, status, message);
    }
    file->hold->reader = record->blobs;
    file->hold->record = record;
    return status;
}

static BaseStatus
open_table(LsmTables *tables, LsmTable *table, char *message)
{
    char path[ENV_PATH_MAX];
    Record *record = NULL;
    BaseStatus status =
        record_new(tables, FORMAT_FILE_TABLE, (uint64_t)table->info.number, path, &record);
    if (status.code == BASE_OK) {
        status = open_file(tables, &table->info, path, &record->table);
    }
    if (status.code != BASE_OK) {
        return give_up(record, FORMAT_FILE_TABLE, status, message);
    }
    atomic_fetch_add_explicit(&tables->memory, (int64_t)table_memory(record->table),
                              memory_order_relaxed);
    table->reader = record->table;
    table->record = record;
    return base_ok();
}

BaseStatus
lsm_tables_open(LsmTables *tables, LsmLevels *levels, char *message)
{
    message[0] = '\0';
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count; i++) {
            LsmTable *table = levels->levels[level].tables[i];
            BaseStatus status =
                table->reader == NULL ? open_table(tables, table, message) : base_ok();
            if (status.code != BASE_OK) {
                return status;
            }
        }
    }
    BaseStatus status = base_ok();
    for (size_t i = 0; i < levels->blob_count && status.code == BASE_OK; i++) {
        if (levels->blobs[i].hold->reader == NULL) {
            status = open_blobs(tables, &levels->blobs[i], message);
        }
    }
    return status;
}

/* -------------------------------------------------------------------------------------- life -- */

BaseStatus
lsm_tables_new(const LsmTablesArgs *args, LsmTables **ret_tables)
{
    LsmTables *tables = calloc(1, sizeof(*tables));
    char *directory = strdup(args->directory);
    if (tables == NULL || directory == NULL) {
        free(tables);
        free(directory);
        return base_error(BASE_NO_MEMORY, "no memory for the tables of a store");
    }
    tables->env = args->env;
    tables->directory = directory;
    tables->cache = args->cache;
    tables->reporter = args->reporter;
    tables->owner = (LsmTableOwner){.unused = unused, .user = tables, .blob_unused = blob_unused};
    (void)pthread_mutex_init(&tables->lock, NULL);
    (void)pthread_mutex_init(&tables->sweeping, NULL);
    base_epoch_limbo_init(&tables->limbo, dispose, tables);
    *ret_tables = tables;
    return base_ok();
}

void
lsm_tables_free(LsmTables *tables)
{
    if (tables == NULL) {
        return;
    }
    retire_unused(tables);
    base_epoch_limbo_clear(&tables->limbo);
    BASE_CHECK(atomic_load_explicit(&tables->memory, memory_order_relaxed) == 0);
    (void)pthread_mutex_destroy(&tables->sweeping);
    (void)pthread_mutex_destroy(&tables->lock);
    free(tables->directory);
    free(tables);
}

const LsmTableOwner *
lsm_tables_owner(LsmTables *tables)
{
    return &tables->owner;
}

int64_t
lsm_tables_memory(LsmTables *tables)
{
    return atomic_load_explicit(&tables->memory, memory_order_relaxed);
}
