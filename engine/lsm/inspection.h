/*
 * inspection.h: how a check or a repair of a directory tells what it finds.
 *
 * Findings go to the caller's report one by one, as they are met, with file and offset; here they
 * are put into words and counted.
 *
 * Threading: one thread.
 */
#ifndef LARDER_ENGINE_LSM_INSPECTION_H
#define LARDER_ENGINE_LSM_INSPECTION_H

#include "engine/engine.h"
#include "engine/format/file_name.h"
#include "engine/table/file.h"

typedef struct LsmInspection {
    EngineFilesArgs *args;
    int64_t damages; /* findings of kind DAMAGE so far */
    int64_t losses;
} LsmInspection;

/* Begins one: nothing was found, nothing read, no message. */
LsmInspection lsm_inspection(EngineFilesArgs *args);

/* Reports a finding. `file` may be "", `offset` -1. */
__attribute__((format(printf, 5, 6))) void lsm_inspection_report(LsmInspection *inspection,
                                                                 EngineFindingKind kind,
                                                                 const char *file, int64_t offset,
                                                                 const char *format, ...);

/* Says why it could not be done, and returns the status. */
__attribute__((format(printf, 3, 4))) BaseStatus
lsm_inspection_explain(LsmInspection *inspection, BaseStatus status, const char *format, ...);

/* Who reports the faults of a table or a blob file as damage. The inspection must stay in place. */
TableReporter lsm_inspection_reporter(LsmInspection *inspection);

/* The path of a file of the directory. */
BaseStatus lsm_inspection_path(const LsmInspection *inspection, const char *name,
                               char path[ENV_PATH_MAX]);

/* The name of a file that has a number, in a space of the caller's. */
typedef struct LsmFileText {
    char text[FORMAT_FILE_NAME_BYTES];
} LsmFileText;

const char *lsm_file_text(LsmFileText *space, FormatFileKind kind, uint64_t number);

#endif
