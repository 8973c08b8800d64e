/*
 * unpacker.h: decompresses blocks.
 *
 * zstd's working memory is kept for each thread until it exits. A dictionary is digested once and
 * shared by all threads.
 *
 * Threading: everything may be called from any thread; a dictionary is immutable.
 */
#ifndef LARDER_ENGINE_FORMAT_UNPACKER_H
#define LARDER_ENGINE_FORMAT_UNPACKER_H

#include "engine/base/slice.h"
#include "engine/base/status.h"

enum { FORMAT_UNPACKED_MAX = 64 << 20 };

/* The longest payload that is worth it: it saves an eighth. */
static inline size_t
format_unpacker_payload_max(size_t raw_len)
{
    return raw_len - (raw_len + 7) / 8;
}

typedef struct FormatDictionary FormatDictionary;

/* The bytes are copied. NULL: no memory. */
FormatDictionary *format_dictionary_new(BaseSlice bytes);

/* Takes NULL. */
void format_dictionary_free(FormatDictionary *dictionary);

/* The size of what was packed into a payload. BASE_CORRUPTION: it is no payload. */
BaseStatus format_unpacker_size(BaseSlice payload, size_t *ret_raw_len);

/*
 * Unpacks a payload into `raw`, which has room for exactly what format_unpacker_size() said.
 * `dictionary`: NULL if the payload was packed without.
 */
BaseStatus format_unpacker_unpack(BaseSlice payload, const FormatDictionary *dictionary,
                                  uint8_t *raw, size_t raw_len);

#endif
