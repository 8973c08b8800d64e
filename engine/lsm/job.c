/*
 * job.c: see job.h.
 */
#include "engine/lsm/job.h"

#include "engine/format/file_name.h"
#include "engine/lsm/unique.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ZSTD_LEVEL_FAST = 1,
    ZSTD_LEVEL_LAST = 3, /* of the last level, where data stays longest */
};

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for a flush or compaction");
}

BaseStatus
lsm_job_begin(LsmJob *job, const LsmJobPlace *place, LsmView *view)
{
    *job = (LsmJob){.place = place,
                    .view = view,
                    .ranges = BASE_BUF_INIT,
                    .numbers = BASE_BUF_INIT,
                    .dictionary = BASE_BUF_INIT};
    /* In this order, so that a snapshot that the list does not have reads neither earlier nor at a
       lower version. */
    job->visible = atomic_load_explicit(lsm_catalog_visible(place->catalog), memory_order_acquire);
    job->retention.time_ms = commit_stamp_now(place->stamps);
    BaseStatus status = lsm_snapshots_list(place->snapshots, &job->snapshots);
    if (status.code != BASE_OK) {
        return status;
    }
    job->retention.snapshots = job->snapshots.versions;
    job->retention.snapshot_count = job->snapshots.count;
    if (job->snapshots.oldest_ms < job->retention.time_ms) {
        job->retention.time_ms = job->snapshots.oldest_ms;
    }
    return base_ok();
}

bool
lsm_job_add_range(LsmJob *job, const FormatRange *range)
{
    return base_buf_append(&job->ranges, range, sizeof(*range));
}

TableBuilderOptions
lsm_job_table_options(const LsmJobPlace *place, int level)
{
    bool last = level == LSM_LEVELS - 1;
    bool pack = place->compression == LSM_COMPRESSION_ZSTD ||
                (place->compression == LSM_COMPRESSION_AUTO && level > 1);
    return (TableBuilderOptions){.block_bytes = place->block_bytes,
                                 .filter_bits = place->filter_bits,
                                 .pack = pack,
                                 .zstd_level = last ? ZSTD_LEVEL_LAST : ZSTD_LEVEL_FAST,
                                 .made_at_ms = commit_stamp_now(place->stamps),
                                 .program = place->program};
}

/* ------------------------------------------------------------------------------------ tables -- */

static int64_t
next_number(void *user)
{
    LsmJob *job = user;
    int64_t number = lsm_catalog_number(job->place->catalog);
    (void)base_buf_append(&job->numbers, &number, sizeof(number));
    return number;
}

static uint64_t
next_id(void *user)
{
    (void)user;
    return lsm_unique_id();
}

static BaseStatus
pause_job(void *user, size_t bytes)
{
    LsmJob *job = user;
    return job->pause == NULL ? base_ok() : job->pause(job->user, bytes);
}

/* What went in is what came out and what was dropped (L-8). */
static BaseStatus
check_counts(LsmJob *job, int64_t entries)
{
    const LsmRewriteCounts *counts = &job->made.counts;
    int64_t made = 0;
    for (size_t i = 0; i < job->made.count; i++) {
        made += job->made.tables[i].entries;
    }
    int64_t dropped = counts->shadowed + counts->hidden + counts->removes;
    if (counts->entries_in == entries && counts->entries_in == made + dropped) {
        return base_ok();
    }
    (void)snprintf(job->message, sizeof(job->message),
                   "%" PRId64 " entries were expected, %" PRId64 " read, %" PRId64 " kept, %" PRId64
                   " dropped",
                   entries, counts->entries_in, made, dropped);
    return base_error(BASE_CORRUPTION, "a rewrite does not account for every entry");
}

/* Since when something in each new table has been dead: no later than in the inputs. */
static void
date_tables(LsmJob *job, int64_t dead_since_ms)
{
    for (size_t i = 0; i < job->made.count; i++) {
        FormatTable *table = &job->made.tables[i];
        if (table->removes != 0 || table->fragments != 0) {
            table->oldest_remove_ms = dead_since_ms != 0 ? dead_since_ms : job->retention.time_ms;
        }
    }
}

BaseStatus
lsm_job_rewrite(LsmJob *job, LsmSource *sources, size_t count, int output_level, int64_t entries,
                int64_t dead_since_ms)
{
    const LsmJobPlace *place = job->place;
    LsmMerge merge;
    lsm_merge_init(&merge, sources, count);
    LsmRewriteArgs args = {.env = place->env,
                           .directory = place->directory,
                           .merge = &merge,
                           .ranges = (const FormatRange *)(const void *)job->ranges.data,
                           .range_count = job->ranges.len / sizeof(FormatRange),
                           .retention = job->retention,
                           .levels = job->view->levels,
                           .output_level = output_level,
                           .table_bytes = place->table_bytes,
                           .table = lsm_job_table_options(place, output_level),
                           .blobs = place->blobs,
                           .next_number = next_number,
                           .next_id = next_id,
                           .pause = pause_job,
                           .user = job};
    args.table.stamp_max = job->stamp_max_ms;
    args.table.dictionary = base_buf_slice(&job->dictionary);
    BaseStatus status = lsm_rewrite_run(&args, &job->made);
    job->figures.counts = job->made.counts;
    job->figures.tables_made = (int64_t)job->made.count;
    job->figures.bytes_read += job->made.counts.blobs.moved_bytes;
    if (status.code == BASE_OK) {
        status = check_counts(job, entries);
    }
    if (status.code == BASE_OK && job->made.count != 0) {
        date_tables(job, dead_since_ms);
        status = env_sync_directory(place->env, place->directory);
        job->names_lost = status.code != BASE_OK;
    }
    return job->numbers.failed && status.code == BASE_OK ? no_memory() : status;
}

bool
lsm_job_describe(const LsmJob *job, int64_t order, BaseBuf *edits)
{
    bool good = true;
    for (size_t i = 0; i < job->made.blob_count && good; i++) {
        const LsmBlobFile *file = &job->made.blobs[i];
        FormatEdit edit = {.tag = FORMAT_EDIT_ADD_BLOB_FILE};
        edit.blob.number = (int64_t)file->number;
        edit.blob.id = file->id;
        edit.blob.size = file->size;
        edit.blob.values = file->values;
        edit.blob.bytes = file->bytes;
        good = format_manifest_edit_encode(edits, &edit);
    }
    for (size_t i = 0; i < job->made.count && good; i++) {
        FormatEdit edit = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = job->made.tables[i]};
        edit.add_table.order = edit.add_table.level == 0 ? order + (int64_t)i : 0;
        good = format_manifest_edit_encode(edits, &edit);
    }
    return good;
}

static void
remove_file(const LsmJobPlace *place, FormatFileKind kind, int64_t number)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    format_file_name_write((FormatFileName){kind, (uint64_t)number}, name);
    if (env_join(path, place->directory, name).code == BASE_OK) {
        (void)env_unlink(place->env, path);
    }
}

/* A number is that of one file, a table or a blob file. */
static void
remove_files(const LsmJob *job)
{
    const int64_t *numbers = (const int64_t *)(const void *)job->numbers.data;
    for (size_t i = 0; i < job->numbers.len / sizeof(*numbers); i++) {
        remove_file(job->place, FORMAT_FILE_TABLE, numbers[i]);
        if (job->place->blobs.min_bytes != 0) {
            remove_file(job->place, FORMAT_FILE_BLOB, numbers[i]);
        }
    }
}

void
lsm_job_end(LsmJob *job, BaseStatus status)
{
    if (status.code != BASE_OK && lsm_catalog_status(job->place->catalog).code == BASE_OK) {
        remove_files(job);
    }
    lsm_rewrite_clear(&job->made);
    lsm_view_unref(job->view);
    free(job->snapshots.versions);
    base_buf_clear(&job->ranges);
    base_buf_clear(&job->numbers);
    base_buf_clear(&job->dictionary);
}
