/*
 * interrupt.c: Ctrl-C. See interrupt.h.
 *
 * The handler writes a byte to a pipe that every wait looks at too, so an interrupt between the
 * last look at the flag and the wait is not missed. It is installed without SA_RESTART, so reads
 * and writes that block come back, and with SA_RESETHAND for the second one.
 */
#include "service/cli/interrupt.h"

#include "engine/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static int wake[2] = {-1, -1};

static void
handle(int number)
{
    (void)number;
    int saved = errno;
    interrupted = 1;
    ssize_t written = write(wake[1], "", 1);
    (void)written; /* a full pipe wakes as well */
    errno = saved;
}

bool
cli_interrupt_catch(void)
{
    if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0) {
        return false;
    }
    char drained[64];
    while (read(wake[0], drained, sizeof drained) > 0) {
    }
    interrupted = 0;
    struct sigaction action = {.sa_handler = handle, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0;
}

bool
cli_interrupt_pending(void)
{
    return interrupted != 0;
}

bool
cli_interrupt_wait(struct pollfd *fds, size_t count, int64_t timeout_ms)
{
    struct pollfd all[CLI_INTERRUPT_FDS_MAX + 1];
    BASE_CHECK(count <= CLI_INTERRUPT_FDS_MAX);
    for (size_t i = 0; i < count; i++) {
        all[i] = fds[i];
    }
    all[count] = (struct pollfd){.fd = wake[0], .events = POLLIN};
    int ms = timeout_ms < 0 ? -1 : timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
    int ready = interrupted ? 0 : poll(all, (nfds_t)count + 1, ms);
    for (size_t i = 0; i < count; i++) {
        fds[i].revents = ready > 0 ? all[i].revents : 0;
    }
    return !cli_interrupt_pending();
}
