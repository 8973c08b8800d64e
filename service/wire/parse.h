/*
 * parse.h: the one strict parser, from the bytes of a message to a tape.
 *
 * Both lanes read requests through it, and the client its replies, so what it lets pass is safe to
 * walk without further checks of bounds. It accepts exactly one message, and rejects
 *
 *   - other versions, message types and type codes than those of format.h; method names that are
 *     empty, longer than 64 bytes or not printable ASCII;
 *   - lengths that are negative or reach behind the message, containers whose elements cannot fit
 *     into the bytes that are left, STOP and VOID elements;
 *   - an id twice in one struct, also when the field would be skipped; booleans other than 0 and 1;
 *     varints that are longer than their type;
 *   - more depth, elements or values than the limits; bytes behind the end.
 *
 * Fields that the contract does not know are on the tape like all others: skipping them, and those
 * of another type, is up to the reader. Time is linear in the bytes and memory at most 16 bytes (as
 * storage, which doubles, at most 32) per byte received, and never more than values_max values.
 *
 * Threading: as many as there are tapes.
 */
#ifndef LARDER_SERVICE_WIRE_PARSE_H
#define LARDER_SERVICE_WIRE_PARSE_H

#include "service/wire/tape.h"

typedef struct WireMessage {
    /*
     * The four fields below `header` are valid: the message's version, type, name and sequence id
     * were fine. Also set when what follows is malformed, so that an error can be answered.
     */
    bool header;
    WireFormat format;
    WireMessageType type;
    int32_t seqid;
    BaseSlice method;           /* borrowed from the message */
    const WireValue *arguments; /* the STRUCT at the head of the tape; NULL when malformed */
} WireMessage;

/*
 * Parses one whole request (CALL or ONEWAY), frame header included if it has one, onto `tape`,
 * whose former contents are dropped. The message must stay where it is while the tape is used.
 * False: *ret_error says why; *ret_message is written in any case, with `header` telling how far it
 * got.
 */
bool wire_parse_request(BaseSlice message, const WireLimits *limits, WireTape *tape,
                        WireMessage *ret_message, WireError *ret_error);

/* The same for a reply (REPLY or EXCEPTION); `arguments` is the result struct. */
bool wire_parse_reply(BaseSlice message, const WireLimits *limits, WireTape *tape,
                      WireMessage *ret_message, WireError *ret_error);

#endif
