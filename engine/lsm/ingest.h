/*
 * ingest.h: files of records that were made outside (ingest_file.h) become tables of an open store,
 * all of them at once, at one version.
 *
 * Nothing is written but names and a record of the manifest, so a terabyte takes as long as reading
 * it once, which is done to prove it. To every reader the records come at version V, which is as if
 * one commit had put them all: whoever reads below V sees none of them, and whoever reads at or
 * above it sees all; guards and increments of later commits see them too.
 *
 * How. Files are proven and get names in the directory. Then writing is held for a moment
 * (lsm_writer_hold): what is in memory is flushed, the manifest gets a record with tables whose
 * entries all count as having the next version V (version_override), and V becomes the visible one.
 * Since all that is older is in tables and all that comes is newer, L-2 holds. Each table goes to
 * the lowest level above which nothing overlaps it; while a compaction is under way, to level 0.
 *
 * J-1  All of the files or none; an error after the manifest's record was begun is the store's
 *      (C-3), and nothing is written any more.
 * J-2  A file that is not well (damaged, too long records, keys that overlap another file's, made
 *      by a store) is refused, and nothing has happened.
 *
 * Threading: any thread; one at a time for a store, others wait.
 */
#ifndef LARDER_ENGINE_LSM_INGEST_H
#define LARDER_ENGINE_LSM_INGEST_H

#include "engine/lsm/store.h"

enum { LSM_INGEST_MESSAGE_BYTES = 512 };

typedef struct LsmIngestFiles {
    const char *const *paths;
    size_t count; /* at least 1 */
    bool link;    /* the store may take the files themselves, by hard links, where that is possible;
                     nobody may change them then. Else they are copied */
} LsmIngestFiles;

/*
 * Takes files in; *ret_version is V. BASE_INVALID, BASE_CORRUPTION: see J-2. On failure `message`
 * says why.
 */
BaseStatus lsm_ingest_run(LsmStore *store, const LsmIngestFiles *files, int64_t *ret_version,
                          char *message);

#endif
