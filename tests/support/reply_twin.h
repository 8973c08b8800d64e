/*
 * reply_twin.h: a reply through the recogniser of usual replies and through the strict parser.
 *
 * What is recognised must parse, and mean the same; aborts when it does not (usual_reply.h, U-1).
 * Both are written anew and their bytes compared.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_TESTS_SUPPORT_REPLY_TWIN_H
#define LARDER_TESTS_SUPPORT_REPLY_TWIN_H

#include "engine/base/check.h"
#include "service/client/decode.h"
#include "service/client/usual_reply.h"
#include "tests/golden/rewrite.h"

#include <stdlib.h>

/* Whether both replies say the same. */
static inline bool
reply_twin_equal(const LarderReply *a, const LarderReply *b, int32_t seqid)
{
    const WireFormat format = {WIRE_COMPACT, false};
    BaseBuf one = BASE_BUF_INIT;
    BaseBuf other = BASE_BUF_INIT;
    rewrite_reply(&one, format, seqid, a);
    rewrite_reply(&other, format, seqid, b);
    bool equal = base_slice_equal(base_buf_slice(&one), base_buf_slice(&other));
    base_buf_clear(&one);
    base_buf_clear(&other);
    return equal && a->outcome == b->outcome && a->method == b->method && a->code == b->code;
}

/* Whether the message is recognised; then it has been compared. `tape` is overwritten. */
static inline bool
reply_twin_check(BaseSlice message, const WireLimits *limits, LarderMethod method, int32_t seqid,
                 WireTape *tape)
{
    ClientRoom room = {NULL, 0};
    bool intact = false;
    LarderReply *usual = client_usual_reply(NULL, message, limits, method, seqid);
    const LarderReply *borrowed = client_usual_reply(&room, message, limits, method, seqid);
    BASE_CHECK((usual == NULL) == (borrowed == NULL));
    if (usual != NULL) {
        LarderReply *parsed =
            client_decode_parsed(NULL, message, limits, method, seqid, tape, &intact);
        BASE_CHECK(parsed != NULL && intact && parsed->outcome == LARDER_OK);
        rewrite_check(usual);
        BASE_CHECK(reply_twin_equal(usual, parsed, seqid));
        BASE_CHECK(reply_twin_equal(borrowed, parsed, seqid));
        free(parsed);
    }
    client_room_clear(&room);
    free(usual);
    return borrowed != NULL;
}

#endif
