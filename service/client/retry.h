/*
 * retry.h: whether a call is tried again, and when: a decision that does nothing by itself.
 *
 * What a try may be followed by depends on how it ended and on the call's safety:
 *
 *                     READ    IDENTIFIED  GUARDED  PLAIN   PIECEMEAL
 *   REFUSED           again   again       again    again   final
 *   UNREACHABLE       again   again       again    again   again
 *   INDETERMINATE     again   again       again    final   final
 *   LOST              again   again       again    final   final
 *   any other         final   final       final    final   final
 *
 * "Again" is subject, in this order, to the number of tries, to the time that is left, and to the
 * budget. The pause is what the server asks for plus a random time: uniform between the least pause
 * and three times the random time before (decorrelated jitter), at most pause_max. So clients that
 * failed together do not come back together.
 *
 * The budget is a bucket of tokens, one of which pays for one retry. It begins with ten, every call
 * adds budget_percent hundredths, time adds one token a second while there are fewer than ten, and
 * it holds a hundred. So retries add about budget_percent to the load of a server in trouble,
 * however many callers there are, and a program that seldom calls can still retry.
 *
 * A write whose first try may have been executed must not end in words that say the contrary.
 * client_retry_settle() turns outcomes of a later try that say "not executed" into LOST then.
 *
 * Threading: plain values; the owner of a budget locks it.
 */
#ifndef LARDER_SERVICE_CLIENT_RETRY_H
#define LARDER_SERVICE_CLIENT_RETRY_H

#include "engine/base/rand.h"
#include "service/client/schema.h"

#include <larder/client.h>

/* What happens when a call is executed twice. */
typedef enum ClientSafety {
    CLIENT_SAFETY_READ,       /* nothing */
    CLIENT_SAFETY_IDENTIFIED, /* the server knows the request id and repeats its first answer */
    CLIENT_SAFETY_GUARDED,    /* its conditions do not hold any more: not applied */
    CLIENT_SAFETY_PLAIN,      /* it is applied twice */
    CLIENT_SAFETY_PIECEMEAL,  /* so is a part of it, which even a refusal may leave behind */
} ClientSafety;

/* Of a call that is tried for call_us at most. */
ClientSafety client_retry_safety(const ClientMethod *method, LarderMethod number,
                                 const void *arguments, int64_t call_us);

typedef struct ClientRetryPolicy {
    int attempts_max;
    int64_t pause_us;
    int64_t pause_max_us;
    int budget_percent; /* below 0: no budget */
} ClientRetryPolicy;

typedef struct ClientRetryBudget {
    int64_t balance; /* hundredths of a token */
    int64_t grown_us;
} ClientRetryBudget;

void client_retry_budget_init(ClientRetryBudget *budget, int64_t now_us);

/* A call begins. */
void client_retry_budget_call(ClientRetryBudget *budget, const ClientRetryPolicy *policy,
                              int64_t now_us);

/* How far one call has got. All zero: nowhere. */
typedef struct ClientRetryState {
    int attempts;     /* tries that ended */
    int64_t pause_us; /* before the last one */
    bool uncertain;   /* a try before may have been executed, though that was not told */
} ClientRetryState;

/* How a try ended. */
typedef struct ClientRetryEnd {
    LarderOutcome outcome;
    bool in_part;           /* REFUSED may leave a part of the call behind, as of a bulk_write */
    int64_t retry_after_us; /* what the server asks for; 0: nothing */
    int64_t left_us;        /* until the call's deadline */
} ClientRetryEnd;

typedef enum ClientRetryVerdict {
    CLIENT_RETRY_AGAIN,
    CLIENT_RETRY_FINAL,     /* this outcome is not tried again, for this safety */
    CLIENT_RETRY_EXHAUSTED, /* attempts_max */
    CLIENT_RETRY_LATE,      /* the deadline would pass before the next try */
    CLIENT_RETRY_UNPAID,    /* the budget is used up */
} ClientRetryVerdict;

/*
 * Counts the try and decides what follows. AGAIN: *ret_pause_us is the time to wait, the budget
 * has paid, and `state` is that of the next try.
 */
ClientRetryVerdict client_retry_decide(const ClientRetryPolicy *policy, ClientSafety safety,
                                       const ClientRetryEnd *end, ClientRetryState *state,
                                       ClientRetryBudget *budget, BaseRand *rand,
                                       int64_t *ret_pause_us);

/* The outcome to report when the last try had this one. */
LarderOutcome client_retry_settle(const ClientRetryState *state, LarderOutcome outcome);

#endif
