/*
 * endpoint.h: a place where services are called: listeners, reactors, workers, and the way between.
 *
 * A server has two: one for data, one for management, which share nothing but the stores, so
 * management answers however busy data is. What happens to a request:
 *
 *     reactor   scan: the boundary scanner of wire finds its end
 *               request: its bytes are kept, and it goes to the express lane, or is queued for a
 *               worker (lanes), or is refused on the spot
 *     worker    executes it: in the express lane if it can be, else in the generated one
 *     reactor   sends the replies of a connection in the order of its requests
 *
 * Threading: everything but endpoint_stats() belongs to the main thread. endpoint_drain() may be
 * called from any.
 */
#ifndef LARDER_SERVICE_ENDPOINT_H
#define LARDER_SERVICE_ENDPOINT_H

#include "service/limits.h"
#include "service/rpc/lane.h"

typedef struct Endpoint Endpoint;

enum { ENDPOINT_SERVICES_MAX = 2 };

typedef struct EndpointConfig {
    const char *name; /* "data"; at most 6 characters; lives as long as the endpoint */
    unsigned reactors;
    unsigned workers;
    const Limits *limits; /* for net and the queue; borrowed during the call */
    RpcContext *context;
    RpcService services[ENDPOINT_SERVICES_MAX];
    size_t service_count;
    bool express; /* hot methods of RPC_STORE go the express lane */
    const BaseClock *clock;
} EndpointConfig;

/* Starts the threads, without a listener. On failure nothing is left. */
BaseStatus endpoint_new(const EndpointConfig *config, Endpoint **ret_endpoint);

/* As net_server_listen(). */
BaseStatus endpoint_listen(Endpoint *endpoint, const char *address, char ret_address[128],
                           char message[256]);

/* The parts of the limits that net and the queue enforce. */
void endpoint_set_limits(Endpoint *endpoint, const Limits *limits);

/* As lanes_set_workers(). */
BaseStatus endpoint_set_workers(Endpoint *endpoint, unsigned workers);

/* As net_server_drain(). */
void endpoint_drain(Endpoint *endpoint);

/* As net_server_cut(); from any thread. */
void endpoint_cut(Endpoint *endpoint);

/* Why requests were refused before a worker saw them. */
typedef struct EndpointStats {
    NetStats net;
    uint64_t queued;           /* wait for a worker now */
    uint64_t refused_queue;    /* over queue_requests, or no memory */
    uint64_t refused_budget;   /* over in_flight_bytes */
    uint64_t refused_stopping; /* came while the server stopped */
} EndpointStats;

void endpoint_stats(const Endpoint *endpoint, EndpointStats *ret_stats);

/*
 * Ends the threads. Requests under way are finished, those that wait are dropped, connections are
 * closed. Takes NULL.
 */
void endpoint_free(Endpoint *endpoint);

#endif
