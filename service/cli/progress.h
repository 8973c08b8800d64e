/*
 * progress.h: how far a long command is, on the standard error.
 *
 * On a terminal one line that is drawn again several times a second, with a bar and an estimate of
 * the time that is left; elsewhere a line every ten seconds. Nothing with --quiet.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_PROGRESS_H
#define LARDER_SERVICE_CLI_PROGRESS_H

#include "service/cli/call.h"

typedef struct CliProgress {
    CliCall *call;
    const char *what; /* "imported" */
    int64_t total;    /* bytes; -1: not known */
    int64_t begun_at; /* bytes that were there already */
    int64_t begun_us;
    int64_t drawn_us;
    bool terminal;
    bool quiet;
    bool drawn; /* a line stands on the terminal */
} CliProgress;

CliProgress cli_progress_begin(CliCall *call, const char *what, int64_t total, int64_t begun_at);

/* Draws, if it is time to. */
void cli_progress_show(CliProgress *progress, int64_t bytes, int64_t records);

/* Takes the line off the terminal, so that something else can be printed. */
void cli_progress_clear(CliProgress *progress);

/* Microseconds since the beginning. */
int64_t cli_progress_elapsed_us(const CliProgress *progress);

/* Appends the line that is drawn `columns` wide after `elapsed_us`, without control characters. */
void cli_progress_line(const CliProgress *progress, int64_t bytes, int64_t records,
                       int64_t elapsed_us, size_t columns, BaseBuf *into);

#endif
