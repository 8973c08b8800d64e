/*
 * session.h: what the commands of one run of the program share: connections, defaults, and where
 * output goes.
 *
 * Output is collected by each command and leaves in large pieces: to the standard output, to the
 * pager, or to whoever captures it (`watch`). Notes and errors go to the standard error, behind the
 * output that was collected before them.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_SESSION_H
#define LARDER_SERVICE_CLI_SESSION_H

#include "engine/base/buf.h"
#include "service/cli/link.h"
#include "service/cli/option.h"
#include "service/cli/status.h"

#include <sys/types.h>

#define CLI_SERVER_DEFAULT "tcp:127.0.0.1:7400"

typedef struct CliSession {
    CliOptions options; /* hold for every command, unless it says otherwise */
    CliLink data;
    CliLink admin;
    int out_fd; /* the standard output, or the pager */
    pid_t pager;
    BaseBuf *capture; /* gets output and notes instead; NULL: nobody does */
    bool out_is_terminal;
    bool err_is_terminal;
    bool colour;      /* by the environment: no NO_COLOR, a terminal that can */
    bool interactive; /* commands come from a person */
    bool in_session;  /* further commands come, so `use` and `exit` make sense */
    bool input_taken; /* the standard input is where the commands come from */
    bool leave;       /* `exit` was called */
    BaseBuf store;    /* what `use` chose; options[STORE] points to it */
} CliSession;

/* Looks at the terminal and the environment. */
void cli_session_init(CliSession *session, const CliOptions *options);
void cli_session_clear(CliSession *session);

/* Writes all of it, or false: it cannot be written, or somebody pressed Ctrl-C. */
bool cli_session_write(CliSession *session, BaseSlice bytes);

/* Says something on the standard error. */
void cli_session_say(CliSession *session, BaseSlice text);

/*
 * Starts $PAGER, or less, when the output goes to a terminal, and sends the output there. Does
 * nothing when there is none.
 */
void cli_session_start_pager(CliSession *session);

/* Waits until the pager was left. */
void cli_session_end_pager(CliSession *session);

/*
 * Runs one command line, from parsing to the end; prints what is wrong. `base` holds unless the
 * line says otherwise. The words are moved.
 */
CliStatus cli_session_run(CliSession *session, const CliOptions *base, char **words, size_t count);

#endif
