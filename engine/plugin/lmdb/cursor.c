/*
 * cursor.c: runs of entries. See cursor.h.
 *
 * What ended a run, the end of the store or an error, is kept until the entries before it have been
 * shown.
 */
#include "engine/plugin/lmdb/cursor.h"

#include <stdlib.h>

enum {
    RUN_MAX = 24, /* a cursor stays small enough for the allocator's fast path */
    RUN_PART = 4, /* a run has one entry for so many before it */
};

typedef struct Cursor {
    PluginCursor base; /* first: it is one */
    LmdbView *view;
    MDB_cursor *cursor; /* at the last entry of the run */
    int ended;          /* what came behind it, if not MDB_SUCCESS */
    size_t expected;    /* entries behind a seek; 0: unknown */
    size_t taken;       /* since the cursor was placed or turned */
    PluginEntry run[RUN_MAX];
} Cursor;

BaseStatus
lmdb_cursor_new(PluginPeer *peer, void *what, bool cached_only, size_t expected,
                PluginCursor **ret_cursor)
{
    (void)cached_only;
    LmdbView *view = what;
    Cursor *cursor = malloc(sizeof *cursor);
    if (cursor == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a cursor");
    }
    cursor->base = (PluginCursor){.peer = peer, .status = base_ok()};
    cursor->expected = expected;
    cursor->view = view;
    lmdb_view_lock(view);
    int error = mdb_cursor_open(view->txn, lmdb_of(peer)->dbi, &cursor->cursor);
    lmdb_view_unlock(view);
    if (error != MDB_SUCCESS) {
        free(cursor);
        return lmdb_view_status(error);
    }
    *ret_cursor = &cursor->base;
    return base_ok();
}

/* Moves; REQUIRES: the view is locked. */
static int
move(const Cursor *cursor, MDB_val *key, MDB_cursor_op op, PluginEntry *ret_entry)
{
    MDB_val value = {0, NULL};
    int error = mdb_cursor_get(cursor->cursor, key, &value, op);
    if (error == MDB_SUCCESS) {
        *ret_entry = (PluginEntry){lmdb_slice(*key), lmdb_slice(value)};
    }
    return error;
}

/* How many entries the next run may have. */
static size_t
run_most(const Cursor *cursor)
{
    size_t wanted = cursor->taken < cursor->expected ? cursor->expected - cursor->taken
                                                     : 1 + cursor->taken / RUN_PART;
    return wanted < RUN_MAX ? wanted : RUN_MAX;
}

/*
 * Takes a run and shows its first entry, which is in its place already if `error` is MDB_SUCCESS.
 * REQUIRES: the view is locked.
 */
static void
take_run(Cursor *cursor, int error)
{
    PluginCursor *base = &cursor->base;
    size_t most = run_most(cursor);
    size_t count = error == MDB_SUCCESS ? 1 : 0;
    MDB_val key = {0, NULL};
    while (error == MDB_SUCCESS && count < most) {
        error = move(cursor, &key, base->back ? MDB_PREV : MDB_NEXT, &cursor->run[count]);
        count += error == MDB_SUCCESS ? 1 : 0;
    }
    cursor->ended = error;
    cursor->taken += count;
    base->valid = count != 0;
    base->ahead = cursor->run + 1;
    base->ahead_count = count == 0 ? 0 : count - 1;
    if (count != 0) {
        base->key = cursor->run[0].key;
        base->value = cursor->run[0].value;
    } else {
        base->status = error == MDB_NOTFOUND ? base_ok() : lmdb_view_status(error);
    }
}

static void
place(Cursor *cursor, bool back)
{
    cursor->base.back = back;
    cursor->taken = 0;
}

void
lmdb_cursor_seek(PluginCursor *base, BaseSlice wanted)
{
    Cursor *cursor = (Cursor *)base;
    MDB_val key = lmdb_val(wanted);
    place(cursor, false);
    lmdb_view_lock(cursor->view);
    take_run(cursor, move(cursor, &key, MDB_SET_RANGE, &cursor->run[0]));
    lmdb_view_unlock(cursor->view);
}

void
lmdb_cursor_seek_before(PluginCursor *base, BaseSlice wanted)
{
    Cursor *cursor = (Cursor *)base;
    MDB_val key = lmdb_val(wanted);
    place(cursor, true);
    lmdb_view_lock(cursor->view);
    int error = move(cursor, &key, MDB_SET_RANGE, &cursor->run[0]);
    if (error == MDB_SUCCESS || error == MDB_NOTFOUND) {
        MDB_cursor_op op = error == MDB_SUCCESS ? MDB_PREV : MDB_LAST;
        error = move(cursor, &key, op, &cursor->run[0]);
    }
    take_run(cursor, error);
    lmdb_view_unlock(cursor->view);
}

/* Goes on behind the run; REQUIRES: the view is locked. */
static int
go_on(Cursor *cursor, bool back)
{
    MDB_val key = lmdb_val(cursor->base.key);
    if (cursor->base.back == back) {
        if (cursor->ended != MDB_SUCCESS) {
            return cursor->ended;
        }
    } else {
        place(cursor, back);
        int error = move(cursor, &key, MDB_SET, &cursor->run[0]); /* it may be further on */
        if (error != MDB_SUCCESS) {
            return error;
        }
    }
    return move(cursor, &key, back ? MDB_PREV : MDB_NEXT, &cursor->run[0]);
}

static void
move_on(PluginCursor *base, bool back)
{
    Cursor *cursor = (Cursor *)base;
    lmdb_view_lock(cursor->view);
    take_run(cursor, go_on(cursor, back));
    lmdb_view_unlock(cursor->view);
}

void
lmdb_cursor_next(PluginCursor *base)
{
    move_on(base, false);
}

void
lmdb_cursor_prev(PluginCursor *base)
{
    move_on(base, true);
}

void
lmdb_cursor_free(PluginCursor *base)
{
    Cursor *cursor = (Cursor *)base;
    lmdb_view_lock(cursor->view);
    mdb_cursor_close(cursor->cursor);
    lmdb_view_unlock(cursor->view);
    free(cursor);
}
