/*
 * generation.h: a memtable, the ranges removed in its time, and the segment of the log that has the
 * same commits.
 *
 * Its life: SPARE (made in the background, empty) -> ACTIVE (commits are prepared for it) -> SEALED
 * (the next one is active; commits that were prepared for it are still being published) -> FULL
 * (nothing will be linked any more; it may be flushed) -> FLUSHED (tables hold all of it).
 *
 * A commit is in one generation, whole. Its segment goes when two things are true, in either order:
 * the generation is flushed, and the log writes to a later segment.
 *
 * Threading: state and pending count are changed by the writer up to FULL and by the worker from
 * there on; any thread may read the state. References may be taken and given back by any thread.
 */
#ifndef LARDER_ENGINE_LSM_GENERATION_H
#define LARDER_ENGINE_LSM_GENERATION_H

#include "engine/lsm/log.h"
#include "engine/lsm/memtable.h"
#include "engine/lsm/range_set.h"

typedef enum LsmGenerationState {
    LSM_GENERATION_SPARE = 0,
    LSM_GENERATION_ACTIVE,
    LSM_GENERATION_SEALED,
    LSM_GENERATION_FULL,
    LSM_GENERATION_FLUSHED,
} LsmGenerationState;

typedef struct LsmGeneration {
    LsmMemtable *memtable;
    LsmRangeSet ranges;
    LsmSegment *segment; /* NULL: filled by recovery, or given back */
    uint64_t number;     /* of the segment, also when it is gone */
    _Atomic int state;   /* LsmGenerationState */
    _Atomic uint32_t refs;
    size_t pending;                  /* entries prepared, not yet published or discarded; the
                                          writer's */
    _Atomic int64_t version_highest; /* of what was published in it; 0: nothing */
    _Atomic int64_t stamp_highest;   /* of what was published in it */
    _Atomic unsigned segment_done;   /* bits: see lsm_generation_segment_done() */
} LsmGeneration;

/* A spare with one reference; it takes over the segment. BASE_NO_MEMORY: the segment is still the
 * caller's. `bytes`: room for entries. */
BaseStatus lsm_generation_new(size_t bytes, LsmSegment *segment, LsmGeneration **ret_generation);

LsmGeneration *lsm_generation_ref(LsmGeneration *generation);

/* Frees memory with the last reference; the segment must have been given back. Takes NULL. */
void lsm_generation_unref(LsmGeneration *generation);

static inline LsmGenerationState
lsm_generation_state(const LsmGeneration *generation)
{
    return (LsmGenerationState)atomic_load_explicit(&generation->state, memory_order_acquire);
}

static inline void
lsm_generation_set_state(LsmGeneration *generation, LsmGenerationState state)
{
    atomic_store_explicit(&generation->state, state, memory_order_release);
}

/* Why the segment of a generation is not needed. */
typedef enum LsmSegmentDone {
    LSM_SEGMENT_FLUSHED = 1 << 0, /* its commits are in tables, and the manifest says so */
    LSM_SEGMENT_LEFT = 1 << 1,    /* the log writes to a later one */
} LsmSegmentDone;

/* Notes one of the two; whoever notes the second gives the segment back to the log. */
void lsm_generation_segment_done(LsmGeneration *generation, LsmLog *log, LsmSegmentDone what);

/* Whether it holds neither entries nor ranges. For the writer, and from FULL on for anybody. */
bool lsm_generation_is_empty(const LsmGeneration *generation);

/* Bytes of memory that it uses. */
size_t lsm_generation_memory(const LsmGeneration *generation);

#endif
