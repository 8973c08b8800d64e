/*
 * notes.h: the first few things that went wrong, in words, for the final report.
 *
 * Counters say how often; a note says what it looked like the first time: one for each kind of
 * fault and up to LOAD_NOTES_WRONG for each kind of wrong value.
 *
 * Threading: any thread; a lock is taken only while there is room for another note of the kind.
 */
#ifndef LARDER_LOADGEN_NOTES_H
#define LARDER_LOADGEN_NOTES_H

#include "loadgen/ledger.h"

#include <pthread.h>

enum {
    LOAD_NOTES_WRONG = 3,
    LOAD_NOTE_BYTES = 256,
};

typedef struct LoadNotes {
    pthread_mutex_t lock;
    _Atomic unsigned fault_count[LOAD_FAULT_COUNT];
    _Atomic unsigned wrong_count[LOAD_VERDICT_COUNT];
    char faults[LOAD_FAULT_COUNT][LOAD_NOTE_BYTES];
    char wrongs[LOAD_VERDICT_COUNT][LOAD_NOTES_WRONG][LOAD_NOTE_BYTES];
} LoadNotes;

void load_notes_init(LoadNotes *notes);
void load_notes_clear(LoadNotes *notes);

/* Notes a fault, if it is the first of its kind. */
void load_notes_fault(LoadNotes *notes, LoadFault fault, BaseSlice message);

/* Notes a wrong value, if there is room. */
void load_notes_wrong(LoadNotes *notes, LoadVerdict verdict, const LoadOp *op,
                      const LoadAnswer *answer);

#endif
