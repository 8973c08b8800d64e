/*
 * process.c: the process_ metrics, from getrusage, getrlimit and /proc/self.
 */
#include "service/obs/process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double
seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* How many entries a directory has; -1: it cannot be read. */
static int64_t
count_entries(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return -1;
    }
    int64_t count = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

static void
write_memory(ObsText *text)
{
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return;
    }
    long long size = 0;
    long long resident = 0;
    int found = fscanf(file, "%lld %lld", &size, &resident);
    fclose(file);
    if (found == 2) {
        int64_t page = sysconf(_SC_PAGESIZE);
        obs_text_integer(text, OBS_RESIDENT, NULL, 0, resident * page);
        obs_text_integer(text, OBS_VIRTUAL, NULL, 0, size * page);
    }
}

void
obs_process_write(ObsText *text)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        obs_text_number(text, OBS_CPU, NULL, 0,
                        seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
    }
    write_memory(text);
    int64_t descriptors = count_entries("/proc/self/fd");
    if (descriptors > 0) {
        /* One of them is the directory that was read. */
        obs_text_integer(text, OBS_OPEN_FDS, NULL, 0, descriptors - 1);
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        obs_text_number(text, OBS_MAX_FDS, NULL, 0, (double)limit.rlim_cur);
    }
    int64_t threads = count_entries("/proc/self/task");
    if (threads > 0) {
        obs_text_integer(text, OBS_THREADS, NULL, 0, threads);
    }
}
