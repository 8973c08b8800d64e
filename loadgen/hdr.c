/*
 * hdr.c: the formats of HdrHistogram. See hdr.h.
 *
 * The counts of an encoding end behind the bucket of its highest value, as readers expect. The
 * highest value that the head names is above all counted ones and at least an hour, so that
 * histograms of short runs have the same shape and can be added by readers that insist on that.
 */
#include "loadgen/hdr.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

enum {
    COOKIE = 0x1c849313,
    COOKIE_DEFLATED = 0x1c849314,
    HEAD_BYTES = 40,
    HEAD_DEFLATED_BYTES = 8,
    DIGITS = 2,
    NUMBER_BYTES_MAX = 9,
    ENCODING_BYTES_MAX = HEAD_BYTES + BASE_HISTOGRAM_BUCKETS * NUMBER_BYTES_MAX,
    SUB_BUCKETS = 256,
    TICKS_PER_HALVING = 5,
};

static const int64_t HIGHEST_AT_LEAST = INT64_C(3600000000000); /* an hour */
static const double NS_PER_MS = 1e6;

/* Steps closer to 100 % than this would be lost in rounding. */
static const double LAST_STEP = 100 - 1e-9;

/* --------------------------------------------------------------------------------- encoding -- */

static void
put_u32(GByteArray *out, uint32_t number)
{
    uint32_t swapped = GUINT32_TO_BE(number);
    g_byte_array_append(out, (const guint8 *)&swapped, sizeof swapped);
}

static void
put_u64(GByteArray *out, uint64_t number)
{
    uint64_t swapped = GUINT64_TO_BE(number);
    g_byte_array_append(out, (const guint8 *)&swapped, sizeof swapped);
}

/* Seven bits a byte, the least first; the ninth byte has eight. */
static void
put_number(GByteArray *out, int64_t number)
{
    uint64_t left = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
    for (int i = 1; i < NUMBER_BYTES_MAX && left > 0x7f; i++) {
        uint8_t byte = (uint8_t)(left | 0x80);
        g_byte_array_append(out, &byte, 1);
        left >>= 7;
    }
    uint8_t last = (uint8_t)left;
    g_byte_array_append(out, &last, 1);
}

/* The counts, with what was not counted between two buckets as one number. */
static void
put_counts(GByteArray *out, const BaseHistogram *histogram)
{
    size_t cursor = 0;
    size_t next = 0;
    BaseHistogramBucket bucket;
    while (base_histogram_next(histogram, &cursor, &bucket)) {
        size_t index = base_histogram_index(bucket.lowest);
        size_t zeros = index - next;
        if (zeros != 0) {
            put_number(out, zeros == 1 ? 0 : -(int64_t)zeros);
        }
        put_number(out, (int64_t)bucket.count);
        next = index + 1;
    }
}

/* The top of a power of two that holds all counted values. */
static int64_t
highest_trackable(const BaseHistogram *histogram)
{
    int64_t least = HIGHEST_AT_LEAST;
    if (histogram->count != 0 && histogram->highest > least) {
        least = histogram->highest;
    }
    int64_t top = 1;
    while (top < least) {
        top = top * 2 + 1;
    }
    return top;
}

GByteArray *
load_hdr_encode(const BaseHistogram *histogram)
{
    const double one = 1.0;
    uint64_t ratio = 0;
    memcpy(&ratio, &one, sizeof ratio);
    GByteArray *counts = g_byte_array_new();
    put_counts(counts, histogram);
    GByteArray *out = g_byte_array_new();
    put_u32(out, COOKIE);
    put_u32(out, counts->len);
    put_u32(out, 0);
    put_u32(out, DIGITS);
    put_u64(out, 1);
    put_u64(out, (uint64_t)highest_trackable(histogram));
    put_u64(out, ratio);
    g_byte_array_append(out, counts->data, counts->len);
    g_byte_array_unref(counts);
    return out;
}

char *
load_hdr_text(const BaseHistogram *histogram)
{
    g_autoptr(GByteArray) plain = load_hdr_encode(histogram);
    uLongf size = compressBound(plain->len);
    g_autofree uint8_t *deflated = g_malloc(size);
    if (compress(deflated, &size, plain->data, plain->len) != Z_OK) {
        return NULL;
    }
    g_autoptr(GByteArray) whole = g_byte_array_new();
    put_u32(whole, COOKIE_DEFLATED);
    put_u32(whole, (uint32_t)size);
    g_byte_array_append(whole, deflated, (guint)size);
    return g_base64_encode(whole->data, whole->len);
}

/* --------------------------------------------------------------------------------- decoding -- */

static uint32_t
get_u32(const uint8_t *bytes)
{
    uint32_t number = 0;
    memcpy(&number, bytes, sizeof number);
    return GUINT32_FROM_BE(number);
}

static uint64_t
get_u64(const uint8_t *bytes)
{
    uint64_t number = 0;
    memcpy(&number, bytes, sizeof number);
    return GUINT64_FROM_BE(number);
}

/* Takes a number off [*at, end). */
static bool
take_number(const uint8_t **at, const uint8_t *end, int64_t *ret_number)
{
    uint64_t bits = 0;
    for (int i = 0; i < NUMBER_BYTES_MAX; i++) {
        if (*at == end) {
            return false;
        }
        uint8_t byte = *(*at)++;
        bool last = i == NUMBER_BYTES_MAX - 1;
        bits |= (uint64_t)(last ? byte : byte & 0x7f) << (7 * i);
        if (last || byte < 0x80) {
            break;
        }
    }
    *ret_number = (int64_t)(bits >> 1 ^ (0 - (bits & 1)));
    return true;
}

/* The lowest and highest value of a bucket. */
static void
bucket_span(size_t index, int64_t *ret_lowest, int64_t *ret_highest)
{
    if (index < SUB_BUCKETS) {
        *ret_lowest = *ret_highest = (int64_t)index;
        return;
    }
    unsigned shift = (unsigned)(index >> BASE_HISTOGRAM_PRECISION) - 1;
    uint64_t sub = index - ((size_t)shift << BASE_HISTOGRAM_PRECISION);
    *ret_lowest = (int64_t)(sub << shift);
    *ret_highest = (int64_t)(((sub + 1) << shift) - 1);
}

/* Enters a count; false: more than a histogram can have. */
static bool
enter(BaseHistogram *histogram, size_t index, uint64_t count)
{
    int64_t lowest;
    int64_t highest;
    bucket_span(index, &lowest, &highest);
    if (count > INT64_MAX - histogram->count) {
        return false;
    }
    if (histogram->count == 0) {
        histogram->lowest = lowest;
    }
    uint64_t middle = (uint64_t)(lowest + (highest - lowest) / 2);
    uint64_t sum = 0;
    bool over = __builtin_mul_overflow(middle, count, &sum) ||
                __builtin_add_overflow(sum, histogram->sum, &sum);
    histogram->sum = over ? UINT64_MAX : sum;
    histogram->highest = highest;
    histogram->counts[index] = count;
    histogram->count += count;
    return true;
}

static bool
take_counts(const uint8_t *at, const uint8_t *end, BaseHistogram *histogram)
{
    size_t index = 0;
    while (at != end) {
        int64_t number = 0;
        if (!take_number(&at, end, &number)) {
            return false;
        }
        if (number <= 0) {
            uint64_t zeros = number == 0 ? 1 : 0 - (uint64_t)number;
            if (zeros > BASE_HISTOGRAM_BUCKETS - index) {
                return false;
            }
            index += zeros;
            continue;
        }
        if (index == BASE_HISTOGRAM_BUCKETS || !enter(histogram, index, (uint64_t)number)) {
            return false;
        }
        index++;
    }
    return true;
}

bool
load_hdr_decode(const uint8_t *bytes, size_t size, BaseHistogram *ret_histogram)
{
    const double one = 1.0;
    base_histogram_reset(ret_histogram);
    if (size < HEAD_BYTES || get_u32(bytes) != COOKIE || get_u32(bytes + 4) != size - HEAD_BYTES ||
        get_u32(bytes + 8) != 0 || get_u32(bytes + 12) != DIGITS || get_u64(bytes + 16) != 1) {
        return false;
    }
    uint64_t ratio = get_u64(bytes + 32);
    if (memcmp(&ratio, &one, sizeof ratio) != 0) {
        return false;
    }
    if (!take_counts(bytes + HEAD_BYTES, bytes + size, ret_histogram)) {
        base_histogram_reset(ret_histogram);
        return false;
    }
    return true;
}

bool
load_hdr_read(const char *text, BaseHistogram *ret_histogram)
{
    base_histogram_reset(ret_histogram);
    gsize length = strnlen(text, LOAD_HDR_TEXT_MAX + 1);
    if (length == 0 || length > LOAD_HDR_TEXT_MAX) {
        return false;
    }
    g_autofree uint8_t *whole = g_base64_decode(text, &length);
    if (length < HEAD_DEFLATED_BYTES || get_u32(whole) != COOKIE_DEFLATED ||
        get_u32(whole + 4) != length - HEAD_DEFLATED_BYTES) {
        return false;
    }
    uLongf size = ENCODING_BYTES_MAX;
    g_autofree uint8_t *plain = g_malloc(size);
    return uncompress(plain, &size, whole + HEAD_DEFLATED_BYTES,
                      (uLong)(length - HEAD_DEFLATED_BYTES)) == Z_OK &&
           load_hdr_decode(plain, size, ret_histogram);
}

/* ------------------------------------------------------------------------------------- text -- */

static double
deviation(const BaseHistogram *histogram)
{
    size_t cursor = 0;
    BaseHistogramBucket bucket;
    double mean = base_histogram_mean(histogram);
    double squares = 0;
    while (base_histogram_next(histogram, &cursor, &bucket)) {
        double off = ((double)bucket.lowest + (double)bucket.highest) / 2 - mean;
        squares += off * off * (double)bucket.count;
    }
    return histogram->count == 0 ? 0 : sqrt(squares / (double)histogram->count);
}

/* The percentile behind `percent`: steps grow shorter with every halving of what is left. */
static double
step_behind(double percent)
{
    double halvings = floor(log2(100 / (100 - percent))) + 1;
    return percent + 100 / (TICKS_PER_HALVING * pow(2, halvings));
}

static void
write_row(FILE *out, int64_t value, double percent, uint64_t total)
{
    (void)fprintf(out, "%14.6f %2.12f %10" PRIu64, (double)value / NS_PER_MS, percent / 100, total);
    if (percent < 100) {
        (void)fprintf(out, " %14.2f", 1 / (1 - percent / 100));
    }
    (void)fputc('\n', out);
}

void
load_hdr_write_hgrm(FILE *out, const BaseHistogram *histogram)
{
    (void)fputs("         Value     Percentile TotalCount 1/(1-Percentile)\n\n", out);
    size_t cursor = 0;
    double percent = 0;
    uint64_t total = 0;
    BaseHistogramBucket bucket;
    while (base_histogram_next(histogram, &cursor, &bucket)) {
        total += bucket.count;
        double reached = 100 * (double)total / (double)histogram->count;
        while (percent <= reached && percent < LAST_STEP && total < histogram->count) {
            write_row(out, bucket.highest, percent, total);
            percent = step_behind(percent);
        }
    }
    int64_t highest = histogram->count == 0 ? 0 : histogram->highest;
    write_row(out, highest, 100, total);
    (void)fprintf(out, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n",
                  base_histogram_mean(histogram) / NS_PER_MS, deviation(histogram) / NS_PER_MS);
    (void)fprintf(out, "#[Max     = %12.6f, Total count    = %12" PRIu64 "]\n",
                  (double)highest / NS_PER_MS, histogram->count);
    (void)fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n",
                  BASE_HISTOGRAM_BUCKETS / (SUB_BUCKETS / 2) - 1, SUB_BUCKETS);
}

void
load_hdr_write_hlog_head(FILE *out, double start_unix)
{
    char text[64] = "";
    time_t seconds = (time_t)start_unix;
    struct tm utc;
    if (gmtime_r(&seconds, &utc) != NULL) {
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    (void)fprintf(out,
                  "#[Latencies of larder-load " LARDER_VERSION " in nanoseconds]\n"
                  "#[Histogram log format version 1.3]\n"
                  "#[StartTime: %.3f (seconds since epoch), %s]\n"
                  "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                  "\"Interval_Compressed_Histogram\"\n",
                  start_unix, text);
}

void
load_hdr_write_hlog_line(FILE *out, double at, double span, int64_t highest_ns, const char *text)
{
    (void)fprintf(out, "%.3f,%.3f,%.3f,%s\n", at, span, (double)highest_ns / NS_PER_MS, text);
}
