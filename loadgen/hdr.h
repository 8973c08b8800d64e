/*
 * hdr.h: histograms in the formats of HdrHistogram, which its tools in other languages read.
 *
 * BaseHistogram cuts values exactly as an HdrHistogram with two significant digits and a lowest
 * discernible value of 1 does: 256 values of their own, then 128 buckets per power of two, under
 * the same indices. So nothing is lost or moved on the way; only the exact sum, lowest and highest
 * value are not in the encoding.
 *
 *   encoding  "V2": big-endian head of 40 bytes: cookie 0x1c849313, length of what follows the
 *             head, 0, significant digits (2), lowest and highest value (8 bytes each), ratio (a
 *             double, 1.0); then the counts by index as ZigZag LEB128 of at most 9 bytes, a
 *             negative number standing for so many zeros
 *   text      base64 of: cookie 0x1c849314, length of what follows, the encoding deflated by zlib
 *   .hgrm     percentiles as lines of text
 *   .hlog     a line per interval with its text
 *
 * Threading: plain functions. Not for paths where speed matters: some 0.1 ms for a histogram.
 */
#ifndef LARDER_LOADGEN_HDR_H
#define LARDER_LOADGEN_HDR_H

#include "engine/base/histogram.h"

#include <glib.h>
#include <stdio.h>

enum { LOAD_HDR_TEXT_MAX = 256 * 1024 }; /* of a text that is read */

/* The encoding. The caller frees it with g_byte_array_unref(). */
GByteArray *load_hdr_encode(const BaseHistogram *histogram);

/* The text; begins with "HIST". The caller frees it with g_free(). NULL: no memory. */
char *load_hdr_text(const BaseHistogram *histogram);

/*
 * Reads an encoding of exactly `size` bytes, or a text. False: it is malformed, or not of the shape
 * above; then *ret_histogram is empty. Any bytes are safe.
 */
bool load_hdr_decode(const uint8_t *bytes, size_t size, BaseHistogram *ret_histogram);
bool load_hdr_read(const char *text, BaseHistogram *ret_histogram);

/* Writes the percentiles of nanoseconds, in milliseconds, five steps per halving of the rest. */
void load_hdr_write_hgrm(FILE *out, const BaseHistogram *histogram);

/* Writes the head of a log whose times count from start_unix, seconds since 1970. */
void load_hdr_write_hlog_head(FILE *out, double start_unix);

/* Writes an interval: seconds since the start, its length, its highest value, its text. */
void load_hdr_write_hlog_line(FILE *out, double at, double span, int64_t highest_ns,
                              const char *text);

#endif
