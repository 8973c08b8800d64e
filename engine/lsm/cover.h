/*
 * cover.h: what the removed ranges of a view hide, as a walk through its keys sees it.
 *
 * At every key some version is the newest that a removed range has there, at or below the version
 * of the reader; entries below it are hidden, whatever source they are in. Between two borders of
 * ranges that version is the same for all keys. So a cover keeps the span around the key that was
 * asked for last, and a walk asks again only when it leaves the span.
 *
 * The sources of a view have ranks: generations, then runs, from new to old. The newest source that
 * has a range at a key has the newest version, and everything in older sources is hidden there
 * (L-2, which holds for removed ranges as for entries). So sources behind it need not be asked, and
 * older cursors can be moved to the end of the span at once.
 *
 * Threading: one owner; the view outlives it.
 */
#ifndef LARDER_ENGINE_LSM_COVER_H
#define LARDER_ENGINE_LSM_COVER_H

#include "engine/lsm/span.h"
#include "engine/lsm/view.h"

typedef struct LsmCover {
    const LsmView *view;
    int64_t version;
    bool any;      /* some source has removed ranges */
    LsmSpan span;  /* borders are borrowed from ranges and tables of the view */
    int64_t hides; /* in the span: entries below this version are hidden; 0: none is */
    size_t rank;   /* of the source that hides them */
} LsmCover;

/* A cover without a span, for a reader at `version`. */
void lsm_cover_init(LsmCover *cover, const LsmView *view, int64_t version);

/* Makes the span the one of `key`. */
void lsm_cover_find(LsmCover *cover, BaseSlice key);

#endif
