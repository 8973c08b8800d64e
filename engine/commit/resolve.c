/*
 * resolve.c: guards and mutations. See resolve.h.
 *
 * Each step returns a Step: go on, not applied for a reason, or an error (of a lookup, or no
 * memory).
 */
#include "engine/commit/resolve.h"

#include "engine/commit/counter.h"
#include "engine/commit/expiry.h"
#include "engine/commit/guard.h"
#include "engine/commit/outcome.h"
#include "engine/commit/state.h"

/* What is under way. */
typedef struct Resolution {
    const CommitResolver *resolver;
    CommitArena *arena;
    EngineCommit *commit;
    CommitEntry *entry;
    CommitScope scope;
    bool tracked; /* operations are added to the overlay as they come */
} Resolution;

typedef struct Step {
    EngineReason reason; /* NONE: go on, if status is OK */
    BaseStatus status;
} Step;

static Step
step_ok(void)
{
    return (Step){ENGINE_REASON_NONE, base_ok()};
}

static Step
step_reason(EngineReason reason)
{
    return (Step){reason, base_ok()};
}

static Step
step_error(BaseStatus status)
{
    return (Step){ENGINE_REASON_NONE, status};
}

static Step
step_no_memory(void)
{
    return step_error(base_error(BASE_NO_MEMORY, "no memory for a commit"));
}

static bool
goes_on(Step step)
{
    return step.reason == ENGINE_REASON_NONE && base_is_ok(step.status);
}

/* -------------------------------------------------------------------------------- operations -- */

/* The operation to write a key with: the commit's own one on it, or a new one. */
static CommitOp *
claim_op(Resolution *resolution, const EngineMutation *mutation, const CommitState *state)
{
    if (state->own != NULL) {
        return state->own;
    }
    CommitEntry *entry = resolution->entry;
    CommitOp *op = &entry->ops[entry->op_count++];
    *op = (CommitOp){
        .kind = COMMIT_REMOVE,
        .keyspace = mutation->keyspace,
        .key = mutation->key,
        .version = entry->version,
        .backend_hint = {state->hint[0], state->hint[1]},
    };
    if (resolution->tracked) {
        commit_overlay_add(resolution->resolver->overlay, op);
    }
    return op;
}

static void
write_remove(Resolution *resolution, EngineMutation *mutation, const CommitState *state)
{
    CommitOp *op = claim_op(resolution, mutation, state);
    op->kind = COMMIT_REMOVE;
    op->value = BASE_SLICE_EMPTY;
    op->value_capacity = 0;
    op->expires_at_ms = 0;
    mutation->result.expires_at_ms = 0;
}

/* Writes a value, which has `capacity` bytes of the arena (0: it is not the arena's). */
static void
write_value(Resolution *resolution, EngineMutation *mutation, const CommitState *state,
            BaseSlice value, size_t capacity)
{
    int64_t expires_at_ms = 0;
    const EngineRecord *present = state->present ? &state->record : NULL;
    if (!commit_expiry_of(mutation, present, resolution->scope.stamp_ms, &expires_at_ms)) {
        write_remove(resolution, mutation, state);
        return;
    }
    CommitOp *op = claim_op(resolution, mutation, state);
    op->kind = COMMIT_PUT;
    op->value = value;
    op->value_capacity = capacity;
    op->expires_at_ms = expires_at_ms;
    mutation->result.expires_at_ms = expires_at_ms;
}

static Step
write_range(Resolution *resolution, const EngineMutation *mutation)
{
    CommitEntry *entry = resolution->entry;
    CommitOp *op = &entry->ops[entry->op_count++];
    *op = (CommitOp){
        .kind = COMMIT_REMOVE_RANGE,
        .keyspace = mutation->keyspace,
        .key = mutation->key,
        .value = mutation->unbounded ? BASE_SLICE_EMPTY : mutation->value,
        .version = entry->version,
        .unbounded = mutation->unbounded,
    };
    if (resolution->tracked) {
        commit_overlay_add(resolution->resolver->overlay, op);
    }
    return step_ok();
}

/*
 * ----------------------------------------------------------------------------------- mutations --
 */

static Step
touch(Resolution *resolution, EngineMutation *mutation, const CommitState *state)
{
    if (!state->present) {
        return step_reason(ENGINE_REASON_KEY_ABSENT);
    }
    BaseSlice value = state->record.value;
    size_t capacity = 0;
    if (state->own != NULL) {
        capacity = state->own->value_capacity;
    } else if (!resolution->resolver->immediate) {
        uint8_t *copy = commit_arena_alloc(resolution->arena, value.len);
        if (copy == NULL) {
            return step_no_memory();
        }
        if (value.len != 0) {
            memcpy(copy, value.data, value.len);
        }
        value.data = copy;
    }
    write_value(resolution, mutation, state, value, capacity);
    return step_ok();
}

static Step
increment(Resolution *resolution, EngineMutation *mutation, const CommitState *state)
{
    int64_t number = mutation->initial;
    if (state->present && !commit_counter_parse(state->record.value, &number)) {
        return step_reason(ENGINE_REASON_NOT_A_COUNTER);
    }
    int64_t sum = 0;
    if (!commit_counter_add(mutation, number, &sum)) {
        return step_reason(ENGINE_REASON_OUT_OF_RANGE);
    }
    uint8_t *bytes = commit_arena_alloc(resolution->arena, COMMIT_COUNTER_BYTES);
    if (bytes == NULL) {
        return step_no_memory();
    }
    commit_counter_format(sum, bytes);
    mutation->result.number = sum;
    write_value(resolution, mutation, state, base_slice(bytes, COMMIT_COUNTER_BYTES), 0);
    return step_ok();
}

/*
 * The bytes of an appended value: in place when the commit's own operation has room for them, else
 * a copy, which gets room for more when the same commit has appended before. NULL: no memory.
 */
static uint8_t *
append_bytes(Resolution *resolution, const EngineMutation *mutation, const CommitState *state,
             size_t len, size_t *ret_capacity)
{
    BaseSlice old = state->present ? state->record.value : BASE_SLICE_EMPTY;
    size_t capacity = state->own == NULL ? 0 : state->own->value_capacity;
    uint8_t *bytes = NULL;
    if (state->present && capacity >= len) {
        bytes = (uint8_t *)(uintptr_t)old.data; /* our own, from a call before this one */
    } else {
        capacity = state->own == NULL ? len : len + len;
        bytes = commit_arena_alloc(resolution->arena, capacity);
        if (bytes == NULL) {
            return NULL;
        }
        if (old.len != 0) {
            memcpy(bytes, old.data, old.len);
        }
    }
    if (mutation->value.len != 0) {
        memcpy(bytes + old.len, mutation->value.data, mutation->value.len);
    }
    *ret_capacity = capacity;
    return bytes;
}

static Step
append(Resolution *resolution, EngineMutation *mutation, const CommitState *state)
{
    if (!state->present && !mutation->create) {
        return step_reason(ENGINE_REASON_KEY_ABSENT);
    }
    size_t value_max = resolution->resolver->value_max;
    size_t limit = mutation->length_max < value_max ? mutation->length_max : value_max;
    size_t old = state->record.value.len;
    if (mutation->value.len > limit || old > limit - mutation->value.len) {
        return step_reason(ENGINE_REASON_TOO_LONG);
    }
    size_t len = old + mutation->value.len;
    size_t capacity = 0;
    uint8_t *bytes = append_bytes(resolution, mutation, state, len, &capacity);
    if (bytes == NULL) {
        return step_no_memory();
    }
    mutation->result.length = (int64_t)len;
    write_value(resolution, mutation, state, base_slice(bytes, len), capacity);
    return step_ok();
}

/* What a mutation has to know of its key. */
static BaseStatus
read_state(const Resolution *resolution, const EngineMutation *mutation, CommitState *ret_state)
{
    if (commit_resolve_looks(mutation)) {
        return commit_state_read(&resolution->scope, mutation->keyspace, mutation->key, ret_state);
    }
    *ret_state = (CommitState){.present = false};
    if (resolution->commit->mutation_count > 1) {
        ret_state->own = commit_state_own(&resolution->scope, mutation->keyspace, mutation->key);
    }
    return base_ok();
}

static Step
mutate(Resolution *resolution, EngineMutation *mutation)
{
    memset(&mutation->result, 0, sizeof(mutation->result));
    if (mutation->kind == ENGINE_REMOVE_RANGE) {
        return write_range(resolution, mutation);
    }
    CommitState state;
    BaseStatus status = read_state(resolution, mutation, &state);
    if (!base_is_ok(status)) {
        return step_error(status);
    }
    bool optional = mutation->kind == ENGINE_PUT || mutation->kind == ENGINE_REMOVE;
    mutation->result.existed = state.present && (!optional || mutation->want_existed);
    switch (mutation->kind) {
    case ENGINE_PUT:
        write_value(resolution, mutation, &state, mutation->value, 0);
        return step_ok();
    case ENGINE_REMOVE:
        write_remove(resolution, mutation, &state);
        return step_ok();
    case ENGINE_TOUCH:
        return touch(resolution, mutation, &state);
    case ENGINE_INCREMENT:
        return increment(resolution, mutation, &state);
    case ENGINE_APPEND:
        return append(resolution, mutation, &state);
    case ENGINE_REMOVE_RANGE:
    default:
        return step_error(base_error(BASE_INVALID, "no such kind of mutation"));
    }
}

/*
 * ------------------------------------------------------------------------------------- verdicts --
 */

/* Takes back all operations, so that the state is the one before the commit. */
static void
roll_back(Resolution *resolution)
{
    if (resolution->tracked) {
        commit_overlay_remove_entry(resolution->resolver->overlay, resolution->entry);
    }
    resolution->entry->op_count = 0;
}

/* An error: the request is answered, or must wait for a key. */
static CommitVerdict
give_up(Resolution *resolution, BaseStatus status)
{
    roll_back(resolution);
    if (status.code == BASE_WOULD_BLOCK) {
        return COMMIT_COLD;
    }
    resolution->commit->outcome = commit_outcome_error(status, 0);
    return COMMIT_ANSWERED;
}

/* Tells why the request is not applied and the state of the key at fault. */
static CommitVerdict
not_applied(Resolution *resolution, EngineReason reason, size_t index, const CommitState *state)
{
    EngineCommit *commit = resolution->commit;
    EngineOutcome outcome = {
        .kind = ENGINE_NOT_APPLIED,
        .reason = reason,
        .index = index,
        .current_version = state->record.version,
        .status = base_ok(),
    };
    BaseSlice value = state->record.value;
    (void)commit_counter_parse(value, &outcome.current_number);
    if (state->present && commit->want_current_value) {
        uint8_t *copy = commit_arena_alloc(resolution->arena, value.len);
        if (copy == NULL) {
            return give_up(resolution, step_no_memory().status);
        }
        if (value.len != 0) {
            memcpy(copy, value.data, value.len);
        }
        outcome.has_current_value = true;
        outcome.current_value = base_slice(copy, value.len);
    }
    commit->outcome = outcome;
    return COMMIT_ANSWERED;
}

/* A mutation cannot be applied: the request is as if it had not been. */
static CommitVerdict
mutation_fails(Resolution *resolution, size_t index, Step step)
{
    if (!base_is_ok(step.status)) {
        return give_up(resolution, step.status);
    }
    roll_back(resolution);
    EngineMutation *mutation = &resolution->commit->mutations[index];
    CommitState state;
    BaseStatus status =
        commit_state_read(&resolution->scope, mutation->keyspace, mutation->key, &state);
    if (!base_is_ok(status)) {
        return give_up(resolution, status);
    }
    mutation->result.length = (int64_t)state.record.value.len;
    return not_applied(resolution, step.reason, index, &state);
}

static CommitVerdict
check_guards(Resolution *resolution)
{
    const EngineCommit *commit = resolution->commit;
    for (size_t i = 0; i < commit->guard_count; i++) {
        const EngineGuard *guard = &commit->guards[i];
        CommitState state;
        BaseStatus status =
            commit_state_read(&resolution->scope, guard->keyspace, guard->key, &state);
        if (!base_is_ok(status)) {
            return give_up(resolution, status);
        }
        if (!commit_guard_holds(guard, state.present ? &state.record : NULL)) {
            return not_applied(resolution, ENGINE_REASON_GUARD, i, &state);
        }
    }
    return COMMIT_PASSED;
}

static CommitVerdict
apply_mutations(Resolution *resolution)
{
    EngineCommit *commit = resolution->commit;
    for (size_t i = 0; i < commit->mutation_count; i++) {
        Step step = mutate(resolution, &commit->mutations[i]);
        if (!goes_on(step)) {
            return mutation_fails(resolution, i, step);
        }
    }
    return COMMIT_PASSED;
}

/* Only over a backend that persists do operations stay in the overlay. */
static void
leave_in_overlay(const Resolution *resolution)
{
    CommitOverlay *overlay = resolution->resolver->overlay;
    const CommitEntry *entry = resolution->entry;
    if (resolution->resolver->immediate && resolution->tracked) {
        commit_overlay_remove_entry(overlay, entry);
    } else if (!resolution->resolver->immediate && !resolution->tracked && entry->op_count != 0) {
        commit_overlay_add_late(overlay, entry);
    }
}

/*
 * A commit of one mutation that need not know anything, over an immediate backend, where nothing
 * is unpublished: most writes are of this kind.
 */
static bool
is_simple(const CommitResolver *resolver, const EngineCommit *commit)
{
    return resolver->immediate && commit->guard_count == 0 && commit->mutation_count == 1 &&
           commit->mutations[0].kind != ENGINE_REMOVE_RANGE &&
           !commit_resolve_looks(&commit->mutations[0]);
}

static void
resolve_simple(const CommitResolver *resolver, EngineCommit *commit, CommitEntry *entry)
{
    EngineMutation *mutation = &commit->mutations[0];
    int64_t expires_at_ms = 0;
    bool put = mutation->kind == ENGINE_PUT &&
               (mutation->expiry == ENGINE_EXPIRES_NEVER ||
                commit_expiry_of(mutation, NULL, entry->stamp_ms, &expires_at_ms));
    CommitOp *op = &entry->ops[entry->op_count++];
    commit_op_fill(op, put ? COMMIT_PUT : COMMIT_REMOVE, mutation->keyspace, mutation->key,
                   put ? mutation->value : BASE_SLICE_EMPTY, entry->version);
    op->expires_at_ms = expires_at_ms;
    if (resolver->backend->ops->begin != NULL) {
        memcpy(op->backend_hint, commit_hint(commit), sizeof op->backend_hint);
    }
    memset(&mutation->result, 0, sizeof mutation->result);
    mutation->result.expires_at_ms = expires_at_ms;
}

/* An entry with room for all operations of a request; NULL: no memory. */
static CommitEntry *
new_entry(CommitArena *arena, const EngineCommit *commit, int64_t version, int64_t stamp_ms)
{
    size_t ops_bytes = 0;
    if (__builtin_mul_overflow(commit->mutation_count, sizeof(CommitOp), &ops_bytes)) {
        return NULL;
    }
    CommitEntry *entry = commit_arena_alloc(arena, sizeof(*entry));
    CommitOp *ops = commit_arena_alloc(arena, ops_bytes);
    if (entry == NULL || ops == NULL) {
        return NULL;
    }
    *entry = (CommitEntry){.version = version, .stamp_ms = stamp_ms, .ops = ops};
    return entry;
}

static __attribute__((cold, noinline)) CommitVerdict
lack_memory(EngineCommit *commit)
{
    commit->outcome = commit_outcome_error(step_no_memory().status, 0);
    return COMMIT_ANSWERED;
}

/* Apart, so that simple commits do not pay for the registers and the room which this needs. */
static __attribute__((noinline)) CommitVerdict
resolve_any(const CommitResolver *resolver, CommitArena *arena, EngineCommit *commit,
            CommitEntry *entry)
{
    bool tracked = commit->mutation_count > 1;
    bool seen = tracked || !resolver->immediate;
    Resolution resolution = {
        .resolver = resolver,
        .arena = arena,
        .commit = commit,
        .entry = entry,
        .scope = {resolver->backend, seen ? resolver->overlay : NULL, entry->version,
                  entry->stamp_ms},
        .tracked = tracked,
    };
    commit_overlay_settle(resolver->overlay);
    CommitVerdict verdict = check_guards(&resolution);
    if (verdict == COMMIT_PASSED) {
        verdict = apply_mutations(&resolution);
    }
    if (verdict == COMMIT_PASSED) {
        leave_in_overlay(&resolution);
    }
    return verdict;
}

CommitVerdict
commit_resolve(const CommitResolver *resolver, CommitArena *arena, EngineCommit *commit,
               int64_t version, int64_t stamp_ms, CommitEntry **ret_entry)
{
    CommitEntry *entry = new_entry(arena, commit, version, stamp_ms);
    if (entry == NULL) {
        return lack_memory(commit);
    }
    CommitVerdict verdict = COMMIT_PASSED;
    if (is_simple(resolver, commit)) {
        resolve_simple(resolver, commit, entry);
    } else {
        verdict = resolve_any(resolver, arena, commit, entry);
    }
    if (verdict == COMMIT_PASSED) {
        *ret_entry = entry;
    }
    return verdict;
}

bool
commit_resolve_looks(const EngineMutation *mutation)
{
    switch (mutation->kind) {
    case ENGINE_PUT:
        return mutation->want_existed || mutation->expiry == ENGINE_EXPIRES_KEEP;
    case ENGINE_REMOVE:
        return mutation->want_existed;
    case ENGINE_REMOVE_RANGE:
        return false;
    case ENGINE_TOUCH:
    case ENGINE_INCREMENT:
    case ENGINE_APPEND:
    default:
        return true;
    }
}

void
commit_resolve_forget(const CommitResolver *resolver, const CommitEntry *entry)
{
    if (!resolver->immediate) {
        commit_overlay_remove_entry(resolver->overlay, entry);
    }
}
