/*
 * state.c: the newest sequenced state of a key. See state.h.
 */
#include "engine/commit/state.h"

static void
set_record(CommitState *state, const EngineRecord *record, int64_t stamp_ms)
{
    if (record->expires_at_ms == 0 || record->expires_at_ms > stamp_ms) {
        state->present = true;
        state->record = *record;
    }
}

static BaseStatus
read_published(const CommitScope *scope, EngineKeyspace keyspace, BaseSlice key,
               CommitState *ret_state)
{
    CommitState state = {.present = false};
    EngineLookup lookup = {.found = false};
    BaseStatus status =
        scope->backend->ops->lookup(scope->backend, keyspace, key, state.hint, &lookup);
    if (!base_is_ok(status)) {
        return status;
    }
    if (lookup.found) {
        set_record(&state, &lookup.record, scope->stamp_ms);
    }
    *ret_state = state;
    return base_ok();
}

BaseStatus
commit_state_read(const CommitScope *scope, EngineKeyspace keyspace, BaseSlice key,
                  CommitState *ret_state)
{
    if (scope->overlay == NULL) {
        return read_published(scope, keyspace, key, ret_state);
    }
    CommitOp *op = NULL;
    CommitOverlayFind find = commit_overlay_find(scope->overlay, keyspace, key, &op);
    if (find == COMMIT_OVERLAY_MISS) {
        return read_published(scope, keyspace, key, ret_state);
    }
    CommitState state = {.present = false};
    if (find == COMMIT_OVERLAY_POINT) {
        state.own = op->version == scope->version ? op : NULL;
        if (op->kind == COMMIT_PUT) {
            EngineRecord record = {op->value, op->version, op->expires_at_ms};
            set_record(&state, &record, scope->stamp_ms);
        }
    }
    *ret_state = state;
    return base_ok();
}

CommitOp *
commit_state_own(const CommitScope *scope, EngineKeyspace keyspace, BaseSlice key)
{
    CommitOp *op = NULL;
    if (scope->overlay == NULL ||
        commit_overlay_find(scope->overlay, keyspace, key, &op) != COMMIT_OVERLAY_POINT) {
        return NULL;
    }
    return op->version == scope->version ? op : NULL;
}
