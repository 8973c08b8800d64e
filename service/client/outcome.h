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

#include <larder/client.h>

/* A reply with this outcome, none of the exceptions of the contract, and a message. Never NULL. */
LarderReply *client_outcome_reply(LarderMethod method, LarderOutcome outcome, const char *format,
                                  ...) __attribute__((format(printf, 3, 4)));

/* What INVALID_REQUEST says beside its message. */
typedef struct ClientExcess {
    const char *field; /* a constant */
    int64_t limit;
    int64_t actual;
} ClientExcess;

/* INVALID_REQUEST, OVER_LIMIT: what was to be sent is more than the server takes. Never NULL. */
LarderReply *client_outcome_over_limit(LarderMethod method, const ClientExcess *excess,
                                       const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The constant reply for want of memory. Read-only. */
LarderReply *client_outcome_no_memory(LarderMethod method);

/* Whether a reply is such a constant. */
bool client_outcome_is_constant(const LarderReply *reply);

#endif
