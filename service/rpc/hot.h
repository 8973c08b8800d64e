/*
 * hot.h: the arguments of hot methods, from the tape straight into the structs of service/store.
 *
 * Every function reads the arguments of one method and returns true, or returns false when there is
 * anything that it does not know for certain: an argument or option that is missing, unknown, or of
 * another type, or one that needs more than a look (fences, request ids). Then the generated lane
 * decides what it means; so what is read here means the same in both lanes.
 *
 * Values are not judged here: that is what the functions of service/store do.
 *
 * Slices are borrowed from the message of the tape. Threading: none of its own.
 */
#ifndef LARDER_SERVICE_RPC_HOT_H
#define LARDER_SERVICE_RPC_HOT_H

#include "service/store/batch.h"
#include "service/store/read.h"
#include "service/store/scan.h"
#include "service/store/write.h"
#include "service/wire/parse.h"

/* A request on its tape. */
typedef struct RpcHotCall {
    const WireTape *tape;
    const WireValue *arguments;
    int64_t arrival_us;
} RpcHotCall;

/* The arguments of get, put or remove. */
typedef struct RpcHotArgs {
    BaseSlice store;
    union {
        StoreGetArgs get;
        StorePutArgs put;
        StoreRemoveArgs removal;
    };
} RpcHotArgs;

/*
 * Arguments of which nothing is set. Where millions a second are begun, copying these takes a few
 * wide moves; compilers zero structs of their size with a string instruction that takes longer.
 */
extern const RpcHotArgs rpc_hot_unset;

bool rpc_hot_get(const RpcHotCall *call, BaseSlice *ret_store, StoreGetArgs *ret_args);
bool rpc_hot_put(const RpcHotCall *call, BaseSlice *ret_store, StorePutArgs *ret_args);
bool rpc_hot_remove(const RpcHotCall *call, BaseSlice *ret_store, StoreRemoveArgs *ret_args);
bool rpc_hot_scan(const RpcHotCall *call, BaseSlice *ret_store, StoreScanArgs *ret_args);

/* The keys go into `scratch`, which is overwritten; false also when memory is short. */
bool rpc_hot_multi_get(const RpcHotCall *call, BaseBuf *scratch, BaseSlice *ret_store,
                       StoreMultiGetArgs *ret_args);

/* Where the mutations and guards of a batch are read from, one by one, while it is filled in. */
typedef struct RpcHotBatch {
    const WireTape *tape;
    const WireValue *mutation; /* the next one */
    const WireValue *guard;
} RpcHotBatch;

/* `ret_args` borrows `ret_source`. */
bool rpc_hot_batch(const RpcHotCall *call, BaseSlice *ret_store, RpcHotBatch *ret_source,
                   StoreBatchArgs *ret_args);
bool rpc_hot_bulk_write(const RpcHotCall *call, BaseSlice *ret_store, RpcHotBatch *ret_source,
                        StoreBatchArgs *ret_args);

#endif
