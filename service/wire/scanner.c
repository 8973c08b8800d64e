/*
 * scanner.c: where a message ends. See scanner.h.
 *
 * `done` is the offset up to which the message is understood. It may lie behind the bytes that are
 * there when a string or a run of numbers is being skipped. It only ever moves to a place that
 * request_bytes_max allows, and a message that is not complete there is bad; so the scanner asks
 * for no byte beyond it.
 */
#include "service/wire/scanner.h"

#include "service/wire/cursor.h"
#include "service/wire/direct.h"

enum { STAGE_START, STAGE_FRAME, STAGE_HEAD, STAGE_BODY };

/* What one step of the walk came to. */
typedef enum Step { STEP_ON, STEP_WAIT, STEP_BAD } Step;

typedef struct Walk {
    WireScanner *scanner;
    WireCursor cursor;
    size_t bytes_max;
} Walk;

static Step
step_of(WireCode code)
{
    return code == WIRE_OK ? STEP_ON : code == WIRE_TRUNCATED ? STEP_WAIT : STEP_BAD;
}

/* Skips bytes that need not be there yet. */
static Step
skip(Walk *walk, uint64_t bytes)
{
    if (bytes > walk->bytes_max - walk->cursor.at) {
        return STEP_BAD;
    }
    walk->cursor.at += (size_t)bytes;
    return STEP_ON;
}

static Step
open_level(Walk *walk, uint8_t type, uint8_t element, uint32_t left)
{
    WireScanner *scanner = walk->scanner;
    if (scanner->depth == WIRE_DEPTH_MAX) {
        return STEP_BAD;
    }
    scanner->levels[scanner->depth++] = (WireScanLevel){left, type, element};
    return STEP_ON;
}

static Step
scan_bytes(Walk *walk)
{
    uint32_t len = 0;
    WireCode code = wire_cursor_length(&walk->cursor, &len);
    return code == WIRE_OK ? skip(walk, len) : step_of(code);
}

/* Numbers of a fixed size are skipped as one; other elements open a level. */
static Step
scan_list(Walk *walk)
{
    uint8_t element = 0;
    uint32_t count = 0;
    WireCode code = wire_cursor_list(&walk->cursor, &element, &count);
    if (code != WIRE_OK) {
        return step_of(code);
    }
    WireProtocol protocol = walk->cursor.protocol;
    uint64_t least = (uint64_t)count * wire_cursor_least_size(protocol, element);
    if (least > walk->bytes_max - walk->cursor.at) {
        return STEP_BAD;
    }
    if (wire_cursor_fixed_size(protocol, element) == 0) {
        return open_level(walk, WIRE_LIST, element, count);
    }
    return walk->scanner->depth < WIRE_DEPTH_MAX ? skip(walk, least) : STEP_BAD;
}

static Step
scan_map(Walk *walk)
{
    uint8_t element = 0;
    uint32_t count = 0;
    WireCode code = wire_cursor_map(&walk->cursor, &element, &count);
    if (code != WIRE_OK) {
        return step_of(code);
    }
    WireProtocol protocol = walk->cursor.protocol;
    unsigned least = wire_cursor_least_size(protocol, element >> 4) +
                     wire_cursor_least_size(protocol, element & 15);
    if ((uint64_t)count * least > walk->bytes_max - walk->cursor.at) {
        return STEP_BAD;
    }
    return open_level(walk, WIRE_MAP, element, count * 2);
}

static Step
scan_value(Walk *walk, uint8_t type)
{
    switch (type) {
    case WIRE_BYTES:
        return scan_bytes(walk);
    case WIRE_STRUCT:
        return open_level(walk, WIRE_STRUCT, 0, 0);
    case WIRE_LIST:
    case WIRE_SET:
        return scan_list(walk);
    case WIRE_MAP:
        return scan_map(walk);
    default:
        break;
    }
    unsigned fixed = wire_cursor_fixed_size(walk->cursor.protocol, type);
    if (fixed != 0) {
        return skip(walk, fixed);
    }
    int64_t number = 0;
    return step_of(wire_cursor_number(&walk->cursor, type, &number));
}

/* Ids do not matter here, so each field is read as if it were the first. */
static Step
scan_field(Walk *walk)
{
    WireField field = {0};
    WireCode code = wire_cursor_field(&walk->cursor, 0, &field);
    if (code != WIRE_OK) {
        return step_of(code);
    }
    if (field.type == WIRE_STOP) {
        walk->scanner->depth--;
        return STEP_ON;
    }
    if (field.type == WIRE_BOOL && walk->cursor.protocol == WIRE_COMPACT) {
        return STEP_ON;
    }
    return scan_value(walk, field.type);
}

static Step
scan_element(Walk *walk, WireScanLevel *level)
{
    if (level->left == 0) {
        walk->scanner->depth--;
        return STEP_ON;
    }
    bool is_key = level->type == WIRE_MAP && level->left % 2 == 0;
    Step step = scan_value(walk, is_key ? level->element >> 4 : level->element & 15);
    if (step == STEP_ON) {
        level->left--;
    }
    return step;
}

/* The message header is one token, too: at most 77 bytes, few of which are looked at twice. */
static Step
scan_head(Walk *walk)
{
    WireHead head = {0};
    WireCode code = wire_cursor_head(&walk->cursor, &head);
    if (code != WIRE_OK) {
        return step_of(code);
    }
    walk->scanner->stage = STAGE_BODY;
    walk->scanner->protocol = (uint8_t)walk->cursor.protocol;
    return open_level(walk, WIRE_STRUCT, 0, 0);
}

/* Ends containers, whose end takes no byte, and says whether that was the end of the message. */
static bool
is_complete(WireScanner *scanner)
{
    while (scanner->depth > 0) {
        const WireScanLevel *level = &scanner->levels[scanner->depth - 1];
        if (level->type == WIRE_STRUCT || level->left > 0) {
            return false;
        }
        scanner->depth--;
    }
    return scanner->stage == STAGE_BODY;
}

static WireVerdict
scan_unframed(WireScanner *scanner, size_t bytes_max, const uint8_t *data, size_t len,
              size_t *ret_len)
{
    if (len > bytes_max) {
        len = bytes_max;
    }
    Walk walk = {scanner, {data, len, scanner->done, (WireProtocol)scanner->protocol}, bytes_max};
    while (!is_complete(scanner)) {
        if (scanner->done >= len) {
            return scanner->done >= bytes_max ? WIRE_SCAN_BAD : WIRE_SCAN_MORE;
        }
        Step step = STEP_ON;
        if (scanner->stage == STAGE_HEAD) {
            step = scan_head(&walk);
        } else {
            WireScanLevel *level = &scanner->levels[scanner->depth - 1];
            step = level->type == WIRE_STRUCT ? scan_field(&walk) : scan_element(&walk, level);
        }
        if (step == STEP_BAD) {
            return WIRE_SCAN_BAD;
        }
        if (step == STEP_WAIT) {
            return len == bytes_max ? WIRE_SCAN_BAD : WIRE_SCAN_MORE;
        }
        scanner->done = (uint32_t)walk.cursor.at;
    }
    *ret_len = scanner->done;
    return WIRE_SCAN_WHOLE;
}

static WireVerdict
scan_framed(WireScanner *scanner, size_t bytes_max, const uint8_t *data, size_t len,
            size_t *ret_len)
{
    if (scanner->done == 0) {
        if (len < WIRE_FRAME_HEADER_BYTES) {
            return WIRE_SCAN_MORE;
        }
        uint32_t frame = wire_direct_load_u32(data);
        if (frame == 0) {
            return WIRE_SCAN_CLOSE;
        }
        if ((size_t)frame + WIRE_FRAME_HEADER_BYTES > bytes_max) {
            return WIRE_SCAN_BAD;
        }
        scanner->done = frame + WIRE_FRAME_HEADER_BYTES;
    }
    if (len < scanner->done) {
        return WIRE_SCAN_MORE;
    }
    *ret_len = scanner->done;
    return WIRE_SCAN_WHOLE;
}

/* Kept apart, so that a whole frame does not pay for the registers which this needs. */
static __attribute__((noinline)) WireVerdict
scan_on(WireScanner *scanner, size_t bytes_max, const uint8_t *data, size_t len, size_t *ret_len)
{
    if (len == 0) {
        return WIRE_SCAN_MORE;
    }
    if (scanner->stage == STAGE_START) {
        scanner->stage = data[0] <= WIRE_FRAME_BYTES_CAP >> 24 ? STAGE_FRAME : STAGE_HEAD;
    }
    if (scanner->stage == STAGE_FRAME) {
        return scan_framed(scanner, bytes_max, data, len, ret_len);
    }
    return scan_unframed(scanner, bytes_max, data, len, ret_len);
}

WireVerdict
wire_scanner_step(WireScanner *scanner, const WireLimits *limits, const uint8_t *data, size_t len,
                  size_t *ret_len)
{
    size_t bytes_max = limits->request_bytes_max;
    if (bytes_max > WIRE_FRAME_BYTES_CAP) {
        bytes_max = WIRE_FRAME_BYTES_CAP;
    }
    size_t frame_end = wire_scanner_whole_frame(data, len);
    if (scanner->stage == STAGE_START && frame_end != 0 && frame_end <= bytes_max) {
        *ret_len = frame_end;
        return WIRE_SCAN_WHOLE;
    }
    return scan_on(scanner, bytes_max, data, len, ret_len);
}
