/*
 * words.h: the words of a line that was typed or read from a script.
 *
 * Words are separated by blanks. Quotes, double or single, keep blanks together and are left out. A
 * backslash and the character behind it stay in the word, both, and separate or quote nothing: what
 * they mean is decided where the word is used, as for a word that a Unix shell passed on
 * (escape.h). A '#' at the start of a word begins a comment.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_WORDS_H
#define LARDER_SERVICE_CLI_WORDS_H

#include "engine/base/buf.h"

enum { CLI_WORDS_MAX = 4096 };

typedef struct CliWords {
    char **words; /* `count` of them, NUL-terminated, and a NULL behind them */
    size_t count;
    size_t last_start; /* where in the line the last word began, its quote included */
    bool open;         /* the line ended within a word, so that a further letter would go on it */
    BaseBuf text;
} CliWords;

/*
 * Cuts a line. False: *ret_problem, a constant, says what is wrong with it. An open quote is wrong
 * unless `unfinished`, for lines that are still being typed.
 */
bool cli_words_cut(BaseSlice line, bool unfinished, CliWords *ret_words, const char **ret_problem);

/* Frees what cli_words_cut() made; takes words that are all zero. */
void cli_words_clear(CliWords *words);

#endif
