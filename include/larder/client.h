/*
 * client.h: the C SDK: a client that threads share, and channels for pipelined calls.
 *
 *   LarderClientOptions options = {.address = "tcp:127.0.0.1:7400"};
 *   LarderClient *client = larder_client_new(&options, NULL);
 *   LarderReply *reply = larder_get(client, larder_text("default"), larder_text("greeting"), NULL);
 *   if (reply->outcome == LARDER_OK && reply->as.get->found) {
 *       fwrite(reply->as.get->value.data, 1, reply->as.get->value.size, stdout);
 *   }
 *   larder_reply_free(reply);
 *   larder_client_free(client);
 *
 * Three ways to call:
 *
 *   LarderClient   thread-safe. A call borrows a pooled connection, blocks its own thread until the
 *                  reply is there, and gives the connection back. No thread is started.
 *   LarderChannel  one connection, one owner. Calls are queued and pipelined, replies arrive by
 *                  callback out of larder_channel_poll(), or out of an event loop of the caller's.
 *   scan.h, bulk.h a cursor that hides page tokens; writes split by the limits that the server
 *                  advertises.
 *
 * Every method of the contract has a blocking and a pipelined function in calls.h, and its options
 * and results are plain structs in types.h; both are made from the contract.
 *
 * Outcomes. A reply is never NULL and always has one of the outcomes below, so that every call is
 * checked in the same way; what to do next is in the outcome, what happened is in `message`.
 *
 * Retries. LarderRetry says how often and how long a call is tried. What may be tried again depends
 * on the outcome and on the call alone:
 *
 *   REFUSED      any call, not before retry_after_ms; but a bulk_write, of which a part may have
 *                been applied, only as after LOST
 *   UNREACHABLE  any call: it was not executed
 *   INDETERMINATE, LOST
 *                reads; writes with a request id; writes under a condition that does not hold any
 *                more once they were applied, such as `absent` for a put or `version_equal`
 *                (`present` holds afterwards as before, so it does not count)
 *   everything else: never
 *
 * A write that was tried again after an INDETERMINATE or LOST attempt may report `applied=false`
 * because the attempt before had been applied: LarderReply.uncertain says that this is possible,
 * and the version in the result tells. Such a write never ends with an outcome that says "not
 * executed", but as LOST. Retries are paid from a budget (a tenth of the calls, unless set
 * otherwise), so that they cannot multiply the load of a server in trouble, and wait a random time
 * that grows.
 *
 * Ownership. Arguments are borrowed for the length of a blocking call; a pipelined call has encoded
 * them when it returns. A reply owns everything that it points to, until larder_reply_free().
 *
 * Time. timeout_ms, or options.deadline_ms, bounds a call with its waiting for a connection, its
 * connecting and all its retries. Only the system's resolver keeps its own time: a host name is
 * looked up whenever a connection is opened; addresses in numbers and unix sockets need no lookup.
 *
 * Threading: as said at each type. Nothing here changes signal handlers; SIGPIPE is never raised.
 * No function ends the process; without memory a call ends as LARDER_NO_MEMORY.
 */
#ifndef LARDER_CLIENT_H
#define LARDER_CLIENT_H

#include <larder/bytes.h>
#include <larder/types.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What came of a call: its values 1 to 5 are the exceptions of the contract. */
typedef enum LarderOutcome {
    LARDER_OK = 0,
    LARDER_INVALID_REQUEST = 1, /* correct the call */
    LARDER_NOT_HERE = 2,        /* call the owner that the error names */
    LARDER_REFUSED = 3,         /* certainly not executed: try again later */
    LARDER_INDETERMINATE = 4,   /* the server cannot tell whether it was executed */
    LARDER_FAILED = 5,          /* trying again does not help: an operator has to look */
    LARDER_UNREACHABLE = 6,     /* no connection, or not all was sent: certainly not executed */
    LARDER_LOST = 7,            /* sent, but no reply came in time: may have been executed */
    LARDER_PROTOCOL = 8,        /* the reply is not one to this call, or a TApplicationException */
    LARDER_NO_MEMORY = 9,  /* here, not at the server: not executed, or the reply was dropped */
    LARDER_CANCELLED = 10, /* the channel was freed before the reply came */
} LarderOutcome;

/* "refused", for instance; "unknown" for a number that is none. */
const char *larder_outcome_name(LarderOutcome outcome);

/* Whether a call with this outcome was executed. */
typedef enum LarderExecuted { LARDER_NO = 0, LARDER_YES = 1, LARDER_MAYBE = 2 } LarderExecuted;
LarderExecuted larder_outcome_executed(LarderOutcome outcome);

/* What came of a call. Read-only. */
typedef struct LarderReply {
    LarderOutcome outcome;
    LarderMethod method;
    /* OK: the result; the member of the method. Else NULL. */
    LarderResult as;
    /* Outcomes 1 to 5: the exception; the member of the outcome. Else NULL. */
    LarderException exception;
    /* Of the exception, a Larder...Code of types.h; of a TApplicationException its type; else 0. */
    int32_t code;
    LarderBytes message; /* not OK: what happened, for people: names the field, value and limit */
    int attempts;        /* how often it was tried, also in vain; 0: it could not even be encoded */
    bool uncertain;      /* an earlier attempt of this write may have been executed */
    int64_t duration_us; /* from the call to this reply, waiting and retries included */
} LarderReply;

/* Takes NULL. Any thread. */
void larder_reply_free(LarderReply *reply);

/* How calls are tried again. All zero: the defaults in brackets. */
typedef struct LarderRetry {
    int attempts_max; /* [4] tries of one call; 1: never again */
    int64_t pause_ms; /* [10] the least pause; before the second try it is at most three times */
    int64_t pause_max_ms; /* [1000] the longest that it grows to, at random */
    int budget_percent;   /* [10] retries per hundred calls; ten more are free and come back, one a
                             second; -1: no budget */
} LarderRetry;

/* One finished call, as a trace hook sees it. Everything is borrowed for the length of the hook. */
typedef struct LarderTrace {
    LarderMethod method;
    const char *method_name;
    LarderBytes store; /* empty when the method has none */
    LarderBytes key;   /* the first key of the call; empty when it has none */
    LarderOutcome outcome;
    int32_t code;
    int attempts;
    int64_t duration_us;
    size_t request_bytes;
    size_t reply_bytes;
    const char *address; /* of the server */
} LarderTrace;

typedef enum LarderProtocol { LARDER_BINARY = 0, LARDER_COMPACT = 1 } LarderProtocol;

/* All zero but the address: the defaults in brackets. Strings are copied. */
typedef struct LarderClientOptions {
    const char *address;        /* "tcp:HOST:PORT", "unix:PATH" */
    LarderProtocol protocol;    /* [binary] */
    int64_t connect_timeout_ms; /* [5000] */
    int64_t timeout_ms;     /* [30000] of a call with all its retries; options.deadline_ms, where
                                   a call has one, wins when it is shorter */
    size_t connections_max; /* [8] of a client; further callers wait for one */
    size_t pipeline_max;    /* [1024] calls of a channel without a reply */
    size_t reply_bytes_max; /* [67108864] */
    const char *name;       /* [none] name of the program, for the server's logs */
    LarderRetry retry;
    /* [none] After every call, in the thread that made or polled it; threads may be in it at the
       same time. */
    void (*trace)(void *context, const LarderTrace *trace);
    void *trace_context;
} LarderClientOptions;

/* Why something could not be made; for people. */
typedef struct LarderProblem {
    char message[256];
} LarderProblem;

/* A client. Any number of threads may call at the same time. */
typedef struct LarderClient LarderClient;

/*
 * A client for one server. Checks the options and connects to nobody: larder_ping() or any call
 * does. NULL: options are wrong or there is no memory, see *ret_problem (may be NULL).
 */
LarderClient *larder_client_new(const LarderClientOptions *options, LarderProblem *ret_problem);

/* Closes and frees. No call may be under way. Takes NULL. */
void larder_client_free(LarderClient *client);

/*
 * Calls `method` with `arguments`, its Larder<Method>Arguments of types.h, and waits for the reply.
 * The functions of calls.h are made of this one. The caller frees the reply.
 */
LarderReply *larder_client_call(LarderClient *client, LarderMethod method, const void *arguments);

/* Counters since the client was made. */
typedef struct LarderClientStats {
    uint64_t calls;
    uint64_t attempts;
    uint64_t retries_denied; /* by the budget */
    uint64_t connects;
    uint64_t lost;      /* attempts that ended without a reply */
    int64_t paused_us;  /* spent waiting before retries */
    size_t connections; /* open now */
} LarderClientStats;

void larder_client_stats(LarderClient *client, LarderClientStats *ret_stats);

/* One connection, opened when it is needed, again when it was lost. One owner at a time. */
typedef struct LarderChannel LarderChannel;

/* Takes a reply over and frees it, now or later. Must not free the channel; may call on it. */
typedef void LarderCallback(void *context, LarderReply *reply);

/* A channel with these options; connects to nobody yet. NULL as for larder_client_new(). */
LarderChannel *larder_channel_new(const LarderClientOptions *options, LarderProblem *ret_problem);

/* Ends all calls as CANCELLED, by their callbacks, then frees. Takes NULL. */
void larder_channel_free(LarderChannel *channel);

/*
 * Queues a call; `callback` is called exactly once, out of poll(), process() or free(), in the
 * order of the calls unless one is tried again. False: the channel is full (pipeline_max calls
 * without a reply), being freed, or out of memory, or there is no such method; nothing was queued
 * and the callback is not called. Bytes leave at the next poll() or process().
 */
bool larder_channel_call(LarderChannel *channel, LarderMethod method, const void *arguments,
                         LarderCallback *callback, void *context);

/* Calls that were queued and have not been answered. */
size_t larder_channel_pending(const LarderChannel *channel);

/*
 * Sends, receives and calls back, waiting up to timeout_ms (-1: without end; 0: not at all) for the
 * first reply. Returns how many calls ended. With nothing pending it returns 0 at once.
 */
size_t larder_channel_poll(LarderChannel *channel, int64_t timeout_ms);

/*
 * For event loops: wait until larder_channel_fd() (-1: none now) is readable, or writable if
 * larder_channel_wants_write(), or larder_channel_timeout_ms() (-1: none) have passed; then call
 * larder_channel_process(). The descriptor can change with every call on the channel.
 */
int larder_channel_fd(const LarderChannel *channel);
bool larder_channel_wants_write(const LarderChannel *channel);
int64_t larder_channel_timeout_ms(const LarderChannel *channel);
size_t larder_channel_process(LarderChannel *channel);

/* Version of the library, "0.1.0". */
const char *larder_client_version(void);

#ifdef __cplusplus
}
#endif

#include <larder/calls.h>

#endif
