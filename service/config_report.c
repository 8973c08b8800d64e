/*
 * config_report.c: collected problems, and suggestions for misspelt words.
 *
 * A suggestion is the candidate with the least edit distance (insert, delete, replace, swap of
 * neighbours), if that is at most a third of the longer word's length: "conections" finds
 * "connections", but "port" does not find "pipeline".
 */
#include "service/config_report.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longer words are no slips of any name of ours. */
enum { CONFIG_REPORT_WORD_MAX = 64 };

void
config_report_init(ConfigReport *report)
{
    report->problems = g_ptr_array_new_with_free_func(g_free);
}

void
config_report_clear(ConfigReport *report)
{
    g_clear_pointer(&report->problems, g_ptr_array_unref);
}

void
config_report_add(ConfigReport *report, const char *where, unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *problem = line == 0 ? g_strdup_printf("%s: %s", where, message)
                              : g_strdup_printf("%s:%u: %s", where, line, message);
    g_ptr_array_add(report->problems, problem);
}

void
config_report_write(const ConfigReport *report, int fd)
{
    for (guint i = 0; i < report->problems->len; i++) {
        (void)dprintf(fd, "%s\n", (const char *)g_ptr_array_index(report->problems, i));
    }
}

/* Edits that turn `a` into `b`; both are at most CONFIG_REPORT_WORD_MAX long. */
static size_t
distance(const char *a, const char *b)
{
    size_t rows[3][CONFIG_REPORT_WORD_MAX + 1];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = MIN(replaced, MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = MIN(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a_len % 3][b_len];
}

char *
config_report_suggest(const char *word, const char *const *candidates)
{
    size_t len = strlen(word);
    const char *best = NULL;
    size_t least = SIZE_MAX;
    for (; len <= CONFIG_REPORT_WORD_MAX && *candidates != NULL; candidates++) {
        size_t longer = MAX(len, strlen(*candidates));
        if (longer > CONFIG_REPORT_WORD_MAX) {
            continue;
        }
        size_t edits = distance(word, *candidates);
        if (edits < least && edits * 3 <= longer) {
            best = *candidates;
            least = edits;
        }
    }
    return best == NULL ? g_strdup("") : g_strdup_printf(" (did you mean \"%s\"?)", best);
}
