/*
 * record_reader.h: the records of a file, one after the other, in either format.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_RECORD_READER_H
#define LARDER_SERVICE_CLI_RECORD_READER_H

#include "service/cli/record.h"
#include "service/cli/source.h"

typedef enum CliReadResult {
    CLI_READ_RECORD,
    CLI_READ_END,         /* the file ends, and is complete as far as one can tell */
    CLI_READ_PROBLEM,     /* it is damaged, malformed or unreadable: see `problem` */
    CLI_READ_INTERRUPTED, /* Ctrl-C */
} CliReadResult;

typedef struct CliRecordReader {
    CliSource source;
    CliFormat format;
    CliRecordSum sum; /* of the records so far; its checksum only in raw files */
    uint64_t line;    /* of JSON Lines: the number of the last line */
    bool complete;    /* the trailer of a raw file was read */
    CliJsonReader json;
    char problem[256]; /* begins with the place */
} CliRecordReader;

/* Opens a file ("-": the standard input) and finds out its format. */
CliReadResult cli_record_reader_open(CliRecordReader *reader, const char *path);

void cli_record_reader_close(CliRecordReader *reader);

/* The next record, borrowed until the next call. */
CliReadResult cli_record_reader_next(CliRecordReader *reader, CliRecord *ret_record);

#endif
