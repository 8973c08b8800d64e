/*
 * peer_count.h: how many connections each internet address has open.
 *
 * An IPv4 address counts by itself (also when it comes mapped into IPv6), an IPv6 address as its
 * /64 network: one host may use all of that. The table is a fixed array of chains with one node per
 * address that is connected; the hash is seeded, so that nobody can choose addresses of one chain.
 *
 * Threading: any thread; a mutex guards the table. It is taken once per connection and end of one.
 */
#ifndef LARDER_SERVICE_NET_PEER_COUNT_H
#define LARDER_SERVICE_NET_PEER_COUNT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NET_PEER_COUNT_CHAINS = 1024 };

/* What counts as one peer; all zero: not counted (unix sockets). */
typedef struct NetPeerKey {
    uint8_t bytes[16];
} NetPeerKey;

typedef struct NetPeerNode NetPeerNode;

typedef struct NetPeerCount {
    pthread_mutex_t mutex;
    NetPeerNode *chains[NET_PEER_COUNT_CHAINS];
} NetPeerCount;

/* The peer that an address belongs to. */
NetPeerKey net_peer_key(const struct sockaddr *address);

void net_peer_count_init(NetPeerCount *count);
void net_peer_count_clear(NetPeerCount *count);

/* Counts one connection more; false: it has `max` already, or there is no memory. */
bool net_peer_count_enter(NetPeerCount *count, NetPeerKey key, unsigned max);

/* Counts one less. REQUIRES: an enter of the same key that succeeded. */
void net_peer_count_leave(NetPeerCount *count, NetPeerKey key);

#endif
