/*
 * facts.h: what the manifests of a directory say, as far as they can be read.
 *
 * Without a manifest that reads whole, its records are still worth something, each by itself: a
 * table that was dropped must not come back, a table that was added has a level, an order and
 * perhaps a version that its file does not know. All manifests are read, from the lowest number to
 * the highest; a whole state at the start of one replaces what was known before.
 *
 * The facts are whole when the manifest that counts was read without a gap. Then they are the
 * levels, even if CURRENT is lost.
 *
 * Threading: plain values; one thread.
 */
#ifndef LARDER_ENGINE_LSM_FACTS_H
#define LARDER_ENGINE_LSM_FACTS_H

#include "engine/lsm/inventory.h"
#include "engine/lsm/levels.h"

/* A table that some record has named. */
typedef struct LsmFact {
    FormatTable info; /* its slices lie in memory of the fact */
    bool live;        /* as far as it is known */
} LsmFact;

typedef struct LsmFacts {
    LsmFact *tables; /* by number */
    size_t count;
    LsmBlobFile *blobs; /* live ones */
    size_t blob_count;
    LsmStoreState state; /* the highest of each that was seen */
    bool any;            /* there was a record */
    bool whole;          /* nothing is missing from the newest manifest, but perhaps at its end */
    bool torn;           /* bytes that are no record are at its end */
} LsmFacts;

/* Hears where a manifest could not be read; `at_end`: perhaps a record was never completed. */
typedef void LsmFactsGap(void *user, uint64_t number, int64_t offset, bool at_end,
                         const char *what);

/* Reads all manifests of the inventory. BASE_NO_MEMORY: there is nothing to clear. */
BaseStatus lsm_facts_read(const Env *env, const char *directory, const LsmInventory *inventory,
                          LsmFactsGap *gap, void *user, LsmFacts *ret_facts);

/* Frees what they hold. */
void lsm_facts_clear(LsmFacts *facts);

/* What is known of a table; NULL: nothing. */
const LsmFact *lsm_facts_find(const LsmFacts *facts, int64_t number);

#endif
