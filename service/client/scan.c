/*
 * scan.c: a range, page by page. See <larder/scan.h>.
 *
 * The reply of the present page is kept until its last record was handed out and another one is
 * asked for; its next_token is copied then, because the page that follows frees it.
 */
#include <larder/scan.h>

#include "service/client/arena.h"
#include "service/client/outcome.h"

#include "engine/base/buf.h"

#include <stdlib.h>

struct LarderScan {
    LarderClient *client;
    ClientArena arena; /* of store, range and options */
    LarderBytes store;
    LarderKeyRange range;
    LarderScanOptions options;
    BaseBuf token;        /* behind the last page that was read to its end */
    LarderReply *page;    /* NULL: none was read, or all of it was handed out */
    size_t next;          /* item of the page */
    LarderReply *problem; /* NULL: none */
    bool ended;
    LarderScanStats stats;
};

/* Copies what is set; the rest may be anything. */
static void
copy_range(LarderScan *scan, const LarderKeyRange *range)
{
    scan->range = *range;
    if (range->has_start_key) {
        scan->range.start_key = client_arena_bytes(&scan->arena, range->start_key);
    }
    if (range->has_stop_key) {
        scan->range.stop_key = client_arena_bytes(&scan->arena, range->stop_key);
    }
    if (range->has_prefix) {
        scan->range.prefix = client_arena_bytes(&scan->arena, range->prefix);
    }
}

LarderScan *
larder_scan_new(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                const LarderScanOptions *options)
{
    LarderScan *scan = calloc(1, sizeof *scan);
    if (scan == NULL) {
        return NULL;
    }
    scan->client = client;
    scan->store = client_arena_bytes(&scan->arena, store);
    if (range != NULL) {
        copy_range(scan, range);
    }
    bool copied = true;
    if (options != NULL) {
        scan->options = *options;
        scan->options.has_page_token = false;
        if (options->has_page_token) {
            copied =
                base_buf_append(&scan->token, options->page_token.data, options->page_token.size);
        }
    }
    if (scan->arena.failed || !copied) {
        larder_scan_free(scan);
        return NULL;
    }
    return scan;
}

void
larder_scan_free(LarderScan *scan)
{
    if (scan == NULL) {
        return;
    }
    larder_reply_free(scan->page);
    larder_reply_free(scan->problem);
    base_buf_clear(&scan->token);
    client_arena_clear(&scan->arena);
    free(scan);
}

static void
count_page(LarderScan *scan, const LarderScanResult *page)
{
    scan->stats.pages++;
    scan->stats.items += page->count;
    scan->stats.examined += page->examined;
    scan->stats.tombstones += page->tombstones;
    scan->stats.expired += page->expired;
    scan->stats.read_version = page->read_version;
}

/* Leaves a page that was handed out. False: no memory for its token; then it stays. */
static bool
leave_page(LarderScan *scan)
{
    const LarderScanResult *page = scan->page->as.scan;
    scan->ended = !page->has_next_token || page->next_token.size == 0;
    base_buf_reset(&scan->token);
    if (!scan->ended &&
        !base_buf_append(&scan->token, page->next_token.data, page->next_token.size)) {
        return false;
    }
    larder_reply_free(scan->page);
    scan->page = NULL;
    return true;
}

/* Reads the next page. False: scan->problem says why not. */
static bool
read_page(LarderScan *scan)
{
    LarderScanOptions options = scan->options;
    if (scan->token.len != 0) {
        options.has_page_token = true;
        options.page_token = larder_bytes(scan->token.data, scan->token.len);
    }
    LarderReply *reply = larder_scan(scan->client, scan->store, &scan->range, &options);
    if (reply->outcome != LARDER_OK) {
        scan->problem = reply;
        return false;
    }
    scan->page = reply;
    scan->next = 0;
    count_page(scan, reply->as.scan);
    return true;
}

const LarderScanItem *
larder_scan_next(LarderScan *scan)
{
    larder_reply_free(scan->problem);
    scan->problem = NULL;
    while (!scan->ended) {
        if (scan->page == NULL && !read_page(scan)) {
            return NULL;
        }
        const LarderScanItemList *items = &scan->page->as.scan->items;
        if (scan->next < items->count) {
            return &items->items[scan->next++];
        }
        if (!leave_page(scan)) {
            scan->problem = client_outcome_no_memory(LARDER_METHOD_SCAN);
            return NULL;
        }
    }
    return NULL;
}

const LarderReply *
larder_scan_problem(const LarderScan *scan)
{
    return scan->problem;
}

LarderBytes
larder_scan_token(const LarderScan *scan)
{
    return larder_bytes(scan->token.data, scan->token.len);
}

void
larder_scan_stats(const LarderScan *scan, LarderScanStats *ret_stats)
{
    *ret_stats = scan->stats;
}
