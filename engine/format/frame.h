/*
 * frame.h: stored blocks: a payload, packed or not, and a trailer that proves it.
 *
 *     payload | codec u8 | check u32
 *
 * Threading: pure functions; a packer has one owner.
 */
#ifndef LARDER_ENGINE_FORMAT_FRAME_H
#define LARDER_ENGINE_FORMAT_FRAME_H

#include "engine/format/packer.h"
#include "engine/format/unpacker.h"

enum { FORMAT_FRAME_TRAILER_BYTES = 5 };

/* Where a stored block is; its trailer follows. */
typedef struct FormatHandle {
    uint64_t offset;
    uint32_t size; /* of the payload */
} FormatHandle;

/* A stored block whose check was good. */
typedef struct FormatFrame {
    BaseSlice payload;
    size_t raw_len;
    FormatCodec codec;
} FormatFrame;

/*
 * Appends a stored block that will lie at `offset` of the file `id`. With `packer` NULL it is not
 * packed. False: no memory, or `raw` is too long for a handle.
 */
bool format_frame_append(BaseBuf *into, FormatPacker *packer, BaseSlice raw, uint64_t id,
                         uint64_t offset, uint32_t *ret_size);

/* Checks a stored block with its trailer. BASE_CORRUPTION: it is none, or not of this place. */
BaseStatus format_frame_open(BaseSlice stored, uint64_t id, uint64_t offset,
                             FormatFrame *ret_frame);

/*
 * Writes the raw bytes to `raw`, which has room for frame->raw_len. A codec that needs a dictionary
 * is corruption when `dictionary` is NULL.
 */
BaseStatus format_frame_unpack(const FormatFrame *frame, const FormatDictionary *dictionary,
                               uint8_t *raw);

#endif
