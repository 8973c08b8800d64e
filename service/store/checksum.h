/*
 * checksum.h: one number for the contents of a range.
 *
 * The live records of the range at one version are folded in key order into a 64-bit XXH3 with seed
 * 0, each as: key length (4 bytes little-endian), key, value length (4 bytes little-endian), value,
 * expiry (8 bytes little-endian, 0 for none). Versions are left out, so copies of the same data
 * agree, whatever their engine.
 *
 * Reads everything in the range: never on a reactor.
 */
#ifndef LARDER_SERVICE_STORE_CHECKSUM_H
#define LARDER_SERVICE_STORE_CHECKSUM_H

#include "service/store/range.h"

#define STORE_CHECKSUM_XXH3_RECORDS 1 /* ChecksumKind of the IDL */

typedef struct StoreChecksumArgs {
    StoreKeyRange range;
    StoreDeadline deadline;
    bool has_snapshot_id; /* INVALID UNSUPPORTED */
    int64_t snapshot_id;
    int kind; /* is checked; STORE_CHECKSUM_XXH3_RECORDS */
} StoreChecksumArgs;

typedef struct StoreChecksumResult {
    int64_t checksum;
    int64_t keys;
    int64_t bytes; /* of keys and values */
    int64_t read_version;
} StoreChecksumResult;

/* REFUSED DEADLINE: also when the time runs out on the way; nothing was changed. */
bool store_checksum(Store *store, const StoreChecksumArgs *args, StoreChecksumResult *ret_result,
                    StoreError *ret_error);

#endif
