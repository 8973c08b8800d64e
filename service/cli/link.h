/*
 * link.h: one connection to a server, for calls that can be cancelled.
 *
 * A call blocks until its reply is there or Ctrl-C comes, so a session stays in control of a server
 * that does not answer. The connection is opened by the first call, and again after it was lost.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_LINK_H
#define LARDER_SERVICE_CLI_LINK_H

#include <larder/client.h>

typedef struct CliLink {
    LarderChannel *channel; /* NULL: none yet, or not any more */
    LarderClientOptions options;
    char *address; /* what options.address points to */
} CliLink;

/* Makes a link for these options, or keeps the one that has them. False: see *ret_problem. */
bool cli_link_prepare(CliLink *link, const LarderClientOptions *options,
                      LarderProblem *ret_problem);

/* Takes a link that is all zero. */
void cli_link_close(CliLink *link);

/*
 * The reply, which the caller frees. NULL: interrupted, and whether it was executed is not known;
 * or, when no interrupt is pending, there was no memory to begin.
 */
LarderReply *cli_link_call(CliLink *link, LarderMethod method, const void *arguments);

/*
 * For those that queue calls on `link->channel` themselves: waits until something can be done on
 * one of the channels, and does it. False: interrupted.
 */
bool cli_link_turn(LarderChannel *const *channels, size_t count, int64_t timeout_ms);

#endif
