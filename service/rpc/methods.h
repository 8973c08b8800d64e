/*
 * methods.h: every method of the contract, with its arguments.
 *
 * The table is generated from the IDL (gen-c_glib/larder_methods.h). Rows are numbered Store first,
 * then Admin, then Observe, each in the order of the IDL; these numbers are the rows of the metrics
 * too.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_RPC_METHODS_H
#define LARDER_SERVICE_RPC_METHODS_H

#include "engine/base/slice.h"
#include "service/obs/registry.h"
#include "service/rpc/lane.h"
#include "service/wire/format.h"

typedef struct RpcArgument {
    int16_t id; /* 0: end of the arguments */
    const char *name;
    WireType type;
    bool required; /* all but `options` */
} RpcArgument;

enum { RPC_ARGUMENTS_MAX = 6 };

typedef struct RpcMethod {
    RpcServiceId service;
    const char *name;
    RpcArgument arguments[RPC_ARGUMENTS_MAX + 1]; /* ended by id 0 */
} RpcMethod;

/* Number of methods of all services. */
size_t rpc_methods_count(void);

/* Method `row`, from 0. */
const RpcMethod *rpc_methods_at(size_t row);

/* Its row; rpc_methods_count() when the service has no such method. Exact length and bytes. */
size_t rpc_methods_find(RpcServiceId service, BaseSlice name);

/* Whether a call of the method may change something. */
bool rpc_methods_writes(const RpcMethod *method);

/* Whether an argument of type BYTES is a name: UTF-8 without NUL, by which something is found. */
bool rpc_methods_is_name(const RpcArgument *argument);

/* The type of the elements of an argument of type LIST. */
WireType rpc_methods_element(const RpcArgument *argument);

/* API_VERSION of the IDL. */
int rpc_methods_api_version(void);

/* All rows as the metrics want them, rpc_methods_count() long. */
const ObsMethod *rpc_methods_labels(void);

#endif
