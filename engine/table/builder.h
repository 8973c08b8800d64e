/*
 * builder.h: writes a table.
 *
 * Entries come in entry order, fragments of removed ranges in theirs; the two may be mixed. Data
 * blocks are cut near a size and written as they fill; everything else of the table stays in memory
 * until the end: the index, the hashes of the keys (8 bytes each), the fragments.
 *
 * The file is made by the builder and must not exist. finish() makes its contents durable, but not
 * its name. Whoever gives up removes the file.
 *
 * Errors: BASE_INVALID for entries that are out of order or too long; those of env.h. The first one
 * sticks.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_TABLE_BUILDER_H
#define LARDER_ENGINE_TABLE_BUILDER_H

#include "engine/env/env.h"
#include "engine/format/data_builder.h"
#include "engine/format/fragments.h"
#include "engine/format/properties.h"

typedef struct TableBuilder TableBuilder;

enum { TABLE_BLOCK_BYTES = 4096 }; /* the usual size of data blocks */

typedef struct TableBuilderOptions {
    size_t block_bytes;   /* of a data block, raw; it ends with the entry that reaches it */
    size_t interval;      /* of restarts, 1 to 16; 0: by the size of the entries */
    unsigned filter_bits; /* a key; 0: no filter */
    bool pack;            /* compress data blocks that it pays for; see trial.h */
    int zstd_level;       /* with pack */
    BaseSlice dictionary; /* with pack; empty: none. Copied */
    uint64_t id;          /* random */
    int64_t number;       /* of the file; from here on for the properties alone */
    int64_t level;
    int64_t made_at_ms;
    int64_t stamp_max;
    int64_t snapshots;
    BaseSlice program; /* must outlive the builder */
} TableBuilderOptions;

/* What was written. Slices are borrowed from the builder. */
typedef struct TableSummary {
    FormatProperties properties;
    uint64_t id;
    uint64_t size; /* of the file */
    bool largest_excluded;
} TableSummary;

/* The caller frees the builder. */
BaseStatus table_builder_new(const Env *env, const char *path, const TableBuilderOptions *options,
                             TableBuilder **ret_builder);

/* Closes the file, finished or not. Takes NULL. */
void table_builder_free(TableBuilder *builder);

/* Adds an entry behind all others. Its bytes are copied. */
BaseStatus table_builder_add(TableBuilder *builder, const FormatEntry *entry);

/* Adds a fragment at or behind the stop of the one before. Its bytes are copied. */
BaseStatus table_builder_add_fragment(TableBuilder *builder, const FormatFragment *fragment);

/* About how large the file would be now. */
uint64_t table_builder_size(const TableBuilder *builder);

/* Completes the table and syncs it. BASE_INVALID: it has neither entries nor fragments. */
BaseStatus table_builder_finish(TableBuilder *builder, TableSummary *ret_summary);

#endif
