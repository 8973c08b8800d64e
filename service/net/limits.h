/*
 * limits.h: the bounds of a server; net.h says what they are for.
 *
 * Threading: plain data.
 */
#ifndef LARDER_SERVICE_NET_LIMITS_H
#define LARDER_SERVICE_NET_LIMITS_H

#include <stddef.h>

/* Every bound of a server, with its unit. A time or rate of 0 is none; other zeros count as 1. */
typedef struct NetLimits {
    size_t request_bytes_max;        /* longest request, frame header included */
    unsigned connections_max;        /* open at once */
    unsigned connections_per_ip_max; /* of one IPv4 address or IPv6 /64; unix sockets are exempt */
    unsigned pipeline_max;           /* requests of one connection whose reply has not left */
    size_t output_bytes_max;         /* unsent reply bytes of one connection before reading stops */
    size_t in_flight_bytes_max;      /* input and output held for all connections together */
    unsigned idle_ms;                /* no request under way and none arriving */
    unsigned request_ms;             /* from the first byte of a request to its last, ... */
    unsigned request_rate_min;       /* ... plus its bytes at this many bytes a second */
    unsigned write_stall_ms;         /* reply bytes waiting and the peer takes none */
} NetLimits;

#endif
