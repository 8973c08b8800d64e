/*
 * model_commit.c: what a commit does to the model, or why it does nothing. See model.h.
 *
 * Mutations are applied at once, as entries of the commit's version; when one cannot be applied,
 * everything of that version is taken out again.
 */
#include "tests/engine/model.h"

#include "engine/base/check.h"
#include "engine/commit/counter.h"

#include <stdlib.h>

/* A key as the commit sees it at the moment. */
typedef struct Seen {
    size_t index;
    const ModelEntry *entry; /* NULL: absent */
} Seen;

static Seen
look(const Model *model, int64_t version, EngineKeyspace keyspace, BaseSlice key)
{
    Seen seen = {.index = key_pool_place(model->pool, key)};
    BASE_CHECK(seen.index < model->pool->count);
    BASE_CHECK(base_slice_equal(model->pool->keys[seen.index], key));
    ModelPoint point = {version, model->now_ms};
    seen.entry = model_get(model, point, keyspace, seen.index);
    return seen;
}

static BaseSlice
value_of(const ModelEntry *entry)
{
    return entry == NULL ? BASE_SLICE_EMPTY : base_slice(entry->value, entry->len);
}

static bool
guard_holds(const EngineGuard *guard, const ModelEntry *entry)
{
    int64_t version = entry == NULL ? 0 : entry->version;
    bool present = entry != NULL;
    return ((guard->checks & ENGINE_CHECK_ABSENT) == 0 || !present) &&
           ((guard->checks & ENGINE_CHECK_PRESENT) == 0 || present) &&
           ((guard->checks & ENGINE_CHECK_VERSION_EQUAL) == 0 || version == guard->version_equal) &&
           ((guard->checks & ENGINE_CHECK_VERSION_AT_MOST) == 0 ||
            version <= guard->version_at_most) &&
           ((guard->checks & ENGINE_CHECK_VALUE_EQUAL) == 0 ||
            (present && base_slice_equal(value_of(entry), guard->value_equal)));
}

/* Sets a value with the expiry that the mutation asks for. */
static void
set_value(Model *model, const EngineMutation *mutation, int64_t version, const Seen *seen,
          BaseSlice value, ModelResult *result)
{
    int64_t at = 0;
    switch (mutation->expiry) {
    case ENGINE_EXPIRES_AFTER:
        at = model->now_ms + mutation->expiry_ms;
        break;
    case ENGINE_EXPIRES_AT:
        at = mutation->expiry_ms;
        break;
    case ENGINE_EXPIRES_KEEP:
        at = seen->entry == NULL ? 0 : seen->entry->expires_at_ms;
        break;
    case ENGINE_EXPIRES_NEVER:
    default:
        break;
    }
    bool limited =
        mutation->expiry == ENGINE_EXPIRES_AFTER || mutation->expiry == ENGINE_EXPIRES_AT;
    if (limited && at <= model->now_ms) {
        model_set(model, mutation->keyspace, seen->index, version, NULL, 0);
        return;
    }
    model_set(model, mutation->keyspace, seen->index, version, &value, at);
    result->expires_at_ms = at;
}

static EngineReason
touch(Model *model, const EngineMutation *mutation, int64_t version, const Seen *seen,
      ModelResult *result)
{
    if (seen->entry == NULL) {
        return ENGINE_REASON_KEY_ABSENT;
    }
    BaseBuf copy = BASE_BUF_INIT;
    BASE_CHECK(base_buf_append_slice(&copy, value_of(seen->entry)));
    set_value(model, mutation, version, seen, base_buf_slice(&copy), result);
    base_buf_clear(&copy);
    return ENGINE_REASON_NONE;
}

static EngineReason
increment(Model *model, const EngineMutation *mutation, int64_t version, const Seen *seen,
          ModelResult *result)
{
    int64_t number = mutation->initial;
    if (seen->entry != NULL && !commit_counter_parse(value_of(seen->entry), &number)) {
        return ENGINE_REASON_NOT_A_COUNTER;
    }
    if (!commit_counter_add(mutation, number, &number)) {
        return ENGINE_REASON_OUT_OF_RANGE;
    }
    uint8_t bytes[COMMIT_COUNTER_BYTES];
    commit_counter_format(number, bytes);
    result->number = number;
    set_value(model, mutation, version, seen, base_slice(bytes, sizeof bytes), result);
    return ENGINE_REASON_NONE;
}

static EngineReason
append(Model *model, const EngineMutation *mutation, int64_t version, const Seen *seen,
       ModelResult *result)
{
    if (seen->entry == NULL && !mutation->create) {
        return ENGINE_REASON_KEY_ABSENT;
    }
    BaseSlice before = value_of(seen->entry);
    size_t len = before.len + mutation->value.len;
    if (len > mutation->length_max || len > model->value_max) {
        return ENGINE_REASON_TOO_LONG;
    }
    BaseBuf whole = BASE_BUF_INIT;
    BASE_CHECK(base_buf_append_slice(&whole, before));
    BASE_CHECK(base_buf_append_slice(&whole, mutation->value));
    result->length = (int64_t)len;
    set_value(model, mutation, version, seen, base_buf_slice(&whole), result);
    base_buf_clear(&whole);
    return ENGINE_REASON_NONE;
}

static void
remove_range(Model *model, const EngineMutation *mutation, int64_t version)
{
    size_t start = key_pool_place(model->pool, mutation->key);
    size_t stop =
        mutation->unbounded ? model->pool->count : key_pool_place(model->pool, mutation->value);
    for (size_t i = start; i < stop; i++) {
        model_set(model, mutation->keyspace, i, version, NULL, 0);
    }
}

static EngineReason
mutate(Model *model, const EngineMutation *mutation, int64_t version, ModelResult *result)
{
    if (mutation->kind == ENGINE_REMOVE_RANGE) {
        remove_range(model, mutation, version);
        return ENGINE_REASON_NONE;
    }
    Seen seen = look(model, version, mutation->keyspace, mutation->key);
    result->existed = seen.entry != NULL;
    switch (mutation->kind) {
    case ENGINE_PUT:
        set_value(model, mutation, version, &seen, mutation->value, result);
        return ENGINE_REASON_NONE;
    case ENGINE_REMOVE:
        model_set(model, mutation->keyspace, seen.index, version, NULL, 0);
        return ENGINE_REASON_NONE;
    case ENGINE_TOUCH:
        return touch(model, mutation, version, &seen, result);
    case ENGINE_INCREMENT:
        return increment(model, mutation, version, &seen, result);
    case ENGINE_APPEND:
    default:
        return append(model, mutation, version, &seen, result);
    }
}

/* The state of the key at fault, before the commit. */
static void
blame(const Model *model, EngineKeyspace keyspace, BaseSlice key, EngineReason reason, size_t index,
      ModelOutcome *outcome)
{
    const ModelEntry *entry = look(model, model->version, keyspace, key).entry;
    outcome->kind = ENGINE_NOT_APPLIED;
    outcome->reason = reason;
    outcome->index = index;
    if (entry != NULL) {
        outcome->current_version = entry->version;
        outcome->has_current_value = true;
        outcome->current_value = value_of(entry);
        (void)commit_counter_parse(value_of(entry), &outcome->current_number);
    }
}

void
model_commit(Model *model, const EngineCommit *commit, int64_t version, ModelOutcome *ret_outcome)
{
    *ret_outcome = (ModelOutcome){.kind = ENGINE_APPLIED};
    for (size_t i = 0; i < commit->guard_count; i++) {
        const EngineGuard *guard = &commit->guards[i];
        if (!guard_holds(guard, look(model, version, guard->keyspace, guard->key).entry)) {
            blame(model, guard->keyspace, guard->key, ENGINE_REASON_GUARD, i, ret_outcome);
            return;
        }
    }
    for (size_t i = 0; i < commit->mutation_count; i++) {
        const EngineMutation *mutation = &commit->mutations[i];
        ModelResult *result = &ret_outcome->results[i];
        EngineReason reason = mutate(model, mutation, version, result);
        if (reason != ENGINE_REASON_NONE) {
            model_rewind(model, model->version);
            blame(model, mutation->keyspace, mutation->key, reason, i, ret_outcome);
            result->length = (int64_t)ret_outcome->current_value.len;
            return;
        }
    }
    if (commit->mutation_count != 0) {
        model->version = version;
    }
}
