/*
 * crc32c.h: CRC-32C by the processor's instruction, under the name that LevelDB looks for.
 *
 * Only for the LevelDB that build_source.sh makes. Eight bytes per instruction; enough to be far
 * from the bottleneck, as the library of this name is.
 */
#ifndef LARDER_TESTS_BENCH_PEERS_CRC32C_CRC32C_H
#define LARDER_TESTS_BENCH_PEERS_CRC32C_CRC32C_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <nmmintrin.h>

namespace crc32c
{

inline uint32_t
Extend(uint32_t crc, const uint8_t *data, size_t count)
{
    uint64_t sum = ~crc;
    for (; count >= 8; data += 8, count -= 8) {
        uint64_t word;
        std::memcpy(&word, data, sizeof word);
        sum = _mm_crc32_u64(sum, word);
    }
    uint32_t rest = static_cast<uint32_t>(sum);
    for (; count > 0; data++, count--) {
        rest = _mm_crc32_u8(rest, *data);
    }
    return ~rest;
}

} // namespace crc32c

#endif
