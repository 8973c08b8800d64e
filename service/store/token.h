/*
 * token.h: page tokens: where a scan goes on.
 *
 * A token is opaque to clients and needs no state in the server, so it survives restarts. It is
 * bound to its scan (store, range, direction, snapshot) by a hash and protected against damage by a
 * checksum; neither is a secret: a forged token can do no more than name another position in the
 * same range.
 *
 *   offset  size  content
 *   0       1     format: 1
 *   1       8     binding of the scan, little-endian (store_token_binding)
 *   9       n     key of the last record, 1 to key_bytes_max bytes
 *   9 + n   8     XXH3 of all bytes before it, little-endian, seeded with the format's own number
 *
 * Decoding reads no more than it was given, allocates nothing, and refuses everything that encoding
 * cannot have made.
 */
#ifndef LARDER_SERVICE_STORE_TOKEN_H
#define LARDER_SERVICE_STORE_TOKEN_H

#include "engine/base/buf.h"
#include "service/store/range.h"

/* What a token is bound to. */
typedef struct StoreTokenScan {
    BaseSlice store;
    const EngineRange *range;
    bool reverse;
    int64_t snapshot_id; /* 0: none */
} StoreTokenScan;

/* The binding of a scan: equal for equal scans, on every machine. */
uint64_t store_token_binding(const StoreTokenScan *scan);

/* Overwrites `token` with the token of a page that ended with `key`. False: no memory. */
bool store_token_encode(BaseBuf *token, uint64_t binding, BaseSlice key);

typedef enum StoreTokenVerdict {
    STORE_TOKEN_GOOD = 0,
    STORE_TOKEN_DAMAGED, /* not a token, or one of another format */
    STORE_TOKEN_FOREIGN, /* a token of another scan */
} StoreTokenVerdict;

/* Reads a token; *ret_key is a view into it. */
StoreTokenVerdict store_token_decode(BaseSlice token, uint64_t binding, size_t key_bytes_max,
                                     BaseSlice *ret_key);

#endif
