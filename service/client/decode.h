/*
 * decode.h: replies out of bytes, of any method, by the schema.
 *
 * A reply comes out in one piece of memory: the LarderReply, the result or exception with all that
 * it holds, and the bytes of the message, in which its texts lie, each followed by a NUL. So
 * free() frees all of it. Texts are never NULL, also when they are absent.
 *
 * Outcomes made here: OK; the five exceptions; PROTOCOL for all else. A reply is PROTOCOL when
 *
 *   - wire's strict parser rejects it, or its method or sequence id are not the expected ones;
 *   - it holds no result, several, or one that is none of the contract;
 *   - a field has another type than in the contract, or a result or an element of its lists lacks
 *     its first field (`found`, `applied`, ...), without which it says nothing;
 *   - it is a TApplicationException. Its type is the reply's `code`.
 *
 * After UNKNOWN_METHOD, a TApplicationException, the connection can still be used. After others the
 * server closes it, because it could not read the call; and after all other PROTOCOL replies
 * nothing that follows can be trusted.
 *
 * Unknown fields are skipped, other absent ones are zero, so that newer and older servers can be
 * read. An enum value that is unknown becomes the first one of its enum, an unknown code of an
 * exception 0 (LarderReply.code keeps it).
 *
 * Time and memory are linear in the bytes received; nothing is allocated by a declared length.
 *
 * Threading: as many as there are tapes and rooms.
 */
#ifndef LARDER_SERVICE_CLIENT_DECODE_H
#define LARDER_SERVICE_CLIENT_DECODE_H

#include "service/client/room.h"
#include "service/client/schema.h"
#include "service/wire/parse.h"

#include <larder/client.h>

/*
 * Decodes one message, frame header included, as the reply to the call of `method` that had
 * `seqid`. `tape` is scratch space. *ret_intact says whether the connection can still be used. The
 * members `attempts`, `uncertain` and `duration_us` are zero. NULL: no memory. The caller frees the
 * reply with free().
 */
LarderReply *client_decode_reply(BaseSlice message, const WireLimits *limits, LarderMethod method,
                                 int32_t seqid, WireTape *tape, bool *ret_intact);

/*
 * The same into `room`; the reply before it is gone. Texts of the usual replies to hot calls
 * (usual_reply.h) are borrowed: they lie in the message, and no NUL follows them.
 */
LarderReply *client_decode_into(ClientRoom *room, BaseSlice message, const WireLimits *limits,
                                LarderMethod method, int32_t seqid, WireTape *tape,
                                bool *ret_intact);

/* The same by the strict parser alone, which is the reference; `room` may be NULL. */
LarderReply *client_decode_parsed(ClientRoom *room, BaseSlice message, const WireLimits *limits,
                                  LarderMethod method, int32_t seqid, WireTape *tape,
                                  bool *ret_intact);

#endif
