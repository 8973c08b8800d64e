/*
 * run.c: a run is counted, and begins anew. See run.h.
 *
 * What is settled keeps its row, outcome and latency, with a count of 0; adding to that is right
 * for calls which are like it.
 */
#include "service/obs/run.h"

void
obs_run_settle(ObsRun *run)
{
    ObsEnded *sum = &run->ended;
    if (sum->count == 0) {
        return;
    }
    obs_registry_ended(run->registry, sum);
    sum->count = 0;
    sum->begun = 0;
    sum->request_bytes = 0;
    sum->reply_bytes = 0;
}
