/*
 * handler.h: the Store service over service/store.
 *
 * Registers a subclass of the generated handler that implements every method of the service.
 * Methods that are not served yet answer InvalidRequest UNSUPPORTED and name themselves.
 *
 * Threading: as lane.h says.
 */
#ifndef LARDER_SERVICE_RPC_HANDLER_H
#define LARDER_SERVICE_RPC_HANDLER_H

#include "service/rpc/lane.h"

/* The Store service for rpc_lane_new(); `context` must outlive the lanes. */
RpcService rpc_handler_service(RpcContext *context);

#endif
