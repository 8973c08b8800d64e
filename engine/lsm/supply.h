/*
 * supply.h: spares for the writer, made ahead: a segment on disk and a memtable for it.
 *
 * Threading: make() by one thread at a time.
 */
#ifndef LARDER_ENGINE_LSM_SUPPLY_H
#define LARDER_ENGINE_LSM_SUPPLY_H

#include "engine/lsm/catalog.h"
#include "engine/lsm/price.h"

/* The writer, as the worker knows it: the functions of writer.h. */
typedef struct LsmSupplyWriter {
    void *user;
    size_t (*wants)(void *user);
    size_t (*segment_bytes)(size_t bytes);
    void (*offer)(void *user, LsmGeneration *spare);
    void (*deny)(void *user, BaseStatus status);
    void (*set_price)(void *user, double ns_per_byte, LsmPriceCause cause);
    void (*poison)(void *user, const char *what);
} LsmSupplyWriter;

typedef struct LsmSupply {
    LsmCatalog *catalog;
    LsmLog *log;
    LsmSupplyWriter writer;
} LsmSupply;

/*
 * Makes the spare that the writer wants, if it wants one, and hands it over; or tells it why there
 * is none. *ret_made: a spare was handed over. BASE_IO is final for the store: the directory could
 * not be synced.
 */
BaseStatus lsm_supply_make(LsmSupply *supply, bool *ret_made);

#endif
