/*
 * help.c: help texts, made from the tables of commands and options. See help.h.
 *
 * Running out of memory shows as `failed` of the buffer.
 */
#include "service/cli/help.h"

enum { COLUMNS = 100, OPTION_COLUMN = 30 };

static const char introduction[] =
    "usage: larder [OPTION...] COMMAND [OPTION...] [ARGUMENT...]\n"
    "       larder                     a session: interactive on a terminal, else a script\n"
    "\n"
    "Talks to a Larder server. `larder help COMMAND` says how a command works.\n";

static const char bytes_and_stores[] =
    "\n"
    "STORE is the first argument of the commands on a store. With --store, LARDER_STORE or, in a\n"
    "session, `use STORE`, it is left out.\n"
    "\n"
    "Keys and values are bytes. They are typed and printed escaped: \\n \\t \\r \\\\ and \\xHH; a\n"
    "backslash before any other punctuation character stands for that character. What is valid\n"
    "UTF-8 and visible is printed as it is. --hex, --base64 and --raw (or --in and --out) choose\n"
    "otherwise. As a VALUE, @FILE is the contents of a file, and - the standard input; \\@ and\n"
    "\\- are these characters.\n"
    "With --json, bytes are {\"text\":\"...\"} when they are valid UTF-8, else "
    "{\"base64\":\"...\"}.\n";

static const char statuses[] =
    "\n"
    "Exit status:\n"
    "  0   done\n"
    "  1   no: not found, condition failed, not ready, not equal\n"
    "  2   InvalidRequest: correct the call         7   server not reachable: not executed\n"
    "  3   NotHere: another server owns it          8   no reply in time: may have been executed\n"
    "  4   Refused: not executed, try later         9   the reply is none of Larder's\n"
    "  5   Indeterminate: may have been executed    10  out of memory\n"
    "  6   Failed: an operator has to look          11  a file is unreadable, malformed or full\n"
    "  64  wrong command line                       130 interrupted\n";

static const char sessions[] =
    "\n"
    "A session reads commands line by line, without `larder` in front. On a terminal it has a\n"
    "history (LARDER_HISTFILE; lines with values or a leading blank are not written to it) and\n"
    "completes commands, options, stores and keys with Tab; Ctrl-C cancels, Ctrl-D leaves. A "
    "script\n"
    "ends at the first command whose status is neither 0 nor 1, unless --keep-going is given; its\n"
    "status is the highest of its commands'.\n";

static void
pad(BaseBuf *into, size_t from, size_t column)
{
    size_t width = into->len - from;
    do {
        (void)base_buf_append_byte(into, ' ');
    } while (++width < column);
}

/* A text that goes on at `column` in further lines when it is long. */
static void
wrap(BaseBuf *into, const char *text, size_t column)
{
    size_t used = column;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (used > column && used + 1 + word > COLUMNS) {
            (void)base_buf_append_byte(into, '\n');
            pad(into, into->len, column);
            used = column;
        } else if (used > column) {
            (void)base_buf_append_byte(into, ' ');
            used++;
        }
        (void)base_buf_append(into, text, word);
        used += word;
        text += word;
        text += strspn(text, " ");
    }
    (void)base_buf_append_byte(into, '\n');
}

static void
add_option(BaseBuf *into, const CliOption *option)
{
    size_t from = into->len;
    if (option->letter != '\0') {
        (void)base_buf_printf(into, "  -%c, --%s", option->letter, option->name);
    } else {
        (void)base_buf_printf(into, "      --%s", option->name);
    }
    if (option->value != NULL) {
        (void)base_buf_printf(into, "=%s", option->value);
    }
    if (into->len - from + 2 > OPTION_COLUMN) {
        (void)base_buf_append_byte(into, '\n');
        from = into->len;
    }
    pad(into, from, OPTION_COLUMN);
    wrap(into, option->help, OPTION_COLUMN);
}

void
cli_help_all(BaseBuf *into)
{
    (void)base_buf_append(into, introduction, sizeof introduction - 1);
    (void)base_buf_append(into, "\nCommands:\n", 11);
    for (size_t i = 0; cli_command(i) != NULL; i++) {
        const CliCommand *command = cli_command(i);
        size_t from = into->len;
        (void)base_buf_printf(into, "  %s %s", command->name, command->arguments);
        pad(into, from, OPTION_COLUMN);
        wrap(into, command->summary, OPTION_COLUMN);
    }
    (void)base_buf_append(into, bytes_and_stores, sizeof bytes_and_stores - 1);
    (void)base_buf_append(into, "\nOptions of all commands:\n", 26);
    for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
        const CliOption *option = cli_option((CliOptionId)i);
        if ((option->groups & CLI_GROUP_ALL) != 0) {
            add_option(into, option);
        }
    }
    (void)base_buf_append(into, sessions, sizeof sessions - 1);
    (void)base_buf_append(into, statuses, sizeof statuses - 1);
}

/* The examples, each line indented. */
static void
add_examples(BaseBuf *into, const char *examples)
{
    while (*examples != '\0') {
        size_t line = strcspn(examples, "\n") + 1;
        (void)base_buf_append(into, "  ", 2);
        (void)base_buf_append(into, examples, line);
        examples += line;
    }
}

void
cli_help_command(const CliCommand *command, BaseBuf *into)
{
    const char *program = (command->flags & CLI_COMMAND_SHELL) != 0 ? "" : "larder ";
    (void)base_buf_printf(into, "usage: %s%s", program, command->name);
    (void)base_buf_printf(into, "%s%s", *command->arguments == '\0' ? "" : " ", command->arguments);
    (void)base_buf_printf(into, "%s\n", command->groups == 0 ? "" : " [OPTION...]");
    if (command->alias != NULL) {
        (void)base_buf_printf(into, "       %s is the same\n", command->alias);
    }
    (void)base_buf_printf(into, "\n%c%s\n", *command->summary - 'a' + 'A', command->summary + 1);
    if (command->description != NULL) {
        (void)base_buf_printf(into, "\n%s\n", command->description);
    }
    const char *title = "\nOptions:\n";
    for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
        const CliOption *option = cli_option((CliOptionId)i);
        if ((option->groups & command->groups) != 0) {
            (void)base_buf_append(into, title, strlen(title));
            add_option(into, option);
            title = "";
        }
    }
    (void)base_buf_append(into, "\nExamples:\n", 11);
    add_examples(into, command->examples);
    (void)base_buf_append(into, "\n`larder help` has the options of all commands.\n", 48);
}
