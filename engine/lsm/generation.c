/*
 * generation.c: a memtable and what belongs to it. See generation.h.
 */
#include "engine/lsm/generation.h"

#include "engine/base/check.h"

#include <stdlib.h>

BaseStatus
lsm_generation_new(size_t bytes, LsmSegment *segment, LsmGeneration **ret_generation)
{
    LsmGeneration *generation = calloc(1, sizeof(*generation));
    if (generation == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a memtable");
    }
    BaseStatus status = lsm_memtable_new(bytes, &generation->memtable);
    if (status.code != BASE_OK) {
        free(generation);
        return status;
    }
    lsm_range_set_init(&generation->ranges);
    atomic_init(&generation->refs, 1);
    atomic_init(&generation->state, LSM_GENERATION_SPARE);
    generation->segment = segment;
    generation->number = segment == NULL ? 0 : lsm_log_segment_number(segment);
    *ret_generation = generation;
    return base_ok();
}

LsmGeneration *
lsm_generation_ref(LsmGeneration *generation)
{
    atomic_fetch_add_explicit(&generation->refs, 1, memory_order_relaxed);
    return generation;
}

void
lsm_generation_unref(LsmGeneration *generation)
{
    if (generation == NULL ||
        atomic_fetch_sub_explicit(&generation->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    BASE_CHECK(generation->segment == NULL);
    lsm_range_set_clear(&generation->ranges);
    lsm_memtable_free(generation->memtable);
    free(generation);
}

void
lsm_generation_segment_done(LsmGeneration *generation, LsmLog *log, LsmSegmentDone what)
{
    const unsigned both = LSM_SEGMENT_FLUSHED | LSM_SEGMENT_LEFT;
    unsigned before =
        atomic_fetch_or_explicit(&generation->segment_done, what, memory_order_acq_rel);
    if (before == both || (before | what) != both || generation->segment == NULL) {
        return;
    }
    LsmSegment *segment = generation->segment;
    generation->segment = NULL;
    lsm_log_segment_release(log, segment);
}

bool
lsm_generation_is_empty(const LsmGeneration *generation)
{
    LsmMemtableStats stats;
    lsm_memtable_stats(generation->memtable, &stats);
    return stats.entries == 0 && !lsm_range_set_any(&generation->ranges);
}

size_t
lsm_generation_memory(const LsmGeneration *generation)
{
    LsmMemtableStats stats;
    lsm_memtable_stats(generation->memtable, &stats);
    return sizeof(*generation) + (size_t)stats.memory_bytes +
           lsm_range_set_memory(&generation->ranges);
}
