/*
 * peer_count.c: counting connections by address. See peer_count.h.
 */
#include "service/net/peer_count.h"

#include "engine/base/check.h"
#include "engine/base/hash.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct NetPeerNode {
    NetPeerNode *next;
    NetPeerKey key;
    unsigned connections;
};

NetPeerKey
net_peer_key(const struct sockaddr *address)
{
    NetPeerKey key = {{0}};
    if (address->sa_family == AF_INET) {
        /* The form of a mapped address, which an IPv6 socket would show for the same peer. */
        key.bytes[10] = 0xff;
        key.bytes[11] = 0xff;
        memcpy(key.bytes + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *ip =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        bool mapped = IN6_IS_ADDR_V4MAPPED(ip);
        memcpy(key.bytes, ip, mapped ? 16 : 8);
        /* Differs from "not counted", also for the network ::/64 of the loopback address. */
        key.bytes[15] = mapped ? key.bytes[15] : 1;
    }
    return key;
}

static bool
is_counted(const NetPeerKey *key)
{
    static const NetPeerKey none = {{0}};
    return memcmp(key, &none, sizeof none) != 0;
}

/* The link that holds the node of `key`, or the end of its chain. */
static NetPeerNode **
find(NetPeerCount *count, const NetPeerKey *key)
{
    uint64_t hash = base_hash(base_slice(key, sizeof *key), base_hash_process_seed());
    NetPeerNode **link = &count->chains[hash % NET_PEER_COUNT_CHAINS];
    while (*link != NULL && memcmp(&(*link)->key, key, sizeof *key) != 0) {
        link = &(*link)->next;
    }
    return link;
}

void
net_peer_count_init(NetPeerCount *count)
{
    memset(count, 0, sizeof *count);
    (void)pthread_mutex_init(&count->mutex, NULL);
}

void
net_peer_count_clear(NetPeerCount *count)
{
    for (size_t i = 0; i < NET_PEER_COUNT_CHAINS; i++) {
        while (count->chains[i] != NULL) {
            NetPeerNode *node = count->chains[i];
            count->chains[i] = node->next;
            free(node);
        }
    }
    (void)pthread_mutex_destroy(&count->mutex);
}

static bool
enter_locked(NetPeerCount *count, const NetPeerKey *key, unsigned max)
{
    NetPeerNode **link = find(count, key);
    if (*link == NULL) {
        NetPeerNode *node = calloc(1, sizeof *node);
        if (node == NULL) {
            return false;
        }
        node->key = *key;
        *link = node;
    } else if ((*link)->connections >= max) {
        return false;
    }
    (*link)->connections++;
    return true;
}

bool
net_peer_count_enter(NetPeerCount *count, NetPeerKey key, unsigned max)
{
    if (!is_counted(&key)) {
        return true;
    }
    (void)pthread_mutex_lock(&count->mutex);
    bool entered = enter_locked(count, &key, max);
    (void)pthread_mutex_unlock(&count->mutex);
    return entered;
}

void
net_peer_count_leave(NetPeerCount *count, NetPeerKey key)
{
    if (!is_counted(&key)) {
        return;
    }
    (void)pthread_mutex_lock(&count->mutex);
    NetPeerNode **link = find(count, &key);
    BASE_CHECK(*link != NULL);
    NetPeerNode *node = *link;
    node->connections--;
    if (node->connections == 0) {
        *link = node->next;
        free(node);
    }
    (void)pthread_mutex_unlock(&count->mutex);
}
