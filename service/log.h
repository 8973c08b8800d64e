/*
 * log.h: one line per event on standard error.
 *
 * Everything goes through GLib's structured log, so messages of libraries look the same and obey
 * the same level:
 *
 *     2026-11-21T04:06:41.123Z warning: the text
 *
 * Only this layer logs; the ones below return what happened. Texts name peers and limits, never
 * values, and keys only in the call trace (trace.h).
 *
 * Threading: log_init() first, in the main thread; the rest from any thread. A line is one write().
 */
#ifndef LARDER_SERVICE_LOG_H
#define LARDER_SERVICE_LOG_H

#include "engine/base/clock.h"

#include <glib.h>
#include <stdbool.h>

/* In the order of the choices of log_level. */
typedef enum LogLevel { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG } LogLevel;

/* Takes over GLib's log; shows LOG_INFO and worse. */
void log_init(void);

/* Shows this level and worse from now on. */
void log_set_level(LogLevel level);

/* Writes one line. */
void log_line(LogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Something that may happen too often to be told every time. Zeroed: never told. */
typedef struct LogRate {
    _Atomic int64_t next_us;
    _Atomic uint64_t untold;
} LogRate;

/*
 * Whether to tell about one more of these: at most once in ten seconds. True: *ret_untold of them
 * happened unmentioned since the last time.
 */
bool log_rate_allows(LogRate *rate, const BaseClock *clock, uint64_t *ret_untold);

#endif
