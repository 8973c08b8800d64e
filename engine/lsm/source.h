/*
 * source.h: one sorted sequence of entries: a memtable, or the tables of a run or level.
 *
 * A source stands on an entry or on none; in that case `status` tells the end from an error (L-12).
 * Entries come in entry order: by stored key, and of one key the newest first.
 *
 * A source of a memtable shows either all entries of it, forward only (for a flush), or of each key
 * only the newest at or below a version (for readers, who need no other). A source of tables shows
 * all entries; it has one table open at a time and passes from one to the next.
 *
 * Threading: one owner at a time. Memtable and tables must live as long as the source.
 */
#ifndef LARDER_ENGINE_LSM_SOURCE_H
#define LARDER_ENGINE_LSM_SOURCE_H

#include "engine/lsm/levels.h"
#include "engine/lsm/memtable.h"
#include "engine/table/iterator.h"

typedef enum LsmSourceKind {
    LSM_SOURCE_MEMTABLE,
    LSM_SOURCE_TABLES,
} LsmSourceKind;

typedef struct LsmMemorySource {
    LsmMemtableCursor cursor;
    unsigned keyspace;
    int64_t version; /* entries above it are not shown */
    bool all;
    const LsmRecord *record;
    FormatEntry entry;
} LsmMemorySource;

typedef struct LsmTablesSource {
    LsmTable *const *tables; /* ascending, not overlapping */
    size_t count;
    size_t at;      /* the table that is open */
    bool open;      /* `iterator` is in use */
    unsigned flags; /* TableCacheFlag bits */
    TableIterator iterator;
} LsmTablesSource;

typedef struct LsmSource {
    LsmSourceKind kind;
    bool valid;
    BaseStatus status;
    const FormatEntry *entry; /* only when valid; borrowed until the next move */
    union {
        LsmMemorySource memory;
        LsmTablesSource tables;
    };
} LsmSource;

/* All entries of a memtable, both keyspaces: first, seek and next only. */
void lsm_source_init_flush(LsmSource *source, const LsmMemtable *memtable);

/* What a reader at `version` needs of a memtable. */
void lsm_source_init_memtable(LsmSource *source, const LsmMemtable *memtable, unsigned keyspace,
                              int64_t version);

/* All entries of tables, whose `reader` is an open Table. The array is borrowed. */
void lsm_source_init_tables(LsmSource *source, LsmTable *const *tables, size_t count,
                            unsigned flags);

/* Gives back what it holds. */
void lsm_source_clear(LsmSource *source);

void lsm_source_first(LsmSource *source);
void lsm_source_last(LsmSource *source);

/* To the first entry at or behind (key, version). `key` is not borrowed from the source. */
void lsm_source_seek(LsmSource *source, BaseSlice key, int64_t version);

/* To the last entry before (key, version). */
void lsm_source_seek_before(LsmSource *source, BaseSlice key, int64_t version);

/* REQUIRES: valid. */
void lsm_source_next(LsmSource *source);
void lsm_source_prev(LsmSource *source);

#endif
