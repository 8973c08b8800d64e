/*
 * run.h: ends of calls, counted together where they are alike.
 *
 * A reactor ends calls by the dozen, and to the counters most of them are the same: one method, one
 * store, one outcome and, since they came with one read and are answered at one time, one latency.
 * An ObsRun gathers them. The first that differs, and obs_run_settle(), hand what was gathered to
 * the registry in one addition per counter. Nothing is rounded and nothing is left out: a settled
 * run has counted what obs_registry_ended() would have, call by call.
 *
 * Threading: one owner at a time, who settles before the replies leave.
 */
#ifndef LARDER_SERVICE_OBS_RUN_H
#define LARDER_SERVICE_OBS_RUN_H

#include "service/obs/registry.h"

typedef struct ObsRun {
    ObsRegistry *registry;
    ObsEnded ended; /* count 0: nothing is gathered */
} ObsRun;

/* Counts what is gathered. */
void obs_run_settle(ObsRun *run);

/* Gathers calls that ended. */
static inline void
obs_run_add(ObsRun *run, const ObsEnded *ended)
{
    ObsEnded *sum = &run->ended;
    if (ended->row != sum->row || ended->us != sum->us || ended->outcome != sum->outcome ||
        ended->store_series != sum->store_series) {
        obs_run_settle(run);
        *sum = *ended;
        return;
    }
    sum->count += ended->count;
    sum->begun += ended->begun;
    sum->request_bytes += ended->request_bytes;
    sum->reply_bytes += ended->reply_bytes;
}

#endif
