/*
 * check.h: checks of arguments that several methods share. Internal to service/store.
 *
 * Each check returns false with INVALID, naming the field as a client sees it. Field names are put
 * together only when something is wrong, from the place of the checked part within its request.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_STORE_CHECK_H
#define LARDER_SERVICE_STORE_CHECK_H

#include "service/store/condition.h"

/* Where a field stands: "key", "options.expiry" or "mutations[3].key". */
typedef struct StorePlace {
    const char *prefix; /* "", "options." or the name of a list */
    bool indexed;       /* an element of that list */
    size_t index;
} StorePlace;

#define STORE_PLACE_ARGUMENT ((StorePlace){"", false, 0})
#define STORE_PLACE_OPTIONS  ((StorePlace){"options.", false, 0})

static inline StorePlace
store_place_element(const char *list, size_t index)
{
    return (StorePlace){list, true, index};
}

#define STORE_FIELD_SIZE sizeof(((StoreError *)NULL)->field)

/* The dotted name of a field at a place; `name` may be "" for the element itself. */
void store_place_field(StorePlace place, const char *name, char ret_field[STORE_FIELD_SIZE]);

/* INVALID: a number is out of its range. Apart, so that checks that hold pay for no room. */
bool store_check_out_of_range(int64_t actual, int64_t lowest, int64_t highest, StorePlace place,
                              const char *name, const char *unit, StoreError *ret_error);

/* lowest <= actual <= highest. */
static inline bool
store_check_range(int64_t actual, int64_t lowest, int64_t highest, StorePlace place,
                  const char *name, const char *unit, StoreError *ret_error)
{
    return (actual >= lowest && actual <= highest) ||
           store_check_out_of_range(actual, lowest, highest, place, name, unit, ret_error);
}

/* A key of 1 to key_bytes_max bytes. */
static inline bool
store_check_key(const Store *store, BaseSlice key, StorePlace place, const char *name,
                StoreError *ret_error)
{
    return store_check_range((int64_t)key.len, 1, store_limits(store)->key_bytes_max, place, name,
                             "bytes", ret_error);
}

/* A value of at most value_bytes_max bytes. */
static inline bool
store_check_value(const Store *store, BaseSlice value, StorePlace place, const char *name,
                  StoreError *ret_error)
{
    return store_check_range((int64_t)value.len, 0, store_limits(store)->value_bytes_max, place,
                             name, "bytes", ret_error);
}

/* BAD_ARGUMENT on a field at a place; `problem` completes the sentence "FIELD ...". */
bool store_check_bad(StorePlace place, const char *name, const char *problem,
                     StoreError *ret_error);

/* UNSUPPORTED on a field at a place, because of the store's engine. */
bool store_check_unsupported(const Store *store, StorePlace place, const char *name,
                             const char *problem, StoreError *ret_error);

/*
 * A condition that can hold. Fills in the checks of *guard, whose key and keyspace it leaves alone;
 * checks == 0: it always holds.
 */
bool store_check_condition(const Store *store, const StoreCondition *condition, StorePlace place,
                           EngineGuard *guard, StoreError *ret_error);

/* An expiry of at most one kind, in range. Fills in expiry and expiry_ms of *mutation. */
bool store_check_expiry(const Store *store, const StoreExpiry *expiry, StorePlace place,
                        EngineMutation *mutation, StoreError *ret_error);

/* Durability, fence, request id and deadline. Fills in durability and deadline_us of *commit. */
bool store_check_options(const Store *store, const StoreWriteOptions *options, EngineCommit *commit,
                         StoreError *ret_error);

/* The store takes writes now; else REFUSED READ_ONLY. */
bool store_check_writable(const Store *store, StoreError *ret_error);

/* No snapshot is asked for: INVALID UNSUPPORTED otherwise. */
bool store_check_no_snapshot(const Store *store, bool has_snapshot_id, StoreError *ret_error);

#endif
