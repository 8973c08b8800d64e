/*
 * listener.h: accepting connections.
 *
 * The first reactor watches the listening sockets. It accepts at most 64 connections per socket and
 * turn, checks the limits, and gives each connection to the next reactor in turn. A connection over
 * a limit is accepted and closed, so that its peer knows at once.
 *
 * No descriptors left (EMFILE, ENFILE): a connection that cannot be accepted would stay in the
 * queue and wake the reactor for ever. A reserve descriptor is given up to accept and close it.
 * Then, as after any other lack of resources, the socket is not watched for 100 ms by the clock.
 *
 * Threading: the first reactor's thread, but for making and freeing.
 */
#ifndef LARDER_SERVICE_NET_LISTENER_H
#define LARDER_SERVICE_NET_LISTENER_H

#include "service/net/address.h"
#include "service/net/list.h"
#include "service/net/watch.h"

#include <stdint.h>

typedef struct NetServer NetServer;

typedef struct NetListener {
    NetWatch watch; /* first */
    NetServer *server;
    int fd;            /* of the address's NetSockets; -1: closed */
    int64_t resume_us; /* watched again then; 0: watched */
} NetListener;

/* Starts to watch. False: the system refuses. */
bool net_listener_watch(NetListener *listener);

/* Accepts what waits. */
void net_listener_accept(NetListener *listener);

/* Watches again if it is time to. */
void net_listener_resume(NetListener *listener);

#endif
