/*
 * scanner.h: finds the end of the message at the head of a stream.
 *
 * A framed message ends where its header says. An unframed one has to be walked: the scanner reads
 * it token by token (a field header, a length, a varint, at most 14 bytes each), keeps what it is
 * within on a stack of fixed size, and jumps over strings and runs of fixed-size elements. It goes
 * on where it stopped, and a token that is not complete is looked at again when there is more, so
 * the work is O(bytes) also when they come one at a time.
 *
 * It checks what it needs to be certain of the end, and never to wait for more than
 * limits.request_bytes_max: lengths, counts against the least bytes that the elements need, depth,
 * type codes, varints. What it lets pass is for wire_parse_request() to judge.
 *
 * Threading: one owner at a time; plain memory without pointers.
 */
#ifndef LARDER_SERVICE_WIRE_SCANNER_H
#define LARDER_SERVICE_WIRE_SCANNER_H

#include "service/wire/direct.h"

typedef enum WireVerdict {
    WIRE_SCAN_MORE,  /* the message is not complete */
    WIRE_SCAN_WHOLE, /* it ends after *ret_len bytes */
    WIRE_SCAN_BAD,   /* no message can begin like this, or it is too long */
    WIRE_SCAN_CLOSE, /* an empty frame: the peer is done, or plays */
} WireVerdict;

/* A struct or container that the scanner is within. */
typedef struct WireScanLevel {
    uint32_t left;   /* elements to come (a map: keys and values); unused in structs */
    uint8_t type;    /* STRUCT, LIST (sets too) or MAP */
    uint8_t element; /* LIST: of elements; MAP: keys << 4 | values */
} WireScanLevel;

/* Memory between calls for one message. All zero: before the first byte. */
typedef struct WireScanner {
    uint32_t done; /* bytes behind us */
    uint8_t stage;
    uint8_t protocol; /* a WireProtocol */
    uint8_t depth;    /* levels in use */
    WireScanLevel levels[WIRE_DEPTH_MAX];
} WireScanner;

_Static_assert(sizeof(WireScanner) <= 512, "fits the scan state of a connection");

/*
 * Looks at data[0, len), which begins with a message; `len` grows from call to call. *ret_len is
 * written with WHOLE only, and is at least 1. After any verdict but MORE, reset the scanner before
 * the next message.
 */
WireVerdict wire_scanner_step(WireScanner *scanner, const WireLimits *limits, const uint8_t *data,
                              size_t len, size_t *ret_len);

/*
 * Where a frame ends of which every byte is there, as they mostly are: nothing has to be kept of
 * it. 0: this is none, or one that is empty.
 */
static inline size_t
wire_scanner_whole_frame(const uint8_t *data, size_t len)
{
    if (len < WIRE_FRAME_HEADER_BYTES || data[0] > WIRE_FRAME_BYTES_CAP >> 24) {
        return 0;
    }
    size_t frame = wire_direct_load_u32(data);
    return frame != 0 && frame <= len - WIRE_FRAME_HEADER_BYTES ? frame + WIRE_FRAME_HEADER_BYTES
                                                                : 0;
}

/* Makes a scanner ready for the next message. Levels that are not in use may hold anything. */
static inline void
wire_scanner_reset(WireScanner *scanner)
{
    scanner->done = 0;
    scanner->stage = 0;
    scanner->protocol = 0;
    scanner->depth = 0;
}

#endif
