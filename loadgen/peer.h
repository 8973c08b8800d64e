/*
 * peer.h: a Redis or memcached server as the target of load, so that the same keys, values and
 * clock measure it.
 *
 * Gets, puts and removes become GET, SET and DEL of Redis, and get, set and delete of memcached. A
 * MULTI_GET is MGET. For walks the records are members of a sorted set, each the key with the value
 * behind it, and a walk is a ZRANGEBYLEX; the set must not exist before.
 *
 * Neither has versions: what a reader may see is then judged by the values alone.
 */
#ifndef LARDER_LOADGEN_PEER_H
#define LARDER_LOADGEN_PEER_H

#include "loadgen/options.h"
#include "loadgen/target.h"

/* The options are borrowed for the target's life. Blocks, at most for the options' timeout. */
BaseStatus load_peer_open(const LoadOptions *options, LoadTarget **ret_target);

#endif
