/*
 * ticket_reply.h: the whole reply of a get, put or remove, header and all.
 *
 * In the binary protocol such a reply is all but constant: only the sequence id, a few numbers and
 * the value differ. So its length is computed first, room is made once, and the bytes are stored
 * one behind the other (service/wire/direct.h). They are those that hot_reply.h writes through a
 * WireWriter field by field, which is the way of the compact protocol.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_RPC_TICKET_REPLY_H
#define LARDER_SERVICE_RPC_TICKET_REPLY_H

#include "service/rpc/hot_reply.h"
#include "service/rpc/ticket.h"

/*
 * Appends the reply to the ticket's output; `server_us` is its field of that name, and `bytes_max`
 * what the reply may come to, frame header included. WIRE_OK; WIRE_TOO_LONG or WIRE_NO_MEMORY:
 * nothing was added.
 */
WireCode rpc_ticket_reply_get(const RpcTicket *ticket, const StoreGetResult *result,
                              int64_t server_us, size_t bytes_max);

/* The same for put and remove. */
WireCode rpc_ticket_reply_write(const RpcTicket *ticket, const StoreWriteResult *result,
                                int64_t server_us, size_t bytes_max);

/* The whole answer to a put or remove that has a result. */
RpcVerdict rpc_ticket_answer_result(const RpcTicket *ticket, const StoreWriteResult *result,
                                    int64_t server_us, size_t bytes_max);

/* The whole answer to a put or remove that is done: its result, or why there is none. */
RpcVerdict rpc_ticket_answer_write(const RpcTicket *ticket, const StoreWrite *write,
                                   int64_t server_us, size_t bytes_max);

#endif
