/*
 * packer.h: compresses blocks with zstd, with or without a dictionary.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_FORMAT_PACKER_H
#define LARDER_ENGINE_FORMAT_PACKER_H

#include "engine/base/buf.h"

/* How the payload of a stored block is to be read. */
typedef enum FormatCodec {
    FORMAT_CODEC_NONE = 0,
    FORMAT_CODEC_ZSTD = 1,
    FORMAT_CODEC_ZSTD_DICTIONARY = 2, /* with the table's dictionary */
} FormatCodec;

typedef struct FormatPacker FormatPacker;

/* `level` is zstd's. The dictionary is copied; empty: none. NULL: no memory. */
FormatPacker *format_packer_new(int level, BaseSlice dictionary);

/* Takes NULL. */
void format_packer_free(FormatPacker *packer);

/*
 * Appends the packed form of `raw` to `into`, if it saves at least an eighth, and returns its
 * codec. FORMAT_CODEC_NONE: it does not (or there is no memory), and `into` is as it was.
 */
FormatCodec format_packer_pack(FormatPacker *packer, BaseSlice raw, BaseBuf *into);

#endif
