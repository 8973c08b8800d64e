/*
 * trace.h: the call trace: one line of the log per finished call, for operators.
 *
 *     call get store="default" key="user:17" key_bytes=7 peer=tcp:10.0.0.7:51022 outcome=ok code=0
 *          us=153 queue_us=12 in=45 out=60                                        (in one line)
 *
 * `us` is from the arrival of the request's last byte to the end of the call, `queue_us` the part
 * of it that the request waited for a worker; `in` and `out` are bytes. Of keys at most 64 bytes
 * are shown, escaped so that a line stays a line. Keys can be secrets; values never appear.
 *
 * A call never waits for the log: lines go through a queue of bounded length to a thread that
 * writes them, and lines that find it full are counted and dropped.
 *
 * Threading: trace_set() and trace_free() belong to the main thread; the observer is called by all
 * lanes.
 */
#ifndef LARDER_SERVICE_TRACE_H
#define LARDER_SERVICE_TRACE_H

#include "engine/base/status.h"
#include "service/rpc/observer.h"

typedef struct Trace Trace;

/* In the order of the choices of the setting `trace`. */
typedef enum TraceMode { TRACE_OFF, TRACE_SLOW, TRACE_ALL } TraceMode;

/* A trace that is off, with `next` (may be NULL) behind its observer. NULL: no memory. */
Trace *trace_new(const RpcObserver *next);

/* Writes what waits, and ends. REQUIRES: nobody calls the observer any more. Takes NULL. */
void trace_free(Trace *trace);

/*
 * Which calls are logged: with TRACE_SLOW those that took `slow_ms` or more. The first call that
 * turns it on starts the thread: BASE_NO_MEMORY, BASE_IO, and then it stays as it was.
 */
BaseStatus trace_set(Trace *trace, TraceMode mode, int64_t slow_ms);

/* The head of the list that lanes have to ask now: the trace's observer, or `next` when it is off.
 */
const RpcObserver *trace_observers(const Trace *trace);

#endif
