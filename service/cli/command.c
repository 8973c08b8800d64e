/*
 * command.c: finding commands, and what they take. See command.h; the table is in command_table.c.
 */
#include "service/cli/command.h"

#include "service/cli/command_table.h"

const CliCommand *
cli_command(size_t i)
{
    return i < cli_command_count ? &cli_command_table[i] : NULL;
}

const CliCommand *
cli_command_find(const char *name)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        const CliCommand *command = &cli_command_table[i];
        bool alias = command->alias != NULL && strcmp(command->alias, name) == 0;
        if (alias || strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}

static CliArgumentKind
kind_of(const char *name)
{
    static const struct {
        const char *name;
        CliArgumentKind kind;
    } kinds[] = {
        {"STORE", CLI_ARGUMENT_STORE},     {"KEY", CLI_ARGUMENT_KEY},
        {"VALUE", CLI_ARGUMENT_VALUE},     {"FILE", CLI_ARGUMENT_FILE},
        {"COMMAND", CLI_ARGUMENT_COMMAND},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return kinds[i].kind;
        }
    }
    return CLI_ARGUMENT_OTHER;
}

CliArgument
cli_command_argument(const CliCommand *command, size_t i)
{
    CliArgument argument = {0};
    const char *at = command->arguments;
    for (; i > 0 && *at != '\0'; i--) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    if (*at == '\0') {
        return argument;
    }
    argument.optional = *at == '[';
    at += argument.optional ? 1 : 0;
    size_t len = strcspn(at, " .]");
    argument.many = at[len] == '.';
    size_t kept = len < sizeof argument.name ? len : sizeof argument.name - 1;
    memcpy(argument.name, at, kept);
    argument.kind = kind_of(argument.name);
    return argument;
}

bool
cli_command_takes(const CliCommand *command, CliOptionId id)
{
    return (cli_option(id)->groups & (command->groups | CLI_GROUP_ALL)) != 0;
}
