/*
 * front.c: front-coded keys. See front.h.
 */
#include "engine/format/front.h"

#include "engine/format/encode.h"
#include "engine/format/key.h"

void
format_front_encode(BaseBuf *into, BaseSlice against, BaseSlice key)
{
    size_t shared = format_key_shared(against, key);
    format_encode_varint(into, shared);
    format_encode_varint(into, key.len - shared);
    (void)base_buf_append(into, key.data + shared, key.len - shared);
}

/* Whether a key that shares `shared` bytes with `against` and goes on with `rest` is behind it. */
static bool
follows(BaseSlice against, size_t shared, BaseSlice rest, bool ascends)
{
    if (shared == against.len) {
        return !ascends || rest.len != 0;
    }
    return rest.len != 0 && rest.data[0] > against.data[shared];
}

bool
format_front_decode(FormatDecoder *decoder, BaseBuf *key, bool ascends)
{
    uint64_t shared = format_decode_within(decoder, 0, key->len);
    BaseSlice rest = format_decode_bytes(decoder);
    if (decoder->bad || shared + rest.len > FORMAT_KEY_BYTES_MAX || shared + rest.len == 0 ||
        !follows(base_buf_slice(key), (size_t)shared, rest, ascends)) {
        decoder->bad = true;
        return false;
    }
    key->len = (size_t)shared;
    return base_buf_append_slice(key, rest);
}
