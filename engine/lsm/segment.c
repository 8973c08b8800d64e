/*
 * segment.c: one file of the write-ahead log. See segment.h.
 */
#include "engine/lsm/segment.h"

#include "engine/format/file_name.h"
#include "engine/format/log_header.h"

#include <stdlib.h>

/*
 * The opener has as long as a window takes to fill: some 4,000 puts of 100 bytes. Windows of all
 * segments in memory are locked there, two each, against a limit that is often 8 MiB a process;
 * beyond it segments are written by calls.
 */
enum { WINDOW_BYTES = 8 * ENV_WINDOW_UNIT };

/*
 * Zeros that are written at once, by one sync in two hundred if groups have 5,000 bytes. Such a
 * sync takes several times as long, most of it for what the file system notes of the blocks; so
 * these must be well under one in a hundred, or they are what a p99 shows.
 */
enum { FILL_BYTES = 1024 * 1024 };

void
lsm_segment_close(LsmSegment *segment)
{
    if (segment != NULL) {
        env_file_close(segment->file);
        free(segment);
    }
}

void
lsm_segment_remove(const Env *env, LsmSegment *segment)
{
    if (segment->file != NULL) {
        /* What cannot be removed now is removed when the store is opened again. */
        (void)env_unlink(env, segment->path);
    }
    lsm_segment_close(segment);
}

static BaseStatus
make_file(const Env *env, const char *directory, LsmSegment *segment)
{
    unsigned how = ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_EXCLUSIVE;
    BaseStatus status = env_open_file(env, segment->path, how, &segment->file);
    if (status.code != BASE_OK) {
        return status;
    }
    status = env_file_preallocate(segment->file, (int64_t)segment->capacity);
    if (status.code != BASE_OK) {
        atomic_store_explicit(&segment->ahead, LSM_AHEAD_NEVER, memory_order_relaxed);
    }
    if (status.code == BASE_UNSUPPORTED) {
        status = base_ok(); /* a full disk then shows at a write, which is final */
    }
    if (status.code == BASE_OK) {
        status = env_sync_directory(env, directory); /* W-1 */
    }
    return status;
}

/* Wants a window, if there is room for one. */
static void
want_ahead(LsmSegment *segment, uint64_t at)
{
    bool fits = at + WINDOW_BYTES <= segment->capacity;
    segment->ahead_at = at;
    atomic_store_explicit(&segment->ahead, fits ? LSM_AHEAD_WANTED : LSM_AHEAD_NONE,
                          memory_order_release);
}

BaseStatus
lsm_segment_new(const Env *env, const char *directory, uint64_t number, uint64_t id, uint64_t bytes,
                bool windows, LsmSegment **ret_segment)
{
    LsmSegment *segment = calloc(1, sizeof(*segment));
    if (segment == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a segment of the log");
    }
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_LOG, number}, name);
    segment->number = number;
    segment->id = id;
    segment->capacity = FORMAT_LOG_HEADER_BYTES + bytes;
    segment->reserved = FORMAT_LOG_HEADER_BYTES;
    segment->filled = windows ? UINT64_MAX : 0;
    atomic_init(&segment->ahead, windows ? LSM_AHEAD_NONE : LSM_AHEAD_NEVER);
    BaseStatus status = env_join(segment->path, directory, name);
    if (status.code == BASE_OK) {
        status = make_file(env, directory, segment);
    }
    if (status.code != BASE_OK) {
        lsm_segment_remove(env, segment);
        return status;
    }
    if (atomic_load_explicit(&segment->ahead, memory_order_relaxed) == LSM_AHEAD_NONE) {
        want_ahead(segment, 0);
        lsm_segment_open_ahead(segment);
    }
    *ret_segment = segment;
    return base_ok();
}

void
lsm_segment_open_ahead(LsmSegment *segment)
{
    if (!lsm_segment_wants_ahead(segment)) {
        return;
    }
    BaseStatus status = env_file_window(segment->file, (int64_t)segment->ahead_at, WINDOW_BYTES,
                                        &segment->ahead_window);
    atomic_store_explicit(&segment->ahead, base_is_ok(status) ? LSM_AHEAD_READY : LSM_AHEAD_NEVER,
                          memory_order_release);
}

/* Whether a window has the byte at `at`; goes into the one that was opened ahead if that has. */
static bool
has_window(LsmSegment *segment, uint64_t at)
{
    if (segment->window != NULL && at < segment->window_at + WINDOW_BYTES) {
        return true;
    }
    int ahead = atomic_load_explicit(&segment->ahead, memory_order_acquire);
    uint64_t from = at / WINDOW_BYTES * WINDOW_BYTES;
    segment->window = NULL;
    if (ahead == LSM_AHEAD_READY && segment->ahead_at == from) {
        segment->window = segment->ahead_window;
        segment->window_at = from;
        want_ahead(segment, from + WINDOW_BYTES);
    } else if (ahead == LSM_AHEAD_READY || ahead == LSM_AHEAD_NONE) {
        want_ahead(segment, from);
    }
    return segment->window != NULL;
}

/*
 * Sees that bytes up to `end` are filled. That they could not be costs time and nothing else:
 * whether the disk works shows when the record is written.
 */
static void
fill_ahead(LsmSegment *segment, uint64_t end)
{
    static uint8_t zeros[FILL_BYTES]; /* never written to: takes neither file nor memory */
    if (end <= segment->filled) {
        return;
    }
    uint64_t to = (end / FILL_BYTES + 1) * FILL_BYTES;
    to = to < segment->capacity ? to : segment->capacity;
    if (end < to) {
        (void)env_file_write_at(segment->file, (int64_t)end, zeros, (size_t)(to - end));
    }
    segment->filled = to;
}

BaseStatus
lsm_segment_put(LsmSegment *segment, BaseSlice bytes)
{
    uint64_t at = segment->len;
    while (bytes.len < WINDOW_BYTES / 4 && has_window(segment, at)) {
        uint64_t room = segment->window_at + WINDOW_BYTES - at;
        size_t part = bytes.len < room ? bytes.len : (size_t)room;
        memcpy(segment->window + (at - segment->window_at), bytes.data, part);
        at += part;
        bytes = base_slice(bytes.data + part, bytes.len - part);
        if (bytes.len == 0) {
            return base_ok();
        }
    }
    fill_ahead(segment, at + bytes.len);
    return env_file_write_at(segment->file, (int64_t)at, bytes.data, bytes.len);
}
