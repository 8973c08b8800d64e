/*
 * batch.c: batch and bulk_write, asynchronously. See batch.h.
 *
 * Filling in reads the caller's mutations once, in order, into one block of arrays. Each array is
 * sized for the worst case (a condition on every mutation); what is not used is never touched, and
 * so costs address space only. A block that was used before holds the leavings of its last batch:
 * filling in writes every element as a whole.
 *
 * A batch is one commit. Its guards are those of the options followed by the conditions of
 * mutations; guard_owners tells whose condition a guard of the second part is.
 *
 * A bulk write is a chain of commits, one for each mutation. Their callbacks may come from several
 * threads; each writes only what belongs to its own commit, and the one that counts `remaining`
 * down to 0 sees all of it (acquire-release) and puts the result together.
 */
#include "service/store/batch.h"

#include "service/store/check.h"
#include "service/store/outcome.h"
#include "service/store/own.h"

#include <stdlib.h>

enum { ROOM_MIN = 8 };

struct StoreBatchBlock {
    EngineMutation *mutations;
    EngineGuard *guards;
    EngineCommit *commits; /* 1 for a batch, one for each mutation of a bulk write */
    size_t mutation_count;
    size_t option_guards; /* guards that are those of the options */
    size_t guard_count;
    uint32_t *guard_owners; /* of guards[option_guards + i]: the index of its mutation */
    int64_t *numbers;       /* a batch */
    StoreBulkItem *items;   /* a bulk write */
    uint8_t *bytes;         /* see store_batch_own(); or NULL */
    size_t room;            /* mutations */
    size_t guard_room;
    size_t commit_room;
    _Atomic size_t remaining;
};

/* ---------------------------------------------------------------------------------- memory -- */

void
store_batch_block_free(StoreBatchBlock *block)
{
    if (block == NULL) {
        return;
    }
    free(block->mutations);
    free(block->guards);
    free(block->commits);
    free(block->guard_owners);
    free(block->numbers);
    free(block->items);
    free(block->bytes);
    free(block);
}

/* Rounded up, so that a block fits the next batch too. */
static size_t
room_for(size_t count)
{
    size_t room = ROOM_MIN;
    while (room < count) {
        room *= 2;
    }
    return room;
}

static StoreBatchBlock *
new_block(size_t mutations, size_t guards, size_t commits)
{
    StoreBatchBlock *block = calloc(1, sizeof *block);
    if (block == NULL) {
        return NULL;
    }
    block->room = room_for(mutations);
    block->guard_room = room_for(guards);
    block->commit_room = room_for(commits);
    block->mutations = calloc(block->room, sizeof *block->mutations);
    block->guards = calloc(block->guard_room, sizeof *block->guards);
    block->commits = calloc(block->commit_room, sizeof *block->commits);
    block->guard_owners = calloc(block->room, sizeof *block->guard_owners);
    block->numbers = calloc(block->room, sizeof *block->numbers);
    block->items = calloc(block->room, sizeof *block->items);
    if (block->mutations == NULL || block->guards == NULL || block->commits == NULL ||
        block->guard_owners == NULL || block->numbers == NULL || block->items == NULL) {
        store_batch_block_free(block);
        return NULL;
    }
    return block;
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/*
 * The spare block, or one in its place that is in no way smaller, so that blocks which go from
 * batch to batch are large enough for all of them in the end. NULL: no memory.
 */
static StoreBatchBlock *
obtain_block(StoreBatch *batch, const StoreBatchArgs *args, size_t commits)
{
    StoreBatchBlock *block = batch->spare;
    size_t guards = args->mutation_count + args->guard_count;
    if (block == NULL) {
        block = new_block(args->mutation_count, guards, commits);
    } else if (block->room < args->mutation_count || block->guard_room < guards ||
               block->commit_room < commits) {
        StoreBatchBlock *small = block;
        block = new_block(larger(args->mutation_count, small->room),
                          larger(guards, small->guard_room), larger(commits, small->commit_room));
        store_batch_block_free(small);
    }
    batch->spare = block;
    if (block != NULL) {
        block->mutation_count = args->mutation_count;
        block->option_guards = 0;
        block->guard_count = 0;
        block->commits[0] = (EngineCommit){.done = NULL};
    }
    return block;
}

/* Makes the block that was filled in the batch's own. */
static void
keep_block(StoreBatch *batch)
{
    batch->block = batch->spare;
    batch->spare = NULL;
}

size_t
store_batch_block_room(const StoreBatchBlock *block)
{
    return block->room;
}

StoreBatchBlock *
store_batch_release(StoreBatch *batch)
{
    StoreBatchBlock *block = batch->block;
    batch->block = NULL;
    free(block->bytes);
    block->bytes = NULL;
    return block;
}

void
store_batch_clear(StoreBatch *batch)
{
    store_batch_block_free(batch->block);
    batch->block = NULL;
}

bool
store_batch_own(StoreBatch *batch)
{
    StoreBatchBlock *block = batch->block;
    return store_own(block->guards, block->guard_count, block->mutations, block->mutation_count,
                     &block->bytes);
}

/* ------------------------------------------------------------------------------- mutations -- */

/* Fields that a kind of mutation can have. */
typedef struct KindRules {
    const char *name;
    EngineMutationKind engine_kind;
    bool value;
    bool stop_key;
    bool delta;
    bool expiry;
} KindRules;

static const KindRules kind_rules[] = {
    [STORE_MUTATION_PUT] = {"PUT", ENGINE_PUT, true, false, false, true},
    [STORE_MUTATION_REMOVE] = {"REMOVE", ENGINE_REMOVE, false, false, false, false},
    [STORE_MUTATION_INCREMENT] = {"INCREMENT", ENGINE_INCREMENT, false, false, true, true},
    [STORE_MUTATION_REMOVE_RANGE] = {"REMOVE_RANGE", ENGINE_REMOVE_RANGE, false, true, false,
                                     false},
};

/* No field that its kind does not have, every field that it needs. */
static bool
check_fields(const StoreMutation *mutation, const KindRules *rules, StorePlace place,
             StoreError *ret_error)
{
    const struct {
        const char *name;
        bool given;
        bool allowed;
        bool needed;
    } fields[] = {
        {"value", mutation->has_value, rules->value, rules->value},
        {"stop_key", mutation->has_stop_key, rules->stop_key, false},
        {"delta", mutation->has_delta, rules->delta, rules->delta},
        {"expiry", mutation->has_expiry, rules->expiry, false},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].given == fields[i].needed || (fields[i].given && fields[i].allowed)) {
            continue;
        }
        char field[STORE_FIELD_SIZE];
        store_place_field(place, fields[i].name, field);
        return store_error_invalid(ret_error, STORE_INVALID_BAD_ARGUMENT, field,
                                   "%s is %s, but %s %s it", field,
                                   fields[i].given ? "set" : "absent", rules->name,
                                   fields[i].given ? "does not take" : "needs");
    }
    return true;
}

/* A removed range: bounds may be one byte longer than keys, and the wrong way round is empty. */
static bool
fill_range(const Store *store, const StoreMutation *from, StorePlace place, EngineMutation *to,
           StoreError *ret_error)
{
    int64_t bound_max = store_limits(store)->key_bytes_max + 1;
    if (!store_check_range((int64_t)from->key.len, 0, bound_max, place, "key", "bytes",
                           ret_error) ||
        !store_check_range((int64_t)from->stop_key.len, 0, bound_max, place, "stop_key", "bytes",
                           ret_error)) {
        return false;
    }
    EngineRange range = store_range_between(from->key, from->has_stop_key, from->stop_key);
    to->key = range.start;
    to->value = range.stop;
    to->unbounded = range.unbounded;
    return true;
}

static bool
fill_mutation(const Store *store, const StoreMutation *from, StorePlace place, EngineMutation *to,
              StoreError *ret_error)
{
    if (!store_check_range(from->kind, STORE_MUTATION_PUT, STORE_MUTATION_REMOVE_RANGE, place,
                           "kind", "", ret_error)) {
        return false;
    }
    const KindRules *rules = &kind_rules[from->kind];
    *to = (EngineMutation){.kind = rules->engine_kind,
                           .keyspace = ENGINE_DATA,
                           .key = from->key,
                           .value = from->value,
                           .delta = from->delta,
                           .lowest = INT64_MIN,
                           .highest = INT64_MAX};
    if (!check_fields(from, rules, place, ret_error)) {
        return false;
    }
    if (from->kind == STORE_MUTATION_REMOVE_RANGE) {
        return fill_range(store, from, place, to, ret_error);
    }
    if (!store_check_key(store, from->key, place, "key", ret_error) ||
        !store_check_value(store, from->value, place, "value", ret_error)) {
        return false;
    }
    if (!from->has_expiry) {
        bool keeps = from->kind == STORE_MUTATION_INCREMENT;
        to->expiry = keeps ? ENGINE_EXPIRES_KEEP : ENGINE_EXPIRES_NEVER;
        return true;
    }
    return store_check_expiry(store, &from->expiry, place, to, ret_error);
}

/* Adds the condition of a mutation to the guards; one that always holds adds none. */
static bool
fill_condition(const Store *store, const StoreMutation *mutation, size_t index, StorePlace place,
               StoreBatchBlock *block, StoreError *ret_error)
{
    if (!mutation->has_condition) {
        return true;
    }
    EngineGuard *guard = &block->guards[block->guard_count];
    *guard = (EngineGuard){.key = mutation->key, .keyspace = ENGINE_DATA};
    if (!store_check_condition(store, &mutation->condition, place, guard, ret_error)) {
        return false;
    }
    if (guard->checks != 0) {
        if (!store_check_key(store, mutation->key, place, "key", ret_error)) {
            return false;
        }
        block->guard_owners[block->guard_count - block->option_guards] = (uint32_t)index;
        block->guard_count++;
    }
    return true;
}

/* Fills in mutation `index`, and the guard that its condition amounts to. */
static bool
fill_one(const Store *store, const StoreBatchArgs *args, size_t index, StoreBatchBlock *block,
         StoreError *ret_error)
{
    StoreMutation mutation = {0};
    args->mutation_at(args->user, index, &mutation);
    StorePlace place = store_place_element("mutations", index);
    return fill_mutation(store, &mutation, place, &block->mutations[index], ret_error) &&
           fill_condition(store, &mutation, index, place, block, ret_error);
}

static bool
check_count(size_t count, int64_t limit, const char *field, StoreError *ret_error)
{
    return count <= (uint64_t)limit ||
           store_error_range(ret_error, field, (int64_t)count, 0, limit, "items");
}

/* A range remove can cost as much as the whole store, so a request must not have many. */
static bool
check_range_removes(const Store *store, const StoreBatchBlock *block, StoreError *ret_error)
{
    size_t count = 0;
    for (size_t i = 0; i < block->mutation_count; i++) {
        count += block->mutations[i].kind == ENGINE_REMOVE_RANGE;
    }
    return check_count(count, store_limits(store)->range_removes_max, "mutations", ret_error);
}

static bool
no_memory(const Store *store, StoreError *ret_error)
{
    return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                               "store %s: no memory for the mutations", store_name(store));
}

/* ----------------------------------------------------------------------------------- batch -- */

static void
fill_failed_index(const StoreBatchBlock *block, const EngineOutcome *outcome,
                  StoreBatchResult *result)
{
    if (outcome->reason != ENGINE_REASON_GUARD) {
        result->failed_mutation = (int32_t)outcome->index;
    } else if (outcome->index < block->option_guards) {
        result->failed_guard = (int32_t)outcome->index;
    } else {
        result->failed_mutation =
            (int32_t)block->guard_owners[outcome->index - block->option_guards];
    }
}

static size_t
collect_numbers(const StoreBatchBlock *block)
{
    size_t count = 0;
    for (size_t i = 0; i < block->mutation_count; i++) {
        if (block->mutations[i].kind == ENGINE_INCREMENT) {
            block->numbers[count++] = block->mutations[i].result.number;
        }
    }
    return count;
}

static void
batch_done(EngineCommit *commit, const EngineOutcome *outcome)
{
    StoreBatch *batch = commit->user;
    const StoreBatchBlock *block = batch->block;
    StoreBatchResult *result = &batch->result;
    batch->succeeded = store_outcome_check(batch->store, outcome, &batch->error);
    *result = (StoreBatchResult){.failed_guard = -1, .failed_mutation = -1};
    if (batch->succeeded) {
        result->applied = outcome->kind == ENGINE_APPLIED;
        result->reason = store_outcome_reason(outcome);
    }
    if (result->applied) {
        result->version = outcome->version;
        result->numbers = block->numbers;
        result->number_count = collect_numbers(block);
    } else if (batch->succeeded) {
        result->current_version = outcome->current_version;
        result->has_current_value = batch->return_current && outcome->has_current_value;
        result->current_value =
            result->has_current_value ? outcome->current_value : BASE_SLICE_EMPTY;
        fill_failed_index(block, outcome, result);
    }
    batch->done(batch);
}

static bool
fill_guards(const Store *store, const StoreBatchArgs *args, StoreBatchBlock *block,
            StoreError *ret_error)
{
    for (size_t i = 0; i < args->guard_count; i++) {
        StoreGuard guard = {0};
        args->guard_at(args->user, i, &guard);
        StorePlace place = store_place_element("options.guards", i);
        block->guards[i] = (EngineGuard){.key = guard.key, .keyspace = ENGINE_DATA};
        if (!store_check_key(store, guard.key, place, "key", ret_error) ||
            !store_check_condition(store, &guard.condition, place, &block->guards[i], ret_error)) {
            return false;
        }
    }
    block->option_guards = args->guard_count;
    block->guard_count = args->guard_count;
    return true;
}

static bool
fill_batch(const Store *store, const StoreBatchArgs *args, StoreBatchBlock *block,
           StoreError *ret_error)
{
    if (!fill_guards(store, args, block, ret_error)) {
        return false;
    }
    for (size_t i = 0; i < args->mutation_count; i++) {
        if (!fill_one(store, args, i, block, ret_error)) {
            return false;
        }
    }
    EngineCommit *commit = &block->commits[0];
    commit->guards = block->guards;
    commit->guard_count = block->guard_count;
    commit->mutations = block->mutations;
    commit->mutation_count = block->mutation_count;
    commit->want_current_value = args->options.return_current;
    commit->done = batch_done;
    bool single = block->guard_count + block->mutation_count <= 1;
    if (!single && !engine_can(store_engine(store), ENGINE_CAN_BATCH)) {
        return store_check_unsupported(store, STORE_PLACE_ARGUMENT, "mutations",
                                       "commits one key at a time", ret_error);
    }
    return check_range_removes(store, block, ret_error) &&
           store_check_options(store, &args->options, commit, ret_error) &&
           store_check_writable(store, ret_error);
}

bool
store_batch_fill(StoreBatch *batch, Store *store, const StoreBatchArgs *args, StoreError *ret_error)
{
    int64_t limit = store_limits(store)->batch_items_max;
    if (!check_count(args->mutation_count, limit, "mutations", ret_error) ||
        !check_count(args->guard_count, limit, "options.guards", ret_error)) {
        return false;
    }
    StoreBatchBlock *block = obtain_block(batch, args, 1);
    if (block == NULL) {
        return no_memory(store, ret_error);
    }
    if (!fill_batch(store, args, block, ret_error)) {
        return false;
    }
    block->commits[0].user = batch;
    batch->store = store;
    batch->deadline_us = block->commits[0].deadline_us;
    batch->return_current = args->options.return_current;
    keep_block(batch);
    return true;
}

/* ------------------------------------------------------------------------------ bulk_write -- */

/* INDETERMINATE before FAILED before REFUSED; among equals the first one. */
static const EngineOutcome *
worst_outcome(const StoreBatchBlock *block)
{
    static const int severity[] = {[ENGINE_APPLIED] = 0,
                                   [ENGINE_NOT_APPLIED] = 0,
                                   [ENGINE_REFUSED] = 1,
                                   [ENGINE_UNKNOWN] = 3,
                                   [ENGINE_FAILED] = 2};
    const EngineOutcome *worst = NULL;
    for (size_t i = 0; i < block->mutation_count; i++) {
        const EngineOutcome *outcome = &block->commits[i].outcome;
        if (severity[outcome->kind] > (worst == NULL ? 0 : severity[worst->kind])) {
            worst = outcome;
        }
    }
    return worst;
}

static void
finish_bulk(StoreBatch *batch)
{
    const StoreBatchBlock *block = batch->block;
    const EngineOutcome *worst = worst_outcome(block);
    batch->bulk = (StoreBulkResult){.items = block->items, .count = block->mutation_count};
    for (size_t i = 0; i < block->mutation_count; i++) {
        const StoreBulkItem *item = &block->items[i];
        batch->bulk.applied_count += item->applied ? 1 : 0;
        if (item->version > batch->bulk.version) {
            batch->bulk.version = item->version;
        }
    }
    batch->succeeded = worst == NULL || store_outcome_check(batch->store, worst, &batch->error);
    batch->done(batch);
}

static void
bulk_done(EngineCommit *commit, const EngineOutcome *outcome)
{
    StoreBatch *batch = commit->user;
    StoreBatchBlock *block = batch->block;
    size_t index = (size_t)(commit - block->commits);
    bool applied = outcome->kind == ENGINE_APPLIED;
    block->items[index] =
        (StoreBulkItem){.applied = applied,
                        .version = applied ? outcome->version : 0,
                        .current_version = applied ? 0 : outcome->current_version};
    if (applied || outcome->kind == ENGINE_NOT_APPLIED) {
        StoreBulkItem *item = &block->items[index];
        item->reason = store_outcome_reason(outcome);
        if (commit->mutations->kind == ENGINE_INCREMENT) {
            item->number = store_outcome_number(commit->mutations, outcome);
        }
    }
    if (outcome != &commit->outcome) {
        commit->outcome = *outcome;
    }
    if (atomic_fetch_sub_explicit(&block->remaining, 1, memory_order_acq_rel) == 1) {
        finish_bulk(batch);
    }
}

static bool
fill_bulk(StoreBatch *batch, const Store *store, const StoreBatchArgs *args, StoreBatchBlock *block,
          StoreError *ret_error)
{
    EngineCommit common = {.done = bulk_done};
    if (!store_check_options(store, &args->options, &common, ret_error)) {
        return false;
    }
    batch->deadline_us = common.deadline_us;
    for (size_t i = 0; i < args->mutation_count; i++) {
        size_t guards_before = block->guard_count;
        if (!fill_one(store, args, i, block, ret_error)) {
            return false;
        }
        EngineCommit *commit = &block->commits[i];
        *commit = common;
        commit->guards = &block->guards[guards_before];
        commit->guard_count = block->guard_count - guards_before;
        commit->mutations = &block->mutations[i];
        commit->mutation_count = 1;
        commit->next = i + 1 < args->mutation_count ? &block->commits[i + 1] : NULL;
    }
    return check_range_removes(store, block, ret_error) && store_check_writable(store, ret_error);
}

bool
store_batch_fill_bulk(StoreBatch *batch, Store *store, const StoreBatchArgs *args,
                      StoreError *ret_error)
{
    if (!check_count(args->mutation_count, store_limits(store)->bulk_items_max, "mutations",
                     ret_error)) {
        return false;
    }
    StoreBatchBlock *block = obtain_block(batch, args, args->mutation_count);
    if (block == NULL) {
        return no_memory(store, ret_error);
    }
    if (!fill_bulk(batch, store, args, block, ret_error)) {
        return false;
    }
    for (size_t i = 0; i < args->mutation_count; i++) {
        block->commits[i].user = batch;
    }
    atomic_init(&block->remaining, args->mutation_count);
    batch->store = store;
    batch->return_current = false;
    keep_block(batch);
    return true;
}

EngineCommit *
store_batch_commits(StoreBatch *batch)
{
    EngineCommit *first = &batch->block->commits[0];
    return first->done == NULL ? NULL : first;
}

void
store_batch_submit(StoreBatch *batch)
{
    EngineCommit *first = store_batch_commits(batch);
    if (first == NULL) {
        finish_bulk(batch);
        return;
    }
    engine_commit(store_engine(batch->store), first);
}
