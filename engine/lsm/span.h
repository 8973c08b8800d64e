/*
 * span.h: keys between two keys, for all of which something holds.
 *
 * Threading: plain values; as safe as the bytes that they point at.
 */
#ifndef LARDER_ENGINE_LSM_SPAN_H
#define LARDER_ENGINE_LSM_SPAN_H

#include "engine/base/slice.h"

/* Stored keys. */
typedef struct LsmSpan {
    BaseSlice start; /* included; empty: from the first key */
    BaseSlice stop;  /* excluded */
    bool unbounded;  /* to the last key; stop is ignored */
} LsmSpan;

#define LSM_SPAN_ALL ((LsmSpan){.unbounded = true})

static inline bool
lsm_span_holds(const LsmSpan *span, BaseSlice key)
{
    return base_slice_compare(span->start, key) <= 0 &&
           (span->unbounded || base_slice_compare(key, span->stop) < 0);
}

/* Takes off what is before `start`. */
static inline void
lsm_span_raise_start(LsmSpan *span, BaseSlice start)
{
    if (base_slice_compare(span->start, start) < 0) {
        span->start = start;
    }
}

/* Takes off what is at or behind `stop`. */
static inline void
lsm_span_lower_stop(LsmSpan *span, BaseSlice stop)
{
    if (span->unbounded || base_slice_compare(stop, span->stop) < 0) {
        span->stop = stop;
        span->unbounded = false;
    }
}

#endif
