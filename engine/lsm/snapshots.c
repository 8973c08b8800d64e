/*
 * snapshots.c: a ring in the order of opening, which is the order of versions, because the visible
 * version only grows and is read under the lock.
 */
#include "engine/lsm/snapshots.h"

#include "engine/base/check.h"

#include <stdlib.h>

void
lsm_snapshots_init(LsmSnapshots *snapshots)
{
    *snapshots = (LsmSnapshots){.count = 0};
    (void)pthread_mutex_init(&snapshots->lock, NULL);
    snapshots->ends.next = &snapshots->ends;
    snapshots->ends.previous = &snapshots->ends;
}

void
lsm_snapshots_clear(LsmSnapshots *snapshots)
{
    BASE_CHECK(snapshots->count == 0);
    (void)pthread_mutex_destroy(&snapshots->lock);
}

void
lsm_snapshots_open(LsmSnapshots *snapshots, const _Atomic int64_t *visible, CommitStamps *stamps,
                   LsmSnapshot *snapshot)
{
    pthread_mutex_lock(&snapshots->lock);
    LsmSnapshot *newest = snapshots->ends.previous;
    snapshot->version = atomic_load_explicit(visible, memory_order_acquire);
    snapshot->stamp_ms = commit_stamp_now(stamps);
    snapshot->previous = newest;
    snapshot->next = &snapshots->ends;
    newest->next = snapshot;
    snapshots->ends.previous = snapshot;
    snapshots->count++;
    pthread_mutex_unlock(&snapshots->lock);
}

void
lsm_snapshots_close(LsmSnapshots *snapshots, LsmSnapshot *snapshot)
{
    pthread_mutex_lock(&snapshots->lock);
    snapshot->previous->next = snapshot->next;
    snapshot->next->previous = snapshot->previous;
    snapshots->count--;
    pthread_mutex_unlock(&snapshots->lock);
}

size_t
lsm_snapshots_count(LsmSnapshots *snapshots)
{
    pthread_mutex_lock(&snapshots->lock);
    size_t count = snapshots->count;
    pthread_mutex_unlock(&snapshots->lock);
    return count;
}

/* Under the lock. */
static void
copy_versions(const LsmSnapshots *snapshots, LsmSnapshotList *list)
{
    const LsmSnapshot *ends = &snapshots->ends;
    for (const LsmSnapshot *at = ends->next; at != ends; at = at->next) {
        if (list->count == 0 || list->versions[list->count - 1] != at->version) {
            list->versions[list->count++] = at->version;
        }
        if (at->stamp_ms < list->oldest_ms) {
            list->oldest_ms = at->stamp_ms;
        }
    }
}

BaseStatus
lsm_snapshots_list(LsmSnapshots *snapshots, LsmSnapshotList *ret_list)
{
    LsmSnapshotList list = {.oldest_ms = INT64_MAX};
    pthread_mutex_lock(&snapshots->lock);
    if (snapshots->count != 0) {
        list.versions = calloc(snapshots->count, sizeof(*list.versions));
        if (list.versions == NULL) {
            pthread_mutex_unlock(&snapshots->lock);
            return base_error(BASE_NO_MEMORY, "no memory for the list of snapshots");
        }
        copy_versions(snapshots, &list);
    }
    pthread_mutex_unlock(&snapshots->lock);
    *ret_list = list;
    return base_ok();
}
