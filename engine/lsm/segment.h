/*
 * segment.h: one file of the write-ahead log. Private to the log.
 *
 * A segment is preallocated, and its name is durable when it is made (W-1). Bytes are put behind
 * those that are there: by a call, or, when it may have windows, by storing short ones into the
 * window that has the end of what is written.
 *
 * Windows are opened ahead. It takes the system some hundred microseconds to make the pages of one
 * present, which would be the slowest of a thousand commits; so the first window is there when the
 * segment is made, and when the writer enters one it wants the next, which another thread opens by
 * lsm_segment_open_ahead(). Where that comes too late the writer writes by calls until it has come.
 *
 * A segment that is synced after every group has no windows. It is filled with zeros ahead of what
 * is written instead, a stretch at a time. Blocks that are only preallocated have to be marked as
 * written when they are: the file system then has metadata of its own to write in the sync of
 * nearly every group. On ext4 without a journal, that made syncs take 1.4 times as long.
 *
 * Threading: as the fields say; the log's lock and its writer. `ahead` hands the two fields behind
 * it over: they are the opener's while it is WANTED, else the writer's.
 */
#ifndef LARDER_ENGINE_LSM_SEGMENT_H
#define LARDER_ENGINE_LSM_SEGMENT_H

#include "engine/env/env.h"
#include "engine/lsm/log.h"

#include <stdatomic.h>

/* The window behind the one that is written to. */
typedef enum LsmSegmentAhead {
    LSM_AHEAD_NONE = 0,   /* there is none, and none is wanted */
    LSM_AHEAD_WANTED = 1, /* to be opened */
    LSM_AHEAD_READY = 2,  /* open */
    LSM_AHEAD_NEVER = 3,  /* the segment has no windows */
} LsmSegmentAhead;

struct LsmSegment {
    LsmSegment *next; /* the one that follows in the log; the lock's */
    EnvFile *file;
    uint64_t number;
    uint64_t id;
    uint64_t capacity; /* bytes of the file that are preallocated */
    uint64_t reserved; /* bytes set aside, header and records; the writer's */
    uint64_t len;      /* bytes written; the lock's */
    uint64_t synced;   /* bytes durable; the lock's */
    uint64_t start;    /* LSN */
    uint64_t filled;   /* bytes that need no marking any more; UINT64_MAX: not to be filled. The
                          writer's */
    bool released;     /* the lock's */
    uint8_t *window;   /* bytes of the file from window_at on, in memory; NULL: none is open. The
                          writer's, as the next one */
    uint64_t window_at;
    _Atomic int ahead; /* LsmSegmentAhead */
    uint8_t *ahead_window;
    uint64_t ahead_at;
    char path[ENV_PATH_MAX];
};

/* Makes the file of a segment for records of so many bytes, with windows or else filled ahead. */
BaseStatus lsm_segment_new(const Env *env, const char *directory, uint64_t number, uint64_t id,
                           uint64_t bytes, bool windows, LsmSegment **ret_segment);

/* Closes it; the file stays. Takes NULL. */
void lsm_segment_close(LsmSegment *segment);

/* Closes it and removes the file. */
void lsm_segment_remove(const Env *env, LsmSegment *segment);

/* Whether a window is wanted. Any thread. */
static inline bool
lsm_segment_wants_ahead(const LsmSegment *segment)
{
    return atomic_load_explicit(&segment->ahead, memory_order_acquire) == LSM_AHEAD_WANTED;
}

/* Opens the window that is wanted, if one is. For one thread at a time, beside the writer. */
void lsm_segment_open_ahead(LsmSegment *segment);

/* Puts bytes behind the first segment->len ones. The caller counts them. */
BaseStatus lsm_segment_put(LsmSegment *segment, BaseSlice bytes);

#endif
