/*
 * cursors.h: cursors on all sources of a view, merged by key.
 *
 * They stand on the first keys at or behind (backward: before) a place. `at` is the one with the
 * foremost key, and of several that stand on it the newest: its entry is what the reader sees.
 *
 * The cursors that have a place are kept in order. A step moves the foremost one, or those that
 * share its key, and puts them where they belong now, which is seldom far away. Nothing needs to be
 * put anywhere as long as `at` alone moves and its key stays before that of the second, which is
 * for the owner to look at.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_LSM_CURSORS_H
#define LARDER_ENGINE_LSM_CURSORS_H

#include "engine/lsm/cursor.h"

typedef struct LsmCursors {
    LsmCursor *list; /* from new to old; borrowed, as is `order` */
    size_t count;
    LsmCursor **order; /* those that have a place; room for all */
    size_t placed;
    size_t moved; /* of the foremost, since they were put in order; above `placed`: any may have */
    bool backward;
    bool passed; /* the foremost alone moved, and is known to be behind the second now */
    bool shared; /* the second stands on the key of `at`, too */
    LsmCursor *at;
} LsmCursors;

/* Moves each cursor to its goal, or before it. Errors are those of lsm_cursor_seek_many(). */
BaseStatus lsm_cursors_seek(LsmCursors *cursors, bool backward);

/*
 * Finds `at` and `shared` after cursors have moved. `at` is NULL: there is no key any more; or,
 * when the result is an error, a source has failed (L-12).
 */
BaseStatus lsm_cursors_choose(LsmCursors *cursors);

/* Moves the cursors that stand on the key of `at` to their next keys. REQUIRES: chosen. */
void lsm_cursors_pass(LsmCursors *cursors);

/* The same in the other direction, for which all others go to the other side of the key. */
void lsm_cursors_turn(LsmCursors *cursors);

/*
 * Moves the cursors of sources older than `rank` that are in a span to its end. A span without a
 * stop ends at `stop`.
 */
void lsm_cursors_skip(LsmCursors *cursors, const LsmSpan *span, size_t rank, BaseSlice stop);

/* Less than, equal to or greater than 0, as `a` comes before, with or behind `b` on the way. */
static inline int
lsm_cursors_compare(BaseSlice a, BaseSlice b, bool backward)
{
    return backward ? base_slice_compare(b, a) : base_slice_compare(a, b);
}

/* Moves `at` to its next key. REQUIRES: chosen, not shared, and on this way. */
static inline void
lsm_cursors_step(LsmCursors *cursors, bool backward)
{
    cursors->moved = 1;
    if (backward) {
        lsm_cursor_prev(cursors->at);
    } else {
        lsm_cursor_next(cursors->at);
    }
}

/* The key of the second. False: there is none. REQUIRES: chosen. */
static inline bool
lsm_cursors_second(const LsmCursors *cursors, BaseSlice *ret_key)
{
    if (cursors->placed < 2) {
        return false;
    }
    *ret_key = lsm_cursor_key(cursors->order[1]);
    return true;
}

#endif
