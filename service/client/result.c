/*
 * result.c: reads result structs. Declared in reply.h, where its rules are.
 *
 * Each reader walks its struct once. A field with the id of the contract and another type is
 * treated as absent, as Thrift does.
 */
#include "service/client/reply.h"

static inline bool
is(const WireValue *field, int16_t id, WireType type)
{
    return field->id == id && field->type == (uint8_t)type;
}

bool
client_reply_get(const ClientReply *reply, ClientGetResult *ret_result)
{
    const WireValue *end = wire_tape_end(reply->success);
    ClientGetResult result = {.found = false};
    bool complete = false;
    for (const WireValue *v = wire_tape_first(reply->success); v != end; v = wire_tape_next(v)) {
        if (is(v, 1, WIRE_BOOL)) {
            result.found = v->number != 0;
            complete = true;
        } else if (is(v, 2, WIRE_BYTES)) {
            result.value = wire_tape_bytes(reply->tape, v);
            result.has_value = true;
        } else if (is(v, 3, WIRE_I64)) {
            result.version = v->number;
        } else if (is(v, 4, WIRE_I64)) {
            result.expires_at_ms = v->number;
        } else if (is(v, 5, WIRE_I64)) {
            result.full_length = v->number;
        } else if (is(v, 6, WIRE_BOOL)) {
            result.unchanged = v->number != 0;
        } else if (is(v, 14, WIRE_I64)) {
            result.server_us = v->number;
        }
    }
    if (complete) {
        *ret_result = result;
    }
    return complete;
}

bool
client_reply_multi_get(const ClientReply *reply, ClientMultiGetResult *ret_result)
{
    const WireValue *items = wire_tape_field(reply->success, 1, WIRE_LIST);
    if (items == NULL || (items->count != 0 && wire_tape_element_type(items) != WIRE_STRUCT)) {
        return false;
    }
    const WireValue *version = wire_tape_field(reply->success, 2, WIRE_I64);
    const WireValue *server_us = wire_tape_field(reply->success, 14, WIRE_I64);
    *ret_result = (ClientMultiGetResult){
        .count = items->count,
        .read_version = version == NULL ? 0 : version->number,
        .server_us = server_us == NULL ? 0 : server_us->number,
        .next = wire_tape_first(items),
        .end = wire_tape_end(items),
    };
    return true;
}

bool
client_reply_next_item(const ClientReply *reply, ClientMultiGetResult *result,
                       ClientGetResult *ret_item)
{
    if (result->next == result->end) {
        return false;
    }
    /* An item has the fields of a get's result, without unchanged and server_us. */
    ClientReply item = {.tape = reply->tape, .success = result->next};
    if (!client_reply_get(&item, ret_item)) {
        return false;
    }
    result->next = wire_tape_next(result->next);
    return true;
}

bool
client_reply_put(const ClientReply *reply, ClientWriteResult *ret_result)
{
    const WireValue *end = wire_tape_end(reply->success);
    ClientWriteResult result = {.applied = false};
    bool complete = false;
    for (const WireValue *v = wire_tape_first(reply->success); v != end; v = wire_tape_next(v)) {
        if (is(v, 1, WIRE_BOOL)) {
            result.applied = v->number != 0;
            complete = true;
        } else if (is(v, 2, WIRE_I64)) {
            result.version = v->number;
        } else if (is(v, 3, WIRE_I32)) {
            result.reason = (int32_t)v->number;
        } else if (is(v, 4, WIRE_I64)) {
            result.current_version = v->number;
        } else if (is(v, 5, WIRE_BYTES)) {
            result.current_value = wire_tape_bytes(reply->tape, v);
            result.has_current_value = true;
        } else if (is(v, 6, WIRE_BOOL)) {
            result.existed = v->number != 0;
        } else if (is(v, 7, WIRE_I64)) {
            result.expires_at_ms = v->number;
        } else if (is(v, 8, WIRE_BOOL)) {
            result.replayed = v->number != 0;
        } else if (is(v, 14, WIRE_I64)) {
            result.server_us = v->number;
        }
    }
    if (complete) {
        *ret_result = result;
    }
    return complete;
}

bool
client_reply_ping(const ClientReply *reply, ClientPingResult *ret_result)
{
    const WireValue *payload = wire_tape_field(reply->success, 1, WIRE_BYTES);
    const WireValue *now = wire_tape_field(reply->success, 2, WIRE_I64);
    const WireValue *server_us = wire_tape_field(reply->success, 14, WIRE_I64);
    if (payload == NULL || now == NULL) {
        return false;
    }
    *ret_result = (ClientPingResult){
        .payload = wire_tape_bytes(reply->tape, payload),
        .now_ms = now->number,
        .server_us = server_us == NULL ? 0 : server_us->number,
    };
    return true;
}

static BaseSlice
text_of(const ClientReply *reply, const WireValue *structure, int16_t id)
{
    const WireValue *value = wire_tape_field(structure, id, WIRE_BYTES);
    return value == NULL ? BASE_SLICE_EMPTY : wire_tape_bytes(reply->tape, value);
}

/* The list of structs at `id`; NULL when there is none. */
static const WireValue *
structs_of(const ClientReply *reply, int16_t id)
{
    const WireValue *list = wire_tape_field(reply->success, id, WIRE_LIST);
    return list != NULL && list->count != 0 && wire_tape_element_type(list) == WIRE_STRUCT ? list
                                                                                           : NULL;
}

/* The element whose field 1 is `name`; NULL when there is none. */
static const WireValue *
named_element(const ClientReply *reply, const WireValue *list, BaseSlice name)
{
    if (list == NULL) {
        return NULL;
    }
    for (const WireValue *v = wire_tape_first(list); v != wire_tape_end(list);
         v = wire_tape_next(v)) {
        if (base_slice_equal(text_of(reply, v, 1), name)) {
            return v;
        }
    }
    return NULL;
}

bool
client_reply_server_info(const ClientReply *reply, ClientServerInfo *ret_info)
{
    const WireValue *api = wire_tape_field(reply->success, 1, WIRE_I32);
    const WireValue *uptime = wire_tape_field(reply->success, 6, WIRE_I64);
    const WireValue *now = wire_tape_field(reply->success, 7, WIRE_I64);
    if (api == NULL) {
        return false;
    }
    *ret_info = (ClientServerInfo){
        .api_version = (int32_t)api->number,
        .server_version = text_of(reply, reply->success, 2),
        .uptime_ms = uptime == NULL ? 0 : uptime->number,
        .now_ms = now == NULL ? 0 : now->number,
        .stores = structs_of(reply, 3),
        .limits = structs_of(reply, 4),
    };
    return true;
}

bool
client_reply_find_store(const ClientReply *reply, const ClientServerInfo *info, BaseSlice name,
                        ClientStoreInfo *ret_store)
{
    const WireValue *store = named_element(reply, info->stores, name);
    if (store == NULL) {
        return false;
    }
    *ret_store = (ClientStoreInfo){
        .name = text_of(reply, store, 1),
        .engine = text_of(reply, store, 2),
        .durability = text_of(reply, store, 4),
    };
    return true;
}

bool
client_reply_find_limit(const ClientReply *reply, const ClientServerInfo *info, BaseSlice name,
                        int64_t *ret_value)
{
    const WireValue *limit = named_element(reply, info->limits, name);
    const WireValue *value = limit == NULL ? NULL : wire_tape_field(limit, 2, WIRE_I64);
    if (value == NULL) {
        return false;
    }
    *ret_value = value->number;
    return true;
}
