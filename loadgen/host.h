/*
 * host.h: the machine and the build that a figure was measured with.
 */
#ifndef LARDER_LOADGEN_HOST_H
#define LARDER_LOADGEN_HOST_H

#include <stdint.h>

typedef struct LoadHost {
    char name[65];
    char system[160];   /* "Linux 6.1.0 x86_64" */
    char processor[96]; /* "unknown" when the system does not say */
    long cores;
    int64_t memory_bytes;
    char time[32]; /* now, UTC: "2026-01-31T12:00:00Z" */
} LoadHost;

/* Looks at this machine. */
LoadHost load_host(void);

/* How this program was built: compiler, optimisation, checks, sanitizers. */
const char *load_host_build(void);

#endif
