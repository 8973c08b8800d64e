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
    size_t members = args->batch == 0 ? 1 : args->batch;
    *self = (LoadSocketCalls){
        .target = target,
        .args = args,
        .keys = calloc(args->walk + 1, sizeof *self->keys),
        .key_bytes = malloc((args->walk + 1) * args->keys->size),
        .mutations = calloc(members, sizeof *self->mutations),
        .value = malloc(members * (args->keys->size + args->value_size)),
        .expiry = {.has_ttl_ms = args->ttl_ms != 0, .ttl_ms = args->ttl_ms},
    };
    return self->keys != NULL && self->key_bytes != NULL && self->mutations != NULL &&
           self->value != NULL;
}

void
load_socket_calls_clear(LoadSocketCalls *self)
{
    free(self->keys);
    free(self->key_bytes);
    free(self->mutations);
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

/* Writes a value to `out`. */
static LarderBytes
make_value(const LoadSocketCalls *self, uint64_t record, uint32_t sequence, uint32_t size,
           uint8_t *out)
{
    LoadValueId id = {record, sequence, self->args->run, self->args->writer};
    load_value_write(out, size, load_value_unique(size, self->args->compression), &id);
    return larder_bytes(out, size);
}

static bool
encode_put(LoadSocketCalls *self, const Sink *sink, const LoadOp *op, LarderBytes key)
{
    const LarderPutOptions options = {
        .has_durability = op->sync,
        .durability = LARDER_DURABILITY_SYNC,
        .expiry = self->expiry.has_ttl_ms ? &self->expiry : NULL,
    };
    const LarderPutArguments put = {
        self->target->store, key,
        make_value(self, op->record, op->sequence, op->value_size, self->value),
        op->sync || self->expiry.has_ttl_ms ? &options : NULL};
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
        BaseSlice one = load_keys_write(self->args->keys, load_op_member(op, i), key);
        self->keys[i] = larder_bytes(one.data, one.len);
    }
    const LarderMultiGetArguments arguments = {
        self->target->store, {.items = self->keys, .count = op->walk}, NULL};
    return encode_call(self, sink, LARDER_METHOD_MULTI_GET, &arguments);
}

/* Keys and values of a BATCH, one behind the other. */
static bool
encode_batch(LoadSocketCalls *self, const Sink *sink, const LoadOp *op)
{
    size_t key_size = self->args->keys->size;
    for (uint32_t i = 0; i < op->part_count; i++) {
        const LoadPart *part = &op->parts[i];
        uint8_t *key = self->value + i * (key_size + self->args->value_size);
        BaseSlice one = load_keys_write(self->args->keys, part->record, key);
        self->mutations[i] = (LarderMutation){
            .kind = LARDER_MUTATION_KIND_PUT,
            .key = larder_bytes(one.data, one.len),
            .has_value = true,
            .value =
                make_value(self, part->record, part->sequence, part->value_size, key + key_size),
            .expiry = self->expiry.has_ttl_ms ? &self->expiry : NULL,
        };
    }
    const LarderBatchArguments batch = {
        self->target->store, {.items = self->mutations, .count = op->part_count}, NULL};
    return encode_call(self, sink, LARDER_METHOD_BATCH, &batch);
}

bool
load_socket_calls_write(LoadSocketCalls *self, BaseBuf *out, int32_t seqid, const LoadOp *op)
{
    const Sink to = {out, seqid};
    const Sink *sink = &to;
    if (op->kind == LOAD_MULTI_GET) {
        return encode_multi_get(self, sink, op);
    }
    if (op->kind == LOAD_BATCH) {
        return encode_batch(self, sink, op);
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
    case LOAD_BATCH:
        return LARDER_METHOD_BATCH;
    case LOAD_PUT:
    case LOAD_INSERT:
    case LOAD_RMW:
    case LOAD_COMPACT:
    case LOAD_OP_KIND_COUNT:
        break;
    }
    return LARDER_METHOD_PUT;
}
