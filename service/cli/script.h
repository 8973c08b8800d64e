/*
 * script.h: commands from the standard input, one per line.
 *
 * Threading: one at a time.
 */
#ifndef LARDER_SERVICE_CLI_SCRIPT_H
#define LARDER_SERVICE_CLI_SCRIPT_H

#include "service/cli/session.h"

/*
 * Runs every line, until `exit`, the end, or a command that fails: whose status is neither OK nor
 * NEGATIVE. With --keep-going failures do not end it. The status is the highest of all commands'.
 */
CliStatus cli_script_run(CliSession *session);

/* Runs one line, which may be blank or a comment. */
CliStatus cli_script_line(CliSession *session, BaseSlice line);

#endif
