/*
 * view.h: all that a read needs: the generations that are in memory and the levels.
 *
 * A view is immutable as an object, and replaced as a whole (catalog.h). Inside a read section the
 * current view may be used without a reference; whoever needs one for longer (iterators, jobs)
 * holds it.
 *
 * V-1  Every commit at or below the visible version that was read while this view was current is in
 *      it: in a generation, or in a table.
 *
 * Threading: any thread.
 */
#ifndef LARDER_ENGINE_LSM_VIEW_H
#define LARDER_ENGINE_LSM_VIEW_H

#include "engine/base/epoch.h"
#include "engine/lsm/generation.h"
#include "engine/lsm/levels.h"

/* The most generations that a store has in memory at once, the active one included. */
#define LSM_GENERATIONS_MAX 16

typedef struct LsmView {
    BaseEpochItem item; /* first: for the limbo */
    _Atomic uint32_t refs;
    LsmLevels *levels; /* a reference */
    size_t count;
    LsmGeneration *generations[LSM_GENERATIONS_MAX]; /* references; from new to old */
} LsmView;

/*
 * A view with one reference, which takes references of its own to all that it is given.
 * BASE_NO_MEMORY.
 */
BaseStatus lsm_view_new(LsmLevels *levels, LsmGeneration *const *generations, size_t count,
                        LsmView **ret_view);

/* The same in two steps, of which only the first can fail: a view that is empty, and filling it. */
BaseStatus lsm_view_reserve(LsmView **ret_view);
void lsm_view_fill(LsmView *view, LsmLevels *levels, LsmGeneration *const *generations,
                   size_t count);

LsmView *lsm_view_ref(LsmView *view);

/* Takes NULL. */
void lsm_view_unref(LsmView *view);

/* Where a read stands: a view, and the version that it reads at. */
typedef struct LsmPoint {
    const LsmView *view;
    int64_t version;
} LsmPoint;

#endif
