/*
 * ticket_reply.c: replies stored at once. See ticket_reply.h.
 *
 * A reply is
 *
 *     [length]   version and type, length of the name, name   sequence id
 *     0c 00 00   members of the result   server_us   topology_epoch   00   00
 *
 * The head of a method is copied with its padding, which what follows overwrites.
 */
#include "service/rpc/ticket_reply.h"

#include "service/rpc/answer.h"
#include "service/wire/direct.h"

/* Ids of the members that all results have. */
enum { SUCCESS = 0, REPLAYED = 8, SERVER_US = 14, TOPOLOGY_EPOCH = 15 };

enum {
    HEAD_ROOM = 16,
    /* Sequence id, the field of the result, its last two members, the ends of both structs. */
    AROUND = 4 + WIRE_DIRECT_HEAD + 2 * WIRE_DIRECT_I64 + 2 * WIRE_DIRECT_STOP,
    GET_MEMBERS = 2 * WIRE_DIRECT_BOOL + 3 * WIRE_DIRECT_I64,
    WRITE_MEMBERS = 2 * WIRE_DIRECT_BOOL + WIRE_DIRECT_I32 + 3 * WIRE_DIRECT_I64,
};

_Static_assert(AROUND + GET_MEMBERS >= HEAD_ROOM, "the padding of a head is overwritten");

/* Version, type REPLY and name. */
typedef struct ReplyHead {
    uint8_t bytes[HEAD_ROOM];
    size_t len;
} ReplyHead;

static const ReplyHead heads[RPC_HOT_COUNT] = {
    [RPC_HOT_GET] = {"\x80\x01\0\x02\0\0\0\x03get", 11},
    [RPC_HOT_PUT] = {"\x80\x01\0\x02\0\0\0\x03put", 11},
    [RPC_HOT_REMOVE] = {"\x80\x01\0\x02\0\0\0\x06remove", 14},
};

/*
 * Makes room for a reply whose members, without the last two, take `members` bytes, and stores all
 * that is before them. NULL: *ret_code says why.
 */
static inline uint8_t *
begin(const RpcTicket *ticket, size_t members, size_t bytes_max, WireCode *ret_code)
{
    const ReplyHead *head = &heads[ticket->method];
    size_t frame = ticket->format.framed ? WIRE_FRAME_HEADER_BYTES : 0;
    size_t len = head->len + AROUND + members;
    if (frame + len > bytes_max || len > INT32_MAX) {
        *ret_code = WIRE_TOO_LONG;
        return NULL;
    }
    uint8_t *to = base_buf_extend(ticket->out, frame + len);
    if (to == NULL) {
        *ret_code = WIRE_NO_MEMORY;
        return NULL;
    }
    if (frame != 0) {
        to = wire_direct_u32(to, (uint32_t)len);
    }
    memcpy(to, head->bytes, HEAD_ROOM);
    to = wire_direct_u32(to + head->len, (uint32_t)ticket->seqid);
    *ret_code = WIRE_OK;
    return wire_direct_head(to, SUCCESS, WIRE_STRUCT);
}

static inline void
end(uint8_t *to, int64_t server_us)
{
    to = wire_direct_i64(to, SERVER_US, server_us);
    to = wire_direct_i64(to, TOPOLOGY_EPOCH, 0);
    to = wire_direct_stop(to);
    (void)wire_direct_stop(to);
}

static WireCode
put_get(const RpcTicket *ticket, const StoreGetResult *result, int64_t server_us, size_t bytes_max)
{
    WireCode code;
    size_t value = result->has_value ? WIRE_DIRECT_BYTES + result->value.len : 0;
    uint8_t *to = begin(ticket, GET_MEMBERS + value, bytes_max, &code);
    if (to == NULL) {
        return code;
    }
    to = wire_direct_bool(to, 1, result->found);
    if (result->has_value) {
        to = wire_direct_bytes(to, 2, result->value);
    }
    to = wire_direct_i64(to, 3, result->version);
    to = wire_direct_i64(to, 4, result->expires_at_ms);
    to = wire_direct_i64(to, 5, result->full_length);
    to = wire_direct_bool(to, 6, result->unchanged);
    end(to, server_us);
    return WIRE_OK;
}

static WireCode
put_write(const RpcTicket *ticket, const StoreWriteResult *result, int64_t server_us,
          size_t bytes_max)
{
    WireCode code;
    size_t optional =
        (result->has_current_value ? WIRE_DIRECT_BYTES + result->current_value.len : 0) +
        (result->has_existed ? WIRE_DIRECT_BOOL : 0);
    uint8_t *to = begin(ticket, WRITE_MEMBERS + optional, bytes_max, &code);
    if (to == NULL) {
        return code;
    }
    to = wire_direct_bool(to, 1, result->applied);
    to = wire_direct_i64(to, 2, result->version);
    to = wire_direct_i32(to, 3, (int32_t)result->reason);
    to = wire_direct_i64(to, 4, result->current_version);
    if (result->has_current_value) {
        to = wire_direct_bytes(to, 5, result->current_value);
    }
    if (result->has_existed) {
        to = wire_direct_bool(to, 6, result->existed);
    }
    to = wire_direct_i64(to, 7, result->expires_at_ms);
    to = wire_direct_bool(to, REPLAYED, false);
    end(to, server_us);
    return WIRE_OK;
}

WireCode
rpc_ticket_reply_get(const RpcTicket *ticket, const StoreGetResult *result, int64_t server_us,
                     size_t bytes_max)
{
    if (ticket->format.protocol == WIRE_BINARY) {
        return put_get(ticket, result, server_us, bytes_max);
    }
    WireWriter writer;
    WireMessage message = rpc_ticket_message(ticket);
    wire_reply_begin(&writer, ticket->out, &message, bytes_max);
    rpc_hot_reply_get(&writer, result, server_us);
    return wire_reply_end(&writer) ? WIRE_OK : writer.code;
}

WireCode
rpc_ticket_reply_write(const RpcTicket *ticket, const StoreWriteResult *result, int64_t server_us,
                       size_t bytes_max)
{
    if (ticket->format.protocol == WIRE_BINARY) {
        return put_write(ticket, result, server_us, bytes_max);
    }
    WireWriter writer;
    WireMessage message = rpc_ticket_message(ticket);
    wire_reply_begin(&writer, ticket->out, &message, bytes_max);
    rpc_hot_reply_write(&writer, result, server_us);
    return wire_reply_end(&writer) ? WIRE_OK : writer.code;
}

/* Both apart, so that answers which fit do not pay for the room that these need. */
static __attribute__((cold, noinline)) RpcVerdict
answer_lost(const RpcTicket *ticket, WireCode code, size_t bytes_max)
{
    WireMessage message = rpc_ticket_message(ticket);
    return rpc_answer_lost(ticket->out, &message, true, code, bytes_max);
}

static __attribute__((cold, noinline)) RpcVerdict
answer_error(const RpcTicket *ticket, const StoreError *error)
{
    WireMessage message = rpc_ticket_message(ticket);
    return rpc_answer_error(ticket->out, &message, error);
}

RpcVerdict
rpc_ticket_answer_result(const RpcTicket *ticket, const StoreWriteResult *result, int64_t server_us,
                         size_t bytes_max)
{
    WireCode code = rpc_ticket_reply_write(ticket, result, server_us, bytes_max);
    return code == WIRE_OK ? (RpcVerdict){.outcome = OBS_OK} : answer_lost(ticket, code, bytes_max);
}

RpcVerdict
rpc_ticket_answer_write(const RpcTicket *ticket, const StoreWrite *write, int64_t server_us,
                        size_t bytes_max)
{
    return write->succeeded ? rpc_ticket_answer_result(ticket, &write->result, server_us, bytes_max)
                            : answer_error(ticket, &write->error);
}
