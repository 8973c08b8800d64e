/*
 * manifest.h: the history of the levels on disk: a file of edits, and CURRENT, which names it.
 *
 * Each record is synced before the next one is written, so of a manifest only the last record can
 * be torn. A manifest is written anew, beginning with the whole state, whenever a store is opened
 * and when it has grown long; the new one is complete and durable before CURRENT names it.
 *
 * M-1  What CURRENT names is durable, whole, and begins with a whole state.
 * M-2  An edit is applied only after its record is durable.
 * M-3  After the first failed write or sync the manifest takes nothing more. Whether the record
 *      that failed is there is unknown, so the store must change no file that it is about. The
 *      exception is a full disk: a record that could not be written whole is cut off again, and
 *      may be tried again.
 *
 * Threading: one caller at a time.
 */
#ifndef LARDER_ENGINE_LSM_MANIFEST_H
#define LARDER_ENGINE_LSM_MANIFEST_H

#include "engine/env/env.h"
#include "engine/lsm/levels.h"

typedef struct LsmManifest LsmManifest;

/* What could not be read, and why, for people. */
typedef struct LsmManifestFault {
    uint64_t number; /* of the manifest; 0: CURRENT itself */
    int64_t offset;
    char what[288];    /* without file and offset */
    char message[384]; /* with them; empty: there is none */
    int64_t torn_at;   /* where bytes begin that are no record, behind the last one; -1: none are
                          there. Also when it could be read */
} LsmManifestFault;

/*
 * Reads the levels of a store. BASE_NOT_FOUND: there is no CURRENT, the store is new.
 * BASE_CORRUPTION, BASE_UNSUPPORTED: see *ret_fault. *ret_number is the manifest's.
 */
BaseStatus lsm_manifest_load(const Env *env, const char *directory, const LsmTableOwner *owner,
                             LsmLevels **ret_levels, uint64_t *ret_number,
                             LsmManifestFault *ret_fault);

/*
 * Begins a manifest with these levels and lets CURRENT name it. The number must be below the next
 * file number of the levels and never used before. On failure *ret_unsure says whether CURRENT may
 * name the new one nevertheless; otherwise all is as it was.
 */
BaseStatus lsm_manifest_create(const Env *env, const char *directory, uint64_t number,
                               const LsmLevels *levels, LsmManifest **ret_manifest,
                               bool *ret_unsure);

/* Closes the file. Takes NULL. */
void lsm_manifest_free(LsmManifest *manifest);

/* Appends a record with these edits and syncs. Whether an error is final says status(). */
BaseStatus lsm_manifest_append(LsmManifest *manifest, BaseSlice payload);

/* OK, or the error after which nothing is appended any more (M-3). */
BaseStatus lsm_manifest_status(const LsmManifest *manifest);

uint64_t lsm_manifest_number(const LsmManifest *manifest);

/* Bytes of the file, and of its first record: much more than twice that is long. */
int64_t lsm_manifest_bytes(const LsmManifest *manifest);
int64_t lsm_manifest_first_bytes(const LsmManifest *manifest);

#endif
