/*
 * words.c: the words of a line that was typed or read from a script. See words.h.
 *
 * The words are collected one behind the other in one buffer, each with its NUL; the pointers are
 * made in the end, when the buffer moves no more.
 */
#include "service/cli/words.h"

#include <stdlib.h>

typedef struct Cutter {
    BaseSlice line;
    size_t at;
    BaseBuf text;
    size_t count;
    size_t start;
    bool open;
    const char *problem;
} Cutter;

static bool
is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void
add(Cutter *cutter, const uint8_t *bytes, size_t len)
{
    if (!base_buf_append(&cutter->text, bytes, len)) {
        cutter->problem = "there is no memory for it";
    }
}

/* The inside of a quoted part; `at` is behind the opening quote. True: it was closed. */
static bool
cut_quoted(Cutter *cutter, uint8_t quote)
{
    const uint8_t *line = cutter->line.data;
    while (cutter->at < cutter->line.len) {
        const uint8_t *here = line + cutter->at;
        size_t len = *here == '\\' && cutter->at + 1 < cutter->line.len ? 2 : 1;
        cutter->at += len;
        if (*here == quote) {
            return true;
        }
        add(cutter, here, len);
    }
    return false;
}

/* One word; `at` is at its first byte. */
static void
cut_word(Cutter *cutter, bool unfinished)
{
    cutter->start = cutter->at;
    cutter->open = true;
    while (cutter->at < cutter->line.len) {
        const uint8_t *here = cutter->line.data + cutter->at;
        if (is_blank(*here)) {
            cutter->open = false;
            break;
        }
        if (*here == '"' || *here == '\'') {
            cutter->at++;
            if (!cut_quoted(cutter, *here) && !unfinished) {
                cutter->problem = "a quote is not closed";
            }
            continue;
        }
        size_t len = *here == '\\' && cutter->at + 1 < cutter->line.len ? 2 : 1;
        add(cutter, here, len);
        cutter->at += len;
    }
    add(cutter, (const uint8_t *)"", 1);
    cutter->count++;
}

static bool
set_pointers(Cutter *cutter, CliWords *ret_words)
{
    char **words = calloc(cutter->count + 1, sizeof *words);
    if (words == NULL) {
        cutter->problem = "there is no memory for it";
        return false;
    }
    char *text = (char *)cutter->text.data;
    for (size_t i = 0; i < cutter->count; i++) {
        words[i] = text;
        text += strlen(text) + 1;
    }
    *ret_words = (CliWords){words, cutter->count, cutter->start, cutter->open, cutter->text};
    return true;
}

bool
cli_words_cut(BaseSlice line, bool unfinished, CliWords *ret_words, const char **ret_problem)
{
    Cutter cutter = {.line = line, .text = BASE_BUF_INIT};
    if (line.len != 0 && memchr(line.data, 0, line.len) != NULL) {
        cutter.problem = "a NUL is written as \\x00";
    }
    while (cutter.problem == NULL) {
        while (cutter.at < line.len && is_blank(line.data[cutter.at])) {
            cutter.at++;
        }
        if (cutter.at == line.len || line.data[cutter.at] == '#') {
            break;
        }
        if (cutter.count == CLI_WORDS_MAX) {
            cutter.problem = "a line has too many words";
            break;
        }
        cut_word(&cutter, unfinished);
    }
    if (cutter.problem == NULL && set_pointers(&cutter, ret_words)) {
        return true;
    }
    *ret_problem = cutter.problem;
    base_buf_clear(&cutter.text);
    return false;
}

void
cli_words_clear(CliWords *words)
{
    free(words->words);
    base_buf_clear(&words->text);
    *words = (CliWords){0};
}
