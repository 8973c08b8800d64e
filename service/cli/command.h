/*
 * command.h: the commands, in one table.
 *
 * The table drives everything that has to know what commands there are: reading a command line,
 * help, completion, suggestions, what is kept in the history, and what is paged.
 *
 * Threading: constant.
 */
#ifndef LARDER_SERVICE_CLI_COMMAND_H
#define LARDER_SERVICE_CLI_COMMAND_H

#include "service/cli/option.h"
#include "service/cli/status.h"

typedef struct CliCall CliCall;

typedef enum CliCommandFlag {
    CLI_COMMAND_PAGED = 1 << 0,  /* its output may be long */
    CLI_COMMAND_SECRET = 1 << 1, /* takes values, which do not belong into the history file */
    CLI_COMMAND_SHELL = 1 << 2,  /* only in a session: interactive, or a script */
    CLI_COMMAND_ADMIN = 1 << 3,  /* talks to Admin or Observe */
} CliCommandFlag;

typedef enum CliArgumentKind {
    CLI_ARGUMENT_NONE,
    CLI_ARGUMENT_STORE,
    CLI_ARGUMENT_KEY,
    CLI_ARGUMENT_VALUE,
    CLI_ARGUMENT_FILE,
    CLI_ARGUMENT_COMMAND,
    CLI_ARGUMENT_OTHER,
} CliArgumentKind;

/* One place in the arguments of a command. */
typedef struct CliArgument {
    CliArgumentKind kind;
    char name[16];
    bool optional;
    bool many; /* and further ones of the same kind */
} CliArgument;

typedef struct CliCommand {
    const char *name;
    const char *alias;     /* NULL: none */
    const char *arguments; /* "STORE KEY [DELTA]", "STORE KEY..." */
    unsigned groups;       /* the options that it takes besides those of all commands */
    unsigned flags;
    CliStatus (*run)(CliCall *call);
    const char *summary;     /* one line */
    const char *description; /* paragraphs, wrapped at 78 columns; NULL: the summary says it */
    const char *examples;    /* lines, each an example and what it does */
} CliCommand;

/* The i-th command; NULL behind the last one. */
const CliCommand *cli_command(size_t i);

/* By name or alias. NULL: there is none. */
const CliCommand *cli_command_find(const char *name);

/* The i-th argument of a command. CLI_ARGUMENT_NONE: it has fewer. */
CliArgument cli_command_argument(const CliCommand *command, size_t i);

/* Whether a command takes an option. */
bool cli_command_takes(const CliCommand *command, CliOptionId id);

#endif
