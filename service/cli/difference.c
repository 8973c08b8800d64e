/*
 * difference.c: which lines of a text went and which came. See difference.h.
 *
 * The lines of both texts are sorted and walked through together, which marks the pairs; what has
 * no mark is a difference.
 */
#include "service/cli/difference.h"

#include <stdlib.h>

typedef struct Line {
    BaseSlice text;
    bool *paired; /* its place in the order of the text */
} Line;

typedef struct Lines {
    Line *lines;
    bool *paired;
    size_t count;
} Lines;

/* The next line of a text, which gets shorter. */
static BaseSlice
cut_line(BaseSlice *text)
{
    const uint8_t *newline = memchr(text->data, '\n', text->len);
    size_t len = newline == NULL ? text->len : (size_t)(newline - text->data);
    size_t skipped = newline == NULL ? len : len + 1;
    BaseSlice line = base_slice(text->data, len);
    *text = base_slice(text->data + skipped, text->len - skipped);
    return line;
}

static int
compare(const void *a, const void *b)
{
    const Line *left = a;
    const Line *right = b;
    int order = base_slice_compare(left->text, right->text);
    return order != 0 ? order : (left->paired > right->paired) - (left->paired < right->paired);
}

/* Cuts and sorts. False: no memory. */
static bool
make_lines(BaseSlice text, Lines *ret_lines)
{
    size_t count = 0;
    for (BaseSlice rest = text; rest.len != 0; count++) {
        (void)cut_line(&rest);
    }
    ret_lines->lines = calloc(count + 1, sizeof *ret_lines->lines);
    ret_lines->paired = calloc(count + 1, sizeof *ret_lines->paired);
    ret_lines->count = count;
    if (ret_lines->lines == NULL || ret_lines->paired == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        ret_lines->lines[i] = (Line){cut_line(&text), &ret_lines->paired[i]};
    }
    qsort(ret_lines->lines, count, sizeof *ret_lines->lines, compare);
    return true;
}

static void
pair_up(Lines *before, Lines *after)
{
    size_t i = 0;
    size_t j = 0;
    while (i < before->count && j < after->count) {
        int order = base_slice_compare(before->lines[i].text, after->lines[j].text);
        if (order == 0) {
            *before->lines[i].paired = true;
            *after->lines[j].paired = true;
        }
        i += order <= 0;
        j += order >= 0;
    }
}

static void
visit_unpaired(BaseSlice text, const Lines *lines, bool came, CliDifferenceVisitor *visit,
               void *user)
{
    for (size_t i = 0; i < lines->count; i++) {
        BaseSlice line = cut_line(&text);
        if (!lines->paired[i]) {
            visit(user, came, line);
        }
    }
}

bool
cli_difference(BaseSlice before, BaseSlice after, CliDifferenceVisitor *visit, void *user)
{
    Lines old = {0};
    Lines new = {0};
    bool good = make_lines(before, &old) && make_lines(after, &new);
    if (good) {
        pair_up(&old, &new);
        visit_unpaired(before, &old, false, visit, user);
        visit_unpaired(after, &new, true, visit, user);
    }
    free(old.lines);
    free(old.paired);
    free(new.lines);
    free(new.paired);
    return good;
}
