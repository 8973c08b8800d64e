/*
 * dictionary.h: a dictionary for the tables that a compaction of the last level makes, if one pays.
 *
 * Nine tenths of the data are on the last level, in small blocks, so what they have in common is
 * worth most there. Blocks of the inputs are looked at, spread over all of them; inputs of less
 * than LSM_DICTIONARY_INPUT bytes are not worth the time.
 *
 * Threading: any thread, outside of read sections.
 */
#ifndef LARDER_ENGINE_LSM_DICTIONARY_H
#define LARDER_ENGINE_LSM_DICTIONARY_H

#include "engine/lsm/tables.h"

#define LSM_DICTIONARY_INPUT ((int64_t)8 << 20)

/*
 * Appends a dictionary for packing at zstd's `level` to `into`, or nothing: when none pays, an
 * input cannot be read, or memory is short.
 */
void lsm_dictionary_make(LsmTable *const *inputs, size_t count, int level, BaseBuf *into);

#endif
