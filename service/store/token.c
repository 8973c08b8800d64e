/*
 * token.c: page tokens. See token.h for the format.
 */
#include "service/store/token.h"

#include "engine/base/hash.h"

#define TOKEN_FORMAT   1
#define BINDING_AT     1
#define KEY_AT         9
#define CHECKSUM_BYTES 8

/* Seeds of the two hashes: any numbers, but for ever. */
#define BINDING_SEED  UINT64_C(0x4c61726465724231)
#define CHECKSUM_SEED UINT64_C(0x4c61726465725431)

static void
put_number(uint8_t bytes[8], uint64_t number)
{
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
}

static uint64_t
get_number(const uint8_t bytes[8])
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

static void
fold_number(BaseHashStream *stream, uint64_t number)
{
    uint8_t bytes[8];
    put_number(bytes, number);
    base_hash_stream_update(stream, base_slice(bytes, sizeof bytes));
}

/* With its length, so that neighbours cannot be taken for each other. */
static void
fold_bytes(BaseHashStream *stream, BaseSlice bytes)
{
    fold_number(stream, bytes.len);
    base_hash_stream_update(stream, bytes);
}

uint64_t
store_token_binding(const StoreTokenScan *scan)
{
    BaseHashStream stream;
    base_hash_stream_init(&stream, BINDING_SEED);
    fold_bytes(&stream, scan->store);
    fold_bytes(&stream, scan->range->start);
    fold_number(&stream, scan->range->unbounded ? 1 : 0);
    fold_bytes(&stream, scan->range->unbounded ? BASE_SLICE_EMPTY : scan->range->stop);
    fold_number(&stream, scan->reverse ? 1 : 0);
    fold_number(&stream, (uint64_t)scan->snapshot_id);
    return base_hash_stream_value(&stream);
}

bool
store_token_encode(BaseBuf *token, uint64_t binding, BaseSlice key)
{
    uint8_t head[KEY_AT] = {TOKEN_FORMAT};
    put_number(head + BINDING_AT, binding);
    base_buf_reset(token);
    if (!base_buf_append(token, head, sizeof head) || !base_buf_append_slice(token, key)) {
        return false;
    }
    uint8_t checksum[CHECKSUM_BYTES];
    put_number(checksum, base_hash(base_buf_slice(token), CHECKSUM_SEED));
    return base_buf_append(token, checksum, sizeof checksum);
}

StoreTokenVerdict
store_token_decode(BaseSlice token, uint64_t binding, size_t key_bytes_max, BaseSlice *ret_key)
{
    if (token.len < KEY_AT + 1 + CHECKSUM_BYTES || token.data[0] != TOKEN_FORMAT) {
        return STORE_TOKEN_DAMAGED;
    }
    size_t key_len = token.len - KEY_AT - CHECKSUM_BYTES;
    BaseSlice covered = base_slice(token.data, token.len - CHECKSUM_BYTES);
    if (key_len > key_bytes_max ||
        get_number(token.data + covered.len) != base_hash(covered, CHECKSUM_SEED)) {
        return STORE_TOKEN_DAMAGED;
    }
    if (get_number(token.data + BINDING_AT) != binding) {
        return STORE_TOKEN_FOREIGN;
    }
    *ret_key = base_slice(token.data + KEY_AT, key_len);
    return STORE_TOKEN_GOOD;
}
