/*
 * blob_file.h: an open file of large values.
 *
 * Two ways to read a value. get() is for readers: the value lies in a block of the block cache, as
 * those of tables do, and lives as long. It enters the cache cold, whoever asks for it: among large
 * values the next one drives out the last one, and blocks of small records stay. read() is for
 * jobs: memory of the caller's, past the cache.
 *
 * The file knows how many values it has, not where they are; so get() enters a value's offset into
 * a hash table with a slot for each value, when it is first asked for. An offset that finds no room
 * there is that of no value.
 *
 * Threading: immutable once it is open, but for that table, which only grows; any thread.
 */
#ifndef LARDER_ENGINE_TABLE_BLOB_FILE_H
#define LARDER_ENGINE_TABLE_BLOB_FILE_H

#include "engine/format/blob_file.h"
#include "engine/table/block_cache.h"
#include "engine/table/file.h"

typedef struct TableBlobFile TableBlobFile;

typedef struct TableBlobFileOptions {
    const Env *env;
    const char *path;
    uint64_t number; /* that the header must have */
    bool expect;     /* the file must have this size and id */
    uint64_t size;
    uint64_t id;
    uint64_t values;        /* that it has; for get() */
    TableBlockCache *cache; /* for get(); must outlive the file */
    TableReporter reporter;
} TableBlobFileOptions;

/* Reads the header only; the tail is read when it is asked for. */
BaseStatus table_blob_file_open(const TableBlobFileOptions *options, TableBlobFile **ret_file);

/* REQUIRES: nobody can reach it, and no value of it is pinned. Takes NULL. */
void table_blob_file_free(TableBlobFile *file);

/*
 * A value, in a block: pin it to keep it beyond the read section. `flags`: TableCacheFlag bits;
 * with TABLE_CACHE_ONLY nothing is read from disk, and BASE_WOULD_BLOCK is the answer. REQUIRES:
 * inside a read section; a cache was given.
 */
BaseStatus table_blob_file_get(TableBlobFile *file, const FormatBlobReference *reference,
                               unsigned flags, TableBlock **ret_block, BaseSlice *ret_value);

/* The id and the size of the file. */
uint64_t table_blob_file_id(const TableBlobFile *file);
uint64_t table_blob_file_size(const TableBlobFile *file);

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
