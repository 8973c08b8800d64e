/*
 * guard.c: conditions on a key. See guard.h; EngineCheck in engine.h says what each demands.
 */
#include "engine/commit/guard.h"

bool
commit_guard_holds(const EngineGuard *guard, const EngineRecord *record)
{
    unsigned checks = guard->checks;
    int64_t version = record == NULL ? 0 : record->version;
    if ((checks & ENGINE_CHECK_ABSENT) != 0 && record != NULL) {
        return false;
    }
    if ((checks & ENGINE_CHECK_PRESENT) != 0 && record == NULL) {
        return false;
    }
    if ((checks & ENGINE_CHECK_VERSION_EQUAL) != 0 && version != guard->version_equal) {
        return false;
    }
    if ((checks & ENGINE_CHECK_VERSION_AT_MOST) != 0 && version > guard->version_at_most) {
        return false;
    }
    if ((checks & ENGINE_CHECK_VALUE_EQUAL) != 0) {
        return record != NULL && base_slice_equal(record->value, guard->value_equal);
    }
    return true;
}
