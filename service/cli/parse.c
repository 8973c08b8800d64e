/*
 * parse.c: reads a command line. See parse.h.
 *
 * One pass sorts the words into options and arguments; names of options are unique over all
 * commands, so it is known which of them take a value before the command is. Then the options are
 * checked against the command, and the arguments are counted.
 */
#include "service/cli/parse.h"

#include "service/cli/suggest.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Parser {
    char **words;
    size_t count;
    size_t at;
    CliParsed *parsed;
    BaseBuf *problem;
} Parser;

/* Begins a message. */
static BaseBuf *
complain(Parser *parser)
{
    if (parser->parsed->command != NULL) {
        (void)base_buf_printf(parser->problem, "%s: ", parser->parsed->command->name);
    }
    return parser->problem;
}

/* Of all options, or those that a command takes, the one that was meant. */
static const char *
suggest_option(const CliCommand *command, const char *typed)
{
    const char *best = NULL;
    for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
        if (command == NULL || cli_command_takes(command, (CliOptionId)i)) {
            cli_suggest_consider(typed, cli_option((CliOptionId)i)->name, &best);
        }
    }
    return best;
}

static bool
fail_unknown_option(Parser *parser, const char *word)
{
    char name[64] = "";
    size_t len = strcspn(word + 2, "=");
    memcpy(name, word + 2, len < sizeof name ? len : sizeof name - 1);
    const char *best = suggest_option(parser->parsed->command, name);
    (void)base_buf_printf(complain(parser), "there is no option --%s", name);
    if (best != NULL) {
        (void)base_buf_printf(parser->problem, "; did you mean --%s?", best);
    }
    return false;
}

/* Takes the option that begins with the word at `at`, and its value. */
static bool
take_option(Parser *parser)
{
    const char *word = parser->words[parser->at++];
    bool lettered = word[1] != '-';
    const char *equals = lettered ? NULL : strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word - 2) : strlen(word + 1) - 1;
    CliOptionId id = lettered && word[2] == '\0' ? cli_option_find_letter(word[1])
                     : lettered                  ? CLI_OPTION_COUNT
                                                 : cli_option_find(word + 2, len);
    if (id == CLI_OPTION_COUNT && lettered) {
        (void)base_buf_printf(complain(parser),
                              "there is no option %s; behind -- it is an argument", word);
        return false;
    }
    if (id == CLI_OPTION_COUNT) {
        return fail_unknown_option(parser, word);
    }
    const CliOption *option = cli_option(id);
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->kind == CLI_KIND_FLAG && value != NULL) {
        (void)base_buf_printf(complain(parser), "--%s takes no value", option->name);
        return false;
    }
    if (option->kind != CLI_KIND_FLAG && value == NULL) {
        if (parser->at == parser->count) {
            (void)base_buf_printf(complain(parser), "--%s needs a value: %s", option->name,
                                  option->value);
            return false;
        }
        value = parser->words[parser->at++];
    }
    return cli_options_set(&parser->parsed->options, id, value, parser->problem);
}

static bool
is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

static bool
take_command(Parser *parser, const char *word)
{
    parser->parsed->command = cli_command_find(word);
    if (parser->parsed->command != NULL) {
        return true;
    }
    const char *best = NULL;
    for (size_t i = 0; cli_command(i) != NULL; i++) {
        cli_suggest_consider(word, cli_command(i)->name, &best);
        if (cli_command(i)->alias != NULL) {
            cli_suggest_consider(word, cli_command(i)->alias, &best);
        }
    }
    (void)base_buf_printf(parser->problem, "there is no command \"%s\"; ", word);
    (void)(best != NULL ? base_buf_printf(parser->problem, "did you mean %s?", best)
                        : base_buf_printf(parser->problem, "help lists what there is"));
    return false;
}

/* Whether the command takes the rest of the line as it is. */
static bool
takes_the_rest(const CliParsed *parsed)
{
    if (parsed->command == NULL) {
        return false;
    }
    CliArgument argument = cli_command_argument(parsed->command, 0);
    return argument.kind == CLI_ARGUMENT_COMMAND && argument.many;
}

/* Sorts the words. */
static bool
sort_words(Parser *parser)
{
    CliParsed *parsed = parser->parsed;
    bool options = true;
    while (parser->at < parser->count) {
        char *word = parser->words[parser->at];
        if (options && strcmp(word, "--") == 0) {
            options = false;
            parser->at++;
        } else if (options && is_option(word)) {
            if (!take_option(parser)) {
                return false;
            }
        } else if (parsed->command == NULL) {
            parser->at++;
            if (!take_command(parser, word)) {
                return false;
            }
        } else if (takes_the_rest(parsed)) {
            parsed->arguments = parser->words + parser->at;
            parsed->count = parser->count - parser->at;
            return true;
        } else {
            parsed->arguments[parsed->count++] = word;
            parser->at++;
        }
    }
    return true;
}

static bool
check_options(Parser *parser)
{
    const CliCommand *command = parser->parsed->command;
    for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
        CliOptionValue value = parser->parsed->options.values[i];
        if (!value.set || value.inherited || cli_command_takes(command, (CliOptionId)i)) {
            continue;
        }
        const char *name = cli_option((CliOptionId)i)->name;
        const char *best = suggest_option(command, name);
        (void)base_buf_printf(complain(parser), "takes no option --%s", name);
        if (best != NULL) {
            (void)base_buf_printf(parser->problem, "; did you mean --%s?", best);
        }
        return false;
    }
    return true;
}

/* Whether the command works on a store, which may be named elsewhere. */
static bool
works_on_store(const CliCommand *command)
{
    CliArgument first = cli_command_argument(command, 0);
    return first.kind == CLI_ARGUMENT_STORE && !first.optional &&
           (command->flags & CLI_COMMAND_SHELL) == 0;
}

static bool
fail_usage(Parser *parser, const char *problem)
{
    const CliCommand *command = parser->parsed->command;
    const char *store = cli_options_text(&parser->parsed->options, CLI_OPTION_STORE, NULL);
    bool named = store != NULL && works_on_store(command);
    const char *arguments = command->arguments + (named ? strcspn(command->arguments, " ") : 0);
    arguments += strspn(arguments, " ");
    (void)base_buf_printf(complain(parser), "%s; usage: %s %s", problem, command->name, arguments);
    if (named) {
        (void)base_buf_printf(parser->problem, "  (the store is %s, so STORE is left out)", store);
    }
    return false;
}

/* Takes STORE from the arguments or the options, and counts the rest. */
static bool
check_arguments(Parser *parser)
{
    CliParsed *parsed = parser->parsed;
    size_t place = 0;
    if (works_on_store(parsed->command)) {
        place = 1;
        parsed->store = cli_options_text(&parsed->options, CLI_OPTION_STORE, NULL);
        if (parsed->store == NULL && parsed->count > 0) {
            parsed->store = parsed->arguments[0];
            parsed->arguments++;
            parsed->count--;
        }
        if (parsed->store == NULL) {
            return fail_usage(parser, "STORE is missing");
        }
    }
    for (size_t i = 0;; i++) {
        CliArgument argument = cli_command_argument(parsed->command, place + i);
        if (argument.kind == CLI_ARGUMENT_NONE) {
            return i >= parsed->count || fail_usage(parser, "too many arguments");
        }
        if (i >= parsed->count && !argument.optional) {
            char problem[64];
            (void)snprintf(problem, sizeof problem, "%s is missing", argument.name);
            return fail_usage(parser, problem);
        }
        if (i >= parsed->count || argument.many) {
            return true;
        }
    }
}

bool
cli_parse(const CliOptions *base, char **words, size_t count, CliParsed *ret_parsed,
          BaseBuf *problem)
{
    *ret_parsed = (CliParsed){.options = *base, .arguments = words};
    cli_options_inherit(&ret_parsed->options);
    Parser parser = {words, count, 0, ret_parsed, problem};
    if (!sort_words(&parser)) {
        return false;
    }
    if (ret_parsed->command == NULL || cli_options_has(&ret_parsed->options, CLI_OPTION_HELP) ||
        cli_options_has(&ret_parsed->options, CLI_OPTION_VERSION)) {
        return true;
    }
    return check_options(&parser) && check_arguments(&parser);
}

bool
cli_parse_environment(CliOptions *ret_options, BaseBuf *problem)
{
    static const struct {
        const char *name;
        CliOptionId id;
    } variables[] = {
        {"LARDER_SERVER", CLI_OPTION_SERVER},
        {"LARDER_ADMIN", CLI_OPTION_ADMIN},
        {"LARDER_STORE", CLI_OPTION_STORE},
    };
    *ret_options = (CliOptions){0};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *text = getenv(variables[i].name);
        if (text != NULL && *text != '\0' &&
            !cli_options_set(ret_options, variables[i].id, text, problem)) {
            return false;
        }
    }
    return true;
}
