/*
 * cursors.c: the foremost of some cursors. See cursors.h.
 */
#include "engine/lsm/cursors.h"

BaseStatus
lsm_cursors_seek(LsmCursors *cursors, bool backward)
{
    cursors->backward = backward;
    return lsm_cursor_seek_many(cursors->list, cursors->count, backward);
}

/* Finds the foremost cursor and the next one among all that have a place. */
static BaseStatus
rank_all(LsmCursors *cursors)
{
    bool backward = cursors->backward;
    LsmCursor *first = NULL;
    LsmCursor *second = NULL;
    for (size_t i = 0; i < cursors->count; i++) {
        LsmCursor *cursor = &cursors->list[i];
        if (!lsm_cursor_stands(cursor)) {
            if (!base_is_ok(cursor->status)) {
                return cursor->status;
            }
            continue;
        }
        BaseSlice key = lsm_cursor_key(cursor);
        if (first == NULL || lsm_cursors_compare(key, lsm_cursor_key(first), backward) < 0) {
            second = first;
            first = cursor;
        } else if (second == NULL ||
                   lsm_cursors_compare(key, lsm_cursor_key(second), backward) < 0) {
            second = cursor;
        }
    }
    cursors->at = first;
    cursors->second = second;
    return base_ok();
}

/* Lets cursors go and look that wait at a border not behind `key`. False: there is none. */
static bool
arrive(LsmCursors *cursors, BaseSlice key)
{
    bool any = false;
    for (size_t i = 0; i < cursors->count; i++) {
        LsmCursor *cursor = &cursors->list[i];
        if (cursor->waits && lsm_cursors_compare(cursor->border, key, cursors->backward) <= 0) {
            lsm_cursor_arrive(cursor, cursors->backward);
            any = true;
        }
    }
    return any;
}

BaseStatus
lsm_cursors_choose(LsmCursors *cursors)
{
    do {
        BaseStatus status = rank_all(cursors);
        if (!base_is_ok(status)) {
            cursors->at = NULL;
            return status;
        }
    } while (cursors->at != NULL && arrive(cursors, lsm_cursor_key(cursors->at)));
    cursors->shared = cursors->second != NULL && base_slice_equal(lsm_cursor_key(cursors->second),
                                                                  lsm_cursor_key(cursors->at));
    return base_ok();
}

void
lsm_cursors_pass(LsmCursors *cursors)
{
    LsmCursor *at = cursors->at;
    for (size_t i = 0; cursors->shared && i < cursors->count; i++) {
        LsmCursor *cursor = &cursors->list[i];
        if (cursor != at && cursor->entry != NULL &&
            base_slice_equal(cursor->entry->key, at->entry->key)) {
            lsm_cursors_move(cursor, cursors->backward);
        }
    }
    lsm_cursors_move(at, cursors->backward); /* the last one: the key is its */
}

void
lsm_cursors_turn(LsmCursors *cursors)
{
    BaseSlice key = cursors->at->entry->key;
    cursors->backward = !cursors->backward;
    for (size_t i = 0; i < cursors->count; i++) {
        LsmCursor *cursor = &cursors->list[i];
        if (cursor == cursors->at) {
            continue;
        }
        if (cursors->backward) {
            lsm_cursor_seek_before(cursor, key);
            continue;
        }
        lsm_cursor_seek(cursor, key);
        if (cursor->entry != NULL && base_slice_equal(cursor->entry->key, key)) {
            lsm_cursor_next(cursor);
        }
    }
    lsm_cursors_move(cursors->at, cursors->backward);
}

void
lsm_cursors_skip(LsmCursors *cursors, const LsmSpan *span, size_t rank, BaseSlice stop)
{
    for (size_t i = 0; i < cursors->count; i++) {
        LsmCursor *cursor = &cursors->list[i];
        if (cursor->rank <= rank || !lsm_cursor_stands(cursor) ||
            !lsm_span_holds(span, lsm_cursor_key(cursor))) {
            continue;
        }
        if (cursors->backward) {
            lsm_cursor_seek_before(cursor, span->start);
        } else {
            lsm_cursor_seek(cursor, span->unbounded ? stop : span->stop);
        }
    }
}
