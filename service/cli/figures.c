/*
 * figures.c: making sense of the figures of an engine. See figures.h.
 */
#include "service/cli/figures.h"

#include "service/cli/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64 };

static bool
is(LarderBytes name, const char *text)
{
    return name.size == strlen(text) && memcmp(name.data, text, name.size) == 0;
}

static int
by_name(const void *left, const void *right)
{
    /* A NUL follows every name. */
    return strverscmp(((const LarderFigure *)left)->name.data,
                      ((const LarderFigure *)right)->name.data);
}

bool
cli_figures_sort(CliCall *call, LarderFigureList figures, LarderFigureList *ret_sorted)
{
    LarderFigure *sorted = cli_call_alloc(call, (figures.count + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return false;
    }
    for (size_t i = 0; i < figures.count; i++) {
        sorted[i] = figures.items[i];
    }
    qsort(sorted, figures.count, sizeof *sorted, by_name);
    *ret_sorted = (LarderFigureList){sorted, figures.count};
    return true;
}

bool
cli_figures_find(LarderFigureList figures, const char *name, int64_t *ret_value)
{
    for (size_t i = 0; i < figures.count; i++) {
        if (is(figures.items[i].name, name)) {
            *ret_value = figures.items[i].value;
            return true;
        }
    }
    return false;
}

int64_t
cli_figures_get(LarderFigureList figures, const char *name)
{
    int64_t value = 0;
    (void)cli_figures_find(figures, name, &value);
    return value;
}

bool
cli_figures_find_level(LarderFigureList figures, int level, const char *what, int64_t *ret_value)
{
    char name[NAME_SIZE];
    (void)snprintf(name, sizeof name, "level_%d_%s", level, what);
    return cli_figures_find(figures, name, ret_value);
}

int64_t
cli_figures_get_level(LarderFigureList figures, int level, const char *what)
{
    int64_t value = 0;
    (void)cli_figures_find_level(figures, level, what, &value);
    return value;
}

bool
cli_figures_has_level(LarderFigureList figures, int level)
{
    char prefix[NAME_SIZE];
    size_t len = (size_t)snprintf(prefix, sizeof prefix, "level_%d_", level);
    for (size_t i = 0; i < figures.count; i++) {
        LarderBytes name = figures.items[i].name;
        if (name.size > len && memcmp(name.data, prefix, len) == 0) {
            return true;
        }
    }
    return false;
}

/* Splits NAME_le_BOUND. False: it is no bucket. */
static bool
split_bucket(LarderBytes figure, LarderBytes *ret_histogram, int64_t *ret_bound)
{
    static const char mark[] = "_le_";
    size_t mark_len = sizeof mark - 1;
    for (size_t at = figure.size; at-- > 0;) {
        if (figure.size - at <= mark_len || memcmp(figure.data + at, mark, mark_len) != 0) {
            continue;
        }
        const char *bound = figure.data + at + mark_len; /* a NUL follows the name */
        *ret_histogram = larder_bytes(figure.data, at);
        if (strcmp(bound, "inf") == 0) {
            *ret_bound = INT64_MAX;
            return true;
        }
        return cli_number_integer(bound, ret_bound);
    }
    return false;
}

static bool
is_same(LarderBytes left, LarderBytes right)
{
    return left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
}

bool
cli_figures_next_bucket(LarderFigureList figures, size_t *cursor, CliBucket *ret_bucket)
{
    for (size_t i = *cursor; i < figures.count; i++) {
        CliBucket bucket = {.below = -1, .count = figures.items[i].value};
        if (!split_bucket(figures.items[i].name, &bucket.histogram, &bucket.bound)) {
            continue;
        }
        LarderBytes before;
        int64_t below;
        if (i > 0 && split_bucket(figures.items[i - 1].name, &before, &below) &&
            is_same(before, bucket.histogram)) {
            bucket.below = below;
        }
        *cursor = i + 1;
        *ret_bucket = bucket;
        return true;
    }
    return false;
}
