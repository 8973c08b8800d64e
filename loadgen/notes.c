/*
 * notes.c: the first few things that went wrong. See notes.h.
 */
#include "loadgen/notes.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

void
load_notes_init(LoadNotes *notes)
{
    memset(notes, 0, sizeof *notes);
    (void)pthread_mutex_init(&notes->lock, NULL);
}

void
load_notes_clear(LoadNotes *notes)
{
    (void)pthread_mutex_destroy(&notes->lock);
}

/* Copies text of a peer, with anything but printable ASCII made harmless. */
static void
copy_text(char *out, BaseSlice text)
{
    size_t length = text.len < LOAD_NOTE_BYTES - 1 ? text.len : LOAD_NOTE_BYTES - 1;
    for (size_t i = 0; i < length; i++) {
        out[i] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
    }
    out[length] = '\0';
}

/* Claims a place below `room`; false: there is none. */
static bool
claim(_Atomic unsigned *count, unsigned room, unsigned *ret_place)
{
    unsigned seen = atomic_load_explicit(count, memory_order_relaxed);
    while (seen < room) {
        if (atomic_compare_exchange_weak_explicit(count, &seen, seen + 1, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            *ret_place = seen;
            return true;
        }
    }
    return false;
}

void
load_notes_fault(LoadNotes *notes, LoadFault fault, BaseSlice message)
{
    unsigned place = 0;
    if (!claim(&notes->fault_count[fault], 1, &place)) {
        return;
    }
    (void)pthread_mutex_lock(&notes->lock);
    copy_text(notes->faults[fault], message);
    (void)pthread_mutex_unlock(&notes->lock);
}

void
load_notes_wrong(LoadNotes *notes, LoadVerdict verdict, const LoadOp *op, const LoadAnswer *answer)
{
    unsigned place = 0;
    if (!claim(&notes->wrong_count[verdict], LOAD_NOTES_WRONG, &place)) {
        return;
    }
    (void)pthread_mutex_lock(&notes->lock);
    (void)snprintf(notes->wrongs[verdict][place], LOAD_NOTE_BYTES,
                   "%s of record %" PRIu64 " at version %" PRId64 ", %zu bytes; version %" PRId64
                   " was acknowledged before it began",
                   load_op_name(op->kind), op->record, answer->version, answer->value.len,
                   op->floor_version);
    (void)pthread_mutex_unlock(&notes->lock);
}
