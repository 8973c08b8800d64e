/*
 * format.h: the vocabulary of the wire: protocols, types, limits, errors.
 *
 * Larder speaks two Thrift protocols, strict binary and compact, each with or without a frame
 * header (4 bytes big-endian: the length of the message behind it). The first byte of a request
 * tells them apart, because a frame is shorter than 64 MiB and so its header begins with 00 to 03:
 *
 *   80 01        unframed, binary      00-03 x x x 80 01   framed, binary
 *   82           unframed, compact     00-03 x x x 82      framed, compact
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_WIRE_FORMAT_H
#define LARDER_SERVICE_WIRE_FORMAT_H

#include "engine/base/slice.h"

typedef enum WireProtocol { WIRE_BINARY, WIRE_COMPACT } WireProtocol;

/* How a message is written. A reply has the format of its request. */
typedef struct WireFormat {
    WireProtocol protocol;
    bool framed;
} WireFormat;

/* Types of values: the numbers of the binary protocol, also used for compact ones. */
typedef enum WireType {
    WIRE_STOP = 0,
    WIRE_BOOL = 2,
    WIRE_BYTE = 3,
    WIRE_DOUBLE = 4,
    WIRE_I16 = 6,
    WIRE_I32 = 8,
    WIRE_I64 = 10,
    WIRE_BYTES = 11, /* the IDL's `string` and `binary` */
    WIRE_STRUCT = 12,
    WIRE_MAP = 13,
    WIRE_SET = 14,
    WIRE_LIST = 15,
} WireType;

typedef enum WireMessageType {
    WIRE_CALL = 1,
    WIRE_REPLY = 2,
    WIRE_EXCEPTION = 3,
    WIRE_ONEWAY = 4,
} WireMessageType;

enum {
    /* Structs and containers within each other, the arguments included; the contract needs 5. */
    WIRE_DEPTH_MAX = 16,
    /* Longest name of a method. */
    WIRE_METHOD_BYTES_MAX = 64,
    /* Fields of one struct with ids outside of 0..63, of which the contract has none. */
    WIRE_FAR_FIELDS_MAX = 64,
    /* Longest frame that any configuration may allow; keeps a frame header apart from a version. */
    WIRE_FRAME_BYTES_CAP = 64 * 1024 * 1024 - 1,
    WIRE_FRAME_HEADER_BYTES = 4,
};

/* What one message may cost. */
typedef struct WireLimits {
    size_t request_bytes_max;     /* whole message, frame header included; at most the cap above */
    uint32_t container_items_max; /* elements of one list or set */
    uint32_t map_items_max; /* pairs of one map: generated code hashes them, collisions and all */
    uint32_t values_max;    /* fields and elements of the whole message; 16 bytes of tape each */
} WireLimits;

#define WIRE_LIMITS_DEFAULT ((WireLimits){4u * 1024 * 1024, 65536, 1024, 1048576})

/* Why bytes are not a message. */
typedef enum WireCode {
    WIRE_OK = 0,
    WIRE_TRUNCATED,        /* it ends within a value */
    WIRE_TRAILING,         /* bytes behind its end */
    WIRE_BAD_VERSION,      /* neither strict binary nor compact */
    WIRE_BAD_MESSAGE_TYPE, /* not CALL or ONEWAY; for replies, not REPLY or EXCEPTION */
    WIRE_BAD_METHOD,       /* a name that is empty, too long, or not printable ASCII */
    WIRE_BAD_LENGTH,       /* negative, over a limit, or longer than what is left */
    WIRE_BAD_TYPE,         /* a type that does not exist, or that cannot be an element */
    WIRE_BAD_BOOL,         /* neither 0 nor 1 */
    WIRE_BAD_VARINT,       /* longer than its type allows */
    WIRE_DUPLICATE_FIELD,  /* an id twice in one struct */
    WIRE_TOO_DEEP,         /* over WIRE_DEPTH_MAX */
    WIRE_TOO_MANY,         /* elements, pairs, values or far fields over their limit */
    WIRE_TOO_LONG,         /* over request_bytes_max, or a reply over its own limit */
    WIRE_BAD_TEXT,         /* a string that is not UTF-8 or has a NUL */
    WIRE_NO_MEMORY,        /* ours */
    WIRE_CODE_COUNT
} WireCode;

typedef struct WireError {
    WireCode code;
    size_t offset; /* of the offending byte in the message, frame header included */
} WireError;

/* What a code means, for people: "a field id appears twice in one struct". Never NULL. */
const char *wire_format_explain(WireCode code);

static inline bool
wire_format_is_type(unsigned type)
{
    /* Bits: BOOL BYTE DOUBLE I16 I32 I64 BYTES STRUCT MAP SET LIST. */
    return type < 16 && ((0xfd5cu >> type) & 1u) != 0;
}

#endif
