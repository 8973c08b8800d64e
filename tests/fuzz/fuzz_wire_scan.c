/*
 * fuzz_wire_scan.c: the scanner agrees with itself, however the bytes arrive, and with the parser.
 *
 *   - In pieces of random sizes and one byte at a time it says what it says of the whole.
 *   - What the parser accepts, the scanner finds whole, with the same end.
 *   - Of what the scanner finds whole without a frame, the parser never says that it is cut, or
 *     goes on; only rules that do not touch the end may make it refuse.
 *   - What the scanner calls bad, the parser does not accept.
 *   - It does not wait for more than request_bytes_max.
 */
#include "engine/base/check.h"
#include "service/wire/parse.h"
#include "service/wire/scanner.h"
#include "tests/fuzz/fuzz.h"

static const WireLimits LIMITS = {4096, 65536, 1024, 1048576};

static WireTape tape = {NULL, 0, 0, {NULL, 0}};

/* Numbers without pattern that follow from a seed. */
static uint64_t
next_random(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = *seed;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

static WireVerdict
scan_in_pieces(BaseSlice bytes, uint64_t seed, size_t piece_max, size_t *ret_len)
{
    WireScanner scanner = {0};
    size_t have = 0;
    for (;;) {
        WireVerdict verdict = wire_scanner_step(&scanner, &LIMITS, bytes.data, have, ret_len);
        if (verdict != WIRE_SCAN_MORE || have == bytes.len) {
            return verdict;
        }
        size_t piece = 1 + (size_t)(next_random(&seed) % piece_max);
        have = piece < bytes.len - have ? have + piece : bytes.len;
    }
}

static void
check_parser_agrees(BaseSlice bytes, WireVerdict verdict, size_t len)
{
    WireMessage message;
    WireError error = {WIRE_OK, 0};
    if (wire_parse_request(bytes, &LIMITS, &tape, &message, &error)) {
        BASE_CHECK(verdict == WIRE_SCAN_WHOLE && len == bytes.len);
    }
    if (verdict != WIRE_SCAN_WHOLE || bytes.data[0] < 0x80) {
        return;
    }
    error.code = WIRE_OK;
    (void)wire_parse_request(base_slice(bytes.data, len), &LIMITS, &tape, &message, &error);
    BASE_CHECK(error.code == WIRE_OK || error.code == WIRE_BAD_MESSAGE_TYPE ||
               error.code == WIRE_BAD_BOOL || error.code == WIRE_DUPLICATE_FIELD ||
               error.code == WIRE_TOO_MANY || error.code == WIRE_BAD_VARINT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BaseSlice bytes = base_slice(data, size);
    uint64_t seed = size;
    for (size_t i = 0; i < size && i < 64; i++) {
        seed = seed * 31 + data[i];
    }
    WireScanner scanner = {0};
    size_t len = 0;
    WireVerdict verdict = wire_scanner_step(&scanner, &LIMITS, data, size, &len);
    BASE_CHECK(verdict != WIRE_SCAN_WHOLE || (len >= 1 && len <= size));
    BASE_CHECK(verdict != WIRE_SCAN_MORE || size < LIMITS.request_bytes_max);
    size_t len_in_pieces = 0;
    BASE_CHECK(scan_in_pieces(bytes, seed, 20, &len_in_pieces) == verdict && len_in_pieces == len);
    BASE_CHECK(scan_in_pieces(bytes, seed, 1, &len_in_pieces) == verdict && len_in_pieces == len);
    check_parser_agrees(bytes, verdict, len);
    return 0;
}
