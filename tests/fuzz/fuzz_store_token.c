/*
 * fuzz_store_token.c: page tokens that come from anywhere.
 *
 *   - Decoding bytes of any kind reads nothing but them, and says GOOD only to a token: encoding
 *     its key again gives the same bytes.
 *   - The input taken as a key: its token decodes to it, is FOREIGN to another scan, and is no
 *     longer GOOD with a bit flipped.
 */
#include "engine/base/check.h"
#include "service/store/token.h"
#include "tests/fuzz/fuzz.h"

#define KEY_BYTES_MAX 1024
#define BINDING       UINT64_C(0x6669786564)

static void
check_any_bytes(BaseSlice bytes)
{
    BaseSlice key = BASE_SLICE_EMPTY;
    if (store_token_decode(bytes, BINDING, KEY_BYTES_MAX, &key) != STORE_TOKEN_GOOD) {
        return;
    }
    BaseBuf token = BASE_BUF_INIT;
    BASE_CHECK(key.len >= 1 && key.len <= KEY_BYTES_MAX);
    BASE_CHECK(store_token_encode(&token, BINDING, key));
    BASE_CHECK(base_slice_equal(base_buf_slice(&token), bytes));
    base_buf_clear(&token);
}

static void
check_key(BaseSlice key)
{
    BaseBuf token = BASE_BUF_INIT;
    BaseSlice decoded = BASE_SLICE_EMPTY;
    BASE_CHECK(store_token_encode(&token, BINDING, key));
    BaseSlice bytes = base_buf_slice(&token);
    BASE_CHECK(store_token_decode(bytes, BINDING, KEY_BYTES_MAX, &decoded) == STORE_TOKEN_GOOD);
    BASE_CHECK(base_slice_equal(decoded, key));
    BASE_CHECK(store_token_decode(bytes, ~BINDING, KEY_BYTES_MAX, &decoded) == STORE_TOKEN_FOREIGN);
    size_t bit = (key.data[0] * (size_t)251 + key.len) % (token.len * 8);
    token.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    BASE_CHECK(store_token_decode(bytes, BINDING, KEY_BYTES_MAX, &decoded) != STORE_TOKEN_GOOD);
    base_buf_clear(&token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BaseSlice bytes = base_slice(data, size);
    check_any_bytes(bytes);
    if (size >= 1 && size <= KEY_BYTES_MAX) {
        check_key(bytes);
    }
    return 0;
}
