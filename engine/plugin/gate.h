/*
 * gate.h: keeps the version that a store is at together with what it shows.
 *
 * A peer makes a batch visible somewhere within its commit, and cannot say when. So a commit and
 * the version that it brings happen inside of the gate, and a view is taken outside of it: its
 * version is exactly that of the last commit that it shows. Nobody waits long: those who want to
 * look wait for one commit, and the next one waits for those who waited, not for later ones.
 *
 * Threading: enter and leave by one writer at a time; the others from any thread.
 */
#ifndef LARDER_ENGINE_PLUGIN_GATE_H
#define LARDER_ENGINE_PLUGIN_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct PluginGate {
    pthread_mutex_t mutex;
    pthread_cond_t passed;
    unsigned phase;          /* [mutex] commits so far */
    int waiting;             /* [mutex] those who look after the commit in hand */
    int looking;             /* [mutex] those who look */
    bool writing;            /* [mutex] the writer is inside, or about to enter */
    _Atomic int64_t version; /* written inside, by the writer */
} PluginGate;

void plugin_gate_init(PluginGate *gate, int64_t version);

void plugin_gate_clear(PluginGate *gate);

/* Around the commit of a batch; `version`: what is shown from now on. */
void plugin_gate_enter(PluginGate *gate);
void plugin_gate_leave(PluginGate *gate, int64_t version);

/* Around the making of a view; several threads may look at once. The version that it shows. */
int64_t plugin_gate_look(PluginGate *gate);
void plugin_gate_look_away(PluginGate *gate);

#endif
