/*
 * tape.h: a parsed message as a flat array of values.
 *
 * Values lie in the order of the message, 16 bytes each. A struct, list, set or map is followed by
 * what it holds (a map by key, value, key, value, ...) and knows by `span` where that ends, so that
 * walking and skipping need no index and no recursion:
 *
 *   for (const WireValue *v = wire_tape_first(s); v != wire_tape_end(s); v = wire_tape_next(v))
 *
 * Numbers are decoded; bytes stay where they are in the message, which must outlive the tape's use.
 * A tape is reused from message to message and then allocates nothing; it grows with values that
 * were received, never with a declared count.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_WIRE_TAPE_H
#define LARDER_SERVICE_WIRE_TAPE_H

#include "service/wire/format.h"

typedef struct WireValue {
    union {
        int64_t number; /* BOOL (0, 1), BYTE, I16, I32, I64 */
        double real;    /* DOUBLE */
        struct {
            uint32_t offset; /* BYTES: first byte in the message */
            uint32_t length;
        };
        uint32_t count; /* STRUCT: fields; LIST, SET: elements; MAP: pairs */
    };
    uint32_t span;   /* values from here to the next of the same depth */
    int16_t id;      /* of the field; 0 for elements */
    uint8_t type;    /* a WireType */
    uint8_t element; /* LIST, SET: type of the elements; MAP: of keys << 4 | of values */
} WireValue;

typedef struct WireTape {
    WireValue *values;
    uint32_t count;
    uint32_t capacity;
    BaseSlice message; /* that the values point into; borrowed */
} WireTape;

#define WIRE_TAPE_INIT ((WireTape){NULL, 0, 0, {NULL, 0}})

/* Frees the storage. Takes tapes that never grew. */
void wire_tape_clear(WireTape *tape);

/* Gives storage back that exceeds `values`, after a large message. */
void wire_tape_trim(WireTape *tape, uint32_t values);

/* Appends a value without initialising it; NULL: no memory. */
WireValue *wire_tape_grow(WireTape *tape);

static inline WireValue *
wire_tape_push(WireTape *tape)
{
    return tape->count < tape->capacity ? &tape->values[tape->count++] : wire_tape_grow(tape);
}

/* What a struct or container holds: the first, the end (exclusive), and the one behind `value`. */
static inline const WireValue *
wire_tape_first(const WireValue *holder)
{
    return holder + 1;
}

static inline const WireValue *
wire_tape_end(const WireValue *holder)
{
    return holder + holder->span;
}

static inline const WireValue *
wire_tape_next(const WireValue *value)
{
    return value + value->span;
}

/* The bytes of a BYTES value, borrowed from the message. */
static inline BaseSlice
wire_tape_bytes(const WireTape *tape, const WireValue *value)
{
    return base_slice(tape->message.data + value->offset, value->length);
}

/*
 * The field of a struct by id and type; NULL when it is absent or has another type, which Thrift
 * treats alike. Costs a look at each field of the struct.
 */
static inline const WireValue *
wire_tape_field(const WireValue *structure, int16_t id, WireType type)
{
    for (const WireValue *v = wire_tape_first(structure); v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        if (v->id == id) {
            return v->type == (uint8_t)type ? v : NULL;
        }
    }
    return NULL;
}

static inline WireType
wire_tape_key_type(const WireValue *map)
{
    return (WireType)(map->element >> 4);
}

static inline WireType
wire_tape_element_type(const WireValue *container)
{
    return (WireType)(container->element & 15);
}

#endif
