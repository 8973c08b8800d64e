/*
 * snapshots.h: the versions that somebody still reads.
 *
 * A snapshot is entered and reads the visible version and the time under one lock, and jobs take
 * the list under the same lock (L-6). So a job either has a snapshot in its list, or the snapshot
 * is at or above the version that was visible when the list was taken, and not before that time,
 * and sees none of what the job drops.
 *
 * Threading: any thread.
 */
#ifndef LARDER_ENGINE_LSM_SNAPSHOTS_H
#define LARDER_ENGINE_LSM_SNAPSHOTS_H

#include "engine/base/status.h"
#include "engine/commit/stamp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* An open snapshot; its owner embeds it. */
typedef struct LsmSnapshot {
    struct LsmSnapshot *previous; /* the list's */
    struct LsmSnapshot *next;
    int64_t version;
    int64_t stamp_ms; /* the time that it reads at */
} LsmSnapshot;

typedef struct LsmSnapshots {
    pthread_mutex_t lock;
    LsmSnapshot ends; /* a ring; next: the oldest */
    size_t count;
} LsmSnapshots;

void lsm_snapshots_init(LsmSnapshots *snapshots);

/* REQUIRES: none is open. */
void lsm_snapshots_clear(LsmSnapshots *snapshots);

/* Opens a snapshot at the version in `visible` and the time of `stamps`, read under the lock. */
void lsm_snapshots_open(LsmSnapshots *snapshots, const _Atomic int64_t *visible,
                        CommitStamps *stamps, LsmSnapshot *snapshot);

void lsm_snapshots_close(LsmSnapshots *snapshots, LsmSnapshot *snapshot);

size_t lsm_snapshots_count(LsmSnapshots *snapshots);

/* What a job must keep. */
typedef struct LsmSnapshotList {
    int64_t *versions; /* ascending, each once; the caller frees it */
    size_t count;
    int64_t oldest_ms; /* of the oldest snapshot's time; INT64_MAX: none is open */
} LsmSnapshotList;

/* BASE_NO_MEMORY. */
BaseStatus lsm_snapshots_list(LsmSnapshots *snapshots, LsmSnapshotList *ret_list);

#endif
