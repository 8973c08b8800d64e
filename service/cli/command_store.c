/*
 * command_store.c: info about one store: what its engine's figures say, put in order for people.
 *
 * Everything is optional: a line or column whose figures the engine does not have is left out.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/figures.h"
#include "service/cli/number.h"
#include "service/cli/report.h"
#include "service/cli/table.h"

#include <stdio.h>

/* The figures of a store, sorted. */
typedef struct Store {
    const LarderStoreStats *stats;
    LarderFigureList figures;
} Store;

/* --------------------------------------------------------------------------------- one line -- */

static double
ratio(int64_t part, int64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

/* How much of the reads one of two counters is. Left out without any. */
static void
add_share(CliReport *report, const Store *store, const char *name, const char *part,
          const char *rest)
{
    int64_t hits;
    int64_t others;
    if (cli_figures_find(store->figures, part, &hits) &&
        cli_figures_find(store->figures, rest, &others) && hits + others > 0) {
        cli_report_share(report, name, ratio(hits, hits + others));
    }
}

/* A figure in per cent as a factor. */
static void
add_factor(CliReport *report, const Store *store, const char *name, const char *figure)
{
    int64_t percent;
    if (cli_figures_find(store->figures, figure, &percent) && percent > 0) {
        cli_report_factor(report, name, (double)percent / 100);
    }
}

static void
add_size(CliReport *report, const Store *store, const char *figure)
{
    int64_t bytes;
    if (cli_figures_find(store->figures, figure, &bytes)) {
        cli_report_size(report, figure, bytes);
    }
}

static void
add_tombstones(CliReport *report, const Store *store)
{
    int64_t entries;
    int64_t tombstones;
    if (cli_figures_find(store->figures, "entries", &entries) &&
        cli_figures_find(store->figures, "tombstones", &tombstones) && entries > 0) {
        cli_report_share(report, "tombstones", ratio(tombstones, entries));
    }
}

/* The next figure called stall_us_CAUSE, from *cursor on; NULL: there are no more. */
static const LarderFigure *
next_stall(const Store *store, size_t *cursor, const char **ret_cause)
{
    static const char prefix[] = "stall_us_";
    size_t len = sizeof prefix - 1;
    while (*cursor < store->figures.count) {
        const LarderFigure *figure = &store->figures.items[(*cursor)++];
        if (figure->name.size > len && memcmp(figure->name.data, prefix, len) == 0) {
            *ret_cause = figure->name.data + len; /* a NUL follows the name */
            return figure;
        }
    }
    return NULL;
}

/* Time that commits were held back, and by what. */
static void
add_stalls(CliReport *report, const Store *store)
{
    const LarderFigure *stall;
    const char *cause;
    int64_t total = 0;
    size_t count = 0;
    for (size_t cursor = 0; (stall = next_stall(store, &cursor, &cause)) != NULL; count++) {
        total += stall->value;
    }
    if (count == 0) {
        return;
    }
    cli_report_duration_us(report, "stalled_us", total);
    for (size_t cursor = 0; (stall = next_stall(store, &cursor, &cause)) != NULL;) {
        char name[64];
        (void)snprintf(name, sizeof name, "stalled_by_%s_us", cause);
        cli_report_duration_us(report, name, stall->value);
    }
}

static void
add_syncs(CliReport *report, const Store *store)
{
    static const char *const points[] = {"wal_sync_us_p50", "wal_sync_us_p99", "wal_sync_us_max"};
    static const char *const names[] = {"wal_sync_p50_us", "wal_sync_p99_us", "wal_sync_max_us"};
    int64_t syncs;
    if (!cli_figures_find(store->figures, "wal_syncs", &syncs)) {
        return;
    }
    cli_report_count(report, "wal_syncs", syncs);
    for (size_t i = 0; i < sizeof points / sizeof points[0] && syncs > 0; i++) {
        int64_t us;
        if (cli_figures_find(store->figures, points[i], &us)) {
            cli_report_duration_us(report, names[i], us);
        }
    }
}

static void
add_flush_rate(CliReport *report, const Store *store)
{
    int64_t bytes = cli_figures_get(store->figures, "flush_bytes");
    int64_t us = cli_figures_get(store->figures, "flush_us");
    if (bytes > 0 && us > 0) {
        double per_second = (double)bytes * 1e6 / (double)us;
        cli_report_size(report, "flushed_per_second_bytes", (int64_t)per_second);
    }
}

static void
add_summary(CliReport *report, const Store *store)
{
    const LarderStoreStats *stats = store->stats;
    cli_report_text(report, "store", cli_slice(stats->store));
    cli_report_text(report, "engine", cli_slice(stats->engine));
    cli_report_count(report, "keys", stats->keys);
    cli_report_size(report, "data_bytes", stats->data_bytes);
    cli_report_size(report, "memory_bytes", stats->memory_bytes);
    cli_report_size(report, "disk_bytes", stats->disk_bytes);
    cli_report_integer(report, "version", stats->version);
    cli_report_count(report, "open_snapshots", stats->open_snapshots);
    add_factor(report, store, "write_amplification", "write_amplification_percent");
    add_factor(report, store, "read_amplification", "read_amplification_percent");
    add_factor(report, store, "space_amplification", "space_amplification_percent");
    add_share(report, store, "cache_hits", "cache_hits", "cache_misses");
    add_size(report, store, "cache_bytes");
    add_tombstones(report, store);
    add_flush_rate(report, store);
    add_size(report, store, "compaction_pending_bytes");
    add_stalls(report, store);
    add_syncs(report, store);
}

/* ----------------------------------------------------------------------------------- levels -- */

static const struct {
    const char *column;
    const char *figure;
    bool (*print)(int64_t, BaseBuf *);
} level_columns[] = {
    {">files", "files", cli_number_print_count},
    {">size", "bytes", cli_number_print_size},
    {">read", "bytes_read", cli_number_print_size},
    {">written", "bytes_written", cli_number_print_size},
    {">tables asked", "filter_misses", cli_number_print_count},
    {">spared by filter", "filter_hits", cli_number_print_count},
    {">in vain", "filter_false_positives", cli_number_print_count},
};

enum { LEVEL_COLUMNS = sizeof level_columns / sizeof level_columns[0] };

/* "3.14", or "-" when nothing is known. */
static void
add_ratio_cell(CliTable *table, bool known, double value, const char *unit)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.2f%s", value, unit);
    cli_table_text(table, base_slice_text(known ? text : "-"));
}

/* Whether there is anything to show of a level. */
static bool
level_is_used(const Store *store, int level)
{
    for (size_t i = 0; i < LEVEL_COLUMNS; i++) {
        if (cli_figures_get_level(store->figures, level, level_columns[i].figure) != 0) {
            return true;
        }
    }
    return false;
}

static void
add_level(CliTable *table, const Store *store, int level)
{
    char number[16];
    (void)snprintf(number, sizeof number, "%d", level);
    cli_table_text(table, base_slice_text(number));
    for (size_t i = 0; i < LEVEL_COLUMNS; i++) {
        int64_t value;
        if (cli_figures_find_level(store->figures, level, level_columns[i].figure, &value)) {
            cli_table_number(table, value, level_columns[i].print);
        } else {
            cli_table_text(table, BASE_SLICE_LITERAL("-"));
        }
    }
    int64_t received = cli_figures_get_level(store->figures, level, "bytes_received");
    int64_t written = cli_figures_get_level(store->figures, level, "bytes_written");
    int64_t entries = cli_figures_get_level(store->figures, level, "entries");
    int64_t dead = cli_figures_get_level(store->figures, level, "tombstones");
    add_ratio_cell(table, received > 0, ratio(written, received), "");
    add_ratio_cell(table, entries > 0, ratio(dead, entries) * 100, " %");
}

static void
print_levels(CliCall *call, const Store *store)
{
    const char *names[LEVEL_COLUMNS + 3] = {">level"};
    for (size_t i = 0; i < LEVEL_COLUMNS; i++) {
        names[i + 1] = level_columns[i].column;
    }
    names[LEVEL_COLUMNS + 1] = ">written/received";
    names[LEVEL_COLUMNS + 2] = ">tombstones";
    CliTable table = cli_table_begin(call, names, LEVEL_COLUMNS + 3);
    for (int level = 0; level < CLI_FIGURES_LEVELS_MAX; level++) {
        if (level_is_used(store, level)) {
            add_level(&table, store, level);
        }
    }
    if (table.cells > 0) {
        cli_call_print(call, "\n");
    }
    cli_table_end(&table);
}

/* All figures of all levels, by number and name. */
static void
add_levels_json(CliReport *report, const Store *store)
{
    static const char *const names[] = {
        "files",
        "bytes",
        "bytes_read",
        "bytes_written",
        "bytes_received",
        "entries",
        "tombstones",
        "table_reads",
        "filter_hits",
        "filter_misses",
        "filter_false_positives",
        "cache_hits",
        "cache_misses",
    };
    CliJsonWriter *json = &report->json;
    cli_json_writer_begin_list(json, "levels");
    for (int level = 0; level < CLI_FIGURES_LEVELS_MAX; level++) {
        if (!cli_figures_has_level(store->figures, level)) {
            continue;
        }
        cli_json_writer_begin(json, NULL);
        cli_json_writer_integer(json, "level", level);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            int64_t value;
            if (cli_figures_find_level(store->figures, level, names[i], &value)) {
                cli_json_writer_integer(json, names[i], value);
            }
        }
        cli_json_writer_end(json);
    }
    cli_json_writer_end_list(json);
}

/* ------------------------------------------------------------------------------- histograms -- */

enum { BAR_COLUMNS = 40 };

static void
add_bar(CliTable *table, int64_t count, int64_t most)
{
    char bar[BAR_COLUMNS + 1];
    size_t len = most == 0 ? 0 : (size_t)((double)count * BAR_COLUMNS / (double)most + 0.5);
    memset(bar, '#', sizeof bar);
    cli_table_text(table, base_slice(bar, count > 0 && len == 0 ? 1 : len));
}

static bool
print_bound(const CliBucket *bucket, BaseBuf *into)
{
    bool us = bucket->histogram.size > 3 &&
              memcmp(bucket->histogram.data + bucket->histogram.size - 3, "_us", 3) == 0;
    bool above = bucket->bound == INT64_MAX;
    int64_t bound = above ? bucket->below : bucket->bound;
    return base_buf_printf(into, above ? "over " : "up to ") &&
           (us ? cli_number_print_duration_us(bound, into) : cli_number_print_count(bound, into));
}

/* The buckets that count something, with bars. */
static void
print_histograms(CliCall *call, const Store *store)
{
    static const char *const names[] = {"histogram", ">bucket", ">count", "share"};
    CliTable table = cli_table_begin(call, names, 4);
    CliBucket bucket;
    int64_t most = 0;
    for (size_t cursor = 0; cli_figures_next_bucket(store->figures, &cursor, &bucket);) {
        most = bucket.count > most ? bucket.count : most;
    }
    for (size_t cursor = 0; cli_figures_next_bucket(store->figures, &cursor, &bucket);) {
        if (bucket.count == 0) {
            continue;
        }
        BaseBuf bound = BASE_BUF_INIT;
        (void)print_bound(&bucket, &bound);
        cli_table_text(&table, cli_slice(bucket.histogram));
        cli_table_text(&table, base_buf_slice(&bound));
        cli_table_number(&table, bucket.count, cli_number_print_count);
        add_bar(&table, bucket.count, most);
        base_buf_clear(&bound);
    }
    if (table.cells > 0) {
        cli_call_print(call, "\n");
    }
    cli_table_end(&table);
}

static void
add_histograms_json(CliReport *report, const Store *store)
{
    CliJsonWriter *json = &report->json;
    CliBucket bucket;
    cli_json_writer_begin_list(json, "buckets");
    for (size_t cursor = 0; cli_figures_next_bucket(store->figures, &cursor, &bucket);) {
        cli_json_writer_begin(json, NULL);
        cli_json_writer_text(json, "histogram", cli_slice(bucket.histogram));
        if (bucket.bound != INT64_MAX) {
            cli_json_writer_integer(json, "up_to", bucket.bound);
        }
        cli_json_writer_integer(json, "count", bucket.count);
        cli_json_writer_end(json);
    }
    cli_json_writer_end_list(json);
}

CliStatus
cli_info_store(CliCall *call, const char *name)
{
    LarderStoreStatsArguments arguments = {.store = cli_bytes(base_slice_text(name))};
    LarderReply *reply = cli_call_admin(call, LARDER_METHOD_STORE_STATS, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    Store store = {.stats = reply->as.store_stats};
    if (!cli_figures_sort(call, store.stats->engine_figures, &store.figures)) {
        larder_reply_free(reply);
        return call->status;
    }
    CliReport report = cli_report_begin(call);
    add_summary(&report, &store);
    if (call->json) {
        add_levels_json(&report, &store);
        add_histograms_json(&report, &store);
    }
    cli_report_end(&report);
    if (!call->json) {
        print_levels(call, &store);
        print_histograms(call, &store);
    }
    larder_reply_free(reply);
    return CLI_OK;
}
