/*
 * budget.h: how many bytes all connections of a server may hold together, and who gives way.
 *
 * Held are: received bytes that are not yet a delivered request, copies of delivered requests,
 * replies that have not left, and the slots of requests. Bytes count, not the storage that was set
 * aside for them: pages of it that were never written cost nothing. The policy has to keep
 * well-behaved clients alive while hostile ones fill the budget, so it never stops everybody:
 *
 *   calm   up to 3/4 of the maximum: nobody is limited.
 *   tight  above: half of the last quarter is divided by the number of connections. A connection
 *          that holds less than its share goes on, and reads no more than fits into it; one that
 *          holds more stops reading until its replies have left or the pressure is over. A client
 *          of small requests hardly notices, and input alone cannot bring the budget to its
 *          maximum. Connections that hold most, and had a second to be done with it, are closed
 *          (sweep.h), so that unfinished requests cannot pin the budget for ever.
 *   full   at the maximum: besides, who holds more than its allowance is told so by
 *          net_request_own_input() and net_request_over_budget(), to answer with a refusal. The
 *          allowance is a share; but eight of them for a connection whose replies leave as they are
 *          made, since what it holds will be gone in a moment: a client that pipelines and reads
 *          is not refused because others do not read. New connections are still welcome: they cost
 *          little, and their share is theirs.
 *
 * The maximum is passed at most by what was under way when it was reached: one read of 64 KiB, the
 * requests in the hands of workers, a reply each, and the allowances of those that hold less. While
 * it is tight nobody reads beyond a share, so allowances are filled by what was read before.
 *
 * Threading: any thread. Counters are atomic and exact, the levels derived from them are a moment's
 * view.
 */
#ifndef LARDER_SERVICE_NET_BUDGET_H
#define LARDER_SERVICE_NET_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum NetBudgetLevel {
    NET_BUDGET_CALM,
    NET_BUDGET_TIGHT,
    NET_BUDGET_FULL,
} NetBudgetLevel;

typedef struct NetBudget {
    _Atomic int64_t used; /* below 0 for moments: threads settle their sums at different times */
    _Atomic size_t max;
    _Atomic int64_t calm_end;     /* below it nobody is limited */
    _Atomic unsigned connections; /* open now */
} NetBudget;

void net_budget_init(NetBudget *budget, size_t max);

/* Another maximum, from now on. */
void net_budget_set_max(NetBudget *budget, size_t max);

/* Adds to what is held; negative gives back. */
void net_budget_charge(NetBudget *budget, int64_t bytes);

/* What is held, at least 0. */
static inline size_t
net_budget_used(const NetBudget *budget)
{
    int64_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    return used < 0 ? 0 : (size_t)used;
}

/* Whether nobody is limited. Asked several times for each request, like the next one. */
static inline bool
net_budget_is_calm(const NetBudget *budget)
{
    return atomic_load_explicit(&budget->used, memory_order_relaxed) <
           atomic_load_explicit(&budget->calm_end, memory_order_relaxed);
}

static inline bool
net_budget_is_full(const NetBudget *budget)
{
    return net_budget_used(budget) >= atomic_load_explicit(&budget->max, memory_order_relaxed);
}

static inline NetBudgetLevel
net_budget_level(const NetBudget *budget)
{
    if (net_budget_is_calm(budget)) {
        return NET_BUDGET_CALM;
    }
    return net_budget_is_full(budget) ? NET_BUDGET_FULL : NET_BUDGET_TIGHT;
}

/* What one connection may hold while the budget is tight. At least 1 KiB. */
size_t net_budget_share(const NetBudget *budget);

/* What it may hold without being refused. `choked`: its socket takes no replies now. */
size_t net_budget_allowance(const NetBudget *budget, bool choked);

#endif
