/*
 * hash.h: 64-bit hashing and checksums.
 *
 * Both are XXH3 (https://github.com/Cyan4973/xxHash, stable since 0.8). Hash tables seed it with
 * base_hash_process_seed(), so that a peer cannot choose keys that collide; checksums use a seed
 * that their format fixes.
 */
#ifndef LARDER_ENGINE_BASE_HASH_H
#define LARDER_ENGINE_BASE_HASH_H

#include "engine/base/slice.h"

/* Hash of `bytes`. */
uint64_t base_hash(BaseSlice bytes, uint64_t seed);

/*
 * The same hash over pieces that come one after another: init, any number of updates, then the
 * value, which may be asked for in between too. Allocates nothing.
 */
typedef struct BaseHashStream {
    _Alignas(64) uint8_t state[576];
} BaseHashStream;

void base_hash_stream_init(BaseHashStream *stream, uint64_t seed);
void base_hash_stream_update(BaseHashStream *stream, BaseSlice bytes);
uint64_t base_hash_stream_value(const BaseHashStream *stream);

/* A seed that differs from process to process; the same for the life of this one. Thread-safe. */
uint64_t base_hash_process_seed(void);

#endif
