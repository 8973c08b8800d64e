/*
 * call_text.h: words of the command line that look like calls: "name" or "name(1,2.5)".
 *
 * Several options take them: distributions, sizes, arrivals, parts of a mix. Numbers are real ones,
 * with a point whatever the locale; between them stands a comma or "..".
 *
 * Threading: plain functions.
 */
#ifndef LARDER_LOADGEN_CALL_TEXT_H
#define LARDER_LOADGEN_CALL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum {
    LOAD_CALL_NAME_BYTES = 32,
    LOAD_CALL_NUMBERS_MAX = 3,
};

typedef struct LoadCallText {
    char name[LOAD_CALL_NAME_BYTES];
    double numbers[LOAD_CALL_NUMBERS_MAX];
    unsigned count; /* of the numbers */
} LoadCallText;

/* Takes the first `size` bytes of `text` apart. False: they do not look like a call. */
bool load_call_text(const char *text, size_t size, LoadCallText *ret_call);

/* Whether a call has this name and from `fewest` to `most` numbers, each from low[i] to high[i]. */
bool load_call_is(const LoadCallText *call, const char *name, unsigned fewest, unsigned most,
                  const double *low, const double *high);

#endif
