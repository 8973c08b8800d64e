/*
 * main.c: larder-test-server: a test server that takes its orders from standard input.
 *
 * One thread reads lines and answers them, in order. It ends when standard input ends, by the
 * command `stop`, or by SIGTERM or SIGINT; then the server is stopped. A parent that dies closes
 * the pipe, so no server outlives its tests.
 *
 * Limits: a line of at most LINE_BYTES_MAX; a longer one is answered with an error and skipped.
 */
#include "service/testkit/tool/commands.h"
#include "service/testkit/tool/json.h"
#include "service/testkit/tool/options.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 65536, EXIT_USAGE = 64, EXIT_STARTED_NOT = 1 };

/* What has been read of the input. */
typedef struct Input {
    char bytes[LINE_BYTES_MAX];
    size_t len;
    bool skipping; /* the rest of a line that is too long */
} Input;

/* Writes all; false: nobody reads any more. */
static bool
write_all(const GString *text)
{
    size_t done = 0;
    while (done < text->len) {
        ssize_t count = write(STDOUT_FILENO, text->str + done, text->len - done);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        done += count < 0 ? 0 : (size_t)count;
    }
    return true;
}

static bool
execute(ToolCommands *commands, const char *line, size_t len)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    bool go_on = tool_commands_execute(commands, line, len, answer);
    return write_all(answer) && go_on;
}

/* A line that fills the whole buffer without an end. */
static bool
skip_line(Input *input)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    tool_commands_fail(answer, "a line of more than 65536 bytes");
    input->len = 0;
    bool first = !input->skipping;
    input->skipping = true;
    return !first || write_all(answer);
}

/* Executes the lines that are complete. False: the end. */
static bool
execute_lines(Input *input, ToolCommands *commands)
{
    const char *start = input->bytes;
    const char *end = input->bytes + input->len;
    bool go_on = true;
    const char *newline = NULL;
    while (go_on && (newline = memchr(start, '\n', (size_t)(end - start))) != NULL) {
        go_on = input->skipping || execute(commands, start, (size_t)(newline - start));
        input->skipping = false;
        start = newline + 1;
    }
    input->len = (size_t)(end - start);
    memmove(input->bytes, start, input->len);
    return go_on && (input->len < LINE_BYTES_MAX || skip_line(input));
}

/* Waits for input, or for a signal that ends the program; false: the end. */
static bool
await_input(int signal_fd)
{
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    int count = 0;
    do {
        count = poll(fds, G_N_ELEMENTS(fds), -1);
    } while (count < 0 && errno == EINTR);
    return count > 0 && fds[1].revents == 0;
}

static void
serve(ToolCommands *commands, int signal_fd)
{
    static Input input;
    while (await_input(signal_fd)) {
        ssize_t count = read(STDIN_FILENO, input.bytes + input.len, LINE_BYTES_MAX - input.len);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return;
        }
        input.len += (size_t)count;
        if (!execute_lines(&input, commands)) {
            return;
        }
    }
}

/* Blocks the signals that end the program and makes them readable. */
static int
watch_signals(void)
{
    sigset_t waited_for;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigemptyset(&waited_for);
    (void)sigaddset(&waited_for, SIGTERM);
    (void)sigaddset(&waited_for, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &waited_for, NULL);
    return signalfd(-1, &waited_for, SFD_CLOEXEC);
}

static bool
announce(const LarderTestServer *server)
{
    const char *data = larder_test_server_address(server);
    const char *admin = larder_test_server_admin_address(server);
    g_autoptr(GString) line = g_string_new("{\"address\":");
    tool_json_write_text(line, data, strlen(data));
    g_string_append(line, ",\"admin_address\":");
    tool_json_write_text(line, admin, strlen(admin));
    g_string_append_printf(line, ",\"version\":\"%s\",\"pid\":%d}\n", LARDER_VERSION,
                           (int)getpid());
    return write_all(line);
}

static int
run(const ToolOptions *options)
{
    int signal_fd = watch_signals();
    LarderProblem problem = {""};
    LarderTestServer *server = larder_test_server_start(&options->server, &problem);
    if (server == NULL) {
        (void)fprintf(stderr, "larder-test-server: %s\n", problem.message);
        return EXIT_STARTED_NOT;
    }
    ToolCommands *commands = tool_commands_new(server);
    if (announce(server)) {
        serve(commands, signal_fd);
    }
    tool_commands_free(commands);
    larder_test_server_stop(server);
    (void)close(signal_fd);
    return 0;
}

int
main(int argc, char **argv)
{
    ToolOptions options;
    char *problem = NULL;
    if (!tool_options_parse(argc, argv, &options, &problem)) {
        (void)fprintf(stderr, "larder-test-server: %s; larder-test-server --help explains\n",
                      problem);
        g_free(problem);
        return EXIT_USAGE;
    }
    int status = 0;
    if (options.version) {
        (void)printf("larder-test-server %s\n", LARDER_VERSION);
    } else {
        status = run(&options);
    }
    tool_options_clear(&options);
    return status;
}
