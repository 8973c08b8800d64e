/*
 * figure.c: numbers as people read them. See figure.h.
 */
#include "loadgen/figure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
load_figure_count(char out[LOAD_FIGURE_BYTES], uint64_t count)
{
    char digits[LOAD_FIGURE_BYTES];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i != 0 && (length - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    *to = '\0';
}

void
load_figure_us(char out[LOAD_FIGURE_BYTES], int64_t ns)
{
    if (ns < INT64_C(1000000)) {
        (void)snprintf(out, LOAD_FIGURE_BYTES, "%.1f", (double)ns / 1000);
        return;
    }
    load_figure_count(out, ((uint64_t)ns + 500) / 1000);
}
