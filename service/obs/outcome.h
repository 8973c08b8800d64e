/*
 * outcome.h: what a request came to, in the terms of the contract.
 *
 * Seven outcomes: a result, one for each of the five exceptions, and one for bytes that never
 * became a call. They are the label of every request counter, so their names are part of the
 * metrics.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_OBS_OUTCOME_H
#define LARDER_SERVICE_OBS_OUTCOME_H

/* X(ID, name) */
#define OBS_OUTCOME_TABLE(X)          \
    X(OK, "ok")                       \
    X(INVALID, "invalid")             \
    X(NOT_HERE, "not_here")           \
    X(REFUSED, "refused")             \
    X(INDETERMINATE, "indeterminate") \
    X(FAILED, "failed")               \
    X(PROTOCOL, "protocol")

typedef enum ObsOutcome {
#define OBS_OUTCOME_ID(id, name) OBS_##id,
    OBS_OUTCOME_TABLE(OBS_OUTCOME_ID)
#undef OBS_OUTCOME_ID
        OBS_OUTCOME_COUNT
} ObsOutcome;

/* "ok", "invalid", ...; "unknown" for a number that is none of them. */
const char *obs_outcome_name(ObsOutcome outcome);

#endif
