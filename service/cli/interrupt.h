/*
 * interrupt.h: Ctrl-C.
 *
 * SIGINT sets a flag and makes every wait of this program return, so that calls, pauses and reads
 * can be given up in an orderly way. A second one, if the first was not taken notice of, ends the
 * process as usual.
 *
 * Threading: one thread; the handler may come at any time.
 */
#ifndef LARDER_SERVICE_CLI_INTERRUPT_H
#define LARDER_SERVICE_CLI_INTERRUPT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLI_INTERRUPT_FDS_MAX = 64 };

/* Catches SIGINT from now on, and forgets an interrupt that is pending. False: no resources. */
bool cli_interrupt_catch(void);

/* Whether there was one since cli_interrupt_catch(). */
bool cli_interrupt_pending(void);

/*
 * Waits until one of up to CLI_INTERRUPT_FDS_MAX descriptors is ready, `timeout_ms` have passed
 * (-1: no limit), or there is an interrupt. False: the interrupt.
 */
bool cli_interrupt_wait(struct pollfd *fds, size_t count, int64_t timeout_ms);

#endif
