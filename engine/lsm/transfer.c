/*
 * transfer.c: links, and copies where there are none. See transfer.h.
 */
#include "engine/lsm/transfer.h"

#include <stdlib.h>

#define COPY_BYTES ((size_t)1 << 20)

static BaseStatus
copy_bytes(EnvFile *from, EnvFile *to, uint8_t *bytes)
{
    BaseStatus status = base_ok();
    size_t len = COPY_BYTES;
    for (int64_t at = 0; status.code == BASE_OK && len == COPY_BYTES; at += (int64_t)len) {
        status = env_file_read_at(from, at, bytes, COPY_BYTES, &len);
        if (status.code == BASE_OK && len != 0) {
            status = env_file_write_at(to, at, bytes, len);
        }
    }
    return status.code == BASE_OK ? env_file_sync(to) : status;
}

BaseStatus
lsm_transfer_copy(const Env *env, const char *path, const char *to)
{
    EnvFile *source = NULL;
    EnvFile *target = NULL;
    uint8_t *bytes = malloc(COPY_BYTES);
    BaseStatus status = bytes == NULL ? base_error(BASE_NO_MEMORY, "no memory to copy a file")
                                      : env_open_file(env, path, ENV_OPEN_READ, &source);
    if (status.code == BASE_OK) {
        status =
            env_open_file(env, to, ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_EXCLUSIVE, &target);
    }
    if (status.code == BASE_OK) {
        status = copy_bytes(source, target, bytes);
    }
    env_file_close(source);
    env_file_close(target);
    free(bytes);
    return status;
}

BaseStatus
lsm_transfer_share(const Env *env, const char *path, const char *to)
{
    BaseStatus status = env_link(env, path, to);
    return status.code == BASE_UNSUPPORTED ? lsm_transfer_copy(env, path, to) : status;
}
