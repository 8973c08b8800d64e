/*
 * copy.h: a copy of a whole store in a directory of its own, while it serves.
 *
 * The order is that of durability: the peer's files, then VERSION, then ENGINE, whose presence
 * makes the directory one that opens. A copy that fails takes away what it has made.
 *
 * Threading: from any thread.
 */
#ifndef LARDER_ENGINE_PLUGIN_COPY_H
#define LARDER_ENGINE_PLUGIN_COPY_H

#include "engine/engine.h"

/* As in EngineOps.checkpoint. */
BaseStatus plugin_copy_checkpoint(Engine *engine, const char *directory);

#endif
