/*
 * range.h: parts of the key space, and what they hold.
 *
 * A KeyRange of the IDL (start, stop or prefix) is resolved into the range that engines know. A
 * prefix ends before its successor: the prefix without its trailing 0xff bytes, the last byte plus
 * one; a prefix of nothing but 0xff reaches to the last key. A start behind the stop is an empty
 * range, not an error. Bounds may be one byte longer than the longest key, so that "behind key k"
 * can be said as k followed by a zero byte.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_STORE_RANGE_H
#define LARDER_SERVICE_STORE_RANGE_H

#include "service/store/store.h"

/* KeyRange of the IDL. Zeroed: every key. */
typedef struct StoreKeyRange {
    bool has_start_key;
    bool has_stop_key;
    bool has_prefix;
    BaseSlice start_key;
    BaseSlice stop_key;
    BaseSlice prefix; /* excludes the other two */
} StoreKeyRange;

/* A resolved range. It borrows the bytes of the KeyRange, which must outlive it. */
typedef struct StoreRange {
    EngineRange range; /* start <= stop, unless it is unbounded */
    uint8_t *owned;    /* successor of the prefix, or NULL */
} StoreRange;

/*
 * Checks and resolves a range; `field` is its name in messages ("range"). INVALID; REFUSED
 * MEMORY_FULL: no memory for the successor. On success clear it when done.
 */
bool store_range_resolve(const Store *store, const StoreKeyRange *key_range, const char *field,
                         StoreRange *ret_range, StoreError *ret_error);

/* Frees what the range owns. */
void store_range_clear(StoreRange *range);

/* [start, stop), or from start to the last key; empty when start is behind stop. */
EngineRange store_range_between(BaseSlice start, bool has_stop, BaseSlice stop);

/* Is `key` in the range? */
bool store_range_contains(const EngineRange *range, BaseSlice key);

/* -------------------------------------------------------------------------------- range_info -- */

/* What range_info reports, piece by piece. Either function returns false when memory is short. */
typedef struct StoreRangeInfoVisitor {
    /* Once for each range, in order. */
    bool (*range)(void *user, size_t index, const EngineRangeEstimate *estimate);
    /* Then each of its split keys, in order; the key is valid during the call. */
    bool (*split)(void *user, size_t index, BaseSlice key);
    void *user;
} StoreRangeInfoVisitor;

typedef struct StoreRangeInfoArgs {
    const StoreKeyRange *ranges;
    size_t count;
    bool has_split_bytes;
    int64_t split_bytes;
    StoreDeadline deadline;
} StoreRangeInfoArgs;

/*
 * Describes ranges. May read disk, so never on a reactor. INVALID: also OVER_LIMIT on
 * options.split_bytes, when it would give more split keys than the limit. On failure the visitor
 * may have been called. REFUSED DEADLINE: also when the time runs out between ranges.
 */
bool store_range_info(Store *store, const StoreRangeInfoArgs *args,
                      const StoreRangeInfoVisitor *visitor, int64_t *ret_read_version,
                      StoreError *ret_error);

#endif
