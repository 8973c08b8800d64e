/*
 * history.h: the lines of earlier sessions, in a file.
 *
 * The file is $LARDER_HISTFILE, or larder/history in $XDG_STATE_HOME or ~/.local/state; an empty
 * LARDER_HISTFILE means none. Only its owner may read it, since keys may be secret; lines with
 * values, and lines that begin with a blank, are not written to it at all. It keeps the last lines.
 *
 * Nothing here is worth an error message: without a history the session goes on.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_HISTORY_H
#define LARDER_SERVICE_CLI_HISTORY_H

#include "engine/base/buf.h"

enum { CLI_HISTORY_LINES = 1000 };

typedef struct CliHistory {
    int fd; /* -1: nothing is written */
} CliHistory;

/* Gets the lines of the file, oldest first, each followed by a newline, in `into`. */
void cli_history_open(CliHistory *history, BaseBuf *into);

void cli_history_close(CliHistory *history);

/* Whether a line may be written to the file. */
bool cli_history_may_keep(BaseSlice line);

/* Writes a line, without newline, if it may be. */
void cli_history_add(CliHistory *history, BaseSlice line);

/* Writes the path of the file to `into`, with a NUL. False: there is none. */
bool cli_history_path(BaseBuf *into);

#endif
