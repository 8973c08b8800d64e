/*
 * callbacks.h: what a NetServer asks of its owner.
 *
 * All run on the thread of a reactor and must not block (net.h).
 */
#ifndef LARDER_SERVICE_NET_CALLBACKS_H
#define LARDER_SERVICE_NET_CALLBACKS_H

#include "engine/base/slice.h"

typedef struct NetConn NetConn;
typedef struct NetRequest NetRequest;

/* What `scan` found at the head of the input. */
typedef enum NetScanVerdict {
    NET_SCAN_MORE,  /* the request is not complete */
    NET_SCAN_WHOLE, /* it ends after *ret_len bytes (at least 1) */
    NET_SCAN_BAD, /* no request begins like this: `request` sees it with bad == true; then close */
    NET_SCAN_CLOSE, /* close the connection once earlier replies were sent, without an answer */
} NetScanVerdict;

/* What `gather` has done with a request: taken it; nothing, ask behind an `answer`; or nothing. */
typedef enum NetGathering { NET_GATHER_TAKEN, NET_GATHER_LATER, NET_GATHER_NOT } NetGathering;

/* Requests that stand one behind the other. */
typedef struct NetRun {
    unsigned count;
    size_t bytes; /* of all of them */
} NetRun;

/* Memory of `scan` between calls for one request. */
typedef struct NetScanState {
    _Alignas(16) uint8_t bytes[512];
} NetScanState;

typedef struct NetCallbacks {
    /*
     * Looks at input[0, len), which begins with a request; len never shrinks from call to call.
     * `state` is zero at first. For the next request `scan` makes it fit itself, when it says
     * anything but NET_SCAN_MORE.
     */
    NetScanVerdict (*scan)(void *user, NetScanState *state, const uint8_t *input, size_t len,
                           size_t *ret_len);
    /*
     * Takes a request. `input` is borrowed for the call; net_request_own_input() keeps it. Must
     * lead to exactly one net_request_finish(), during the call or later. `bad`: `scan` said
     * NET_SCAN_BAD, input is what there is, and the connection will close after the reply.
     */
    void (*request)(void *user, NetRequest *request, BaseSlice input, bool bad);
    /*
     * Asked before `request`, while the server holds little. `input` begins with a request of
     * run->bytes bytes, and run->count is the most that may be taken, 1 or more. TAKEN: it is
     * gathered, and with it whole ones that stand behind it, if the owner likes, none longer than
     * limits.request_bytes_max; *run is what was taken. They share `request`, a slot, with those of
     * their connection that were gathered just before, and their bytes stay valid until `answer`.
     * There the reply of each is appended to the output of the slot, behind those before it, and
     * finished with net_request_finish_run(); or net_request_split() gives it a slot of its own.
     * May be NULL.
     */
    NetGathering (*gather)(void *user, NetRequest *request, BaseSlice input, NetRun *run);
    /* Answers or splits off all that is gathered; NULL if nothing ever is. */
    void (*answer)(void *user, unsigned reactor);
    /* A turn of a reactor ends; they count from 0. May be NULL. */
    void (*turn_end)(void *user, unsigned reactor);
    /*
     * net_conn_output_full() was true for a connection, and it no longer is: the peer has taken
     * replies, or is gone. May be NULL when nobody asks.
     */
    void (*drained)(void *user, NetConn *conn);
    /* A connection begins and ends; both may be NULL. `closed` comes after its last finish. */
    void (*opened)(void *user, NetConn *conn);
    void (*closed)(void *user, NetConn *conn);
} NetCallbacks;

#endif
