/*
 * store.c: moments. See store.h.
 */
#include "engine/plugin/store.h"

BaseStatus
plugin_store_take(PluginStore *store, bool shared, PluginMoment *ret_moment)
{
    PluginGate *gate = &store->writer.gate;
    PluginMoment moment = {.version = plugin_gate_look(gate)};
    BaseStatus status = store->peer->ops->view_new(store->peer, shared, &moment.view);
    plugin_gate_look_away(gate);
    if (base_is_ok(status)) {
        moment.stamp_ms = commit_stamp_now(&store->stamps);
        *ret_moment = moment;
    }
    return status;
}

void
plugin_store_let_go(PluginStore *store, const PluginMoment *moment)
{
    store->peer->ops->view_free(store->peer, moment->view);
}
