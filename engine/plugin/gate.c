/*
 * gate.c: a lock for one writer and many who look, in turns: the end of a commit lets in all who
 * wait. See gate.h.
 */
#include "engine/plugin/gate.h"

#include <stdatomic.h>

void
plugin_gate_init(PluginGate *gate, int64_t version)
{
    (void)pthread_mutex_init(&gate->mutex, NULL);
    (void)pthread_cond_init(&gate->passed, NULL);
    gate->phase = 0;
    gate->waiting = gate->looking = 0;
    gate->writing = false;
    atomic_init(&gate->version, version);
}

void
plugin_gate_clear(PluginGate *gate)
{
    (void)pthread_cond_destroy(&gate->passed);
    (void)pthread_mutex_destroy(&gate->mutex);
}

void
plugin_gate_enter(PluginGate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->writing = true;
    while (gate->looking != 0) {
        (void)pthread_cond_wait(&gate->passed, &gate->mutex);
    }
    (void)pthread_mutex_unlock(&gate->mutex);
}

void
plugin_gate_leave(PluginGate *gate, int64_t version)
{
    (void)pthread_mutex_lock(&gate->mutex);
    atomic_store_explicit(&gate->version, version, memory_order_release);
    gate->writing = false;
    gate->phase++;
    if (gate->waiting != 0) {
        gate->looking = gate->waiting;
        gate->waiting = 0;
        (void)pthread_cond_broadcast(&gate->passed);
    }
    (void)pthread_mutex_unlock(&gate->mutex);
}

int64_t
plugin_gate_look(PluginGate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    if (gate->writing) {
        gate->waiting++;
        unsigned phase = gate->phase;
        while (gate->phase == phase) {
            (void)pthread_cond_wait(&gate->passed, &gate->mutex);
        }
    } else {
        gate->looking++;
    }
    int64_t version = atomic_load_explicit(&gate->version, memory_order_relaxed);
    (void)pthread_mutex_unlock(&gate->mutex);
    return version;
}

void
plugin_gate_look_away(PluginGate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->looking--;
    if (gate->looking == 0 && gate->writing) {
        (void)pthread_cond_broadcast(&gate->passed);
    }
    (void)pthread_mutex_unlock(&gate->mutex);
}
