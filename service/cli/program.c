/*
 * program.c: the program `larder`. See program.h.
 *
 * With a command on the line it runs that one. Without, it is a session: interactive when both
 * standard input and output are terminals, else a script.
 */
#include "service/cli/program.h"

#include "service/cli/interrupt.h"
#include "service/cli/parse.h"
#include "service/cli/script.h"
#include "service/cli/shell.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

static CliStatus
complain(BaseBuf *problem)
{
    BaseSlice text = base_buf_slice(problem);
    ssize_t written = write(STDERR_FILENO, "larder: ", 8);
    written += write(STDERR_FILENO, text.data, text.len);
    written += write(STDERR_FILENO, "\n", 1);
    (void)written; /* there is nobody to tell */
    return CLI_USAGE;
}

/*
 * Puts something in the place of standard streams that are closed, so that no file, pipe or socket
 * of ours gets their numbers: reading from it fails, and writing to it.
 */
static bool
fill_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        bool closed = fcntl(fd, F_GETFD) < 0;
        if (closed && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
            return false;
        }
    }
    return true;
}

/* A session with the options of the line. */
static CliStatus
run_session(const CliOptions *options)
{
    CliSession session;
    cli_session_init(&session, options);
    cli_options_inherit(&session.options);
    bool person = isatty(STDIN_FILENO) == 1 && session.out_is_terminal;
    CliStatus status = person ? cli_shell_run(&session) : cli_script_run(&session);
    cli_session_clear(&session);
    return status;
}

static CliStatus
run_command(const CliOptions *environment, char **words, size_t count)
{
    CliSession session;
    cli_session_init(&session, environment);
    CliStatus status = cli_session_run(&session, environment, words, count);
    cli_session_clear(&session);
    return status;
}

int
cli_program(int argc, char **argv)
{
    CliOptions environment;
    CliParsed parsed = {0};
    BaseBuf problem = BASE_BUF_INIT;
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;
    char **words = argv + (argc > 0 ? 1 : 0);
    char **copy = calloc(count + 1, sizeof *copy);
    CliStatus status = CLI_NO_MEMORY;
    /* Only for what is a letter in a line that is edited: numbers and times are ours. */
    (void)setlocale(LC_CTYPE, "");
    if (copy != NULL && fill_standard_streams() && cli_interrupt_catch()) {
        memcpy(copy, words, count * sizeof *copy);
        bool good = cli_parse_environment(&environment, &problem);
        bool session = good && cli_parse(&environment, copy, count, &parsed, &problem) &&
                       parsed.command == NULL &&
                       !cli_options_has(&parsed.options, CLI_OPTION_HELP) &&
                       !cli_options_has(&parsed.options, CLI_OPTION_VERSION);
        status = session ? run_session(&parsed.options)
                 : good  ? run_command(&environment, words, count)
                         : complain(&problem);
    }
    base_buf_clear(&problem);
    free(copy);
    return (int)status;
}
