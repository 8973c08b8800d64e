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
 * before or after the call was executed.
 *
 * Link with larder-test; several servers may run in one process.
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
    const char *engine;    /* ["hashmap"] of the store "default" */
    const char *unix_path; /* [none: a free TCP port of 127.0.0.1] */
    const char *directory; /* [a new one under TMPDIR, removed by stop()] */
    const char *config;    /* [none] further text of a configuration file: stores, limits */
    int64_t clock_ms;      /* [0: the real clock] wall time at the start of a clock of its own */
} LarderTestServerOptions;

/* Starts a server; it accepts calls when this returns. NULL: *ret_problem says why. */
LarderTestServer *larder_test_server_start(const LarderTestServerOptions *options,
                                           LarderProblem *ret_problem);

/* Stops and frees, at once: calls under way are cut off. Takes NULL. */
void larder_test_server_stop(LarderTestServer *server);

/* Addresses for LarderClientOptions: of data; of Admin and Observe. Live as long as the server. */
const char *larder_test_server_address(const LarderTestServer *server);
const char *larder_test_server_admin_address(const LarderTestServer *server);

/* Moves the clock. False: it is the real one. */
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
    const char *method;     /* NULL: any */
    LarderBytes key_prefix; /* of the first key; empty: any */
    int64_t skip;           /* so many fitting calls pass first */
    int64_t times;          /* so many are met then; 0: all */
    int64_t delay_ms;       /* before anything else */
    LarderOutcome outcome;  /* EXCEPTION: 1 to 5 */
    int32_t code;           /* of the exception; 0: its first */
    int64_t retry_after_ms; /* of REFUSED */
} LarderFault;

/* Adds a fault behind those that are there; the first that fits a call meets it. Returns its id. */
int64_t larder_test_server_inject(LarderTestServer *server, const LarderFault *fault);

/* How many calls a fault has met; -1: there is no such fault. */
int64_t larder_test_server_fault_hits(LarderTestServer *server, int64_t id);

/* Removes every fault. */
void larder_test_server_clear_faults(LarderTestServer *server);

/* Closes every data connection at once, as a cut cable would. */
void larder_test_server_cut(LarderTestServer *server);

/* Begins a drain: new calls are refused as DRAINING, connections close when idle. */
void larder_test_server_drain(LarderTestServer *server);

/* Calls that were executed, by method; NULL: all. For assertions such as "not applied twice". */
int64_t larder_test_server_executed(LarderTestServer *server, const char *method);

#ifdef __cplusplus
}
#endif

#endif
