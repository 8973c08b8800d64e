/*
 * gauge.c: reads /proc/self and directories. See gauge.h.
 */
#include "tests/bench/peers/gauge.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { OPEN_FILES = 16, BLOCK_BYTES = 512, KIB = 1024 };

/* The number behind `name` in a file of lines "name: number"; 0: there is none. */
static int64_t
number_in(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    char line[256];
    int64_t number = 0;
    size_t len = strlen(name);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, len) == 0) {
            (void)sscanf(line + len, ": %" SCNd64, &number);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return number;
}

Gauge
gauge_read(void)
{
    struct timespec now;
    struct rusage used;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)getrusage(RUSAGE_SELF, &used);
    return (Gauge){
        .seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9,
        .processor_seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                             (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
        .written_bytes = number_in("/proc/self/io", "write_bytes"),
    };
}

int64_t
gauge_memory(void)
{
    return number_in("/proc/self/status", "VmRSS") * KIB;
}

int64_t
gauge_memory_highest(void)
{
    return number_in("/proc/self/status", "VmHWM") * KIB;
}

static int64_t disk_bytes; /* of the walk that is going on; one thread walks */

static int
add_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)path;
    (void)type;
    (void)where;
    disk_bytes += (int64_t)info->st_blocks * BLOCK_BYTES;
    return 0;
}

int64_t
gauge_disk(const char *directory)
{
    disk_bytes = 0;
    (void)nftw(directory, add_one, OPEN_FILES, FTW_PHYS);
    return disk_bytes;
}
