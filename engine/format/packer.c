/*
 * packer.c: compresses blocks. See packer.h.
 */
#include "engine/format/packer.h"

#include "engine/format/encode.h"
#include "engine/format/unpacker.h"

#include <stdlib.h>
#include <zstd.h>

struct FormatPacker {
    ZSTD_CCtx *context;
    ZSTD_CDict *dictionary; /* NULL: none */
    int level;
};

FormatPacker *
format_packer_new(int level, BaseSlice dictionary)
{
    FormatPacker *packer = calloc(1, sizeof *packer);
    if (packer == NULL) {
        return NULL;
    }
    packer->level = level;
    packer->context = ZSTD_createCCtx();
    if (dictionary.len != 0) {
        packer->dictionary = ZSTD_createCDict(dictionary.data, dictionary.len, level);
    }
    if (packer->context == NULL || (dictionary.len != 0 && packer->dictionary == NULL)) {
        format_packer_free(packer);
        return NULL;
    }
    return packer;
}

void
format_packer_free(FormatPacker *packer)
{
    if (packer != NULL) {
        (void)ZSTD_freeCDict(packer->dictionary);
        (void)ZSTD_freeCCtx(packer->context);
        free(packer);
    }
}

/* Compresses into [to, to + room); 0: it does not fit. */
static size_t
compress(FormatPacker *packer, uint8_t *to, size_t room, BaseSlice raw)
{
    size_t len =
        packer->dictionary != NULL
            ? ZSTD_compress_usingCDict(packer->context, to, room, raw.data, raw.len,
                                       packer->dictionary)
            : ZSTD_compressCCtx(packer->context, to, room, raw.data, raw.len, packer->level);
    return ZSTD_isError(len) ? 0 : len;
}

FormatCodec
format_packer_pack(FormatPacker *packer, BaseSlice raw, BaseBuf *into)
{
    size_t room = format_unpacker_payload_max(raw.len);
    if (raw.len > FORMAT_UNPACKED_MAX || room <= sizeof(uint32_t) ||
        !base_buf_reserve(into, room)) {
        into->failed = false;
        return FORMAT_CODEC_NONE;
    }
    uint8_t *to = into->data + into->len;
    size_t len = compress(packer, to + sizeof(uint32_t), room - sizeof(uint32_t), raw);
    if (len == 0) {
        return FORMAT_CODEC_NONE;
    }
    format_fixed_put32(to, (uint32_t)raw.len);
    into->len += sizeof(uint32_t) + len;
    return packer->dictionary != NULL ? FORMAT_CODEC_ZSTD_DICTIONARY : FORMAT_CODEC_ZSTD;
}
