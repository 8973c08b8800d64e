/*
 * view.c: references to generations and levels. See view.h.
 */
#include "engine/lsm/view.h"

#include "engine/base/check.h"

#include <stdlib.h>

BaseStatus
lsm_view_reserve(LsmView **ret_view)
{
    LsmView *view = calloc(1, sizeof(*view));
    if (view == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a view");
    }
    atomic_init(&view->refs, 1);
    *ret_view = view;
    return base_ok();
}

void
lsm_view_fill(LsmView *view, LsmLevels *levels, LsmGeneration *const *generations, size_t count)
{
    BASE_CHECK(view->levels == NULL && count <= LSM_GENERATIONS_MAX);
    view->levels = lsm_levels_ref(levels);
    view->count = count;
    for (size_t i = 0; i < count; i++) {
        view->generations[i] = lsm_generation_ref(generations[i]);
    }
}

BaseStatus
lsm_view_new(LsmLevels *levels, LsmGeneration *const *generations, size_t count, LsmView **ret_view)
{
    BaseStatus status = lsm_view_reserve(ret_view);
    if (status.code == BASE_OK) {
        lsm_view_fill(*ret_view, levels, generations, count);
    }
    return status;
}

LsmView *
lsm_view_ref(LsmView *view)
{
    atomic_fetch_add_explicit(&view->refs, 1, memory_order_relaxed);
    return view;
}

void
lsm_view_unref(LsmView *view)
{
    if (view == NULL || atomic_fetch_sub_explicit(&view->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < view->count; i++) {
        lsm_generation_unref(view->generations[i]);
    }
    lsm_levels_unref(view->levels);
    free(view);
}
