/*
 * bridge_transport.h: the transport behind a bridge, which carries nothing.
 *
 * Generated code ends and flushes the transport of its protocol around every call, so there has to
 * be one. Those calls succeed; reads and writes, which nobody should try, fail with a GError.
 */
#ifndef LARDER_SERVICE_WIRE_BRIDGE_TRANSPORT_H
#define LARDER_SERVICE_WIRE_BRIDGE_TRANSPORT_H

#include <thrift/c_glib/transport/thrift_transport.h>

GType wire_bridge_transport_get_type(void);

/* A new transport; free it with g_object_unref(). */
ThriftTransport *wire_bridge_transport_new(void);

#endif
