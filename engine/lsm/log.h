/*
 * log.h: the write-ahead log: segments, what is written, what is durable, and who is told when.
 *
 * There is a segment for each memtable. A segment is made ready ahead of its use (named,
 * preallocated, its directory synced), so that switching to it costs one small write. Records go
 * into the preallocated bytes: a sync then has no new length to make durable, and a full disk shows
 * when a segment is made, not when a commit is written.
 *
 * The writer appends the records of a group and then hands the group over with the durability that
 * it needs. A group that needs a sync waits in a queue; the log's thread syncs whatever has been
 * written by then and reports every group that this covers, so groups that form during one sync
 * share the next, for which it waits a little where that brings more together (gather.h). Other
 * groups are reported at once, in the writer's thread, or later, when writing has its price. In
 * mode INTERVAL the thread also syncs at most `interval_ms` after a write.
 *
 * When groups do not wait for syncs, a call for each would be half of what a small write costs. So
 * records are then stored into a window on the preallocated bytes, which moves on as it fills;
 * where there are no windows, and for long records, they are written by calls. The file is the
 * same.
 *
 * W-1  A segment's name is durable before the first record is written to it.
 * W-2  A group is reported OK, if it needs a sync, only when all bytes up to its end are durable,
 *      in every segment.
 * W-3  After the first failed write or sync nothing is written or synced any more, and every group
 *      that was not reported is reported with the error.
 * W-4  The durable position that a record carries was reached before the record was written.
 *
 * Threading: one writer calls reserve, switch, append and commit. segment_new(), sync() and the
 * figures may be called from any thread; sync() waits.
 */
#ifndef LARDER_ENGINE_LSM_LOG_H
#define LARDER_ENGINE_LSM_LOG_H

#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/histogram.h"
#include "engine/commit/backend.h"
#include "engine/env/env.h"

typedef enum LsmSyncMode {
    LSM_SYNC_ALWAYS = 0,   /* every group waits for a sync */
    LSM_SYNC_INTERVAL = 1, /* a sync follows within an interval */
    LSM_SYNC_OS = 2,       /* the operating system decides */
} LsmSyncMode;

typedef struct LsmLog LsmLog;
typedef struct LsmSegment LsmSegment;

/* Everything is borrowed and must outlive the log, but for `directory`, which is copied. */
typedef struct LsmLogArgs {
    const Env *env;
    const char *directory;
    const BaseClock *clock;
    LsmSyncMode mode;
    int64_t interval_ms;   /* INTERVAL: at least 1 */
    uint64_t position;     /* LSN at which the log goes on */
    uint64_t previous;     /* number of the segment that ended there; 0: none */
    uint64_t previous_len; /* bytes of it that belong to the log */
    uint64_t id_seed;      /* for the ids of segments: random, never the same */
    void (*report)(void *user, CommitGroup *group, BaseStatus status);
    void *user;
} LsmLogArgs;

/* Starts the thread. There is no segment yet: switch to one before the first append. */
BaseStatus lsm_log_new(const LsmLogArgs *args, LsmLog **ret_log);

/* REQUIRES: every group was reported. Frees the segments that are left. Takes NULL. */
void lsm_log_free(LsmLog *log);

/*
 * Makes a segment ready, with room for `bytes` of records. BASE_NO_SPACE: nothing is left of it.
 * A failed sync of the directory is BASE_IO and final for the store.
 */
BaseStatus lsm_log_segment_new(LsmLog *log, uint64_t number, uint64_t bytes,
                               LsmSegment **ret_segment);

/* Closes a segment that was not switched to, and removes its file. Takes NULL. */
void lsm_log_segment_discard(LsmLog *log, LsmSegment *segment);

/*
 * Nobody needs this segment any more: closes it, when no sync is at it, and removes its file.
 * REQUIRES: it is not the one being written, and its commits are in tables.
 */
void lsm_log_segment_release(LsmLog *log, LsmSegment *segment);

uint64_t lsm_log_segment_number(const LsmSegment *segment);

/* Sets room aside for records; false: the segment has not that much. The writer's. */
bool lsm_log_segment_reserve(LsmSegment *segment, uint64_t bytes);

/* From now on records go to `next`, whose commits are all above `version_base`. */
BaseStatus lsm_log_switch(LsmLog *log, LsmSegment *next, int64_t version_base);

/* The segment being written; NULL before the first switch. */
LsmSegment *lsm_log_current(const LsmLog *log);

/*
 * Writes a record. `record` has FORMAT_LOG_RECORD_HEAD_BYTES of space, then the payload; the log
 * completes it. REQUIRES: reserved.
 */
BaseStatus lsm_log_append(LsmLog *log, BaseBuf *record);

/*
 * The group's records are written, or writing one failed with `status`. Leads to exactly one
 * report: after a sync if the mode or the group asks for one, and not before `not_before_us`
 * (monotonic; 0: now). REQUIRES: fewer than LSM_REPORTS_MAX groups are under way (reports.h).
 */
void lsm_log_commit(LsmLog *log, CommitGroup *group, BaseStatus status, int64_t not_before_us);

/* Waits until everything that is written is durable. BASE_POISONED and the like: W-3. */
BaseStatus lsm_log_sync(LsmLog *log);

/*
 * Cuts the segment being written to what was written, for a log that is about to be freed and is
 * durable. A crash undoes it at worst.
 */
void lsm_log_trim(LsmLog *log);

/* The error of W-3, or OK. */
BaseStatus lsm_log_status(LsmLog *log);

typedef struct LsmLogStats {
    uint64_t written; /* LSN */
    uint64_t durable; /* LSN */
    int64_t records;
    int64_t bytes; /* of records */
    int64_t syncs;
    int64_t segments;      /* held */
    int64_t segment_bytes; /* of their files */
    uint64_t segment;      /* number of the one being written; 0: none */
    uint64_t segment_len;  /* bytes written to it */
    BaseHistogram sync_us; /* how long syncs took */
} LsmLogStats;

void lsm_log_stats(LsmLog *log, LsmLogStats *ret_stats);

#endif
