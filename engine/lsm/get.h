/*
 * get.h: the newest entry of a key at a point: one key, or many at once.
 *
 * The sources of a view are asked from new to old: generations, runs of level 0, levels. The first
 * one that has an entry of the key at or below the version, or a removed range that covers it,
 * decides (L-2, L-3), and the others are not asked. Expiry is up to the caller, who knows the time:
 * see lsm_found_is_live().
 *
 * Errors: those of the tables. BASE_WOULD_BLOCK, with TABLE_CACHE_ONLY, when a block that is needed
 * is not in memory, be it of a table or of a blob file.
 *
 * Threading: any thread, inside a read section (engine/base/epoch.h); what is found is good until
 * the section ends.
 */
#ifndef LARDER_ENGINE_LSM_GET_H
#define LARDER_ENGINE_LSM_GET_H

#include "engine/lsm/counters.h"
#include "engine/lsm/view.h"
#include "engine/table/table.h"

typedef enum LsmFoundKind {
    LSM_FOUND_NOTHING = 0, /* nobody knows the key */
    LSM_FOUND_VALUE,
    LSM_FOUND_REMOVED, /* by a remove of the key itself */
    LSM_FOUND_HIDDEN,  /* by the remove of a range */
} LsmFoundKind;

typedef struct LsmFound {
    LsmFoundKind kind;
    int64_t version; /* of the put or remove; 0: nothing was found */
    /* VALUE */
    BaseSlice value;
    int64_t expires_at_ms; /* 0: never */
    TableBlock *block;     /* that the value is in: pin it to keep it; NULL: it is in a memtable */
} LsmFound;

/* Whether there is a record at a time. */
static inline bool
lsm_found_is_live(const LsmFound *found, int64_t now_ms)
{
    return found->kind == LSM_FOUND_VALUE &&
           (found->expires_at_ms == 0 || found->expires_at_ms > now_ms);
}

/* The newest entry of a stored key at a point. `flags`: TableCacheFlag bits. */
BaseStatus lsm_get(const LsmPoint *point, LsmReadCounters *counters, BaseSlice stored_key,
                   unsigned flags, LsmFound *ret_found);

/*
 * The same for `count` stored keys, in any order; ret_found[i] belongs to stored_keys[i]. Keys that
 * are neighbours share the search of tables and blocks, and memory is fetched for many keys at
 * once. An error of any key fails the call.
 */
BaseStatus lsm_multi_get(const LsmPoint *point, LsmReadCounters *counters,
                         const BaseSlice *stored_keys, size_t count, unsigned flags,
                         LsmFound *ret_found);

#endif
