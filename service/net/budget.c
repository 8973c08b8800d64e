/*
 * budget.c: counting what connections hold. See budget.h.
 */
#include "service/net/budget.h"

/* Whatever the number of connections, each may have a small request. */
enum { SHARE_MIN = 1024, FLOWING_SHARES = 8 };

void
net_budget_init(NetBudget *budget, size_t max)
{
    atomic_init(&budget->used, 0);
    atomic_init(&budget->connections, 0);
    net_budget_set_max(budget, max);
}

void
net_budget_set_max(NetBudget *budget, size_t max)
{
    size_t calm_end = max - max / 4 + 1;
    atomic_store(&budget->max, max);
    atomic_store(&budget->calm_end, (int64_t)(calm_end < max ? calm_end : max));
}

void
net_budget_charge(NetBudget *budget, int64_t bytes)
{
    (void)atomic_fetch_add_explicit(&budget->used, bytes, memory_order_relaxed);
}

size_t
net_budget_share(const NetBudget *budget)
{
    size_t max = atomic_load_explicit(&budget->max, memory_order_relaxed);
    unsigned connections = atomic_load_explicit(&budget->connections, memory_order_relaxed);
    size_t share = max / 8 / (connections == 0 ? 1 : connections);
    return share < SHARE_MIN ? SHARE_MIN : share;
}

size_t
net_budget_allowance(const NetBudget *budget, bool choked)
{
    return net_budget_share(budget) * (choked ? 1 : FLOWING_SHARES);
}
