/*
 * blob_sink.c: see blob_sink.h.
 */
#include "engine/lsm/blob_sink.h"

#include "engine/format/file_name.h"
#include "engine/lsm/tables.h"

#include <stdlib.h>

enum { SMALL_PART = 16 }; /* of the size of a blob file; one with less is small */

void
lsm_blob_sink_init(LsmBlobSink *sink, const LsmBlobSinkArgs *args)
{
    *sink = (LsmBlobSink){.args = *args, .reference = BASE_BUF_INIT};
}

void
lsm_blob_sink_clear(LsmBlobSink *sink)
{
    table_blob_writer_free(sink->writer);
    base_buf_clear(&sink->reference);
    free(sink->moved.memory);
    free(sink->files);
    *sink = (LsmBlobSink){.reference = BASE_BUF_INIT};
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for writing large values");
}

/* ------------------------------------------------------------------------------------- files -- */

static BaseStatus
begin_file(LsmBlobSink *sink)
{
    const LsmBlobSinkArgs *args = &sink->args;
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    TableBlobWriterOptions options = {.id = args->next_id(args->user),
                                      .number = (uint64_t)args->next_number(args->user),
                                      .pack = args->policy->pack,
                                      .zstd_level = args->policy->zstd_level};
    format_file_name_write((FormatFileName){FORMAT_FILE_BLOB, options.number}, name);
    BaseStatus status = env_join(path, args->directory, name);
    return status.code == BASE_OK ? table_blob_writer_new(args->env, path, &options, &sink->writer)
                                  : status;
}

/* Completes the file being written and lists it. */
static BaseStatus
end_file(LsmBlobSink *sink)
{
    TableBlobSummary made;
    LsmBlobFile *files = realloc(sink->files, (sink->count + 1) * sizeof(*files));
    if (files == NULL) {
        return no_memory();
    }
    sink->files = files;
    BaseStatus status = table_blob_writer_finish(sink->writer, &made);
    table_blob_writer_free(sink->writer);
    sink->writer = NULL;
    if (status.code != BASE_OK) {
        return status;
    }
    files[sink->count++] = (LsmBlobFile){.number = made.number,
                                         .id = made.id,
                                         .size = (int64_t)made.size,
                                         .values = (int64_t)made.values,
                                         .bytes = (int64_t)made.bytes};
    sink->counts.bytes += (int64_t)made.size;
    return status;
}

BaseStatus
lsm_blob_sink_finish(LsmBlobSink *sink)
{
    return sink->writer != NULL ? end_file(sink) : base_ok();
}

/* ------------------------------------------------------------------------------------ values -- */

/* Writes the value of a put, which becomes a reference. */
static BaseStatus
separate(LsmBlobSink *sink, FormatEntry *entry)
{
    FormatBlobReference reference;
    BaseStatus status = sink->writer == NULL ? begin_file(sink) : base_ok();
    if (status.code == BASE_OK) {
        status = table_blob_writer_add(sink->writer, entry->key, entry->version, entry->value,
                                       &reference);
    }
    if (status.code != BASE_OK) {
        return status;
    }
    base_buf_reset(&sink->reference);
    format_blob_reference_encode(&sink->reference, &reference);
    if (sink->reference.failed) {
        return no_memory();
    }
    entry->kind = FORMAT_BLOB;
    entry->value = base_buf_slice(&sink->reference);
    sink->counts.values++;
    bool full = table_blob_writer_size(sink->writer) >= (uint64_t)sink->args.policy->file_bytes;
    return full ? end_file(sink) : base_ok();
}

static bool
is_large(const LsmBlobSink *sink, const FormatEntry *entry)
{
    size_t min = sink->args.policy->min_bytes;
    return entry->kind == FORMAT_PUT && min != 0 && entry->value.len >= min;
}

/* Whether the values of a file should go elsewhere. */
static bool
should_empty(const LsmBlobSink *sink, const LsmBlobFile *file)
{
    const LsmBlobPolicy *policy = sink->args.policy;
    bool small = file->bytes - file->dead_bytes < policy->file_bytes / SMALL_PART &&
                 !atomic_load_explicit(&file->hold->damaged, memory_order_relaxed);
    return small || lsm_levels_blob_stale(file, policy->dead_percent);
}

/* Turns a reference into the put that it stands for, if its file should be emptied. */
static BaseStatus
bring_back(LsmBlobSink *sink, FormatEntry *entry)
{
    FormatBlobReference reference;
    BaseStatus status = format_blob_reference_decode(entry->value, &reference);
    if (status.code != BASE_OK) {
        return status;
    }
    const LsmBlobFile *file = lsm_levels_blob(sink->args.levels, reference.number);
    if (file == NULL || !should_empty(sink, file)) {
        return base_ok();
    }
    TableBlobValue value;
    status = table_blob_file_read(lsm_blob_reader(file), &reference, &value);
    if (status.code == BASE_CORRUPTION) {
        atomic_store_explicit(&file->hold->damaged, true, memory_order_relaxed);
        return base_ok();
    }
    if (status.code != BASE_OK) {
        return status;
    }
    free(sink->moved.memory);
    sink->moved = value;
    entry->kind = FORMAT_PUT;
    entry->value = value.value;
    sink->counts.moved_values++;
    sink->counts.moved_bytes += (int64_t)reference.handle.size + FORMAT_FRAME_TRAILER_BYTES;
    return status;
}

BaseStatus
lsm_blob_sink_pass(LsmBlobSink *sink, FormatEntry *entry)
{
    BaseStatus status = base_ok();
    if (entry->kind == FORMAT_BLOB && sink->args.levels != NULL &&
        sink->args.policy->dead_percent != 0) {
        status = bring_back(sink, entry);
    }
    return status.code == BASE_OK && is_large(sink, entry) ? separate(sink, entry) : status;
}
