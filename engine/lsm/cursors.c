/*
 * cursors.c: some cursors in order. See cursors.h.
 *
 * Of cursors on one key the newest comes first. One that waits at a border comes before others on
 * that key, because it may yet turn out to stand on it.
 */
#include "engine/lsm/cursors.h"

enum { ALL_MOVED = SIZE_MAX };

BaseStatus
lsm_cursors_seek(LsmCursors *cursors, bool backward)
{
    cursors->backward = backward;
    cursors->passed = false;
    cursors->moved = ALL_MOVED;
    return lsm_cursor_seek_many(cursors->list, cursors->count, backward);
}

/* ------------------------------------------------------------------------------------- order -- */

/* Whether `a` comes before `b`, which are two. */
static bool
is_ahead(const LsmCursors *cursors, const LsmCursor *a, const LsmCursor *b)
{
    int order = lsm_cursors_compare(lsm_cursor_key(a), lsm_cursor_key(b), cursors->backward);
    if (order != 0) {
        return order < 0;
    }
    return a->waits != b->waits ? a->waits : a->rank < b->rank;
}

/* Puts the cursor at an index where it belongs among those behind it, which are in order. */
static BaseStatus
sink(LsmCursors *cursors, size_t index)
{
    LsmCursor **order = cursors->order;
    LsmCursor *cursor = order[index];
    bool stands = lsm_cursor_stands(cursor);
    if (!stands && !base_is_ok(cursor->status)) {
        return cursor->status;
    }
    bool passed = cursors->passed && index == 0;
    while (index + 1 < cursors->placed &&
           (!stands || passed || !is_ahead(cursors, cursor, order[index + 1]))) {
        order[index] = order[index + 1];
        passed = false;
        index++;
    }
    order[index] = cursor;
    cursors->placed -= !stands; /* it is the last one now */
    return base_ok();
}

/* Puts those in order that have moved. */
static BaseStatus
put_in_order(LsmCursors *cursors)
{
    size_t moved = cursors->moved;
    cursors->passed = cursors->passed && moved == 1;
    if (moved > cursors->placed) {
        for (size_t i = 0; i < cursors->count; i++) {
            cursors->order[i] = &cursors->list[i];
        }
        cursors->placed = moved = cursors->count;
    }
    for (size_t i = moved; i-- > 0;) {
        BaseStatus status = sink(cursors, i);
        if (!base_is_ok(status)) {
            cursors->moved = ALL_MOVED;
            cursors->passed = false;
            return status;
        }
    }
    cursors->moved = 0;
    cursors->passed = false;
    return base_ok();
}

BaseStatus
lsm_cursors_choose(LsmCursors *cursors)
{
    cursors->at = NULL;
    for (;;) {
        BaseStatus status = put_in_order(cursors);
        if (!base_is_ok(status) || cursors->placed == 0) {
            return status;
        }
        if (!cursors->order[0]->waits) {
            break;
        }
        lsm_cursor_arrive(cursors->order[0], cursors->backward);
        cursors->moved = 1;
    }
    cursors->at = cursors->order[0];
    BaseSlice second;
    cursors->shared =
        lsm_cursors_second(cursors, &second) && base_slice_equal(second, cursors->at->entry->key);
    return base_ok();
}

/* ------------------------------------------------------------------------------------- moves -- */

void
lsm_cursors_pass(LsmCursors *cursors)
{
    BaseSlice key = cursors->at->entry->key;
    size_t on_key = 1;
    while (cursors->shared && on_key < cursors->placed &&
           base_slice_equal(lsm_cursor_key(cursors->order[on_key]), key)) {
        on_key++;
    }
    /* `at` is the last one to move: the key is its. */
    for (size_t i = on_key; i-- > 0;) {
        if (cursors->backward) {
            lsm_cursor_prev(cursors->order[i]);
        } else {
            lsm_cursor_next(cursors->order[i]);
        }
    }
    cursors->moved = on_key;
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
    lsm_cursors_step(cursors, cursors->backward);
    cursors->moved = ALL_MOVED;
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
    cursors->moved = ALL_MOVED;
}
