/*
 * call.h: what is known of the request at hand.
 *
 * A lane owns one ObsCall and fills in the first group before it calls a handler; the handler says
 * in the second group what came of it. Handlers take the time of arrival from here, and the lane
 * takes the labels of its counters from here, so neither needs to know the other.
 *
 * Threading: one request at a time, in one thread.
 */
#ifndef LARDER_SERVICE_OBS_CALL_H
#define LARDER_SERVICE_OBS_CALL_H

#include "service/obs/outcome.h"
#include "service/obs/series.h"

#include <stdint.h>

typedef struct ObsCall {
    const char *method; /* its name in the contract */
    const char *peer;   /* as the transport names it; "" when unknown */
    int64_t arrival_us; /* monotonic: its last byte was read */

    ObsOutcome outcome;      /* OBS_OK unless the handler sets it */
    int32_t code;            /* of the exception that the handler throws; 0: it throws none */
    ObsSeries *store_series; /* of the store that the call worked on; NULL when there was none */
} ObsCall;

#endif
