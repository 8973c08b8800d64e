/*
 * progress.c: how far a long command is. See progress.h.
 *
 * The estimate is that of the whole run so far: it is calm, and right when the work is even.
 */
#include "service/cli/progress.h"

#include "engine/base/clock.h"
#include "service/cli/number.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum {
    TERMINAL_INTERVAL_US = 100000,
    PLAIN_INTERVAL_US = 10000000,
    COLUMNS = 80,
    BAR_COLUMNS_MAX = 30,
    BAR_COLUMNS_MIN = 8,
};

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

CliProgress
cli_progress_begin(CliCall *call, const char *what, int64_t total, int64_t begun_at)
{
    return (CliProgress){
        .call = call,
        .what = what,
        .total = total,
        .begun_at = begun_at,
        .begun_us = now_us(),
        .drawn_us = now_us(),
        .terminal = call->session->err_is_terminal,
        .quiet = cli_call_has(call, CLI_OPTION_QUIET),
    };
}

int64_t
cli_progress_elapsed_us(const CliProgress *progress)
{
    return now_us() - progress->begun_us;
}

static void
add_bar(BaseBuf *into, int64_t percent, size_t columns)
{
    size_t full = (size_t)percent * columns / 100;
    (void)base_buf_append(into, "  [", 3);
    for (size_t i = 0; i < columns; i++) {
        (void)base_buf_append_byte(into, i < full ? '#' : '.');
    }
    (void)base_buf_append_byte(into, ']');
}

/* "  34.10 MiB/s  ETA 5 s". */
static void
add_speed(const CliProgress *progress, int64_t bytes, int64_t elapsed_us, BaseBuf *into)
{
    int64_t moved = bytes - progress->begun_at;
    if (elapsed_us <= 0 || moved <= 0) {
        return;
    }
    double rate = (double)moved / (double)elapsed_us; /* bytes per microsecond */
    (void)base_buf_append(into, "  ", 2);
    (void)cli_number_print_size((int64_t)(rate * 1e6), into);
    (void)base_buf_append(into, "/s", 2);
    if (progress->total > bytes) {
        double left_s = (double)(progress->total - bytes) / rate / 1e6;
        (void)base_buf_append(into, "  ETA ", 6);
        (void)cli_number_print_duration_us((int64_t)(left_s + 1) * 1000000, into);
    }
}

void
cli_progress_line(const CliProgress *progress, int64_t bytes, int64_t records, int64_t elapsed_us,
                  size_t columns, BaseBuf *into)
{
    BaseBuf tail = BASE_BUF_INIT;
    (void)base_buf_append(&tail, "  ", 2);
    (void)cli_number_print_size(bytes, &tail);
    (void)base_buf_append(&tail, ", ", 2);
    (void)cli_number_print_count(records, &tail);
    (void)base_buf_append(&tail, " records", 8);
    add_speed(progress, bytes, elapsed_us, &tail);
    (void)base_buf_printf(into, "%s", progress->what);
    if (progress->total > 0) {
        int64_t percent = bytes >= progress->total ? 100 : bytes * 100 / progress->total;
        (void)base_buf_printf(into, " %3d%%", (int)percent);
        size_t used = into->len + tail.len + 4;
        size_t room = columns > used ? columns - used : 0;
        if (room >= BAR_COLUMNS_MIN) {
            add_bar(into, percent, room < BAR_COLUMNS_MAX ? room : BAR_COLUMNS_MAX);
        }
    }
    (void)base_buf_append_slice(into, base_buf_slice(&tail));
    base_buf_clear(&tail);
}

void
cli_progress_show(CliProgress *progress, int64_t bytes, int64_t records)
{
    int64_t now = now_us();
    int64_t interval = progress->terminal ? TERMINAL_INTERVAL_US : PLAIN_INTERVAL_US;
    if (progress->quiet || now - progress->drawn_us < interval) {
        return;
    }
    progress->drawn_us = now;
    if (!progress->terminal) {
        BaseBuf text = BASE_BUF_INIT;
        cli_progress_line(progress, bytes, records, now - progress->begun_us, 0, &text);
        cli_call_note(progress->call, "%.*s", (int)text.len, (const char *)text.data);
        base_buf_clear(&text);
        return;
    }
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    size_t columns = known ? size.ws_col : COLUMNS;
    BaseBuf text = BASE_BUF_INIT;
    BaseBuf line = BASE_BUF_INIT;
    cli_progress_line(progress, bytes, records, now - progress->begun_us, columns - 1, &line);
    size_t shown = line.len < columns ? line.len : columns - 1;
    (void)base_buf_printf(&text, "\r%.*s\033[K", (int)shown, (const char *)line.data);
    cli_session_say(progress->call->session, base_buf_slice(&text));
    base_buf_clear(&line);
    base_buf_clear(&text);
    progress->drawn = true;
}

void
cli_progress_clear(CliProgress *progress)
{
    if (progress->drawn) {
        cli_session_say(progress->call->session, BASE_SLICE_LITERAL("\r\033[K"));
        progress->drawn = false;
    }
}
