/*
 * quarantine.c: second names, then no first ones. See quarantine.h.
 */
#include "engine/lsm/quarantine.h"

#include "engine/format/file_name.h"
#include "engine/lsm/transfer.h"

#include <stdio.h>

enum { NAMES_MAX = 1000 }; /* files of one name in a quarantine */

/* An entry of `names`: a byte that says whether the name stays, and the name. */
enum { GOES = 'g', STAYS = 's' };

void
lsm_quarantine_init(LsmQuarantine *quarantine, const Env *env, const char *directory)
{
    *quarantine = (LsmQuarantine){.env = env, .directory = directory, .names = BASE_BUF_INIT};
}

void
lsm_quarantine_clear(LsmQuarantine *quarantine)
{
    base_buf_clear(&quarantine->names);
}

/* The entry behind `entry`, or the first; NULL: there is none. */
static const char *
next_entry(const LsmQuarantine *quarantine, const char *entry)
{
    const char *first = (const char *)quarantine->names.data;
    const char *next = entry == NULL ? first : entry + strlen(entry) + 1;
    return quarantine->count != 0 && next < first + quarantine->names.len ? next : NULL;
}

BaseStatus
lsm_quarantine_add(LsmQuarantine *quarantine, const char *name, bool replaced)
{
    const char *entry = NULL;
    while ((entry = next_entry(quarantine, entry)) != NULL) {
        if (strcmp(entry + 1, name) == 0) {
            return base_ok();
        }
    }
    if (!base_buf_append_byte(&quarantine->names, replaced ? STAYS : GOES) ||
        !base_buf_append(&quarantine->names, name, strlen(name) + 1)) {
        return base_error(BASE_NO_MEMORY, "no memory for a list of files");
    }
    quarantine->count++;
    return base_ok();
}

static BaseStatus
make_directory(const LsmQuarantine *quarantine, char path[ENV_PATH_MAX])
{
    BaseStatus status = env_join(path, quarantine->directory, FORMAT_QUARANTINE_NAME);
    if (status.code == BASE_OK) {
        status = env_make_directory(quarantine->env, path);
    }
    return status.code == BASE_EXISTS ? base_ok() : status;
}

/* Gives a file the first name that is free. */
static BaseStatus
keep_file(const LsmQuarantine *quarantine, const char *directory, const char *name)
{
    char from[ENV_PATH_MAX];
    char to[ENV_PATH_MAX];
    char numbered[ENV_PATH_MAX];
    BaseStatus status = env_join(from, quarantine->directory, name);
    if (status.code != BASE_OK) {
        return status;
    }
    status = base_error(BASE_EXISTS, "the name is taken");
    for (int i = 0; i < NAMES_MAX && status.code == BASE_EXISTS; i++) {
        (void)snprintf(numbered, sizeof(numbered), "%s.%d", name, i);
        status = env_join(to, directory, i == 0 ? name : numbered);
        if (status.code == BASE_OK) {
            status = lsm_transfer_share(quarantine->env, from, to);
        }
    }
    return status.code == BASE_NOT_FOUND ? base_ok() : status;
}

BaseStatus
lsm_quarantine_keep(LsmQuarantine *quarantine)
{
    char directory[ENV_PATH_MAX];
    const char *entry = NULL;
    if (quarantine->kept == quarantine->names.len) {
        return base_ok();
    }
    BaseStatus status = make_directory(quarantine, directory);
    while (status.code == BASE_OK && (entry = next_entry(quarantine, entry)) != NULL) {
        if ((size_t)(entry - (const char *)quarantine->names.data) >= quarantine->kept) {
            status = keep_file(quarantine, directory, entry + 1);
        }
    }
    quarantine->kept = quarantine->names.len;
    if (status.code == BASE_OK) {
        status = env_sync_directory(quarantine->env, directory);
    }
    return status.code == BASE_OK ? env_sync_directory(quarantine->env, quarantine->directory)
                                  : status;
}

BaseStatus
lsm_quarantine_remove(LsmQuarantine *quarantine)
{
    const char *entry = NULL;
    BaseStatus status = base_ok();
    while (status.code == BASE_OK && (entry = next_entry(quarantine, entry)) != NULL) {
        char path[ENV_PATH_MAX];
        if (entry[0] == STAYS) {
            continue;
        }
        status = env_join(path, quarantine->directory, entry + 1);
        if (status.code == BASE_OK) {
            status = env_unlink(quarantine->env, path);
        }
        status = status.code == BASE_NOT_FOUND ? base_ok() : status;
    }
    return status.code == BASE_OK ? env_sync_directory(quarantine->env, quarantine->directory)
                                  : status;
}

void
lsm_quarantine_visit(const LsmQuarantine *quarantine, EnvNameVisitor *visit, void *user)
{
    const char *entry = NULL;
    while ((entry = next_entry(quarantine, entry)) != NULL && visit(user, entry + 1)) {
    }
}
