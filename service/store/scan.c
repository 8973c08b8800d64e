/*
 * scan.c: pages of a range. See scan.h.
 *
 * The walk of a page: take a stretch of records from the engine, as many as the limits of items and
 * of examined entries allow; hand out those that limit_bytes lets pass; note the last key; then
 * look at the limits. limit_examined and the time are looked at before the next move, because a
 * move is what they bound; items and bytes are looked at when it is known that there is a next
 * record at all: a page that ends with the last record of the range says RANGE_END, and no empty
 * page follows.
 *
 * Time is read every TIME_RECORDS records or TIME_BYTES bytes, whichever comes first, at the end of
 * a stretch.
 */
#include "service/store/scan.h"

#include "service/store/check.h"
#include "service/store/token.h"

#define TIME_RECORDS 64
#define TIME_BYTES   262144

#define STRETCH_MAX 64 /* records */

/* What a brief page may come to. */
#define BRIEF_EXAMINED 1024
#define BRIEF_BYTES    262144

typedef struct Page {
    Store *store;
    const StoreScanArgs *args;
    StoreScanVisitor *visit;
    void *user;
    EngineIterator *iterator;
    BaseBuf last_key; /* of the record handed out last */
    int64_t until_us; /* when time is up */
    int64_t bytes;    /* handed out */
    int64_t records_since_clock;
    int64_t bytes_since_clock;
    StoreScanResult result;
} Page;

/* --------------------------------------------------------------------------------- arguments -- */

static bool
check_limits(const Store *store, const StoreScanArgs *args, StoreError *ret_error)
{
    const StoreLimits *limits = store_limits(store);
    StorePlace place = STORE_PLACE_OPTIONS;
    return store_check_range(args->limit_items, 1, limits->scan_items_max, place, "limit_items",
                             "items", ret_error) &&
           store_check_range(args->limit_bytes, 1, limits->scan_bytes_max, place, "limit_bytes",
                             "bytes", ret_error) &&
           store_check_range(args->limit_examined, 1, limits->scan_examined_max, place,
                             "limit_examined", "entries", ret_error) &&
           store_check_range(args->limit_ms, 1, limits->scan_ms_max, place, "limit_ms", "ms",
                             ret_error);
}

/* When the page must end: by its own limit or by the deadline of the request. */
static bool
check_time(const Store *store, const StoreScanArgs *args, int64_t *ret_until_us,
           StoreError *ret_error)
{
    int64_t deadline_us = 0;
    if (!store_deadline_check(store, &args->deadline, &deadline_us, ret_error)) {
        return false;
    }
    int64_t limit_us = base_clock_monotonic_us(store_clock(store)) + args->limit_ms * 1000;
    *ret_until_us = limit_us < deadline_us ? limit_us : deadline_us;
    return true;
}

static uint64_t
binding_of(const Store *store, const EngineRange *range, bool reverse)
{
    StoreTokenScan scan = {
        .store = base_slice_text(store_name(store)), .range = range, .reverse = reverse};
    return store_token_binding(&scan);
}

static bool
no_memory(const Page *page, StoreError *ret_error)
{
    return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                               "store %s: no memory for the page", store_name(page->store));
}

/* Reads the token into last_key. */
static bool
read_token(Page *page, const EngineRange *range, uint64_t binding, StoreError *ret_error)
{
    size_t key_bytes_max = (size_t)store_limits(page->store)->key_bytes_max;
    BaseSlice key = BASE_SLICE_EMPTY;
    StoreTokenVerdict verdict =
        store_token_decode(page->args->page_token, binding, key_bytes_max, &key);
    if (verdict == STORE_TOKEN_FOREIGN) {
        return store_error_invalid(ret_error, STORE_INVALID_BAD_TOKEN, "options.page_token",
                                   "options.page_token belongs to a scan of another store, range, "
                                   "direction or snapshot");
    }
    if (verdict != STORE_TOKEN_GOOD || !store_range_contains(range, key)) {
        return store_error_invalid(ret_error, STORE_INVALID_BAD_TOKEN, "options.page_token",
                                   "options.page_token of %zu bytes is damaged",
                                   page->args->page_token.len);
    }
    return base_buf_append_slice(&page->last_key, key) || no_memory(page, ret_error);
}

/* -------------------------------------------------------------------------------------- walk -- */

/* Moves to the first record of the page. */
static bool
seek(Page *page, StoreError *ret_error)
{
    bool resumes = page->args->has_page_token;
    if (page->args->reverse) {
        BaseSlice before = base_buf_slice(&page->last_key);
        engine_iterator_seek_before(page->iterator, resumes ? &before : NULL);
        return true;
    }
    /* The first key behind k is k followed by a zero byte. */
    if (resumes && !base_buf_append_byte(&page->last_key, 0)) {
        return no_memory(page, ret_error);
    }
    BaseSlice from = base_buf_slice(&page->last_key);
    engine_iterator_seek(page->iterator, resumes ? &from : NULL);
    return true;
}

static void
move(Page *page)
{
    if (page->args->reverse) {
        engine_iterator_prev(page->iterator);
    } else {
        engine_iterator_next(page->iterator);
    }
}

/* How many records may be taken at once, so that none is behind a limit. */
static size_t
stretch_max(const Page *page)
{
    const StoreScanArgs *args = page->args;
    int64_t most = args->limit_examined - page->iterator->stats.examined + 1;
    int64_t items_left = args->limit_items - page->result.count;
    if (!args->count_only && items_left < most) {
        most = items_left;
    }
    return most < 1 ? 1 : most > STRETCH_MAX ? STRETCH_MAX : (size_t)most;
}

/* What records count for limit_bytes. */
static int64_t
weight_of(const StoreScanArgs *args, size_t key_bytes, size_t value_bytes)
{
    return args->count_only ? 0 : (int64_t)(key_bytes + (args->keys_only ? 0 : value_bytes));
}

/* Leaves as many of the records as limit_bytes lets pass: the first of a page in any case. */
static void
cut(const Page *page, StoreScanItems *items)
{
    size_t count = items->count;
    items->count = 0;
    items->key_bytes = 0;
    items->value_bytes = 0;
    for (const EngineEntry *next = items->list; items->count < count; next++) {
        size_t key_bytes = items->key_bytes + next->key.len;
        size_t value_bytes = items->value_bytes + next->record.value.len;
        if (page->bytes + weight_of(page->args, key_bytes, value_bytes) > page->args->limit_bytes &&
            page->result.count + (int64_t)items->count != 0) {
            return;
        }
        items->count++;
        items->key_bytes = key_bytes;
        items->value_bytes = value_bytes;
    }
}

/* The records that limit_bytes lets pass, nearly always all of them. */
static StoreScanItems
weigh(Page *page, const EngineEntry *list, size_t count)
{
    const StoreScanArgs *args = page->args;
    StoreScanItems items = {.list = list, .count = count, .without_values = args->keys_only};
    for (const EngineEntry *entry = list; entry != list + count; entry++) {
        items.key_bytes += entry->key.len;
        items.value_bytes += entry->record.value.len;
    }
    if (page->bytes + weight_of(args, items.key_bytes, items.value_bytes) > args->limit_bytes) {
        cut(page, &items);
    }
    page->bytes += weight_of(args, items.key_bytes, items.value_bytes);
    page->bytes_since_clock += (int64_t)(items.key_bytes + items.value_bytes);
    return items;
}

/* Hands records out, which are not none. */
static bool
hand_out(Page *page, const StoreScanItems *items)
{
    page->records_since_clock += (int64_t)items->count;
    page->result.count += (int64_t)items->count;
    base_buf_reset(&page->last_key);
    if (!base_buf_append_slice(&page->last_key, items->list[items->count - 1].key)) {
        return false;
    }
    return page->args->count_only || page->visit(page->user, items);
}

static bool
time_is_up(Page *page)
{
    if (page->records_since_clock < TIME_RECORDS && page->bytes_since_clock < TIME_BYTES) {
        return false;
    }
    page->records_since_clock = 0;
    page->bytes_since_clock = 0;
    return base_clock_monotonic_us(store_clock(page->store)) >= page->until_us;
}

static bool
would_block(const Page *page, const char *why, StoreError *ret_error)
{
    return store_error_status(ret_error, base_error(BASE_WOULD_BLOCK, why),
                              store_name(page->store));
}

/* Whether more has been done than a brief page may. */
static bool
is_long(const Page *page)
{
    return page->args->brief &&
           (page->iterator->stats.examined > BRIEF_EXAMINED || page->bytes > BRIEF_BYTES);
}

/* Ends a page that was read to the end, or to a limit. */
static bool
end(Page *page, StoreStopReason reason, StoreError *ret_error)
{
    const EngineIterator *it = page->iterator;
    if (reason == STORE_STOP_RANGE_END && !base_is_ok(it->status)) {
        return store_error_status(ret_error, it->status, store_name(page->store));
    }
    page->result.stop_reason = reason;
    page->result.has_next_token = reason != STORE_STOP_RANGE_END;
    page->result.examined += it->stats.examined;
    page->result.tombstones = it->stats.tombstones;
    page->result.expired = it->stats.expired;
    page->result.read_version = it->read_version;
    return true;
}

/* Hands out records until a limit or the end of the range. */
static bool
walk(Page *page, StoreError *ret_error)
{
    const StoreScanArgs *args = page->args;
    EngineIterator *it = page->iterator;
    EngineEntry list[STRETCH_MAX];
    while (it->valid) {
        size_t count = engine_iterator_stretch(it, list, stretch_max(page));
        const StoreScanItems items = weigh(page, list, count);
        if (items.count != 0 && !hand_out(page, &items)) {
            return no_memory(page, ret_error);
        }
        if (items.count < count) {
            page->result.examined -= (int64_t)(count - items.count) - 1; /* of one it is known */
            return end(page, STORE_STOP_LIMIT_BYTES, ret_error);
        }
        if (it->stats.examined >= args->limit_examined) {
            return end(page, STORE_STOP_LIMIT_EXAMINED, ret_error);
        }
        if (time_is_up(page)) {
            return end(page, STORE_STOP_LIMIT_TIME, ret_error);
        }
        if (is_long(page)) {
            return would_block(page, "a page is long", ret_error);
        }
        move(page);
        if (it->valid && !args->count_only && page->result.count >= args->limit_items) {
            return end(page, STORE_STOP_LIMIT_ITEMS, ret_error);
        }
    }
    return end(page, STORE_STOP_RANGE_END, ret_error);
}

/* -------------------------------------------------------------------------------------- page -- */

static bool
read_page(Page *page, const EngineRange *range, BaseBuf *next_token, StoreError *ret_error)
{
    const StoreScanArgs *args = page->args;
    uint64_t binding = binding_of(page->store, range, args->reverse);
    if (args->has_page_token && !read_token(page, range, binding, ret_error)) {
        return false;
    }
    if (args->brief && !engine_can(store_engine(page->store), ENGINE_CAN_BRIEF_WALK)) {
        return would_block(page, "its walks may take long", ret_error);
    }
    EngineIteratorOptions options = {.keyspace = ENGINE_DATA,
                                     .range = *range,
                                     .limit_hint = (size_t)args->limit_items + 1,
                                     .reverse_hint = args->reverse,
                                     .flags = args->brief ? ENGINE_READ_CACHED_ONLY : 0};
    BaseStatus status =
        engine_iterator_new(store_engine(page->store), NULL, &options, &page->iterator);
    if (!base_is_ok(status)) {
        return store_error_status(ret_error, status, store_name(page->store));
    }
    if (!seek(page, ret_error) || !walk(page, ret_error)) {
        return false;
    }
    base_buf_reset(next_token);
    return !page->result.has_next_token ||
           store_token_encode(next_token, binding, base_buf_slice(&page->last_key)) ||
           no_memory(page, ret_error);
}

bool
store_scan(Store *store, const StoreScanArgs *args, StoreScanVisitor *visit, void *user,
           BaseBuf *next_token, StoreScanResult *ret_result, StoreError *ret_error)
{
    Page page = {
        .store = store, .args = args, .visit = visit, .user = user, .last_key = BASE_BUF_INIT};
    StoreRange range;
    if (!check_limits(store, args, ret_error) ||
        !store_check_no_snapshot(store, args->has_snapshot_id, ret_error) ||
        !store_range_resolve(store, &args->range, "range", &range, ret_error)) {
        return false;
    }
    bool good = check_time(store, args, &page.until_us, ret_error) &&
                read_page(&page, &range.range, next_token, ret_error);
    engine_iterator_free(page.iterator);
    base_buf_clear(&page.last_key);
    store_range_clear(&range);
    if (good) {
        *ret_result = page.result;
    }
    return good;
}
