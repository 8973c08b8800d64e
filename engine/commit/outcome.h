/*
 * outcome.h: what a commit is answered with when an error stands in its way. Engines that commit on
 * their own use it too.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_COMMIT_OUTCOME_H
#define LARDER_ENGINE_COMMIT_OUTCOME_H

#include "engine/engine.h"

static inline EngineOutcome
commit_outcome_applied(int64_t version)
{
    return (EngineOutcome){.kind = ENGINE_APPLIED, .version = version, .status = base_ok()};
}

/*
 * Certainly not applied, for an error before anything was written: REFUSED or FAILED by its code.
 */
EngineOutcome commit_outcome_error(BaseStatus status, int64_t retry_after_ms);

EngineOutcome commit_outcome_refused(EngineRefusal refusal, BaseStatus status);

EngineOutcome commit_outcome_unknown(BaseStatus status);

EngineOutcome commit_outcome_failed(BaseStatus status);

#endif
