/*
 * complete.h: what the word at the cursor may become.
 *
 * Commands, options, choices and files are looked up here; stores and keys are asked of the server,
 * with a short timeout, a bounded scan, and no retries. Nothing is said when that fails.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_COMPLETE_H
#define LARDER_SERVICE_CLI_COMPLETE_H

#include "service/cli/session.h"

enum { CLI_COMPLETE_KEYS = 50 };

typedef struct CliCompletion {
    size_t start; /* where in the line the word begins */
    BaseBuf text; /* the words that it may become, each followed by a NUL, in order */
    size_t count;
    bool truncated;  /* there are more; the last of all is the last of these */
    bool unfinished; /* a word that is chosen goes on: "--ttl=", a directory */
} CliCompletion;

/* Finds them for a line that was typed up to the cursor. */
void cli_complete(CliSession *session, BaseSlice line, CliCompletion *ret_completion);

void cli_completion_clear(CliCompletion *completion);

/* How many bytes all of them have in common at their front. */
size_t cli_completion_common(const CliCompletion *completion);

#endif
