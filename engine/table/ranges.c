/*
 * ranges.c: the removed ranges of a table in memory. See ranges.h.
 */
#include "engine/table/ranges.h"

#include <stdlib.h>

void
table_ranges_clear(TableRanges *ranges)
{
    free(ranges->fragments);
    base_buf_clear(&ranges->keys);
    base_buf_clear(&ranges->versions);
    *ranges = (TableRanges){.count = 0};
}

/* Copies a fragment; where its bytes lie is only known when all are there. */
static bool
keep(TableRanges *ranges, const FormatFragment *fragment)
{
    FormatFragment *copy = &ranges->fragments[ranges->count++];
    *copy = *fragment;
    (void)base_buf_append_slice(&ranges->keys, fragment->start);
    (void)base_buf_append_slice(&ranges->keys, fragment->stop);
    (void)base_buf_append(&ranges->versions, fragment->versions,
                          fragment->version_count * sizeof *fragment->versions);
    return !ranges->keys.failed && !ranges->versions.failed;
}

/* Lets every fragment point at its bytes, which do not move any more. */
static void
link_bytes(TableRanges *ranges)
{
    const uint8_t *key = ranges->keys.data;
    const int64_t *versions = (const int64_t *)(const void *)ranges->versions.data;
    for (size_t i = 0; i < ranges->count; i++) {
        FormatFragment *fragment = &ranges->fragments[i];
        fragment->start.data = key;
        fragment->stop.data = key + fragment->start.len;
        fragment->versions = versions;
        key += fragment->start.len + fragment->stop.len;
        versions += fragment->version_count;
    }
}

BaseStatus
table_ranges_open(BaseSlice bytes, TableRanges *ret_ranges)
{
    TableRanges ranges = {.count = 0};
    FormatRangeReader reader;
    BaseStatus status = format_range_reader_open(&reader, bytes);
    if (base_is_ok(status)) {
        ranges.fragments = calloc(reader.count, sizeof *ranges.fragments);
        status = ranges.fragments == NULL
                     ? base_error(BASE_NO_MEMORY, "no memory for the ranges of a table")
                     : base_ok();
    }
    while (base_is_ok(status) && reader.left > 0) {
        FormatFragment fragment;
        status = format_range_reader_next(&reader, &fragment);
        if (base_is_ok(status) && !keep(&ranges, &fragment)) {
            status = base_error(BASE_NO_MEMORY, "no memory for the ranges of a table");
        }
    }
    format_range_reader_clear(&reader);
    if (!base_is_ok(status)) {
        table_ranges_clear(&ranges);
        return status;
    }
    link_bytes(&ranges);
    *ret_ranges = ranges;
    return base_ok();
}

size_t
table_ranges_find(const TableRanges *ranges, BaseSlice key)
{
    size_t low = 0;
    size_t high = ranges->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (base_slice_compare(ranges->fragments[middle].stop, key) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t
table_ranges_covering(const TableRanges *ranges, BaseSlice key, int64_t version)
{
    size_t at = table_ranges_find(ranges, key);
    if (at == ranges->count || base_slice_compare(ranges->fragments[at].start, key) > 0) {
        return 0;
    }
    const FormatFragment *fragment = &ranges->fragments[at];
    size_t low = 0;
    size_t high = fragment->version_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fragment->versions[middle] > version) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == fragment->version_count ? 0 : fragment->versions[low];
}
