/*
 * session.c: what the commands of one run of the program share. See session.h.
 *
 * The pager gets the output by a pipe and notes too, so that they do not mix on the terminal. When
 * it is left early the rest of the output is dropped silently: that is what leaving it means.
 */
#include "service/cli/session.h"

#include "service/cli/call.h"
#include "service/cli/help.h"
#include "service/cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
is_set(const char *variable)
{
    const char *text = getenv(variable);
    return text != NULL && *text != '\0';
}

void
cli_session_init(CliSession *session, const CliOptions *options)
{
    const char *terminal = getenv("TERM");
    bool dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
    *session = (CliSession){.options = *options, .out_fd = STDOUT_FILENO, .store = BASE_BUF_INIT};
    session->out_is_terminal = isatty(STDOUT_FILENO) == 1;
    session->err_is_terminal = isatty(STDERR_FILENO) == 1;
    session->colour = session->out_is_terminal && !dumb && !is_set("NO_COLOR");
}

void
cli_session_clear(CliSession *session)
{
    cli_session_end_pager(session);
    cli_link_close(&session->data);
    cli_link_close(&session->admin);
    base_buf_clear(&session->store);
}

/* Writes all of it. False: see errno. */
static bool
write_all(int fd, BaseSlice bytes)
{
    while (bytes.len != 0) {
        ssize_t written = write(fd, bytes.data, bytes.len);
        if (written < 0 && (errno != EINTR || cli_interrupt_pending())) {
            return false;
        }
        size_t done = written < 0 ? 0 : (size_t)written;
        bytes = base_slice(bytes.data + done, bytes.len - done);
    }
    return true;
}

bool
cli_session_write(CliSession *session, BaseSlice bytes)
{
    if (session->capture != NULL) {
        return base_buf_append_slice(session->capture, bytes);
    }
    return write_all(session->out_fd, bytes);
}

void
cli_session_say(CliSession *session, BaseSlice text)
{
    if (session->capture != NULL) {
        (void)base_buf_append_slice(session->capture, text);
    } else {
        (void)write_all(session->pager != 0 ? session->out_fd : STDERR_FILENO, text);
    }
}

void
cli_session_start_pager(CliSession *session)
{
    const char *pager = getenv("PAGER");
    int ends[2];
    pager = pager != NULL ? pager : "less -R";
    bool none = *pager == '\0' || strcmp(pager, "cat") == 0;
    if (none || session->pager != 0 || pipe2(ends, O_CLOEXEC) != 0) {
        return;
    }
    /* A pager that is not there shows by its status, before it has read anything. */
    char shell[] = "sh";
    char option[] = "-c";
    char command[] = "eval \"$1\" || { [ $? = 127 ] && exec cat; }";
    char *arguments[] = {shell, option, command, shell, strdup(pager), NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    bool good = arguments[4] != NULL && posix_spawn_file_actions_init(&actions) == 0;
    if (good) {
        good = posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO) == 0 &&
               posix_spawn(&pid, "/bin/sh", &actions, NULL, arguments, environ) == 0;
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    free(arguments[4]);
    (void)close(ends[0]);
    if (!good) {
        (void)close(ends[1]);
        return;
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    session->out_fd = ends[1];
    session->pager = pid;
}

void
cli_session_end_pager(CliSession *session)
{
    if (session->pager == 0) {
        return;
    }
    (void)close(session->out_fd);
    session->out_fd = STDOUT_FILENO;
    while (waitpid(session->pager, NULL, 0) < 0 && errno == EINTR) {
    }
    session->pager = 0;
}

static void
complain(CliSession *session, BaseBuf *problem)
{
    BaseBuf text = BASE_BUF_INIT;
    (void)base_buf_printf(&text, "larder: ");
    (void)base_buf_append_slice(&text, base_buf_slice(problem));
    (void)base_buf_append_byte(&text, '\n');
    cli_session_say(session, base_buf_slice(&text));
    base_buf_clear(&text);
}

/* --help, --version, and a line with nothing but options. */
static CliStatus
run_without_command(CliCall *call)
{
    if (cli_call_has(call, CLI_OPTION_VERSION)) {
        cli_call_print(call, "larder " LARDER_VERSION "\n");
    } else if (!cli_call_has(call, CLI_OPTION_HELP)) {
        (void)cli_call_problem(call, CLI_USAGE, "a command is missing; help lists what there is");
        return CLI_USAGE;
    } else if (call->parsed->command != NULL) {
        cli_help_command(call->parsed->command, &call->text);
    } else {
        cli_help_all(&call->text);
    }
    return CLI_OK;
}

/* Runs a line that was parsed. */
static CliStatus
run_parsed(CliSession *session, const CliParsed *parsed)
{
    CliCall call;
    CliStatus status = CLI_USAGE;
    cli_call_init(&call, session, parsed);
    if (parsed->command == NULL || cli_call_has(&call, CLI_OPTION_HELP) ||
        cli_call_has(&call, CLI_OPTION_VERSION)) {
        status = run_without_command(&call);
    } else if ((parsed->command->flags & CLI_COMMAND_SHELL) != 0 && !session->in_session) {
        (void)cli_call_problem(&call, status, "%s goes in a session only", parsed->command->name);
    } else {
        status = parsed->command->run(&call);
    }
    return cli_call_end(&call, status);
}

CliStatus
cli_session_run(CliSession *session, const CliOptions *base, char **words, size_t count)
{
    CliParsed parsed;
    BaseBuf problem = BASE_BUF_INIT;
    CliStatus status = CLI_USAGE;
    if (cli_parse(base, words, count, &parsed, &problem)) {
        status = run_parsed(session, &parsed);
    } else {
        complain(session, &problem);
    }
    base_buf_clear(&problem);
    return status;
}
