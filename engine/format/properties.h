/*
 * properties.h: what a table says about itself: counts, extremes, origin.
 *
 * Records of an id, a length and bytes, with ascending ids. A reader skips ids that it does not
 * know, so properties may be added without a new format. What is 0 or empty is left out.
 *
 * Threading: plain values; slices are borrowed.
 */
#ifndef LARDER_ENGINE_FORMAT_PROPERTIES_H
#define LARDER_ENGINE_FORMAT_PROPERTIES_H

#include "engine/base/buf.h"
#include "engine/format/blob_uses.h"

/* Numbers are counts, bytes, versions or milliseconds; none is negative. */
typedef struct FormatProperties {
    int64_t entries;
    int64_t removes;   /* among the entries */
    int64_t fragments; /* of the range block */
    int64_t expiring;  /* entries that expire */
    int64_t version_min;
    int64_t version_max;
    BaseSlice smallest; /* stored keys, fragments included */
    BaseSlice largest;
    int64_t expiry_min;
    int64_t expiry_max;
    int64_t made_at_ms;
    BaseSlice program;
    int64_t level; /* that it was written for */
    int64_t key_bytes;
    int64_t value_bytes;
    int64_t data_bytes; /* of the data blocks, unpacked */
    int64_t data_blocks;
    int64_t filter_bits; /* a key */
    int64_t stamp_max;   /* of the commits */
    int64_t number;      /* of the file, when it was made */
    int64_t blob_entries;
    FormatBlobUses blobs;
    int64_t snapshots; /* that were needed when it was made */
} FormatProperties;

/* Appends the properties block. False: no memory. */
bool format_properties_encode(BaseBuf *into, const FormatProperties *properties);

/* Slices are borrowed from `bytes`. */
BaseStatus format_properties_decode(BaseSlice bytes, FormatProperties *ret_properties);

#endif
