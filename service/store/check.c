/*
 * check.c: checks of arguments that several methods share. See check.h.
 *
 * A condition is refused when no state could ever satisfy it (absent and present, a version equal
 * to 5 but at most 4): it is a mistake of the caller, and silence would look like bad luck. A
 * negative version, or a value longer than any stored one, is such a mistake too.
 */
#include "service/store/check.h"

#include <stdio.h>

void
store_place_field(StorePlace place, const char *name, char ret_field[STORE_FIELD_SIZE])
{
    if (!place.indexed) {
        (void)snprintf(ret_field, STORE_FIELD_SIZE, "%s%s", place.prefix, name);
        return;
    }
    const char *dot = name[0] == '\0' ? "" : ".";
    (void)snprintf(ret_field, STORE_FIELD_SIZE, "%s[%zu]%s%s", place.prefix, place.index, dot,
                   name);
}

__attribute__((cold, noinline)) bool
store_check_out_of_range(int64_t actual, int64_t lowest, int64_t highest, StorePlace place,
                         const char *name, const char *unit, StoreError *ret_error)
{
    char field[STORE_FIELD_SIZE];
    store_place_field(place, name, field);
    return store_error_range(ret_error, field, actual, lowest, highest, unit);
}

bool
store_check_bad(StorePlace place, const char *name, const char *problem, StoreError *ret_error)
{
    char field[STORE_FIELD_SIZE];
    store_place_field(place, name, field);
    return store_error_invalid(ret_error, STORE_INVALID_BAD_ARGUMENT, field, "%s %s", field,
                               problem);
}

__attribute__((cold, noinline)) bool
store_check_unsupported(const Store *store, StorePlace place, const char *name, const char *problem,
                        StoreError *ret_error)
{
    char field[STORE_FIELD_SIZE];
    store_place_field(place, name, field);
    return store_error_invalid(ret_error, STORE_INVALID_UNSUPPORTED, field,
                               "%s: store %s (engine %s) %s", field, store_name(store),
                               store_engine(store)->engine_class->name, problem);
}

/* --------------------------------------------------------------------------------- condition -- */

/* Why no state can satisfy the condition; NULL if one can. */
static const char *
contradiction(const StoreCondition *c)
{
    bool wants_absent = c->absent || (c->has_version_equal && c->version_equal == 0) ||
                        (c->has_version_at_most && c->version_at_most == 0);
    bool wants_present =
        c->present || c->has_value_equal || (c->has_version_equal && c->version_equal != 0);
    if (wants_absent && wants_present) {
        return "asks for a key that is absent (or has version 0) and present at once";
    }
    if (c->has_version_equal && c->has_version_at_most && c->version_equal > c->version_at_most) {
        return "has a version_equal above its version_at_most";
    }
    return NULL;
}

static bool
check_versions(const StoreCondition *c, StorePlace place, StoreError *ret_error)
{
    if (c->has_version_equal && !store_check_range(c->version_equal, 0, INT64_MAX, place,
                                                   "condition.version_equal", "", ret_error)) {
        return false;
    }
    return !c->has_version_at_most || store_check_range(c->version_at_most, 0, INT64_MAX, place,
                                                        "condition.version_at_most", "", ret_error);
}

bool
store_check_condition(const Store *store, const StoreCondition *condition, StorePlace place,
                      EngineGuard *guard, StoreError *ret_error)
{
    guard->checks = (condition->absent ? ENGINE_CHECK_ABSENT : 0u) |
                    (condition->present ? ENGINE_CHECK_PRESENT : 0u) |
                    (condition->has_version_equal ? ENGINE_CHECK_VERSION_EQUAL : 0u) |
                    (condition->has_version_at_most ? ENGINE_CHECK_VERSION_AT_MOST : 0u) |
                    (condition->has_value_equal ? ENGINE_CHECK_VALUE_EQUAL : 0u);
    if (guard->checks == 0) {
        return true;
    }
    if (!check_versions(condition, place, ret_error)) {
        return false;
    }
    if (condition->has_value_equal && !store_check_value(store, condition->value_equal, place,
                                                         "condition.value_equal", ret_error)) {
        return false;
    }
    const char *problem = contradiction(condition);
    if (problem != NULL) {
        return store_check_bad(place, "condition", problem, ret_error);
    }
    guard->version_equal = condition->version_equal;
    guard->version_at_most = condition->version_at_most;
    guard->value_equal = condition->value_equal;
    return true;
}

/* ------------------------------------------------------------------------------------ expiry -- */

static bool
check_ttl(int64_t ttl_ms, StorePlace place, EngineMutation *mutation, StoreError *ret_error)
{
    if (!store_check_range(ttl_ms, 1, STORE_TTL_MS_MAX, place, "expiry.ttl_ms", "ms", ret_error)) {
        return false;
    }
    mutation->expiry = ENGINE_EXPIRES_AFTER;
    mutation->expiry_ms = ttl_ms;
    return true;
}

/* Results say 0 for "never": taken back as a time, it must not remove the key. */
static bool
check_at(int64_t at_ms, StorePlace place, EngineMutation *mutation, StoreError *ret_error)
{
    if (!store_check_range(at_ms, 1, INT64_MAX, place, "expiry.at_ms", "ms", ret_error)) {
        return false;
    }
    mutation->expiry = ENGINE_EXPIRES_AT;
    mutation->expiry_ms = at_ms;
    return true;
}

bool
store_check_expiry(const Store *store, const StoreExpiry *expiry, StorePlace place,
                   EngineMutation *mutation, StoreError *ret_error)
{
    int kinds = (expiry->has_ttl_ms ? 1 : 0) + (expiry->has_at_ms ? 1 : 0) + (expiry->keep ? 1 : 0);
    if (kinds > 1) {
        return store_check_bad(
            place, "expiry", "has more than one of ttl_ms, at_ms and keep; at most one may be set",
            ret_error);
    }
    mutation->expiry = expiry->keep ? ENGINE_EXPIRES_KEEP : ENGINE_EXPIRES_NEVER;
    mutation->expiry_ms = 0;
    if (!expiry->has_ttl_ms && !expiry->has_at_ms) {
        return true;
    }
    if (!engine_can(store_engine(store), ENGINE_CAN_EXPIRE)) {
        return store_check_unsupported(store, place, "expiry", "cannot expire records", ret_error);
    }
    return expiry->has_ttl_ms ? check_ttl(expiry->ttl_ms, place, mutation, ret_error)
                              : check_at(expiry->at_ms, place, mutation, ret_error);
}

/* ----------------------------------------------------------------------------------- options -- */

static bool
check_durability(const Store *store, int durability, EngineCommit *commit, StoreError *ret_error)
{
    if (!store_check_range(durability, ENGINE_DURABILITY_DEFAULT, ENGINE_DURABILITY_SYNC,
                           STORE_PLACE_OPTIONS, "durability", "", ret_error)) {
        return false;
    }
    commit->durability = (EngineDurability)durability;
    if (durability == ENGINE_DURABILITY_SYNC &&
        !engine_can(store_engine(store), ENGINE_CAN_PERSIST)) {
        return store_check_unsupported(store, STORE_PLACE_OPTIONS, "durability",
                                       "keeps nothing on disk and cannot SYNC", ret_error);
    }
    return true;
}

bool
store_check_options(const Store *store, const StoreWriteOptions *options, EngineCommit *commit,
                    StoreError *ret_error)
{
    if (!check_durability(store, options->durability, commit, ret_error)) {
        return false;
    }
    if (options->has_fence) {
        return store_check_unsupported(store, STORE_PLACE_OPTIONS, "fence",
                                       "does not serve leases and fences", ret_error);
    }
    if (options->has_request_id) {
        return store_check_unsupported(store, STORE_PLACE_OPTIONS, "request_id",
                                       "does not remember request ids", ret_error);
    }
    return store_deadline_check(store, &options->deadline, &commit->deadline_us, ret_error);
}

bool
store_check_writable(const Store *store, StoreError *ret_error)
{
    if (store_mode(store) != STORE_MODE_READ_ONLY) {
        return true;
    }
    return store_error_refused(ret_error, STORE_REFUSED_READ_ONLY, store_name(store), 0,
                               "store %s is in read-only mode", store_name(store));
}

bool
store_check_no_snapshot(const Store *store, bool has_snapshot_id, StoreError *ret_error)
{
    return !has_snapshot_id || store_check_unsupported(store, STORE_PLACE_OPTIONS, "snapshot_id",
                                                       "does not serve snapshots by id", ret_error);
}
