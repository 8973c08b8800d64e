/*
 * fragments.c: a sweep over the starts and stops of removed ranges. See fragments.h.
 *
 * The starts and the stops, each sorted, are merged into a sequence of places. Between two places
 * the same ranges are open; their versions are kept in an array in descending order. A place costs
 * a binary search and a move in that array, and a fragment one binary search for each snapshot, so
 * n ranges take O(n log n) steps plus moves of 8 bytes for each open range.
 */
#include "engine/format/fragments.h"

#include "engine/base/buf.h"

#include <stdlib.h>

typedef struct Sweep {
    const FormatReadVersions *readers;
    FormatFragmentVisitor *visit;
    void *user;
    BaseBuf starts;  /* of const FormatRange *, by start */
    BaseBuf stops;   /* the same, by stop */
    BaseBuf open;    /* int64_t versions of the open ranges, descending */
    BaseBuf kept;    /* int64_t versions of the fragment at hand */
    BaseBuf pending; /* int64_t versions of the fragment before, which may grow */
    BaseSlice pending_start;
    BaseSlice pending_stop;
} Sweep;

static int
compare_starts(const void *a, const void *b)
{
    return base_slice_compare((*(const FormatRange *const *)a)->start,
                              (*(const FormatRange *const *)b)->start);
}

static int
compare_stops(const void *a, const void *b)
{
    return base_slice_compare((*(const FormatRange *const *)a)->stop,
                              (*(const FormatRange *const *)b)->stop);
}

static size_t
version_count(const BaseBuf *versions)
{
    return versions->len / sizeof(int64_t);
}

static int64_t *
version_data(const BaseBuf *versions)
{
    return (int64_t *)(void *)versions->data;
}

/* The index of the first version at or below `bound` in a descending array. */
static size_t
find_version(const BaseBuf *versions, int64_t bound)
{
    size_t low = 0;
    size_t high = version_count(versions);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (version_data(versions)[middle] > bound) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool
open_version(Sweep *sweep, int64_t version)
{
    size_t at = find_version(&sweep->open, version);
    size_t behind = version_count(&sweep->open) - at;
    if (base_buf_extend(&sweep->open, sizeof version) == NULL) {
        return false;
    }
    int64_t *place = version_data(&sweep->open) + at;
    memmove(place + 1, place, behind * sizeof *place);
    *place = version;
    return true;
}

static void
close_version(Sweep *sweep, int64_t version)
{
    size_t at = find_version(&sweep->open, version);
    size_t behind = version_count(&sweep->open) - at - 1;
    int64_t *place = version_data(&sweep->open) + at;
    memmove(place, place + 1, behind * sizeof *place);
    sweep->open.len -= sizeof version;
}

/* Keeps the newest open version at or below `bound`, unless it is the last one kept. */
static bool
keep_below(Sweep *sweep, int64_t bound)
{
    size_t at = find_version(&sweep->open, bound);
    if (at == version_count(&sweep->open)) {
        return true;
    }
    int64_t version = version_data(&sweep->open)[at];
    size_t kept = version_count(&sweep->kept);
    if (kept != 0 && version_data(&sweep->kept)[kept - 1] == version) {
        return true;
    }
    return base_buf_append(&sweep->kept, &version, sizeof version);
}

/* Chooses from the open versions what readers need. */
static bool
keep_versions(Sweep *sweep)
{
    base_buf_reset(&sweep->kept);
    bool fine = keep_below(sweep, INT64_MAX);
    if (sweep->readers->all) {
        for (size_t i = 1; i < version_count(&sweep->open); i++) {
            fine = keep_below(sweep, version_data(&sweep->open)[i]) && fine;
        }
        return fine;
    }
    for (size_t i = sweep->readers->snapshot_count; i > 0; i--) {
        fine = keep_below(sweep, sweep->readers->snapshots[i - 1]) && fine;
    }
    return fine;
}

static bool
give_pending(Sweep *sweep)
{
    if (sweep->pending.len == 0) {
        return true;
    }
    FormatFragment fragment = {sweep->pending_start, sweep->pending_stop,
                               version_data(&sweep->pending), version_count(&sweep->pending)};
    bool go_on = sweep->visit(sweep->user, &fragment);
    base_buf_reset(&sweep->pending);
    return go_on;
}

/* Makes a fragment of the open ranges between two places. */
static BaseStatus
cut(Sweep *sweep, BaseSlice start, BaseSlice stop)
{
    if (!keep_versions(sweep)) {
        return base_error(BASE_NO_MEMORY, "no memory for the versions of a removed range");
    }
    if (sweep->pending.len != 0 && base_slice_equal(sweep->pending_stop, start) &&
        base_slice_equal(base_buf_slice(&sweep->pending), base_buf_slice(&sweep->kept))) {
        sweep->pending_stop = stop;
        return base_ok();
    }
    if (!give_pending(sweep)) {
        return base_error(BASE_CLOSED, "the visitor stopped");
    }
    if (!base_buf_append_slice(&sweep->pending, base_buf_slice(&sweep->kept))) {
        return base_error(BASE_NO_MEMORY, "no memory for the versions of a removed range");
    }
    sweep->pending_start = start;
    sweep->pending_stop = stop;
    return base_ok();
}

static BaseStatus
walk(Sweep *sweep)
{
    const FormatRange *const *starts = (const FormatRange *const *)(void *)sweep->starts.data;
    const FormatRange *const *stops = (const FormatRange *const *)(void *)sweep->stops.data;
    size_t count = sweep->starts.len / sizeof *starts;
    size_t opened = 0;
    size_t closed = 0;
    while (closed < count) {
        bool starts_first =
            opened < count && base_slice_compare(starts[opened]->start, stops[closed]->stop) < 0;
        BaseSlice place = starts_first ? starts[opened]->start : stops[closed]->stop;
        while (closed < count && base_slice_equal(stops[closed]->stop, place)) {
            close_version(sweep, stops[closed++]->version);
        }
        while (opened < count && base_slice_equal(starts[opened]->start, place)) {
            if (!open_version(sweep, starts[opened++]->version)) {
                return base_error(BASE_NO_MEMORY, "no memory for the versions of a removed range");
            }
        }
        if (sweep->open.len == 0) {
            continue;
        }
        bool next_starts =
            opened < count && base_slice_compare(starts[opened]->start, stops[closed]->stop) < 0;
        BaseStatus status =
            cut(sweep, place, next_starts ? starts[opened]->start : stops[closed]->stop);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    return give_pending(sweep) ? base_ok() : base_error(BASE_CLOSED, "the visitor stopped");
}

/* Collects the ranges that are not empty, in both orders. */
static bool
sort(Sweep *sweep, const FormatRange *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const FormatRange *range = &ranges[i];
        if (base_slice_compare(range->start, range->stop) < 0) {
            (void)base_buf_append(&sweep->starts, &range, sizeof(FormatRange *));
            (void)base_buf_append(&sweep->stops, &range, sizeof(FormatRange *));
        }
    }
    if (sweep->starts.failed || sweep->stops.failed) {
        return false;
    }
    size_t kept = sweep->starts.len / sizeof(FormatRange *);
    if (kept != 0) {
        qsort(sweep->starts.data, kept, sizeof(FormatRange *), compare_starts);
        qsort(sweep->stops.data, kept, sizeof(FormatRange *), compare_stops);
    }
    return true;
}

BaseStatus
format_fragments_visit(const FormatRange *ranges, size_t count, const FormatReadVersions *readers,
                       FormatFragmentVisitor *visit, void *user)
{
    Sweep sweep = {.readers = readers, .visit = visit, .user = user};
    BaseStatus status = sort(&sweep, ranges, count)
                            ? walk(&sweep)
                            : base_error(BASE_NO_MEMORY, "no memory for sorting removed ranges");
    base_buf_clear(&sweep.starts);
    base_buf_clear(&sweep.stops);
    base_buf_clear(&sweep.open);
    base_buf_clear(&sweep.kept);
    base_buf_clear(&sweep.pending);
    return status;
}
