/*
 * parse.c: from bytes to a tape. See parse.h.
 *
 * One loop over a stack of levels, one level per struct or container that is open. A level knows
 * where its value is on the tape and how many elements are to come; when it closes, the value's
 * span is filled in.
 *
 * Ids seen. Each open struct has a bit for each of the ids 0..63, where all of the contract's are,
 * and a short list for others. A struct with more than WIRE_FAR_FIELDS_MAX of those is refused, so
 * that a look through the list costs a constant and hostile input stays linear.
 */
#include "service/wire/parse.h"

#include "service/wire/cursor.h"

typedef struct Level {
    uint32_t holder;   /* index of the struct or container on the tape */
    uint32_t left;     /* elements to come (a map: keys and values) */
    uint64_t near_ids; /* structs: bits of ids 0..63 seen */
    int16_t last_id;   /* structs: of the field before */
    uint8_t type;
    uint8_t element;
    uint8_t far_count;
    int16_t far_ids[WIRE_FAR_FIELDS_MAX];
} Level;

typedef struct Parser {
    WireCursor cursor;
    const WireLimits *limits;
    WireTape *tape;
    unsigned depth; /* levels in use */
    Level levels[WIRE_DEPTH_MAX];
} Parser;

static WireCode
note_far_id(Level *level, int16_t id)
{
    for (unsigned i = 0; i < level->far_count; i++) {
        if (level->far_ids[i] == id) {
            return WIRE_DUPLICATE_FIELD;
        }
    }
    if (level->far_count == WIRE_FAR_FIELDS_MAX) {
        return WIRE_TOO_MANY;
    }
    level->far_ids[level->far_count++] = id;
    return WIRE_OK;
}

static inline WireCode
note_id(Level *level, int16_t id)
{
    level->last_id = id;
    if (id < 0 || id > 63) {
        return note_far_id(level, id);
    }
    uint64_t bit = UINT64_C(1) << id;
    if ((level->near_ids & bit) != 0) {
        return WIRE_DUPLICATE_FIELD;
    }
    level->near_ids |= bit;
    return WIRE_OK;
}

static WireCode
open_level(Parser *parser, uint8_t type, uint8_t element, uint32_t left)
{
    if (parser->depth == WIRE_DEPTH_MAX) {
        return WIRE_TOO_DEEP;
    }
    Level *level = &parser->levels[parser->depth++];
    level->holder = parser->tape->count - 1;
    level->left = left;
    level->near_ids = 0;
    level->last_id = 0;
    level->type = type;
    level->element = element;
    level->far_count = 0;
    return WIRE_OK;
}

static void
close_level(Parser *parser)
{
    const Level *level = &parser->levels[--parser->depth];
    parser->tape->values[level->holder].span = parser->tape->count - level->holder;
}

static inline WireCode
parse_bytes(Parser *parser, WireValue *value)
{
    WireCursor *cursor = &parser->cursor;
    uint32_t len = 0;
    WireCode code = wire_cursor_length(cursor, &len);
    if (code != WIRE_OK) {
        return code;
    }
    if (len > cursor->len - cursor->at) {
        return WIRE_BAD_LENGTH;
    }
    value->offset = (uint32_t)cursor->at;
    value->length = len;
    cursor->at += len;
    return WIRE_OK;
}

/* Are there bytes for `count` elements of at least `least` bytes? */
static bool
can_hold(const WireCursor *cursor, uint32_t count, unsigned least)
{
    return (uint64_t)count * least <= cursor->len - cursor->at;
}

static WireCode
parse_list(Parser *parser, WireValue *value)
{
    WireCursor *cursor = &parser->cursor;
    uint32_t count = 0;
    WireCode code = wire_cursor_list(cursor, &value->element, &count);
    if (code != WIRE_OK) {
        return code;
    }
    if (!can_hold(cursor, count, wire_cursor_least_size(cursor->protocol, value->element))) {
        return WIRE_BAD_LENGTH;
    }
    if (count > parser->limits->container_items_max) {
        return WIRE_TOO_MANY;
    }
    value->count = count;
    return open_level(parser, value->type, value->element, count);
}

static WireCode
parse_map(Parser *parser, WireValue *value)
{
    WireCursor *cursor = &parser->cursor;
    uint32_t count = 0;
    WireCode code = wire_cursor_map(cursor, &value->element, &count);
    if (code != WIRE_OK) {
        return code;
    }
    unsigned least = wire_cursor_least_size(cursor->protocol, value->element >> 4) +
                     wire_cursor_least_size(cursor->protocol, value->element & 15);
    if (!can_hold(cursor, count, least)) {
        return WIRE_BAD_LENGTH;
    }
    if (count > parser->limits->map_items_max || count > UINT32_MAX / 2) {
        return WIRE_TOO_MANY;
    }
    value->count = count;
    return open_level(parser, WIRE_MAP, value->element, count * 2);
}

/* A value whose type is known; one that holds others opens a level, which the loop parses. */
static WireCode
parse_value(Parser *parser, uint8_t type, int16_t id)
{
    if (parser->tape->count >= parser->limits->values_max) {
        return WIRE_TOO_MANY;
    }
    WireValue *value = wire_tape_push(parser->tape);
    if (value == NULL) {
        return WIRE_NO_MEMORY;
    }
    *value = (WireValue){.span = 1, .id = id, .type = type};
    switch (type) {
    case WIRE_BYTES:
        return parse_bytes(parser, value);
    case WIRE_STRUCT:
        return open_level(parser, WIRE_STRUCT, 0, 0);
    case WIRE_LIST:
    case WIRE_SET:
        return parse_list(parser, value);
    case WIRE_MAP:
        return parse_map(parser, value);
    default:
        return wire_cursor_number(&parser->cursor, type, &value->number);
    }
}

/* The next field of a struct, or its end. */
static inline WireCode
parse_field(Parser *parser, Level *level)
{
    WireCursor *cursor = &parser->cursor;
    WireField field = {0};
    WireCode code = wire_cursor_field(cursor, level->last_id, &field);
    if (code != WIRE_OK) {
        return code;
    }
    if (field.type == WIRE_STOP) {
        close_level(parser);
        return WIRE_OK;
    }
    code = note_id(level, field.id);
    if (code != WIRE_OK) {
        return code;
    }
    parser->tape->values[level->holder].count++;
    if (field.type != WIRE_BOOL || cursor->protocol == WIRE_BINARY) {
        return parse_value(parser, field.type, field.id);
    }
    if (parser->tape->count >= parser->limits->values_max) {
        return WIRE_TOO_MANY;
    }
    WireValue *value = wire_tape_push(parser->tape);
    if (value == NULL) {
        return WIRE_NO_MEMORY;
    }
    *value = (WireValue){.number = field.is_true, .span = 1, .id = field.id, .type = WIRE_BOOL};
    return WIRE_OK;
}

/* The elements of a container until its end, or until one opens a level of its own. */
static WireCode
parse_elements(Parser *parser, Level *level)
{
    unsigned depth = parser->depth;
    while (level->left > 0) {
        bool is_key = level->type == WIRE_MAP && level->left % 2 == 0;
        uint8_t type = is_key ? level->element >> 4 : level->element & 15;
        level->left--;
        WireCode code = parse_value(parser, type, 0);
        if (code != WIRE_OK || parser->depth != depth) {
            return code;
        }
    }
    close_level(parser);
    return WIRE_OK;
}

/* The fields of a struct until its end, or until one opens a level of its own. */
static WireCode
parse_fields(Parser *parser, Level *level)
{
    unsigned depth = parser->depth;
    WireCode code = WIRE_OK;
    while (code == WIRE_OK && parser->depth == depth) {
        code = parse_field(parser, level);
    }
    return code;
}

static WireCode
parse_arguments(Parser *parser)
{
    WireCode code = parse_value(parser, WIRE_STRUCT, 0);
    while (code == WIRE_OK && parser->depth > 0) {
        Level *level = &parser->levels[parser->depth - 1];
        code = level->type == WIRE_STRUCT ? parse_fields(parser, level)
                                          : parse_elements(parser, level);
    }
    return code;
}

/* A frame must be exactly as long as its header says. */
static WireCode
parse_frame_header(Parser *parser, WireMessage *message)
{
    WireCursor *cursor = &parser->cursor;
    if (cursor->len == 0) {
        return WIRE_TRUNCATED;
    }
    message->format.framed = cursor->data[0] <= WIRE_FRAME_BYTES_CAP >> 24;
    if (!message->format.framed) {
        return WIRE_OK;
    }
    if (cursor->len < WIRE_FRAME_HEADER_BYTES) {
        return WIRE_TRUNCATED;
    }
    size_t frame = (size_t)cursor->data[0] << 24 | (size_t)cursor->data[1] << 16 |
                   (size_t)cursor->data[2] << 8 | cursor->data[3];
    cursor->at = WIRE_FRAME_HEADER_BYTES;
    if (frame >= parser->limits->request_bytes_max) {
        return WIRE_TOO_LONG;
    }
    size_t body = cursor->len - WIRE_FRAME_HEADER_BYTES;
    return frame == body ? WIRE_OK : frame < body ? WIRE_TRAILING : WIRE_TRUNCATED;
}

static WireCode
parse_head(Parser *parser, WireMessageType usual, WireMessageType other, WireMessage *message)
{
    WireHead head = {0};
    WireCode code = wire_cursor_head(&parser->cursor, &head);
    if (code != WIRE_OK) {
        return code;
    }
    if (head.type != (uint8_t)usual && head.type != (uint8_t)other) {
        return WIRE_BAD_MESSAGE_TYPE;
    }
    message->header = true;
    message->format.protocol = parser->cursor.protocol;
    message->type = (WireMessageType)head.type;
    message->seqid = head.seqid;
    message->method = head.method;
    return WIRE_OK;
}

/* The head is read even if the frame is at fault: then the error can be answered. */
static WireCode
parse(Parser *parser, WireMessageType usual, WireMessageType other, WireMessage *message)
{
    WireCode code = parse_frame_header(parser, message);
    if (parser->cursor.len > parser->limits->request_bytes_max) {
        code = WIRE_TOO_LONG;
    }
    WireCode head = parse_head(parser, usual, other, message);
    if (code == WIRE_OK) {
        code = head;
    }
    if (code == WIRE_OK) {
        code = parse_arguments(parser);
    }
    if (code == WIRE_OK && parser->cursor.at != parser->cursor.len) {
        code = WIRE_TRAILING;
    }
    return code;
}

static bool
parse_message(BaseSlice bytes, const WireLimits *limits, WireMessageType usual,
              WireMessageType other, WireTape *tape, WireMessage *ret_message, WireError *ret_error)
{
    Parser parser;
    parser.cursor = (WireCursor){bytes.data, bytes.len, 0, WIRE_BINARY};
    parser.limits = limits;
    parser.tape = tape;
    parser.depth = 0;
    tape->count = 0;
    tape->message = bytes;
    *ret_message = (WireMessage){0};
    WireCode code = parse(&parser, usual, other, ret_message);
    if (code != WIRE_OK) {
        tape->count = 0;
        *ret_error = (WireError){code, parser.cursor.at};
        return false;
    }
    ret_message->arguments = tape->values;
    return true;
}

bool
wire_parse_request(BaseSlice message, const WireLimits *limits, WireTape *tape,
                   WireMessage *ret_message, WireError *ret_error)
{
    return parse_message(message, limits, WIRE_CALL, WIRE_ONEWAY, tape, ret_message, ret_error);
}

bool
wire_parse_reply(BaseSlice message, const WireLimits *limits, WireTape *tape,
                 WireMessage *ret_message, WireError *ret_error)
{
    return parse_message(message, limits, WIRE_REPLY, WIRE_EXCEPTION, tape, ret_message, ret_error);
}
