/*
 * shell.h: the interactive session.
 *
 * Threading: one at a time.
 */
#ifndef LARDER_SERVICE_CLI_SHELL_H
#define LARDER_SERVICE_CLI_SHELL_H

#include "service/cli/session.h"

/* Reads commands from the terminal and runs them, until Ctrl-D or exit. */
CliStatus cli_shell_run(CliSession *session);

#endif
