/*
 * responder.h: a small server for tests of the load generator, which can misbehave.
 *
 * One thread answers server_info, get and put (framed) on a unix socket from a table of 100,000
 * records, values of at most 256 bytes. Every n-th get of a present record, or every n-th put, is
 * answered wrongly in one chosen way.
 *
 * Threading: start and stop from one thread. Nothing of it fails: it aborts instead.
 */
#ifndef LARDER_TESTS_RESPONDER_RESPONDER_H
#define LARDER_TESTS_RESPONDER_RESPONDER_H

typedef struct Responder Responder;

typedef enum ResponderFault {
    RESPONDER_GOOD,
    /* gets */
    RESPONDER_MISSING,
    RESPONDER_FOREIGN,
    RESPONDER_CUT,
    RESPONDER_TORN,
    RESPONDER_WRONG_KEY,
    RESPONDER_STALE,    /* the value before, at its version */
    RESPONDER_PHANTOM,  /* a sequence that was never written */
    RESPONDER_MISMATCH, /* the value before, at the present version */
    RESPONDER_REFUSED,
    RESPONDER_NO_RESULT, /* a result struct that is empty */
    RESPONDER_GARBAGE,   /* a frame that is no message */
    RESPONDER_SILENT,    /* no reply, ever */
    RESPONDER_HANG_UP,
    /* puts */
    RESPONDER_OLD_VERSION,
    RESPONDER_NOT_APPLIED,
    /* scans, all of which get a page without items */
    RESPONDER_SHORT_PAGE, /* it says that time was up, and otherwise that this is the range's end */
} ResponderFault;

/* Starts it; `every` 0: it behaves. */
Responder *responder_start(ResponderFault fault, unsigned every);

/* Its socket. */
const char *responder_path(const Responder *responder);

/* Processor time of its thread so far. */
double responder_cpu_seconds(const Responder *responder);

/* Stops it and removes the socket. */
void responder_stop(Responder *responder);

#endif
