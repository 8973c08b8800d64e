/*
 * ingest.c: the steps of ingest.h.
 *
 * Two commits without mutations go through the sequencer. The callback of the first runs when all
 * commits before it are published, and, since writing is held, nothing is pending: there V is
 * learned. The callback of the second takes V and makes it visible, in the leader's place as
 * versions and guards want it, and lets loads of cold keys expire that may have read what was
 * before. Then writing goes on.
 */
#include "engine/lsm/ingest.h"

#include "engine/format/file_name.h"
#include "engine/lsm/flush.h"
#include "engine/lsm/ingest_file.h"
#include "engine/lsm/table_info.h"
#include "engine/lsm/transfer.h"
#include "engine/table/iterator.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A file on its way in. */
typedef struct Arrival {
    const char *path;
    Table *table; /* open under its old name */
    int64_t number;
    bool named; /* it has a name in the directory */
} Arrival;

typedef struct Ingest {
    LsmStore *store;
    const LsmIngestFiles *files;
    Arrival *arrivals; /* by key, once they are proven */
    int64_t version;
    int64_t stamp_ms;
    bool lowest;    /* no compaction can come between */
    bool installed; /* or perhaps: files must stay */
    bool shown;     /* certainly, so that readers may see them */
    char *message;
} Ingest;

__attribute__((format(printf, 3, 4))) static BaseStatus
explain(const Ingest *ingest, BaseStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ingest->message, LSM_INGEST_MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    return status;
}

static BaseStatus
explain_file(const Ingest *ingest, const Arrival *arrival, BaseStatus status)
{
    return status.code == BASE_OK
               ? status
               : explain(ingest, status, "%.300s: %s", arrival->path, status.what);
}

/* ----------------------------------------------------------------------------------- proving -- */

/* What is wrong with a file as a whole; NULL: nothing. */
static const char *
misfit(const Table *table)
{
    const FormatProperties *properties = table_properties(table);
    if (properties->number != 0 || properties->version_min != LSM_INGEST_FILE_VERSION ||
        properties->version_max != LSM_INGEST_FILE_VERSION || properties->fragments != 0 ||
        properties->blob_entries != 0) {
        return "the file was not made for being taken in";
    }
    if (properties->smallest.data[0] != ENGINE_DATA || properties->largest.data[0] != ENGINE_DATA) {
        return "the file has records of the service's own keyspace";
    }
    return NULL;
}

/* Whether keys and values are as long as the store takes them. */
static BaseStatus
prove_lengths(const LsmStore *store, Table *table)
{
    TableIterator iterator;
    BaseStatus status = base_ok();
    table_iterator_init(&iterator, table, TABLE_CACHE_PASS);
    table_iterator_first(&iterator);
    while (iterator.valid && status.code == BASE_OK) {
        const FormatEntry *entry = table_iterator_entry(&iterator);
        if (entry->key.len - 1 > store->settings.key_max ||
            entry->value.len > store->settings.value_max) {
            status = base_error(BASE_INVALID, "a key or a value is longer than the store takes");
        }
        table_iterator_next(&iterator);
    }
    status = status.code == BASE_OK ? iterator.status : status;
    table_iterator_clear(&iterator);
    return status;
}

static BaseStatus
prove(Ingest *ingest, Arrival *arrival)
{
    const LsmStore *store = ingest->store;
    TableOptions options = {.env = store->env, .path = arrival->path, .cache = store->cache};
    BaseStatus status = table_open(&options, &arrival->table);
    if (status.code == BASE_OK) {
        const char *wrong = misfit(arrival->table);
        status = wrong != NULL ? base_error(BASE_INVALID, wrong) : table_verify(arrival->table);
    }
    if (status.code == BASE_OK) {
        status = prove_lengths(store, arrival->table);
    }
    return explain_file(ingest, arrival, status);
}

static int
compare_arrivals(const void *a, const void *b)
{
    const Arrival *left = a;
    const Arrival *right = b;
    return base_slice_compare(table_properties(left->table)->smallest,
                              table_properties(right->table)->smallest);
}

static BaseStatus
prove_all(Ingest *ingest)
{
    size_t count = ingest->files->count;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < count && status.code == BASE_OK; i++) {
        ingest->arrivals[i].path = ingest->files->paths[i];
        status = prove(ingest, &ingest->arrivals[i]);
    }
    if (status.code != BASE_OK) {
        return status;
    }
    qsort(ingest->arrivals, count, sizeof(*ingest->arrivals), compare_arrivals);
    for (size_t i = 1; i < count; i++) {
        if (base_slice_compare(table_properties(ingest->arrivals[i - 1].table)->largest,
                               table_properties(ingest->arrivals[i].table)->smallest) >= 0) {
            return explain_file(ingest, &ingest->arrivals[i],
                                base_error(BASE_INVALID, "its keys overlap another file's"));
        }
    }
    return base_ok();
}

/* ------------------------------------------------------------------------------------- names -- */

static BaseStatus
path_of(const Ingest *ingest, int64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)number}, name);
    return env_join(path, ingest->store->directory, name);
}

/* Whoever made the file may not have synced it. */
static BaseStatus
sync_file(const Env *env, const char *path)
{
    EnvFile *file = NULL;
    BaseStatus status = env_open_file(env, path, ENV_OPEN_WRITE, &file);
    if (status.code == BASE_OK) {
        status = env_file_sync(file);
    }
    env_file_close(file);
    return status;
}

static BaseStatus
name_file(Ingest *ingest, Arrival *arrival)
{
    const Env *env = ingest->store->env;
    char path[ENV_PATH_MAX];
    arrival->number = lsm_catalog_number(ingest->store->catalog);
    BaseStatus status = path_of(ingest, arrival->number, path);
    if (status.code == BASE_OK) {
        arrival->named = true;
        status = ingest->files->link ? lsm_transfer_share(env, arrival->path, path)
                                     : lsm_transfer_copy(env, arrival->path, path);
    }
    if (status.code == BASE_OK && ingest->files->link) {
        status = sync_file(env, path);
    }
    return explain_file(ingest, arrival, status);
}

static BaseStatus
name_all(Ingest *ingest)
{
    BaseStatus status = base_ok();
    for (size_t i = 0; i < ingest->files->count && status.code == BASE_OK; i++) {
        status = name_file(ingest, &ingest->arrivals[i]);
    }
    if (status.code == BASE_OK) {
        status = env_sync_directory(ingest->store->env, ingest->store->directory);
        if (status.code != BASE_OK) {
            lsm_worker_fail(ingest->store->worker, status);
        }
    }
    return status;
}

/* ---------------------------------------------------------------------------------- barriers -- */

/* A commit without mutations, for what only the leader of the sequencer may do. */
typedef struct Barrier {
    EngineCommit commit;
    Ingest *ingest;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    BaseStatus status;
} Barrier;

static void
answer(Barrier *barrier, BaseStatus status)
{
    (void)pthread_mutex_lock(&barrier->lock);
    barrier->status = status;
    barrier->done = true;
    (void)pthread_cond_signal(&barrier->changed);
    (void)pthread_mutex_unlock(&barrier->lock);
}

/*
 * All before is published, and nothing is pending: learns the version. While writing is held nobody
 * else takes it.
 */
static void
learn_version(EngineCommit *commit, const EngineOutcome *outcome)
{
    Barrier *barrier = commit->user;
    Ingest *ingest = barrier->ingest;
    BaseStatus status = outcome->status;
    if (outcome->kind == ENGINE_APPLIED) {
        status = commit_version_peek(ingest->store->versions, &ingest->version);
        ingest->stamp_ms = commit_stamp_now(&ingest->store->stamps);
    }
    answer(barrier, status);
}

/*
 * Takes and shows the version, if the files came in; and what was loaded for commits that wait is
 * old then. All of it between two commits, so none of them sees one key before and one after.
 */
static void
show_version(EngineCommit *commit, const EngineOutcome *outcome)
{
    Barrier *barrier = commit->user;
    Ingest *ingest = barrier->ingest;
    LsmStore *store = ingest->store;
    (void)outcome;
    if (ingest->installed) {
        commit_version_take(store->versions, 1);
    }
    if (ingest->shown) {
        atomic_store_explicit(lsm_catalog_visible(store->catalog), ingest->version,
                              memory_order_release);
        lsm_loader_expire(store->loader);
    }
    answer(barrier, base_ok());
}

static BaseStatus
pass_barrier(Ingest *ingest, void (*done)(EngineCommit *, const EngineOutcome *))
{
    Barrier barrier = {.ingest = ingest};
    barrier.commit = (EngineCommit){.done = done, .user = &barrier};
    (void)pthread_mutex_init(&barrier.lock, NULL);
    (void)pthread_cond_init(&barrier.changed, NULL);
    lsm_store_submit(ingest->store, &barrier.commit);
    (void)pthread_mutex_lock(&barrier.lock);
    while (!barrier.done) {
        (void)pthread_cond_wait(&barrier.changed, &barrier.lock);
    }
    (void)pthread_mutex_unlock(&barrier.lock);
    (void)pthread_cond_destroy(&barrier.changed);
    (void)pthread_mutex_destroy(&barrier.lock);
    return barrier.status;
}

/* -------------------------------------------------------------------------------- installing -- */

static bool
overlaps(const LsmLevel *level, const FormatTable *info)
{
    for (size_t i = 0; i < level->count; i++) {
        const FormatTable *other = &level->tables[i]->info;
        int order = base_slice_compare(other->largest, info->smallest);
        bool before = order < 0 || (order == 0 && other->largest_excluded);
        if (!before && base_slice_compare(other->smallest, info->largest) <= 0) {
            return true;
        }
    }
    return false;
}

/* The lowest level that is above everything that overlaps the table. */
static int64_t
level_for(const Ingest *ingest, const LsmLevels *levels, const FormatTable *info)
{
    int level = 0;
    while (ingest->lowest && level < LSM_LEVELS && !overlaps(&levels->levels[level], info)) {
        level++;
    }
    return level > 1 ? level - 1 : 0;
}

static FormatTable
describe(const Ingest *ingest, const Arrival *arrival)
{
    FormatTable info = lsm_table_info(arrival->table);
    info.number = arrival->number;
    info.version_override = ingest->version;
    info.version_min = ingest->version;
    info.version_max = ingest->version;
    bool dies = info.removes != 0 || info.expiring != 0;
    info.oldest_remove_ms = dies ? ingest->stamp_ms : 0;
    return info;
}

/* An LsmCatalogChange: the files as tables of these levels. */
static BaseStatus
make_edits(void *user, const LsmLevels *levels, BaseBuf *edits)
{
    const Ingest *ingest = user;
    int64_t order = lsm_flush_order(levels);
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = ingest->version;
    last.last.stamp_ms = ingest->stamp_ms > levels->state.last_stamp_ms
                             ? ingest->stamp_ms
                             : levels->state.last_stamp_ms;
    bool good = format_manifest_edit_encode(edits, &last);
    for (size_t i = 0; i < ingest->files->count && good; i++) {
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE};
        add.add_table = describe(ingest, &ingest->arrivals[i]);
        add.add_table.level = level_for(ingest, levels, &add.add_table);
        add.add_table.order = add.add_table.level == 0 ? order++ : 0;
        good = format_manifest_edit_encode(edits, &add);
    }
    return good ? base_ok() : base_error(BASE_NO_MEMORY, "no memory to take files in");
}

static BaseStatus
install(Ingest *ingest)
{
    LsmStore *store = ingest->store;
    char message[256];
    BaseStatus status = lsm_catalog_change(store->catalog, make_edits, ingest, NULL, 0, message);
    BaseStatus catalog = lsm_catalog_status(store->catalog);
    ingest->shown = status.code == BASE_OK;
    ingest->installed = ingest->shown || catalog.code != BASE_OK;
    if (catalog.code != BASE_OK) {
        /* The files may count after all, once the store is opened anew: no commit comes before. */
        lsm_worker_fail(store->worker, catalog);
    }
    return status.code == BASE_OK
               ? status
               : explain(ingest, status, "cannot take the files in: %.200s %.200s", status.what,
                         message);
}

/* Writing is held: all that was before goes into tables, then the files come. */
static BaseStatus
take_over(Ingest *ingest)
{
    LsmStore *store = ingest->store;
    BaseStatus status = pass_barrier(ingest, learn_version);
    if (status.code == BASE_OK) {
        status = lsm_store_flush(store);
    }
    if (status.code != BASE_OK) {
        return explain(ingest, status, "cannot flush before the files are taken in: %s",
                       status.what);
    }
    ingest->lowest = lsm_worker_hold(store->worker);
    status = install(ingest);
    (void)pass_barrier(ingest, show_version);
    if (ingest->lowest) {
        lsm_worker_release(store->worker);
    }
    return status;
}

static BaseStatus
hold_and_take_over(Ingest *ingest)
{
    LsmStore *store = ingest->store;
    (void)pthread_mutex_lock(&store->ingesting);
    BaseStatus status = lsm_store_flush(store); /* most of what is in memory, while others write */
    if (status.code == BASE_OK) {
        lsm_writer_hold(store->writer, true);
        status = take_over(ingest);
        lsm_writer_hold(store->writer, false);
    }
    (void)pthread_mutex_unlock(&store->ingesting);
    return status;
}

/* --------------------------------------------------------------------------------------- all -- */

static void
finish(Ingest *ingest)
{
    for (size_t i = 0; i < ingest->files->count; i++) {
        Arrival *arrival = &ingest->arrivals[i];
        char path[ENV_PATH_MAX];
        if (arrival->named && !ingest->installed &&
            path_of(ingest, arrival->number, path).code == BASE_OK) {
            (void)env_unlink(ingest->store->env, path);
        }
        table_free(arrival->table);
    }
    free(ingest->arrivals);
}

BaseStatus
lsm_ingest_run(LsmStore *store, const LsmIngestFiles *files, int64_t *ret_version, char *message)
{
    static BaseStatus (*const STEPS[])(Ingest * ingest) = {prove_all, name_all, hold_and_take_over};
    Ingest ingest = {.store = store, .files = files, .message = message};
    message[0] = '\0';
    if (files->count == 0) {
        return explain(&ingest, base_error(BASE_INVALID, "no file"), "there is no file to take in");
    }
    ingest.arrivals = calloc(files->count, sizeof(*ingest.arrivals));
    BaseStatus status = ingest.arrivals == NULL
                            ? base_error(BASE_NO_MEMORY, "no memory to take files in")
                            : lsm_store_status(store);
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]) && status.code == BASE_OK; i++) {
        status = STEPS[i](&ingest);
    }
    if (status.code != BASE_OK && message[0] == '\0') {
        (void)explain(&ingest, status, "cannot take the files in: %s", status.what);
    }
    if (ingest.arrivals != NULL) {
        finish(&ingest);
    }
    *ret_version = ingest.version;
    return status;
}
