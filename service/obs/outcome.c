/*
 * outcome.c: names of outcomes, from the table in outcome.h.
 */
#include "service/obs/outcome.h"

#include <stddef.h>

const char *
obs_outcome_name(ObsOutcome outcome)
{
    static const char *const names[OBS_OUTCOME_COUNT] = {
#define OUTCOME_NAME(id, name) [OBS_##id] = name,
        OBS_OUTCOME_TABLE(OUTCOME_NAME)
#undef OUTCOME_NAME
    };
    return (size_t)outcome < OBS_OUTCOME_COUNT ? names[outcome] : "unknown";
}
