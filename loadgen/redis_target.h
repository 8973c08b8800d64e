/*
 * redis_target.h: what the parts of the Redis target share.
 */
#ifndef LARDER_LOADGEN_REDIS_TARGET_H
#define LARDER_LOADGEN_REDIS_TARGET_H

#include "loadgen/options.h"
#include "loadgen/target.h"

typedef struct LoadRedisTarget {
    LoadTarget target; /* first: it is a target */
    ClientEndpoint endpoint;
} LoadRedisTarget;

/* A connected socket that does not block, or -1. Waits for the connection. */
int load_redis_connect(const ClientEndpoint *endpoint, int64_t timeout_us);

/* A session of a Redis target; see redis_session.c. */
BaseStatus load_redis_session_new(LoadTarget *target, const LoadSessionArgs *args,
                                  LoadSession **ret_session);

#endif
