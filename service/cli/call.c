/*
 * call.c: one command that runs. See call.h.
 */
#include "service/cli/call.h"

#include "service/cli/failure.h"
#include "service/cli/interrupt.h"
#include "service/cli/number.h"
#include "service/cli/source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { VALUE_FILE_MAX = 1 << 30 };

static CliEncoding
encoding_of(const CliOptions *options, CliOptionId id)
{
    if (options->values[CLI_OPTION_HEX].set) {
        return CLI_HEX;
    }
    if (options->values[CLI_OPTION_BASE64].set) {
        return CLI_BASE64;
    }
    CliEncoding preset = options->values[CLI_OPTION_RAW].set ? CLI_RAW : CLI_ESCAPED;
    return (CliEncoding)cli_options_number(options, id, preset);
}

void
cli_call_init(CliCall *call, CliSession *session, const CliParsed *parsed)
{
    const CliOptions *options = &parsed->options;
    *call = (CliCall){.session = session, .parsed = parsed, .options = options};
    call->text = BASE_BUF_INIT;
    call->json = options->values[CLI_OPTION_JSON].set;
    call->colour = (session->colour || options->values[CLI_OPTION_COLOR].set) &&
                   !options->values[CLI_OPTION_NO_COLOR].set;
    call->in = encoding_of(options, CLI_OPTION_IN);
    call->out = encoding_of(options, CLI_OPTION_OUT);
}

CliStatus
cli_call_end(CliCall *call, CliStatus status)
{
    if (cli_interrupt_pending() && status != CLI_OK) {
        status = CLI_INTERRUPTED;
    }
    if (!cli_call_flush(call) && (status == CLI_OK || status == CLI_NEGATIVE)) {
        status = call->status;
    }
    cli_session_end_pager(call->session);
    base_buf_clear(&call->text);
    while (call->blocks != NULL) {
        void *next = *(void **)call->blocks;
        free(call->blocks);
        call->blocks = next;
    }
    return status;
}

const char *
cli_call_argument(const CliCall *call, size_t i)
{
    return i < call->parsed->count ? call->parsed->arguments[i] : NULL;
}

LarderBytes
cli_call_store(const CliCall *call)
{
    return larder_text(call->parsed->store);
}

void *
cli_call_alloc(CliCall *call, size_t bytes)
{
    enum { HEAD = 16 }; /* keeps what follows aligned for anything */
    void *block = malloc(HEAD + bytes);
    if (block == NULL) {
        (void)cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
        return NULL;
    }
    *(void **)block = call->blocks;
    call->blocks = block;
    return (char *)block + HEAD;
}

/* Makes a copy of bytes that lives as long as the call. */
static bool
keep(CliCall *call, BaseSlice bytes, LarderBytes *ret_bytes)
{
    char *copy = cli_call_alloc(call, bytes.len);
    if (copy == NULL) {
        return false;
    }
    if (bytes.len != 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    *ret_bytes = larder_bytes(copy, bytes.len);
    return true;
}

bool
cli_call_bytes(CliCall *call, const char *what, const char *text, LarderBytes *ret_bytes)
{
    BaseBuf bytes = BASE_BUF_INIT;
    const char *problem = NULL;
    bool good = cli_escape_decode(call->in, base_slice_text(text), &bytes, &problem);
    if (good) {
        good = keep(call, base_buf_slice(&bytes), ret_bytes);
    } else {
        (void)cli_call_problem(call, CLI_USAGE, "%s %s: %s", what, text, problem);
    }
    base_buf_clear(&bytes);
    return good;
}

static bool
read_value(CliCall *call, const char *path, LarderBytes *ret_bytes)
{
    CliSource source;
    BaseBuf bytes = BASE_BUF_INIT;
    if (strcmp(path, "-") == 0 && call->session->input_taken) {
        return cli_call_problem(call, CLI_USAGE, "the commands come from the standard input");
    }
    int trouble = cli_source_open(&source, path);
    CliSourceResult result = CLI_SOURCE_TROUBLE;
    if (trouble == 0) {
        result = cli_source_all(&source, VALUE_FILE_MAX, &bytes);
        trouble = source.trouble;
    }
    bool good = false;
    if (result == CLI_SOURCE_GOOD) {
        good = keep(call, base_buf_slice(&bytes), ret_bytes);
    } else if (result == CLI_SOURCE_CUT) {
        (void)cli_call_problem(call, CLI_FILE, "%s: longer than 1 GiB", path);
    } else if (result == CLI_SOURCE_INTERRUPTED) {
        call->status = CLI_INTERRUPTED;
    } else {
        errno = trouble;
        (void)cli_call_problem(call, CLI_FILE, "%s: %m", path);
    }
    cli_source_close(&source);
    base_buf_clear(&bytes);
    return good;
}

bool
cli_call_value(CliCall *call, const char *text, LarderBytes *ret_bytes)
{
    if (strcmp(text, "-") == 0) {
        return read_value(call, text, ret_bytes);
    }
    return *text == '@' ? read_value(call, text + 1, ret_bytes)
                        : cli_call_bytes(call, "VALUE", text, ret_bytes);
}

bool
cli_call_option_bytes(CliCall *call, CliOptionId id, bool *ret_has, LarderBytes *ret_bytes)
{
    const char *text = cli_options_text(call->options, id, NULL);
    char what[32];
    if (text == NULL) {
        return true;
    }
    *ret_has = true;
    (void)snprintf(what, sizeof what, "--%s", cli_option(id)->name);
    return cli_call_bytes(call, what, text, ret_bytes);
}

/* The address of Admin and Observe: as given, or next to that of the server. */
static const char *
admin_address(CliCall *call, const char *server)
{
    const char *given = cli_options_text(call->options, CLI_OPTION_ADMIN, NULL);
    const char *colon = strrchr(server, ':');
    int64_t port = 0;
    if (given != NULL) {
        return given;
    }
    bool tcp = strncmp(server, "tcp:", 4) == 0 && cli_number_integer(colon + 1, &port);
    if (!tcp || port < 1 || port > 65534) {
        (void)cli_call_problem(
            call, CLI_USAGE, "where do Admin and Observe listen? --admin or LARDER_ADMIN says it");
        return NULL;
    }
    size_t room = strlen(server) + 8;
    char *address = cli_call_alloc(call, room);
    if (address != NULL) {
        (void)snprintf(address, room, "%.*s%d", (int)(colon + 1 - server), server, (int)port + 1);
    }
    return address;
}

/* A call that waits at the server on purpose is given that time as well. */
static int64_t
timeout_of(const CliCall *call)
{
    int64_t wait_ms = cli_call_number(call, CLI_OPTION_WAIT, 0);
    int64_t timeout_ms = cli_call_number(call, CLI_OPTION_TIMEOUT, 30000);
    return cli_call_has(call, CLI_OPTION_TIMEOUT) ? timeout_ms : timeout_ms + wait_ms;
}

bool
cli_call_client_options(CliCall *call, bool admin, LarderClientOptions *ret_options)
{
    const char *address = cli_options_text(call->options, CLI_OPTION_SERVER, CLI_SERVER_DEFAULT);
    if (admin) {
        address = admin_address(call, address);
    }
    *ret_options = (LarderClientOptions){
        .address = address,
        .protocol = (LarderProtocol)cli_call_number(call, CLI_OPTION_PROTOCOL, LARDER_BINARY),
        .timeout_ms = timeout_of(call),
        .name = "larder " LARDER_VERSION,
        .retry = {.attempts_max = (int)cli_call_number(call, CLI_OPTION_ATTEMPTS, 0)},
    };
    return address != NULL;
}

static void
note_timing(CliCall *call, LarderMethod method, const LarderReply *reply)
{
    BaseBuf text = BASE_BUF_INIT;
    (void)cli_number_print_duration_us(reply->duration_us, &text);
    cli_call_note(call, "%s: %.*s, sent %d time%s", larder_method_name(method), (int)text.len,
                  (const char *)text.data, reply->attempts, reply->attempts == 1 ? "" : "s");
    base_buf_clear(&text);
}

/* What a write that may have been applied before means for who sees its result. */
static void
note_uncertain(CliCall *call, const LarderReply *reply)
{
    if (reply->uncertain) {
        cli_call_note(call, "an earlier try of this write may have been applied: a condition that "
                            "does not hold may be its doing");
    }
}

static LarderReply *
call_on(CliCall *call, CliLink *link, LarderMethod method, const void *arguments)
{
    LarderClientOptions options;
    LarderProblem problem;
    if (!cli_call_client_options(call, link == &call->session->admin, &options)) {
        return NULL;
    }
    if (!cli_link_prepare(link, &options, &problem)) {
        (void)cli_call_problem(call, CLI_USAGE, "%s", problem.message);
        return NULL;
    }
    LarderReply *reply = cli_link_call(link, method, arguments);
    if (reply == NULL) {
        call->status = CLI_NO_MEMORY;
        (void)(cli_interrupt_pending()
                   ? cli_call_problem(call, CLI_INTERRUPTED,
                                      "interrupted; what was sent may have "
                                      "been executed")
                   : cli_call_problem(call, CLI_NO_MEMORY, "there is no memory"));
        return NULL;
    }
    if (cli_call_has(call, CLI_OPTION_TIMING)) {
        note_timing(call, method, reply);
    }
    if (reply->outcome != LARDER_OK) {
        cli_call_failed(call, reply);
        larder_reply_free(reply);
        return NULL;
    }
    note_uncertain(call, reply);
    return reply;
}

LarderReply *
cli_call_data(CliCall *call, LarderMethod method, const void *arguments)
{
    return call_on(call, &call->session->data, method, arguments);
}

LarderReply *
cli_call_admin(CliCall *call, LarderMethod method, const void *arguments)
{
    return call_on(call, &call->session->admin, method, arguments);
}

void
cli_call_failed(CliCall *call, const LarderReply *reply)
{
    BaseBuf text = BASE_BUF_INIT;
    call->status = cli_failure_status(reply->outcome);
    if (call->json) {
        cli_failure_json(reply, &call->text);
    } else {
        cli_failure_text(reply, &text);
        (void)cli_call_problem(call, call->status, "%.*s", (int)text.len, (char *)text.data);
    }
    base_buf_clear(&text);
}

/* Says "larder: ..." behind the output that was collected before. */
static void
say(CliCall *call, CliStyle style, const char *format, va_list arguments)
{
    char message[1024];
    BaseBuf text = BASE_BUF_INIT;
    (void)vsnprintf(message, sizeof message, format, arguments);
    (void)cli_call_flush(call);
    bool colour = call->colour && call->session->err_is_terminal;
    (void)base_buf_printf(&text, "%slarder: ",
                          !colour            ? ""
                          : style == CLI_BAD ? "\033[31m"
                                             : "\033[2m");
    (void)base_buf_printf(&text, "%s%s\n", message, colour ? "\033[0m" : "");
    cli_session_say(call->session, base_buf_slice(&text));
    base_buf_clear(&text);
}

bool
cli_call_problem(CliCall *call, CliStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(call, CLI_BAD, format, arguments);
    va_end(arguments);
    call->status = status;
    return false;
}

void
cli_call_note(CliCall *call, const char *format, ...)
{
    if (cli_call_has(call, CLI_OPTION_QUIET)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    say(call, CLI_DIM, format, arguments);
    va_end(arguments);
}

/* Whether the collected output is more than the terminal shows at once. */
static bool
is_long(const CliCall *call)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return false;
    }
    size_t rows = call->text.len / size.ws_col;
    for (size_t i = 0; i < call->text.len; i++) {
        rows += call->text.data[i] == '\n';
    }
    return rows >= size.ws_row;
}

bool
cli_call_flush(CliCall *call)
{
    CliSession *session = call->session;
    const CliCommand *command = call->parsed->command;
    if (call->text.failed) {
        base_buf_clear(&call->text);
        return call->unwritable || cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
    }
    if (call->text.len == 0 || call->unwritable) {
        return !call->unwritable;
    }
    bool paged = command == NULL || (command->flags & CLI_COMMAND_PAGED) != 0;
    if (paged && session->out_is_terminal && session->capture == NULL && session->pager == 0 &&
        !cli_call_has(call, CLI_OPTION_NO_PAGER) && is_long(call)) {
        cli_session_start_pager(session);
    }
    bool written = cli_session_write(session, base_buf_slice(&call->text));
    int trouble = errno;
    base_buf_reset(&call->text);
    if (written) {
        return true;
    }
    call->unwritable = true;
    call->status = CLI_INTERRUPTED;
    if (!cli_interrupt_pending() && session->pager != 0) {
        call->status = CLI_OK; /* the pager was left */
    } else if (!cli_interrupt_pending()) {
        errno = trouble;
        (void)cli_call_problem(call, CLI_FILE, "the output cannot be written: %m");
    }
    return false;
}

void
cli_call_style(CliCall *call, CliStyle style)
{
    static const char *const codes[] = {
        [CLI_PLAIN] = "\033[0m", [CLI_KEY] = "\033[36m", [CLI_DIM] = "\033[2m",
        [CLI_GOOD] = "\033[32m", [CLI_BAD] = "\033[31m", [CLI_TITLE] = "\033[1m",
    };
    if (call->colour) {
        (void)base_buf_append(&call->text, codes[style], strlen(codes[style]));
    }
}

void
cli_call_print(CliCall *call, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t kept = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    (void)base_buf_append(&call->text, text, kept);
}

void
cli_call_print_bytes(CliCall *call, CliStyle style, LarderBytes bytes)
{
    if (style != CLI_PLAIN) {
        cli_call_style(call, style);
    }
    (void)cli_escape_encode(call->out, cli_slice(bytes), &call->text);
    if (style != CLI_PLAIN) {
        cli_call_style(call, CLI_PLAIN);
    }
}
