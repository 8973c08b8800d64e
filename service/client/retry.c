/*
 * retry.c: whether a call is tried again. See retry.h for the table.
 */
#include "service/client/retry.h"

#include "service/client/arguments.h"

enum {
    TOKEN = 100, /* a retry costs so much; a call adds budget_percent */
    FREE_TOKENS = 10,
    TOKENS_MAX = 100,
    US_PER_SECOND = 1000 * 1000,
};

ClientSafety
client_retry_safety(const ClientMethod *method, LarderMethod number, const void *arguments,
                    int64_t call_us)
{
    if (method->reads) {
        return CLIENT_SAFETY_READ;
    }
    if (client_arguments_request_id(method, arguments).size != 0) {
        return CLIENT_SAFETY_IDENTIFIED;
    }
    if (client_arguments_self_limiting(method, arguments, call_us / 1000)) {
        return CLIENT_SAFETY_GUARDED;
    }
    return number == LARDER_METHOD_BULK_WRITE ? CLIENT_SAFETY_PIECEMEAL : CLIENT_SAFETY_PLAIN;
}

void
client_retry_budget_init(ClientRetryBudget *budget, int64_t now_us)
{
    *budget = (ClientRetryBudget){FREE_TOKENS * TOKEN, now_us};
}

/* Adds what the time since the last look is worth. */
static void
grow(ClientRetryBudget *budget, int64_t now_us)
{
    int64_t passed_us = now_us - budget->grown_us;
    int64_t free_part = FREE_TOKENS * TOKEN;
    if (budget->balance >= free_part || passed_us <= 0) {
        budget->grown_us = now_us;
        return;
    }
    if (passed_us >= (int64_t)FREE_TOKENS * US_PER_SECOND) {
        budget->balance = free_part;
        budget->grown_us = now_us;
        return;
    }
    int64_t grown = passed_us * TOKEN / US_PER_SECOND;
    budget->balance += grown;
    budget->grown_us += grown * US_PER_SECOND / TOKEN;
    budget->balance = budget->balance < free_part ? budget->balance : free_part;
}

void
client_retry_budget_call(ClientRetryBudget *budget, const ClientRetryPolicy *policy, int64_t now_us)
{
    if (policy->budget_percent < 0) {
        return;
    }
    grow(budget, now_us);
    budget->balance += policy->budget_percent;
    if (budget->balance > (int64_t)TOKENS_MAX * TOKEN) {
        budget->balance = (int64_t)TOKENS_MAX * TOKEN;
    }
}

static bool
pay(ClientRetryBudget *budget, const ClientRetryPolicy *policy)
{
    if (policy->budget_percent < 0) {
        return true;
    }
    if (budget->balance < TOKEN) {
        return false;
    }
    budget->balance -= TOKEN;
    return true;
}

/* The table. */
static bool
may_follow(LarderOutcome outcome, ClientSafety safety)
{
    switch (outcome) {
    case LARDER_UNREACHABLE:
        return true;
    case LARDER_REFUSED:
        return safety != CLIENT_SAFETY_PIECEMEAL;
    case LARDER_INDETERMINATE:
    case LARDER_LOST:
        return safety != CLIENT_SAFETY_PLAIN && safety != CLIENT_SAFETY_PIECEMEAL;
    default:
        return false;
    }
}

/* The random part of a pause. */
static int64_t
jitter_of(const ClientRetryPolicy *policy, const ClientRetryState *state, BaseRand *rand)
{
    int64_t least = policy->pause_us;
    int64_t before = state->pause_us > least ? state->pause_us : least;
    int64_t most = before < policy->pause_max_us / 3 ? before * 3 : policy->pause_max_us;
    if (most <= least) {
        return most;
    }
    return least + (int64_t)base_rand_below(rand, (uint64_t)(most - least) + 1);
}

ClientRetryVerdict
client_retry_decide(const ClientRetryPolicy *policy, ClientSafety safety, const ClientRetryEnd *end,
                    ClientRetryState *state, ClientRetryBudget *budget, BaseRand *rand,
                    int64_t *ret_pause_us)
{
    state->attempts++;
    if (!may_follow(end->outcome, safety)) {
        return CLIENT_RETRY_FINAL;
    }
    if (state->attempts >= policy->attempts_max) {
        return CLIENT_RETRY_EXHAUSTED;
    }
    int64_t jitter_us = jitter_of(policy, state, rand);
    if (end->retry_after_us >= end->left_us - jitter_us) {
        return CLIENT_RETRY_LATE;
    }
    if (!pay(budget, policy)) {
        return CLIENT_RETRY_UNPAID;
    }
    bool in_part = end->in_part && end->outcome == LARDER_REFUSED;
    bool maybe = in_part || larder_outcome_executed(end->outcome) == LARDER_MAYBE;
    state->uncertain = state->uncertain || (maybe && safety != CLIENT_SAFETY_READ);
    state->pause_us = jitter_us;
    *ret_pause_us = end->retry_after_us + jitter_us;
    return CLIENT_RETRY_AGAIN;
}

LarderOutcome
client_retry_settle(const ClientRetryState *state, LarderOutcome outcome)
{
    bool denies = larder_outcome_executed(outcome) == LARDER_NO;
    return state->uncertain && denies ? LARDER_LOST : outcome;
}
