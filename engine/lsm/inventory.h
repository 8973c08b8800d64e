/*
 * inventory.h: the files of a directory, by kind and number.
 *
 * Threading: plain values.
 */
#ifndef LARDER_ENGINE_LSM_INVENTORY_H
#define LARDER_ENGINE_LSM_INVENTORY_H

#include "engine/env/env.h"
#include "engine/format/file_name.h"

typedef struct LsmInventoryFile {
    FormatFileName name;
    char *text; /* its name */
    int64_t size;
    bool used; /* somebody has found a use for it */
} LsmInventoryFile;

typedef struct LsmInventory {
    LsmInventoryFile *files; /* by kind, then by number */
    size_t count;
    uint64_t highest; /* number of any of them */
} LsmInventory;

/* Lists a directory, without what is no file. On failure there is nothing to clear. */
BaseStatus lsm_inventory_read(const Env *env, const char *directory, LsmInventory *ret_inventory);

/* Frees what it holds. */
void lsm_inventory_clear(LsmInventory *inventory);

/*
 * Whether there are segments, tables or blob files: without CURRENT they are those of a store that
 * has lost it; without them there is no store, or one that was never completed.
 */
bool lsm_inventory_has_data(const LsmInventory *inventory);

/* The file of that name; NULL: there is none. */
LsmInventoryFile *lsm_inventory_named(const LsmInventory *inventory, const char *name);

/* The file of that kind and number; NULL: there is none. */
LsmInventoryFile *lsm_inventory_find(const LsmInventory *inventory, FormatFileKind kind,
                                     uint64_t number);

#endif
