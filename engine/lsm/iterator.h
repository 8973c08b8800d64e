/*
 * iterator.h: the live records of a range at one version, in key order, forward and backward.
 *
 * An iterator has a cursor (cursor.h) on every generation and run of its view. A cursor shows of
 * each key the newest entry that the version sees; the cursor of the newest source that stands on
 * the smallest key (backward: the largest) decides what the key has. Keys that are removed, hidden
 * by a removed range (cover.h) or expired are passed.
 *
 * What steps cost. While the next key of one cursor comes before those of all others, a step is a
 * step of that cursor and one comparison with a fence: whatever comes first of the next key of the
 * others, the end of the range, and the next removed range. Cursors that stand in a removed range
 * of a newer source are moved behind its end by a seek, when they have met some keys there.
 *
 * Stretches (stretch.h) are taken from the cursor in front, up to the fence.
 *
 * Counting. EngineIteratorStats: `examined` are the keys that the iterator came to and looked at;
 * each was shown, or counts as a tombstone (removed by a remove or hidden by a removed range), or
 * as expired:
 *
 *     examined = shown + tombstones + expired
 *
 * Keys that a seek has passed were not looked at. An older entry of a key is not counted.
 *
 * Memory. An iterator that is freed is kept for the next one of the same thread, with its buffers.
 *
 * Errors. An error of any source ends the iterator with that error (L-12); a seek begins anew. With
 * ENGINE_READ_CACHED_ONLY a block that is not in memory ends it with BASE_WOULD_BLOCK, and so does
 * a move that would pass more than LSM_ITERATOR_DEAD_MAX keys that are not to be shown.
 *
 * Threading: one owner at a time; free in any thread. It needs no read section.
 */
#ifndef LARDER_ENGINE_LSM_ITERATOR_H
#define LARDER_ENGINE_LSM_ITERATOR_H

#include "engine/engine.h"
#include "engine/lsm/counters.h"
#include "engine/lsm/view.h"

/* Keys that a move passes at most, when only memory is to be asked. */
#define LSM_ITERATOR_DEAD_MAX 256

typedef struct LsmIteratorArgs {
    Engine *engine;  /* whose iterator it is */
    LsmView *view;   /* a reference, which is taken over */
    int64_t version; /* that was read after the view was loaded (L-5), or of a snapshot */
    int64_t now_ms;  /* of the read */
    const EngineIteratorOptions *options; /* copied, but for the bytes of the range */
    LsmReadCounters *counters;            /* must outlive the iterator */
} LsmIteratorArgs;

/* As engine_iterator_new(). BASE_NO_MEMORY: nothing was taken over. */
BaseStatus lsm_iterator_new(const LsmIteratorArgs *args, EngineIterator **ret_iterator);

/* The moves of EngineOps. */
void lsm_iterator_seek(EngineIterator *iterator, const BaseSlice *key);
void lsm_iterator_seek_before(EngineIterator *iterator, const BaseSlice *key);
void lsm_iterator_next(EngineIterator *iterator);
void lsm_iterator_prev(EngineIterator *iterator);
size_t lsm_iterator_stretch(EngineIterator *iterator, EngineEntry *ret_entries, size_t max);

/* Gives the view back. */
void lsm_iterator_free(EngineIterator *iterator);

#endif
