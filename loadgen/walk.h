/*
 * walk.h: the verdict on every entry of a walk over records.
 *
 * Values name their records, so an entry can be judged without knowing who wrote it:
 *   K-1  its value is whole and of larder-load                           else FOREIGN, CUT, TORN
 *   K-2  its key is that of the record that its value names              else WRONG_KEY
 *   K-3  its key lies behind the one before it, in the walk's direction, and behind the place
 *        where the walk began                                                   else MISPLACED
 *   K-4  when this run wrote all records and removed none: it is of this run      else FOREIGN;
 *        and, if keys sort as records do, no record was left out, at the end of the walk
 *        neither                                                                  else MISSING
 *
 * K-3 is looked at by the numbers of records where keys sort as they do: K-2 has shown by then that
 * the keys are theirs.
 *
 * Records behind the first `total` were inserted meanwhile, or by an earlier run: K-4 leaves them
 * out.
 *
 * The entries of a MULTI_GET have no order; each is judged by K-1, by the record that was asked for
 * there (else WRONG_KEY), and by K-4.
 *
 * Threading: one owner at a time. Walks may overlap as long as the entries of each come together.
 */
#ifndef LARDER_LOADGEN_WALK_H
#define LARDER_LOADGEN_WALK_H

#include "loadgen/keys.h"
#include "loadgen/ledger.h"

typedef struct LoadWalk {
    const LoadKeys *keys;
    uint64_t total; /* records of all workers, before any insert */
    uint32_t run;
    bool complete; /* this run wrote all records and removes none */
    uint64_t previous_record;
    bool previous_by_record; /* its key is that of previous_record, and keys sort as records do */
    size_t previous_len;     /* otherwise: the key itself */
    uint8_t previous[LOAD_KEY_BYTES_MAX];
    bool own_known;
    uint64_t own_record; /* whose key `own` is */
    uint8_t own[LOAD_KEY_BYTES_MAX];
} LoadWalk;

/* Judges an entry; the first one of a walk has index 0. */
LoadVerdict load_walk_entry(LoadWalk *walk, const LoadOp *op, const LoadEntry *entry);

/* Judges the number of entries that a walk had. */
LoadVerdict load_walk_end(const LoadWalk *walk, const LoadOp *op, uint32_t entries);

#endif
