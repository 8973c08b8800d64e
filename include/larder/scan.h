/*
 * scan.h: every record of a range, page by page, without page tokens.
 *
 *   LarderScan *scan = larder_scan_new(client, larder_text("default"), &range, NULL);
 *   const LarderScanItem *item;
 *   while ((item = larder_scan_next(scan)) != NULL) { ... }
 *   if (larder_scan_problem(scan) != NULL) { ... it ended early ... }
 *   larder_scan_free(scan);
 *
 * Each page reads one version; the whole scan does so only under a snapshot id in the options. A
 * page that stops early (bytes, entries, time) is followed by the next one without the caller's
 * seeing it. Memory is one page.
 *
 * Threading: one owner at a time; several scans may share a client.
 */
#ifndef LARDER_SCAN_H
#define LARDER_SCAN_H

#include <larder/client.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LarderScan LarderScan;

/*
 * A scan of `range` (NULL: every key) that has read nothing yet. `options` (may be NULL) hold for
 * every page; limit_items is the size of a page. Everything is copied. Options with a page_token
 * begin behind that page. NULL: no memory.
 */
LarderScan *larder_scan_new(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                            const LarderScanOptions *options);

/* Takes NULL. */
void larder_scan_free(LarderScan *scan);

/*
 * The next record, borrowed until the next call on the scan; NULL at the end or when a page could
 * not be read. After a failure it may be called again and tries the same page again.
 */
const LarderScanItem *larder_scan_next(LarderScan *scan);

/* The reply that ended the scan early, owned by the scan; NULL when all went well so far. */
const LarderReply *larder_scan_problem(const LarderScan *scan);

/*
 * A token for LarderScanOptions.page_token that resumes behind the last page that was read to its
 * end; empty before that, and when nothing is left behind it. It moves when larder_scan_next() has
 * gone on to the page that follows, so what was returned since then comes again. Borrowed until the
 * next call on the scan.
 */
LarderBytes larder_scan_token(const LarderScan *scan);

/* What was seen so far, over all pages. */
typedef struct LarderScanStats {
    int64_t pages;
    int64_t items; /* with count_only: the count */
    int64_t examined;
    int64_t tombstones;
    int64_t expired;
    int64_t read_version; /* of the last page */
} LarderScanStats;

void larder_scan_stats(const LarderScan *scan, LarderScanStats *ret_stats);

#ifdef __cplusplus
}
#endif

#endif
