/*
 * scripted_commit.c: guards and mutations of the scripted engine. See scripted_commit.h.
 *
 * A commit works on copies of the maps and puts them in place when it passes, so it is atomic
 * without an undo.
 */
#include "tests/support/scripted_commit.h"

#include "engine/base/buf.h"
#include "engine/commit/counter.h"
#include "engine/commit/expiry.h"
#include "engine/commit/guard.h"
#include "engine/commit/outcome.h"

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory");
}

/* A commit under way, on copies of the maps. */
typedef struct Work {
    ScriptedStore *store;
    EngineCommit *commit;
    ScriptedMap maps[ENGINE_KEYSPACE_COUNT];
    int64_t version;
    int64_t stamp_ms;
} Work;

/* Not applied; tells the state of the key before the commit. */
static EngineOutcome
not_applied(const Work *work, EngineReason reason, size_t index, EngineKeyspace keyspace,
            BaseSlice key)
{
    EngineOutcome outcome = {.kind = ENGINE_NOT_APPLIED, .reason = reason, .index = index};
    outcome.status = base_ok();
    const ScriptedRecord *now = scripted_map_get(&work->store->maps[keyspace], key, work->stamp_ms);
    if (now != NULL) {
        outcome.current_version = now->record.version;
        (void)commit_counter_parse(now->record.value, &outcome.current_number);
        outcome.has_current_value = work->commit->want_current_value;
        outcome.current_value = outcome.has_current_value ? now->record.value : BASE_SLICE_EMPTY;
    }
    return outcome;
}

/* Sets a key to a value with the mutation's expiry. */
static BaseStatus
write_value(Work *work, EngineMutation *mutation, const EngineRecord *present, BaseSlice value)
{
    ScriptedMap *map = &work->maps[mutation->keyspace];
    int64_t expires_at_ms = 0;
    if (!commit_expiry_of(mutation, present, work->stamp_ms, &expires_at_ms)) {
        scripted_map_remove(map, mutation->key);
        return base_ok();
    }
    EngineRecord record = {value, work->version, expires_at_ms};
    const ScriptedRecord *made =
        scripted_map_record_new(&work->store->made, mutation->key, &record);
    if (made == NULL || !scripted_map_set(map, made)) {
        return no_memory();
    }
    mutation->result.expires_at_ms = expires_at_ms;
    return base_ok();
}

static EngineReason
increment(Work *work, EngineMutation *mutation, const EngineRecord *present, BaseStatus *status)
{
    int64_t number = mutation->initial;
    if (present != NULL && !commit_counter_parse(present->value, &number)) {
        return ENGINE_REASON_NOT_A_COUNTER;
    }
    if (!commit_counter_add(mutation, number, &number)) {
        return ENGINE_REASON_OUT_OF_RANGE;
    }
    uint8_t bytes[COMMIT_COUNTER_BYTES];
    commit_counter_format(number, bytes);
    mutation->result.number = number;
    *status = write_value(work, mutation, present, base_slice(bytes, sizeof(bytes)));
    return ENGINE_REASON_NONE;
}

static EngineReason
append(Work *work, EngineMutation *mutation, const EngineRecord *present, BaseStatus *status)
{
    if (present == NULL && !mutation->create) {
        return ENGINE_REASON_KEY_ABSENT;
    }
    size_t value_max = work->store->value_max;
    size_t limit = mutation->length_max < value_max ? mutation->length_max : value_max;
    BaseBuf value = BASE_BUF_INIT;
    (void)base_buf_append_slice(&value, present == NULL ? BASE_SLICE_EMPTY : present->value);
    (void)base_buf_append_slice(&value, mutation->value);
    if (value.failed) {
        *status = no_memory();
    } else if (value.len <= limit) {
        mutation->result.length = (int64_t)value.len;
        *status = write_value(work, mutation, present, base_buf_slice(&value));
    }
    bool too_long = value.len > limit;
    base_buf_clear(&value);
    return too_long ? ENGINE_REASON_TOO_LONG : ENGINE_REASON_NONE;
}

static EngineReason
mutate(Work *work, EngineMutation *mutation, BaseStatus *status)
{
    memset(&mutation->result, 0, sizeof(mutation->result));
    ScriptedMap *map = &work->maps[mutation->keyspace];
    if (mutation->kind == ENGINE_REMOVE_RANGE) {
        scripted_map_remove_range(map, mutation->key,
                                  mutation->unbounded ? NULL : &mutation->value);
        return ENGINE_REASON_NONE;
    }
    const ScriptedRecord *found = scripted_map_get(map, mutation->key, work->stamp_ms);
    const EngineRecord *present = found == NULL ? NULL : &found->record;
    bool optional = mutation->kind == ENGINE_PUT || mutation->kind == ENGINE_REMOVE;
    mutation->result.existed = present != NULL && (!optional || mutation->want_existed);
    switch (mutation->kind) {
    case ENGINE_PUT:
        *status = write_value(work, mutation, present, mutation->value);
        return ENGINE_REASON_NONE;
    case ENGINE_TOUCH:
        if (present == NULL) {
            return ENGINE_REASON_KEY_ABSENT;
        }
        *status = write_value(work, mutation, present, present->value);
        return ENGINE_REASON_NONE;
    case ENGINE_INCREMENT:
        return increment(work, mutation, present, status);
    case ENGINE_APPEND:
        return append(work, mutation, present, status);
    case ENGINE_REMOVE:
    case ENGINE_REMOVE_RANGE:
    default:
        scripted_map_remove(map, mutation->key);
        return ENGINE_REASON_NONE;
    }
}

/* Checks the guards and applies the mutations to the copies. */
static EngineOutcome
resolve(Work *work)
{
    EngineCommit *commit = work->commit;
    for (size_t i = 0; i < commit->guard_count; i++) {
        const EngineGuard *guard = &commit->guards[i];
        const ScriptedRecord *found =
            scripted_map_get(&work->maps[guard->keyspace], guard->key, work->stamp_ms);
        if (!commit_guard_holds(guard, found == NULL ? NULL : &found->record)) {
            return not_applied(work, ENGINE_REASON_GUARD, i, guard->keyspace, guard->key);
        }
    }
    for (size_t i = 0; i < commit->mutation_count; i++) {
        EngineMutation *mutation = &commit->mutations[i];
        BaseStatus status = base_ok();
        EngineReason reason = mutate(work, mutation, &status);
        if (reason != ENGINE_REASON_NONE) {
            const ScriptedRecord *now = scripted_map_get(&work->store->maps[mutation->keyspace],
                                                         mutation->key, work->stamp_ms);
            mutation->result.length = now == NULL ? 0 : (int64_t)now->record.value.len;
            return not_applied(work, reason, i, mutation->keyspace, mutation->key);
        }
        if (!base_is_ok(status)) {
            return commit_outcome_error(status, 0);
        }
    }
    EngineOutcome outcome;
    commit_outcome_apply(&outcome, work->version);
    return outcome;
}

EngineOutcome
scripted_commit_apply(ScriptedStore *store, EngineCommit *commit)
{
    Work work = {
        .store = store,
        .commit = commit,
        .version = store->version + 1,
        .stamp_ms = commit_stamp_now(&store->stamps),
    };
    EngineOutcome outcome = commit_outcome_error(no_memory(), 0);
    bool copied = true;
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        copied = scripted_map_copy(&work.maps[i], &store->maps[i]) && copied;
    }
    if (copied) {
        outcome = resolve(&work);
    }
    bool applied = outcome.kind == ENGINE_APPLIED;
    store->version = applied ? work.version : store->version;
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        scripted_map_clear(applied ? &store->maps[i] : &work.maps[i]);
        if (applied) {
            store->maps[i] = work.maps[i];
        }
    }
    return outcome;
}
