/*
 * segment.h: one file of the write-ahead log. Private to the log.
 *
 * A segment is preallocated, and its name is durable when it is made (W-1). Bytes are put behind
 * those that are there: by a call, or, when it may have windows, by storing short ones into the
 * window that has the end of what is written.
 *
 * Threading: as the fields say; the log's lock and its writer.
 */
#ifndef LARDER_ENGINE_LSM_SEGMENT_H
#define LARDER_ENGINE_LSM_SEGMENT_H

#include "engine/env/env.h"
#include "engine/lsm/log.h"

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
    bool released;     /* the lock's */
    bool by_call;      /* there are no windows on it; the writer's, as the next two */
    uint8_t *window;   /* bytes of the file from window_at on, in memory; NULL: none is open */
    uint64_t window_at;
    char path[ENV_PATH_MAX];
};

/* Makes the file of a segment for records of so many bytes. */
BaseStatus lsm_segment_new(const Env *env, const char *directory, uint64_t number, uint64_t id,
                           uint64_t bytes, bool windows, LsmSegment **ret_segment);

/* Closes it; the file stays. Takes NULL. */
void lsm_segment_close(LsmSegment *segment);

/* Closes it and removes the file. */
void lsm_segment_remove(const Env *env, LsmSegment *segment);

/* Puts bytes behind the first segment->len ones. The caller counts them. */
BaseStatus lsm_segment_put(LsmSegment *segment, BaseSlice bytes);

#endif
