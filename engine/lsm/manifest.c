/*
 * manifest.c: records of edits with the frame of the log's.
 *
 * The id of a manifest, which its checks are seeded with, is the store's id mixed with its number,
 * so records of an older manifest that the disk kept are no records of this one.
 */
#include "engine/lsm/manifest.h"

#include "engine/base/hash.h"
#include "engine/format/current.h"
#include "engine/format/file_name.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"

#include <stdio.h>
#include <stdlib.h>

#define MANIFEST_BYTES_MAX ((size_t)1 << 30)
#define CURRENT_BYTES_MAX  256

struct LsmManifest {
    EnvFile *file;
    uint64_t number;
    uint64_t id;
    int64_t len;
    int64_t first_len;
    BaseStatus failure;
};

static BaseStatus
path_of(const char *directory, uint64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_MANIFEST, number}, name);
    return env_join(path, directory, name);
}

/* ----------------------------------------------------------------------------------- reading -- */

typedef struct Load {
    LsmLevels *levels;
    LsmManifestFault *fault;
    uint64_t number;
    uint64_t id;
    BaseSlice bytes;
} Load;

static BaseStatus
damaged(const Load *load, size_t offset, const char *what)
{
    LsmManifestFault *fault = load->fault;
    fault->number = load->number;
    fault->offset = (int64_t)offset;
    (void)snprintf(fault->what, sizeof(fault->what), "%s", what);
    (void)snprintf(fault->message, sizeof(fault->message), "MANIFEST-%06llu at byte %zu: %s",
                   (unsigned long long)load->number, offset, fault->what);
    return base_error(BASE_CORRUPTION, "the manifest is damaged");
}

static BaseStatus
apply_record(Load *load, size_t offset, BaseSlice payload)
{
    char message[256];
    LsmLevels *after = NULL;
    BaseStatus status = lsm_levels_apply(load->levels, payload, message, &after);
    if (status.code == BASE_CORRUPTION) {
        return damaged(load, offset, message[0] != '\0' ? message : status.what);
    }
    if (status.code == BASE_OK) {
        lsm_levels_unref(load->levels);
        load->levels = after;
    }
    return status;
}

/* Whether any valid record follows: then what is at hand is no torn end. */
static bool
record_follows(const Load *load, size_t offset)
{
    for (; offset < load->bytes.len; offset += FORMAT_LOG_RECORD_ALIGNMENT) {
        FormatLogRecord record;
        BaseSlice rest = base_slice(load->bytes.data + offset, load->bytes.len - offset);
        if (format_log_record_read(rest, load->id, offset, &record) == FORMAT_LOG_RECORD) {
            return true;
        }
    }
    return false;
}

static BaseStatus
read_records(Load *load)
{
    size_t offset = FORMAT_LOG_HEADER_BYTES;
    BaseStatus status = base_ok();
    while (status.code == BASE_OK && offset < load->bytes.len) {
        FormatLogRecord record;
        BaseSlice rest = base_slice(load->bytes.data + offset, load->bytes.len - offset);
        if (format_log_record_read(rest, load->id, offset, &record) != FORMAT_LOG_RECORD) {
            if (record_follows(load, offset + FORMAT_LOG_RECORD_ALIGNMENT)) {
                return damaged(load, offset, "no valid record, but one follows");
            }
            load->fault->torn_at = (int64_t)offset;
            break;
        }
        status = apply_record(load, offset, record.payload);
        offset += record.len;
    }
    if (status.code == BASE_OK && load->levels->state.store_id == 0) {
        return damaged(load, FORMAT_LOG_HEADER_BYTES, "the first record is missing");
    }
    return status;
}

static BaseStatus
load_bytes(Load *load)
{
    FormatLogHeader header;
    BaseStatus status = format_log_header_decode(load->bytes, FORMAT_LOG_MANIFEST, &header);
    if (status.code != BASE_OK) {
        (void)damaged(load, 0, status.what);
        return status;
    }
    if (header.number != load->number) {
        return damaged(load, 0, "the header is that of another manifest");
    }
    load->id = header.id;
    return read_records(load);
}

static BaseStatus
read_current(const Env *env, const char *directory, uint64_t *ret_number, LsmManifestFault *fault)
{
    char path[ENV_PATH_MAX];
    BaseBuf bytes = BASE_BUF_INIT;
    BaseStatus status = env_join(path, directory, FORMAT_CURRENT_NAME);
    if (status.code == BASE_OK) {
        status = env_read_file(env, path, CURRENT_BYTES_MAX, &bytes);
    }
    if (status.code == BASE_OK) {
        status = format_current_decode(base_buf_slice(&bytes), ret_number);
    } else if (status.code == BASE_INVALID) {
        status = base_error(BASE_CORRUPTION, "CURRENT is too long");
    }
    if (status.code == BASE_CORRUPTION) {
        (void)snprintf(fault->what, sizeof(fault->what), "%s", status.what);
        (void)snprintf(fault->message, sizeof(fault->message), "%s", status.what);
    }
    base_buf_clear(&bytes);
    return status;
}

BaseStatus
lsm_manifest_load(const Env *env, const char *directory, const LsmTableOwner *owner,
                  LsmLevels **ret_levels, uint64_t *ret_number, LsmManifestFault *ret_fault)
{
    Load load = {.fault = ret_fault};
    char path[ENV_PATH_MAX];
    BaseBuf bytes = BASE_BUF_INIT;
    *ret_fault = (LsmManifestFault){.torn_at = -1};
    BaseStatus status = read_current(env, directory, &load.number, ret_fault);
    if (status.code != BASE_OK) {
        return status;
    }
    status = path_of(directory, load.number, path);
    if (status.code == BASE_OK) {
        status = env_read_file(env, path, MANIFEST_BYTES_MAX, &bytes);
        if (status.code == BASE_NOT_FOUND) {
            status = damaged(&load, 0, "CURRENT names it, but it is missing");
        }
    }
    if (status.code == BASE_OK) {
        status = lsm_levels_new(owner, &load.levels);
    }
    if (status.code == BASE_OK) {
        load.bytes = base_buf_slice(&bytes);
        status = load_bytes(&load);
    }
    base_buf_clear(&bytes);
    if (status.code != BASE_OK) {
        lsm_levels_unref(load.levels);
        return status;
    }
    *ret_levels = load.levels;
    *ret_number = load.number;
    return base_ok();
}

/* ----------------------------------------------------------------------------------- writing -- */

static BaseStatus
write_record(LsmManifest *manifest, BaseSlice payload)
{
    BaseBuf record = BASE_BUF_INIT;
    size_t len = format_log_record_len(payload.len);
    if (payload.len == 0 || payload.len > FORMAT_LOG_PAYLOAD_MAX ||
        base_buf_extend(&record, len) == NULL) {
        base_buf_clear(&record);
        return base_error(BASE_NO_MEMORY, "no memory for a record of the manifest");
    }
    memcpy(record.data + FORMAT_LOG_RECORD_HEAD_BYTES, payload.data, payload.len);
    format_log_record_seal(record.data, payload.len, manifest->id, (uint64_t)manifest->len,
                           (uint64_t)manifest->len);
    BaseStatus status = env_file_write_at(manifest->file, manifest->len, record.data, len);
    base_buf_clear(&record);
    if (status.code == BASE_NO_SPACE &&
        env_file_truncate(manifest->file, manifest->len).code == BASE_OK) {
        return status;
    }
    if (status.code == BASE_OK) {
        status = env_file_sync(manifest->file);
    }
    manifest->failure = status;
    manifest->len += (int64_t)len;
    return status;
}

static BaseStatus
write_first(LsmManifest *manifest, const LsmLevels *levels)
{
    BaseBuf header = BASE_BUF_INIT;
    BaseBuf state = BASE_BUF_INIT;
    BaseStatus status = base_error(BASE_NO_MEMORY, "no memory for a manifest");
    FormatLogHeader fields = {.kind = FORMAT_LOG_MANIFEST,
                              .id = manifest->id,
                              .number = manifest->number,
                              .made_at_ms = levels->state.made_at_ms};
    if (format_log_header_encode(&header, &fields) && lsm_levels_describe(levels, &state)) {
        status = env_file_write_at(manifest->file, 0, header.data, header.len);
        manifest->len = (int64_t)header.len;
    }
    if (status.code == BASE_OK) {
        status = write_record(manifest, base_buf_slice(&state));
    }
    manifest->first_len = manifest->len;
    base_buf_clear(&header);
    base_buf_clear(&state);
    return status;
}

static BaseStatus
name_current(const Env *env, const char *directory, uint64_t number, bool *ret_unsure)
{
    BaseBuf text = BASE_BUF_INIT;
    BaseStatus status = base_error(BASE_NO_MEMORY, "no memory for CURRENT");
    if (format_current_encode(&text, number)) {
        status = env_replace_file(env, directory, FORMAT_CURRENT_NAME, base_buf_slice(&text),
                                  ret_unsure);
    }
    base_buf_clear(&text);
    return status;
}

BaseStatus
lsm_manifest_create(const Env *env, const char *directory, uint64_t number, const LsmLevels *levels,
                    LsmManifest **ret_manifest, bool *ret_unsure)
{
    char path[ENV_PATH_MAX];
    *ret_unsure = false;
    LsmManifest *manifest = calloc(1, sizeof(*manifest));
    if (manifest == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a manifest");
    }
    manifest->number = number;
    manifest->id = base_hash(base_slice(&number, sizeof(number)), levels->state.store_id);
    BaseStatus status = path_of(directory, number, path);
    if (status.code == BASE_OK) {
        status = env_open_file(env, path, ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE,
                               &manifest->file);
    }
    if (status.code == BASE_OK) {
        status = write_first(manifest, levels);
    }
    if (status.code == BASE_OK) {
        status = env_sync_directory(env, directory);
    }
    if (status.code == BASE_OK) {
        status = name_current(env, directory, number, ret_unsure);
    }
    if (status.code != BASE_OK) {
        if (!*ret_unsure && manifest->file != NULL) {
            (void)env_unlink(env, path);
        }
        lsm_manifest_free(manifest);
        return status;
    }
    *ret_manifest = manifest;
    return base_ok();
}

void
lsm_manifest_free(LsmManifest *manifest)
{
    if (manifest != NULL) {
        env_file_close(manifest->file);
        free(manifest);
    }
}

BaseStatus
lsm_manifest_append(LsmManifest *manifest, BaseSlice payload)
{
    return manifest->failure.code != BASE_OK ? manifest->failure : write_record(manifest, payload);
}

BaseStatus
lsm_manifest_status(const LsmManifest *manifest)
{
    return manifest->failure;
}

uint64_t
lsm_manifest_number(const LsmManifest *manifest)
{
    return manifest->number;
}

int64_t
lsm_manifest_bytes(const LsmManifest *manifest)
{
    return manifest->len;
}

int64_t
lsm_manifest_first_bytes(const LsmManifest *manifest)
{
    return manifest->first_len;
}
