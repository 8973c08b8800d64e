/*
 * slow_env.c: reads that take their time. See slow_env.h.
 *
 * It is the operating system's env but for opening files, whose handles are wrapped; that env keeps
 * nothing in its Env, so its other functions serve this one as well.
 */
#include "tests/support/slow_env.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HOLD_LOOK_US = 1000, NAME_BYTES = 16 };

typedef struct SlowFile {
    EnvFile file; /* first: it is a file */
    EnvFile *inner;
} SlowFile;

typedef enum Reader {
    READER_OTHER,
    READER_REACTOR,
    READER_WORKER,
} Reader;

static int64_t read_delay_us;
static const char *hold_path;
static _Atomic int64_t reactor_reads;
static _Atomic int64_t worker_reads;

int64_t
slow_env_reactor_reads(void)
{
    return atomic_load(&reactor_reads);
}

int64_t
slow_env_worker_reads(void)
{
    return atomic_load(&worker_reads);
}

static Reader
reader(void)
{
    char name[NAME_BYTES] = "";
    (void)pthread_getname_np(pthread_self(), name, sizeof name);
    if (strncmp(name, "data-", 5) != 0) {
        return READER_OTHER;
    }
    return name[5] == 'w' ? READER_WORKER : READER_REACTOR;
}

static void
sleep_us(int64_t us)
{
    struct timespec left = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static EnvFile *
inner_file(EnvFile *file)
{
    return ((SlowFile *)file)->inner;
}

static BaseStatus
slow_read_at(EnvFile *file, int64_t offset, void *data, size_t len, size_t *ret_len)
{
    Reader who = reader();
    if (who != READER_OTHER) {
        atomic_fetch_add(who == READER_REACTOR ? &reactor_reads : &worker_reads, 1);
        sleep_us(read_delay_us);
        while (hold_path != NULL && access(hold_path, F_OK) == 0) {
            sleep_us(HOLD_LOOK_US);
        }
    }
    return env_file_read_at(inner_file(file), offset, data, len, ret_len);
}

static BaseStatus
slow_write_at(EnvFile *file, int64_t offset, const void *data, size_t len)
{
    return env_file_write_at(inner_file(file), offset, data, len);
}

static BaseStatus
slow_size(EnvFile *file, int64_t *ret_size)
{
    return env_file_size(inner_file(file), ret_size);
}

static BaseStatus
slow_truncate(EnvFile *file, int64_t size)
{
    return env_file_truncate(inner_file(file), size);
}

static BaseStatus
slow_preallocate(EnvFile *file, int64_t size)
{
    return env_file_preallocate(inner_file(file), size);
}

static BaseStatus
slow_window(EnvFile *file, int64_t offset, size_t len, uint8_t **ret_bytes)
{
    return env_file_window(inner_file(file), offset, len, ret_bytes);
}

static BaseStatus
slow_sync(EnvFile *file)
{
    return env_file_sync(inner_file(file));
}

static void
slow_close(EnvFile *file)
{
    env_file_close(inner_file(file));
    free(file);
}

static BaseStatus
slow_open_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file)
{
    static const EnvFileOps ops = {
        .read_at = slow_read_at,
        .write_at = slow_write_at,
        .size = slow_size,
        .truncate = slow_truncate,
        .preallocate = slow_preallocate,
        .window = slow_window,
        .sync = slow_sync,
        .close = slow_close,
    };
    (void)env;
    SlowFile *file = malloc(sizeof *file);
    if (file == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a file handle");
    }
    file->file.ops = &ops;
    BaseStatus status = env_open_file(env_posix(), path, how, &file->inner);
    if (!base_is_ok(status)) {
        free(file);
        return status;
    }
    *ret_file = &file->file;
    return status;
}

const Env *
slow_env(int64_t delay_us, const char *hold)
{
    static EnvOps ops;
    static Env env = {&ops};
    read_delay_us = delay_us;
    hold_path = hold;
    ops = *env_posix()->ops;
    ops.open_file = slow_open_file;
    return &env;
}
