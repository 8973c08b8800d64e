/*
 * host.c: the machine and the build. See host.h.
 */
#include "loadgen/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#endif

static void
read_processor(char *out, size_t size)
{
    (void)snprintf(out, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            colon[1 + strcspn(colon + 1, "\n")] = '\0';
            (void)snprintf(out, size, "%s", colon + 1 + strspn(colon + 1, " "));
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

LoadHost
load_host(void)
{
    LoadHost host = {.cores = sysconf(_SC_NPROCESSORS_ONLN)};
    struct utsname name;
    if (uname(&name) == 0) {
        (void)snprintf(host.name, sizeof host.name, "%s", name.nodename);
        (void)snprintf(host.system, sizeof host.system, "%.60s %.60s %.30s", name.sysname,
                       name.release, name.machine);
    }
    read_processor(host.processor, sizeof host.processor);
    host.memory_bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(host.time, sizeof host.time, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    return host;
}

const char *
load_host_build(void)
{
    return
#ifdef __clang__
        "clang " __clang_version__
#else
        "gcc " __VERSION__
#endif
#ifdef __OPTIMIZE__
        ", optimised"
#else
        ", not optimised"
#endif
#ifdef LARDER_DEBUG_CHECKS
        ", debug checks"
#endif
#ifdef HAS_SANITIZER
        ", sanitizer"
#endif
        ;
}
