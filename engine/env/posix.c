/*
 * posix.c: the real file system.
 *
 * Positional reads and writes only, so that handles have no position to race for. Each handle
 * remembers that a sync of it failed: the kernel reports such an error once and then forgets the
 * pages, so asking again would be told a lie (E-6). For the same reason an interrupted sync counts
 * as failed. Descriptors are opened with O_CLOEXEC.
 *
 * Windows are shared mappings, of file systems on which a store to preallocated bytes finds its
 * place without further allocation. Their pages are made present, writable and locked when the
 * window is opened, where a failure is a status; a page that was dropped under memory pressure
 * would have to be read again, and a failure of that is a signal.
 *
 * Locks are flock(2) on a descriptor of their own: they exclude a second open in the same process
 * too, and the kernel drops them with the process.
 */
#include "engine/env/posix.h"
#include "engine/env/env.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

typedef struct PosixWindow {
    uint8_t *bytes; /* NULL: none is open */
    size_t len;
} PosixWindow;

typedef struct PosixFile {
    EnvFile file; /* first: it is a file */
    int fd;
    atomic_bool sync_failed;
    PosixWindow newer; /* the window that was opened last */
    PosixWindow older;
} PosixFile;

struct EnvLock {
    int fd;
};

BaseStatus
env_posix_status(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return base_error(BASE_NOT_FOUND, "no such file or directory");
    case EEXIST:
        return base_error(BASE_EXISTS, "the name is taken");
    case ENOSPC:
        return base_error(BASE_NO_SPACE, "the disk is full");
    case EDQUOT:
        return base_error(BASE_NO_SPACE, "the disk quota is used up");
    case EFBIG:
        return base_error(BASE_NO_SPACE, "the file would be larger than allowed");
    case ENOMEM:
        return base_error(BASE_NO_MEMORY, "no memory in the operating system");
    case EMFILE:
    case ENFILE:
        return base_error(BASE_NO_MEMORY, "too many open files");
    case EWOULDBLOCK:
        return base_error(BASE_BUSY, "somebody else holds the lock");
    case EINVAL:
    case ENAMETOOLONG:
    case EISDIR:
    case ELOOP:
        return base_error(BASE_INVALID, "not a usable name or size for a file");
    case ENOTEMPTY:
        return base_error(BASE_INVALID, "the directory is not empty");
    case EOPNOTSUPP:
    case ENOSYS:
        return base_error(BASE_UNSUPPORTED, "the file system cannot do this");
    case EACCES:
    case EPERM:
        return base_error(BASE_IO, "permission denied");
    case EROFS:
        return base_error(BASE_IO, "the file system is read-only");
    default:
        return base_error(BASE_IO, "input/output error");
    }
}

/*
 * ------------------------------------------------------------------------------------ handles --
 */

static BaseStatus
posix_read_at(EnvFile *base, int64_t offset, void *data, size_t len, size_t *ret_len)
{
    PosixFile *file = (PosixFile *)base;
    size_t done = 0;
    while (done < len) {
        ssize_t got = pread(file->fd, (uint8_t *)data + done, len - done, offset + (int64_t)done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return env_posix_status(errno);
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    *ret_len = done;
    return base_ok();
}

static BaseStatus
posix_write_at(EnvFile *base, int64_t offset, const void *data, size_t len)
{
    PosixFile *file = (PosixFile *)base;
    size_t done = 0;
    while (done < len) {
        ssize_t put =
            pwrite(file->fd, (const uint8_t *)data + done, len - done, offset + (int64_t)done);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return env_posix_status(errno);
        }
        if (put == 0) {
            return base_error(BASE_IO, "a write made no progress");
        }
        done += (size_t)put;
    }
    return base_ok();
}

static BaseStatus
posix_size(EnvFile *base, int64_t *ret_size)
{
    struct stat found;
    if (fstat(((PosixFile *)base)->fd, &found) != 0) {
        return env_posix_status(errno);
    }
    *ret_size = found.st_size;
    return base_ok();
}

static BaseStatus
posix_truncate(EnvFile *base, int64_t size)
{
    int result = 0;
    do {
        result = ftruncate(((PosixFile *)base)->fd, size);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? base_ok() : env_posix_status(errno);
}

static BaseStatus
posix_preallocate(EnvFile *base, int64_t size)
{
    int result = 0;
    do {
        result = fallocate(((PosixFile *)base)->fd, 0, 0, size);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? base_ok() : env_posix_status(errno);
}

static BaseStatus
posix_sync(EnvFile *base)
{
    PosixFile *file = (PosixFile *)base;
    if (atomic_load(&file->sync_failed)) {
        return base_error(BASE_POISONED, "an earlier sync of this file failed");
    }
    if (fdatasync(file->fd) != 0) {
        int error = errno;
        atomic_store(&file->sync_failed, true);
        return env_posix_status(error);
    }
    return base_ok();
}

static bool
can_have_windows(int fd)
{
    struct statfs found;
    return fstatfs(fd, &found) == 0 &&
           (found.f_type == EXT4_SUPER_MAGIC || found.f_type == XFS_SUPER_MAGIC ||
            found.f_type == TMPFS_MAGIC);
}

static void
close_window(PosixWindow *window)
{
    if (window->bytes != NULL) {
        (void)munmap(window->bytes, window->len);
        *window = (PosixWindow){0};
    }
}

static BaseStatus
posix_window(EnvFile *base, int64_t offset, size_t len, uint8_t **ret_bytes)
{
    static const char cannot[] = "no window on this file";
    PosixFile *file = (PosixFile *)base;
    close_window(&file->older);
    if (!can_have_windows(file->fd)) {
        return base_error(BASE_UNSUPPORTED, cannot);
    }
    void *bytes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, offset);
    if (bytes == MAP_FAILED) {
        return base_error(BASE_UNSUPPORTED, cannot);
    }
    PosixWindow window = {bytes, len};
    /* Without readahead pages are as small as can be, and so is what a sync has to write. */
    if (madvise(bytes, len, MADV_RANDOM) != 0 || madvise(bytes, len, MADV_POPULATE_WRITE) != 0 ||
        mlock(bytes, len) != 0) {
        close_window(&window);
        return base_error(BASE_UNSUPPORTED, cannot);
    }
    file->older = file->newer;
    file->newer = window;
    *ret_bytes = bytes;
    return base_ok();
}

static void
posix_close(EnvFile *base)
{
    PosixFile *file = (PosixFile *)base;
    close_window(&file->older);
    close_window(&file->newer);
    (void)close(file->fd);
    free(file);
}

static const EnvFileOps posix_file_ops = {
    .read_at = posix_read_at,
    .write_at = posix_write_at,
    .size = posix_size,
    .truncate = posix_truncate,
    .preallocate = posix_preallocate,
    .sync = posix_sync,
    .window = posix_window,
    .close = posix_close,
};

/*
 * -------------------------------------------------------------------------------------- names --
 */

/* open(2), continued when interrupted; -1 with errno. */
static int
open_descriptor(const char *path, int flags)
{
    int fd = -1;
    do {
        fd = open(path, flags | O_CLOEXEC, 0640);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static int
open_flags(unsigned how)
{
    int flags = (how & ENV_OPEN_WRITE) != 0 ? O_RDWR : O_RDONLY;
    flags |= (how & ENV_OPEN_CREATE) != 0 ? O_CREAT : 0;
    flags |= (how & ENV_OPEN_EXCLUSIVE) != 0 ? O_EXCL : 0;
    flags |= (how & ENV_OPEN_TRUNCATE) != 0 ? O_TRUNC : 0;
    return flags;
}

/* A directory opens for reading but is no file. */
static bool
is_directory(int fd)
{
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

static BaseStatus
posix_open_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file)
{
    (void)env;
    PosixFile *file = calloc(1, sizeof(*file));
    if (file == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a file handle");
    }
    file->file.ops = &posix_file_ops;
    atomic_init(&file->sync_failed, false);
    file->fd = open_descriptor(path, open_flags(how));
    if (file->fd < 0) {
        int error = errno;
        free(file);
        return env_posix_status(error);
    }
    if (is_directory(file->fd)) {
        posix_close(&file->file);
        return env_posix_status(EISDIR);
    }
    *ret_file = &file->file;
    return base_ok();
}

static BaseStatus
posix_stat(const Env *env, const char *path, EnvStat *ret_stat)
{
    (void)env;
    struct stat found;
    if (stat(path, &found) != 0) {
        return env_posix_status(errno);
    }
    bool directory = S_ISDIR(found.st_mode);
    *ret_stat = (EnvStat){directory, directory ? 0 : found.st_size};
    return base_ok();
}

static BaseStatus
posix_rename(const Env *env, const char *from, const char *to)
{
    (void)env;
    return rename(from, to) == 0 ? base_ok() : env_posix_status(errno);
}

static BaseStatus
posix_link(const Env *env, const char *path, const char *to)
{
    (void)env;
    if (link(path, to) == 0) {
        return base_ok();
    }
    bool cannot = errno == EXDEV || errno == EMLINK || errno == EPERM;
    return env_posix_status(cannot ? EOPNOTSUPP : errno);
}

static BaseStatus
posix_unlink(const Env *env, const char *path)
{
    (void)env;
    return unlink(path) == 0 ? base_ok() : env_posix_status(errno);
}

static BaseStatus
posix_make_directory(const Env *env, const char *path)
{
    (void)env;
    return mkdir(path, 0750) == 0 ? base_ok() : env_posix_status(errno);
}

static BaseStatus
posix_remove_directory(const Env *env, const char *path)
{
    (void)env;
    return rmdir(path) == 0 ? base_ok() : env_posix_status(errno);
}

static bool
is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static BaseStatus
posix_list(const Env *env, const char *path, EnvNameVisitor *visit, void *user)
{
    (void)env;
    DIR *directory = opendir(path); /* opens with O_CLOEXEC */
    if (directory == NULL) {
        return env_posix_status(errno);
    }
    bool more = true;
    int error = 0;
    while (more) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            error = errno;
            break;
        }
        more = is_dot(entry->d_name) || visit(user, entry->d_name);
    }
    (void)closedir(directory);
    return error == 0 ? base_ok() : env_posix_status(error);
}

static BaseStatus
posix_sync_directory(const Env *env, const char *path)
{
    (void)env;
    int fd = open_descriptor(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return env_posix_status(errno);
    }
    int error = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return error == 0 ? base_ok() : env_posix_status(error);
}

static BaseStatus
posix_lock(const Env *env, const char *path, EnvLock **ret_lock)
{
    (void)env;
    EnvLock *lock = malloc(sizeof(*lock));
    if (lock == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a lock");
    }
    lock->fd = open_descriptor(path, O_RDWR | O_CREAT);
    if (lock->fd < 0) {
        int error = errno;
        free(lock);
        return env_posix_status(error);
    }
    int result = 0;
    do {
        result = flock(lock->fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        int error = errno;
        (void)close(lock->fd);
        free(lock);
        return env_posix_status(error);
    }
    *ret_lock = lock;
    return base_ok();
}

static void
posix_unlock(const Env *env, EnvLock *lock)
{
    (void)env;
    (void)close(lock->fd);
    free(lock);
}

const Env *
env_posix(void)
{
    static const EnvOps ops = {
        .open_file = posix_open_file,
        .stat = posix_stat,
        .rename = posix_rename,
        .link = posix_link,
        .unlink = posix_unlink,
        .make_directory = posix_make_directory,
        .remove_directory = posix_remove_directory,
        .list = posix_list,
        .sync_directory = posix_sync_directory,
        .lock = posix_lock,
        .unlock = posix_unlock,
    };
    static const Env env = {&ops};
    return &env;
}
