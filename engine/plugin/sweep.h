/*
 * sweep.h: gives back the space of records that have expired, a little with every tick.
 *
 * A pass walks over all stored records once, ROUND_RECORDS or ROUND_BYTES at a time in a thread of
 * its own, and lets the writer remove what has expired (writer.h, W-7). While much of what it sees
 * has expired, a tick is worth up to ROUNDS_MAX rounds. A round looks through a view of its own,
 * and begins where the one before has ended; so nothing is held back between rounds.
 *
 * A pass begins when a record can have expired: at the earliest expiry that the last pass has seen
 * or that was put since, and once after opening. A store whose records do not expire is read once.
 * A pass that meets an error ends, and another one begins RETRY_MS later.
 *
 * Threading: tick from any thread; the rest by the owner.
 */
#ifndef LARDER_ENGINE_PLUGIN_SWEEP_H
#define LARDER_ENGINE_PLUGIN_SWEEP_H

#include "engine/commit/stamp.h"
#include "engine/plugin/writer.h"

typedef struct PluginSweep {
    PluginJob job; /* first: it is one */
    PluginWriter *writer;
    CommitStamps *stamps;
    PluginWorker *worker;
    atomic_bool posted; /* the job is under way */
    atomic_bool passing;
    BaseBuf place; /* the worker's: the stored key that the next round begins at */
} PluginSweep;

/* Starts the thread. Takes memory that is all zeros. BASE_NO_MEMORY. */
BaseStatus plugin_sweep_init(PluginSweep *sweep, PluginWriter *writer, CommitStamps *stamps);

/* Ends the thread, after the round in hand. Takes memory that is all zeros. */
void plugin_sweep_clear(PluginSweep *sweep);

/* Has some of the work done, if there is any. Does not wait. */
void plugin_sweep_tick(PluginSweep *sweep);

#endif
