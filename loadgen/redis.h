/*
 * redis.h: a Redis server as the target of load, so that the same keys, values and clock measure
 * it.
 *
 * Gets, puts and removes become GET, SET and DEL. Redis has no versions: what a reader may see is
 * then judged by the values alone.
 */
#ifndef LARDER_LOADGEN_REDIS_H
#define LARDER_LOADGEN_REDIS_H

#include "loadgen/options.h"
#include "loadgen/target.h"

/* The options are borrowed for the target's life. Blocks, at most for the options' timeout. */
BaseStatus load_redis_open(const LoadOptions *options, LoadTarget **ret_target);

#endif
