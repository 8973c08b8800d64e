/*
 * report.c: a result of several figures. See report.h.
 */
#include "service/cli/report.h"

#include "service/cli/number.h"

#include <inttypes.h>

enum { NAME_COLUMNS = 21 };

CliReport
cli_report_begin(CliCall *call)
{
    CliReport report = {call, cli_json_writer(&call->text)};
    if (call->json) {
        cli_json_writer_begin(&report.json, NULL);
    }
    return report;
}

void
cli_report_end(CliReport *report)
{
    if (report->call->json) {
        cli_json_writer_end(&report->json);
        (void)base_buf_append_byte(&report->call->text, '\n');
    }
}

/* How much of a name people see. */
static size_t
label_length(const char *name)
{
    static const char *const units[] = {"_at_ms", "_ms", "_us", "_bytes"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit = strlen(units[i]);
        if (len > unit && strcmp(name + len - unit, units[i]) == 0) {
            return len - unit;
        }
    }
    return len;
}

/* For people: begins a line. True: it is for people. */
static bool
begin_line(CliReport *report, const char *name)
{
    CliCall *call = report->call;
    if (call->json) {
        return false;
    }
    size_t len = label_length(name);
    cli_call_style(call, CLI_DIM);
    for (size_t i = 0; i < len; i++) {
        (void)base_buf_append_byte(&call->text, name[i] == '_' ? ' ' : (uint8_t)name[i]);
    }
    cli_call_style(call, CLI_PLAIN);
    do {
        (void)base_buf_append_byte(&call->text, ' ');
    } while (++len < NAME_COLUMNS);
    return true;
}

static void
end_line(CliReport *report)
{
    (void)base_buf_append_byte(&report->call->text, '\n');
}

void
cli_report_text(CliReport *report, const char *name, BaseSlice text)
{
    if (begin_line(report, name)) {
        (void)cli_escape_encode(CLI_ESCAPED, text, &report->call->text);
        end_line(report);
    } else {
        cli_json_writer_text(&report->json, name, text);
    }
}

void
cli_report_bytes(CliReport *report, const char *name, LarderBytes bytes)
{
    if (begin_line(report, name)) {
        cli_call_print_bytes(report->call, CLI_PLAIN, bytes);
        end_line(report);
    } else {
        cli_json_writer_bytes(&report->json, name, cli_slice(bytes));
    }
}

void
cli_report_boolean(CliReport *report, const char *name, bool value)
{
    if (begin_line(report, name)) {
        cli_call_print(report->call, "%s\n", value ? "yes" : "no");
    } else {
        cli_json_writer_boolean(&report->json, name, value);
    }
}

/* A number that people see in some other way. */
static void
add_number(CliReport *report, const char *name, int64_t number,
           bool (*print)(int64_t number, BaseBuf *into))
{
    if (begin_line(report, name)) {
        (void)print(number, &report->call->text);
        end_line(report);
    } else {
        cli_json_writer_integer(&report->json, name, number);
    }
}

static bool
print_integer(int64_t number, BaseBuf *into)
{
    return base_buf_printf(into, "%" PRId64, number);
}

static bool
print_ms(int64_t ms, BaseBuf *into)
{
    int64_t us = 0;
    return __builtin_mul_overflow(ms, 1000, &us) ? print_integer(ms, into)
                                                 : cli_number_print_duration_us(us, into);
}

void
cli_report_integer(CliReport *report, const char *name, int64_t number)
{
    add_number(report, name, number, print_integer);
}

void
cli_report_count(CliReport *report, const char *name, int64_t count)
{
    add_number(report, name, count, cli_number_print_count);
}

void
cli_report_size(CliReport *report, const char *name, int64_t bytes)
{
    add_number(report, name, bytes, cli_number_print_size);
}

void
cli_report_duration_us(CliReport *report, const char *name, int64_t us)
{
    add_number(report, name, us, cli_number_print_duration_us);
}

void
cli_report_duration_ms(CliReport *report, const char *name, int64_t ms)
{
    add_number(report, name, ms, print_ms);
}

void
cli_report_time_ms(CliReport *report, const char *name, int64_t ms, const char *zero)
{
    if (ms == 0 && begin_line(report, name)) {
        cli_call_print(report->call, "%s\n", zero);
    } else {
        add_number(report, name, ms, cli_number_print_time);
    }
}

void
cli_report_share(CliReport *report, const char *name, double share)
{
    if (begin_line(report, name)) {
        cli_call_print(report->call, "%.1f %%\n", share * 100);
    } else {
        cli_json_writer_real(&report->json, name, share);
    }
}

void
cli_report_factor(CliReport *report, const char *name, double factor)
{
    if (begin_line(report, name)) {
        cli_call_print(report->call, "%.2f\n", factor);
    } else {
        cli_json_writer_real(&report->json, name, factor);
    }
}

void
cli_report_texts(CliReport *report, const char *name, LarderBytesList texts)
{
    bool people = begin_line(report, name);
    if (!people) {
        cli_json_writer_begin_list(&report->json, name);
    }
    for (size_t i = 0; i < texts.count; i++) {
        BaseSlice text = cli_slice(texts.items[i]);
        if (people) {
            (void)base_buf_append(&report->call->text, " ", i == 0 ? 0 : 1);
            (void)cli_escape_encode(CLI_ESCAPED, text, &report->call->text);
        } else {
            cli_json_writer_text(&report->json, NULL, text);
        }
    }
    if (people) {
        end_line(report);
    } else {
        cli_json_writer_end_list(&report->json);
    }
}
