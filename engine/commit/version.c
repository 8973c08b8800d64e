/*
 * version.c: the ceiling file. See version.h for the format and the invariants.
 *
 * The writer takes versions without a lock as long as they are at or below `ceiling`, an atomic
 * that grows only after the file that says so is durable. The mutex serializes those who raise it
 * (the writer that ran out, housekeeping that comes before).
 */
#include "engine/commit/version.h"

#include "engine/base/check.h"
#include "engine/base/hash.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define VERSION_NAME     "VERSION"
#define VERSION_FILE_MAX 256

struct CommitVersions {
    const Env *env;
    char *directory;
    _Atomic int64_t last;    /* written by the writer only */
    _Atomic int64_t ceiling; /* durable */
    int64_t block;
    pthread_mutex_t mutex; /* protects the file and `broken` */
    BaseStatus broken;     /* not OK: a sync failed, the file must not be written again */
};

/*
 * ----------------------------------------------------------------------------------- the file --
 */

/* Writes the text of the file, with a terminator. */
static size_t
format_ceiling(char text[VERSION_FILE_MAX], int64_t ceiling)
{
    int len = snprintf(text, VERSION_FILE_MAX, "larder-version 1\nceiling %" PRId64 "\n", ceiling);
    uint64_t sum = base_hash(base_slice(text, (size_t)len), 0);
    len += snprintf(text + len, VERSION_FILE_MAX - (size_t)len, "checksum %016" PRIx64 "\n", sum);
    return (size_t)len;
}

/* The file is right when it is what we would write for the number in it. */
static BaseStatus
parse_ceiling(BaseSlice bytes, int64_t *ret_ceiling)
{
    char text[VERSION_FILE_MAX + 1];
    char expected[VERSION_FILE_MAX];
    memcpy(text, bytes.data, bytes.len);
    text[bytes.len] = '\0';
    int64_t ceiling = 0;
    if (sscanf(text, "larder-version 1\nceiling %" SCNd64, &ceiling) != 1 || ceiling < 0) {
        return base_error(BASE_CORRUPTION, "the file VERSION is damaged");
    }
    size_t len = format_ceiling(expected, ceiling);
    if (!base_slice_equal(bytes, base_slice(expected, len))) {
        return base_error(BASE_CORRUPTION, "the file VERSION is damaged");
    }
    *ret_ceiling = ceiling;
    return base_ok();
}

BaseStatus
commit_version_ceiling(const Env *env, const char *directory, int64_t *ret_ceiling)
{
    char path[ENV_PATH_MAX];
    BaseStatus status = env_join(path, directory, VERSION_NAME);
    if (!base_is_ok(status)) {
        return status;
    }
    BaseBuf bytes = BASE_BUF_INIT;
    status = env_read_file(env, path, VERSION_FILE_MAX, &bytes);
    if (status.code == BASE_NOT_FOUND) {
        *ret_ceiling = 0;
        status = base_ok();
    } else if (status.code == BASE_INVALID) {
        status = base_error(BASE_CORRUPTION, "the file VERSION is damaged");
    } else if (base_is_ok(status)) {
        status = bytes.len == 0 ? base_error(BASE_CORRUPTION, "the file VERSION is empty")
                                : parse_ceiling(base_buf_slice(&bytes), ret_ceiling);
    }
    base_buf_clear(&bytes);
    return status;
}

/* Makes `ceiling` durable and then known. REQUIRES: the mutex, or nobody else knows `versions`. */
static BaseStatus
raise_ceiling(CommitVersions *versions, int64_t ceiling)
{
    if (!base_is_ok(versions->broken)) {
        return versions->broken;
    }
    char text[VERSION_FILE_MAX];
    size_t len = format_ceiling(text, ceiling);
    bool unsure = false;
    BaseStatus status = env_replace_file(versions->env, versions->directory, VERSION_NAME,
                                         base_slice(text, len), &unsure);
    if (base_is_ok(status)) {
        atomic_store_explicit(&versions->ceiling, ceiling, memory_order_release);
    } else if (unsure) {
        versions->broken = status;
    }
    return status;
}

/* Raises the ceiling by a block if none is left, or (`ahead`) less than half a block. */
static BaseStatus
ensure(CommitVersions *versions, bool ahead)
{
    BASE_CHECK(pthread_mutex_lock(&versions->mutex) == 0);
    int64_t wanted = ahead ? versions->block / 2 : 1;
    int64_t ceiling = atomic_load(&versions->ceiling);
    BaseStatus status = base_ok();
    if (ceiling - atomic_load(&versions->last) < wanted) {
        status = ceiling > INT64_MAX - versions->block
                     ? base_error(BASE_INTERNAL, "the version numbers are used up")
                     : raise_ceiling(versions, ceiling + versions->block);
    }
    BASE_CHECK(pthread_mutex_unlock(&versions->mutex) == 0);
    return status;
}

/*
 * --------------------------------------------------------------------------------------- calls --
 */

BaseStatus
commit_version_open(const Env *env, const char *directory, int64_t at_least,
                    CommitVersions **ret_versions)
{
    return commit_version_open_sized(env, directory, at_least, COMMIT_VERSION_BLOCK, ret_versions);
}

BaseStatus
commit_version_open_sized(const Env *env, const char *directory, int64_t at_least, int64_t block,
                          CommitVersions **ret_versions)
{
    int64_t found = 0;
    BaseStatus status = commit_version_ceiling(env, directory, &found);
    if (!base_is_ok(status)) {
        return status;
    }
    int64_t start = found > at_least ? found : at_least;
    CommitVersions *versions = calloc(1, sizeof(*versions));
    char *copy = strdup(directory);
    if (versions == NULL || copy == NULL) {
        free(versions);
        free(copy);
        return base_error(BASE_NO_MEMORY, "no memory for the source of versions");
    }
    versions->env = env;
    versions->directory = copy;
    versions->broken = base_ok();
    versions->block = block;
    atomic_init(&versions->last, start);
    atomic_init(&versions->ceiling, start);
    BASE_CHECK(pthread_mutex_init(&versions->mutex, NULL) == 0);
    status = ensure(versions, false);
    if (!base_is_ok(status)) {
        commit_version_close(versions);
        return status;
    }
    *ret_versions = versions;
    return base_ok();
}

void
commit_version_close(CommitVersions *versions)
{
    if (versions == NULL) {
        return;
    }
    BASE_CHECK(pthread_mutex_destroy(&versions->mutex) == 0);
    free(versions->directory);
    free(versions);
}

BaseStatus
commit_version_peek(CommitVersions *versions, int64_t *ret_version)
{
    int64_t next = atomic_load_explicit(&versions->last, memory_order_relaxed) + 1;
    if (next > atomic_load_explicit(&versions->ceiling, memory_order_acquire)) {
        BaseStatus status = ensure(versions, false);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    *ret_version = next;
    return base_ok();
}

void
commit_version_take(CommitVersions *versions, size_t count)
{
    int64_t last = atomic_load_explicit(&versions->last, memory_order_relaxed);
    atomic_store_explicit(&versions->last, last + (int64_t)count, memory_order_release);
}

bool
commit_version_has(const CommitVersions *versions, size_t count)
{
    int64_t last = atomic_load_explicit(&versions->last, memory_order_relaxed);
    int64_t ceiling = atomic_load_explicit(&versions->ceiling, memory_order_acquire);
    return last + (int64_t)count <= ceiling;
}

int64_t
commit_version_last(const CommitVersions *versions)
{
    return atomic_load_explicit(&versions->last, memory_order_acquire);
}

BaseStatus
commit_version_refill(CommitVersions *versions)
{
    return ensure(versions, true);
}
