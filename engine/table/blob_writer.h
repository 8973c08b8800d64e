/*
 * blob_writer.h: writes a file of large values.
 *
 * The file is made by the writer and must not exist. finish() makes its contents durable, but not
 * its name. Whoever gives up removes the file. The first failure sticks.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_TABLE_BLOB_WRITER_H
#define LARDER_ENGINE_TABLE_BLOB_WRITER_H

#include "engine/env/env.h"
#include "engine/format/blob_file.h"

typedef struct TableBlobWriter TableBlobWriter;

typedef struct TableBlobWriterOptions {
    uint64_t id;     /* random */
    uint64_t number; /* of the file */
    bool pack;       /* compress values that it pays for */
    int zstd_level;  /* with pack */
} TableBlobWriterOptions;

typedef struct TableBlobSummary {
    uint64_t id;
    uint64_t number;
    uint64_t size;   /* of the file */
    uint64_t values; /* how many */
    uint64_t bytes;  /* that they take, stored */
} TableBlobSummary;

/* The caller frees the writer. */
BaseStatus table_blob_writer_new(const Env *env, const char *path,
                                 const TableBlobWriterOptions *options,
                                 TableBlobWriter **ret_writer);

/* Closes the file, finished or not. Takes NULL. */
void table_blob_writer_free(TableBlobWriter *writer);

/* Adds the value of a stored key at a version. Its bytes are copied. */
BaseStatus table_blob_writer_add(TableBlobWriter *writer, BaseSlice key, int64_t version,
                                 BaseSlice value, FormatBlobReference *ret_reference);

/* About how large the file would be now. */
uint64_t table_blob_writer_size(const TableBlobWriter *writer);

/* Completes the file and syncs it. */
BaseStatus table_blob_writer_finish(TableBlobWriter *writer, TableBlobSummary *ret_summary);

#endif
