/*
 * outcome.c: what an engine's answer to a commit means in the contract. See outcome.h.
 */
#include "service/store/outcome.h"

_Static_assert((int)ENGINE_REASON_GUARD == (int)STORE_CONDITION_FAILED &&
                   (int)ENGINE_REASON_KEY_ABSENT == (int)STORE_KEY_ABSENT &&
                   (int)ENGINE_REASON_NOT_A_COUNTER == (int)STORE_NOT_A_COUNTER &&
                   (int)ENGINE_REASON_OUT_OF_RANGE == (int)STORE_OUT_OF_RANGE &&
                   (int)ENGINE_REASON_TOO_LONG == (int)STORE_TOO_LONG,
               "the engine's reasons have the numbers of the IDL");
_Static_assert((int)ENGINE_REFUSAL_OVERLOAD == (int)STORE_REFUSED_OVERLOAD &&
                   (int)ENGINE_REFUSAL_DISK_FULL == (int)STORE_REFUSED_DISK_FULL &&
                   (int)ENGINE_REFUSAL_MEMORY_FULL == (int)STORE_REFUSED_MEMORY_FULL &&
                   (int)ENGINE_REFUSAL_CLOSING == (int)STORE_REFUSED_DRAINING &&
                   (int)ENGINE_REFUSAL_DEADLINE == (int)STORE_REFUSED_DEADLINE &&
                   (int)ENGINE_REFUSAL_READ_ONLY == (int)STORE_REFUSED_READ_ONLY,
               "the engine's refusals have the numbers of the IDL");

/* What went wrong, in words; the engine may have nothing to say. */
static const char *
cause(const EngineOutcome *outcome, const char *otherwise)
{
    const char *what = outcome->status.what;
    return what != NULL && what[0] != '\0' ? what : otherwise;
}

static bool
refused(const Store *store, const EngineOutcome *outcome, StoreError *ret_error)
{
    static const char *const words[] = {
        [ENGINE_REFUSAL_NONE] = "it does not take the write now",
        [ENGINE_REFUSAL_OVERLOAD] = "too much work is under way",
        [ENGINE_REFUSAL_DISK_FULL] = "the disk is full",
        [ENGINE_REFUSAL_MEMORY_FULL] = "its memory is used up",
        [ENGINE_REFUSAL_CLOSING] = "it is closing",
        [ENGINE_REFUSAL_DEADLINE] = "the deadline passed before the write was executed",
        [ENGINE_REFUSAL_READ_ONLY] = "it is read-only",
    };
    EngineRefusal refusal = outcome->refusal;
    bool known = refusal != ENGINE_REFUSAL_NONE && (size_t)refusal < sizeof words / sizeof words[0];
    int code = known ? (int)refusal : (int)STORE_REFUSED_OVERLOAD;
    const char *otherwise = known ? words[refusal] : words[ENGINE_REFUSAL_NONE];
    return store_error_refused(ret_error, (StoreRefusedCode)code, store_name(store),
                               outcome->retry_after_ms, "store %s: %s", store_name(store),
                               cause(outcome, otherwise != NULL ? otherwise : ""));
}

static bool
unknown(const Store *store, const EngineOutcome *outcome, StoreError *ret_error)
{
    bool lost = outcome->status.code == BASE_CLOSED || outcome->status.code == BASE_BUSY;
    return store_error_indeterminate(
        ret_error,
        lost ? STORE_INDETERMINATE_ENGINE_UNKNOWN : STORE_INDETERMINATE_DURABILITY_UNKNOWN,
        "store %s: nobody knows whether the write was applied: %s", store_name(store),
        cause(outcome, lost ? "the engine did not answer" : "it could not be made durable"));
}

__attribute__((cold, noinline)) bool
store_outcome_fail(const Store *store, const EngineOutcome *outcome, StoreError *ret_error)
{
    if (outcome->kind == ENGINE_REFUSED) {
        return refused(store, outcome, ret_error);
    }
    if (outcome->kind == ENGINE_UNKNOWN) {
        return unknown(store, outcome, ret_error);
    }
    /* "None of it, and trying again does not help": never a refusal, whatever the cause. */
    (void)store_error_status(ret_error, outcome->status, store_name(store));
    if (ret_error->kind == STORE_ERROR_FAILED) {
        return false;
    }
    return store_error_failed(ret_error, STORE_FAILED_INTERNAL, "store %s: %s", store_name(store),
                              cause(outcome, "the engine cannot carry out the write"));
}

StoreNotApplied
store_outcome_reason(const EngineOutcome *outcome)
{
    return outcome->kind == ENGINE_APPLIED ? STORE_WAS_APPLIED
                                           : (StoreNotApplied)(int)outcome->reason;
}

int64_t
store_outcome_number(const EngineMutation *mutation, const EngineOutcome *outcome)
{
    return outcome->kind == ENGINE_APPLIED ? mutation->result.number : outcome->current_number;
}
