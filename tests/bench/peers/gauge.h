/*
 * gauge.h: what this process has used, from the system's own books.
 *
 * Threading: any thread; gauge_disk() one at a time.
 */
#ifndef LARDER_TESTS_BENCH_PEERS_GAUGE_H
#define LARDER_TESTS_BENCH_PEERS_GAUGE_H

#include <stdint.h>

typedef struct Gauge {
    double seconds;           /* monotonic time */
    double processor_seconds; /* of all threads */
    int64_t written_bytes;    /* handed to the storage: files, as their pages became dirty */
} Gauge;

Gauge gauge_read(void);

/* Bytes of memory in use, now and at most since the process began. */
int64_t gauge_memory(void);
int64_t gauge_memory_highest(void);

/* Bytes that the files below a directory take on the disk. */
int64_t gauge_disk(const char *directory);

#endif
