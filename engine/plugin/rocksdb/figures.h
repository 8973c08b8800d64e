/*
 * figures.h: what RocksDB tells of itself.
 *
 * Numbers are properties. Flushes, compactions and stalls are not among them, but stand in the
 * tables that RocksDB prints for people, which it keeps anyway: counting costs nothing, while the
 * tickers of its statistics would cost each read and write. A table has times to 10 ms and bytes to
 * 1 MB for flushes and 10 MB for the rest. The rows of the table of priorities tell flushes (High)
 * from compactions (all others); with what recovery has flushed, which is User, it stands among the
 * compactions. A table of another form leaves figures at 0.
 *
 * Threading: from any thread.
 */
#ifndef LARDER_ENGINE_PLUGIN_ROCKSDB_FIGURES_H
#define LARDER_ENGINE_PLUGIN_ROCKSDB_FIGURES_H

#include "engine/engine.h"

#include <rocksdb/c.h>

/* A property that is a number; 0: there is none. */
int64_t rocksdb_figures_property(rocksdb_t *db, const char *name);

/* Tells all figures; those that lsm has too, under its names. */
void rocksdb_figures_visit(rocksdb_t *db, EngineFigureVisitor *visit, void *user);

#endif
