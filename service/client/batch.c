/*
 * batch.c: building an atomic batch. See <larder/bulk.h>.
 *
 * What a batch holds is judged when it is added: each part against the limits of parts, the whole
 * against the limits of a call. So a batch that was built can be sent, unless the server has
 * changed its mind in the meantime.
 */
#include <larder/bulk.h>

#include "service/client/limits.h"
#include "service/client/mutations.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_GUARDS = 8 };

struct LarderBatch {
    LarderClient *client;
    ClientArena arena; /* of the store's name */
    LarderBytes store;
    ClientLimits limits;
    ClientMutations mutations;
    LarderGuard *guards;
    size_t guard_count;
    size_t guard_capacity;
    ClientLoad load;
    size_t around;
    char problem[256];
};

LarderBatch *
larder_batch_new(LarderClient *client, LarderBytes store)
{
    LarderBatch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        return NULL;
    }
    batch->client = client;
    batch->store = client_arena_bytes(&batch->arena, store);
    if (batch->arena.failed) {
        free(batch);
        return NULL;
    }
    batch->limits = client_limits_default();
    batch->around = client_limits_around(store, NULL, larder_bytes(NULL, 0));
    return batch;
}

void
larder_batch_free(LarderBatch *batch)
{
    if (batch == NULL) {
        return;
    }
    client_mutations_clear(&batch->mutations);
    free(batch->guards);
    client_arena_clear(&batch->arena);
    free(batch);
}

void
larder_batch_clear(LarderBatch *batch)
{
    client_mutations_reset(&batch->mutations);
    batch->guard_count = 0;
    batch->load = (ClientLoad){.items = 0};
    batch->problem[0] = '\0';
}

static bool
fail(LarderBatch *batch, const char *what)
{
    (void)snprintf(batch->problem, sizeof batch->problem, "%s", what);
    return false;
}

static bool
fail_flaw(LarderBatch *batch, const ClientFlaw *flaw)
{
    (void)client_outcome_explain(flaw, batch->problem, sizeof batch->problem);
    return false;
}

/* Whether the batch can take `more`; the problem names the limit that is in the way. */
static bool
fits(LarderBatch *batch, const ClientLoad *more)
{
    ClientFlaw flaw;
    return client_limits_fit(&batch->limits, LARDER_METHOD_BATCH, batch->around, &batch->load, more,
                             &flaw) ||
           fail_flaw(batch, &flaw);
}

static bool
added(LarderBatch *batch, const ClientLoad *more)
{
    client_limits_add(&batch->load, more);
    batch->problem[0] = '\0';
    return true;
}

static bool
make_guard_room(LarderBatch *batch)
{
    if (batch->guard_count < batch->guard_capacity) {
        return true;
    }
    size_t capacity = batch->guard_capacity == 0 ? FIRST_GUARDS : 2 * batch->guard_capacity;
    LarderGuard *guards = reallocarray(batch->guards, capacity, sizeof *guards);
    if (guards == NULL) {
        return false;
    }
    batch->guards = guards;
    batch->guard_capacity = capacity;
    return true;
}

bool
larder_batch_guard(LarderBatch *batch, LarderBytes key, const LarderCondition *condition)
{
    static const LarderCondition none = {.has_absent = false};
    condition = condition == NULL ? &none : condition;
    client_limits_ask(&batch->limits, batch->client);
    ClientLoad more = client_limits_weigh_guard(key, condition);
    if (key.size == 0 || key.size > (uint64_t)batch->limits.key_bytes) {
        const ClientFlaw flaw = {LARDER_INVALID_CODE_OVER_LIMIT, "guard.key", "key_bytes",
                                 batch->limits.key_bytes, (int64_t)key.size};
        return key.size == 0 ? fail(batch, "guard.key: is empty") : fail_flaw(batch, &flaw);
    }
    if (!fits(batch, &more)) {
        return false;
    }
    ClientArena *arena = &batch->mutations.arena;
    arena->failed = !make_guard_room(batch);
    LarderBytes own_key = client_arena_bytes(arena, key);
    const LarderCondition *own = client_arena_condition(arena, condition);
    if (arena->failed) {
        return fail(batch, "no memory");
    }
    batch->guards[batch->guard_count++] = (LarderGuard){.key = own_key, .condition = *own};
    return added(batch, &more);
}

bool
larder_batch_add(LarderBatch *batch, const LarderMutation *mutation)
{
    ClientFlaw flaw;
    client_limits_ask(&batch->limits, batch->client);
    if (!client_limits_check(&batch->limits, batch->around, mutation, &flaw)) {
        return fail_flaw(batch, &flaw);
    }
    ClientLoad more = client_limits_weigh(mutation);
    if (!fits(batch, &more)) {
        return false;
    }
    if (!client_mutations_add(&batch->mutations, mutation)) {
        return fail(batch, "no memory");
    }
    return added(batch, &more);
}

bool
larder_batch_put(LarderBatch *batch, LarderBytes key, LarderBytes value, const LarderExpiry *expiry)
{
    const LarderMutation put = {
        .kind = LARDER_MUTATION_KIND_PUT,
        .key = key,
        .has_value = true,
        .value = value,
        .expiry = expiry,
    };
    return larder_batch_add(batch, &put);
}

bool
larder_batch_remove(LarderBatch *batch, LarderBytes key)
{
    const LarderMutation remove = {.kind = LARDER_MUTATION_KIND_REMOVE, .key = key};
    return larder_batch_add(batch, &remove);
}

bool
larder_batch_increment(LarderBatch *batch, LarderBytes key, int64_t delta,
                       const LarderExpiry *expiry)
{
    const LarderMutation increment = {
        .kind = LARDER_MUTATION_KIND_INCREMENT,
        .key = key,
        .has_delta = true,
        .delta = delta,
        .expiry = expiry,
    };
    return larder_batch_add(batch, &increment);
}

bool
larder_batch_remove_range(LarderBatch *batch, LarderBytes start_key, LarderBytes stop_key)
{
    const LarderMutation remove = {
        .kind = LARDER_MUTATION_KIND_REMOVE_RANGE,
        .key = start_key,
        .has_stop_key = true,
        .stop_key = stop_key,
    };
    return larder_batch_add(batch, &remove);
}

size_t
larder_batch_count(const LarderBatch *batch)
{
    return batch->mutations.count;
}

const char *
larder_batch_problem(const LarderBatch *batch)
{
    return batch->problem;
}

LarderReply *
larder_batch_commit(LarderBatch *batch, const LarderBatchOptions *options)
{
    LarderBatchOptions full = {.has_guards = false};
    if (options != NULL) {
        full = *options;
    }
    full.has_guards = batch->guard_count != 0;
    full.guards = (LarderGuardList){batch->guards, batch->guard_count};
    const LarderMutationList mutations = {batch->mutations.items, batch->mutations.count};
    return larder_batch(batch->client, batch->store, mutations, &full);
}
