/*
 * figures.c: see figures.h.
 *
 * A visit takes one copy of the figures of each part (Sample, on the heap: it holds a histogram),
 * and then names what is in it. Ratios are given in per cent, since figures are whole numbers.
 */
#include "engine/lsm/figures.h"

#include "engine/lsm/range.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 64 };

/* What the tables of a level hold. */
typedef struct LevelHolds {
    int64_t files;
    int64_t bytes;
    int64_t entries;
    int64_t tombstones; /* removes and fragments */
    int64_t raw_bytes;  /* of keys and values */
} LevelHolds;

/* The figures of all parts, taken one after the other. */
typedef struct Sample {
    LevelHolds levels[LSM_LEVELS];
    LevelHolds all;
    int64_t blob_files;
    int64_t blob_bytes;
    int64_t blob_values;
    int64_t blob_dead_values;
    int64_t blob_dead_bytes;
    int64_t runs;
    int64_t memtables;
    int64_t memtable_bytes;
    int64_t memtable_entries;
    int64_t memtable_removes;
    LsmReadStats reads;
    LsmReadStats lookups;
    LsmWriterStats writer;
    LsmLoaderStats loader;
    LsmLogStats log;
    LsmWorkerStats worker;
    LsmCatalogStats catalog;
    TableCacheStats cache;
    TableCacheGroupStats cached[LSM_LEVELS]; /* reads of users and of the writer, by level */
} Sample;

/* Whom figures are told. */
typedef struct Teller {
    EngineFigureVisitor *visit;
    void *user;
} Teller;

static void
tell(const Teller *teller, const char *name, int64_t value)
{
    teller->visit(teller->user, name, value);
}

/* A rate; 0 when there was no time. */
static int64_t
per_second(int64_t amount, int64_t us)
{
    return us <= 0 ? 0 : (int64_t)((double)amount * 1e6 / (double)us);
}

/* `part` of `whole` in per cent; 0 when there is no whole. */
static int64_t
percent(double part, double whole)
{
    return whole <= 0 ? 0 : (int64_t)(part * 100.0 / whole + 0.5);
}

/* ---------------------------------------------------------------------------------- sampling -- */

static void
sample_levels(Sample *sample, const LsmLevels *levels)
{
    for (int l = 0; l < LSM_LEVELS; l++) {
        LevelHolds *holds = &sample->levels[l];
        for (size_t i = 0; i < levels->levels[l].count; i++) {
            const FormatTable *table = &levels->levels[l].tables[i]->info;
            holds->files++;
            holds->bytes += table->size;
            holds->entries += table->entries;
            holds->tombstones += table->removes + table->fragments;
            holds->raw_bytes += table->key_bytes + table->value_bytes;
        }
        sample->all.files += holds->files;
        sample->all.bytes += holds->bytes;
        sample->all.entries += holds->entries;
        sample->all.tombstones += holds->tombstones;
        sample->all.raw_bytes += holds->raw_bytes;
    }
    sample->runs = (int64_t)levels->run_count;
    for (size_t i = 0; i < levels->blob_count; i++) {
        sample->blob_files++;
        sample->blob_bytes += levels->blobs[i].size;
        sample->blob_values += levels->blobs[i].values;
        sample->blob_dead_values += levels->blobs[i].dead_values;
        sample->blob_dead_bytes += levels->blobs[i].dead_bytes;
    }
}

static void
sample_memory(Sample *sample, const LsmView *view)
{
    for (size_t i = 0; i < view->count; i++) {
        LsmMemtableStats stats;
        lsm_memtable_stats(view->generations[i]->memtable, &stats);
        sample->memtables++;
        sample->memtable_entries += stats.entries;
        sample->memtable_removes += stats.removes;
        sample->memtable_bytes += (int64_t)lsm_generation_memory(view->generations[i]);
    }
}

static void
sample_view(LsmStore *store, Sample *sample)
{
    LsmView *view = lsm_catalog_hold(store->catalog);
    sample_levels(sample, view->levels);
    sample_memory(sample, view);
    lsm_view_unref(view);
}

static void
sample_all(LsmStore *store, Sample *sample)
{
    sample_view(store, sample);
    lsm_counters_read(&store->reads, &sample->reads);
    lsm_counters_read(&store->lookups, &sample->lookups);
    lsm_writer_stats(store->writer, &sample->writer);
    lsm_loader_stats(store->loader, &sample->loader);
    lsm_log_stats(store->log, &sample->log);
    lsm_worker_stats(store->worker, &sample->worker);
    lsm_catalog_stats(store->catalog, &sample->catalog);
    sample->cache = table_block_cache_stats(store->cache);
    for (unsigned level = 0; level < LSM_LEVELS; level++) {
        sample->cached[level] = table_block_cache_group_stats(store->cache, level + 1);
    }
}

/* --------------------------------------------------------------------------------- by level -- */

static void
tell_level_figure(const Teller *teller, int level, const char *what, int64_t value)
{
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof(name), "level_%d_%s", level, what);
    tell(teller, name, value);
}

static void
tell_level_reads(const Teller *teller, int level, const LsmLevelReads *reads)
{
    tell_level_figure(teller, level, "gets", reads->asked);
    tell_level_figure(teller, level, "table_reads", reads->asked - reads->filtered);
    tell_level_figure(teller, level, "found", reads->found);
    tell_level_figure(teller, level, "seeks", reads->seeks);
    tell_level_figure(teller, level, "filter_hits", reads->filtered);
    tell_level_figure(teller, level, "filter_misses", reads->asked - reads->filtered);
    tell_level_figure(teller, level, "filter_false_positives", reads->missed);
}

static void
tell_level_work(const Teller *teller, int level, const LsmLevelWork *work)
{
    tell_level_figure(teller, level, "jobs", work->jobs);
    tell_level_figure(teller, level, "job_us", work->us);
    tell_level_figure(teller, level, "bytes_read", work->bytes_read);
    tell_level_figure(teller, level, "bytes_received", work->bytes_received);
    tell_level_figure(teller, level, "bytes_written", work->bytes_written);
    tell_level_figure(teller, level, "write_amplification_percent",
                      percent((double)work->bytes_written, (double)work->bytes_received));
    tell_level_figure(teller, level, "files_made", work->tables_made);
    tell_level_figure(teller, level, "files_moved", work->tables_moved);
    tell_level_figure(teller, level, "files_dropped", work->tables_dropped);
    tell_level_figure(teller, level, "entries_in", work->entries_in);
    tell_level_figure(teller, level, "entries_shadowed", work->entries_shadowed);
    tell_level_figure(teller, level, "entries_hidden", work->entries_hidden);
    tell_level_figure(teller, level, "entries_removed", work->entries_removed);
}

static void
tell_level(const Teller *teller, int level, const Sample *sample)
{
    const LevelHolds *holds = &sample->levels[level];
    tell_level_figure(teller, level, "files", holds->files);
    tell_level_figure(teller, level, "bytes", holds->bytes);
    tell_level_figure(teller, level, "target_bytes", sample->worker.targets.bytes[level]);
    tell_level_figure(teller, level, "entries", holds->entries);
    tell_level_figure(teller, level, "tombstones", holds->tombstones);
    tell_level_figure(teller, level, "tombstone_percent",
                      percent((double)holds->tombstones, (double)holds->entries));
    tell_level_reads(teller, level, &sample->reads.levels[level]);
    tell_level_figure(teller, level, "cache_hits", (int64_t)sample->cached[level].hits);
    tell_level_figure(teller, level, "cache_misses", (int64_t)sample->cached[level].misses);
    tell_level_work(teller, level, &sample->worker.levels[level]);
}

/* ------------------------------------------------------------------------------------ reads -- */

static void
tell_reads(const Teller *teller, const Sample *sample)
{
    const LsmReadStats *reads = &sample->reads;
    tell(teller, "get_keys", reads->get_keys);
    tell(teller, "get_found", reads->get_found);
    tell(teller, "get_memory", reads->get_memory);
    tell(teller, "get_would_block", reads->get_would_block);
    tell(teller, "get_batches", reads->get_batches);
    tell(teller, "scan_opened", reads->scan_opened);
    tell(teller, "scan_seeks", reads->scan_seeks);
    tell(teller, "scan_examined", reads->scan_examined);
    tell(teller, "scan_tombstones", reads->scan_tombstones);
    tell(teller, "scan_expired", reads->scan_expired);
    tell(teller, "scan_hidden", reads->scan_hidden);
    tell(teller, "scan_skips", reads->scan_skips);
    tell(teller, "lookup_keys", sample->lookups.get_keys);
    tell(teller, "lookup_would_block", sample->lookups.get_would_block);
    tell(teller, "loads", sample->loader.loads);
    tell(teller, "load_keys", sample->loader.keys);
}

/* Tables that a get asks, in per cent of gets: 100 is one. */
static int64_t
read_amplification(const LsmReadStats *reads)
{
    int64_t tables = 0;
    for (int level = 0; level < LSM_LEVELS; level++) {
        tables += reads->levels[level].asked - reads->levels[level].filtered;
    }
    return percent((double)tables, (double)reads->get_keys);
}

static void
tell_cache(const Teller *teller, LsmStore *store, const Sample *sample)
{
    const TableCacheStats *cache = &sample->cache;
    uint64_t hits = 0;
    uint64_t misses = 0;
    for (int level = 0; level < LSM_LEVELS; level++) {
        hits += sample->cached[level].hits;
        misses += sample->cached[level].misses;
    }
    tell(teller, "cache_hits", (int64_t)hits);
    tell(teller, "cache_misses", (int64_t)misses);
    tell(teller, "cache_hit_percent", percent((double)hits, (double)(hits + misses)));
    tell(teller, "cache_would_block", (int64_t)cache->would_block);
    tell(teller, "cache_waits", (int64_t)cache->waits);
    tell(teller, "cache_evictions", (int64_t)cache->evictions);
    tell(teller, "cache_passed", (int64_t)cache->passed);
    tell(teller, "cache_blocks", (int64_t)cache->blocks);
    tell(teller, "cache_bytes", (int64_t)cache->bytes);
    tell(teller, "cache_bytes_max", atomic_load(&store->block_cache_bytes));
    tell(teller, "cache_limbo_blocks", (int64_t)cache->limbo);
    tell(teller, "table_memory_bytes", lsm_tables_memory(store->tables));
    tell(teller, "memtables", sample->memtables);
    tell(teller, "memtable_bytes", sample->memtable_bytes);
}

/* ----------------------------------------------------------------------------------- writes -- */

/* Buckets end at a power of two less one, where those of the histogram do: exact. */
static void
tell_histogram(const Teller *teller, const char *what, const BaseHistogram *histogram)
{
    enum { FIRST_BITS = 5, LAST_BITS = 24 }; /* 31 us to 16 s */
    char name[NAME_BYTES];
    uint64_t below = 0;
    for (unsigned bits = FIRST_BITS; bits <= LAST_BITS; bits++) {
        int64_t bound = ((int64_t)1 << bits) - 1;
        uint64_t count = base_histogram_count_at_most(histogram, bound);
        (void)snprintf(name, sizeof(name), "%s_le_%" PRId64, what, bound);
        tell(teller, name, (int64_t)(count - below));
        below = count;
    }
    (void)snprintf(name, sizeof(name), "%s_le_inf", what);
    tell(teller, name, (int64_t)(histogram->count - below));
    static const struct {
        const char *name;
        double percent;
    } points[] = {{"p50", 50}, {"p99", 99}, {"p999", 99.9}, {"max", 100}};
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        (void)snprintf(name, sizeof(name), "%s_%s", what, points[i].name);
        tell(teller, name, base_histogram_percentile(histogram, points[i].percent));
    }
}

static void
tell_log(const Teller *teller, const LsmLogStats *log)
{
    tell(teller, "wal_bytes", log->bytes);
    tell(teller, "wal_records", log->records);
    tell(teller, "wal_syncs", log->syncs);
    tell(teller, "wal_segments", log->segments);
    tell(teller, "wal_segment_bytes", log->segment_bytes);
    tell(teller, "wal_unsynced_bytes", (int64_t)(log->written - log->durable));
    tell_histogram(teller, "wal_sync_us", &log->sync_us);
}

static void
tell_writer(const Teller *teller, const Sample *sample)
{
    const LsmWriterStats *writer = &sample->writer;
    tell(teller, "user_bytes", writer->bytes);
    tell(teller, "commits", writer->commits);
    tell(teller, "operations", writer->operations);
    tell(teller, "groups", writer->groups);
    tell(teller, "memtables_begun", writer->generations);
    tell(teller, "cold_commits", writer->loads);
    tell(teller, "stalls_memtable", writer->waits);
    tell(teller, "stall_us_memtable", writer->wait_us);
    tell(teller, "stalls_price", writer->delays);
    tell(teller, "stall_us_debt", writer->delay_us[LSM_PRICE_DEBT]);
    tell(teller, "stall_us_runs", writer->delay_us[LSM_PRICE_RUNS]);
    tell(teller, "stall_us_backlog", writer->delay_us[LSM_PRICE_BACKLOG]);
    tell(teller, "stall_refusals", writer->denials);
}

static void
tell_work(const Teller *teller, const LsmWorkerStats *worker)
{
    tell(teller, "flushes", worker->flushes);
    tell(teller, "flush_us", worker->flush_us);
    tell(teller, "flush_bytes", worker->flush_bytes);
    tell(teller, "flush_bytes_per_second", per_second(worker->flush_bytes, worker->flush_us));
    tell(teller, "flush_waiting", worker->waiting_flush);
    tell(teller, "compactions", worker->compactions);
    tell(teller, "compaction_us", worker->compaction_us);
    tell(teller, "compaction_pending_bytes", worker->targets.debt);
    tell(teller, "compaction_base_level", worker->targets.base_level);
    tell(teller, "compaction_bytes_per_second", (int64_t)worker->drain);
    tell(teller, "jobs_running", worker->running);
    tell(teller, "jobs_failed", worker->failures);
    tell(teller, "picks_runs", worker->picks[LSM_PICK_RUNS]);
    tell(teller, "picks_size", worker->picks[LSM_PICK_SIZE]);
    tell(teller, "picks_deadline", worker->picks[LSM_PICK_DEADLINE]);
    tell(teller, "picks_dead", worker->picks[LSM_PICK_DEAD]);
    tell(teller, "picks_manual", worker->picks[LSM_PICK_MANUAL]);
    tell(teller, "picks_covered", worker->picks[LSM_PICK_COVERED]);
    tell(teller, "picks_blobs", worker->picks[LSM_PICK_BLOBS]);
    tell(teller, "price_ps_per_byte", (int64_t)(worker->price * 1000.0));
    tell(teller, "priced_us_debt", worker->priced_us[LSM_PRICE_DEBT]);
    tell(teller, "priced_us_runs", worker->priced_us[LSM_PRICE_RUNS]);
    tell(teller, "priced_us_backlog", worker->priced_us[LSM_PRICE_BACKLOG]);
}

/* ----------------------------------------------------------------------------- all together -- */

static int64_t
bytes_written(const Sample *sample)
{
    int64_t bytes = sample->log.bytes;
    for (int level = 0; level < LSM_LEVELS; level++) {
        bytes += sample->worker.levels[level].bytes_written;
    }
    return bytes;
}

/*
 * Bytes of all tables and blob files, in per cent of those of the lowest level that has any and
 * what is alive in the blob files.
 */
static int64_t
space_amplification(const Sample *sample)
{
    int level = LSM_LEVELS - 1;
    while (level > 0 && sample->levels[level].bytes == 0) {
        level--;
    }
    int64_t alive = sample->blob_bytes - sample->blob_dead_bytes;
    return percent((double)(sample->all.bytes + sample->blob_bytes),
                   (double)(sample->levels[level].bytes + alive));
}

/* Large values: what there is of them, and what was written. */
static void
tell_blobs(const Teller *teller, const Sample *sample)
{
    LsmLevelWork done = {0};
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevelWork *work = &sample->worker.levels[level];
        done.blob_values += work->blob_values;
        done.blob_bytes += work->blob_bytes;
        done.blob_moved_values += work->blob_moved_values;
        done.blob_moved_bytes += work->blob_moved_bytes;
    }
    tell(teller, "blob_files", sample->blob_files);
    tell(teller, "blob_bytes", sample->blob_bytes);
    tell(teller, "blob_values", sample->blob_values - sample->blob_dead_values);
    tell(teller, "blob_dead_values", sample->blob_dead_values);
    tell(teller, "blob_dead_bytes", sample->blob_dead_bytes);
    tell(teller, "blob_dead_percent",
         percent((double)sample->blob_dead_bytes, (double)sample->blob_bytes));
    tell(teller, "blob_values_written", done.blob_values);
    tell(teller, "blob_bytes_written", done.blob_bytes);
    tell(teller, "blob_values_moved", done.blob_moved_values);
    tell(teller, "blob_bytes_moved", done.blob_moved_bytes);
}

static void
tell_whole(const Teller *teller, LsmStore *store, const Sample *sample)
{
    tell(teller, "files", sample->all.files);
    tell(teller, "runs", sample->runs);
    tell(teller, "entries", sample->all.entries + sample->memtable_entries);
    tell(teller, "tombstones", sample->all.tombstones + sample->memtable_removes);
    tell(teller, "tombstone_percent",
         percent((double)(sample->all.tombstones + sample->memtable_removes),
                 (double)(sample->all.entries + sample->memtable_entries)));
    tell(teller, "read_amplification_percent", read_amplification(&sample->reads));
    tell(teller, "write_amplification_percent",
         percent((double)bytes_written(sample), (double)sample->writer.bytes));
    tell(teller, "space_amplification_percent", space_amplification(sample));
    tell(teller, "compression_percent",
         percent((double)sample->all.bytes, (double)sample->all.raw_bytes));
    tell_blobs(teller, sample);
    tell(teller, "manifest_number", (int64_t)sample->catalog.manifest_number);
    tell(teller, "manifest_bytes", sample->catalog.manifest_bytes);
    tell(teller, "manifest_edits", sample->catalog.edits);
    tell(teller, "damage_reports", lsm_damage_read(&store->damage, NULL));
    tell(teller, "damaged_files", sample->worker.damaged);
}

static void
tell_opening(const Teller *teller, const LsmStore *store)
{
    const LsmRecovery *recovered = &store->recovered;
    tell(teller, "open_us", store->open_us);
    tell(teller, "recovery_clean", recovered->clean);
    tell(teller, "recovery_commits", recovered->commits);
    tell(teller, "recovery_torn_bytes", recovered->torn_bytes);
    tell(teller, "recovery_files_made", recovered->tables);
    tell(teller, "recovery_files_removed", recovered->leftovers);
}

void
lsm_figures_visit(LsmStore *store, EngineFigureVisitor *visit, void *user)
{
    const Teller teller = {visit, user};
    Sample *sample = calloc(1, sizeof(*sample));
    if (sample == NULL) {
        return;
    }
    sample_all(store, sample);
    tell_whole(&teller, store, sample);
    for (int level = 0; level < LSM_LEVELS; level++) {
        tell_level(&teller, level, sample);
    }
    tell_reads(&teller, sample);
    tell_cache(&teller, store, sample);
    tell_writer(&teller, sample);
    tell_log(&teller, &sample->log);
    tell_work(&teller, &sample->worker);
    tell_opening(&teller, store);
    free(sample);
}

/* --------------------------------------------------------------------- EngineStats and files -- */

/* Live records of the data and their bytes, about. */
static void
estimate_data(LsmStore *store, EngineStats *stats)
{
    EngineRange everything = {.unbounded = true};
    EngineRangeEstimate estimate = {0};
    if (!base_epoch_enter()) {
        return;
    }
    LsmPoint point = lsm_catalog_point(store->catalog);
    int64_t now_ms = commit_stamp_now(&store->stamps);
    if (lsm_range_estimate(&point, &store->reads, now_ms, &everything, &estimate).code == BASE_OK) {
        stats->keys = estimate.keys;
        stats->data_bytes = estimate.bytes;
    }
    base_epoch_exit();
}

void
lsm_figures_stats(LsmStore *store, EngineStats *ret_stats)
{
    *ret_stats = (EngineStats){0};
    Sample *sample = calloc(1, sizeof(*sample));
    if (sample == NULL) {
        return;
    }
    sample_view(store, sample);
    lsm_log_stats(store->log, &sample->log);
    lsm_catalog_stats(store->catalog, &sample->catalog);
    sample->cache = table_block_cache_stats(store->cache);
    estimate_data(store, ret_stats);
    ret_stats->memory_bytes =
        sample->memtable_bytes + (int64_t)sample->cache.bytes + lsm_tables_memory(store->tables);
    ret_stats->disk_bytes = sample->all.bytes + sample->blob_bytes + sample->log.segment_bytes +
                            sample->catalog.manifest_bytes;
    ret_stats->version =
        atomic_load_explicit(lsm_catalog_visible(store->catalog), memory_order_acquire);
    ret_stats->open_snapshots = (int64_t)lsm_snapshots_count(&store->snapshots);
    free(sample);
}

/* The part of a stored key that people know. */
static BaseSlice
user_key(BaseSlice stored)
{
    return stored.len == 0 ? stored : base_slice(stored.data + 1, stored.len - 1);
}

BaseStatus
lsm_figures_files(LsmStore *store, EngineFileVisitor *visit, void *user)
{
    LsmView *view = lsm_catalog_hold(store->catalog);
    bool going = true;
    for (int level = 0; level < LSM_LEVELS && going; level++) {
        const LsmLevel *tables = &view->levels->levels[level];
        for (size_t i = 0; i < tables->count && going; i++) {
            const FormatTable *table = &tables->tables[i]->info;
            EngineFile file = {.number = table->number,
                               .level = level,
                               .bytes = table->size,
                               .first_key = user_key(table->smallest),
                               .last_key = user_key(table->largest),
                               .entries = table->entries,
                               .tombstones = table->removes + table->fragments,
                               .made_at_ms = table->made_at_ms};
            going = visit(user, &file);
        }
    }
    lsm_view_unref(view);
    return base_ok();
}
