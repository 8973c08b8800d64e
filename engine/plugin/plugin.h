/*
 * plugin.h: an engine made of a peer (peer.h).
 *
 * A module of this kind is one file: the functions of the peer, its options, and a class whose
 * `open` calls plugin_open(). Guards, versions, expiry, batches, snapshots, walks, estimates,
 * verification, durability modes and the copying of whole stores come from here.
 *
 * The files of the peer are in the directory `db` within the engine's, which leaves LOCK, ENGINE
 * and VERSION to Larder. They are the peer's own files: they do not go through the Env, so this
 * engine needs the real file system, and says so when it gets another one.
 *
 * Threading: as engine.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_PLUGIN_H
#define LARDER_ENGINE_PLUGIN_PLUGIN_H

#include "engine/plugin/peer.h"

/* The options that every class of this kind begins with, in this order. */
enum { PLUGIN_OPTION_DURABILITY = 0, PLUGIN_OPTION_SYNC_INTERVAL = 1, PLUGIN_OPTION_OWN = 2 };

#define PLUGIN_DURABILITY_OPTION(os_survives)                                                    \
    {                                                                                            \
        .name = "durability", .type = ENGINE_OPTION_CHOICE, .preset = 0, .lowest = 0,            \
        .highest = 2, .choices = "always|interval|os",                                           \
        .help = "What an acknowledged write survives: always, a power cut; interval, so do all " \
                "but those of the last sync_interval; os, the end of the process" os_survives    \
    }

#define PLUGIN_SYNC_INTERVAL_OPTION                                                          \
    {                                                                                        \
        .name = "sync_interval", .type = ENGINE_OPTION_DURATION, .preset = 100, .lowest = 1, \
        .highest = 3600 * 1000,                                                              \
        .help = "With durability=interval: the longest time between a write and its sync."   \
    }

/* The peer of a class. Constant, lives for ever. */
typedef struct PluginKind {
    const EngineClass *engine_class;
    BaseStatus (*open_peer)(const PluginPeerArgs *args, PluginPeer **ret_peer);
} PluginKind;

/* Implements EngineClass.open. */
BaseStatus plugin_open(const PluginKind *kind, EngineOpenArgs *args, Engine **ret_engine);

#endif
