/*
 * record_reader.c: the records of a file, one after the other. See record_reader.h.
 */
#include "service/cli/record_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) static CliReadResult
fail(CliRecordReader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reader->problem, sizeof reader->problem, format, arguments);
    va_end(arguments);
    return CLI_READ_PROBLEM;
}

/* What the end of reading means that is not the end of the file in a good place. */
static CliReadResult
fail_source(CliRecordReader *reader, CliSourceResult result)
{
    switch (result) {
    case CLI_SOURCE_INTERRUPTED:
        return CLI_READ_INTERRUPTED;
    case CLI_SOURCE_TROUBLE:
        errno = reader->source.trouble;
        return fail(reader, "byte %" PRIu64 ": %m", reader->source.position);
    default:
        return fail(reader,
                    "byte %" PRIu64 ": the file ends here, in record %" PRIu64
                    " or before its trailer: it is not complete",
                    reader->source.position, reader->sum.records + 1);
    }
}

CliReadResult
cli_record_reader_open(CliRecordReader *reader, const char *path)
{
    BaseSlice bytes = BASE_SLICE_EMPTY;
    *reader = (CliRecordReader){.format = CLI_FORMAT_JSONL};
    cli_record_sum_init(&reader->sum);
    reader->json = cli_json_reader(BASE_SLICE_EMPTY);
    int trouble = cli_source_open(&reader->source, path);
    if (trouble != 0) {
        errno = trouble;
        return fail(reader, "%m");
    }
    CliSourceResult result = cli_source_peek(&reader->source, 8, &bytes);
    if (result == CLI_SOURCE_TROUBLE || result == CLI_SOURCE_INTERRUPTED) {
        return fail_source(reader, result);
    }
    if (result != CLI_SOURCE_GOOD || !cli_record_is_raw(bytes)) {
        return CLI_READ_RECORD;
    }
    reader->format = CLI_FORMAT_RAW;
    result = cli_source_take(&reader->source, CLI_RAW_HEADER_BYTES, &bytes);
    if (result != CLI_SOURCE_GOOD) {
        return fail_source(reader, result);
    }
    const char *problem = cli_record_check_raw_header(bytes);
    return problem == NULL ? CLI_READ_RECORD : fail(reader, "%s", problem);
}

void
cli_record_reader_close(CliRecordReader *reader)
{
    cli_source_close(&reader->source);
    cli_json_reader_clear(&reader->json);
}

static CliReadResult
next_json(CliRecordReader *reader, CliRecord *ret_record)
{
    BaseSlice line = BASE_SLICE_EMPTY;
    CliSourceResult result = CLI_SOURCE_GOOD;
    do {
        result = cli_source_line(&reader->source, &line);
        if (result == CLI_SOURCE_END) {
            return CLI_READ_END;
        }
        if (result != CLI_SOURCE_GOOD) {
            return fail_source(reader, result);
        }
        reader->line++;
    } while (cli_json_is_blank(line));
    cli_json_reader_clear(&reader->json);
    reader->json = cli_json_reader(line);
    if (!cli_record_read_json(&reader->json, ret_record)) {
        return fail(reader, "line %" PRIu64 ", column %zu: %s", reader->line, reader->json.at + 1,
                    reader->json.problem);
    }
    reader->sum.records++;
    reader->sum.bytes += ret_record->key.len + ret_record->value.len;
    return CLI_READ_RECORD;
}

/* The trailer; `len` bytes of it. */
static CliReadResult
end_raw(CliRecordReader *reader, size_t len)
{
    BaseSlice bytes = BASE_SLICE_EMPTY;
    CliSourceResult result = cli_source_take(&reader->source, len, &bytes);
    if (result != CLI_SOURCE_GOOD) {
        return fail_source(reader, result);
    }
    const char *problem = cli_record_check_raw_trailer(bytes, &reader->sum);
    if (problem != NULL) {
        return fail(reader, "%s", problem);
    }
    reader->complete = true;
    result = cli_source_peek(&reader->source, 1, &bytes);
    if (result == CLI_SOURCE_GOOD) {
        return fail(reader, "byte %" PRIu64 ": something follows the trailer",
                    reader->source.position);
    }
    return result == CLI_SOURCE_END ? CLI_READ_END : fail_source(reader, result);
}

static CliReadResult
next_raw(CliRecordReader *reader, CliRecord *ret_record)
{
    BaseSlice bytes = BASE_SLICE_EMPTY;
    const char *problem = NULL;
    size_t len = 0;
    bool trailer = false;
    if (reader->complete) {
        return CLI_READ_END;
    }
    CliSourceResult result = cli_source_peek(&reader->source, CLI_RAW_PRELUDE_BYTES, &bytes);
    if (result != CLI_SOURCE_GOOD) {
        return fail_source(reader, result);
    }
    if (!cli_record_raw_length(bytes, &len, &trailer, &problem)) {
        return fail(reader, "byte %" PRIu64 ": %s", reader->source.position, problem);
    }
    if (trailer) {
        return end_raw(reader, len);
    }
    result = cli_source_peek(&reader->source, len, &bytes);
    if (result != CLI_SOURCE_GOOD) {
        return fail_source(reader, result);
    }
    problem = cli_record_read_raw(bytes, reader->sum.records, ret_record);
    if (problem != NULL) {
        return fail(reader, "byte %" PRIu64 ": %s", reader->source.position, problem);
    }
    cli_record_sum_add(&reader->sum, ret_record);
    (void)cli_source_take(&reader->source, len, &bytes); /* stays where it is */
    return CLI_READ_RECORD;
}

CliReadResult
cli_record_reader_next(CliRecordReader *reader, CliRecord *ret_record)
{
    return reader->format == CLI_FORMAT_RAW ? next_raw(reader, ret_record)
                                            : next_json(reader, ret_record);
}
