/*
 * parse.h: reads a command line.
 *
 *   larder [OPTION...] COMMAND [OPTION...] [ARGUMENT...]
 *
 *   - Options stand anywhere; "--" ends them. A value is given as --name=VALUE or as the next word.
 *   - A word that begins with '-' and a digit is an argument, and so is "-" alone.
 *   - The first word that is no option is the command. What follows the first argument of `watch`
 *     belongs to the command that is watched.
 *   - A command on a store takes it as the first argument, unless it is named otherwise: by
 *     --store, by LARDER_STORE or by `use`. Then there is no such argument.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_PARSE_H
#define LARDER_SERVICE_CLI_PARSE_H

#include "service/cli/command.h"

typedef struct CliParsed {
    const CliCommand *command; /* NULL: there is none on the line */
    CliOptions options;
    const char *store; /* NULL: the command takes none */
    char **arguments;  /* those behind STORE, which `words` owns */
    size_t count;
} CliParsed;

/*
 * Reads `count` words behind the name of the program; moves the arguments together in place. What
 * `base` has set holds unless the line says otherwise. False: *problem says what is wrong, and
 * ret_parsed->command is the command as far as it was found. With --help or --version nothing is
 * demanded of the rest.
 */
bool cli_parse(const CliOptions *base, char **words, size_t count, CliParsed *ret_parsed,
               BaseBuf *problem);

/*
 * Reads the options that come from the environment: LARDER_SERVER, LARDER_ADMIN, LARDER_STORE.
 * Empty ones do not count. False: *problem says which is wrong.
 */
bool cli_parse_environment(CliOptions *ret_options, BaseBuf *problem);

#endif
