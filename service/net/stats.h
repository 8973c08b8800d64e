/*
 * stats.h: what a server has counted.
 *
 * Threading: a plain struct.
 */
#ifndef LARDER_SERVICE_NET_STATS_H
#define LARDER_SERVICE_NET_STATS_H

#include <stdint.h>

/* Counters and gauges of a server, all since its start. */
typedef struct NetStats {
    uint64_t connections; /* open now */
    uint64_t accepted;
    uint64_t refused_limit; /* over connections_max */
    uint64_t refused_ip;
    uint64_t accept_errors; /* EMFILE and the like */
    uint64_t closed_idle;
    uint64_t closed_slow_request;
    uint64_t closed_write_stall;
    uint64_t closed_bad;
    uint64_t closed_budget; /* held most when in_flight_bytes_max ran out */
    uint64_t closed_reset;  /* the peer vanished with requests under way */
    uint64_t requests;
    uint64_t requests_in_flight;
    uint64_t bytes_read;
    uint64_t bytes_written;
    uint64_t in_flight_bytes;
    uint64_t turns; /* of all reactors */
    uint64_t writev_calls;
} NetStats;

#endif
