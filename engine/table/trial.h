/*
 * trial.h: which data blocks of a table packing is tried on.
 *
 * Bytes that do not shrink cost as much processor time as those that do: with zstd 3 and blocks of
 * 4 KiB about half of what a compaction takes. So where packing was tried in vain on
 * TABLE_TRIAL_PATIENCE blocks in a row, as many are stored as they are before the next one is
 * tried; with each further one in vain twice as many, up to TABLE_TRIAL_PASS_MAX. The first block
 * that pays ends that. What it can cost: data that begins to shrink is stored as it is for
 * TABLE_TRIAL_PASS_MAX blocks more, and a block that pays among many that do not is missed. In the
 * file nothing is new: every block says how it is stored.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_TABLE_TRIAL_H
#define LARDER_ENGINE_TABLE_TRIAL_H

#include <stdbool.h>

enum {
    TABLE_TRIAL_PATIENCE = 4,  /* blocks */
    TABLE_TRIAL_PASS_MAX = 64, /* blocks */
};

/* {0} to begin with. */
typedef struct TableTrial {
    unsigned vain; /* tries in vain, up to PATIENCE */
    unsigned pass; /* blocks that were, or will be, stored as they are between two tries; 0: none */
    unsigned left; /* of these */
} TableTrial;

/* Whether to try the next block; if so, note() follows. */
bool table_trial_begin(TableTrial *trial);

/* Tells whether it did pay. */
void table_trial_note(TableTrial *trial, bool paid);

#endif
