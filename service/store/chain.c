/*
 * chain.c: writes and batches that are sequenced in their order. See chain.h.
 */
#include "service/store/chain.h"

#include "engine/base/check.h"

/* Adds a list of commits, linked by `next`. */
static void
add(StoreChain *chain, Store *store, EngineCommit *first)
{
    BASE_CHECK(chain->first == NULL || chain->store == store);
    if (chain->first == NULL) {
        chain->store = store;
        chain->first = first;
    } else {
        chain->last->next = first;
    }
    chain->last = first;
    while (chain->last->next != NULL) {
        chain->last = chain->last->next;
    }
}

void
store_chain_add_write(StoreChain *chain, StoreWrite *write)
{
    write->commit.next = NULL;
    add(chain, write->store, &write->commit);
}

void
store_chain_add_batch(StoreChain *chain, StoreBatch *batch)
{
    EngineCommit *first = store_batch_commits(batch);
    if (first == NULL) {
        store_batch_submit(batch); /* nothing is nothing, whatever comes before it */
        return;
    }
    add(chain, batch->store, first);
}

void
store_chain_submit(StoreChain *chain)
{
    EngineCommit *first = chain->first;
    Store *store = chain->store;
    *chain = (StoreChain){0};
    if (first != NULL) {
        engine_commit(store_engine(store), first);
    }
}

bool
store_chain_is_instant(const Store *store)
{
    return engine_commits_now(store_engine(store));
}

bool
store_chain_submit_now(StoreChain *chain)
{
    EngineCommit *first = chain->first;
    Store *store = chain->store;
    *chain = (StoreChain){0};
    return first == NULL || engine_commit_now(store_engine(store), first);
}
