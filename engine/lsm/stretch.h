/*
 * stretch.h: entries of one cursor taken many at a time.
 *
 * A walk that takes entries one by one pays for each of them what it costs to look at a place from
 * all sides. In a leaf of a memtable and in a block of a table many entries lie one behind the
 * other of which nothing needs to be asked but whether they are to be shown. A stretch is made of
 * those: it ends before the first entry that asks for more (a remove, an expired record, a version
 * that the reader does not see, a large value), with the leaf or block, and at the fence, behind
 * which other sources have something to say. Whether a whole leaf or block lies before the fence is
 * found out once.
 *
 * Keys of tables are put together in a buffer of the caller's, or were by the cursor when it read
 * entries to go back; all else is borrowed from the arena or the block. A stretch fails nowhere: it
 * takes fewer entries, and the next step finds out why.
 *
 * Threading: the cursor's owner.
 */
#ifndef LARDER_ENGINE_LSM_STRETCH_H
#define LARDER_ENGINE_LSM_STRETCH_H

#include "engine/engine.h"
#include "engine/lsm/cursor.h"

typedef struct LsmStretch {
    BaseSlice fence; /* a stored key; only entries before it (backward: behind it) are taken */
    bool backward;
    int64_t now_ms; /* records that expire at or before it are not taken */
    size_t max;     /* entries, those included that are there */
    BaseBuf *keys;  /* room for keys, empty; it is not made larger */
    EngineEntry *entries;
    size_t count; /* of entries: 1, the current one of the cursor, when it begins */
    size_t bytes; /* of their keys and values */
} LsmStretch;

/*
 * Appends the entries behind the current one. The cursor stands on the last of them then, and their
 * views stay valid until it moves.
 */
void lsm_stretch_take(LsmStretch *stretch, LsmCursor *cursor);

#endif
