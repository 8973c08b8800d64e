/*
 * arguments_limit.c: do a write's conditions keep it from being applied twice? See arguments.h.
 *
 * A condition on a version limits whatever else the call does, since a write gives its key a
 * version that was never there before, or none. One on the state of the key (absent, its value)
 * limits only when the call leaves the key in another state; in a call of many mutations that is
 * looked at only where the key is written by one of them alone.
 *
 * A key that is absent again by its own expiry before the call's time has ended does not limit the
 * other mutations of its call: they would be applied once more beside it. (A call that writes one
 * key alone then does what it would do had it been made at that moment.) A short ttl_ms is compared
 * with that time; at_ms is up to the server's clock, so it never limits.
 *
 * Comparing keys takes time with the square of the mutations, so it stops after COMPARISONS_MAX.
 */
#include "service/client/arguments.h"

enum { COMPARISONS_MAX = 1 << 16 };

/* How firmly a condition limits. */
typedef enum Limit { LIMIT_NONE, LIMIT_STATE, LIMIT_VERSION } Limit;

/* What a write does to its key. */
typedef enum ChangeKind {
    CHANGE_SET,
    CHANGE_REMOVE,
    CHANGE_ADD,
    CHANGE_APPEND,
    CHANGE_TOUCH
} ChangeKind;

typedef struct Change {
    ChangeKind kind;
    LarderBytes value; /* SET: the new one; APPEND: what is added */
    int64_t delta;     /* ADD */
    bool fleeting;     /* the key can expire while the call may still be tried */
} Change;

static bool
leaves_key(const Change *change)
{
    return change->kind != CHANGE_REMOVE && !change->fleeting;
}

/* Whether a key of this value has another one afterwards, or is gone. */
static bool
changes_value(const Change *change, LarderBytes value)
{
    switch (change->kind) {
    case CHANGE_SET:
        return !larder_bytes_equal(change->value, value);
    case CHANGE_REMOVE:
        return true;
    case CHANGE_ADD:
        return change->delta != 0;
    case CHANGE_APPEND:
        return change->value.size != 0;
    case CHANGE_TOUCH:
        return false;
    }
    return false;
}

static Limit
limit_of(const LarderCondition *condition, const Change *change)
{
    if (condition == NULL) {
        return LIMIT_NONE;
    }
    if (condition->has_version_equal && condition->version_equal != 0) {
        return LIMIT_VERSION;
    }
    bool absent = (condition->has_absent && condition->absent) || condition->has_version_equal;
    if (absent && leaves_key(change)) {
        return LIMIT_STATE;
    }
    if (condition->has_value_equal && changes_value(change, condition->value_equal)) {
        return LIMIT_STATE;
    }
    return LIMIT_NONE;
}

/* Whether a key that is written now can be gone in so many ms. */
static bool
expires_within(const LarderExpiry *expiry, int64_t ms)
{
    return expiry != NULL && (expiry->has_at_ms || (expiry->has_ttl_ms && expiry->ttl_ms < ms));
}

/* What a mutation does to its key; false: it is none of a single key. */
static bool
change_of(const LarderMutation *mutation, int64_t call_ms, Change *ret_change)
{
    *ret_change = (Change){
        .kind = CHANGE_SET,
        .value = mutation->value,
        .delta = mutation->delta,
        .fleeting = expires_within(mutation->expiry, call_ms),
    };
    switch (mutation->kind) {
    case LARDER_MUTATION_KIND_PUT:
        return true;
    case LARDER_MUTATION_KIND_REMOVE:
        ret_change->kind = CHANGE_REMOVE;
        return true;
    case LARDER_MUTATION_KIND_INCREMENT:
        ret_change->kind = CHANGE_ADD;
        return true;
    case LARDER_MUTATION_KIND_REMOVE_RANGE:
        break;
    }
    return false;
}

/* A list of mutations, the time of its call, and how many more keys may be compared. */
typedef struct Mutations {
    const LarderMutation *items;
    size_t count;
    int64_t call_ms;
    size_t comparisons;
} Mutations;

/* Whether `one` alone writes its key. */
static bool
is_alone(Mutations *mutations, const LarderMutation *one)
{
    if (mutations->comparisons < mutations->count) {
        return false;
    }
    mutations->comparisons -= mutations->count;
    for (size_t i = 0; i < mutations->count; i++) {
        const LarderMutation *other = &mutations->items[i];
        bool range = other->kind == LARDER_MUTATION_KIND_REMOVE_RANGE;
        if (range || (other != one && larder_bytes_equal(other->key, one->key))) {
            return false;
        }
    }
    return true;
}

/* Whether a condition on the key of this mutation limits it. */
static bool
mutation_is_limited(Mutations *mutations, const LarderMutation *mutation,
                    const LarderCondition *condition)
{
    Change change;
    if (!change_of(mutation, mutations->call_ms, &change)) {
        return false;
    }
    Limit limit = limit_of(condition, &change);
    return limit == LIMIT_VERSION || (limit == LIMIT_STATE && is_alone(mutations, mutation));
}

/* Whether a guard is on a key that the batch writes, and limits it. */
static bool
guard_limits(Mutations *mutations, const LarderGuard *guard)
{
    if (mutations->comparisons < mutations->count) {
        return false;
    }
    mutations->comparisons -= mutations->count;
    for (size_t i = 0; i < mutations->count; i++) {
        const LarderMutation *mutation = &mutations->items[i];
        if (larder_bytes_equal(mutation->key, guard->key)) {
            return mutation_is_limited(mutations, mutation, &guard->condition);
        }
    }
    return false;
}

/* One limit is enough for a batch: it is applied as a whole or not at all. */
static bool
batch_is_limited(const LarderBatchArguments *batch, int64_t call_ms)
{
    Mutations mutations = {batch->mutations.items, batch->mutations.count, call_ms,
                           COMPARISONS_MAX};
    for (size_t i = 0; i < mutations.count; i++) {
        const LarderMutation *mutation = &mutations.items[i];
        if (mutation_is_limited(&mutations, mutation, mutation->condition)) {
            return true;
        }
    }
    const LarderBatchOptions *options = batch->options;
    for (size_t i = 0; options != NULL && options->has_guards && i < options->guards.count; i++) {
        if (guard_limits(&mutations, &options->guards.items[i])) {
            return true;
        }
    }
    return false;
}

static bool
bulk_is_limited(const LarderBulkWriteArguments *bulk, int64_t call_ms)
{
    Mutations mutations = {bulk->mutations.items, bulk->mutations.count, call_ms, COMPARISONS_MAX};
    for (size_t i = 0; i < mutations.count; i++) {
        const LarderMutation *mutation = &mutations.items[i];
        if (!mutation_is_limited(&mutations, mutation, mutation->condition)) {
            return false;
        }
    }
    return true;
}

/* The condition in the options of a call; NULL: there is none. */
static const LarderCondition *
condition_of(const ClientMethod *method, const void *arguments)
{
    const char *options;
    const LarderCondition *condition = NULL;
    memcpy(&options, (const char *)arguments + method->options->offset, sizeof options);
    if (options != NULL) {
        memcpy(&condition, options + method->condition->offset, sizeof condition);
    }
    return condition;
}

bool
client_arguments_self_limiting(const ClientMethod *method, const void *arguments, int64_t call_ms)
{
    Change change = {.kind = CHANGE_SET};
    switch ((LarderMethod)(method - client_schema_methods)) {
    case LARDER_METHOD_PUT:
        change.value = ((const LarderPutArguments *)arguments)->value;
        break;
    case LARDER_METHOD_REMOVE:
        change.kind = CHANGE_REMOVE;
        break;
    case LARDER_METHOD_TOUCH:
        change.kind = CHANGE_TOUCH;
        break;
    case LARDER_METHOD_INCREMENT:
        change.kind = CHANGE_ADD;
        change.delta = ((const LarderIncrementArguments *)arguments)->delta;
        break;
    case LARDER_METHOD_APPEND:
        change.kind = CHANGE_APPEND;
        change.value = ((const LarderAppendArguments *)arguments)->value;
        break;
    case LARDER_METHOD_BATCH:
        return batch_is_limited(arguments, call_ms);
    case LARDER_METHOD_BULK_WRITE:
        return bulk_is_limited(arguments, call_ms);
    default:
        return false;
    }
    return limit_of(condition_of(method, arguments), &change) != LIMIT_NONE;
}
