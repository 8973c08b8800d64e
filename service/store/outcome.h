/*
 * outcome.h: what an engine's answer to a commit means in the contract. Internal to service/store.
 *
 * Applied and not applied are results; the other three outcomes are errors. The engine's reasons
 * and refusals have the numbers of the IDL; CLOSING is DRAINING to a client. An unknown outcome is
 * ENGINE_UNKNOWN when the engine lost its connection or did not answer (BASE_CLOSED, BASE_BUSY),
 * and DURABILITY_UNKNOWN otherwise: the commit was written, but could not be made durable.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_STORE_OUTCOME_H
#define LARDER_SERVICE_STORE_OUTCOME_H

#include "service/store/write.h"

/* Fills in *ret_error for an outcome that is no result. Returns false. */
bool store_outcome_fail(const Store *store, const EngineOutcome *outcome, StoreError *ret_error);

/* Is it a result? Else *ret_error is filled in. */
static inline bool
store_outcome_check(const Store *store, const EngineOutcome *outcome, StoreError *ret_error)
{
    return outcome->kind == ENGINE_APPLIED || outcome->kind == ENGINE_NOT_APPLIED ||
           store_outcome_fail(store, outcome, ret_error);
}

/* NotApplied of an outcome that is APPLIED or NOT_APPLIED. */
StoreNotApplied store_outcome_reason(const EngineOutcome *outcome);

/*
 * The counter after an INCREMENT whose outcome is APPLIED or NOT_APPLIED: the sum, or what the key
 * holds, or 0 when that is absent or no counter.
 */
int64_t store_outcome_number(const EngineMutation *mutation, const EngineOutcome *outcome);

#endif
