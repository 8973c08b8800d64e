/*
 * condition.h: what a write may demand: conditions, expiries, and the options that all writes
 * share.
 *
 * Threading: plain values. Slices are borrowed until the write is answered.
 */
#ifndef LARDER_SERVICE_STORE_CONDITION_H
#define LARDER_SERVICE_STORE_CONDITION_H

#include "service/store/store.h"

/* Condition of the IDL. Zeroed: always holds. */
typedef struct StoreCondition {
    bool absent;
    bool present;
    bool has_version_equal;
    bool has_version_at_most;
    bool has_value_equal;
    int64_t version_equal;
    int64_t version_at_most;
    BaseSlice value_equal;
} StoreCondition;

/* Whether anything is asked for. */
static inline bool
store_condition_asks(const StoreCondition *condition)
{
    return condition->absent || condition->present || condition->has_version_equal ||
           condition->has_version_at_most || condition->has_value_equal;
}

/* Expiry of the IDL. Zeroed: never. At most one may be set. */
typedef struct StoreExpiry {
    bool has_ttl_ms;
    bool has_at_ms;
    bool keep;
    int64_t ttl_ms; /* 1 to STORE_TTL_MS_MAX */
    int64_t at_ms;  /* at least 1; a time that has passed removes the key */
} StoreExpiry;

/* What the options of all writes have in common. Zeroed: all defaults. */
typedef struct StoreWriteOptions {
    StoreDeadline deadline;
    StoreCondition condition; /* put, remove, touch, increment, append */
    bool has_expiry;          /* put, increment, append */
    StoreExpiry expiry;
    int durability;      /* Durability of the IDL: 0 or 1 */
    bool has_fence;      /* INVALID UNSUPPORTED */
    bool has_request_id; /* INVALID UNSUPPORTED */
    bool return_current;
    bool has_want_existed; /* put (else false), remove (else true) */
    bool want_existed;     /* the result says whether the key was present before */
} StoreWriteOptions;

#endif
