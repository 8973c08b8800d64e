/*
 * blob_file.h: an open file of large values.
 *
 * Values are read from the file each time; they are not kept in the block cache.
 *
 * Threading: immutable once it is open; any thread.
 */
#ifndef LARDER_ENGINE_TABLE_BLOB_FILE_H
#define LARDER_ENGINE_TABLE_BLOB_FILE_H

#include "engine/format/blob_file.h"
#include "engine/table/file.h"

typedef struct TableBlobFile TableBlobFile;

typedef struct TableBlobFileOptions {
    const Env *env;
    const char *path;
    uint64_t number; /* that the header must have */
    bool expect;     /* the file must have this size and id */
    uint64_t size;
    uint64_t id;
    TableReporter reporter;
} TableBlobFileOptions;

/* Reads the header only; the tail is read when it is asked for. */
BaseStatus table_blob_file_open(const TableBlobFileOptions *options, TableBlobFile **ret_file);

/* Takes NULL. */
void table_blob_file_free(TableBlobFile *file);

/* A value that was read. The caller frees `memory` with free(). */
typedef struct TableBlobValue {
    uint8_t *memory;
    BaseSlice value;
} TableBlobValue;

BaseStatus table_blob_file_read(const TableBlobFile *file, const FormatBlobReference *reference,
                                TableBlobValue *ret_value);

/* Receives a value's place, key and version, borrowed during the call; false stops. */
typedef bool TableBlobVisitor(void *user, const FormatBlobItem *item);

/* Visits what the tail lists, in the order of the file. */
BaseStatus table_blob_file_visit(const TableBlobFile *file, TableBlobVisitor *visit, void *user);

/* Reads everything and proves that it fits together. */
BaseStatus table_blob_file_verify(const TableBlobFile *file);

#endif
