/*
 * crc32.h: the checksum of zlib, PNG and Ethernet, which every language has at hand.
 *
 * Our own, since liblarder needs nothing but libc, and a static link nothing but itself: zlib for
 * the checksum of small values would be the one library that users have to have.
 *
 * Polynomial 0x04C11DB7, reflected (0xEDB88320); begins and ends inverted. "123456789" has
 * 0xCBF43926.
 *
 * Threading: pure.
 */
#ifndef LARDER_SERVICE_CLIENT_CRC32_H
#define LARDER_SERVICE_CLIENT_CRC32_H

#include <larder/bytes.h>

#include <stdint.h>

/* The checksum of what `crc` is the checksum of, with `bytes` behind it. Begin with 0. */
uint32_t client_crc32_extend(uint32_t crc, LarderBytes bytes);

#endif
