/*
 * chain.h: writes and batches that are sequenced in their order.
 *
 * What is submitted one after the other may be sequenced in another order, because an engine sets a
 * commit aside while it reads what the commit needs. Within a chain nothing overtakes: the commits
 * of all its writes and batches go to the engine as one (engine.h).
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_STORE_CHAIN_H
#define LARDER_SERVICE_STORE_CHAIN_H

#include "service/store/batch.h"
#include "service/store/write.h"

/* Of one store. Zeroed: empty. */
typedef struct StoreChain {
    Store *store;
    EngineCommit *first;
    EngineCommit *last;
} StoreChain;

/* Each adds something that is filled in. REQUIRES: it is of the store of what is there. */
void store_chain_add_write(StoreChain *chain, StoreWrite *write);
void store_chain_add_batch(StoreChain *chain, StoreBatch *batch);

/* Hands all of it to the engine; then the chain is empty. */
void store_chain_submit(StoreChain *chain);

/* Whether the engine of a store may execute chains within the call. */
bool store_chain_is_instant(const Store *store);

/*
 * Has the engine execute all of it, of at most ENGINE_COMMIT_NOW_MAX commits, within the call: each
 * `done` comes before it returns. False: the engine cannot just now, and nothing has happened. The
 * chain is empty in either case.
 */
bool store_chain_submit_now(StoreChain *chain);

#endif
