/*
 * link.c: one connection to a server, for calls that can be cancelled. See link.h.
 */
#include "service/cli/link.h"

#include "engine/base/check.h"
#include "service/cli/interrupt.h"

#include <stdlib.h>

enum { CHANNELS_MAX = CLI_INTERRUPT_FDS_MAX };

static bool
same_options(const CliLink *link, const LarderClientOptions *options)
{
    const LarderClientOptions *have = &link->options;
    return link->channel != NULL && strcmp(link->address, options->address) == 0 &&
           have->protocol == options->protocol && have->timeout_ms == options->timeout_ms &&
           have->pipeline_max == options->pipeline_max &&
           have->retry.attempts_max == options->retry.attempts_max;
}

bool
cli_link_prepare(CliLink *link, const LarderClientOptions *options, LarderProblem *ret_problem)
{
    if (same_options(link, options)) {
        return true;
    }
    cli_link_close(link);
    link->channel = larder_channel_new(options, ret_problem);
    link->address = strdup(options->address);
    link->options = *options;
    link->options.address = link->address;
    if (link->channel != NULL && link->address == NULL) {
        *ret_problem = (LarderProblem){"there is no memory"};
    }
    if (link->channel == NULL || link->address == NULL) {
        cli_link_close(link);
        return false;
    }
    return true;
}

void
cli_link_close(CliLink *link)
{
    larder_channel_free(link->channel);
    free(link->address);
    *link = (CliLink){0};
}

typedef struct Wait {
    LarderReply *reply;
    bool abandoned;
} Wait;

static void
take_reply(void *context, LarderReply *reply)
{
    Wait *wait = context;
    if (wait->abandoned) {
        larder_reply_free(reply);
    } else {
        wait->reply = reply;
    }
}

LarderReply *
cli_link_call(CliLink *link, LarderMethod method, const void *arguments)
{
    Wait wait = {NULL, false};
    if (!larder_channel_call(link->channel, method, arguments, take_reply, &wait)) {
        return NULL;
    }
    while (wait.reply == NULL) {
        if (!cli_link_turn(&link->channel, 1, -1)) {
            break;
        }
    }
    if (wait.reply == NULL) {
        wait.abandoned = true;
        cli_link_close(link);
    }
    return wait.reply;
}

/* The shorter of two timeouts, of which -1 is the longest. */
static int64_t
sooner(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

bool
cli_link_turn(LarderChannel *const *channels, size_t count, int64_t timeout_ms)
{
    struct pollfd fds[CHANNELS_MAX];
    size_t used = 0;
    size_t ended = 0;
    BASE_CHECK(count <= CHANNELS_MAX);
    for (size_t i = 0; i < count; i++) {
        ended += larder_channel_process(channels[i]);
    }
    for (size_t i = 0; i < count && ended == 0; i++) {
        int fd = larder_channel_fd(channels[i]);
        if (fd >= 0) {
            short events = larder_channel_wants_write(channels[i]) ? POLLIN | POLLOUT : POLLIN;
            fds[used++] = (struct pollfd){.fd = fd, .events = events};
        }
        timeout_ms = sooner(timeout_ms, larder_channel_timeout_ms(channels[i]));
    }
    if (ended != 0) {
        return !cli_interrupt_pending();
    }
    if (!cli_interrupt_wait(fds, used, timeout_ms)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        (void)larder_channel_process(channels[i]);
    }
    return true;
}
