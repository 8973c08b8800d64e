/*
 * log_header.h: the head of a segment of the write-ahead log, or of a manifest.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_LOG_HEADER_H
#define LARDER_ENGINE_FORMAT_LOG_HEADER_H

#include "engine/base/buf.h"
#include "engine/base/status.h"

enum { FORMAT_LOG_HEADER_BYTES = 72 };

#define FORMAT_LOG_VERSION UINT32_C(1)

typedef enum FormatLogKind {
    FORMAT_LOG_SEGMENT,
    FORMAT_LOG_MANIFEST, /* start, previous, previous_len and version_base are 0 */
} FormatLogKind;

typedef struct FormatLogHeader {
    FormatLogKind kind;
    uint64_t id;
    uint64_t number;       /* of the file */
    uint64_t start;        /* LSN of the first byte */
    uint64_t previous;     /* number of the segment before; 0: none */
    uint64_t previous_len; /* bytes of it that belong to the log */
    int64_t version_base;  /* every commit in here has a larger version */
    int64_t made_at_ms;
} FormatLogHeader;

/* Appends 72 bytes. False: no memory. */
bool format_log_header_encode(BaseBuf *into, const FormatLogHeader *header);

/* Reads the head of a file of that kind. BASE_UNSUPPORTED: one of another format. */
BaseStatus format_log_header_decode(BaseSlice bytes, FormatLogKind kind,
                                    FormatLogHeader *ret_header);

#endif
