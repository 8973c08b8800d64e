/*
 * config_report.h: everything that is wrong with a configuration, collected.
 *
 * Whoever reads a configuration wants to see all its problems at once, so nobody stops at the first
 * one: each finding is added here, and the report is shown, or empty, in the end.
 *
 * Threading: one owner at a time. Uses GLib's aborting allocator: not for request paths.
 */
#ifndef LARDER_SERVICE_CONFIG_REPORT_H
#define LARDER_SERVICE_CONFIG_REPORT_H

#include <glib.h>

typedef struct ConfigReport {
    GPtrArray *problems; /* of char *, in the order in which they were found */
} ConfigReport;

void config_report_init(ConfigReport *report);

/* Frees the problems. */
void config_report_clear(ConfigReport *report);

static inline gboolean
config_report_is_empty(const ConfigReport *report)
{
    return report->problems->len == 0;
}

/*
 * Adds a problem. `where` is a file or an option of the command line; line 0 means that there is
 * none. The text shows as "WHERE:LINE: message" or "WHERE: message".
 */
void config_report_add(ConfigReport *report, const char *where, unsigned line, const char *format,
                       ...) G_GNUC_PRINTF(4, 5);

/* Writes every problem as a line of its own to a file descriptor. */
void config_report_write(const ConfigReport *report, int fd);

/*
 * Names the candidate that `word` is most likely a slip of, for a message: " (did you mean
 * \"listen\"?)"; "" when none is near. `candidates` ends with NULL. Free the text with g_free().
 */
char *config_report_suggest(const char *word, const char *const *candidates);

#endif
