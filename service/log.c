/*
 * log.c: formats lines and writes them.
 */
#include "service/log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LOG_DOMAIN "larder"

enum { LOG_RATE_US = 10 * 1000 * 1000 };

static const struct LogName {
    const char *name;
    GLogLevelFlags flag;
} log_names[] = {
    [LOG_ERROR] = {"error", G_LOG_LEVEL_CRITICAL},
    [LOG_WARNING] = {"warning", G_LOG_LEVEL_WARNING},
    [LOG_INFO] = {"info", G_LOG_LEVEL_MESSAGE},
    [LOG_DEBUG] = {"debug", G_LOG_LEVEL_DEBUG},
};

static _Atomic int log_shown = LOG_INFO;

/* GLib has more levels than we. */
static LogLevel
level_of(GLogLevelFlags flags)
{
    if ((flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0) {
        return LOG_ERROR;
    }
    if ((flags & G_LOG_LEVEL_WARNING) != 0) {
        return LOG_WARNING;
    }
    return (flags & G_LOG_LEVEL_DEBUG) != 0 ? LOG_DEBUG : LOG_INFO;
}

static GLogWriterOutput
write_fields(GLogLevelFlags flags, const GLogField *fields, gsize count, gpointer user)
{
    (void)user;
    LogLevel level = level_of(flags);
    if ((int)level > atomic_load_explicit(&log_shown, memory_order_relaxed)) {
        return G_LOG_WRITER_HANDLED;
    }
    const char *message = "";
    for (gsize i = 0; i < count; i++) {
        if (g_strcmp0(fields[i].key, "MESSAGE") == 0) {
            message = fields[i].value;
        }
    }
    struct timespec now;
    struct tm utc;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    char line[1024];
    int len = snprintf(line, sizeof line - 1, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s: %s",
                       utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                       utc.tm_sec, (int)(now.tv_nsec / 1000000), log_names[level].name, message);
    size_t used = len < 0 ? 0 : MIN((size_t)len, sizeof line - 2);
    line[used] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, used + 1);
    (void)ignored;
    return G_LOG_WRITER_HANDLED;
}

void
log_init(void)
{
    g_log_set_writer_func(write_fields, NULL, NULL);
}

void
log_set_level(LogLevel level)
{
    atomic_store_explicit(&log_shown, (int)level, memory_order_relaxed);
}

void
log_line(LogLevel level, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&log_shown, memory_order_relaxed)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char message[960];
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    g_log_structured(LOG_DOMAIN, log_names[level].flag, "MESSAGE", "%s", message);
}

bool
log_rate_allows(LogRate *rate, const BaseClock *clock, uint64_t *ret_untold)
{
    int64_t now = base_clock_monotonic_us(clock);
    int64_t next = atomic_load_explicit(&rate->next_us, memory_order_relaxed);
    if (now < next ||
        !atomic_compare_exchange_strong_explicit(&rate->next_us, &next, now + LOG_RATE_US,
                                                 memory_order_relaxed, memory_order_relaxed)) {
        (void)atomic_fetch_add_explicit(&rate->untold, 1, memory_order_relaxed);
        return false;
    }
    *ret_untold = atomic_exchange_explicit(&rate->untold, 0, memory_order_relaxed);
    return true;
}
