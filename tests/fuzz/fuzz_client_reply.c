/*
 * fuzz_client_reply.c: any bytes as the reply to a call of any method.
 *
 * The first byte chooses the method, the rest is the message, with or without a frame header. What
 * is decoded must be sound, and memory in proportion: written anew and decoded again, in either
 * protocol, it must be the same. What the recogniser of usual replies accepts, the strict parser
 * must read alike.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/reply_twin.h"

enum { SEQID = -2 };

static WireTape tape;
static BaseBuf once;
static BaseBuf twice;

static LarderReply *
decode(BaseSlice message, LarderMethod method)
{
    bool intact = false;
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    limits.request_bytes_max = WIRE_FRAME_BYTES_CAP;
    (void)reply_twin_check(message, &limits, method, SEQID, &tape);
    LarderReply *reply = client_decode_reply(message, &limits, method, SEQID, &tape, &intact);
    BASE_CHECK(reply != NULL && reply->method == method);
    BASE_CHECK(intact || reply->outcome == LARDER_PROTOCOL);
    rewrite_check(reply);
    return reply;
}

/* Writes a reply into `out` and decodes what was written. */
static LarderReply *
write_and_decode(BaseBuf *out, WireFormat format, const LarderReply *reply)
{
    base_buf_reset(out);
    rewrite_reply(out, format, SEQID, reply);
    LarderReply *same = decode(base_buf_slice(out), reply->method);
    BASE_CHECK(same->outcome == reply->outcome);
    return same;
}

/*
 * The first time, unknown fields go and absent ones appear as zeros; the second time, zeros that
 * are no values of their enums become such. From then on nothing may change.
 */
static void
check_again(const LarderReply *reply, WireProtocol protocol)
{
    WireFormat format = {protocol, true};
    LarderReply *first = write_and_decode(&once, format, reply);
    LarderReply *second = write_and_decode(&once, format, first);
    LarderReply *third = write_and_decode(&twice, format, second);
    BASE_CHECK(base_slice_equal(base_buf_slice(&once), base_buf_slice(&twice)));
    free(first);
    free(second);
    free(third);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    wire_tape_trim(&tape, 0);
    LarderMethod method = (LarderMethod)(data[0] % LARDER_METHOD_COUNT);
    LarderReply *reply = decode(base_slice(data + 1, size - 1), method);
    if (reply->outcome != LARDER_PROTOCOL) {
        check_again(reply, WIRE_BINARY);
        check_again(reply, WIRE_COMPACT);
    }
    free(reply);
    return 0;
}
