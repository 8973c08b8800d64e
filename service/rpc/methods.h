/*
 * methods.h: every method of the contract, with its arguments.
 *
 * The table is generated from the IDL (gen-c_glib/larder_methods.h). Rows are numbered Store first, then
 * Admin, then Observe, each in the order of the IDL; these numbers are the rows of the metrics too.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_RPC_METHODS_H
#define LARDER_SERVICE_RPC_METHODS_H

#include "engine/base/slice.h"
#include "service/obs/registry.h"
#include "service/rpc/lane.h"

typedef struct RpcArgument {
    int16_t id;
    const char *name;
    uint8_t type;    /* Thrift type number on the wire: 8 i32, 10 i64, 11 string, 12 struct, ... */
    uint8_t element; /* type number of the elements of a list; 0 otherwise */
    bool required;   /* all but `options` */
    bool text;       /* a string, not binary: must not contain NUL */
} RpcArgument;

typedef struct RpcMethod {
    RpcServiceId service;
    const char *name;
    const RpcArgument *arguments;
    size_t argument_count;
    bool writes; /* a call of it may change something */
} RpcMethod;

/* Number of methods of all services. */
size_t rpc_methods_count(void);

/* Method `row`, from 0. */
const RpcMethod *rpc_methods_at(size_t row);

/* Its row; rpc_methods_count() when the service has no such method. Exact length and bytes. */
size_t rpc_methods_find(RpcServiceId service, BaseSlice name);

/* All rows as the metrics want them, rpc_methods_count() long. */
const ObsMethod *rpc_methods_labels(void);

#endif
