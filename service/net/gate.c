/*
 * gate.c: holds back the making of replies that a peer does not take. See gate.h.
 */
#include "service/net/gate.h"

void
net_gate_init(NetGate *gate, size_t max)
{
    gate->max = max;
    gate->own = 0;
    atomic_init(&gate->backlog, 0);
    atomic_init(&gate->awaited, false);
    atomic_init(&gate->gone, false);
}

void
net_gate_add(NetGate *gate, size_t bytes)
{
    (void)atomic_fetch_add(&gate->backlog, bytes);
}

void
net_gate_share(NetGate *gate)
{
    if (gate->own != 0) {
        net_gate_add(gate, gate->own);
        gate->own = 0;
    }
}

static bool
is_over(NetGate *gate)
{
    return atomic_load(&gate->backlog) >= gate->max && !atomic_load(&gate->gone);
}

bool
net_gate_is_full(NetGate *gate)
{
    if (!is_over(gate)) {
        return false;
    }
    atomic_store(&gate->awaited, true);
    if (is_over(gate)) {
        return true;
    }
    /* If take() was faster, it tells somebody who does not wait: harmless. */
    atomic_store(&gate->awaited, false);
    return false;
}

bool
net_gate_take(NetGate *gate, size_t bytes)
{
    size_t own = bytes < gate->own ? bytes : gate->own;
    gate->own -= own;
    size_t shared = own == bytes ? atomic_load(&gate->backlog)
                                 : atomic_fetch_sub(&gate->backlog, bytes - own) - (bytes - own);
    /* Not at once, so that a slow peer does not cost a wake-up per reply. */
    return gate->own + shared <= gate->max / 2 && atomic_load(&gate->awaited) &&
           atomic_exchange(&gate->awaited, false);
}

bool
net_gate_open(NetGate *gate)
{
    atomic_store(&gate->gone, true);
    return atomic_exchange(&gate->awaited, false);
}
