/*
 * catalog.h: the current view, and the only way to replace it.
 *
 * The catalog holds the current view, the manifest, the numbers of files, and the version up to
 * which commits are visible. Three things replace the view: the writer begins a generation (push),
 * a job installs its result (install), recovery sets the start.
 *
 * install() makes a change of the levels durable and then visible: the edits are applied to the
 * current levels, which checks them; new tables are opened; the manifest gets the record and is
 * synced; then the new view is swapped in, without the generations that the change has flushed.
 * What was current goes into a limbo and gives up its references when no read section can see it.
 *
 * C-1  Views are replaced one at a time, under a lock (rank 2) that is held for that moment only:
 *      push() never waits for the disk. Changes of the levels are made one at a time.
 * C-2  A generation is in the view before a commit in it is visible. So a reader that finds, after
 *      reading the visible version, that its view is still current has all of that version (V-1).
 * C-3  After the first failed write of the manifest nothing is installed any more (M-3); the status
 *      says so, reads go on, and writes are failed by whoever asks for the status.
 *
 * Threading: any thread. view() and point() inside a read section.
 */
#ifndef LARDER_ENGINE_LSM_CATALOG_H
#define LARDER_ENGINE_LSM_CATALOG_H

#include "engine/lsm/manifest.h"
#include "engine/lsm/tables.h"
#include "engine/lsm/view.h"

typedef struct LsmCatalog LsmCatalog;

/* Borrowed, and must outlive the catalog, but for what it takes over. */
typedef struct LsmCatalogArgs {
    const Env *env;
    const char *directory; /* copied */
    LsmTables *tables;     /* the owner of the levels' tables */
    LsmLevels *levels;     /* taken over; its tables are open */
    LsmManifest *manifest; /* taken over */
    int64_t visible;       /* version that is visible to begin with */
} LsmCatalogArgs;

/* On failure nothing was taken over. */
BaseStatus lsm_catalog_new(const LsmCatalogArgs *args, LsmCatalog **ret_catalog);

/*
 * REQUIRES: no read section, no held views, no jobs. Closes the manifest, and the tables by giving
 * up the levels. Takes NULL.
 */
void lsm_catalog_free(LsmCatalog *catalog);

/* ----------------------------------------------------------------------------------- reading -- */

/* The current view. REQUIRES: inside a read section; it is good until that ends. */
const LsmView *lsm_catalog_view(const LsmCatalog *catalog);

/* Where to read the latest version (C-2). REQUIRES: inside a read section. */
LsmPoint lsm_catalog_point(const LsmCatalog *catalog);

/* Where to read with a reference to the view, which the caller gives back. Any time. */
LsmView *lsm_catalog_hold(LsmCatalog *catalog);

/* The version up to which commits are visible; publish stores it with release order. */
_Atomic int64_t *lsm_catalog_visible(LsmCatalog *catalog);

/* --------------------------------------------------------------------------------- replacing -- */

/* A number for a new file. Never given twice; install() records how far they have gone. */
int64_t lsm_catalog_number(LsmCatalog *catalog);

/* Makes a generation the newest one of the view. BASE_NO_MEMORY; BASE_BUSY: too many of them. */
BaseStatus lsm_catalog_push(LsmCatalog *catalog, LsmGeneration *generation);

/*
 * Installs edits (a payload of manifest_edit.h; the number of the next file and what becomes of
 * blob files, blob_ledger.h, are added here), and takes `flushed` out of the view: the
 * `flushed_count` oldest generations. The caller sets log floor and last version by edits, and
 * makes files and their names durable before (L-1). BASE_CORRUPTION: the edits break a rule of
 * levels.h, or L-13; nothing happened; `message` (256 bytes) says how. Other errors, a full disk
 * among them, before the manifest was written: nothing happened. After it: C-3, and whether the
 * change counts is unknown until the store is opened again: files that it is about must stay, new
 * ones and old ones.
 */
BaseStatus lsm_catalog_install(LsmCatalog *catalog, BaseSlice edits, LsmGeneration *const *flushed,
                               size_t flushed_count, char *message);

/*
 * The same, with edits that are built while no other change can be made, from the levels as they
 * are: for changes that depend on what is there (the last version, orders of level 0, checkpoint's
 * floor, ingest's level).
 */
typedef BaseStatus LsmCatalogChange(void *user, const LsmLevels *levels, BaseBuf *edits);
BaseStatus lsm_catalog_change(LsmCatalog *catalog, LsmCatalogChange *change, void *user,
                              LsmGeneration *const *flushed, size_t flushed_count, char *message);

/* OK, or the error of C-3. */
BaseStatus lsm_catalog_status(const LsmCatalog *catalog);

/*
 * Gives up what no reader sees any more, tables included (sweep); housekeeping, call it often. Not
 * inside a read section.
 */
void lsm_catalog_reclaim(LsmCatalog *catalog);

typedef struct LsmCatalogStats {
    uint64_t manifest_number;
    int64_t manifest_bytes;
    int64_t edits;     /* records written */
    int64_t manifests; /* begun since the store was opened */
} LsmCatalogStats;

void lsm_catalog_stats(LsmCatalog *catalog, LsmCatalogStats *ret_stats);

#endif
