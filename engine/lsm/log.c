/*
 * log.c: one lock, one thread that syncs, reports and opens windows ahead, one writer that does
 * none of it.
 *
 * The lock protects everything but what is the writer's alone (the current segment's place and the
 * room set aside in it). It is never held while the file system works, except by the writer for the
 * header of a segment it switches to; and never while groups are reported, because a report may
 * lead to the next append. A group that need not wait takes it once. The thread holds it for a
 * microsecond at a time, so who finds it taken looks again for a moment before going to sleep.
 *
 * A round of the thread: wait for more groups if that pays (gather.h), note how far has been
 * written, sync every segment that has bytes beyond what is durable, oldest first, move the durable
 * position, report what that covers and what has waited long enough (reports.h). Segments are
 * linked in the order of the log; one that is released while it is being synced is removed at the
 * end of the round.
 *
 * Time is the operating system's: an interval between syncs is about real disks.
 */
#include "engine/lsm/log.h"

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"
#include "engine/lsm/gather.h"
#include "engine/lsm/reports.h"
#include "engine/lsm/segment.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct LsmLog {
    LsmLogArgs args;
    char directory[ENV_PATH_MAX];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;  /* the thread waits */
    pthread_cond_t moved; /* the durable position moved, or the log failed */
    bool stopping;
    bool asked; /* somebody waits for a sync */
    BaseStatus failure;
    _Atomic bool failed;      /* there is a failure; for looks without the lock */
    uint64_t written;         /* LSN */
    _Atomic uint64_t durable; /* LSN; changes under the lock */
    int64_t dirty_us;         /* when the oldest byte that is not durable was written; 0: none */
    uint64_t previous;        /* the last segment before the current one, for its header */
    uint64_t previous_len;
    LsmSegment *oldest;
    LsmSegment *current;
    LsmReports reports;
    LsmGather gather;
    struct {
        int64_t records;
        int64_t bytes;
        int64_t syncs;
        int64_t segments;
        int64_t segment_bytes;
        BaseHistogram sync_us;
    } stats;
};

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

/* --------------------------------------------------------------------------------- segments -- */

/* A segment more or less is held. Under the lock. */
static void
count_segment(LsmLog *log, const LsmSegment *segment, int change)
{
    log->stats.segments += change;
    log->stats.segment_bytes += change * (int64_t)segment->capacity;
}

BaseStatus
lsm_log_segment_new(LsmLog *log, uint64_t number, uint64_t bytes, LsmSegment **ret_segment)
{
    uint64_t id = base_hash(base_slice(&number, sizeof(number)), log->args.id_seed);
    BaseStatus status = lsm_segment_new(log->args.env, log->directory, number, id, bytes,
                                        log->args.mode != LSM_SYNC_ALWAYS, ret_segment);
    if (status.code == BASE_OK) {
        pthread_mutex_lock(&log->lock);
        count_segment(log, *ret_segment, 1);
        pthread_mutex_unlock(&log->lock);
    }
    return status;
}

void
lsm_log_segment_discard(LsmLog *log, LsmSegment *segment)
{
    if (segment == NULL) {
        return;
    }
    pthread_mutex_lock(&log->lock);
    count_segment(log, segment, -1);
    pthread_mutex_unlock(&log->lock);
    lsm_segment_remove(log->args.env, segment);
}

void
lsm_log_segment_release(LsmLog *log, LsmSegment *segment)
{
    pthread_mutex_lock(&log->lock);
    segment->released = true;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
}

uint64_t
lsm_log_segment_number(const LsmSegment *segment)
{
    return segment->number;
}

bool
lsm_log_segment_reserve(LsmSegment *segment, uint64_t bytes)
{
    if (bytes > segment->capacity - segment->reserved) {
        return false;
    }
    segment->reserved += bytes;
    return true;
}

/* ----------------------------------------------------------------------------------- writing -- */

static uint64_t
durable_of(const LsmLog *log)
{
    return atomic_load_explicit(&log->durable, memory_order_relaxed);
}

static bool
has_failed(LsmLog *log)
{
    return atomic_load_explicit(&log->failed, memory_order_acquire);
}

/* The first failure is the one that counts. Under the lock. */
static void
fail(LsmLog *log, BaseStatus status)
{
    if (log->failure.code == BASE_OK) {
        log->failure = status;
        atomic_store_explicit(&log->failed, true, memory_order_release);
    }
    pthread_cond_broadcast(&log->moved);
}

/* Notes that there are bytes to sync. Whether the thread has to know of it. Under the lock. */
static bool
note_dirty(LsmLog *log)
{
    if (log->dirty_us != 0) {
        return false;
    }
    log->dirty_us = now_us();
    return log->args.mode == LSM_SYNC_INTERVAL;
}

/*
 * Writes at the end of the current segment and counts it, with so many records. The thread is woken
 * without the lock, which it wants first.
 */
static BaseStatus
write_bytes(LsmLog *log, LsmSegment *segment, BaseSlice bytes, int64_t records)
{
    if (has_failed(log)) {
        return lsm_log_status(log);
    }
    BaseStatus status = lsm_segment_put(segment, bytes);
    bool wake = false;
    pthread_mutex_lock(&log->lock);
    if (status.code == BASE_OK) {
        segment->len += bytes.len;
        log->written = segment->start + segment->len;
        log->stats.records += records;
        log->stats.bytes += records != 0 ? (int64_t)bytes.len : 0;
        bool dirty = note_dirty(log);
        wake = dirty || lsm_segment_wants_ahead(segment);
    } else {
        fail(log, status);
    }
    pthread_mutex_unlock(&log->lock);
    if (wake) {
        pthread_cond_signal(&log->work);
    }
    return status;
}

BaseStatus
lsm_log_switch(LsmLog *log, LsmSegment *next, int64_t version_base)
{
    LsmSegment *before = log->current;
    if (before != NULL) {
        log->previous = before->number;
        log->previous_len = before->len;
    }
    next->start = log->written;
    BaseBuf header = BASE_BUF_INIT;
    bool encoded = format_log_header_encode(
        &header, &(FormatLogHeader){.kind = FORMAT_LOG_SEGMENT,
                                    .id = next->id,
                                    .number = next->number,
                                    .start = next->start,
                                    .previous = log->previous,
                                    .previous_len = log->previous_len,
                                    .version_base = version_base,
                                    .made_at_ms = base_clock_wall_ms(log->args.clock)});
    BaseStatus status = base_error(BASE_NO_MEMORY, "no memory for the head of a segment");
    if (encoded) {
        pthread_mutex_lock(&log->lock);
        *(before != NULL ? &before->next : &log->oldest) = next;
        log->current = next;
        pthread_mutex_unlock(&log->lock);
        status = write_bytes(log, next, base_buf_slice(&header), 0);
    }
    base_buf_clear(&header);
    return status;
}

LsmSegment *
lsm_log_current(const LsmLog *log)
{
    return log->current;
}

BaseStatus
lsm_log_append(LsmLog *log, BaseBuf *record)
{
    LsmSegment *segment = log->current;
    size_t payload = record->len - FORMAT_LOG_RECORD_HEAD_BYTES;
    size_t len = format_log_record_len(payload);
    if (base_buf_extend(record, len - record->len) == NULL && len != record->len) {
        return base_error(BASE_NO_MEMORY, "no memory for a record of the log");
    }
    uint64_t durable = durable_of(log); /* W-4 */
    format_log_record_seal(record->data, payload, segment->id, segment->len, durable);
    BASE_CHECK(segment->len + len <= segment->reserved);
    return write_bytes(log, segment, base_buf_slice(record), 1);
}

/* Whether the next sync waits for more groups, and more can come. Under the lock. */
static bool
is_gathering(const LsmLog *log, int64_t now)
{
    return now < lsm_gather_until(&log->gather) && log->reports.count < LSM_REPORTS_MAX;
}

void
lsm_log_commit(LsmLog *log, CommitGroup *group, BaseStatus status, int64_t not_before_us)
{
    bool sync = group->sync || log->args.mode == LSM_SYNC_ALWAYS;
    bool waits = sync || not_before_us != 0;
    if (status.code == BASE_OK && (waits || has_failed(log))) {
        bool wake = false;
        pthread_mutex_lock(&log->lock);
        status = log->failure;
        if (status.code == BASE_OK) {
            lsm_reports_add(&log->reports,
                            (LsmReport){group, base_ok(), sync ? log->written : 0, not_before_us});
            lsm_gather_add(&log->gather, sync ? group->entry_count : 0);
            wake = not_before_us != 0 || !is_gathering(log, now_us());
        }
        pthread_mutex_unlock(&log->lock);
        if (wake) {
            pthread_cond_signal(&log->work);
        }
    }
    if (status.code != BASE_OK || !waits) {
        log->args.report(log->args.user, group, status);
    }
}

/* -------------------------------------------------------------------------------- the thread -- */

/* Whether a group that waits needs a sync. Under the lock. */
static bool
wants_sync(const LsmLog *log, int64_t now)
{
    if (log->failure.code != BASE_OK || durable_of(log) == log->written) {
        return false;
    }
    if (log->asked || (log->args.mode == LSM_SYNC_INTERVAL && log->dirty_us != 0 &&
                       now >= log->dirty_us + log->args.interval_ms * 1000)) {
        return true;
    }
    if (is_gathering(log, now)) {
        return false;
    }
    return lsm_reports_want_sync(&log->reports, durable_of(log));
}

/* The segment behind `segment`, or the oldest, that has bytes to sync. Under the lock. */
static LsmSegment *
next_dirty(const LsmLog *log, const LsmSegment *segment)
{
    LsmSegment *next = segment == NULL ? log->oldest : segment->next;
    while (next != NULL && next->synced == next->len) {
        next = next->next;
    }
    return next;
}

/* Makes all that was written durable. Takes the lock off while it syncs. */
static void
sync_written(LsmLog *log)
{
    uint64_t target = log->written;
    int64_t begun = now_us();
    log->asked = false;
    log->dirty_us = 0;
    lsm_gather_begin(&log->gather);
    for (LsmSegment *segment = next_dirty(log, NULL); segment != NULL;
         segment = next_dirty(log, segment)) {
        uint64_t len = segment->len;
        pthread_mutex_unlock(&log->lock);
        BaseStatus status = env_file_sync(segment->file);
        pthread_mutex_lock(&log->lock);
        if (status.code != BASE_OK) {
            fail(log, status);
            return;
        }
        segment->synced = len;
        log->stats.syncs++;
    }
    int64_t ended = now_us();
    base_histogram_record(&log->stats.sync_us, ended - begun);
    lsm_gather_end(&log->gather, begun, ended);
    atomic_store_explicit(&log->durable, target, memory_order_relaxed);
    if (log->written > target && log->dirty_us == 0) {
        log->dirty_us = begun;
    }
    pthread_cond_broadcast(&log->moved);
}

/* Removes released segments. Takes the lock off while it does. */
static void
remove_released(LsmLog *log)
{
    LsmSegment **place = &log->oldest;
    while (*place != NULL) {
        LsmSegment *segment = *place;
        if (!segment->released) {
            place = &segment->next;
            continue;
        }
        *place = segment->next;
        count_segment(log, segment, -1);
        pthread_mutex_unlock(&log->lock);
        lsm_segment_remove(log->args.env, segment);
        pthread_mutex_lock(&log->lock);
        place = &log->oldest;
    }
}

/* Whether the writer wants a window. Under the lock. */
static bool
wants_window(const LsmLog *log)
{
    return log->current != NULL && lsm_segment_wants_ahead(log->current);
}

/* Opens it. Takes the lock off meanwhile: this thread alone removes segments of the log. */
static void
open_window(LsmLog *log)
{
    LsmSegment *segment = log->current;
    pthread_mutex_unlock(&log->lock);
    lsm_segment_open_ahead(segment);
    pthread_mutex_lock(&log->lock);
}

static bool
any_released(const LsmLog *log)
{
    for (const LsmSegment *segment = log->oldest; segment != NULL; segment = segment->next) {
        if (segment->released) {
            return true;
        }
    }
    return false;
}

/* The earlier of two times, of which 0 is never. */
static int64_t
sooner(int64_t one, int64_t other)
{
    return one == 0 || (other != 0 && other < one) ? other : one;
}

/*
 * When the thread has to look again, without being told; 0: never. `now` is when it saw that there
 * is nothing to do: what has become due since then must not be missed. Under the lock.
 */
static int64_t
next_look_us(const LsmLog *log, int64_t now)
{
    int64_t look = lsm_reports_next_us(&log->reports, durable_of(log));
    if (is_gathering(log, now)) {
        look = sooner(look, lsm_gather_until(&log->gather));
    }
    if (log->args.mode == LSM_SYNC_INTERVAL && log->dirty_us != 0 && log->failure.code == BASE_OK) {
        look = sooner(look, log->dirty_us + log->args.interval_ms * 1000);
    }
    return look;
}

static void
wait_for_work(LsmLog *log, int64_t now)
{
    int64_t look = next_look_us(log, now);
    if (look == 0) {
        (void)pthread_cond_wait(&log->work, &log->lock);
        return;
    }
    struct timespec until = {.tv_sec = look / 1000000, .tv_nsec = look % 1000000 * 1000};
    (void)pthread_cond_timedwait(&log->work, &log->lock, &until);
}

static void *
run(void *user)
{
    LsmLog *log = user;
    pthread_mutex_lock(&log->lock);
    for (;;) {
        if (wants_sync(log, now_us())) {
            sync_written(log);
        }
        LsmReport due[LSM_REPORTS_MAX];
        size_t count =
            lsm_reports_take(&log->reports, durable_of(log), now_us(), log->failure, due);
        if (count != 0) {
            pthread_mutex_unlock(&log->lock);
            for (size_t i = 0; i < count; i++) {
                log->args.report(log->args.user, due[i].group, due[i].status);
            }
            pthread_mutex_lock(&log->lock);
        } else if (wants_window(log)) {
            open_window(log);
        } else if (any_released(log)) {
            remove_released(log);
        } else if (log->stopping && log->reports.count == 0) {
            break;
        } else {
            int64_t now = now_us();
            if (!wants_sync(log, now)) {
                wait_for_work(log, now);
            }
        }
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

/* ----------------------------------------------------------------------------- life, looks -- */

static BaseStatus
start_thread(LsmLog *log)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutexattr_t adaptive;
    (void)pthread_mutexattr_init(&adaptive);
    (void)pthread_mutexattr_settype(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP);
    (void)pthread_mutex_init(&log->lock, &adaptive);
    (void)pthread_mutexattr_destroy(&adaptive);
    (void)pthread_cond_init(&log->work, &monotonic);
    (void)pthread_cond_init(&log->moved, NULL);
    (void)pthread_condattr_destroy(&monotonic);
    if (pthread_create(&log->thread, NULL, run, log) == 0) {
        return base_ok();
    }
    (void)pthread_cond_destroy(&log->moved);
    (void)pthread_cond_destroy(&log->work);
    (void)pthread_mutex_destroy(&log->lock);
    return base_error(BASE_NO_MEMORY, "no thread for the log");
}

BaseStatus
lsm_log_new(const LsmLogArgs *args, LsmLog **ret_log)
{
    LsmLog *log = calloc(1, sizeof(*log));
    if (log == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the log");
    }
    log->args = *args;
    log->failure = base_ok();
    log->written = args->position;
    atomic_init(&log->durable, args->position);
    log->previous = args->previous;
    log->previous_len = args->previous_len;
    size_t len = strlen(args->directory);
    BaseStatus status = len < sizeof(log->directory)
                            ? base_ok()
                            : base_error(BASE_INVALID, "the directory's name is too long");
    if (status.code == BASE_OK) {
        memcpy(log->directory, args->directory, len + 1);
        status = start_thread(log);
    }
    if (status.code != BASE_OK) {
        free(log);
        return status;
    }
    *ret_log = log;
    return base_ok();
}

void
lsm_log_free(LsmLog *log)
{
    if (log == NULL) {
        return;
    }
    pthread_mutex_lock(&log->lock);
    log->stopping = true;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->thread, NULL);
    while (log->oldest != NULL) {
        LsmSegment *segment = log->oldest;
        log->oldest = segment->next;
        lsm_segment_close(segment);
    }
    (void)pthread_cond_destroy(&log->moved);
    (void)pthread_cond_destroy(&log->work);
    (void)pthread_mutex_destroy(&log->lock);
    free(log);
}

BaseStatus
lsm_log_sync(LsmLog *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t target = log->written;
    while (durable_of(log) < target && log->failure.code == BASE_OK) {
        log->asked = true;
        pthread_cond_signal(&log->work);
        (void)pthread_cond_wait(&log->moved, &log->lock);
    }
    BaseStatus status = log->failure;
    pthread_mutex_unlock(&log->lock);
    return status;
}

void
lsm_log_trim(LsmLog *log)
{
    if (log->current != NULL && lsm_log_status(log).code == BASE_OK) {
        (void)env_file_truncate(log->current->file, (int64_t)log->current->len);
    }
}

BaseStatus
lsm_log_status(LsmLog *log)
{
    pthread_mutex_lock(&log->lock);
    BaseStatus status = log->failure;
    pthread_mutex_unlock(&log->lock);
    return status;
}

void
lsm_log_stats(LsmLog *log, LsmLogStats *ret_stats)
{
    pthread_mutex_lock(&log->lock);
    *ret_stats = (LsmLogStats){
        .written = log->written,
        .durable = durable_of(log),
        .records = log->stats.records,
        .bytes = log->stats.bytes,
        .syncs = log->stats.syncs,
        .segments = log->stats.segments,
        .segment_bytes = log->stats.segment_bytes,
        .segment = log->current != NULL ? log->current->number : 0,
        .segment_len = log->current != NULL ? log->current->len : 0,
        .sync_us = log->stats.sync_us,
    };
    pthread_mutex_unlock(&log->lock);
}
