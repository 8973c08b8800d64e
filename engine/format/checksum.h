/*
 * checksum.h: the check of FORMAT.md: 32 bits over bytes, the file that they are in, and where.
 *
 * The file's id and the offset are part of it, so bytes that are good in themselves do not pass in
 * another file or at another place.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_CHECKSUM_H
#define LARDER_ENGINE_FORMAT_CHECKSUM_H

#include "engine/base/hash.h"

static inline uint32_t
format_checksum(BaseSlice bytes, uint64_t id, uint64_t offset)
{
    return (uint32_t)base_hash(bytes, id + offset * UINT64_C(0x9e3779b97f4a7c15));
}

#endif
