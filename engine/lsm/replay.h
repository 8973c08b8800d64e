/*
 * replay.h: commits of the log on their way into tables, while a store is being recovered.
 *
 * Commits go into a memtable; when it is full, and at the end, it is rewritten into tables of level
 * 0, newer than all that is there. The levels grow in memory only: what was made becomes part of
 * the store when the caller writes a manifest with them.
 *
 * A commit may be spread over two memtables, since all of them become visible at once. Within a
 * commit a later operation on a key, or on a range with it, undoes an earlier one: L-3.
 *
 * Threading: one owner.
 */
#ifndef LARDER_ENGINE_LSM_REPLAY_H
#define LARDER_ENGINE_LSM_REPLAY_H

#include "engine/lsm/log_scan.h"
#include "engine/lsm/memtable.h"
#include "engine/lsm/range_set.h"
#include "engine/lsm/recovery.h"

typedef struct LsmReplay {
    const LsmRecoveryArgs *args;
    LsmLevels *levels;  /* with all that was made so far; a reference */
    int64_t first_file; /* numbers from here to next_file - 1 are files of this replay */
    int64_t next_file;
    LsmMemtable *memtable; /* NULL: nothing since the last rewrite */
    LsmRangeSet ranges;
    size_t range_bytes;
    int64_t version; /* of the last commit */
    int64_t stamp_ms;
    BaseBuf key;  /* for stored keys */
    BaseBuf stop; /* likewise */
} LsmReplay;

/* Starts from levels, to which it takes a reference; files get numbers from `next_file` on. */
void lsm_replay_init(LsmReplay *replay, const LsmRecoveryArgs *args, LsmLevels *levels,
                     int64_t next_file);

/* Takes a commit: an LsmLogVisitor. `user` is the replay. */
BaseStatus lsm_replay_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader);

/* Rewrites what is left; `levels` and `next_file` are then final. */
BaseStatus lsm_replay_end(LsmReplay *replay);

/* Removes the files that were made: for a caller that gives up. */
void lsm_replay_undo(LsmReplay *replay);

/* Gives back memory and the reference. */
void lsm_replay_clear(LsmReplay *replay);

#endif
