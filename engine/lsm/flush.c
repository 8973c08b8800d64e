/*
 * flush.c: see flush.h.
 */
#include "engine/lsm/flush.h"

#include "engine/base/check.h"

/* The generations that a flush takes: the oldest ones of its view. */
typedef struct Flush {
    LsmJob *job;
    LsmGeneration *const *generations; /* from new to old */
    size_t count;
    int64_t entries;
    int64_t version_highest;
} Flush;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for a flush");
}

int64_t
lsm_flush_order(const LsmLevels *levels)
{
    const LsmLevel *level = &levels->levels[0];
    int64_t highest = level->count == 0 ? 0 : level->tables[level->count - 1]->info.order;
    return (highest / LSM_FLUSH_ORDERS + 1) * LSM_FLUSH_ORDERS;
}

size_t
lsm_flush_ready(const LsmView *view, int64_t visible)
{
    size_t ready = 0;
    while (ready < view->count) {
        const LsmGeneration *oldest = view->generations[view->count - 1 - ready];
        if (lsm_generation_state(oldest) != LSM_GENERATION_FULL ||
            atomic_load_explicit(&oldest->version_highest, memory_order_acquire) > visible) {
            break;
        }
        ready++;
    }
    return ready;
}

/* ------------------------------------------------------------------------------------- input -- */

static bool
add_range(void *user, const FormatRange *range)
{
    return lsm_job_add_range(user, range);
}

/* Opens the sources, and sums up what they hold. */
static BaseStatus
gather(Flush *flush, LsmSource *sources)
{
    LsmJob *job = flush->job;
    for (size_t i = 0; i < flush->count; i++) {
        LsmGeneration *generation = flush->generations[i];
        LsmMemtableStats stats;
        lsm_memtable_stats(generation->memtable, &stats);
        lsm_source_init_flush(&sources[i], generation->memtable);
        lsm_range_set_visit(&generation->ranges, INT64_MAX, add_range, job);
        flush->entries += stats.entries;
        job->figures.bytes_arrived += stats.data_bytes;
        int64_t version = atomic_load(&generation->version_highest);
        int64_t stamp = atomic_load(&generation->stamp_highest);
        flush->version_highest =
            version > flush->version_highest ? version : flush->version_highest;
        job->stamp_max_ms = stamp > job->stamp_max_ms ? stamp : job->stamp_max_ms;
    }
    return job->ranges.failed ? no_memory() : base_ok();
}

/* -------------------------------------------------------------------------------- installing -- */

/* The first segment that recovery has to read when these generations are in tables. */
static int64_t
log_floor(const Flush *flush)
{
    const LsmView *view = flush->job->view;
    uint64_t floor = flush->generations[0]->number + 1;
    if (flush->count < view->count) {
        floor = view->generations[view->count - 1 - flush->count]->number;
    }
    return (int64_t)floor;
}

static int64_t
higher(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* LsmCatalogChange. Another change may have raised the last version above this flush's. */
static BaseStatus
make_edits(void *user, const LsmLevels *levels, BaseBuf *edits)
{
    const Flush *flush = user;
    const LsmStoreState *state = &levels->state;
    FormatEdit floor = {.tag = FORMAT_EDIT_LOG_FLOOR};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    floor.number = higher(log_floor(flush), state->log_floor);
    last.last.version = higher(flush->version_highest, state->last_version);
    last.last.stamp_ms = higher(flush->job->stamp_max_ms, state->last_stamp_ms);
    bool good = lsm_job_describe(flush->job, lsm_flush_order(levels), edits) &&
                format_manifest_edit_encode(edits, &floor) &&
                format_manifest_edit_encode(edits, &last);
    return good ? base_ok() : no_memory();
}

static BaseStatus
install(Flush *flush, LsmLog *log)
{
    LsmJob *job = flush->job;
    BaseStatus status = lsm_catalog_change(job->place->catalog, make_edits, flush,
                                           flush->generations, flush->count, job->message);
    if (status.code != BASE_OK) {
        return status;
    }
    for (size_t i = 0; i < flush->count; i++) {
        lsm_generation_set_state(flush->generations[i], LSM_GENERATION_FLUSHED);
        lsm_generation_segment_done(flush->generations[i], log, LSM_SEGMENT_FLUSHED);
    }
    return status;
}

BaseStatus
lsm_flush_run(LsmJob *job, size_t count, LsmLog *log)
{
    BASE_CHECK(count != 0 && count <= lsm_flush_ready(job->view, job->visible));
    LsmSource sources[LSM_GENERATIONS_MAX];
    Flush flush = {
        .job = job,
        .generations = &job->view->generations[job->view->count - count],
        .count = count,
    };
    BaseStatus status = gather(&flush, sources);
    if (status.code == BASE_OK) {
        status = lsm_job_rewrite(job, sources, count, 0, flush.entries, job->stamp_max_ms);
        for (size_t i = 0; i < count; i++) {
            lsm_source_clear(&sources[i]);
        }
    }
    return status.code == BASE_OK ? install(&flush, log) : status;
}
