/*
 * vitals.h: what the target tells of itself: counters of the engine and of the server.
 *
 * A source is asked again and again; each time it tells figures by name, as engine.h lists them,
 * and beside them keys, data_bytes, memory_bytes, disk_bytes, version and open_snapshots. An
 * embedded engine is asked directly, a server by Observe.store_stats on its admin address.
 *
 * Threading: one owner at a time; the target may be in use meanwhile.
 */
#ifndef LARDER_LOADGEN_VITALS_H
#define LARDER_LOADGEN_VITALS_H

#include "engine/engine.h"
#include "loadgen/options.h"
#include "loadgen/target.h"

typedef struct LoadVitals LoadVitals;

/* Options and target must outlive it. NULL: the target tells nothing, or there is no memory. */
LoadVitals *load_vitals_open(const LoadOptions *options, LoadTarget *target);

/* Takes NULL. */
void load_vitals_close(LoadVitals *vitals);

/* Visits all figures. False: the target does not answer; load_vitals_problem() says why. */
bool load_vitals_read(LoadVitals *vitals, EngineFigureVisitor *visit, void *user);

/* Why the last read failed, for people; good until the next one. */
const char *load_vitals_problem(const LoadVitals *vitals);

#endif
