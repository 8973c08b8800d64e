/*
 * log_salvage.c: one segment in memory at a time. See log_salvage.h.
 *
 * Behind a bad place every multiple of 8 may begin a record. Trying one costs a hash over as many
 * bytes as its length claims, so a place is tried only if its durable position can be true: it lies
 * at or before the place itself, which eight bytes of other data hardly ever say.
 *
 * A record whose commits do not ascend, or whose operations do not make sense, counts as damaged,
 * although its check fits; it is looked through before any of it is visited.
 */
#include "engine/lsm/log_salvage.h"

#include "engine/format/fixed.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"

/* As log_scan.c has it. */
#define SEGMENT_BYTES_MAX ((size_t)34 << 30)

enum { DURABLE_AT = 8 }; /* in a record */

typedef struct Salvage {
    const LsmLogSalvageArgs *args;
    LsmLogSalvage *result;
    uint64_t file; /* the segment at hand */
    FormatLogHeader header;
    BaseBuf bytes;
    uint64_t last_file; /* the segment before that was read; 0: none */
    uint64_t last_end;  /* where its records end */
    uint64_t last_size; /* the bytes in it that are not zeros at its end */
} Salvage;

static void
tell(const Salvage *salvage, LsmLogGapKind kind, uint64_t segment, uint64_t offset, uint64_t bytes)
{
    LsmLogGap gap = {.kind = kind, .segment = segment, .offset = offset, .bytes = bytes};
    salvage->args->gap(salvage->args->user, &gap);
}

/* ----------------------------------------------------------------------------------- records -- */

static BaseSlice
rest_at(const Salvage *salvage, size_t offset)
{
    return base_slice(salvage->bytes.data + offset, salvage->bytes.len - offset);
}

/* Whether a record begins here. */
static bool
read_record(const Salvage *salvage, size_t offset, FormatLogRecord *ret_record)
{
    BaseSlice rest = rest_at(salvage, offset);
    return rest.len >= FORMAT_LOG_RECORD_HEAD_BYTES &&
           format_fixed_get64(rest.data + DURABLE_AT) <= salvage->header.start + offset &&
           format_log_record_read(rest, salvage->header.id, offset, ret_record) ==
               FORMAT_LOG_RECORD;
}

/* Where the next record begins, from `offset` on; the end of the bytes: there is none. */
static size_t
find_record(const Salvage *salvage, size_t offset, FormatLogRecord *ret_record)
{
    while (offset < salvage->bytes.len && !read_record(salvage, offset, ret_record)) {
        offset += FORMAT_LOG_RECORD_ALIGNMENT;
    }
    return offset < salvage->bytes.len ? offset : salvage->bytes.len;
}

/* Reads the operations of a commit without doing anything. */
static BaseStatus
skip_operations(FormatLogReader *reader)
{
    BaseStatus status = base_ok();
    while (reader->left != 0 && status.code == BASE_OK) {
        FormatLogOperation operation;
        status = format_log_reader_operation(reader, &operation);
    }
    return status;
}

/* Whether the commits of a record make sense, and are newer than all before. */
static bool
is_sound(const Salvage *salvage, BaseSlice payload)
{
    FormatLogReader reader = format_log_reader(payload);
    int64_t version = salvage->result->version;
    while (!format_log_reader_done(&reader)) {
        FormatLogCommit commit;
        if (format_log_reader_commit(&reader, &commit).code != BASE_OK ||
            commit.version <= version || skip_operations(&reader).code != BASE_OK) {
            return false;
        }
        version = commit.version;
    }
    return true;
}

static BaseStatus
visit_commit(Salvage *salvage, const FormatLogCommit *commit, FormatLogReader *reader)
{
    LsmLogSalvage *result = salvage->result;
    result->version = commit->version;
    result->stamp_ms = commit->stamp_ms > result->stamp_ms ? commit->stamp_ms : result->stamp_ms;
    if (commit->version <= salvage->args->version) {
        result->passed++;
        return skip_operations(reader);
    }
    result->commits++;
    return salvage->args->visit(salvage->args->user, commit, reader);
}

static BaseStatus
visit_record(Salvage *salvage, BaseSlice payload)
{
    FormatLogReader reader = format_log_reader(payload);
    BaseStatus status = base_ok();
    while (status.code == BASE_OK && !format_log_reader_done(&reader)) {
        FormatLogCommit commit;
        status = format_log_reader_commit(&reader, &commit);
        if (status.code == BASE_OK) {
            status = visit_commit(salvage, &commit, &reader);
        }
    }
    return status;
}

/* ---------------------------------------------------------------------------------- segments -- */

static uint64_t
without_zeros(BaseSlice bytes)
{
    size_t len = bytes.len;
    while (len > 0 && bytes.data[len - 1] == 0) {
        len--;
    }
    return len;
}

static BaseStatus
read_records(Salvage *salvage)
{
    size_t end = FORMAT_LOG_HEADER_BYTES; /* of the last record */
    BaseStatus status = base_ok();
    while (status.code == BASE_OK) {
        FormatLogRecord record;
        size_t offset = find_record(salvage, end, &record);
        if (offset == salvage->bytes.len) {
            break;
        }
        bool sound = is_sound(salvage, record.payload);
        if (offset != end || !sound) {
            tell(salvage, LSM_LOG_DAMAGED, salvage->file, end,
                 offset - end + (sound ? 0 : record.len));
        }
        if (sound) {
            status = visit_record(salvage, record.payload);
        }
        end = offset + record.len;
    }
    salvage->last_file = salvage->file;
    salvage->last_end = end;
    salvage->last_size = without_zeros(base_buf_slice(&salvage->bytes));
    return status;
}

/* What is behind the records of the segment before, now that it is known where the log went on. */
static void
judge_end(const Salvage *salvage, uint64_t belongs)
{
    if (salvage->last_file == 0) {
        return;
    }
    if (belongs > salvage->last_end) {
        tell(salvage, LSM_LOG_DAMAGED, salvage->last_file, salvage->last_end,
             belongs - salvage->last_end);
    } else if (salvage->last_size > salvage->last_end) {
        tell(salvage, LSM_LOG_TORN, salvage->last_file, salvage->last_end,
             salvage->last_size - salvage->last_end);
    }
}

/* The segment at hand is there; is the one before it, too, and as long as it was? */
static void
judge_link(const Salvage *salvage)
{
    const FormatLogHeader *header = &salvage->header;
    bool follows = header->previous == salvage->last_file;
    judge_end(salvage, follows ? header->previous_len : salvage->last_end);
    if (!follows && header->previous >= salvage->args->floor && header->previous != 0 &&
        lsm_inventory_find(salvage->args->inventory, FORMAT_FILE_LOG, header->previous) == NULL) {
        tell(salvage, LSM_LOG_MISSING, header->previous, 0, header->previous_len);
    }
}

static BaseStatus
load(Salvage *salvage, const LsmInventoryFile *file)
{
    char path[ENV_PATH_MAX];
    base_buf_reset(&salvage->bytes);
    salvage->file = file->name.number;
    BaseStatus status = env_join(path, salvage->args->directory, file->text);
    return status.code == BASE_OK
               ? env_read_file(salvage->args->env, path, SEGMENT_BYTES_MAX, &salvage->bytes)
               : status;
}

static BaseStatus
salvage_segment(Salvage *salvage, const LsmInventoryFile *file)
{
    BaseStatus status = load(salvage, file);
    if (status.code == BASE_NO_MEMORY) {
        return status;
    }
    if (status.code == BASE_OK) {
        status = format_log_header_decode(base_buf_slice(&salvage->bytes), FORMAT_LOG_SEGMENT,
                                          &salvage->header);
    }
    if (status.code == BASE_OK && salvage->header.number == salvage->file) {
        judge_link(salvage);
        return read_records(salvage);
    }
    uint64_t bytes = without_zeros(base_buf_slice(&salvage->bytes));
    if (bytes != 0 || salvage->args->clean_segment == salvage->file) {
        tell(salvage, LSM_LOG_UNREADABLE, salvage->file, 0, bytes);
    }
    return base_ok();
}

BaseStatus
lsm_log_salvage(const LsmLogSalvageArgs *args, LsmLogSalvage *ret_salvage)
{
    *ret_salvage = (LsmLogSalvage){0};
    Salvage salvage = {.args = args, .result = ret_salvage, .bytes = BASE_BUF_INIT};
    BaseStatus status = base_ok();
    for (size_t i = 0; i < args->inventory->count && status.code == BASE_OK; i++) {
        const LsmInventoryFile *file = &args->inventory->files[i];
        if (file->name.kind == FORMAT_FILE_LOG && file->name.number >= args->floor) {
            status = salvage_segment(&salvage, file);
        }
    }
    bool clean = args->clean_segment != 0 && args->clean_segment == salvage.last_file;
    judge_end(&salvage, clean ? args->clean_len : salvage.last_end);
    if (args->clean_segment >= args->floor && args->clean_segment != 0 &&
        lsm_inventory_find(args->inventory, FORMAT_FILE_LOG, args->clean_segment) == NULL) {
        tell(&salvage, LSM_LOG_MISSING, args->clean_segment, 0, args->clean_len);
    }
    base_buf_clear(&salvage.bytes);
    return status;
}
