/*
 * current.h: the file CURRENT: the name of the manifest in force, and a hash that proves it.
 *
 *     MANIFEST-000012 0123456789abcdef\n
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_CURRENT_H
#define LARDER_ENGINE_FORMAT_CURRENT_H

#include "engine/base/buf.h"
#include "engine/base/status.h"

/* Appends the text for the manifest of that number. False: no memory. */
bool format_current_encode(BaseBuf *into, uint64_t manifest);

BaseStatus format_current_decode(BaseSlice bytes, uint64_t *ret_manifest);

#endif
