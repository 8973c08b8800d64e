/*
 * env.h: files and directories behind an interface, with a promise about what survives a crash.
 *
 * Engines reach the file system only through here: posix.c is the real one, mem.c a twin in memory
 * that knows what is durable and can crash.
 *
 * What survives. A process crash is the end of this process; a system crash is the end of the
 * operating system or a power cut, on storage that honours flushes.
 * E-1  What write_at accepted survives a process crash, as do all changes of names.
 * E-2  Bytes and length of a file survive a system crash only if env_file_sync() of that file,
 *      begun after the change, has returned OK.
 * E-3  A name (file made, renamed or removed, directory made or removed) survives a system crash
 *      only if env_sync_directory() of the directory that holds it, begun after the change, has
 *      returned OK. Syncing a file does not cover its name; syncing a directory does not cover the
 *      contents of its files, nor its own name in the directory above.
 * E-4  Without them a system crash leaves any mixture: each sector of 512 bytes old or new, the
 *      length old or new (zeros behind what was written), and of the changes of names in one
 *      directory a prefix, in their order.
 * E-5  A rename is one change: after a crash the target name is the old file or the new one, whole.
 * E-6  A sync that failed is final: what it should have covered may be lost, though reads still
 *      show it, and no later sync can tell. It is never repeated; every later sync through the same
 *      handle is BASE_POISONED without asking the system. For a directory the caller must stop.
 * E-7  A lock excludes every other holder, in this process and in others, and ends with its
 *      process. The lock file stays.
 * E-8  Closing a file makes nothing durable and reports nothing: durability is sync's alone.
 *
 * Paths are as the operating system takes them; at most ENV_PATH_MAX - 1 bytes. Both names of a
 * rename must be in the same directory; those of a link need not. Interrupted calls are continued,
 * but for sync, which would be a repetition. Handles are not inherited by child processes.
 *
 * Errors: BASE_NOT_FOUND, BASE_EXISTS, BASE_NO_SPACE (also quotas), BASE_NO_MEMORY (also too many
 * open files), BASE_INVALID (malformed name, a directory where a file is needed), BASE_BUSY (lock
 * held), BASE_UNSUPPORTED (this file system cannot), BASE_IO for the rest.
 *
 * Threading: every function may be called from any thread. Calls on one handle may overlap, except
 * close; overlapping writes to the same bytes have no order.
 */
#ifndef LARDER_ENGINE_ENV_ENV_H
#define LARDER_ENGINE_ENV_ENV_H

#include "engine/base/buf.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENV_PATH_MAX    4096
#define ENV_WINDOW_UNIT 65536

typedef struct Env Env;
typedef struct EnvOps EnvOps;
typedef struct EnvFile EnvFile;
typedef struct EnvFileOps EnvFileOps;
typedef struct EnvLock EnvLock;

struct Env {
    const EnvOps *ops;
};

struct EnvFile {
    const EnvFileOps *ops;
};

/* How to open a file. It is always readable. */
typedef enum EnvOpen {
    ENV_OPEN_READ = 0,           /* it must exist */
    ENV_OPEN_WRITE = 1 << 0,     /* writable too */
    ENV_OPEN_CREATE = 1 << 1,    /* made when missing; with WRITE */
    ENV_OPEN_EXCLUSIVE = 1 << 2, /* with CREATE: BASE_EXISTS if it is there */
    ENV_OPEN_TRUNCATE = 1 << 3,  /* emptied; with WRITE */
} EnvOpen;

typedef struct EnvStat {
    bool is_directory;
    int64_t size; /* of a file, in bytes; a directory has 0 */
} EnvStat;

/* Receives one name of a directory (not "." and not ".."); false stops. */
typedef bool EnvNameVisitor(void *user, const char *name);

struct EnvOps {
    BaseStatus (*open_file)(const Env *env, const char *path, unsigned how, EnvFile **ret_file);
    BaseStatus (*stat)(const Env *env, const char *path, EnvStat *ret_stat);
    BaseStatus (*rename)(const Env *env, const char *from, const char *to);
    BaseStatus (*link)(const Env *env, const char *path, const char *to);
    BaseStatus (*unlink)(const Env *env, const char *path);
    BaseStatus (*make_directory)(const Env *env, const char *path);
    BaseStatus (*remove_directory)(const Env *env, const char *path);
    BaseStatus (*list)(const Env *env, const char *path, EnvNameVisitor *visit, void *user);
    BaseStatus (*sync_directory)(const Env *env, const char *path);
    BaseStatus (*lock)(const Env *env, const char *path, EnvLock **ret_lock);
    void (*unlock)(const Env *env, EnvLock *lock);
};

struct EnvFileOps {
    BaseStatus (*read_at)(EnvFile *file, int64_t offset, void *data, size_t len, size_t *ret_len);
    BaseStatus (*write_at)(EnvFile *file, int64_t offset, const void *data, size_t len);
    BaseStatus (*size)(EnvFile *file, int64_t *ret_size);
    BaseStatus (*truncate)(EnvFile *file, int64_t size);
    BaseStatus (*preallocate)(EnvFile *file, int64_t size);
    BaseStatus (*sync)(EnvFile *file);
    BaseStatus (*window)(EnvFile *file, int64_t offset, size_t len, uint8_t **ret_bytes);
    void (*close)(EnvFile *file);
};

/* The operating system's files. Lives for ever. */
const Env *env_posix(void);

/* `how`: EnvOpen bits. The caller closes the file. */
BaseStatus env_open_file(const Env *env, const char *path, unsigned how, EnvFile **ret_file);

BaseStatus env_stat(const Env *env, const char *path, EnvStat *ret_stat);

/* Gives a file or directory another name in its directory, replacing a file that has it. */
BaseStatus env_rename(const Env *env, const char *from, const char *to);

/*
 * Gives a file a second name; either may go, and the other still has the file. Bytes that were
 * synced through one name are durable through both. BASE_EXISTS: the name is taken.
 * BASE_UNSUPPORTED: not on this file system, not across two of them, not for directories.
 */
BaseStatus env_link(const Env *env, const char *path, const char *to);

/* Removes the name of a file; open handles stay usable. */
BaseStatus env_unlink(const Env *env, const char *path);

/* The directory above must exist. BASE_EXISTS: the name is taken, by whatever. */
BaseStatus env_make_directory(const Env *env, const char *path);

/* BASE_INVALID: it is not empty. */
BaseStatus env_remove_directory(const Env *env, const char *path);

/* Visits the names in a directory, in no order. The visitor must not change the directory. */
BaseStatus env_list(const Env *env, const char *path, EnvNameVisitor *visit, void *user);

/* Makes the names in a directory durable (E-3). */
BaseStatus env_sync_directory(const Env *env, const char *path);

/* Takes the lock that a file stands for, making the file if missing. BASE_BUSY: somebody has it. */
BaseStatus env_lock(const Env *env, const char *path, EnvLock **ret_lock);

/* Takes NULL. */
void env_unlock(const Env *env, EnvLock *lock);

/* Reads up to `len` bytes; fewer only at the end of the file. */
BaseStatus env_file_read_at(EnvFile *file, int64_t offset, void *data, size_t len, size_t *ret_len);

/* Writes all of it, or fails with any part written. A gap before `offset` reads as zeros. */
BaseStatus env_file_write_at(EnvFile *file, int64_t offset, const void *data, size_t len);

BaseStatus env_file_size(EnvFile *file, int64_t *ret_size);

/* Sets the length; new bytes are zeros. */
BaseStatus env_file_truncate(EnvFile *file, int64_t size);

/*
 * Reserves disk for the first `size` bytes, so that writes there do not run out of space, and makes
 * the file at least that long. BASE_UNSUPPORTED: the file system cannot; nothing changed.
 */
BaseStatus env_file_preallocate(EnvFile *file, int64_t size);

/*
 * Opens a window on bytes of a writable file that were preallocated: what is stored there is
 * written as if by write_at (E-1, E-2), without a call. The bytes stay in memory while the window
 * is open, so that storing cannot fail. A file has two windows at most, so that the next one can be
 * opened while somebody stores into the last one: opening ends the one before the last, also when
 * it fails; closing the file ends both. REQUIRES: offset and len are multiples of ENV_WINDOW_UNIT.
 * BASE_UNSUPPORTED: not here, or not on this file system; use write_at.
 *
 * Threading: one thread opens at a time, one stores into a window; other calls on the handle may
 * overlap, but for close.
 */
BaseStatus env_file_window(EnvFile *file, int64_t offset, size_t len, uint8_t **ret_bytes);

/* Makes bytes and length durable (E-2, E-6). */
BaseStatus env_file_sync(EnvFile *file);

/* Takes NULL. */
void env_file_close(EnvFile *file);

/* Writes "directory/name" to `path`, which has ENV_PATH_MAX bytes. BASE_INVALID: too long. */
BaseStatus env_join(char *path, const char *directory, const char *name);

/* Appends a whole file to `into`. BASE_INVALID: longer than `max`. */
BaseStatus env_read_file(const Env *env, const char *path, size_t max, BaseBuf *into);

/*
 * Replaces directory/name by `bytes`, durably and in one step: writes and syncs "name.tmp", renames
 * it, syncs the directory. After a crash the file is the old or the new one. When `ret_unsure` is
 * set on a failure, a sync has failed (E-6), or the name may have changed without being durable.
 */
BaseStatus env_replace_file(const Env *env, const char *directory, const char *name,
                            BaseSlice bytes, bool *ret_unsure);

#endif
