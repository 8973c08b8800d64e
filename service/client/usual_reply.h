/*
 * usual_reply.h: the usual replies to hot calls, read in one pass without a tape.
 *
 * A server of the contract writes the success of get, multi_get, put, remove and scan always alike:
 * in the binary protocol, the fields of each struct in the order of their ids, those that are not
 * optional all there. Such bytes are compared with what has to come next, token by token, and the
 * values go straight into the structs of <larder/types.h>:
 *
 *     length   80 01 00 02   length of the name, the name   sequence id
 *     0c 00 00   fields of the result   00   00
 *
 * Whatever is different in any way (another order, an unknown field, an exception, a length that
 * leads elsewhere, a message over its limit) is not recognised, and nothing is said about it: the
 * strict parser and the schema (decode.h) are the reference and judge it.
 *
 *   U-1  What is recognised is accepted by client_decode_parsed(), which reads the same from it.
 *
 * Memory is taken once, in proportion to the bytes received: a count of items is believed only as
 * far as there are bytes for them.
 *
 * Threading: as many as there are rooms.
 */
#ifndef LARDER_SERVICE_CLIENT_USUAL_REPLY_H
#define LARDER_SERVICE_CLIENT_USUAL_REPLY_H

#include "service/client/room.h"
#include "service/wire/format.h"

#include <larder/client.h>

/*
 * Recognises a whole framed message as the reply to the call of `method` that had `seqid`. Without
 * a room the reply is freed with free(), and its texts lie in it, each followed by a NUL. With one
 * it lies there, and its texts in the message, followed by whatever follows them. NULL: not
 * recognised, or no memory; what the room held is gone.
 */
LarderReply *client_usual_reply(ClientRoom *room, BaseSlice message, const WireLimits *limits,
                                LarderMethod method, int32_t seqid);

#endif
