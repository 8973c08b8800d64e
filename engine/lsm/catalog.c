/*
 * catalog.c: one pointer to the current view, and two locks to replace it. See catalog.h.
 *
 * `installing` is held while a change of the levels is applied, recorded and made visible, which
 * includes waiting for the disk; so the levels change only under it. `viewing` is held for the
 * moment of a swap, so the writer, who begins a generation in the middle of a group, never waits
 * for a job's manifest. Whoever swaps has made the new view's memory before, so once the manifest
 * has the record, nothing can fail any more.
 *
 * Views that were replaced go through a limbo. What comes out of it is collected in a list under
 * `viewing` and given up outside of it, because giving up a view may unmap a memtable.
 *
 * The manifest is written anew when it has grown by SLACK_BYTES beyond twice its first record. The
 * new one's first record is the state behind the change, so it takes the place of the record. When
 * it cannot be made, and CURRENT surely still names the old one, the record goes there, and the
 * next attempt waits until the manifest has grown by half. When that is not sure, nobody knows
 * which manifest counts, and C-3 applies.
 */
#include "engine/lsm/catalog.h"

#include "engine/base/check.h"
#include "engine/format/file_name.h"
#include "engine/lsm/blob_ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define SLACK_BYTES   ((int64_t)64 << 10)
#define MESSAGE_BYTES 256

struct LsmCatalog {
    const Env *env;
    char *directory;
    LsmTables *tables;
    _Atomic(LsmView *) view; /* written under viewing */
    _Atomic int64_t visible;
    _Atomic int64_t next_file;
    pthread_mutex_t installing; /* rank 2 */
    LsmManifest *manifest;
    int64_t rewrite_at; /* bytes of the manifest that are too many */
    BaseStatus failure; /* C-3; constant once `failed` is set */
    _Atomic bool failed;
    pthread_mutex_t viewing; /* rank 2, behind installing */
    BaseEpochLimbo limbo;
    LsmView *given_up; /* out of the limbo; linked by their items */
    LsmCatalogStats stats;
};

static LsmView *
current(const LsmCatalog *catalog)
{
    return atomic_load_explicit(&catalog->view, memory_order_acquire);
}

/* ----------------------------------------------------------------------------------- reading -- */

const LsmView *
lsm_catalog_view(const LsmCatalog *catalog)
{
    return current(catalog);
}

LsmPoint
lsm_catalog_point(const LsmCatalog *catalog)
{
    LsmPoint point;
    do {
        point.view = current(catalog);
        point.version = atomic_load_explicit(&catalog->visible, memory_order_acquire);
    } while (current(catalog) != point.view);
    return point;
}

LsmView *
lsm_catalog_hold(LsmCatalog *catalog)
{
    if (base_epoch_enter()) {
        LsmView *view = lsm_view_ref(current(catalog));
        base_epoch_exit();
        return view;
    }
    pthread_mutex_lock(&catalog->viewing);
    LsmView *view = lsm_view_ref(current(catalog));
    pthread_mutex_unlock(&catalog->viewing);
    return view;
}

_Atomic int64_t *
lsm_catalog_visible(LsmCatalog *catalog)
{
    return &catalog->visible;
}

/* ---------------------------------------------------------------------------------- swapping -- */

static void
collect(void *user, BaseEpochItem *item)
{
    LsmCatalog *catalog = user;
    atomic_store_explicit(&item->link, (uintptr_t)catalog->given_up, memory_order_relaxed);
    catalog->given_up = (LsmView *)item;
}

static void
give_up(LsmView *list)
{
    while (list != NULL) {
        LsmView *next = (LsmView *)atomic_load_explicit(&list->item.link, memory_order_relaxed);
        lsm_view_unref(list);
        list = next;
    }
}

/* Makes a view that was filled the current one. REQUIRES: viewing. */
static void
swap(LsmCatalog *catalog, LsmView *view)
{
    LsmView *old = atomic_load_explicit(&catalog->view, memory_order_relaxed);
    atomic_store_explicit(&catalog->view, view, memory_order_release);
    base_epoch_retire(&catalog->limbo, &old->item, sizeof(*old));
}

BaseStatus
lsm_catalog_push(LsmCatalog *catalog, LsmGeneration *generation)
{
    LsmGeneration *generations[LSM_GENERATIONS_MAX];
    LsmView *view = NULL;
    BaseStatus status = lsm_view_reserve(&view);
    if (status.code != BASE_OK) {
        return status;
    }
    pthread_mutex_lock(&catalog->viewing);
    LsmView *old = atomic_load_explicit(&catalog->view, memory_order_relaxed);
    bool room = old->count < LSM_GENERATIONS_MAX;
    if (room) {
        generations[0] = generation;
        memcpy(&generations[1], old->generations, old->count * sizeof(LsmGeneration *));
        lsm_view_fill(view, old->levels, generations, old->count + 1);
        swap(catalog, view);
    }
    pthread_mutex_unlock(&catalog->viewing);
    if (!room) {
        lsm_view_unref(view);
        return base_error(BASE_BUSY, "too many memtables wait for their flush");
    }
    return base_ok();
}

void
lsm_catalog_reclaim(LsmCatalog *catalog)
{
    pthread_mutex_lock(&catalog->viewing);
    (void)base_epoch_reclaim(&catalog->limbo, SIZE_MAX);
    LsmView *list = catalog->given_up;
    catalog->given_up = NULL;
    pthread_mutex_unlock(&catalog->viewing);
    give_up(list);
    (void)lsm_tables_sweep(catalog->tables);
}

/* -------------------------------------------------------------------------------- installing -- */

/* A change on its way. */
typedef struct Change {
    LsmCatalog *catalog;
    LsmLevels *before; /* a reference */
    BaseBuf edits;
    LsmGeneration *const *flushed;
    size_t flushed_count;
    LsmView *view;    /* memory for the next one */
    LsmLevels *after; /* its levels */
    char *message;
} Change;

/* REQUIRES: installing. */
static void
fail(LsmCatalog *catalog, BaseStatus status)
{
    catalog->failure = status;
    atomic_store_explicit(&catalog->failed, true, memory_order_release);
}

BaseStatus
lsm_catalog_status(const LsmCatalog *catalog)
{
    bool failed = atomic_load_explicit(&catalog->failed, memory_order_acquire);
    return failed ? catalog->failure : base_ok();
}

/* How long a manifest may become. */
static int64_t
limit_of(const LsmManifest *manifest)
{
    return 2 * lsm_manifest_first_bytes(manifest) + SLACK_BYTES;
}

static void
take_manifest(LsmCatalog *catalog, LsmManifest *manifest)
{
    char path[ENV_PATH_MAX];
    char name[FORMAT_FILE_NAME_BYTES];
    FormatFileName old = {FORMAT_FILE_MANIFEST, lsm_manifest_number(catalog->manifest)};
    format_file_name_write(old, name);
    lsm_manifest_free(catalog->manifest);
    if (env_join(path, catalog->directory, name).code == BASE_OK) {
        (void)env_unlink(catalog->env, path);
    }
    catalog->manifest = manifest;
    catalog->rewrite_at = limit_of(manifest);
}

/* Writes the state behind the change as a new manifest. False: the old one still counts. */
static bool
rewrite_manifest(Change *change, uint64_t number, BaseStatus *ret_status)
{
    LsmCatalog *catalog = change->catalog;
    LsmManifest *manifest = NULL;
    bool unsure = false;
    *ret_status = lsm_manifest_create(catalog->env, catalog->directory, number, change->after,
                                      &manifest, &unsure);
    if (ret_status->code == BASE_OK) {
        take_manifest(catalog, manifest);
        return true;
    }
    if (unsure) {
        fail(catalog, *ret_status);
        return true;
    }
    catalog->rewrite_at += catalog->rewrite_at / 2;
    return false;
}

/* Makes the change durable. `number`: of a new manifest, if the old one is long; else 0. */
static BaseStatus
record(Change *change, uint64_t number)
{
    LsmCatalog *catalog = change->catalog;
    BaseStatus status;
    if (number != 0 && rewrite_manifest(change, number, &status)) {
        return status;
    }
    status = lsm_manifest_append(catalog->manifest, base_buf_slice(&change->edits));
    BaseStatus final = lsm_manifest_status(catalog->manifest);
    if (final.code != BASE_OK) {
        fail(catalog, final);
    }
    return status;
}

/* The generations of the current view without the ones that were flushed. */
static size_t
left_over(const Change *change, const LsmView *old, LsmGeneration **ret_generations)
{
    BASE_CHECK(change->flushed_count <= old->count);
    size_t count = old->count - change->flushed_count;
    for (size_t i = 0; i < change->flushed_count; i++) {
        bool found = false;
        for (size_t k = count; k < old->count; k++) {
            found = found || old->generations[k] == change->flushed[i];
        }
        BASE_CHECK(found); /* only the oldest may go (L-2) */
    }
    memcpy(ret_generations, old->generations, count * sizeof(LsmGeneration *));
    return count;
}

static void
make_visible(Change *change)
{
    LsmCatalog *catalog = change->catalog;
    LsmGeneration *generations[LSM_GENERATIONS_MAX];
    uint64_t number = lsm_manifest_number(catalog->manifest);
    lsm_levels_supersede(change->before, change->after);
    pthread_mutex_lock(&catalog->viewing);
    LsmView *old = atomic_load_explicit(&catalog->view, memory_order_relaxed);
    size_t count = left_over(change, old, generations);
    lsm_view_fill(change->view, change->after, generations, count);
    swap(catalog, change->view);
    change->view = NULL;
    catalog->stats.edits++;
    catalog->stats.manifests += number != catalog->stats.manifest_number;
    catalog->stats.manifest_number = number;
    catalog->stats.manifest_bytes = lsm_manifest_bytes(catalog->manifest);
    pthread_mutex_unlock(&catalog->viewing);
}

static bool
append_next_file(LsmCatalog *catalog, BaseBuf *edits)
{
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE};
    next.number = atomic_load_explicit(&catalog->next_file, memory_order_relaxed);
    return format_manifest_edit_encode(edits, &next);
}

/* Applies, opens, records and shows the change whose edits are there. REQUIRES: installing. */
static BaseStatus
carry_out(Change *change)
{
    LsmCatalog *catalog = change->catalog;
    char message[384];
    bool is_long = lsm_manifest_bytes(catalog->manifest) > catalog->rewrite_at;
    uint64_t number = is_long ? (uint64_t)lsm_catalog_number(catalog) : 0;
    if (!append_next_file(catalog, &change->edits)) {
        return base_error(BASE_NO_MEMORY, "no memory for edits");
    }
    bool large_values;
    BaseStatus status = lsm_blob_ledger_append(change->before, &change->edits, &large_values);
    if (status.code == BASE_OK) {
        status = lsm_levels_apply(change->before, base_buf_slice(&change->edits), change->message,
                                  &change->after);
    }
    if (status.code == BASE_OK && large_values) {
        status = lsm_levels_check_blobs(change->after, change->message);
    }
    if (status.code == BASE_OK) {
        status = lsm_tables_open(catalog->tables, change->after, message);
        (void)snprintf(change->message, MESSAGE_BYTES, "%.*s", MESSAGE_BYTES - 1, message);
    }
    if (status.code == BASE_OK) {
        status = record(change, number);
    }
    if (status.code == BASE_OK) {
        make_visible(change);
    }
    return status;
}

static void
change_clear(Change *change)
{
    lsm_levels_unref(change->before);
    lsm_levels_unref(change->after);
    lsm_view_unref(change->view);
    base_buf_clear(&change->edits);
}

/* A reference to the levels. Under `installing` they stay the current ones. */
static LsmLevels *
current_levels(LsmCatalog *catalog)
{
    pthread_mutex_lock(&catalog->viewing);
    LsmLevels *levels = lsm_levels_ref(current(catalog)->levels);
    pthread_mutex_unlock(&catalog->viewing);
    return levels;
}

static BaseStatus
append_edits(void *user, const LsmLevels *levels, BaseBuf *edits)
{
    (void)levels;
    const BaseSlice *payload = user;
    return base_buf_append(edits, payload->data, payload->len)
               ? base_ok()
               : base_error(BASE_NO_MEMORY, "no memory for edits");
}

static BaseStatus
install(Change *change, LsmCatalogChange *make, void *user)
{
    LsmCatalog *catalog = change->catalog;
    change->message[0] = '\0';
    BaseStatus status = lsm_view_reserve(&change->view);
    if (status.code != BASE_OK) {
        return status;
    }
    pthread_mutex_lock(&catalog->installing);
    status = lsm_catalog_status(catalog);
    change->before = current_levels(catalog);
    if (status.code == BASE_OK) {
        status = make(user, change->before, &change->edits);
    }
    if (status.code == BASE_OK) {
        status = carry_out(change);
    }
    pthread_mutex_unlock(&catalog->installing);
    change_clear(change);
    return status;
}

BaseStatus
lsm_catalog_change(LsmCatalog *catalog, LsmCatalogChange *make, void *user,
                   LsmGeneration *const *flushed, size_t flushed_count, char *message)
{
    Change change = {.catalog = catalog,
                     .edits = BASE_BUF_INIT,
                     .flushed = flushed,
                     .flushed_count = flushed_count,
                     .message = message};
    return install(&change, make, user);
}

BaseStatus
lsm_catalog_install(LsmCatalog *catalog, BaseSlice edits, LsmGeneration *const *flushed,
                    size_t flushed_count, char *message)
{
    return lsm_catalog_change(catalog, append_edits, &edits, flushed, flushed_count, message);
}

int64_t
lsm_catalog_number(LsmCatalog *catalog)
{
    return atomic_fetch_add_explicit(&catalog->next_file, 1, memory_order_relaxed);
}

/* -------------------------------------------------------------------------------------- life -- */

BaseStatus
lsm_catalog_new(const LsmCatalogArgs *args, LsmCatalog **ret_catalog)
{
    LsmView *view = NULL;
    LsmCatalog *catalog = calloc(1, sizeof(*catalog));
    char *directory = strdup(args->directory);
    if (catalog == NULL || directory == NULL || lsm_view_reserve(&view).code != BASE_OK) {
        free(catalog);
        free(directory);
        return base_error(BASE_NO_MEMORY, "no memory for the catalog of a store");
    }
    lsm_view_fill(view, args->levels, NULL, 0);
    lsm_levels_unref(args->levels);
    catalog->env = args->env;
    catalog->directory = directory;
    catalog->tables = args->tables;
    catalog->manifest = args->manifest;
    catalog->rewrite_at = limit_of(args->manifest);
    catalog->stats.manifest_number = lsm_manifest_number(args->manifest);
    catalog->stats.manifest_bytes = lsm_manifest_bytes(args->manifest);
    atomic_init(&catalog->view, view);
    atomic_init(&catalog->visible, args->visible);
    atomic_init(&catalog->next_file, args->levels->state.next_file);
    (void)pthread_mutex_init(&catalog->installing, NULL);
    (void)pthread_mutex_init(&catalog->viewing, NULL);
    base_epoch_limbo_init(&catalog->limbo, collect, catalog);
    *ret_catalog = catalog;
    return base_ok();
}

void
lsm_catalog_free(LsmCatalog *catalog)
{
    if (catalog == NULL) {
        return;
    }
    base_epoch_limbo_clear(&catalog->limbo);
    give_up(catalog->given_up);
    lsm_view_unref(current(catalog));
    lsm_manifest_free(catalog->manifest);
    (void)pthread_mutex_destroy(&catalog->viewing);
    (void)pthread_mutex_destroy(&catalog->installing);
    free(catalog->directory);
    free(catalog);
}

void
lsm_catalog_stats(LsmCatalog *catalog, LsmCatalogStats *ret_stats)
{
    pthread_mutex_lock(&catalog->viewing);
    *ret_stats = catalog->stats;
    pthread_mutex_unlock(&catalog->viewing);
}
