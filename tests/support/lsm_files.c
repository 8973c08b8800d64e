/*
 * lsm_files.c: the files of a store as bytes. See lsm_files.h.
 */
#include "tests/support/lsm_files.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_BYTES_MAX ((size_t)1 << 30)

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

/* ------------------------------------------------------------------------------------- files -- */

typedef struct Names {
    char items[LSM_FILES_MAX][64];
    size_t count;
} Names;

static bool
add_name(void *user, const char *name)
{
    Names *names = user;
    if (strcmp(name, "LOCK") != 0) {
        BASE_CHECK(names->count < LSM_FILES_MAX && strlen(name) < sizeof(names->items[0]));
        (void)strncpy(names->items[names->count++], name, sizeof(names->items[0]));
    }
    return true;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static Names *
list(const Env *env, const char *directory)
{
    Names *names = calloc(1, sizeof(*names));
    BASE_CHECK(names != NULL);
    must(env_list(env, directory, add_name, names));
    qsort(names->items, names->count, sizeof(names->items[0]), compare_names);
    return names;
}

static bool
is_directory(const Env *env, const char *path)
{
    EnvStat found;
    must(env_stat(env, path, &found));
    return found.is_directory;
}

void
lsm_files_save(LsmSavedFiles *saved, const Env *env, const char *directory)
{
    Names *names = list(env, directory);
    saved->count = 0;
    for (size_t i = 0; i < names->count; i++) {
        char path[ENV_PATH_MAX];
        must(env_join(path, directory, names->items[i]));
        if (is_directory(env, path)) {
            continue;
        }
        LsmSavedFile *file = &saved->files[saved->count++];
        memcpy(file->name, names->items[i], sizeof(file->name));
        file->kind = format_file_name_read(file->name).kind;
        file->bytes = BASE_BUF_INIT;
        must(env_read_file(env, path, FILE_BYTES_MAX, &file->bytes));
    }
    free(names);
}

/* Removes what is in a directory, and what is in directories in it. */
static void
empty(const Env *env, const char *directory)
{
    Names *names = list(env, directory);
    for (size_t i = 0; i < names->count; i++) {
        char path[ENV_PATH_MAX];
        must(env_join(path, directory, names->items[i]));
        if (is_directory(env, path)) {
            empty(env, path);
            must(env_remove_directory(env, path));
        } else {
            must(env_unlink(env, path));
        }
    }
    free(names);
}

void
lsm_files_restore(const LsmSavedFiles *saved, const Env *env, const char *directory)
{
    empty(env, directory);
    for (size_t i = 0; i < saved->count; i++) {
        lsm_files_write(env, directory, saved->files[i].name,
                        base_buf_slice(&saved->files[i].bytes));
    }
    must(env_sync_directory(env, directory));
}

void
lsm_files_clear(LsmSavedFiles *saved)
{
    for (size_t i = 0; i < saved->count; i++) {
        base_buf_clear(&saved->files[i].bytes);
    }
    saved->count = 0;
}

size_t
lsm_files_find(const LsmSavedFiles *saved, FormatFileKind kind, size_t n)
{
    size_t i = 0;
    for (; i < saved->count; i++) {
        if (saved->files[i].kind == kind && n-- == 0) {
            break;
        }
    }
    return i;
}

size_t
lsm_files_named(const LsmSavedFiles *saved, const char *name)
{
    size_t i = 0;
    while (i < saved->count && strcmp(saved->files[i].name, name) != 0) {
        i++;
    }
    return i;
}

static EnvFile *
open_file(const Env *env, const char *directory, const char *name, unsigned how)
{
    char path[ENV_PATH_MAX];
    EnvFile *file = NULL;
    must(env_join(path, directory, name));
    must(env_open_file(env, path, ENV_OPEN_WRITE | how, &file));
    return file;
}

/* Damage is on the disk, so it is durable. */
static void
close_file(EnvFile *file)
{
    must(env_file_sync(file));
    env_file_close(file);
}

void
lsm_files_flip(const Env *env, const char *directory, const char *name, int64_t offset,
               uint8_t bits)
{
    uint8_t byte;
    size_t len;
    EnvFile *file = open_file(env, directory, name, 0);
    must(env_file_read_at(file, offset, &byte, 1, &len));
    BASE_CHECK(len == 1);
    byte ^= bits;
    must(env_file_write_at(file, offset, &byte, 1));
    close_file(file);
}

void
lsm_files_cut(const Env *env, const char *directory, const char *name, int64_t size)
{
    EnvFile *file = open_file(env, directory, name, 0);
    must(env_file_truncate(file, size));
    close_file(file);
}

void
lsm_files_remove(const Env *env, const char *directory, const char *name)
{
    char path[ENV_PATH_MAX];
    must(env_join(path, directory, name));
    must(env_unlink(env, path));
    must(env_sync_directory(env, directory));
}

void
lsm_files_write(const Env *env, const char *directory, const char *name, BaseSlice bytes)
{
    EnvFile *file = open_file(env, directory, name, ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE);
    must(env_file_write_at(file, 0, bytes.data, bytes.len));
    close_file(file);
}

bool
lsm_files_exist(const Env *env, const char *directory, const char *name)
{
    char path[ENV_PATH_MAX];
    EnvStat found;
    must(env_join(path, directory, name));
    return base_is_ok(env_stat(env, path, &found));
}

/* ---------------------------------------------------------------------------------- findings -- */

void
lsm_findings_add(void *user, const EngineFinding *finding)
{
    LsmFindings *findings = user;
    BASE_CHECK(finding->what[0] != '\0' && strchr(finding->what, '\n') == NULL);
    findings->of_kind[finding->kind]++;
    if (findings->count == LSM_FINDINGS_MAX) {
        return;
    }
    LsmFinding *item = &findings->items[findings->count++];
    item->kind = finding->kind;
    item->offset = finding->offset;
    (void)snprintf(item->file, sizeof(item->file), "%s", finding->file);
    (void)snprintf(item->what, sizeof(item->what), "%s", finding->what);
}

bool
lsm_findings_has(const LsmFindings *findings, EngineFindingKind kind, const char *file)
{
    for (size_t i = 0; i < findings->count; i++) {
        const LsmFinding *item = &findings->items[i];
        if (item->kind == kind && (file == NULL || strcmp(item->file, file) == 0)) {
            return true;
        }
    }
    return false;
}

bool
lsm_findings_say(const LsmFindings *findings, const char *text)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (strstr(findings->items[i].what, text) != NULL) {
            return true;
        }
    }
    return false;
}

void
lsm_findings_print(const LsmFindings *findings)
{
    static const char *const KINDS[] = {"note", "warning", "damage", "loss"};
    for (size_t i = 0; i < findings->count; i++) {
        const LsmFinding *item = &findings->items[i];
        (void)fprintf(stderr, "%s: %s at %lld: %s\n", KINDS[item->kind], item->file,
                      (long long)item->offset, item->what);
    }
}
