/*
 * ingest_file.h: writes a file of records for ingest.h, outside of any store.
 *
 * The file is a table as stores have them, with records of the data keyspace in ascending order of
 * their keys, each once. A store that takes it in gives all of them the version of that moment, so
 * their own is of no meaning (it is 1). The file can be copied and kept, and several stores can
 * take it in.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_LSM_INGEST_FILE_H
#define LARDER_ENGINE_LSM_INGEST_FILE_H

#include "engine/base/slice.h"
#include "engine/env/env.h"

typedef struct LsmIngestFile LsmIngestFile;

/* The version of every record in such a file. */
#define LSM_INGEST_FILE_VERSION INT64_C(1)

/* Begins a file, which must not exist. */
BaseStatus lsm_ingest_file_new(const Env *env, const char *path, LsmIngestFile **ret_file);

/* Closes it; what was not finished is no use. Takes NULL. */
void lsm_ingest_file_free(LsmIngestFile *file);

/* key := value. BASE_INVALID: the key is not behind the one before. The first error sticks. */
BaseStatus lsm_ingest_file_put(LsmIngestFile *file, BaseSlice key, BaseSlice value,
                               int64_t expires_at_ms);

/* The key is absent, whatever the store has of it. */
BaseStatus lsm_ingest_file_remove(LsmIngestFile *file, BaseSlice key);

/* About how large the file would be now. */
uint64_t lsm_ingest_file_size(const LsmIngestFile *file);

/* Completes and syncs the file, but not its name. BASE_INVALID: there are no records. */
BaseStatus lsm_ingest_file_finish(LsmIngestFile *file);

#endif
