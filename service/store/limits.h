/*
 * limits.h: the limits that the data contract enforces.
 *
 * The server has one table of limits; it fills in this struct once, before any store is opened, and
 * server_info reports the same figures. The presets below are those that the IDL names. Sizes are
 * bytes, times milliseconds, all are inclusive maxima.
 *
 * Threading: constant after the start.
 */
#ifndef LARDER_SERVICE_STORE_LIMITS_H
#define LARDER_SERVICE_STORE_LIMITS_H

#include <stdint.h>

typedef struct StoreLimits {
    int64_t key_bytes_max;
    int64_t value_bytes_max;
    int64_t batch_items_max;     /* mutations of batch; its guards are bounded by the same figure */
    int64_t range_removes_max;   /* REMOVE_RANGE mutations of one batch or bulk_write */
    int64_t bulk_items_max;      /* mutations of bulk_write */
    int64_t multi_get_items_max; /* keys of multi_get */
    int64_t scan_items_max;      /* options.limit_items; not below 1,000, its preset */
    int64_t scan_bytes_max;      /* options.limit_bytes; not below 1 MiB, its preset */
    int64_t scan_examined_max;   /* options.limit_examined; not below 1,000,000 */
    int64_t scan_ms_max;         /* options.limit_ms; not below 5,000 */
    int64_t ranges_max;          /* ranges of range_info */
    int64_t split_keys_max;      /* split keys of one range_info */
    int64_t reply_bytes_max;     /* keys and values of a multi_get reply, about; it stops there */
    int64_t ping_bytes_max;      /* payload of ping */
    int64_t deadline_ms_default; /* deadline of a request that names none */
    int64_t deadline_ms_max;     /* options.deadline_ms */
} StoreLimits;

#define STORE_LIMITS_PRESET                       \
    ((StoreLimits){.key_bytes_max = 1024,         \
                   .value_bytes_max = 1048576,    \
                   .batch_items_max = 32768,      \
                   .bulk_items_max = 32768,       \
                   .range_removes_max = 16,       \
                   .multi_get_items_max = 32768,  \
                   .scan_items_max = 10000,       \
                   .scan_bytes_max = 16777216,    \
                   .scan_examined_max = 10000000, \
                   .scan_ms_max = 60000,          \
                   .ranges_max = 1024,            \
                   .split_keys_max = 10000,       \
                   .reply_bytes_max = 67108864,   \
                   .ping_bytes_max = 1024,        \
                   .deadline_ms_default = 30000,  \
                   .deadline_ms_max = 3600000})

/* Names of stores are 1 to 64 bytes of [a-z0-9_-]. Fixed: they are names of directories too. */
#define STORE_NAME_MAX 64

/* A relative expiry is at most a thousand years. Fixed: a stamp plus it cannot overflow. */
#define STORE_TTL_MS_MAX INT64_C(31536000000000)

#endif
