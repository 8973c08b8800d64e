/*
 * fuzz_load_hdr.c: HdrHistogram encodings and texts that come from anywhere.
 *
 *   - Decoding any bytes, and reading any text, touches nothing but them; what is refused leaves an
 *     empty histogram.
 *   - What can be decoded is encoded and decoded again as the same counts.
 */
#include "engine/base/check.h"
#include "loadgen/hdr.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { TEXT_MAX = 4096 };

static BaseHistogram first;
static BaseHistogram again;

static void
check_counts(const BaseHistogram *histogram)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BASE_HISTOGRAM_BUCKETS; i++) {
        sum += histogram->counts[i];
    }
    BASE_CHECK(sum == histogram->count);
    if (sum != 0) {
        BASE_CHECK(histogram->lowest <= histogram->highest && histogram->lowest >= 0);
    }
}

static void
check_bytes(const uint8_t *data, size_t size)
{
    bool good = load_hdr_decode(data, size, &first);
    check_counts(&first);
    if (!good) {
        BASE_CHECK(first.count == 0);
        return;
    }
    GByteArray *bytes = load_hdr_encode(&first);
    BASE_CHECK(load_hdr_decode(bytes->data, bytes->len, &again));
    BASE_CHECK(memcmp(first.counts, again.counts, sizeof first.counts) == 0);
    g_byte_array_unref(bytes);
}

static void
check_text(const uint8_t *data, size_t size)
{
    char text[TEXT_MAX + 1];
    memcpy(text, data, size);
    text[size] = '\0';
    bool good = load_hdr_read(text, &first);
    check_counts(&first);
    BASE_CHECK(good || first.count == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_bytes(data, size);
    if (size <= TEXT_MAX) {
        check_text(data, size);
    }
    return 0;
}
