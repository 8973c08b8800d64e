/*
 * suggest.c: what somebody who mistyped a word may have meant. See suggest.h.
 *
 * The distance is that of optimal string alignment, row by row: three rows of the table are enough.
 */
#include "service/cli/suggest.h"

#include <stdint.h>
#include <string.h>

enum { LETTERS_MAX = 64 };

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t
cli_suggest_distance(const char *a, const char *b)
{
    size_t rows[3][LETTERS_MAX + 1];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len > LETTERS_MAX || b_len > LETTERS_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = smaller(changed, 1 + smaller(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = smaller(row[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a_len % 3][b_len];
}

void
cli_suggest_consider(const char *typed, const char *candidate, const char **best)
{
    size_t distance = cli_suggest_distance(typed, candidate);
    size_t tolerated = 1 + smaller(strlen(typed), strlen(candidate)) / 4;
    if (distance > tolerated) {
        return;
    }
    if (*best == NULL || distance < cli_suggest_distance(typed, *best)) {
        *best = candidate;
    }
}
