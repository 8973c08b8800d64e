/*
 * context.h: what every lane of a process shares.
 *
 * The server fills in one RpcContext before it makes lanes and keeps it, and all that it points at,
 * until the last lane is freed. Only `limits` and `observers` may change meanwhile: the server
 * publishes a new RpcLimits, or another list of observers, with an atomic store, and lanes use what
 * they loaded when a request began. What was replaced must stay valid until the lanes are gone;
 * reloads are rare enough to keep it all.
 *
 * Threading: read by all lanes at once; see above for what changes.
 */
#ifndef LARDER_SERVICE_RPC_CONTEXT_H
#define LARDER_SERVICE_RPC_CONTEXT_H

#include "engine/base/clock.h"
#include "service/obs/registry.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct RpcObserver; /* observer.h */
struct StoreSet;    /* service/store */
struct WireLimits;  /* service/wire */

/* One limit, as server_info reports it. */
typedef struct RpcLimit {
    const char *name; /* "value_bytes" */
    int64_t value;
    const char *unit;   /* "bytes", "items", "ms" */
    const char *reason; /* why it exists */
} RpcLimit;

typedef struct RpcLimits {
    const RpcLimit *table;
    size_t count;
    const struct WireLimits *wire; /* of requests */
    size_t reply_bytes_max;        /* longest reply, frame header included */
    size_t ping_bytes_max;         /* longest payload of ping */
    size_t client_bytes_max;       /* longest client name of server_info */
} RpcLimits;

typedef struct RpcContext {
    struct StoreSet *stores;
    _Atomic(const RpcLimits *) limits;
    _Atomic(const struct RpcObserver *) observers; /* NULL: nobody looks */
    const char *version;                           /* of the program: "0.1.0" */
    const BaseClock *clock;
    ObsRegistry *obs;
    int64_t started_us; /* monotonic: start of the process */
} RpcContext;

#endif
