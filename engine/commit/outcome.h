/*
 * outcome.h: what a commit is answered with when an error stands in its way. Engines that commit on
 * their own use it too.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_COMMIT_OUTCOME_H
#define LARDER_ENGINE_COMMIT_OUTCOME_H

#include "engine/engine.h"

extern const EngineOutcome commit_outcome_of_applied;

/*
 * Sets the outcome of a commit that was applied. In place and from a copy, which takes a few wide
 * moves: compilers zero a struct of this size with a string instruction that takes longer.
 */
static inline void
commit_outcome_apply(EngineOutcome *ret_outcome, int64_t version)
{
    *ret_outcome = commit_outcome_of_applied;
    ret_outcome->version = version;
}

/*
 * Certainly not applied, for an error before anything was written: REFUSED or FAILED by its code.
 */
EngineOutcome commit_outcome_error(BaseStatus status, int64_t retry_after_ms);

EngineOutcome commit_outcome_refused(EngineRefusal refusal, BaseStatus status);

EngineOutcome commit_outcome_unknown(BaseStatus status);

EngineOutcome commit_outcome_failed(BaseStatus status);

#endif
