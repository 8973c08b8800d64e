/*
 * export_file.h: where an export writes: PATH.part, which becomes PATH when it is complete; or the
 * standard output.
 *
 * PATH therefore never is half an export. An export that was interrupted leaves PATH.part, in which
 * the whole records at its front are good: a later one goes on behind them. There is no other
 * state.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_EXPORT_FILE_H
#define LARDER_SERVICE_CLI_EXPORT_FILE_H

#include "engine/env/env.h"
#include "service/cli/call.h"
#include "service/cli/record.h"

typedef struct CliExportFile {
    CliCall *call;
    bool standard; /* the standard output */
    CliFormat format;
    char path[ENV_PATH_MAX];
    char part[ENV_PATH_MAX];
    char directory[ENV_PATH_MAX];
    EnvFile *file;
    int64_t offset;   /* behind what was written */
    BaseBuf text;     /* what was not written yet */
    CliRecordSum sum; /* of all records, those of an earlier run included */
    BaseBuf last_key; /* of an earlier run; empty: there was none, or it wrote nothing */
    bool complete;    /* the earlier run wrote its last record and trailer */
} CliExportFile;

/* Opens the file, new or, with --resume, behind what is there. False: see call.h. */
bool cli_export_file_open(CliExportFile *file, CliCall *call, const char *path, CliFormat format);

/* Adds a record. False: it cannot be written. */
bool cli_export_file_add(CliExportFile *file, const CliRecord *record);

/* Lets go what was added. */
bool cli_export_file_flush(CliExportFile *file);

/* Writes the trailer, makes all of it durable, and gives the file its name. */
bool cli_export_file_finish(CliExportFile *file);

/* Closes; an unfinished file stays as PATH.part. */
void cli_export_file_close(CliExportFile *file);

#endif
