/*
 * socket_target.h: what the parts of the socket target share.
 */
#ifndef LARDER_LOADGEN_SOCKET_TARGET_H
#define LARDER_LOADGEN_SOCKET_TARGET_H

#include "loadgen/options.h"
#include "loadgen/target.h"

#include <larder/bytes.h>

typedef struct LoadSocketTarget {
    LoadTarget target;         /* first: it is a target */
    ClientEndpoint *endpoints; /* one of each server; session w goes to one alone: w modulo count */
    unsigned count;
    WireFormat format;
    LarderBytes store;
} LoadSocketTarget;

/* A session of a socket target; see socket_session.c. */
BaseStatus load_socket_session_new(LoadTarget *target, const LoadSessionArgs *args,
                                   LoadSession **ret_session);

#endif
