/*
 * blob_uses.h: which blob files a table refers to, and how much of each.
 *
 * A list of (file number, entries, bytes) in ascending order of numbers, kept in its encoded form:
 * it is written once, stored in two places (properties, manifest), and read rarely.
 *
 * Threading: plain values; the bytes are borrowed.
 */
#ifndef LARDER_ENGINE_FORMAT_BLOB_USES_H
#define LARDER_ENGINE_FORMAT_BLOB_USES_H

#include "engine/base/buf.h"
#include "engine/format/decode.h"

typedef struct FormatBlobUse {
    uint64_t number; /* of the blob file */
    uint64_t entries;
    uint64_t bytes; /* stored */
} FormatBlobUse;

typedef struct FormatBlobUses {
    BaseSlice bytes; /* of the records, without the count */
    size_t count;
} FormatBlobUses;

/* Appends a record; numbers ascend. */
void format_blob_uses_add(BaseBuf *records, const FormatBlobUse *use);

/* Writes and reads the list, count first. Reading proves every record. */
void format_blob_uses_encode(BaseBuf *into, const FormatBlobUses *uses);
FormatBlobUses format_blob_uses_decode(FormatDecoder *decoder);

/* Reads a record of uses->bytes; false at the end. Start with format_decode(uses->bytes). */
bool format_blob_uses_next(FormatDecoder *decoder, FormatBlobUse *ret_use);

#endif
