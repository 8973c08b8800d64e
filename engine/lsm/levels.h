/*
 * levels.h: which tables and blob files make up a store: an immutable object, replaced as a whole.
 *
 * Levels come from other levels by applying edits, as the manifest records them; recovery and the
 * running store use the same function, so what a restart finds is what was there. Readers hold a
 * reference to the levels they began with; levels hold references to their tables and blob files.
 * One that no levels hold any more is handed to the owner, which closes it and, if an edit has
 * dropped it, removes its file.
 *
 * Checked whenever edits are applied, because nearly every bug of compaction shows up here first:
 *   - the tables of a level other than 0 ascend and share no key (L-4); a stop may touch a start
 *   - a table is in one level only, and a dropped one was where the edit says
 *   - tables of level 0 have orders that ascend
 *   - numbers are below the next file number; versions are at or below the last one
 *
 * Threading: levels are immutable but for their count of references, which any thread may change.
 * `busy`, `settled`, `reader` and `record` of a table, and the last two of a blob file, belong to
 * others, who say how they share them.
 */
#ifndef LARDER_ENGINE_LSM_LEVELS_H
#define LARDER_ENGINE_LSM_LEVELS_H

#include "engine/format/manifest_edit.h"
#include "engine/lsm/picker.h"
#include "engine/lsm/run.h"

#include <stdatomic.h>

/* A table of one or more levels objects. */
typedef struct LsmTable {
    FormatTable info; /* with keys and blob uses of its own; its level is where it is listed */
    _Atomic uint32_t refs;
    _Atomic bool dropped; /* an edit has dropped it: its file goes with it */
    bool busy;            /* an input of a job; the worker's lock */
    int64_t settled;      /* 0, or the snapshot that kept what is dead in it; the worker's lock */
    void *reader;         /* the open table; the owner's */
    void *record;         /* the owner's own notes about it */
} LsmTable;

/* A blob file of one or more levels objects: what of it they share. */
typedef struct LsmBlobHold {
    uint64_t number;
    _Atomic uint32_t refs;
    _Atomic bool dropped; /* an edit has dropped it: its file goes with it */
    _Atomic bool damaged; /* a job could not read a value: what is dead stays */
    void *reader;         /* the open file; the owner's */
    void *record;         /* the owner's own notes about it */
} LsmBlobHold;

/* Who closes tables and blob files. */
typedef struct LsmTableOwner {
    void (*unused)(void *user, LsmTable *table); /* then the table is freed */
    void *user;
    void (*blob_unused)(void *user, LsmBlobHold *hold); /* likewise; NULL: nobody opens any */
} LsmTableOwner;

typedef struct LsmLevel {
    LsmTable **tables; /* level 0: from old to new; else by key */
    size_t count;
    int64_t bytes;
} LsmLevel;

typedef struct LsmBlobFile {
    uint64_t number;
    uint64_t id;
    int64_t size;
    int64_t values;
    int64_t bytes;
    int64_t dead_values;
    int64_t dead_bytes;
    LsmBlobHold *hold; /* a reference, in levels; else NULL */
} LsmBlobFile;

/* What tables use of a blob file. */
typedef struct LsmBlobUse {
    int64_t values;
    int64_t bytes;
} LsmBlobUse;

/* What the manifest knows beside tables. */
typedef struct LsmStoreState {
    uint64_t store_id;
    int64_t made_at_ms;
    int64_t next_file;
    int64_t log_floor;
    int64_t last_version;
    int64_t last_stamp_ms;
    int64_t clean_segment; /* 0: the store was not closed, or was opened since */
    int64_t clean_len;
} LsmStoreState;

typedef struct LsmLevels {
    _Atomic uint32_t refs;
    const LsmTableOwner *owner;
    LsmStoreState state;
    LsmLevel levels[LSM_LEVELS];
    LsmRun *runs; /* what readers ask, from new to old */
    size_t run_count;
    LsmBlobFile *blobs; /* by number */
    size_t blob_count;
} LsmLevels;

/* Levels without anything, with one reference. BASE_NO_MEMORY. `owner` must outlive them. */
BaseStatus lsm_levels_new(const LsmTableOwner *owner, LsmLevels **ret_levels);

/*
 * Applies the edits of a payload; the new levels have one reference, the old ones stay as they are.
 * BASE_CORRUPTION: the edits are malformed or break a rule above, and nothing changed; `message`
 * (256 bytes) says how. BASE_NO_MEMORY.
 */
BaseStatus lsm_levels_apply(const LsmLevels *levels, BaseSlice payload, char *message,
                            LsmLevels **ret_levels);

/*
 * The edits between the two are durable: tables that `after` has not lose their files when nobody
 * holds them any more. Not before: a store whose manifest cannot be written keeps its old tables.
 */
void lsm_levels_supersede(const LsmLevels *before, const LsmLevels *after);

/* Appends edits that lead from nothing to these levels. False: no memory. */
bool lsm_levels_describe(const LsmLevels *levels, BaseBuf *into);

LsmLevels *lsm_levels_ref(LsmLevels *levels);

/* Takes NULL. */
void lsm_levels_unref(LsmLevels *levels);

/* The table with that number, and its level; NULL: there is none. */
LsmTable *lsm_levels_find(const LsmLevels *levels, int64_t number, int *ret_level);

/* The blob file with that number; NULL: there is none. */
const LsmBlobFile *lsm_levels_blob(const LsmLevels *levels, uint64_t number);

/*
 * What the tables use of each blob file, in the order of `blobs`; the caller frees it.
 * BASE_CORRUPTION: a table uses one that is not there; `message` (256 bytes) names both.
 */
BaseStatus lsm_levels_blob_uses(const LsmLevels *levels, char *message, LsmBlobUse **ret_uses);

/*
 * Whether tables refer to blob files that are there, and to no more values than are alive in them
 * (L-13): BASE_CORRUPTION, and `message` (256 bytes) says what is wrong. Not checked by apply(),
 * because a repair takes blob files and tables apart; whoever serves from levels checks it.
 */
BaseStatus lsm_levels_check_blobs(const LsmLevels *levels, char *message);

/* Whether so much of a blob file is dead that the rest should go elsewhere. */
bool lsm_levels_blob_stale(const LsmBlobFile *file, unsigned dead_percent);

#endif
