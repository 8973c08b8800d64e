/*
 * help.h: help texts, made from the tables of commands and options.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_HELP_H
#define LARDER_SERVICE_CLI_HELP_H

#include "service/cli/command.h"

/* Appends what there is: commands, options of all commands, how to type bytes, exit statuses. */
void cli_help_all(BaseBuf *into);

/* Appends how a command works: usage, description, options, examples. */
void cli_help_command(const CliCommand *command, BaseBuf *into);

#endif
