/*
 * played_reply.h: what the played peer answers: good results and exceptions.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_SUPPORT_PLAYED_REPLY_H
#define LARDER_TESTS_SUPPORT_PLAYED_REPLY_H

#include "service/wire/reply.h"
#include "tests/support/played_peer.h"

/* The bytes of a good reply: get and put both have a bool in field 1; version is 3 or 2. */
static inline BaseBuf
good_reply(Call *call, int64_t version)
{
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    bool is_get = base_slice_equal(call->message.method, BASE_SLICE_LITERAL("get"));
    wire_reply_begin(&writer, &out, &call->message, 1000);
    wire_writer_field(&writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bool(&writer, 1, true);
    wire_writer_field_i64(&writer, is_get ? 3 : 2, version);
    wire_writer_struct_end(&writer);
    ck_assert(wire_reply_end(&writer));
    base_buf_clear(&call->bytes);
    return out;
}

static inline void
peer_answers(int64_t version)
{
    Call call = peer_receive();
    BaseBuf out = good_reply(&call, version);
    send_all(&out, out.len);
    base_buf_clear(&out);
}

static inline void
peer_throws(WireExceptionKind kind, int64_t retry_after_ms)
{
    Call call = peer_receive();
    BaseBuf out = BASE_BUF_INIT;
    WireException exception = {.kind = kind,
                               .code = 1,
                               .message = BASE_SLICE_LITERAL("not now"),
                               .text = BASE_SLICE_LITERAL("server"),
                               .first = retry_after_ms};
    ck_assert(wire_reply_exception(&out, &call.message, &exception));
    send_all(&out, out.len);
    base_buf_clear(&out);
    base_buf_clear(&call.bytes);
}

#endif
