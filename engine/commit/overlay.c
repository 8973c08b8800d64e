/*
 * overlay.c: operations by key. See overlay.h.
 *
 * The table doubles when it holds more operations than buckets. Without memory for that it goes on
 * with longer buckets.
 */
#include "engine/commit/overlay.h"

#include "engine/base/check.h"
#include "engine/base/hash.h"

#include <stdlib.h>

#define OVERLAY_BUCKETS_FIRST 256

bool
commit_overlay_init(CommitOverlay *overlay)
{
    *overlay = (CommitOverlay){.seed = base_hash_process_seed()};
    overlay->buckets = calloc(OVERLAY_BUCKETS_FIRST, sizeof(CommitOp *));
    overlay->bucket_count = OVERLAY_BUCKETS_FIRST;
    return overlay->buckets != NULL;
}

void
commit_overlay_clear(CommitOverlay *overlay)
{
    free(overlay->buckets);
    *overlay = (CommitOverlay){.buckets = NULL};
}

static uint64_t
hash_key(const CommitOverlay *overlay, EngineKeyspace keyspace, BaseSlice key)
{
    return base_hash(key, overlay->seed + (uint64_t)keyspace);
}

static CommitOp **
bucket_of(const CommitOverlay *overlay, uint64_t hash)
{
    return &overlay->buckets[hash & (overlay->bucket_count - 1)];
}

/* Splits each bucket in two, keeping the order within. */
static void
double_buckets(CommitOverlay *overlay)
{
    size_t count = overlay->bucket_count;
    CommitOp **buckets = calloc(count * 2, sizeof(CommitOp *));
    if (buckets == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        CommitOp **tails[2] = {&buckets[i], &buckets[i + count]};
        for (CommitOp *op = overlay->buckets[i]; op != NULL; op = op->overlay_next) {
            size_t half = (op->overlay_hash & count) != 0;
            *tails[half] = op;
            tails[half] = &op->overlay_next;
        }
        *tails[0] = NULL;
        *tails[1] = NULL;
    }
    free(overlay->buckets);
    overlay->buckets = buckets;
    overlay->bucket_count = count * 2;
}

void
commit_overlay_add(CommitOverlay *overlay, CommitOp *op)
{
    if (op->kind == COMMIT_REMOVE_RANGE) {
        op->overlay_next = overlay->ranges;
        overlay->ranges = op;
        return;
    }
    if (overlay->point_count >= overlay->bucket_count) {
        double_buckets(overlay);
    }
    op->overlay_hash = hash_key(overlay, op->keyspace, op->key);
    CommitOp **bucket = bucket_of(overlay, op->overlay_hash);
    op->overlay_next = *bucket;
    *bucket = op;
    overlay->point_count++;
}

void
commit_overlay_remove(CommitOverlay *overlay, CommitOp *op)
{
    bool range = op->kind == COMMIT_REMOVE_RANGE;
    CommitOp **link = range ? &overlay->ranges : bucket_of(overlay, op->overlay_hash);
    while (*link != op) {
        BASE_CHECK(*link != NULL);
        link = &(*link)->overlay_next;
    }
    *link = op->overlay_next;
    overlay->point_count -= range ? 0 : 1;
}

void
commit_overlay_add_late(CommitOverlay *overlay, const CommitEntry *entry)
{
    BASE_INVARIANT(overlay->late == NULL);
    overlay->late = entry;
}

void
commit_overlay_settle(CommitOverlay *overlay)
{
    const CommitEntry *late = overlay->late;
    overlay->late = NULL;
    for (size_t i = 0; late != NULL && i < late->op_count; i++) {
        commit_overlay_add(overlay, &late->ops[i]);
    }
}

void
commit_overlay_remove_entry(CommitOverlay *overlay, const CommitEntry *entry)
{
    if (overlay->late == entry) {
        overlay->late = NULL;
        return;
    }
    for (size_t i = entry->op_count; i > 0; i--) {
        commit_overlay_remove(overlay, &entry->ops[i - 1]);
    }
}

static CommitOp *
find_point(const CommitOverlay *overlay, EngineKeyspace keyspace, BaseSlice key)
{
    if (overlay->point_count == 0) {
        return NULL;
    }
    uint64_t hash = hash_key(overlay, keyspace, key);
    CommitOp *op = *bucket_of(overlay, hash);
    while (op != NULL && !(op->overlay_hash == hash && op->keyspace == keyspace &&
                           base_slice_equal(op->key, key))) {
        op = op->overlay_next;
    }
    return op;
}

static const CommitOp *
find_range(const CommitOverlay *overlay, EngineKeyspace keyspace, BaseSlice key)
{
    const CommitOp *range = overlay->ranges;
    while (range != NULL &&
           !(range->keyspace == keyspace && base_slice_compare(range->key, key) <= 0 &&
             (range->unbounded || base_slice_compare(key, range->value) < 0))) {
        range = range->overlay_next;
    }
    return range;
}

static bool
is_newer(const CommitOp *a, const CommitOp *b)
{
    return a->version > b->version || (a->version == b->version && a > b);
}

CommitOverlayFind
commit_overlay_find(const CommitOverlay *overlay, EngineKeyspace keyspace, BaseSlice key,
                    CommitOp **ret_op)
{
    CommitOp *point = find_point(overlay, keyspace, key);
    const CommitOp *range = find_range(overlay, keyspace, key);
    if (range != NULL && (point == NULL || is_newer(range, point))) {
        return COMMIT_OVERLAY_HIDDEN;
    }
    if (point == NULL) {
        return COMMIT_OVERLAY_MISS;
    }
    *ret_op = point;
    return COMMIT_OVERLAY_POINT;
}
