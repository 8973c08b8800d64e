/*
 * test_server.h: a Larder server inside a test.
 *
 *   LarderTestServer *server = larder_test_server_start(NULL, NULL);
 *   LarderClientOptions options = {.address = larder_test_server_address(server)};
 *   ...
 *   larder_test_server_stop(server);
 *
 * It is the real server (sockets, parser, contract, engine) in the test's own process, on a free
 * port or a unix socket, with a clock that the test moves, and with faults on demand: any
 * exception, a delay, a reply that never comes, is cut in half, or whose connection is closed
 * before or after the call was executed. check.h has fixtures and assertions for the Check
 * framework.
 *
 * Link with larder-test. Several servers may run in one process. A server has threads of its own,
 * with all signals blocked, so it does not survive a fork(): where the framework forks for every
 * test, as Check does, start it within the test or its fixture. It logs errors to standard error,
 * and more if log_level in `config` says so.
 *
 * Threading: start and stop in one thread; everything else from any thread.
 */
#ifndef LARDER_TEST_SERVER_H
#define LARDER_TEST_SERVER_H

#include <larder/client.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LarderTestServer LarderTestServer;

/* All zero: the defaults in brackets. */
typedef struct LarderTestServerOptions {
    const char *engine;    /* ["hashmap"] of the store "default", unless `config` has that store */
    const char *unix_path; /* [none: free TCP ports of 127.0.0.1] its data; PATH.admin its Admin */
    const char *directory; /* [none: its files are in memory] for data; stays when it stops */
    const char *config;    /* [none] text of a configuration file: stores, limits, settings but
                              for listen, admin_listen and data_dir */
    int64_t clock_ms;      /* [0: the real clock] wall time at the start of a clock of its own */
} LarderTestServerOptions;

/* Starts a server; it accepts calls when this returns. NULL: *ret_problem (may be NULL) says why.
 */
LarderTestServer *larder_test_server_start(const LarderTestServerOptions *options,
                                           LarderProblem *ret_problem);

/* Stops and frees, at once: calls under way are cut off. Takes NULL. */
void larder_test_server_stop(LarderTestServer *server);

/* Addresses for LarderClientOptions: of data; of Admin and Observe. Live as long as the server. */
const char *larder_test_server_address(const LarderTestServer *server);
const char *larder_test_server_admin_address(const LarderTestServer *server);

/*
 * Moves the wall time, by which records expire, forward or back; nothing else moves it. Deadlines,
 * timeouts and delays stay real. False: the server has the real clock.
 */
bool larder_test_server_advance_ms(LarderTestServer *server, int64_t ms);

/* What goes wrong. */
typedef enum LarderFaultKind {
    LARDER_FAULT_DELAY = 0,     /* nothing but delay_ms */
    LARDER_FAULT_EXCEPTION = 1, /* answers `outcome` and `code`; the call is not executed */
    LARDER_FAULT_EXECUTE_THEN_EXCEPTION = 2, /* executes the call, then answers that all the same */
    LARDER_FAULT_NO_REPLY = 3,               /* executes nothing and never answers */
    LARDER_FAULT_EXECUTE_NO_REPLY = 4,       /* executes, never answers */
    LARDER_FAULT_CLOSE = 5,                  /* closes the connection instead of executing */
    LARDER_FAULT_EXECUTE_CLOSE = 6,          /* executes, then closes without a reply */
    LARDER_FAULT_HALF_REPLY = 7,             /* executes, sends half of the reply, closes */
} LarderFaultKind;

/* A fault and the calls that it meets. All that is set must fit. */
typedef struct LarderFault {
    LarderFaultKind kind;
    const char *method;     /* NULL: any of the Store service */
    LarderBytes key_prefix; /* of the first key; empty: any, also none */
    int64_t skip;           /* so many fitting calls pass it first */
    int64_t times;          /* so many are met then; 0: all */
    int64_t delay_ms;       /* before anything else; other calls of the connection wait, too */
    LarderOutcome outcome;  /* of the exceptions: LARDER_INVALID_REQUEST to LARDER_FAILED */
    int32_t code;           /* of the exception; 0: its first */
    int64_t retry_after_ms; /* of REFUSED */
} LarderFault;

/*
 * Adds a fault behind those that are there; the first that fits a call meets it. It is copied.
 * Calls whose arguments the server turns down meet none. Returns its id, from 1 on; -1: it makes no
 * sense, or there is no memory, and standard error says so.
 */
int64_t larder_test_server_inject(LarderTestServer *server, const LarderFault *fault);

/* How many calls a fault has met; -1: there is no such fault. */
int64_t larder_test_server_fault_hits(LarderTestServer *server, int64_t id);

/* Removes every fault; calls that are being delayed stay so. */
void larder_test_server_clear_faults(LarderTestServer *server);

/* Closes every data connection that has had a call, as a cut cable would; done when it returns. */
void larder_test_server_cut(LarderTestServer *server);

/* Begins a drain: nobody can connect any more, and connections close once they are answered. */
void larder_test_server_drain(LarderTestServer *server);

/*
 * Calls that were executed, by method; NULL: all of the Store service. A call that was answered
 * with InvalidRequest, NotHere or Refused was not, whatever a fault answered in its place. A call
 * is counted before its reply leaves. For assertions such as "not applied twice". -1: there is no
 * such method.
 */
int64_t larder_test_server_executed(LarderTestServer *server, const char *method);

/* A call that the server has finished. Everything is borrowed for the length of the hook. */
typedef struct LarderTestCall {
    const char *method;
    LarderBytes store;     /* empty when the method has none */
    LarderBytes key;       /* the first of the call; empty when it has none */
    const char *peer;      /* "tcp:127.0.0.1:51022" */
    LarderOutcome outcome; /* as it was answered, or would have been */
    int32_t code;          /* of the exception; else 0 */
    bool executed;
    int64_t queue_us;    /* from its arrival until it was begun */
    int64_t duration_us; /* from its arrival to its end */
    size_t request_bytes;
    size_t reply_bytes; /* that are sent */
} LarderTestCall;

typedef void LarderTestHook(void *context, const LarderTestCall *call);

/*
 * Shows every finished call to `hook` (NULL: no longer), before its reply leaves, in threads of
 * the server, one call at a time. The hook must not call functions on the server. When this
 * returns the hook before it is not running.
 */
void larder_test_server_trace(LarderTestServer *server, LarderTestHook *hook, void *context);

/*
 * Writes a reply in words, for messages of tests: outcome, code, message, and the members of the
 * results that tests look at, with bytes escaped and cut. `size` is at least 1; what does not fit
 * is cut. Returns `text`.
 */
const char *larder_test_describe(const LarderReply *reply, char *text, size_t size);

/*
 * Whether a reply is a result, and its write was applied; a bulk write as a whole. True for results
 * of methods that have no such thing.
 */
bool larder_test_applied(const LarderReply *reply);

#ifdef __cplusplus
}
#endif

#endif
