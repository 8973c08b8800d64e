/*
 * tape.c: storage of parsed messages. See tape.h.
 */
#include "service/wire/tape.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void
wire_tape_clear(WireTape *tape)
{
    free(tape->values);
    *tape = WIRE_TAPE_INIT;
}

void
wire_tape_trim(WireTape *tape, uint32_t values)
{
    if (tape->capacity > values) {
        wire_tape_clear(tape);
    }
}

WireValue *
wire_tape_grow(WireTape *tape)
{
    if (tape->count == tape->capacity) {
        if (tape->capacity > UINT32_MAX / 2) {
            return NULL;
        }
        uint32_t capacity = tape->capacity == 0 ? FIRST_CAPACITY : tape->capacity * 2;
        WireValue *values = realloc(tape->values, capacity * sizeof(WireValue));
        if (values == NULL) {
            return NULL;
        }
        tape->values = values;
        tape->capacity = capacity;
    }
    return &tape->values[tape->count++];
}
