/*
 * scan.h: pages of a range.
 *
 * A page walks one iterator, and so reads one version. It hands records to a visitor and ends at
 * the first limit that it reaches; at least one record is returned or counted before any limit
 * applies, so a caller that follows the tokens always gets on. The token names the last record of
 * the page: the next page seeks behind (or, in reverse, before) it, which costs O(log n) on ordered
 * engines.
 *
 * limit_bytes bounds what is handed out: keys and values, with keys_only the keys; a page of
 * count_only hands out nothing and is bounded by limit_examined and limit_ms alone. The time limit
 * and the deadline of the request end a page alike (LIMIT_TIME); they are looked at every few
 * records.
 *
 * May read disk: not for reactors, unless it is to be `brief`. Then it fails with WOULD_BLOCK
 * before it reads disk or has done more than a reactor should do at once, and does nothing at all
 * where the engine cannot promise that (ENGINE_CAN_BRIEF_WALK).
 */
#ifndef LARDER_SERVICE_STORE_SCAN_H
#define LARDER_SERVICE_STORE_SCAN_H

#include "engine/base/buf.h"
#include "service/store/range.h"

/* Fill it in from STORE_SCAN_ARGS_INIT, which has the defaults of the IDL. */
typedef struct StoreScanArgs {
    StoreKeyRange range;
    StoreDeadline deadline;
    bool has_snapshot_id; /* INVALID UNSUPPORTED */
    int64_t snapshot_id;
    bool reverse;
    bool keys_only;
    bool count_only;
    int64_t limit_items;
    int64_t limit_bytes;
    int64_t limit_examined;
    int64_t limit_ms;
    bool has_page_token;
    BaseSlice page_token;
    bool brief; /* for reactors; see the head of this file */
} StoreScanArgs;

#define STORE_SCAN_ARGS_INIT \
    ((StoreScanArgs){        \
        .limit_items = 1000, .limit_bytes = 1048576, .limit_examined = 1000000, .limit_ms = 5000})

/* Some records of a page, in order. */
typedef struct StoreScanItems {
    const EngineEntry *list; /* each with its value, whose length counts also without_values */
    size_t count;
    size_t key_bytes;    /* of all of them */
    size_t value_bytes;  /* likewise */
    bool without_values; /* keys_only: they are not asked for */
} StoreScanItems;

/* StopReason of the IDL. */
typedef enum StoreStopReason {
    STORE_STOP_RANGE_END = 1,
    STORE_STOP_LIMIT_ITEMS = 2,
    STORE_STOP_LIMIT_BYTES = 3,
    STORE_STOP_LIMIT_EXAMINED = 4,
    STORE_STOP_LIMIT_TIME = 5,
} StoreStopReason;

/* ScanResult of the IDL without its items. */
typedef struct StoreScanResult {
    bool has_next_token; /* false: the range is exhausted */
    StoreStopReason stop_reason;
    int64_t count;
    int64_t examined;
    int64_t tombstones;
    int64_t expired;
    int64_t read_version;
} StoreScanResult;

/*
 * Receives the next records of a page, at least one; their views are valid during the call. False:
 * it has no memory for them, and the scan fails with REFUSED MEMORY_FULL. Never called with
 * count_only.
 */
typedef bool StoreScanVisitor(void *user, const StoreScanItems *items);

/*
 * Reads one page. The token of the next page overwrites `next_token`. On failure the visitor may
 * have been called already.
 */
bool store_scan(Store *store, const StoreScanArgs *args, StoreScanVisitor *visit, void *user,
                BaseBuf *next_token, StoreScanResult *ret_result, StoreError *ret_error);

#endif
