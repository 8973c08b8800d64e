/*
 * front.h: keys in ascending order, each stored as what distinguishes it from the one before.
 *
 *     shared v | unshared v | bytes
 *
 * A key is front-coded against another one, which the context names. Decoding proves order and
 * shortest form at once: the first stored byte is the first that differs, so it must be the larger
 * one.
 *
 * Threading: the buffers' owner.
 */
#ifndef LARDER_ENGINE_FORMAT_FRONT_H
#define LARDER_ENGINE_FORMAT_FRONT_H

#include "engine/base/buf.h"
#include "engine/format/decode.h"

/* Appends `key`, which is not before `against`. */
void format_front_encode(BaseBuf *into, BaseSlice against, BaseSlice key);

/*
 * Reads a key and puts it into the place of the one that it is coded against. False: it is before
 * that one, equal to it although `ascends` is set, or no key at all (the decoder is bad then); or
 * there was no memory (`key->failed`).
 */
bool format_front_decode(FormatDecoder *decoder, BaseBuf *key, bool ascends);

#endif
