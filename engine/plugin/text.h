/*
 * text.h: texts of peers that live for ever, as a BaseStatus needs them.
 *
 * A peer tells what is wrong in a string of its own. The first so many different ones are kept;
 * after that a general text must do.
 *
 * Threading: from any thread.
 */
#ifndef LARDER_ENGINE_PLUGIN_TEXT_H
#define LARDER_ENGINE_PLUGIN_TEXT_H

#include "engine/base/status.h"

/* A copy of the text, at most 255 bytes of it, that lives for ever. */
const char *plugin_text_keep(const char *text);

#endif
