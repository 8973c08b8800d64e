/*
 * table_info.c: properties of a table as the manifest has them. See table_info.h.
 */
#include "engine/lsm/table_info.h"

FormatTable
lsm_table_info(const Table *table)
{
    const FormatProperties *properties = table_properties(table);
    return (FormatTable){.id = table_id(table),
                         .size = (int64_t)table_size(table),
                         .largest_excluded = table_largest_excluded(table),
                         .smallest = properties->smallest,
                         .largest = properties->largest,
                         .version_min = properties->version_min,
                         .version_max = properties->version_max,
                         .entries = properties->entries,
                         .removes = properties->removes,
                         .fragments = properties->fragments,
                         .expiring = properties->expiring,
                         .expiry_min = properties->expiry_min,
                         .expiry_max = properties->expiry_max,
                         .key_bytes = properties->key_bytes,
                         .value_bytes = properties->value_bytes,
                         .made_at_ms = properties->made_at_ms,
                         .blobs = properties->blobs};
}

static bool
keys_differ(const FormatTable *info, const FormatTable *own)
{
    return !base_slice_equal(info->smallest, own->smallest) ||
           !base_slice_equal(info->largest, own->largest) ||
           info->largest_excluded != own->largest_excluded;
}

static bool
counts_differ(const FormatTable *info, const FormatTable *own)
{
    return info->entries != own->entries || info->removes != own->removes ||
           info->fragments != own->fragments || info->key_bytes != own->key_bytes ||
           info->value_bytes != own->value_bytes;
}

static bool
expiries_differ(const FormatTable *info, const FormatTable *own)
{
    return info->expiring != own->expiring || info->expiry_min != own->expiry_min ||
           info->expiry_max != own->expiry_max;
}

static bool
versions_differ(const FormatTable *info, const FormatTable *own)
{
    int64_t override = info->version_override;
    int64_t lowest = override != 0 ? override : own->version_min;
    int64_t highest = override != 0 ? override : own->version_max;
    return info->version_min != lowest || info->version_max != highest;
}

const char *
lsm_table_info_differs(const FormatTable *info, const Table *table)
{
    FormatTable own = lsm_table_info(table);
    if (keys_differ(info, &own)) {
        return "the manifest has another range of keys for this table";
    }
    if (counts_differ(info, &own)) {
        return "the manifest has other counts for this table";
    }
    if (versions_differ(info, &own)) {
        return "the manifest has other versions for this table";
    }
    if (expiries_differ(info, &own)) {
        return "the manifest has other expiries for this table";
    }
    if (!base_slice_equal(info->blobs.bytes, own.blobs.bytes)) {
        return "the manifest has other large values for this table";
    }
    return NULL;
}

int64_t
lsm_table_info_data_bytes(const FormatTable *info)
{
    int64_t bytes = info->key_bytes + info->value_bytes;
    FormatBlobUse use;
    FormatDecoder decoder = format_decode(info->blobs.bytes);
    while (format_blob_uses_next(&decoder, &use)) {
        bytes += (int64_t)use.bytes;
    }
    return bytes;
}
