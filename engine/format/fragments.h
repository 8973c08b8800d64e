/*
 * fragments.h: turns removed ranges that overlap into fragments that do not.
 *
 * A fragment is a range of keys with the versions of all removes that cover the whole of it. So a
 * reader finds the one fragment of a key by binary search, and in it the newest version that it may
 * see:
 *
 *     removes      [a      f) v5          fragments   [a c) 5
 *                     [c      h) v7                   [c f) 7 5
 *                                                     [f h) 7
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_FRAGMENTS_H
#define LARDER_ENGINE_FORMAT_FRAGMENTS_H

#include "engine/base/slice.h"
#include "engine/base/status.h"

/* One remove of a range. */
typedef struct FormatRange {
    BaseSlice start; /* stored key, included */
    BaseSlice stop;  /* excluded; a range that is not before its stop is empty */
    int64_t version;
} FormatRange;

typedef struct FormatFragment {
    BaseSlice start;
    BaseSlice stop;          /* behind start */
    const int64_t *versions; /* descending, each once */
    size_t version_count;    /* at least 1 */
} FormatFragment;

/*
 * Receives a fragment. Its versions are borrowed during the call, its keys from the ranges.
 * False stops.
 */
typedef bool FormatFragmentVisitor(void *user, const FormatFragment *fragment);

/* Which versions somebody may read at. The latest one is always among them. */
typedef struct FormatReadVersions {
    bool all;                 /* any version: nothing can be dropped */
    const int64_t *snapshots; /* otherwise these, ascending */
    size_t snapshot_count;
} FormatReadVersions;

/*
 * Visits the fragments of `ranges`, which come in no order, from the first key on. Versions that no
 * reader can tell from a newer one are dropped. Neighbours with the same versions become one.
 * BASE_NO_MEMORY, or BASE_CLOSED when the visitor stopped.
 */
BaseStatus format_fragments_visit(const FormatRange *ranges, size_t count,
                                  const FormatReadVersions *readers, FormatFragmentVisitor *visit,
                                  void *user);

#endif
