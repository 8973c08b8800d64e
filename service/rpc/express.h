/*
 * express.h: the express lane: hot methods without generated code.
 *
 * get, multi_get, put, remove, batch, bulk_write and scan are read off the tape into the structs of
 * service/store, and their results are written straight into the reply. What is unusual in any way
 * (an unknown field, an argument that is at fault, an observer that looks on) is passed on, before
 * anything has happened, to the generated lane, which is the reference: so both lanes answer alike,
 * byte for byte, and this one need not know how mistakes are worded.
 *
 * On a reactor, requests are gathered and executed together: gets of a turn as one multi_get of the
 * engine, which waits for memory once instead of many times; the writes of a connection as one
 * chain, so that they are sequenced in their order whatever the engine does with each. Nothing here
 * waits: writes are answered when their commits are, from whatever thread, and reads that need disk
 * are handed over to the workers, as are scans that turn out to be long.
 *
 * On a worker, a call is executed at once and may wait.
 *
 * The order of a connection.
 *   E-1  Gathered gets are executed before gathered writes, and those that were gathered where
 *        they were read (instant.h) before others; what is to come behind a gathered write of its
 *        connection in spite of that has it executed first.
 *   E-2  While a write of a connection is under way, nothing else of it begins (LATER).
 *   E-3  When a request is passed on or handed over, nothing of its connection is gathered or under
 *        way any more, except what is handed over behind it.
 *
 * A write whose deadline passes while it is under way is answered Indeterminate; its bytes live on
 * until the engine is done with them.
 *
 * Threading: an RpcExpress belongs to one thread, its reactor or worker; only the completion of
 * writes comes from other threads, which know how to do that. Nothing is allocated in a steady
 * state.
 */
#ifndef LARDER_SERVICE_RPC_EXPRESS_H
#define LARDER_SERVICE_RPC_EXPRESS_H

#include "service/rpc/lane.h"

#include <stdatomic.h>

typedef struct RpcExpress RpcExpress;

/* What the lane knows of a connection; zeroed at first. */
typedef struct RpcExpressConn RpcExpressConn;
struct RpcExpressConn {
    _Atomic unsigned under_way; /* writes that are submitted and not done */
    unsigned instant;           /* writes that are gathered where they were read (instant.h) */
    unsigned gathered;          /* other writes that are gathered; */
    bool looks;                 /* one of them may have to read, so others do not wait for it */
    bool detour;                /* a request was handed over in the flush at hand */
    unsigned done;              /* writes that are done, which `under_way` still counts; */
    RpcExpressConn *next_done;  /* the list of connections that have some */
};

/* What the owner of requests does for the lane. All run on the reactor but `finish`. */
typedef struct RpcExpressOwner {
    /*
     * Answers a request: its reply is in its output. Any thread. `close`: it has no reply, and
     * neither has what follows of its connection.
     */
    void (*finish)(void *user, void *request, bool close);
    /*
     * The same for `count` requests that were offered with this one as their `request`; their
     * replies are whole, and the longest is `longest` bytes long. On the reactor.
     */
    void (*finish_run)(void *user, void *request, unsigned count, size_t longest);
    /* Hands a request over to the workers, behind what is there of its connection. */
    void (*hand_over)(void *user, void *request, BaseSlice input);
    /* Whether no reply may be made for now, because its connection or the server holds too much. */
    bool (*held_back)(void *user, void *request);
    /* Moves a request's input, which stays where it is in memory, before it is finished. */
    void (*keep_input)(void *user, void *request, BaseBuf *into);
    void *user;
} RpcExpressOwner;

/* A lane. `owner` is not used on workers and may be NULL there. BASE_NO_MEMORY. */
BaseStatus rpc_express_new(RpcContext *context, const RpcExpressOwner *owner,
                           RpcExpress **ret_express);

/* REQUIRES: nothing is gathered or under way. Takes NULL. */
void rpc_express_free(RpcExpress *express);

typedef enum RpcExpressFate {
    RPC_EXPRESS_TAKEN,  /* it will be finished, or handed over */
    RPC_EXPRESS_LATER,  /* offer it again when nothing of its connection is under way */
    RPC_EXPRESS_PASSED, /* it is for the generated lane */
} RpcExpressFate;

/*
 * Offers a request on a reactor. Its input must stay valid until it is finished; `out` is its
 * output.
 */
RpcExpressFate rpc_express_take(RpcExpress *express, RpcExpressConn *conn, const RpcCall *call,
                                void *request, BaseBuf *out);

/*
 * Offers a request on a reactor that may be gathered where it was read: a get, or a write that is
 * over before its flush is. Its input must stay valid until rpc_express_flush(); its reply goes
 * behind what is in `out` then. TAKEN: it is. LATER: it would be behind a flush. PASSED: offer it
 * by rpc_express_take(). Nothing has happened in these two.
 */
RpcExpressFate rpc_express_gather(RpcExpress *express, RpcExpressConn *conn, const RpcCall *call,
                                  void *request, BaseBuf *out);

/*
 * Goes on with whole frames at the head of `input`, which stands behind a call that was gathered:
 * gathers them as rpc_express_gather() would, one by one, with the same request and output, until
 * one is not TAKEN or there were `max`. Returns how many, *ret_bytes how long they are. One that is
 * not TAKEN is to be offered by itself.
 */
unsigned rpc_express_gather_on(RpcExpress *express, RpcExpressConn *conn, const RpcCall *before,
                               void *request, BaseBuf *out, unsigned max, BaseSlice input,
                               size_t *ret_bytes);

/* Executes what is gathered. */
void rpc_express_flush(RpcExpress *express);

/* The end of a turn: flush, and answer the writes whose deadline has passed. */
void rpc_express_turn_end(RpcExpress *express);

/* Writes that are under way. Any thread. */
size_t rpc_express_under_way(const RpcExpress *express);

/* Executes a request on a worker. False: it is for the generated lane. */
bool rpc_express_call(RpcExpress *express, const RpcCall *call, BaseBuf *out,
                      RpcVerdict *ret_verdict);

#endif
