/*
 * expect_log.c: writes expected-state files. See expect_log.h.
 *
 * A place is claimed by an atomic addition, then filled by one pwrite(). So there is no lock, and
 * entries of one record are in order, because one worker writes them. A system call per entry, some
 * microsecond, is what surviving a kill costs without memory mappings, which would turn a full disk
 * into a signal.
 */
#include "loadgen/expect_log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdatomic.h>
#include <unistd.h>

struct LoadExpectLog {
    int file;
    uint32_t run;
    char *path;
    _Atomic int64_t end; /* of the places that are claimed */
    _Atomic int error;   /* errno of the first write that failed; 0: none did */
    _Atomic bool *stop;
};

static void
fail(LoadExpectLog *log, int error)
{
    static const char useless[] = "LARDEXP0";
    int none = 0;
    if (atomic_compare_exchange_strong(&log->error, &none, error == 0 ? EIO : error)) {
        (void)!pwrite(log->file, useless, sizeof useless - 1, 0);
        atomic_store(log->stop, true);
    }
}

static void
write_at(LoadExpectLog *log, const uint8_t *bytes, size_t size, int64_t at)
{
    size_t done = 0;
    while (done < size) {
        errno = 0;
        ssize_t written = pwrite(log->file, bytes + done, size - done, at + (int64_t)done);
        if (written <= 0 && errno != EINTR) {
            fail(log, errno);
            return;
        }
        done += written > 0 ? (size_t)written : 0;
    }
}

LoadExpectLog *
load_expect_log_open(const char *path, _Atomic bool *stop, char **ret_problem)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) {
        *ret_problem =
            errno == EEXIST
                ? g_strdup_printf("--expect=%s: exists already: every run needs a new file", path)
                : g_strdup_printf("--expect=%s: %s", path, g_strerror(errno));
        return NULL;
    }
    LoadExpectLog *log = g_new0(LoadExpectLog, 1);
    log->file = file;
    log->path = g_strdup(path);
    log->stop = stop;
    return log;
}

void
load_expect_log_begin(LoadExpectLog *log, const LoadExpectHead *head)
{
    if (log == NULL) {
        return;
    }
    uint8_t bytes[LOAD_EXPECT_HEAD_BYTES];
    load_expect_head_encode(head, bytes);
    log->run = head->run;
    write_at(log, bytes, sizeof bytes, 0);
    atomic_store(&log->end, LOAD_EXPECT_HEAD_BYTES);
}

void
load_expect_log_add(LoadExpectLog *log, const LoadExpectEntry *entry)
{
    if (log == NULL) {
        return;
    }
    uint8_t bytes[LOAD_EXPECT_ENTRY_BYTES];
    load_expect_entry_encode(entry, log->run, bytes);
    write_at(log, bytes, sizeof bytes, atomic_fetch_add(&log->end, LOAD_EXPECT_ENTRY_BYTES));
}

char *
load_expect_log_close(LoadExpectLog *log)
{
    if (log == NULL) {
        return NULL;
    }
    if (close(log->file) != 0) {
        fail(log, errno);
    }
    int error = atomic_load(&log->error);
    char *problem = error == 0 ? NULL
                               : g_strdup_printf("--expect=%s: could not be written, and is "
                                                 "useless: %s",
                                                 log->path, g_strerror(error));
    g_free(log->path);
    g_free(log);
    return problem;
}
