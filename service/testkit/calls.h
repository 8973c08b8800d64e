/*
 * calls.h: what a test server did: how often each method was executed, and a hook for every call.
 *
 * Threading: every function from any thread. The hook runs under a lock, one call at a time.
 */
#ifndef LARDER_SERVICE_TESTKIT_CALLS_H
#define LARDER_SERVICE_TESTKIT_CALLS_H

#include "service/rpc/observer.h"

#include <larder/test_server.h>

#include <pthread.h>

typedef struct TestkitCalls {
    RpcObserver observer; /* for the server; `next` is free */
    _Atomic int64_t executed[LARDER_METHOD_COUNT];
    pthread_mutex_t lock; /* of the hook */
    LarderTestHook *hook; /* NULL: none */
    void *context;
} TestkitCalls;

void testkit_calls_init(TestkitCalls *calls);

/* REQUIRES: nobody calls any more. */
void testkit_calls_free(TestkitCalls *calls);

/* Calls that were executed; NULL: all of the Store service. -1: there is no such method. */
int64_t testkit_calls_executed(TestkitCalls *calls, const char *method);

/* Sets the hook; the one before it is not running any more. */
void testkit_calls_trace(TestkitCalls *calls, LarderTestHook *hook, void *context);

#endif
