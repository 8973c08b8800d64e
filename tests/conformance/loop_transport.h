/*
 * loop_transport.h: a Thrift transport that ends in a lane of this process.
 *
 * What a client writes up to a flush is one request; the flush runs it through an RpcLane, and what
 * the client then reads is the reply. So the stock client reaches an engine without a server, a
 * socket or a second thread.
 */
#ifndef LARDER_TESTS_CONFORMANCE_LOOP_TRANSPORT_H
#define LARDER_TESTS_CONFORMANCE_LOOP_TRANSPORT_H

#include "service/rpc/lane.h"

#include <thrift/c_glib/transport/thrift_transport.h>

GType loop_transport_get_type(void);

/* A transport over `lane`, which must outlive it. The caller unrefs it. */
ThriftTransport *loop_transport_new(RpcLane *lane, const BaseClock *clock);

#endif
