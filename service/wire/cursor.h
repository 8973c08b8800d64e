/*
 * cursor.h: reads the tokens of both protocols from bytes; what scanner and parser have in common.
 *
 * Every function reads one token at `at`, moves behind it and returns WIRE_OK, or says what is
 * wrong with it. WIRE_TRUNCATED means that the bytes end within the token: an error to the parser,
 * and a reason to wait to the scanner, which then goes back to where the token began. Nothing is
 * read behind `len`. Lengths and counts come out as the peer declared them; who uses them compares
 * them with what is left.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_WIRE_CURSOR_H
#define LARDER_SERVICE_WIRE_CURSOR_H

#include "service/wire/format.h"

typedef struct WireCursor {
    const uint8_t *data;
    size_t len;
    size_t at;
    WireProtocol protocol;
} WireCursor;

/* The header of a field. */
typedef struct WireField {
    int16_t id;
    uint8_t type; /* a WireType; WIRE_STOP at the end of the struct */
    bool is_true; /* compact BOOL: the value, which is part of the header */
} WireField;

/* The header of a message. */
typedef struct WireHead {
    uint8_t type;
    int32_t seqid;
    BaseSlice method; /* not longer than WIRE_METHOD_BYTES_MAX */
} WireHead;

/* Type, name and sequence id of the message; `protocol` becomes what its first byte says. */
WireCode wire_cursor_head(WireCursor *cursor, WireHead *ret_head);

/* As wire_cursor_field() and wire_cursor_length(), whatever comes. */
WireCode wire_cursor_any_field(WireCursor *cursor, int16_t last_id, WireField *ret_field);
WireCode wire_cursor_any_length(WireCursor *cursor, uint32_t *ret_len);

/* The header of a field behind the one with id `last_id` (0 at first). */
static inline WireCode
wire_cursor_field(WireCursor *cursor, int16_t last_id, WireField *ret_field)
{
    const uint8_t *at = cursor->data + cursor->at;
    if (cursor->protocol == WIRE_BINARY && cursor->len - cursor->at >= 3 &&
        wire_format_is_type(at[0])) {
        ret_field->type = at[0];
        ret_field->id = (int16_t)(uint16_t)((unsigned)at[1] << 8 | at[2]);
        cursor->at += 3;
        return WIRE_OK;
    }
    if (cursor->at < cursor->len && at[0] == WIRE_STOP) {
        ret_field->type = WIRE_STOP;
        cursor->at++;
        return WIRE_OK;
    }
    return wire_cursor_any_field(cursor, last_id, ret_field);
}

/* The length of BYTES. */
static inline WireCode
wire_cursor_length(WireCursor *cursor, uint32_t *ret_len)
{
    const uint8_t *at = cursor->data + cursor->at;
    if (cursor->protocol == WIRE_BINARY && cursor->len - cursor->at >= 4 && at[0] < 0x80) {
        uint32_t word = 0;
        memcpy(&word, at, sizeof word);
        *ret_len = __builtin_bswap32(word);
        cursor->at += 4;
        return WIRE_OK;
    }
    return wire_cursor_any_length(cursor, ret_len);
}

/* The header of a list or set: type of the elements and their number. */
WireCode wire_cursor_list(WireCursor *cursor, uint8_t *ret_element, uint32_t *ret_count);

/* The header of a map; ret_element: keys << 4 | values, and 0 for an empty compact map. */
WireCode wire_cursor_map(WireCursor *cursor, uint8_t *ret_element, uint32_t *ret_count);

/* A BOOL, BYTE, I16, I32 or I64 that is not a compact BOOL field; a DOUBLE as its 64 bits. */
WireCode wire_cursor_number(WireCursor *cursor, uint8_t type, int64_t *ret_number);

/* Bytes of each number of this type; 0 when they differ (compact integers) or it is no number. */
unsigned wire_cursor_fixed_size(WireProtocol protocol, uint8_t type);

/* The fewest bytes that an element of this type takes; at least 1. */
unsigned wire_cursor_least_size(WireProtocol protocol, uint8_t type);

#endif
