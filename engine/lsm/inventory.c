/*
 * inventory.c: the files of a directory. See inventory.h.
 */
#include "engine/lsm/inventory.h"

#include <stdlib.h>
#include <string.h>

typedef struct Listing {
    LsmInventory *inventory;
    size_t capacity;
    bool failed;
} Listing;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the list of files");
}

static bool
add_name(void *user, const char *name)
{
    Listing *listing = user;
    LsmInventory *inventory = listing->inventory;
    if (inventory->count == listing->capacity) {
        size_t capacity = listing->capacity == 0 ? 64 : listing->capacity * 2;
        LsmInventoryFile *files = realloc(inventory->files, capacity * sizeof(*files));
        if (files == NULL) {
            listing->failed = true;
            return false;
        }
        inventory->files = files;
        listing->capacity = capacity;
    }
    LsmInventoryFile file = {.name = format_file_name_read(name), .text = strdup(name)};
    listing->failed = file.text == NULL;
    if (!listing->failed) {
        inventory->files[inventory->count++] = file;
    }
    return !listing->failed;
}

/* Reads sizes, and leaves out what is no file. */
static BaseStatus
read_sizes(const Env *env, const char *directory, LsmInventory *inventory)
{
    size_t kept = 0;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < inventory->count; i++) {
        LsmInventoryFile file = inventory->files[i];
        char path[ENV_PATH_MAX];
        EnvStat found = {.is_directory = true};
        if (status.code == BASE_OK) {
            status = env_join(path, directory, file.text);
        }
        if (status.code == BASE_OK) {
            status = env_stat(env, path, &found);
        }
        if (found.is_directory) {
            free(file.text);
            continue;
        }
        file.size = found.size;
        inventory->files[kept++] = file;
        if (file.name.number > inventory->highest) {
            inventory->highest = file.name.number;
        }
    }
    inventory->count = kept;
    return status;
}

static int
compare(const void *a, const void *b)
{
    const LsmInventoryFile *left = a;
    const LsmInventoryFile *right = b;
    if (left->name.kind != right->name.kind) {
        return left->name.kind < right->name.kind ? -1 : 1;
    }
    if (left->name.number != right->name.number) {
        return left->name.number < right->name.number ? -1 : 1;
    }
    return strcmp(left->text, right->text);
}

BaseStatus
lsm_inventory_read(const Env *env, const char *directory, LsmInventory *ret_inventory)
{
    *ret_inventory = (LsmInventory){0};
    Listing listing = {.inventory = ret_inventory};
    BaseStatus status = env_list(env, directory, add_name, &listing);
    if (status.code == BASE_OK && listing.failed) {
        status = no_memory();
    }
    if (status.code == BASE_OK) {
        status = read_sizes(env, directory, ret_inventory);
    }
    if (status.code != BASE_OK) {
        lsm_inventory_clear(ret_inventory);
        return status;
    }
    if (ret_inventory->count > 1) {
        qsort(ret_inventory->files, ret_inventory->count, sizeof(LsmInventoryFile), compare);
    }
    return base_ok();
}

void
lsm_inventory_clear(LsmInventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        free(inventory->files[i].text);
    }
    free(inventory->files);
    *inventory = (LsmInventory){0};
}

bool
lsm_inventory_has_data(const LsmInventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        FormatFileKind kind = inventory->files[i].name.kind;
        if (kind == FORMAT_FILE_LOG || kind == FORMAT_FILE_TABLE || kind == FORMAT_FILE_BLOB) {
            return true;
        }
    }
    return false;
}

LsmInventoryFile *
lsm_inventory_named(const LsmInventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (strcmp(inventory->files[i].text, name) == 0) {
            return &inventory->files[i];
        }
    }
    return NULL;
}

LsmInventoryFile *
lsm_inventory_find(const LsmInventory *inventory, FormatFileKind kind, uint64_t number)
{
    size_t low = 0;
    size_t high = inventory->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const FormatFileName *name = &inventory->files[middle].name;
        bool before = name->kind != kind ? name->kind < kind : name->number < number;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < inventory->count && inventory->files[low].name.kind == kind &&
                 inventory->files[low].name.number == number;
    return found ? &inventory->files[low] : NULL;
}
