/*
 * expiry.c: when a record will expire. See expiry.h; EngineExpiryKind in engine.h says what each
 * means.
 *
 * A sum behind the end of time counts as the end of time.
 */
#include "engine/commit/expiry.h"

bool
commit_expiry_of(const EngineMutation *mutation, const EngineRecord *present, int64_t stamp_ms,
                 int64_t *ret_expires_at_ms)
{
    int64_t at = 0;
    switch (mutation->expiry) {
    case ENGINE_EXPIRES_AFTER:
        if (__builtin_add_overflow(stamp_ms, mutation->expiry_ms, &at)) {
            at = mutation->expiry_ms > 0 ? INT64_MAX : INT64_MIN;
        }
        break;
    case ENGINE_EXPIRES_AT:
        at = mutation->expiry_ms;
        break;
    case ENGINE_EXPIRES_KEEP:
        *ret_expires_at_ms = present == NULL ? 0 : present->expires_at_ms;
        return true;
    case ENGINE_EXPIRES_NEVER:
    default:
        *ret_expires_at_ms = 0;
        return true;
    }
    if (at <= stamp_ms) {
        return false;
    }
    *ret_expires_at_ms = at;
    return true;
}
