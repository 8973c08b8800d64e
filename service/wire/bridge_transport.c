/*
 * bridge_transport.c: a transport that carries nothing. See bridge_transport.h.
 */
#include "service/wire/bridge_transport.h"

typedef struct WireBridgeTransport {
    ThriftTransport parent;
} WireBridgeTransport;

typedef struct WireBridgeTransportClass {
    ThriftTransportClass parent;
} WireBridgeTransportClass;

G_DEFINE_TYPE(WireBridgeTransport, wire_bridge_transport, THRIFT_TYPE_TRANSPORT)

static void
refuse(GError **error)
{
    g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_UNKNOWN,
                "this transport carries nothing");
}

static gboolean
is_open(ThriftTransport *transport)
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

static gint32
refuse_read(ThriftTransport *transport, gpointer buf, guint32 len, GError **error)
{
    (void)transport;
    (void)buf;
    (void)len;
    refuse(error);
    return -1;
}

static gboolean
refuse_write(ThriftTransport *transport, const gpointer buf, const guint32 len, GError **error)
{
    (void)transport;
    (void)buf;
    (void)len;
    refuse(error);
    return FALSE;
}

static void
wire_bridge_transport_init(WireBridgeTransport *transport)
{
    (void)transport;
}

static void
wire_bridge_transport_class_init(WireBridgeTransportClass *class)
{
    class->parent.is_open = is_open;
    class->parent.peek = succeed;
    class->parent.open = succeed;
    class->parent.close = succeed;
    class->parent.read = refuse_read;
    class->parent.read_all = refuse_read;
    class->parent.read_end = succeed;
    class->parent.write = refuse_write;
    class->parent.write_end = succeed;
    class->parent.flush = succeed;
}

ThriftTransport *
wire_bridge_transport_new(void)
{
    return g_object_new(wire_bridge_transport_get_type(), NULL);
}
