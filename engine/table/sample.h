/*
 * sample.h: some data blocks of a table, spread evenly over it.
 *
 * Threading: any thread, outside of read sections: it reads the file.
 */
#ifndef LARDER_ENGINE_TABLE_SAMPLE_H
#define LARDER_ENGINE_TABLE_SAMPLE_H

#include "engine/table/table.h"

/* Receives the bytes of a block, as they were before packing; false stops. */
typedef bool TableSampleVisitor(void *user, BaseSlice raw);

/* Visits up to `count` blocks, in order. What is read does not enter the cache. */
BaseStatus table_sample(const Table *table, uint32_t count, TableSampleVisitor *visit, void *user);

#endif
