/*
 * loop_transport.c: a transport into a lane. See loop_transport.h.
 */
#include "tests/conformance/loop_transport.h"

typedef struct LoopTransport {
    ThriftTransport parent;
    RpcLane *lane;
    const BaseClock *clock;
    BaseBuf request;
    BaseBuf reply;
    size_t taken; /* of the reply */
} LoopTransport;

typedef struct LoopTransportClass {
    ThriftTransportClass parent;
} LoopTransportClass;

G_DEFINE_TYPE(LoopTransport, loop_transport, thrift_transport_get_type())

static gboolean
always(ThriftTransport *transport)
{
    (void)transport;
    return TRUE;
}

static gboolean
succeed(ThriftTransport *transport, GError **error)
{
    (void)transport;
    (void)error;
    return TRUE;
}

static gboolean
succeed_with_size(ThriftTransport *transport, glong size, GError **error)
{
    (void)transport;
    (void)size;
    (void)error;
    return TRUE;
}

static gint32
take(ThriftTransport *transport, gpointer to, guint32 len, GError **error)
{
    LoopTransport *loop = (LoopTransport *)transport;
    if (loop->reply.len - loop->taken < len) {
        g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_RECEIVE,
                    "the reply is shorter than that");
        return -1;
    }
    memcpy(to, loop->reply.data + loop->taken, len);
    loop->taken += len;
    return (gint32)len;
}

static gboolean
put(ThriftTransport *transport, const gpointer from, const guint32 len, GError **error)
{
    LoopTransport *loop = (LoopTransport *)transport;
    (void)error;
    return base_buf_append(&loop->request, from, len);
}

static gboolean
flush(ThriftTransport *transport, GError **error)
{
    LoopTransport *loop = (LoopTransport *)transport;
    base_buf_reset(&loop->reply);
    loop->taken = 0;
    RpcCall call = {.input = base_buf_slice(&loop->request),
                    .arrival_us = base_clock_monotonic_us(loop->clock),
                    .peer = "loop"};
    RpcVerdict verdict = rpc_lane_call(loop->lane, &call, &loop->reply);
    base_buf_reset(&loop->request);
    if (verdict.close) {
        g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_SEND,
                    "the lane would close the connection");
        return FALSE;
    }
    return TRUE;
}

static void
loop_transport_finalize(GObject *object)
{
    LoopTransport *loop = (LoopTransport *)object;
    base_buf_clear(&loop->request);
    base_buf_clear(&loop->reply);
    G_OBJECT_CLASS(loop_transport_parent_class)->finalize(object);
}

static void
loop_transport_class_init(LoopTransportClass *loop_class)
{
    ThriftTransportClass *transport_class = &loop_class->parent;
    G_OBJECT_CLASS(loop_class)->finalize = loop_transport_finalize;
    transport_class->is_open = always;
    transport_class->peek = succeed;
    transport_class->open = succeed;
    transport_class->close = succeed;
    transport_class->read = take;
    transport_class->read_all = take;
    transport_class->read_end = succeed;
    transport_class->write = put;
    transport_class->write_end = succeed;
    transport_class->flush = flush;
    transport_class->updateKnownMessageSize = succeed_with_size;
    transport_class->checkReadBytesAvailable = succeed_with_size;
    transport_class->resetConsumedMessageSize = succeed_with_size;
    transport_class->countConsumedMessageBytes = succeed_with_size;
}

static void
loop_transport_init(LoopTransport *loop)
{
    loop->request = BASE_BUF_INIT;
    loop->reply = BASE_BUF_INIT;
}

ThriftTransport *
loop_transport_new(RpcLane *lane, const BaseClock *clock)
{
    LoopTransport *loop = g_object_new(loop_transport_get_type(), NULL);
    loop->lane = lane;
    loop->clock = clock;
    return &loop->parent;
}
