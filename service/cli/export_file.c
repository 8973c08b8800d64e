/*
 * export_file.c: where an export writes. See export_file.h.
 */
#include "service/cli/export_file.h"

#include "service/cli/record_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FLUSH_BYTES = 256 * 1024 };

static bool
fail(CliExportFile *file, const char *path, BaseStatus status)
{
    return cli_call_problem(file->call, CLI_FILE, "%s: %s", path, status.what);
}

static bool
name_files(CliExportFile *file, const char *path)
{
    int len = snprintf(file->part, sizeof file->part, "%s.part", path);
    const char *slash = strrchr(path, '/');
    if (len < 0 || (size_t)len >= sizeof file->part || *path == '\0') {
        return fail(file, path, base_error(BASE_INVALID, "the path is empty or too long"));
    }
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    size_t directory = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    (void)snprintf(file->directory, sizeof file->directory, "%.*s",
                   directory == 0 ? 1 : (int)directory, directory == 0 ? "." : path);
    return true;
}

/* Whether there is something whose place no file may take: a device, a pipe, a directory. */
static bool
is_special(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

/* Whether what is there already may be replaced or gone on with. */
static bool
check_present(CliExportFile *file, bool *ret_part)
{
    bool force = cli_call_has(file->call, CLI_OPTION_FORCE);
    bool resume = cli_call_has(file->call, CLI_OPTION_RESUME);
    EnvStat found;
    for (size_t i = 0; i < 2; i++) {
        const char *path = i == 0 ? file->path : file->part;
        if (is_special(path)) {
            return cli_call_problem(file->call, CLI_FILE,
                                    "%s is no regular file; export to - writes to the standard "
                                    "output",
                                    path);
        }
    }
    *ret_part = base_is_ok(env_stat(env_posix(), file->part, &found));
    if (base_is_ok(env_stat(env_posix(), file->path, &found)) && !force) {
        return cli_call_problem(file->call, CLI_USAGE, "%s is there already; --force replaces it",
                                file->path);
    }
    if (*ret_part && !force && !resume) {
        return cli_call_problem(file->call, CLI_USAGE,
                                "%s: an export was interrupted; --resume goes on, --force begins "
                                "anew",
                                file->part);
    }
    *ret_part = *ret_part && resume;
    return true;
}

/* Reads the whole records at the front of what an earlier run left. */
static bool
read_part(CliExportFile *file)
{
    CliRecordReader reader;
    CliRecord record;
    CliReadResult result = cli_record_reader_open(&reader, file->part);
    int64_t least = file->format == CLI_FORMAT_RAW ? CLI_RAW_HEADER_BYTES : 1;
    bool started = result == CLI_READ_RECORD && reader.source.size >= least;
    bool good = !started || reader.format == file->format;
    if (started && !good) {
        (void)cli_call_problem(file->call, CLI_USAGE, "%s has the other --format", file->part);
    }
    if (started && good) {
        file->offset = (int64_t)reader.source.position; /* behind the header */
    }
    while (started && good && result == CLI_READ_RECORD) {
        result = cli_record_reader_next(&reader, &record);
        bool cut = file->format == CLI_FORMAT_JSONL && !reader.source.newline;
        if (result != CLI_READ_RECORD || cut) {
            break;
        }
        cli_record_sum_add(&file->sum, &record);
        file->offset = (int64_t)reader.source.position;
        base_buf_reset(&file->last_key);
        good = base_buf_append_slice(&file->last_key, record.key);
    }
    file->complete = started && reader.complete;
    if (file->complete) {
        file->offset = (int64_t)reader.source.position;
    }
    if (result == CLI_READ_INTERRUPTED) {
        file->call->status = CLI_INTERRUPTED;
        good = false;
    }
    cli_record_reader_close(&reader);
    return good;
}

static bool
open_part(CliExportFile *file, bool part)
{
    unsigned how = ENV_OPEN_WRITE | ENV_OPEN_CREATE | (part ? 0 : ENV_OPEN_TRUNCATE);
    if (part && !read_part(file)) {
        return false;
    }
    BaseStatus status = env_open_file(env_posix(), file->part, how, &file->file);
    if (base_is_ok(status) && part) {
        status = env_file_truncate(file->file, file->offset);
    }
    return base_is_ok(status) || fail(file, file->part, status);
}

bool
cli_export_file_open(CliExportFile *file, CliCall *call, const char *path, CliFormat format)
{
    bool part = false;
    file->call = call;
    file->format = format;
    file->standard = strcmp(path, "-") == 0;
    file->text = BASE_BUF_INIT;
    file->last_key = BASE_BUF_INIT;
    cli_record_sum_init(&file->sum);
    if (file->standard && cli_call_has(call, CLI_OPTION_RESUME)) {
        return cli_call_problem(call, CLI_USAGE, "--resume needs a file");
    }
    if (!file->standard &&
        (!name_files(file, path) || !check_present(file, &part) || !open_part(file, part))) {
        return false;
    }
    if (format == CLI_FORMAT_RAW && file->offset == 0 &&
        !cli_record_write_raw_header(&file->text)) {
        return fail(file, path, base_error(BASE_NO_MEMORY, "there is no memory"));
    }
    return true;
}

bool
cli_export_file_flush(CliExportFile *file)
{
    BaseSlice bytes = base_buf_slice(&file->text);
    BaseStatus status = base_ok();
    if (file->text.failed) {
        return fail(file, file->path, base_error(BASE_NO_MEMORY, "there is no memory"));
    }
    if (bytes.len == 0) {
        return true;
    }
    if (file->standard) {
        bool good = base_buf_append_slice(&file->call->text, bytes) && cli_call_flush(file->call);
        base_buf_reset(&file->text);
        return good;
    }
    status = env_file_write_at(file->file, file->offset, bytes.data, bytes.len);
    file->offset += (int64_t)bytes.len;
    base_buf_reset(&file->text);
    return base_is_ok(status) || fail(file, file->part, status);
}

bool
cli_export_file_add(CliExportFile *file, const CliRecord *record)
{
    bool good = file->format == CLI_FORMAT_RAW
                    ? cli_record_write_raw(record, file->sum.records, &file->text)
                    : cli_record_write_json(record, &file->text);
    cli_record_sum_add(&file->sum, record);
    return (good && file->text.len < FLUSH_BYTES) || cli_export_file_flush(file);
}

bool
cli_export_file_finish(CliExportFile *file)
{
    if (file->format == CLI_FORMAT_RAW && !file->complete) {
        (void)cli_record_write_raw_trailer(&file->sum, &file->text);
    }
    if (!cli_export_file_flush(file)) {
        return false;
    }
    if (file->standard) {
        return true;
    }
    BaseStatus status = env_file_sync(file->file);
    if (base_is_ok(status)) {
        status = env_rename(env_posix(), file->part, file->path);
    }
    if (base_is_ok(status)) {
        status = env_sync_directory(env_posix(), file->directory);
    }
    return base_is_ok(status) || fail(file, file->path, status);
}

void
cli_export_file_close(CliExportFile *file)
{
    env_file_close(file->file);
    base_buf_clear(&file->text);
    base_buf_clear(&file->last_key);
}
