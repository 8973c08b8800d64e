/*
 * peer.c: finds a peer by its name. See peer.h.
 */
#include "tests/bench/peers/peer.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
peer_fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "lsm_peers: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

Peer *
peer_open(const char *name, const PeerSettings *settings)
{
    if (strcmp(name, "rocksdb") == 0) {
#ifdef LARDER_PEER_ROCKSDB
        return peer_rocksdb_open(settings);
#else
        return NULL;
#endif
    }
    if (strcmp(name, "leveldb") == 0) {
#ifdef LARDER_PEER_LEVELDB
        return peer_leveldb_open(settings);
#else
        return NULL;
#endif
    }
    if (strcmp(name, "lmdb") == 0) {
#ifdef LARDER_PEER_LMDB
        return peer_lmdb_open(settings);
#else
        return NULL;
#endif
    }
    static const char engine[] = "eng:";
    size_t skip = strncmp(name, engine, strlen(engine)) == 0 ? strlen(engine) : 0;
    return peer_larder_open(name + skip, settings);
}
