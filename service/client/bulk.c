/*
 * bulk.c: any number of independent mutations, a call at a time. See <larder/bulk.h>.
 *
 * Mutations gather until one more would not fit a call; then the call is sent. After a failure they
 * stay and more may gather, so a flush sends as many calls as it takes, each the longest prefix
 * that fits.
 */
#include <larder/bulk.h>

#include "service/client/limits.h"
#include "service/client/mutations.h"

#include <stdlib.h>

struct LarderBulk {
    LarderClient *client;
    ClientArena arena; /* of store and options */
    LarderBytes store;
    LarderBulkWriteOptions options;
    ClientLimits limits;
    ClientMutations mutations;
    ClientLoad load; /* of all mutations, while they fit one call */
    size_t around;
    LarderReply *failure; /* of the last call on the bulk; NULL: none */
    LarderBulkStats stats;
};

LarderBulk *
larder_bulk_new(LarderClient *client, LarderBytes store, const LarderBulkWriteOptions *options)
{
    LarderBulk *bulk = calloc(1, sizeof *bulk);
    if (bulk == NULL) {
        return NULL;
    }
    bulk->client = client;
    bulk->store = client_arena_bytes(&bulk->arena, store);
    if (options != NULL) {
        bulk->options = *options;
        bulk->options.fence = client_arena_fence(&bulk->arena, options->fence);
        bulk->options.has_request_id = false;
    }
    bulk->limits = client_limits_default();
    bulk->around = client_limits_around(store, bulk->options.fence, larder_bytes(NULL, 0));
    if (bulk->arena.failed) {
        larder_bulk_free(bulk);
        return NULL;
    }
    return bulk;
}

void
larder_bulk_free(LarderBulk *bulk)
{
    if (bulk == NULL) {
        return;
    }
    larder_reply_free(bulk->failure);
    client_mutations_clear(&bulk->mutations);
    client_arena_clear(&bulk->arena);
    free(bulk);
}

static void
forget_failure(LarderBulk *bulk)
{
    larder_reply_free(bulk->failure);
    bulk->failure = NULL;
}

static bool
fits(const LarderBulk *bulk, const ClientLoad *load, const ClientLoad *more)
{
    ClientFlaw flaw;
    return client_limits_fit(&bulk->limits, LARDER_METHOD_BULK_WRITE, bulk->around, load, more,
                             &flaw);
}

/* How many mutations of the front fit one call; at least one. */
static size_t
prefix_that_fits(const LarderBulk *bulk)
{
    ClientLoad load = {.items = 0};
    size_t count = 0;
    while (count < bulk->mutations.count) {
        ClientLoad more = client_limits_weigh(&bulk->mutations.items[count]);
        if (count != 0 && !fits(bulk, &load, &more)) {
            break;
        }
        client_limits_add(&load, &more);
        count++;
    }
    return count;
}

static void
weigh_all(LarderBulk *bulk)
{
    bulk->load = (ClientLoad){.items = 0};
    for (size_t i = 0; i < bulk->mutations.count; i++) {
        ClientLoad more = client_limits_weigh(&bulk->mutations.items[i]);
        client_limits_add(&bulk->load, &more);
    }
}

/* Sends the first `count` mutations. False: bulk->failure says why not, and they stay. */
static bool
send_prefix(LarderBulk *bulk, size_t count)
{
    const LarderMutationList mutations = {bulk->mutations.items, count};
    LarderReply *reply = larder_bulk_write(bulk->client, bulk->store, mutations, &bulk->options);
    if (reply->outcome != LARDER_OK) {
        if (reply->outcome == LARDER_INVALID_REQUEST) {
            bulk->limits.asked = false; /* they may be others now, after a restart */
        }
        bulk->failure = reply;
        return false;
    }
    bulk->stats.calls++;
    bulk->stats.sent += (int64_t)count;
    int64_t not_applied = (int64_t)count - reply->as.bulk_write->applied_count;
    bulk->stats.applied += reply->as.bulk_write->applied_count;
    bulk->stats.not_applied += not_applied;
    bulk->stats.uncertain += reply->uncertain ? not_applied : 0;
    larder_reply_free(reply);
    client_mutations_drop(&bulk->mutations, count);
    return true;
}

static const LarderReply *
flush(LarderBulk *bulk)
{
    client_limits_ask(&bulk->limits, bulk->client);
    while (bulk->mutations.count != 0 && send_prefix(bulk, prefix_that_fits(bulk))) {
        /* The next call. */
    }
    weigh_all(bulk);
    return bulk->failure;
}

const LarderReply *
larder_bulk_flush(LarderBulk *bulk)
{
    forget_failure(bulk);
    return flush(bulk);
}

const LarderReply *
larder_bulk_add(LarderBulk *bulk, const LarderMutation *mutation)
{
    ClientFlaw flaw;
    forget_failure(bulk);
    client_limits_ask(&bulk->limits, bulk->client);
    if (!client_limits_check(&bulk->limits, bulk->around, mutation, &flaw)) {
        bulk->failure = client_outcome_invalid(LARDER_METHOD_BULK_WRITE, &flaw);
        return bulk->failure;
    }
    ClientLoad more = client_limits_weigh(mutation);
    if (!fits(bulk, &bulk->load, &more)) {
        (void)flush(bulk);
    }
    if (!client_mutations_add(&bulk->mutations, mutation)) {
        forget_failure(bulk);
        bulk->failure = client_outcome_no_memory(LARDER_METHOD_BULK_WRITE);
        return bulk->failure;
    }
    client_limits_add(&bulk->load, &more);
    return bulk->failure;
}

const LarderReply *
larder_bulk_put(LarderBulk *bulk, LarderBytes key, LarderBytes value)
{
    const LarderMutation put = {
        .kind = LARDER_MUTATION_KIND_PUT, .key = key, .has_value = true, .value = value};
    return larder_bulk_add(bulk, &put);
}

const LarderReply *
larder_bulk_remove(LarderBulk *bulk, LarderBytes key)
{
    const LarderMutation remove = {.kind = LARDER_MUTATION_KIND_REMOVE, .key = key};
    return larder_bulk_add(bulk, &remove);
}

void
larder_bulk_stats(const LarderBulk *bulk, LarderBulkStats *ret_stats)
{
    *ret_stats = bulk->stats;
}
