/*
 * reply.h: replies that need no generated code.
 *
 * A call is answered by a result struct whose field 0 is the success value, or whose fields 1 to 5
 * are the five exceptions of the contract, with the same ids in every method of every service; or,
 * when the message itself is at fault, by a TApplicationException. The bytes are those that the
 * generated code writes for the same contents.
 *
 * Every function appends one whole message to `out` and returns true, or leaves `out` as it was and
 * returns false (no memory; longer than 1 MiB, or than reply_bytes_max where that is given).
 * Replies to ONEWAY are not written: true.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_WIRE_REPLY_H
#define LARDER_SERVICE_WIRE_REPLY_H

#include "service/wire/parse.h"
#include "service/wire/writer.h"

/* Types of TApplicationException, as in every Thrift. */
typedef enum WireApplicationCode {
    WIRE_APPLICATION_UNKNOWN = 0,
    WIRE_APPLICATION_UNKNOWN_METHOD = 1,
    WIRE_APPLICATION_INVALID_MESSAGE_TYPE = 2,
    WIRE_APPLICATION_INTERNAL_ERROR = 6,
    WIRE_APPLICATION_PROTOCOL_ERROR = 7,
} WireApplicationCode;

/* The exceptions of the contract; the values are their field ids in every result struct. */
typedef enum WireExceptionKind {
    WIRE_INVALID_REQUEST = 1,
    WIRE_NOT_HERE = 2,
    WIRE_REFUSED = 3,
    WIRE_INDETERMINATE = 4,
    WIRE_FAILED = 5,
} WireExceptionKind;

/* An entry of an exception's `details`. */
typedef struct WireDetail {
    BaseSlice name;
    BaseSlice value;
} WireDetail;

/* One of the five; each kind uses the members named for it, the others are ignored. */
typedef struct WireException {
    WireExceptionKind kind;
    int32_t code; /* a number of the kind's enum in the contract */
    BaseSlice message;
    const WireDetail *details; /* may be NULL */
    uint32_t detail_count;
    BaseSlice text; /* INVALID_REQUEST: field; NOT_HERE: owner; REFUSED: scope; INDETERMINATE: id */
    int64_t first;  /* INVALID_REQUEST: limit; NOT_HERE: epoch; REFUSED: retry_after_ms */
    int64_t second; /* INVALID_REQUEST: actual; NOT_HERE: shard_id */
} WireException;

/* Answers with one of the five exceptions. REQUIRES: call->header. */
bool wire_reply_exception(BaseBuf *out, const WireMessage *call, const WireException *exception);

/* Answers with a TApplicationException; `text` is for people. REQUIRES: call->header. */
bool wire_reply_application_error(BaseBuf *out, const WireMessage *call, WireApplicationCode code,
                                  BaseSlice text);

/*
 * Begins the reply to a call: frame header, message header, result struct. The caller writes field
 * 0 and ends with wire_reply_end(). REQUIRES: call->header, and not ONEWAY.
 */
void wire_reply_begin(WireWriter *writer, BaseBuf *out, const WireMessage *call,
                      size_t reply_bytes_max);

/* Ends it. False: there was an error, and `out` is as it was; writer->code says why. */
bool wire_reply_end(WireWriter *writer);

#endif
