/*
 * outcome.c: outcomes of errors. See outcome.h, and prepare in backend.h for the codes.
 */
#include "engine/commit/outcome.h"

const EngineOutcome commit_outcome_of_applied = {.kind = ENGINE_APPLIED, .status = {BASE_OK, ""}};

EngineOutcome
commit_outcome_refused(EngineRefusal refusal, BaseStatus status)
{
    return (EngineOutcome){.kind = ENGINE_REFUSED, .refusal = refusal, .status = status};
}

EngineOutcome
commit_outcome_unknown(BaseStatus status)
{
    return (EngineOutcome){.kind = ENGINE_UNKNOWN, .status = status};
}

EngineOutcome
commit_outcome_failed(BaseStatus status)
{
    return (EngineOutcome){.kind = ENGINE_FAILED, .status = status};
}

EngineOutcome
commit_outcome_error(BaseStatus status, int64_t retry_after_ms)
{
    EngineOutcome outcome;
    switch (status.code) {
    case BASE_NO_MEMORY:
        outcome = commit_outcome_refused(ENGINE_REFUSAL_MEMORY_FULL, status);
        break;
    case BASE_NO_SPACE:
        outcome = commit_outcome_refused(ENGINE_REFUSAL_DISK_FULL, status);
        break;
    case BASE_BUSY:
        outcome = commit_outcome_refused(ENGINE_REFUSAL_OVERLOAD, status);
        break;
    case BASE_CLOSED:
        outcome = commit_outcome_refused(ENGINE_REFUSAL_CLOSING, status);
        break;
    default:
        return commit_outcome_failed(status);
    }
    outcome.retry_after_ms = retry_after_ms;
    return outcome;
}
