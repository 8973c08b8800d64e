/*
 * faults.c: see faults.h.
 *
 * What a fault does is a row of a table, in the terms of RpcDemand. A delay occupies the worker of
 * its call: a test server has as many workers as calls may be delayed at once (server.c), and the
 * order of the connection is kept, as if the handler were slow.
 */
#include "service/testkit/faults.h"

#include "service/testkit/names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct TestkitFault {
    TestkitFault *next;
    int64_t id;
    LarderFault fault; /* method: of the contract; the prefix lies behind this struct */
    int64_t seen;      /* calls that fitted */
    int64_t hits;      /* those that it has met */
    uint8_t prefix[];
};

/* What each kind does, but for its delay. */
static const RpcDemand demands[] = {
    [LARDER_FAULT_DELAY] = {.skip = false},
    [LARDER_FAULT_EXCEPTION] = {.skip = true, .throws = true},
    [LARDER_FAULT_EXECUTE_THEN_EXCEPTION] = {.throws = true},
    [LARDER_FAULT_NO_REPLY] = {.skip = true, .fate = RPC_REPLY_LOST},
    [LARDER_FAULT_EXECUTE_NO_REPLY] = {.fate = RPC_REPLY_LOST},
    [LARDER_FAULT_CLOSE] = {.skip = true, .fate = RPC_REPLY_LOST, .close = true},
    [LARDER_FAULT_EXECUTE_CLOSE] = {.fate = RPC_REPLY_LOST, .close = true},
    [LARDER_FAULT_HALF_REPLY] = {.fate = RPC_REPLY_HALVED, .close = true},
};

enum { KIND_COUNT = sizeof demands / sizeof demands[0] };

/* A delay is a wait in the server, which has to end before anybody loses patience. */
#define DELAY_MS_MAX INT64_C(3600000)

/* ------------------------------------------------------------------------------------ checks -- */

__attribute__((format(printf, 2, 3))) static bool
wrong(LarderProblem *ret_problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ret_problem->message, sizeof ret_problem->message, format, arguments);
    va_end(arguments);
    return false;
}

/* The method of that name, of any service; NULL: there is none. */
static const RpcMethod *
method_called(const char *name)
{
    for (size_t row = 0; row < rpc_methods_count(); row++) {
        if (strcmp(rpc_methods_at(row)->name, name) == 0) {
            return rpc_methods_at(row);
        }
    }
    return NULL;
}

static bool
check_exception(const LarderFault *fault, LarderProblem *ret_problem)
{
    if (fault->outcome < LARDER_INVALID_REQUEST || fault->outcome > LARDER_FAILED) {
        return wrong(ret_problem,
                     "outcome is %d; an exception is %d (INVALID_REQUEST) to %d (FAILED)",
                     (int)fault->outcome, LARDER_INVALID_REQUEST, LARDER_FAILED);
    }
    if (fault->code != 0 && testkit_names_of_code(fault->outcome, fault->code) == NULL) {
        return wrong(ret_problem, "code is %" PRId32 "; %s has no such code", fault->code,
                     larder_outcome_name(fault->outcome));
    }
    return true;
}

bool
testkit_faults_check(const LarderFault *fault, LarderProblem *ret_problem)
{
    if ((int)fault->kind < 0 || (int)fault->kind >= KIND_COUNT) {
        return wrong(ret_problem, "kind is %d; there are 0 to %d", (int)fault->kind,
                     KIND_COUNT - 1);
    }
    if (fault->method != NULL && method_called(fault->method) == NULL) {
        return wrong(ret_problem, "there is no method \"%s\"", fault->method);
    }
    if (fault->skip < 0 || fault->times < 0 || fault->retry_after_ms < 0) {
        return wrong(ret_problem, "skip, times and retry_after_ms must not be negative");
    }
    if (fault->delay_ms < 0 || fault->delay_ms > DELAY_MS_MAX) {
        return wrong(ret_problem, "delay_ms is %" PRId64 "; allowed are 0 to %" PRId64,
                     fault->delay_ms, DELAY_MS_MAX);
    }
    return !demands[fault->kind].throws || check_exception(fault, ret_problem);
}

/* ------------------------------------------------------------------------------------- calls -- */

static bool
fits(const LarderFault *fault, const RpcObserved *call)
{
    bool method = fault->method == NULL ? call->service == RPC_STORE
                                        : strcmp(fault->method, call->method) == 0;
    return method && base_slice_starts_with(
                         call->key, base_slice(fault->key_prefix.data, fault->key_prefix.size));
}

/* The fault that meets a call, which is counted; NULL: none. Under the lock. */
static const LarderFault *
meet(TestkitFaults *faults, const RpcObserved *call)
{
    for (TestkitFault *at = faults->first; at != NULL; at = at->next) {
        if (!fits(&at->fault, call)) {
            continue;
        }
        at->seen++;
        bool used_up = at->fault.times != 0 && at->hits == at->fault.times;
        if (at->seen > at->fault.skip && !used_up) {
            at->hits++;
            return &at->fault;
        }
    }
    return NULL;
}

static WireException
exception_of(const LarderFault *fault)
{
    return (WireException){
        .kind = (WireExceptionKind)fault->outcome,
        .code = fault->code == 0 ? 1 : fault->code,
        .message = BASE_SLICE_LITERAL("a fault that the test has injected"),
        .text = fault->outcome == LARDER_REFUSED ? BASE_SLICE_LITERAL("server") : BASE_SLICE_EMPTY,
        .first = fault->outcome == LARDER_REFUSED ? fault->retry_after_ms : 0,
    };
}

/* Waits, in real time, unless the server stops. Under the lock, which is released meanwhile. */
static void
delay(TestkitFaults *faults, int64_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int result = 0;
    while (!faults->stopping && result == 0) {
        result = pthread_cond_clockwait(&faults->stop, &faults->lock, CLOCK_MONOTONIC, &until);
    }
}

static void
before_call(void *user, const RpcObserved *call, RpcDemand *demand)
{
    TestkitFaults *faults = user;
    (void)pthread_mutex_lock(&faults->lock);
    const LarderFault *fault = meet(faults, call);
    if (fault != NULL) {
        *demand = demands[fault->kind];
        if (demand->throws) {
            demand->exception = exception_of(fault);
        }
        if (fault->delay_ms != 0) {
            delay(faults, fault->delay_ms); /* the fault may be gone afterwards */
        }
    }
    if (faults->stopping) {
        *demand = demands[LARDER_FAULT_CLOSE];
    }
    (void)pthread_mutex_unlock(&faults->lock);
}

/* -------------------------------------------------------------------------------- the list -- */

void
testkit_faults_init(TestkitFaults *faults)
{
    *faults = (TestkitFaults){.observer = {.user = faults, .before = before_call}};
    (void)pthread_mutex_init(&faults->lock, NULL);
    (void)pthread_cond_init(&faults->stop, NULL);
}

void
testkit_faults_free(TestkitFaults *faults)
{
    testkit_faults_clear(faults);
    (void)pthread_cond_destroy(&faults->stop);
    (void)pthread_mutex_destroy(&faults->lock);
}

int64_t
testkit_faults_add(TestkitFaults *faults, const LarderFault *fault, LarderProblem *ret_problem)
{
    if (!testkit_faults_check(fault, ret_problem)) {
        return -1;
    }
    size_t len = fault->key_prefix.size;
    TestkitFault *added = calloc(1, sizeof *added + len);
    if (added == NULL) {
        (void)wrong(ret_problem, "no memory for a fault");
        return -1;
    }
    added->fault = *fault;
    added->fault.method = fault->method == NULL ? NULL : method_called(fault->method)->name;
    if (len != 0) {
        memcpy(added->prefix, fault->key_prefix.data, len);
    }
    added->fault.key_prefix = larder_bytes(added->prefix, len);
    (void)pthread_mutex_lock(&faults->lock);
    int64_t id = ++faults->last_id;
    added->id = id;
    TestkitFault **end = &faults->first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = added;
    (void)pthread_mutex_unlock(&faults->lock);
    return id;
}

int64_t
testkit_faults_hits(TestkitFaults *faults, int64_t id)
{
    int64_t hits = -1;
    (void)pthread_mutex_lock(&faults->lock);
    for (const TestkitFault *at = faults->first; at != NULL; at = at->next) {
        hits = at->id == id ? at->hits : hits;
    }
    (void)pthread_mutex_unlock(&faults->lock);
    return hits;
}

void
testkit_faults_clear(TestkitFaults *faults)
{
    (void)pthread_mutex_lock(&faults->lock);
    while (faults->first != NULL) {
        TestkitFault *next = faults->first->next;
        free(faults->first);
        faults->first = next;
    }
    (void)pthread_mutex_unlock(&faults->lock);
}

void
testkit_faults_stop(TestkitFaults *faults)
{
    (void)pthread_mutex_lock(&faults->lock);
    faults->stopping = true;
    (void)pthread_cond_broadcast(&faults->stop);
    (void)pthread_mutex_unlock(&faults->lock);
}
