/*
 * worker.h: a thread that does jobs one after the other, and something else every so often.
 *
 * Commits that wait for the disk and loads of cold keys go through one each, because neither may
 * hold up the thread that leads the sequencer.
 *
 * Threading: post from any thread; new and free by the owner.
 */
#ifndef LARDER_ENGINE_PLUGIN_WORKER_H
#define LARDER_ENGINE_PLUGIN_WORKER_H

#include "engine/base/status.h"

#include <stdint.h>

typedef struct PluginWorker PluginWorker;

/* A job; the owner keeps it until `run` is called. */
typedef struct PluginJob {
    void (*run)(struct PluginJob *job);
    struct PluginJob *next;
} PluginJob;

/*
 * Starts the thread. Every `interval_ms` (0: never), counted from the end of the last time, it
 * calls `often` between two jobs. BASE_NO_MEMORY.
 */
BaseStatus plugin_worker_new(int64_t interval_ms, void (*often)(void *user), void *user,
                             PluginWorker **ret_worker);

/* REQUIRES: no job waits. Ends the thread. Takes NULL. */
void plugin_worker_free(PluginWorker *worker);

void plugin_worker_post(PluginWorker *worker, PluginJob *job);

#endif
