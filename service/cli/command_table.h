/*
 * command_table.h: the table of commands itself. Everybody but command.c goes through command.h.
 */
#ifndef LARDER_SERVICE_CLI_COMMAND_TABLE_H
#define LARDER_SERVICE_CLI_COMMAND_TABLE_H

#include "service/cli/command.h"

extern const CliCommand cli_command_table[];
extern const size_t cli_command_count;

#endif
