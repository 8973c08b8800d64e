/*
 * report.h: a result of several figures: a JSON object, or lines of name and value for people.
 *
 * Names are those of the JSON members. For people "_" becomes a blank and a unit at the end is left
 * out ("expires_at_ms" is "expires"), because the value shows it.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_REPORT_H
#define LARDER_SERVICE_CLI_REPORT_H

#include "service/cli/call.h"

typedef struct CliReport {
    CliCall *call;
    CliJsonWriter json;
} CliReport;

CliReport cli_report_begin(CliCall *call);
void cli_report_end(CliReport *report);

void cli_report_text(CliReport *report, const char *name, BaseSlice text);
void cli_report_bytes(CliReport *report, const char *name, LarderBytes bytes);
void cli_report_boolean(CliReport *report, const char *name, bool value);

/* A number as it is; a number of things; bytes; microseconds; a time, 0 being `zero`; a share. */
void cli_report_integer(CliReport *report, const char *name, int64_t number);
void cli_report_count(CliReport *report, const char *name, int64_t count);
void cli_report_size(CliReport *report, const char *name, int64_t bytes);
void cli_report_duration_us(CliReport *report, const char *name, int64_t us);
void cli_report_duration_ms(CliReport *report, const char *name, int64_t ms);
void cli_report_time_ms(CliReport *report, const char *name, int64_t ms, const char *zero);
void cli_report_share(CliReport *report, const char *name, double share);

/* How many times something is something else. */
void cli_report_factor(CliReport *report, const char *name, double factor);

/* Texts, separated by blanks for people. */
void cli_report_texts(CliReport *report, const char *name, LarderBytesList texts);

#endif
