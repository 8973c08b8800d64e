/*
 * bulk.h: builders of batches and of bulk writes.
 *
 * A LarderBatch collects guards and mutations, copies what they point to, and is sent as one atomic
 * batch; it cannot be split, so what does not fit the server's limits is refused while building,
 * with the limit's name. A LarderBulk collects any number of independent mutations and sends them
 * as bulk_write calls, each as large as the server's limits allow.
 *
 * The limits come from server_info, which a builder asks for once, when it is first added to. A
 * server that does not answer then is taken to have the contract's defaults.
 *
 * Threading: one owner at a time; several may share a client.
 */
#ifndef LARDER_BULK_H
#define LARDER_BULK_H

#include <larder/client.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LarderBatch LarderBatch;

/* An empty batch for a store. NULL: no memory. */
LarderBatch *larder_batch_new(LarderClient *client, LarderBytes store);

/* Takes NULL. */
void larder_batch_free(LarderBatch *batch);

/* Forgets everything that was added. */
void larder_batch_clear(LarderBatch *batch);

/*
 * Each adds one part, copied. False: it does not fit, larder_batch_problem() says why, and the
 * batch is as it was. Expiry and condition may be NULL.
 */
bool larder_batch_guard(LarderBatch *batch, LarderBytes key, const LarderCondition *condition);
bool larder_batch_put(LarderBatch *batch, LarderBytes key, LarderBytes value,
                      const LarderExpiry *expiry);
bool larder_batch_remove(LarderBatch *batch, LarderBytes key);
bool larder_batch_increment(LarderBatch *batch, LarderBytes key, int64_t delta,
                            const LarderExpiry *expiry);
bool larder_batch_remove_range(LarderBatch *batch, LarderBytes start_key, LarderBytes stop_key);
bool larder_batch_add(LarderBatch *batch, const LarderMutation *mutation);

size_t larder_batch_count(const LarderBatch *batch);
const char *larder_batch_problem(const LarderBatch *batch);

/*
 * Sends the batch and keeps it, so that it can be sent again. `options` may be NULL; its guards are
 * replaced by those of the batch. The caller frees the reply.
 */
LarderReply *larder_batch_commit(LarderBatch *batch, const LarderBatchOptions *options);

typedef struct LarderBulk LarderBulk;

/* What became of a bulk write so far. */
typedef struct LarderBulkStats {
    int64_t sent; /* mutations in calls that were answered */
    int64_t applied;
    int64_t not_applied; /* their conditions did not hold */
    int64_t uncertain;   /* of those: perhaps since an earlier try of the same call applied them */
    int64_t calls;
} LarderBulkStats;

/*
 * An empty bulk write. `options` (may be NULL, copied) hold for every call, but for a request id:
 * each call would need its own. NULL: no memory.
 */
LarderBulk *larder_bulk_new(LarderClient *client, LarderBytes store,
                            const LarderBulkWriteOptions *options);

/* Drops what was not flushed. Takes NULL. */
void larder_bulk_free(LarderBulk *bulk);

/*
 * Adds one mutation, copied; sends what was collected before when the call is full. NULL: all went
 * well. Else the reply that failed, owned by the bulk until the next call on it: the mutations of
 * that call stay, and larder_bulk_flush() sends them again, or larder_bulk_free() drops them. After
 * an outcome that does not say "not executed", sending them again may apply some twice: that is
 * the caller's to decide. The mutation is added in any case, unless larder_bulk_add() is the one to
 * find fault with it (INVALID_REQUEST with attempts 0, NO_MEMORY).
 */
const LarderReply *larder_bulk_add(LarderBulk *bulk, const LarderMutation *mutation);
const LarderReply *larder_bulk_put(LarderBulk *bulk, LarderBytes key, LarderBytes value);
const LarderReply *larder_bulk_remove(LarderBulk *bulk, LarderBytes key);

/* Sends what is collected. */
const LarderReply *larder_bulk_flush(LarderBulk *bulk);

void larder_bulk_stats(const LarderBulk *bulk, LarderBulkStats *ret_stats);

#ifdef __cplusplus
}
#endif

#endif
