/*
 * command_watch.c: watch.
 *
 * The command runs as it would alone, but its output and its complaints are captured, and compared
 * with those of the time before. So a server that goes away and comes back shows as a change, too.
 */
#include "service/cli/command_run.h"

#include "engine/base/clock.h"
#include "service/cli/call.h"
#include "service/cli/difference.h"
#include "service/cli/interrupt.h"
#include "service/cli/number.h"

#include <stdlib.h>

typedef struct Watch {
    CliCall *call;
    CliOptions base; /* for the command */
    char **words;    /* room for those of the command */
    BaseBuf before;  /* its output of the last time */
    bool shown;      /* something was printed for the present time */
} Watch;

/* Runs the command once, its output into `into`. */
static CliStatus
run_once(Watch *watch, BaseBuf *into)
{
    CliCall *call = watch->call;
    CliSession *session = call->session;
    size_t count = call->parsed->count;
    memcpy(watch->words, call->parsed->arguments,
           count * sizeof *watch->words); /* they get moved */
    BaseBuf *outer = session->capture;
    session->capture = into;
    CliStatus status = cli_session_run(session, &watch->base, watch->words, count);
    session->capture = outer;
    return status;
}

static void
print_time(CliCall *call)
{
    cli_call_style(call, CLI_DIM);
    cli_call_print(call, "# ");
    (void)cli_number_print_time(base_clock_wall_ms(base_clock_real()), &call->text);
    cli_call_style(call, CLI_PLAIN);
    cli_call_print(call, "\n");
}

static void
print_line(void *user, bool came, BaseSlice line)
{
    Watch *watch = user;
    CliCall *call = watch->call;
    if (call->json && !came) {
        return;
    }
    if (!call->json) {
        if (!watch->shown) {
            print_time(call);
        }
        cli_call_style(call, came ? CLI_GOOD : CLI_BAD);
        cli_call_print(call, came ? "+ " : "- ");
    }
    watch->shown = true;
    (void)base_buf_append_slice(&call->text, line);
    if (!call->json) {
        cli_call_style(call, CLI_PLAIN);
    }
    (void)base_buf_append_byte(&call->text, '\n');
}

/* Shows what is new about the output. False: it cannot be shown. */
static bool
show(Watch *watch, BaseBuf *output, bool first)
{
    CliCall *call = watch->call;
    BaseSlice text = output->len == 0 ? BASE_SLICE_LITERAL("") : base_buf_slice(output);
    BaseSlice old =
        watch->before.len == 0 ? BASE_SLICE_LITERAL("") : base_buf_slice(&watch->before);
    watch->shown = false;
    if (first) {
        (void)base_buf_append_slice(&call->text, text);
    } else if (!cli_difference(old, text, print_line, watch)) {
        return cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
    }
    base_buf_clear(&watch->before);
    watch->before = *output;
    return cli_call_flush(call);
}

CliStatus
cli_run_watch(CliCall *call)
{
    int64_t times = cli_call_number(call, CLI_OPTION_TIMES, INT64_MAX);
    int64_t interval = cli_call_number(call, CLI_OPTION_INTERVAL, 1000);
    Watch watch = {.call = call, .base = *call->options, .before = BASE_BUF_INIT};
    watch.base.values[CLI_OPTION_TIMES].set = false;
    watch.base.values[CLI_OPTION_INTERVAL].set = false;
    watch.words = cli_call_alloc(call, call->parsed->count * sizeof *watch.words);
    CliStatus status = CLI_OK;
    bool good = watch.words != NULL;
    for (int64_t i = 0; good && i < times; i++) {
        if (i != 0 && !cli_interrupt_wait(NULL, 0, interval)) {
            break;
        }
        BaseBuf output = BASE_BUF_INIT;
        status = run_once(&watch, &output);
        if (status == CLI_USAGE || cli_interrupt_pending()) {
            cli_session_say(call->session, base_buf_slice(&output));
            base_buf_clear(&output);
            break;
        }
        good = show(&watch, &output, i == 0);
    }
    base_buf_clear(&watch.before);
    return good ? status : call->status;
}
