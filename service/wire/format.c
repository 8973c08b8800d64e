/*
 * format.c: the vocabulary of the wire, explained. See format.h.
 */
#include "service/wire/format.h"

static const char *const EXPLANATIONS[WIRE_CODE_COUNT] = {
    [WIRE_OK] = "no error",
    [WIRE_TRUNCATED] = "the message ends within a value",
    [WIRE_TRAILING] = "bytes behind the end of the message",
    [WIRE_BAD_VERSION] = "neither the strict binary nor the compact protocol",
    [WIRE_BAD_MESSAGE_TYPE] = "unexpected type of message",
    [WIRE_BAD_METHOD] = "the method name is empty, too long or not printable",
    [WIRE_BAD_LENGTH] = "a length is negative or reaches behind the message",
    [WIRE_BAD_TYPE] = "a value has an unknown or unexpected type",
    [WIRE_BAD_BOOL] = "a boolean is neither 0 nor 1",
    [WIRE_BAD_VARINT] = "a number is longer than its type",
    [WIRE_DUPLICATE_FIELD] = "a field id appears twice in one struct",
    [WIRE_TOO_DEEP] = "structs and containers are nested too deeply",
    [WIRE_TOO_MANY] = "too many elements or fields",
    [WIRE_TOO_LONG] = "the message is too long",
    [WIRE_BAD_TEXT] = "a string is not UTF-8 or contains a NUL",
    [WIRE_NO_MEMORY] = "out of memory",
};

const char *
wire_format_explain(WireCode code)
{
    return code >= WIRE_OK && code < WIRE_CODE_COUNT ? EXPLANATIONS[code] : "unknown error";
}
