/*
 * shape.h: the usual shapes of get, put and remove, read in one pass without a tape.
 *
 * Clients write these requests nearly always alike: in the strict binary protocol, arguments and
 * options in the order of their ids, few options. Such bytes are compared with what has to come
 * next, token by token, and the arguments go straight into the structs of service/store:
 *
 *     [length]                                                   if framed
 *     80 01 00 01   length of the name, the name   sequence id
 *     0b 00 01   length, store
 *     0b 00 02   length, key
 *     0b 00 03   length, value                                   put
 *     [0c 00 03   options   00]                                  04 in a put
 *     00
 *
 * The options may be deadline_ms, if_version_not, want_value, offset and length of a get;
 * deadline_ms, an expiry of one number, durability, return_current and want_existed of a write;
 * each there or not. Whatever is different in any way (another order, another option, a length that
 * leads elsewhere, a message over its limit) is not recognised, and nothing is said about it: the
 * strict parser (service/wire/parse.h) and hot.h are the reference and judge it.
 *
 *   S-1  What is recognised is accepted by the strict parser, and rpc_hot_get(), rpc_hot_put() and
 *        rpc_hot_remove() read the same from it.
 *
 * Slices are borrowed from the message. Threading: pure functions.
 */
#ifndef LARDER_SERVICE_RPC_SHAPE_H
#define LARDER_SERVICE_RPC_SHAPE_H

#include "service/rpc/hot.h"
#include "service/rpc/ticket.h"

/* What the header of a recognised message says. */
typedef struct RpcShape {
    RpcHotMethod method; /* get, put or remove */
    bool framed;
    bool bare; /* a put of which no option is set */
    int32_t seqid;
} RpcShape;

/*
 * Recognises a whole message, frame header included if it has one; without `writes` nothing but
 * gets, and other calls it tells for what they are at once. `arrival_us` goes into the arguments,
 * as by hot.h. False: it has none of the usual shapes; *ret_args may have been written.
 */
bool rpc_shape_read(BaseSlice message, const WireLimits *limits, int64_t arrival_us, bool writes,
                    RpcShape *ret_shape, RpcHotArgs *ret_args);

#endif
