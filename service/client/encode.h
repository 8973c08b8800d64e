/*
 * encode.h: calls as bytes, of any method, by the schema.
 *
 * What is sent is what stock Thrift sends for the same content: fields in the order of their ids,
 * every required one, and every optional one that is there, also when it is at its default.
 *
 * Names, keys and values are sent as they are; judging them is up to the server. Only what the wire
 * cannot carry is refused.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_CLIENT_ENCODE_H
#define LARDER_SERVICE_CLIENT_ENCODE_H

#include "engine/base/buf.h"
#include "service/client/schema.h"
#include "service/wire/format.h"

/*
 * Appends the call of `method` with `arguments`, its Larder<Method>Arguments, as one message to
 * `out`, or leaves `out` as it was: WIRE_NO_MEMORY; WIRE_TOO_LONG, longer than the frames that any
 * server can accept; WIRE_BAD_METHOD, there is no such method.
 */
WireCode client_encode_call(BaseBuf *out, WireFormat format, int32_t seqid, LarderMethod method,
                            const void *arguments);

#endif
