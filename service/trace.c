/*
 * trace.c: see trace.h.
 *
 * The queue is a ring of lines of fixed length behind a mutex that is held to copy one line. The
 * writer takes a line out before it writes it, so a log that is stuck blocks the writer alone. What
 * was dropped is told in a line of its own as soon as there is room again.
 *
 * A mode is published with relaxed atomics: calls that are under way while it changes may be logged
 * either way.
 */
#include "service/trace.h"

#include "service/log.h"
#include "service/store/error.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRACE_LINES = 1024,
    TRACE_LINE_SIZE = 768,  /* two quotes at their longest, a peer, and the numbers */
    TRACE_QUOTE_SIZE = 261, /* 64 bytes as \xNN and a NUL, rounded up */
};

struct Trace {
    RpcObserver observer;
    _Atomic int mode;
    _Atomic int64_t slow_us;
    pthread_t writer;
    bool started;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t filled;
    bool ending;
    size_t first;
    size_t count;
    uint64_t dropped; /* since the last line */
    char (*lines)[TRACE_LINE_SIZE];
};

/* ------------------------------------------------------------------------------------- calls -- */

static void
push(Trace *trace, const char *line)
{
    (void)pthread_mutex_lock(&trace->lock);
    if (trace->count == TRACE_LINES) {
        trace->dropped++;
    } else {
        size_t at = (trace->first + trace->count) % TRACE_LINES;
        (void)snprintf(trace->lines[at], TRACE_LINE_SIZE, "%s", line);
        trace->count++;
        (void)pthread_cond_signal(&trace->filled);
    }
    (void)pthread_mutex_unlock(&trace->lock);
}

static void
after_call(void *user, const RpcObserved *call, const RpcObservedEnd *end)
{
    Trace *trace = user;
    int mode = atomic_load_explicit(&trace->mode, memory_order_relaxed);
    int64_t us = end->end_us - call->arrival_us;
    if (mode == TRACE_OFF ||
        (mode == TRACE_SLOW && us < atomic_load_explicit(&trace->slow_us, memory_order_relaxed))) {
        return;
    }
    char store[TRACE_QUOTE_SIZE];
    char key[TRACE_QUOTE_SIZE];
    char line[TRACE_LINE_SIZE];
    store_error_quote(call->store, store, sizeof store);
    store_error_quote(call->key, key, sizeof key);
    (void)snprintf(line, sizeof line,
                   "call %s store=\"%s\" key=\"%s\" key_bytes=%zu peer=%s outcome=%s code=%" PRId32
                   " us=%" PRId64 " queue_us=%" PRId64 " in=%zu out=%zu",
                   call->method, store, key, call->key.len, call->peer,
                   obs_outcome_name(end->outcome), end->code, us, call->start_us - call->arrival_us,
                   call->request_bytes, end->reply_bytes);
    push(trace, line);
}

/* ------------------------------------------------------------------------------------ writer -- */

/* Waits for a line, or for lines that were dropped; false: the end has come and nothing is left. */
static bool
take(Trace *trace, char line[TRACE_LINE_SIZE], uint64_t *ret_dropped)
{
    (void)pthread_mutex_lock(&trace->lock);
    while (trace->count == 0 && trace->dropped == 0 && !trace->ending) {
        (void)pthread_cond_wait(&trace->filled, &trace->lock);
    }
    *ret_dropped = trace->dropped;
    trace->dropped = 0;
    line[0] = '\0';
    bool any = trace->count != 0;
    if (any) {
        memcpy(line, trace->lines[trace->first], TRACE_LINE_SIZE);
        trace->first = (trace->first + 1) % TRACE_LINES;
        trace->count--;
    }
    (void)pthread_mutex_unlock(&trace->lock);
    return any || *ret_dropped != 0;
}

static void *
write_lines(void *data)
{
    Trace *trace = data;
    char line[TRACE_LINE_SIZE];
    uint64_t dropped = 0;
    while (take(trace, line, &dropped)) {
        if (line[0] != '\0') {
            log_line(LOG_INFO, "%s", line);
        }
        if (dropped != 0) {
            log_line(LOG_WARNING, "trace: %" PRIu64 " calls are not shown; the log is too slow",
                     dropped);
        }
    }
    return NULL;
}

static BaseStatus
start_writer(Trace *trace)
{
    trace->lines = calloc(TRACE_LINES, sizeof *trace->lines);
    if (trace->lines == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the lines of the trace");
    }
    if (pthread_create(&trace->writer, NULL, write_lines, trace) != 0) {
        free(trace->lines);
        trace->lines = NULL;
        return base_error(BASE_IO, "cannot start a thread for the trace");
    }
    (void)pthread_setname_np(trace->writer, "trace");
    trace->started = true;
    return base_ok();
}

/* -------------------------------------------------------------------------------- life cycle -- */

Trace *
trace_new(const RpcObserver *next)
{
    Trace *trace = calloc(1, sizeof *trace);
    if (trace == NULL) {
        return NULL;
    }
    trace->observer = (RpcObserver){.next = next, .user = trace, .after = after_call};
    atomic_init(&trace->mode, TRACE_OFF);
    atomic_init(&trace->slow_us, 0);
    (void)pthread_mutex_init(&trace->lock, NULL);
    (void)pthread_cond_init(&trace->filled, NULL);
    return trace;
}

void
trace_free(Trace *trace)
{
    if (trace == NULL) {
        return;
    }
    if (trace->started) {
        (void)pthread_mutex_lock(&trace->lock);
        trace->ending = true;
        (void)pthread_cond_signal(&trace->filled);
        (void)pthread_mutex_unlock(&trace->lock);
        (void)pthread_join(trace->writer, NULL);
    }
    (void)pthread_cond_destroy(&trace->filled);
    (void)pthread_mutex_destroy(&trace->lock);
    free(trace->lines);
    free(trace);
}

BaseStatus
trace_set(Trace *trace, TraceMode mode, int64_t slow_ms)
{
    if (mode != TRACE_OFF && !trace->started) {
        BaseStatus status = start_writer(trace);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    atomic_store_explicit(&trace->slow_us, slow_ms * 1000, memory_order_relaxed);
    atomic_store_explicit(&trace->mode, (int)mode, memory_order_relaxed);
    return base_ok();
}

const RpcObserver *
trace_observers(const Trace *trace)
{
    bool off = atomic_load_explicit(&trace->mode, memory_order_relaxed) == TRACE_OFF;
    return off ? trace->observer.next : &trace->observer;
}
