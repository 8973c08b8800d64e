/*
 * express_rig.h: what the tests of the express lane share: an owner's part where nothing is held
 * back or late, and looks into replies.
 */
#ifndef LARDER_TESTS_UNIT_EXPRESS_RIG_H
#define LARDER_TESTS_UNIT_EXPRESS_RIG_H

#include "service/rpc/express.h"
#include "tests/unit/rpc_rig.h"

enum { EXPRESS_SUCCESS = 0 }; /* the field of a result; 1 to 5 are exceptions */

/* RpcExpressOwner.held_back: never. */
static inline bool
express_never_held_back(void *user, void *request)
{
    (void)user;
    (void)request;
    return false;
}

/* RpcExpressOwner.keep_input, where no write is late. */
static inline void
express_keeps_no_input(void *user, void *request, BaseBuf *into)
{
    (void)user;
    (void)request;
    (void)into;
    ck_abort_msg("nothing is late here");
}

/* The field that a reply has. */
static inline int16_t
express_answer(const Rig *rig, BaseSlice reply)
{
    WireTape tape = WIRE_TAPE_INIT;
    WireMessage message;
    WireError error;
    ck_assert(wire_parse_reply(reply, &rig->wire, &tape, &message, &error));
    int16_t id = wire_tape_first(message.arguments)->id;
    wire_tape_clear(&tape);
    return id;
}

/* Whether the reply to a get has this value; NULL: none. */
static inline bool
express_found(const Rig *rig, BaseSlice reply, const char *value)
{
    WireTape tape = WIRE_TAPE_INIT;
    WireMessage message;
    WireError error;
    ck_assert(wire_parse_reply(reply, &rig->wire, &tape, &message, &error));
    const WireValue *result = wire_tape_field(message.arguments, EXPRESS_SUCCESS, WIRE_STRUCT);
    ck_assert_ptr_nonnull(result);
    const WireValue *bytes = wire_tape_field(result, 2, WIRE_BYTES);
    bool same = value == NULL ? bytes == NULL
                              : bytes != NULL && base_slice_equal(wire_tape_bytes(&tape, bytes),
                                                                  base_slice_text(value));
    wire_tape_clear(&tape);
    return same;
}

#endif
