/*
 * batch.h: batch and bulk_write, asynchronously.
 *
 * A batch is one commit: guards and conditions are checked against the state before it, then its
 * mutations apply together, later ones winning. A bulk write is a chain of commits of one mutation
 * each, sequenced in order, each with an outcome of its own.
 *
 * Life and threading are those of a StoreWrite (write.h), with two differences: filling in takes a
 * block of memory (a little more than the engine's own structs: about 250 bytes for each mutation,
 * 500 in a bulk write), which is that of an earlier batch if it was handed in and is large enough,
 * and so store_batch_clear() or store_batch_release() must follow, from `done` on. The bytes of
 * keys and values are borrowed until `done`.
 *
 * Failure of a bulk write: a condition that does not hold is an outcome of its item. A commit that
 * is refused, unknown or failed makes the whole call fail, once all were answered: with
 * INDETERMINATE if any is unknown, else FAILED if any failed, else REFUSED. Items before and behind
 * it may have been applied.
 */
#ifndef LARDER_SERVICE_STORE_BATCH_H
#define LARDER_SERVICE_STORE_BATCH_H

#include "service/store/write.h"

/* MutationKind of the IDL. */
typedef enum StoreMutationKind {
    STORE_MUTATION_PUT = 1,
    STORE_MUTATION_REMOVE = 2,
    STORE_MUTATION_INCREMENT = 3,
    STORE_MUTATION_REMOVE_RANGE = 4,
} StoreMutationKind;

/* Mutation of the IDL. A field that its kind does not use must not be set. */
typedef struct StoreMutation {
    int kind;      /* is checked */
    BaseSlice key; /* REMOVE_RANGE: may be empty (from the first key) */
    bool has_value;
    bool has_stop_key;
    bool has_delta; /* INCREMENT needs it */
    bool has_expiry;
    bool has_condition;
    BaseSlice value; /* PUT needs has_value */
    BaseSlice stop_key;
    int64_t delta;
    StoreExpiry expiry;
    StoreCondition condition;
} StoreMutation;

/* Guard of the IDL. */
typedef struct StoreGuard {
    BaseSlice key;
    StoreCondition condition;
} StoreGuard;

/*
 * Mutations and guards come one by one from the caller's own representation: each function is
 * called at most once for each index, in order, with *ret zeroed, and only while a batch is filled
 * in.
 */
typedef struct StoreBatchArgs {
    size_t mutation_count;
    size_t guard_count; /* batch only */
    void (*mutation_at)(void *user, size_t index, StoreMutation *ret);
    void (*guard_at)(void *user, size_t index, StoreGuard *ret); /* may be NULL without guards */
    void *user;
    StoreWriteOptions options; /* deadline, durability, fence, request id; batch: return_current */
} StoreBatchArgs;

/* BatchResult of the IDL. */
typedef struct StoreBatchResult {
    bool applied;
    bool has_current_value; /* a guard failed, return_current was set, and its key is present */
    StoreNotApplied reason;
    int64_t version;
    int32_t failed_guard;    /* -1: none */
    int32_t failed_mutation; /* -1: none; also for a mutation's own condition */
    int64_t current_version; /* of the key at fault */
    BaseSlice current_value;
    const int64_t *numbers; /* applied: the counters, in the order of the INCREMENTs */
    size_t number_count;
} StoreBatchResult;

/* BulkItem of the IDL. */
typedef struct StoreBulkItem {
    bool applied;
    StoreNotApplied reason;
    int64_t version;
    int64_t current_version;
    int64_t number;
} StoreBulkItem;

/* BulkWriteResult of the IDL. */
typedef struct StoreBulkResult {
    const StoreBulkItem *items; /* items[i] is the outcome of mutation i */
    size_t count;
    int64_t applied_count;
    int64_t version; /* the highest among them; 0: none was applied */
} StoreBulkResult;

typedef struct StoreBatch StoreBatch;
typedef struct StoreBatchBlock StoreBatchBlock; /* memory of a batch */

struct StoreBatch {
    /* The caller's. */
    void (*done)(StoreBatch *batch);
    void *user;
    StoreBatchBlock *spare; /* for filling in to use, which takes it; or NULL */

    /* The outcome, from `done` on; arrays are valid until store_batch_clear(). */
    bool succeeded;
    StoreBatchResult result; /* of a batch; its current_value is valid during `done` only */
    StoreBulkResult bulk;    /* of a bulk write */
    StoreError error;

    /* Private. */
    Store *store;
    int64_t deadline_us;
    bool return_current;
    StoreBatchBlock *block;
};

/*
 * Fills in a batch. On failure there is nothing to clear but `spare`, which may be another block
 * than before and is the caller's. REFUSED MEMORY_FULL: no memory.
 */
bool store_batch_fill(StoreBatch *batch, Store *store, const StoreBatchArgs *args,
                      StoreError *ret_error);

/* Fills in a bulk write. */
bool store_batch_fill_bulk(StoreBatch *batch, Store *store, const StoreBatchArgs *args,
                           StoreError *ret_error);

/*
 * Copies every byte that a filled-in batch borrows, so that the arguments may die before `done`;
 * the copies are freed by store_batch_clear(). False: no memory; the batch is as it was.
 */
bool store_batch_own(StoreBatch *batch);

/* Its commits, linked by `next`, for chain.h; NULL: an empty bulk write has none. */
EngineCommit *store_batch_commits(StoreBatch *batch);

/* Hands it to the engine. An empty bulk write is done at once. */
void store_batch_submit(StoreBatch *batch);

/* Frees what filling in took. Not while the engine has it. */
void store_batch_clear(StoreBatch *batch);

/* The same, but the block is the caller's: a spare for another batch. */
StoreBatchBlock *store_batch_release(StoreBatch *batch);

/* Mutations that a block has room for. */
size_t store_batch_block_room(const StoreBatchBlock *block);

/* Takes NULL. */
void store_batch_block_free(StoreBatchBlock *block);

#endif
