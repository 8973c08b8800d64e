/*
 * token.c: page tokens. See token.h for the format.
 */
#include "service/store/token.h"

#include "engine/base/hash.h"

#include <endian.h>

#define TOKEN_FORMAT   1
#define BINDING_AT     1
#define KEY_AT         9
#define CHECKSUM_BYTES 8
#define FOLD_BYTES     256

/* Seeds of the two hashes: any numbers, but for ever. */
#define BINDING_SEED  UINT64_C(0x4c61726465724231)
#define CHECKSUM_SEED UINT64_C(0x4c61726465725431)

static void
put_number(uint8_t bytes[8], uint64_t number)
{
    uint64_t little = htole64(number);
    memcpy(bytes, &little, sizeof little);
}

static uint64_t
get_number(const uint8_t bytes[8])
{
    uint64_t little;
    memcpy(&little, bytes, sizeof little);
    return le64toh(little);
}

/*
 * Bytes to be hashed, gathered; only when they become many is the hash made piece by piece. Either
 * way it is that of all of them.
 */
typedef struct Fold {
    uint8_t bytes[FOLD_BYTES];
    size_t len;
    bool spilled; /* bytes before these are in the stream */
    BaseHashStream stream;
} Fold;

static void
spill(Fold *fold)
{
    if (!fold->spilled) {
        base_hash_stream_init(&fold->stream, BINDING_SEED);
        fold->spilled = true;
    }
    base_hash_stream_update(&fold->stream, base_slice(fold->bytes, fold->len));
    fold->len = 0;
}

static void
fold_number(Fold *fold, uint64_t number)
{
    if (fold->len + sizeof number > sizeof fold->bytes) {
        spill(fold);
    }
    put_number(fold->bytes + fold->len, number);
    fold->len += sizeof number;
}

/* With its length, so that neighbours cannot be taken for each other. */
static void
fold_bytes(Fold *fold, BaseSlice bytes)
{
    fold_number(fold, bytes.len);
    if (bytes.len > sizeof fold->bytes - fold->len) {
        spill(fold);
        base_hash_stream_update(&fold->stream, bytes);
    } else if (bytes.len != 0) {
        memcpy(fold->bytes + fold->len, bytes.data, bytes.len);
        fold->len += bytes.len;
    }
}

static uint64_t
folded(Fold *fold)
{
    if (!fold->spilled) {
        return base_hash(base_slice(fold->bytes, fold->len), BINDING_SEED);
    }
    spill(fold);
    return base_hash_stream_value(&fold->stream);
}

uint64_t
store_token_binding(const StoreTokenScan *scan)
{
    Fold fold;
    fold.len = 0;
    fold.spilled = false;
    fold_bytes(&fold, scan->store);
    fold_bytes(&fold, scan->range->start);
    fold_number(&fold, scan->range->unbounded ? 1 : 0);
    fold_bytes(&fold, scan->range->unbounded ? BASE_SLICE_EMPTY : scan->range->stop);
    fold_number(&fold, scan->reverse ? 1 : 0);
    fold_number(&fold, (uint64_t)scan->snapshot_id);
    return folded(&fold);
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
