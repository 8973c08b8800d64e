/*
 * picker.h: what to compact next, and why: a pure function of what the levels hold.
 *
 * Targets. The last level is as large as its data; each level above it has a tenth of the target
 * below, up to the base level, the last one whose target is at least `base_bytes`. A level that is
 * smaller than what level 0 brings at a time would only be written once more: with B bytes at a
 * time and a last level of D, going straight into it writes D / B + 1 for each byte, over a level
 * of D / 10 in between it writes D / 10B + 1, and then 11 more. The latter is less from D = 12 B
 * on, and base_bytes is meant to be about B. Level 0 is compacted into the base level, and the
 * levels between are empty: where they are not, because the last level has shrunk, the first that
 * holds anything is the base level until it is empty (L-2). So an empty store fills its last level
 * first, and nine tenths of a large one are always there.
 *
 * Runs. Tables of level 0, from old to new, form a run as long as none overlaps another of it: a
 * run costs a reader one table. Ascending keys make one run, whose tables move down as they are.
 *
 * What is proposed, the first that applies:
 *   1. level 0 has `run_trigger` runs, or as many bytes as the base level may have: move its
 *      oldest run if the base level has nothing in its range, else merge all of level 0 with what
 *      overlaps it; while part of that is busy, merge the newest runs of level 0, up to the first
 *      that is busy, among themselves
 *   2. a level is over its target: of its tables the one that drags the fewest bytes along; tables
 *      that drag nothing move, up to PICK_MOVES of them at once
 *   3. a table has dead entries for longer than `reclaim_ms`: it goes one level down, out of level
 *      0 with all others there, or, on the last level, is rewritten
 *   4. more than half of a table's entries are dead: the same, but not in level 0
 *   5. writing a table again, where it is, would free at least as many bytes of blob files as it
 *      has itself; not in level 0, whose tables soon go down
 * The level that is furthest over its target comes first, level 0 counting as one.
 *
 * No proposal touches a table that is busy, and two that are under way at a time never share a
 * range of a level (L-7).
 *
 * Threading: pure. Everything is borrowed.
 */
#ifndef LARDER_ENGINE_LSM_PICKER_H
#define LARDER_ENGINE_LSM_PICKER_H

#include "engine/base/slice.h"

#define LSM_LEVELS     7
#define LSM_PICK_MOVES 64

/* A table as far as the picker looks at it. */
typedef struct LsmPickTable {
    BaseSlice smallest;
    BaseSlice largest;
    bool largest_excluded; /* no entry has the largest key itself */
    bool busy;             /* an input of a job under way */
    int64_t bytes;
    int64_t entries;        /* and fragments */
    int64_t dead;           /* removes, fragments, and records that have expired */
    int64_t oldest_dead_ms; /* since when one of them has been dead; 0: none */
    int64_t blob_gain;      /* bytes of blob files that go when it is written again, about */
} LsmPickTable;

/* Level 0 from old to new; the others by key. */
typedef struct LsmPickLevel {
    const LsmPickTable *tables;
    size_t count;
} LsmPickLevel;

typedef struct LsmPickState {
    LsmPickLevel levels[LSM_LEVELS];
    int64_t base_bytes;
    int64_t multiplier; /* 10 */
    size_t run_trigger; /* 4 */
    int64_t reclaim_ms;
    int64_t now_ms;
} LsmPickState;

typedef enum LsmPickReason {
    LSM_PICK_NOTHING = 0,
    LSM_PICK_RUNS = 1,     /* level 0 has too many runs, or bytes */
    LSM_PICK_SIZE = 2,     /* a level is over its target */
    LSM_PICK_DEADLINE = 3, /* dead entries are due */
    LSM_PICK_DEAD = 4,     /* most entries are dead */
    LSM_PICK_MANUAL = 5,   /* somebody asked for it (sweep.h) */
    LSM_PICK_COVERED = 6,  /* a removed range hides all of the inputs (covered.h) */
    LSM_PICK_BLOBS = 7,    /* blob files that the table refers to are mostly dead */
    LSM_PICK_REASONS = 8
} LsmPickReason;

/* Tables first to first + count - 1 of a level. */
typedef struct LsmPickSpan {
    size_t first;
    size_t count;
} LsmPickSpan;

typedef struct LsmPick {
    LsmPickReason reason;
    bool move; /* the inputs change their level as they are */
    bool drop; /* the inputs go, unread */
    int level;
    int output_level;    /* level 0: its runs are merged among themselves */
    LsmPickSpan inputs;  /* of `level` */
    LsmPickSpan overlap; /* of `output_level`; empty when both levels are one */
} LsmPick;

/* What the levels should hold. */
typedef struct LsmTargets {
    int base_level;            /* where level 0 goes */
    int64_t bytes[LSM_LEVELS]; /* 0: nothing should be there, or level 0 */
    int64_t held[LSM_LEVELS];
    size_t runs;  /* of level 0 */
    int64_t debt; /* bytes to write until every level is at its target, about */
    double cost;  /* bytes to write, altogether, for one that comes into level 0, about */
} LsmTargets;

void lsm_picker_targets(const LsmPickState *state, LsmTargets *ret_targets);

/* The next job; reason NOTHING: all is well, or what is not is busy. */
LsmPick lsm_picker_pick(const LsmPickState *state);

/* Level 0 into the base level, whether that is due or not; NOTHING: it is empty, or busy. */
LsmPick lsm_picker_pick_runs(const LsmPickState *state, LsmPickReason reason);

/*
 * A table of a level other than 0, with all that it drags along, one level down, or, on the last
 * level, to where it is; NOTHING: some of that is busy.
 */
LsmPick lsm_picker_pick_table(const LsmPickState *state, int level, size_t index,
                              LsmPickReason reason);

/* The tables of a level (not 0) that have a key of [smallest, largest], or of [.., largest). */
LsmPickSpan lsm_picker_overlap(const LsmPickLevel *level, BaseSlice smallest, BaseSlice largest,
                               bool largest_excluded);

#endif
