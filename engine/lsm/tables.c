/*
 * tables.c: opening the tables of levels, and closing those that nobody lists. See tables.h.
 *
 * A table has a record of this file's, made when it is opened, so that giving it up needs no
 * memory: the levels hand the table over (unused), its record goes into a list, and sweep() passes
 * the list through a limbo. Two locks, so that a reader that gives up an iterator never waits for a
 * file being removed: `lock` is for the list, `sweeping` for the limbo and what comes out of it.
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
    Table *table;
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
path_of(const LsmTables *tables, uint64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, number}, name);
    return env_join(path, tables->directory, name);
}

/* ----------------------------------------------------------------------------------- closing -- */

/* What levels call when none of them lists the table any more. */
static void
unused(void *user, LsmTable *table)
{
    LsmTables *tables = user;
    Record *record = table->record;
    if (record == NULL) {
        return; /* it was never opened */
    }
    record->dropped = atomic_load_explicit(&table->dropped, memory_order_acquire);
    pthread_mutex_lock(&tables->lock);
    record->next = tables->unused;
    tables->unused = record;
    pthread_mutex_unlock(&tables->lock);
}

/* Closes a table that nobody sees, and removes its file if that is due. */
static void
dispose(void *user, BaseEpochItem *item)
{
    LsmTables *tables = user;
    Record *record = (Record *)item;
    char path[ENV_PATH_MAX];
    atomic_fetch_sub_explicit(&tables->memory, (int64_t)table_memory(record->table),
                              memory_order_relaxed);
    table_free(record->table);
    if (record->dropped && path_of(tables, record->number, path).code == BASE_OK) {
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

static BaseStatus
open_table(LsmTables *tables, LsmTable *table, char *message)
{
    char path[ENV_PATH_MAX];
    Record *record = calloc(1, sizeof(*record));
    if (record == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an open table");
    }
    record->number = (uint64_t)table->info.number;
    BaseStatus status = path_of(tables, record->number, path);
    if (status.code == BASE_OK) {
        status = open_file(tables, &table->info, path, &record->table);
        if (status.code == BASE_NOT_FOUND) {
            status = base_error(BASE_CORRUPTION, "a table of the store is missing");
        }
    }
    if (status.code != BASE_OK) {
        (void)snprintf(message, MESSAGE_BYTES, "%06llu.sst: %s", (unsigned long long)record->number,
                       status.what);
        free(record);
        return status;
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
    return base_ok();
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
    tables->owner = (LsmTableOwner){.unused = unused, .user = tables};
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
