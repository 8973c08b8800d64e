/*
 * inspection.c: findings in words. See inspection.h.
 */
#include "engine/lsm/inspection.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_BYTES 512

LsmInspection
lsm_inspection(EngineFilesArgs *args)
{
    args->files = 0;
    args->bytes = 0;
    args->entries = 0;
    args->message[0] = '\0';
    return (LsmInspection){.args = args};
}

void
lsm_inspection_report(LsmInspection *inspection, EngineFindingKind kind, const char *file,
                      int64_t offset, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    EngineFinding finding = {.kind = kind, .file = file, .offset = offset, .what = line};
    inspection->damages += kind == ENGINE_FINDING_DAMAGE;
    inspection->losses += kind == ENGINE_FINDING_LOSS;
    if (inspection->args->report != NULL) {
        inspection->args->report(inspection->args->user, &finding);
    }
}

BaseStatus
lsm_inspection_explain(LsmInspection *inspection, BaseStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(inspection->args->message, sizeof(inspection->args->message), format,
                    arguments);
    va_end(arguments);
    return status;
}

static void
report_fault(void *user, const TableFault *fault)
{
    const char *name = strrchr(fault->path, '/');
    lsm_inspection_report(user, ENGINE_FINDING_DAMAGE, name == NULL ? fault->path : name + 1,
                          (int64_t)fault->offset, "%s", fault->status.what);
}

TableReporter
lsm_inspection_reporter(LsmInspection *inspection)
{
    return (TableReporter){.report = report_fault, .user = inspection};
}

BaseStatus
lsm_inspection_path(const LsmInspection *inspection, const char *name, char path[ENV_PATH_MAX])
{
    return env_join(path, inspection->args->directory, name);
}

const char *
lsm_file_text(LsmFileText *space, FormatFileKind kind, uint64_t number)
{
    format_file_name_write((FormatFileName){kind, number}, space->text);
    return space->text;
}
