/*
 * cursor.h: a reader's place in one source of a view: a generation, or a run of tables.
 *
 * A cursor shows of each key the newest entry at or below the reader's version, in key order,
 * forward and backward. So of the cursors that stand on a key, the one of the newest source has
 * what the reader sees (L-2), and versions need not be compared.
 *
 * Tables are opened as late as can be. Where the next key can only be in a table that has not been
 * looked at, the cursor waits at the border of that table: it stands somewhere at or behind its
 * smallest key (backward: at or before its largest). lsm_cursor_arrive() goes and looks; often the
 * other cursors, or the end of the range, make that needless.
 *
 * When a cursor stands nowhere, `status` tells the end from an error (L-12).
 *
 * Threading: one owner at a time. The view outlives it.
 */
#ifndef LARDER_ENGINE_LSM_CURSOR_H
#define LARDER_ENGINE_LSM_CURSOR_H

#include "engine/lsm/counters.h"
#include "engine/lsm/span.h"
#include "engine/lsm/view.h"
#include "engine/table/iterator.h"

/* What all cursors of a reader have in common. */
typedef struct LsmCursorReader {
    int64_t version;
    unsigned keyspace;
    unsigned flags;       /* TableCacheFlag bits */
    const LsmSpan *range; /* bounded; tables outside of it are not opened */
    LsmReadCounters *counters;
} LsmCursorReader;

typedef struct LsmCursor {
    const FormatEntry *entry; /* the current one; NULL: none, or the cursor waits at a border */
    bool waits;
    bool aims;        /* in a seek of many: at a block of a table */
    BaseSlice border; /* when it waits */
    BaseSlice goal;   /* of a seek of many */
    BaseStatus status;
    size_t rank; /* of the source in its view, from new to old */
    const LsmCursorReader *reader;
    const LsmRun *run; /* NULL: a generation */
    size_t table;      /* of the run: the one that it stands in, or waits at */
    bool table_open;   /* `iterator` is in that table */
    bool used;         /* `iterator` has been initialised at some time */
    TableIterator iterator;
    LsmMemtableCursor memory;
    FormatEntry shown; /* of a generation */
} LsmCursor;

/*
 * A cursor that stands nowhere in a generation or run. It was used before, or is all zeros; what it
 * had is given back but for buffers.
 */
void lsm_cursor_open_generation(LsmCursor *cursor, const LsmCursorReader *reader, size_t rank,
                                const LsmGeneration *generation);
void lsm_cursor_open_run(LsmCursor *cursor, const LsmCursorReader *reader, size_t rank,
                         const LsmRun *run);

/* Gives back what it holds, but for small buffers. */
void lsm_cursor_rest(LsmCursor *cursor);

/* Gives everything back. Takes one that is all zeros. */
void lsm_cursor_clear(LsmCursor *cursor);

/* To the first key at or behind `key`; to the last one before it. It must not be the cursor's. */
void lsm_cursor_seek(LsmCursor *cursor, BaseSlice key);
void lsm_cursor_seek_before(LsmCursor *cursor, BaseSlice key);

/*
 * Moves many cursors, each to its `goal`, or before it. They wait for memory together: first all of
 * them ask for what they need. BASE_NO_MEMORY: there is no read section, and nothing has moved.
 */
BaseStatus lsm_cursor_seek_many(LsmCursor *cursors, size_t count, bool backward);

/* To the next key, to the key before. REQUIRES: there is an entry. */
void lsm_cursor_next(LsmCursor *cursor);
void lsm_cursor_prev(LsmCursor *cursor);

/* In a generation, after `memory` was moved: shows what is there. REQUIRES: the reader sees it. */
void lsm_cursor_show_again(LsmCursor *cursor);

/* From the border to a key. REQUIRES: it waits, since a move in that direction. */
void lsm_cursor_arrive(LsmCursor *cursor, bool backward);

/* Whether it has a place: an entry, or a border. */
static inline bool
lsm_cursor_stands(const LsmCursor *cursor)
{
    return cursor->entry != NULL || cursor->waits;
}

/* Its key, or the border. REQUIRES: it stands. */
static inline BaseSlice
lsm_cursor_key(const LsmCursor *cursor)
{
    return cursor->entry != NULL ? cursor->entry->key : cursor->border;
}

#endif
