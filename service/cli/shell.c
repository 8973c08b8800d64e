/*
 * shell.c: the interactive session. See shell.h.
 *
 * Lines are edited by libedit. It reads its characters from here, so that a wait for the keyboard
 * ends with Ctrl-C (the line is dropped), with a resized window, and with being continued after
 * Ctrl-Z. While a command runs, the terminal is in its ordinary mode.
 */
#include "service/cli/shell.h"

#include "service/cli/complete.h"
#include "service/cli/history.h"
#include "service/cli/interrupt.h"
#include "service/cli/script.h"

#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct Shell {
    CliSession *session;
    EditLine *edit;
    History *history;
    CliHistory file;
    BaseBuf prompt;
    mbstate_t decoding;
} Shell;

static volatile sig_atomic_t terminal_changed;

static void
note_change(int number)
{
    (void)number;
    terminal_changed = 1;
}

static Shell *
shell_of(EditLine *edit)
{
    void *shell = NULL;
    (void)el_get(edit, EL_CLIENTDATA, &shell);
    return shell;
}

/* A colour in the prompt, which libedit does not count as columns. */
static void
add_style(Shell *shell, const char *code)
{
    if (shell->session->colour && !cli_options_has(&shell->session->options, CLI_OPTION_NO_COLOR)) {
        (void)base_buf_printf(&shell->prompt, "\1\033[%sm\1", code);
    }
}

/* "larder tcp:127.0.0.1:7400 default> " */
static char *
prompt_of(EditLine *edit)
{
    static char plain[] = "larder> ";
    Shell *shell = shell_of(edit);
    const CliOptions *options = &shell->session->options;
    const char *store = cli_options_text(options, CLI_OPTION_STORE, NULL);
    base_buf_reset(&shell->prompt);
    (void)base_buf_append(&shell->prompt, "larder ", 7);
    add_style(shell, "2");
    (void)base_buf_printf(&shell->prompt, "%s",
                          cli_options_text(options, CLI_OPTION_SERVER, CLI_SERVER_DEFAULT));
    add_style(shell, "0");
    if (store != NULL) {
        (void)base_buf_append_byte(&shell->prompt, ' ');
        add_style(shell, "36");
        (void)base_buf_printf(&shell->prompt, "%s", store);
        add_style(shell, "0");
    }
    (void)base_buf_append(&shell->prompt, "> ", 3); /* with its NUL */
    return shell->prompt.failed ? plain : (char *)shell->prompt.data;
}

/*
 * The window has another size, or the terminal was somebody else's meanwhile. The editor forgets
 * where the cursor is and draws the line as if it were at the left edge, so that is where it goes.
 */
static void
catch_up(Shell *shell)
{
    terminal_changed = 0;
    (void)fputc('\r', stdout);
    el_resize(shell->edit);
    (void)el_set(shell->edit, EL_PREP_TERM, 1);
    (void)el_set(shell->edit, EL_REFRESH);
}

/* One byte of the keyboard. 1, 0 at its end, -1: interrupted or unreadable. */
static int
read_byte(Shell *shell, char *ret_byte)
{
    for (;;) {
        struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
        if (!cli_interrupt_wait(&ready, 1, -1)) {
            return -1;
        }
        if (terminal_changed) {
            catch_up(shell);
        }
        if (ready.revents == 0) {
            continue;
        }
        ssize_t got = read(STDIN_FILENO, ret_byte, 1);
        if (got >= 0 || errno != EINTR) {
            return (int)got;
        }
    }
}

/* One character of the keyboard, for libedit. */
static int
read_character(EditLine *edit, wchar_t *ret_character)
{
    Shell *shell = shell_of(edit);
    for (;;) {
        char byte = 0;
        int got = read_byte(shell, &byte);
        if (got != 1) {
            return got;
        }
        size_t used = mbrtowc(ret_character, &byte, 1, &shell->decoding);
        if (used == (size_t)-1) { /* no character: start over with the next byte */
            shell->decoding = (mbstate_t){0};
        } else if (used != (size_t)-2) {
            return 1;
        }
    }
}

static size_t
terminal_columns(void)
{
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    return known ? size.ws_col : 80;
}

/* Lists what the word may become, in columns. */
static void
list(Shell *shell, const CliCompletion *completion)
{
    const char *word = (const char *)completion->text.data;
    size_t widest = 0;
    BaseBuf text = BASE_BUF_INIT;
    for (size_t i = 0; i < completion->count; i++, word += strlen(word) + 1) {
        widest = strlen(word) > widest ? strlen(word) : widest;
    }
    size_t columns = terminal_columns() / (widest + 2);
    columns = columns == 0 ? 1 : columns;
    word = (const char *)completion->text.data;
    (void)base_buf_append_byte(&text, '\n');
    for (size_t i = 0; i < completion->count; i++, word += strlen(word) + 1) {
        bool last = i + 1 == completion->count;
        bool dots = last && completion->truncated; /* and others before it */
        (void)base_buf_printf(&text, "%s%-*s%s", dots ? "...  " : "", (int)widest + 2, word,
                              last || (i + 1) % columns == 0 ? "\n" : "");
    }
    (void)cli_session_write(shell->session, base_buf_slice(&text));
    base_buf_clear(&text);
}

/* Puts the front that all have in common in the place of the word. True: that was something. */
static bool
extend(EditLine *edit, BaseSlice line, const CliCompletion *completion)
{
    size_t common = cli_completion_common(completion);
    bool one = completion->count == 1;
    BaseSlice word = base_slice(line.data + completion->start, line.len - completion->start);
    const char *first = (const char *)completion->text.data;
    if (common == 0 || (!one && common <= word.len)) {
        return false;
    }
    BaseBuf text = BASE_BUF_INIT;
    bool good = base_buf_append_slice(&text, word) && base_buf_append_byte(&text, 0);
    size_t characters = good ? mbstowcs(NULL, (const char *)text.data, 0) : (size_t)-1;
    base_buf_reset(&text);
    good = good && characters != (size_t)-1 && base_buf_append(&text, first, common) &&
           base_buf_append(&text, " ", one && !completion->unfinished ? 1 : 0) &&
           base_buf_append_byte(&text, 0);
    if (good) {
        el_deletestr(edit, (int)characters);
        good = el_insertstr(edit, (const char *)text.data) == 0;
    }
    base_buf_clear(&text);
    return good;
}

/* Tab. */
static unsigned char
complete(EditLine *edit, int key)
{
    (void)key;
    Shell *shell = shell_of(edit);
    const LineInfo *info = el_line(edit);
    BaseBuf copy = BASE_BUF_INIT;
    unsigned char result = CC_ERROR;
    CliCompletion completion;
    if (!base_buf_append(&copy, info->buffer, (size_t)(info->cursor - info->buffer))) {
        return CC_ERROR;
    }
    BaseSlice line = copy.len == 0 ? BASE_SLICE_LITERAL("") : base_buf_slice(&copy);
    cli_complete(shell->session, line, &completion);
    if (completion.count > 0 && extend(edit, line, &completion)) {
        result = CC_REFRESH;
    } else if (completion.count > 1) {
        list(shell, &completion);
        result = CC_REDISPLAY;
    }
    cli_completion_clear(&completion);
    base_buf_clear(&copy);
    return result;
}

/* Gives libedit the lines of earlier sessions. */
static void
load_history(Shell *shell)
{
    BaseBuf text = BASE_BUF_INIT;
    HistEvent event;
    cli_history_open(&shell->file, &text);
    char *line = (char *)text.data;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\n') {
            text.data[i] = '\0';
            (void)history(shell->history, &event, H_ENTER, line);
            line = (char *)text.data + i + 1;
        }
    }
    base_buf_clear(&text);
}

static bool
start(Shell *shell)
{
    HistEvent event;
    struct sigaction changed = {.sa_handler = note_change};
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    shell->edit = el_init("larder", stdin, stdout, stderr);
    shell->history = history_init();
    if (shell->edit == NULL || shell->history == NULL) {
        return false;
    }
    (void)sigaction(SIGWINCH, &changed, NULL);
    (void)sigaction(SIGCONT, &changed, NULL);
    (void)sigaction(SIGPIPE, &ignored, NULL);
    (void)history(shell->history, &event, H_SETSIZE, CLI_HISTORY_LINES);
    (void)history(shell->history, &event, H_SETUNIQUE, 1);
    (void)el_set(shell->edit, EL_CLIENTDATA, shell);
    (void)el_set(shell->edit, EL_EDITOR, "emacs");
    (void)el_set(shell->edit, EL_PROMPT_ESC, prompt_of, '\1');
    (void)el_set(shell->edit, EL_HIST, history, shell->history);
    (void)el_set(shell->edit, EL_GETCFN, read_character);
    /* The function for narrow texts copies them, and never frees the copies. */
    (void)el_wset(shell->edit, EL_ADDFN, L"larder-complete", L"Complete the word", complete);
    (void)el_set(shell->edit, EL_BIND, "^I", "larder-complete", NULL);
    (void)el_set(shell->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    (void)el_source(shell->edit, NULL);
    load_history(shell);
    return true;
}

static void
finish(Shell *shell)
{
    if (shell->edit != NULL) {
        el_end(shell->edit);
    }
    if (shell->history != NULL) {
        history_end(shell->history);
    }
    cli_history_close(&shell->file);
    base_buf_clear(&shell->prompt);
}

/* Runs a line that was entered, and remembers it. */
static void
run_line(Shell *shell, const char *text, size_t len)
{
    HistEvent event;
    BaseBuf line = BASE_BUF_INIT;
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
        len--;
    }
    if (len == 0 || !base_buf_append(&line, text, len) || !base_buf_append_byte(&line, 0)) {
        base_buf_clear(&line);
        return;
    }
    (void)history(shell->history, &event, H_ENTER, (const char *)line.data);
    cli_history_add(&shell->file, base_slice(line.data, len));
    (void)cli_script_line(shell->session, base_slice(line.data, len));
    base_buf_clear(&line);
}

static void
say(CliSession *session, BaseSlice text)
{
    (void)cli_session_write(session, text);
}

CliStatus
cli_shell_run(CliSession *session)
{
    Shell shell = {.session = session, .file = {-1}, .prompt = BASE_BUF_INIT};
    session->in_session = true;
    session->interactive = true;
    session->input_taken = true;
    if (!start(&shell)) {
        cli_session_say(session, BASE_SLICE_LITERAL("larder: this terminal is of no use\n"));
        finish(&shell);
        return CLI_FILE;
    }
    if (!cli_options_has(&session->options, CLI_OPTION_QUIET)) {
        say(session, BASE_SLICE_LITERAL("larder " LARDER_VERSION
                                        "; help lists the commands, Ctrl-D leaves\n"));
    }
    while (!session->leave && cli_interrupt_catch()) {
        int count = 0;
        (void)el_set(shell.edit, EL_PREP_TERM, 1); /* before the prompt: nothing is echoed twice */
        const char *text = el_gets(shell.edit, &count);
        if (text != NULL && count > 0 && !cli_interrupt_pending()) {
            run_line(&shell, text, (size_t)count);
        } else if (cli_interrupt_pending()) {
            say(session, BASE_SLICE_LITERAL("^C\n"));
        } else {
            say(session, BASE_SLICE_LITERAL("\n"));
            break;
        }
    }
    finish(&shell);
    return CLI_OK;
}
