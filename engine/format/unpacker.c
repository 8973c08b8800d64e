/*
 * unpacker.c: decompresses blocks. See unpacker.h.
 */
#include "engine/format/unpacker.h"

#include "engine/format/decode.h"

#include <pthread.h>
#include <stdlib.h>
#include <zstd.h>

struct FormatDictionary {
    ZSTD_DDict *digest;
};

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;
static _Thread_local ZSTD_DCtx *own_context;

static void
free_context(void *context)
{
    own_context = NULL;
    (void)ZSTD_freeDCtx(context);
}

static void
make_key(void)
{
    key_made = pthread_key_create(&key, free_context) == 0;
}

/* The calling thread's context; NULL: no memory. */
static ZSTD_DCtx *
thread_context(void)
{
    if (own_context != NULL) {
        return own_context;
    }
    (void)pthread_once(&key_once, make_key);
    ZSTD_DCtx *context = key_made ? ZSTD_createDCtx() : NULL;
    if (context != NULL && pthread_setspecific(key, context) != 0) {
        (void)ZSTD_freeDCtx(context);
        return NULL;
    }
    own_context = context;
    return context;
}

FormatDictionary *
format_dictionary_new(BaseSlice bytes)
{
    FormatDictionary *dictionary = malloc(sizeof *dictionary);
    if (dictionary == NULL) {
        return NULL;
    }
    dictionary->digest = ZSTD_createDDict(bytes.data, bytes.len);
    if (dictionary->digest == NULL) {
        free(dictionary);
        return NULL;
    }
    return dictionary;
}

void
format_dictionary_free(FormatDictionary *dictionary)
{
    if (dictionary != NULL) {
        (void)ZSTD_freeDDict(dictionary->digest);
        free(dictionary);
    }
}

BaseStatus
format_unpacker_size(BaseSlice payload, size_t *ret_raw_len)
{
    if (payload.len <= sizeof(uint32_t)) {
        return format_corrupt("a packed block is too short");
    }
    uint32_t raw_len = format_fixed_get32(payload.data);
    BaseSlice frame = base_slice(payload.data + sizeof raw_len, payload.len - sizeof raw_len);
    if (raw_len > FORMAT_UNPACKED_MAX || payload.len > format_unpacker_payload_max(raw_len) ||
        ZSTD_getFrameContentSize(frame.data, frame.len) != raw_len ||
        ZSTD_findFrameCompressedSize(frame.data, frame.len) != frame.len) {
        return format_corrupt("a packed block makes no sense");
    }
    *ret_raw_len = raw_len;
    return base_ok();
}

BaseStatus
format_unpacker_unpack(BaseSlice payload, const FormatDictionary *dictionary, uint8_t *raw,
                       size_t raw_len)
{
    ZSTD_DCtx *context = thread_context();
    if (context == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for unpacking");
    }
    const uint8_t *frame = payload.data + sizeof(uint32_t);
    size_t frame_len = payload.len - sizeof(uint32_t);
    size_t len = dictionary != NULL ? ZSTD_decompress_usingDDict(context, raw, raw_len, frame,
                                                                 frame_len, dictionary->digest)
                                    : ZSTD_decompressDCtx(context, raw, raw_len, frame, frame_len);
    if (ZSTD_isError(len) || len != raw_len) {
        return format_corrupt("a packed block does not unpack");
    }
    return base_ok();
}
