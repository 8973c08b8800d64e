/*
 * ingest_file.c: a table builder that keeps to what ingest.h takes. See ingest_file.h.
 *
 * That the number in its properties is 0 says that no store has made the file.
 */
#include "engine/lsm/ingest_file.h"

#include "engine/lsm/unique.h"
#include "engine/table/builder.h"

#include <stdlib.h>

#define FILTER_BITS 10

struct LsmIngestFile {
    TableBuilder *builder;
    BaseBuf key; /* the last one, with its keyspace; empty: there is none */
    BaseStatus failure;
};

BaseStatus
lsm_ingest_file_new(const Env *env, const char *path, LsmIngestFile **ret_file)
{
    TableBuilderOptions options = {.block_bytes = TABLE_BLOCK_BYTES,
                                   .filter_bits = FILTER_BITS,
                                   .id = lsm_unique_id(),
                                   .program = BASE_SLICE_LITERAL("larder ingest file")};
    LsmIngestFile *file = calloc(1, sizeof(*file));
    if (file == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a file of records");
    }
    file->failure = base_ok();
    BaseStatus status = table_builder_new(env, path, &options, &file->builder);
    if (status.code != BASE_OK) {
        free(file);
        return status;
    }
    *ret_file = file;
    return base_ok();
}

void
lsm_ingest_file_free(LsmIngestFile *file)
{
    if (file != NULL) {
        table_builder_free(file->builder);
        base_buf_clear(&file->key);
        free(file);
    }
}

/* Makes `key` the last one, if it is behind the one before. */
static BaseStatus
take_key(LsmIngestFile *file, BaseSlice key)
{
    BaseBuf stored = BASE_BUF_INIT;
    if (!base_buf_append_byte(&stored, 0) || !base_buf_append_slice(&stored, key)) {
        base_buf_clear(&stored);
        return base_error(BASE_NO_MEMORY, "no memory for a key");
    }
    if (file->key.len != 0 &&
        base_slice_compare(base_buf_slice(&file->key), base_buf_slice(&stored)) >= 0) {
        base_buf_clear(&stored);
        return base_error(BASE_INVALID, "keys of a file of records must ascend");
    }
    base_buf_clear(&file->key);
    file->key = stored;
    return base_ok();
}

static BaseStatus
add(LsmIngestFile *file, BaseSlice key, FormatEntry entry)
{
    if (file->failure.code == BASE_OK) {
        file->failure = take_key(file, key);
    }
    if (file->failure.code == BASE_OK) {
        entry.key = base_buf_slice(&file->key);
        entry.version = LSM_INGEST_FILE_VERSION;
        file->failure = table_builder_add(file->builder, &entry);
    }
    return file->failure;
}

BaseStatus
lsm_ingest_file_put(LsmIngestFile *file, BaseSlice key, BaseSlice value, int64_t expires_at_ms)
{
    return add(file, key,
               (FormatEntry){.kind = FORMAT_PUT, .value = value, .expires_at_ms = expires_at_ms});
}

BaseStatus
lsm_ingest_file_remove(LsmIngestFile *file, BaseSlice key)
{
    return add(file, key, (FormatEntry){.kind = FORMAT_REMOVE});
}

uint64_t
lsm_ingest_file_size(const LsmIngestFile *file)
{
    return table_builder_size(file->builder);
}

BaseStatus
lsm_ingest_file_finish(LsmIngestFile *file)
{
    TableSummary summary;
    return file->failure.code != BASE_OK ? file->failure
                                         : table_builder_finish(file->builder, &summary);
}
