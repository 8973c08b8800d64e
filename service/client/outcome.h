/*
 * outcome.h: replies that no server sent: to calls that did not reach one, or whose reply did not
 * come back.
 *
 * A reply is one piece of memory, like those of decode.h. When there is none left, the reply is a
 * constant one, which larder_reply_free() leaves alone; so there always is a reply.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_CLIENT_OUTCOME_H
#define LARDER_SERVICE_CLIENT_OUTCOME_H

#include "engine/base/status.h"

#include <larder/client.h>

/* A reply with this outcome, none of the exceptions of the contract, and a message. Never NULL. */
LarderReply *client_outcome_reply(LarderMethod method, LarderOutcome outcome, const char *format,
                                  ...) __attribute__((format(printf, 3, 4)));

/* The outcome of a request that is LOST, for what broke its connection and whether it is unsent. */
LarderOutcome client_outcome_of_loss(BaseStatus why, bool unsent);

/* What is wrong with a call that was never sent. Texts are constants. */
typedef struct ClientFlaw {
    LarderInvalidCode code;
    const char *field;
    const char *what; /* BAD_ARGUMENT: in words. OVER_LIMIT: the limit's name */
    int64_t limit;    /* OVER_LIMIT */
    int64_t actual;
} ClientFlaw;

/* A flaw in words, for people. Returns what snprintf() does. */
int client_outcome_explain(const ClientFlaw *flaw, char *text, size_t size);

/* INVALID_REQUEST, as the server would put it. Never NULL. */
LarderReply *client_outcome_invalid(LarderMethod method, const ClientFlaw *flaw);

/* The constant reply for want of memory. Read-only. */
LarderReply *client_outcome_no_memory(LarderMethod method);

/* Whether a reply is such a constant. */
bool client_outcome_is_constant(const LarderReply *reply);

#endif
