/*
 * socket_calls.c: operations as calls of the contract. See socket_calls.h.
 */
#include "loadgen/socket_calls.h"

#include "loadgen/value.h"
#include "service/client/encode.h"

#include <stdlib.h>

/* Where a call goes. */
typedef struct Sink {
    BaseBuf *out;
    int32_t seqid;
} Sink;

bool
load_socket_calls_init(LoadSocketCalls *self, const LoadSocketTarget *target,
                       const LoadSessionArgs *args)
{
    *self = (LoadSocketCalls){
        .target = target,
        .args = args,
        .keys = calloc(args->walk + 1, sizeof *self->keys),
        .key_bytes = malloc((args->walk + 1) * args->keys->size),
        .value = malloc(args->value_size),
    };
    return self->keys != NULL && self->key_bytes != NULL && self->value != NULL;
}

void
load_socket_calls_clear(LoadSocketCalls *self)
{
    free(self->keys);
    free(self->key_bytes);
    free(self->value);
    *self = (LoadSocketCalls){.target = NULL};
}

/* Appends a call to the sink; false: no memory. */
static bool
encode_call(const LoadSocketCalls *self, const Sink *sink, LarderMethod method,
            const void *arguments)
{
    return client_encode_call(sink->out, self->target->format, sink->seqid, method, arguments) ==
           WIRE_OK;
}

static bool
encode_put(LoadSocketCalls *self, const Sink *sink, const LoadOp *op, LarderBytes key)
{
    LoadValueId id = {op->record, op->sequence, self->args->run, self->args->writer};
    load_value_write(self->value, self->args->value_size, self->args->value_unique, &id);
    const LarderPutOptions sync = {.has_durability = true, .durability = LARDER_DURABILITY_SYNC};
    const LarderPutArguments put = {self->target->store, key,
                                    larder_bytes(self->value, self->args->value_size),
                                    op->sync ? &sync : NULL};
    return encode_call(self, sink, LARDER_METHOD_PUT, &put);
}

/* One page that holds the whole walk. */
static bool
encode_scan(LoadSocketCalls *self, const Sink *sink, const LoadOp *op, LarderBytes key)
{
    const LarderKeyRange range = {.has_start_key = !op->reverse,
                                  .start_key = key,
                                  .has_stop_key = op->reverse,
                                  .stop_key = key};
    const LarderScanOptions options = {.has_reverse = true,
                                       .reverse = op->reverse,
                                       .has_limit_items = true,
                                       .limit_items = op->walk,
                                       .has_limit_bytes = true,
                                       .limit_bytes = LOAD_SCAN_BYTES_MAX};
    const LarderScanArguments scan = {self->target->store, &range, &options};
    return encode_call(self, sink, LARDER_METHOD_SCAN, &scan);
}

/* The keys of a MULTI_GET, one behind the other. */
static bool
encode_multi_get(LoadSocketCalls *self, const Sink *sink, const LoadOp *op)
{
    size_t size = self->args->keys->size;
    for (uint32_t i = 0; i < op->walk; i++) {
        uint8_t *key = self->key_bytes + i * size;
        load_keys_write(self->args->keys, load_op_member(op, i), key);
        self->keys[i] = larder_bytes(key, size);
    }
    const LarderMultiGetArguments arguments = {
        self->target->store, {.items = self->keys, .count = op->walk}, NULL};
    return encode_call(self, sink, LARDER_METHOD_MULTI_GET, &arguments);
}

bool
load_socket_calls_write(LoadSocketCalls *self, BaseBuf *out, int32_t seqid, const LoadOp *op)
{
    const Sink to = {out, seqid};
    const Sink *sink = &to;
    if (op->kind == LOAD_MULTI_GET) {
        return encode_multi_get(self, sink, op);
    }
    BaseSlice near = load_keys_write_near(self->args->keys, op->record, op->missing, self->key);
    LarderBytes key = larder_bytes(near.data, near.len);
    if (op->kind == LOAD_GET) {
        const LarderGetArguments get = {self->target->store, key, NULL};
        return encode_call(self, sink, LARDER_METHOD_GET, &get);
    }
    if (op->kind == LOAD_REMOVE) {
        const LarderRemoveOptions blind = {.has_want_existed = true, .want_existed = false};
        const LarderRemoveArguments remove = {self->target->store, key, &blind};
        return encode_call(self, sink, LARDER_METHOD_REMOVE, &remove);
    }
    return op->kind == LOAD_SCAN ? encode_scan(self, sink, op, key)
                                 : encode_put(self, sink, op, key);
}

LarderMethod
load_socket_calls_method(LoadOpKind kind)
{
    switch (kind) {
    case LOAD_GET:
        return LARDER_METHOD_GET;
    case LOAD_REMOVE:
        return LARDER_METHOD_REMOVE;
    case LOAD_SCAN:
        return LARDER_METHOD_SCAN;
    case LOAD_MULTI_GET:
        return LARDER_METHOD_MULTI_GET;
    case LOAD_PUT:
    case LOAD_COMPACT:
    case LOAD_OP_KIND_COUNT:
        break;
    }
    return LARDER_METHOD_PUT;
}
