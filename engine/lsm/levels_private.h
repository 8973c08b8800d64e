/*
 * levels_private.h: the blob files of levels: for levels.c and levels_blobs.c.
 *
 * Threading: as levels.h.
 */
#ifndef LARDER_ENGINE_LSM_LEVELS_PRIVATE_H
#define LARDER_ENGINE_LSM_LEVELS_PRIVATE_H

#include "engine/lsm/levels.h"

/* Lists the blob files of `from` in `to`, with references. False: no memory. */
bool lsm_levels_copy_blobs(const LsmLevels *from, LsmLevels *to);

/* Applies an edit that adds a blob file, counts more of it as dead, or drops it. */
BaseStatus lsm_levels_change_blobs(LsmLevels *levels, const FormatEdit *edit, char *message);

/* Blob files that `after` has not lose their files when nobody holds them any more. */
void lsm_levels_supersede_blobs(const LsmLevels *before, const LsmLevels *after);

/* Gives the references back and frees the list. */
void lsm_levels_clear_blobs(LsmLevels *levels);

/* Appends edits that lead from nothing to these blob files. False: no memory. */
bool lsm_levels_describe_blobs(const LsmLevels *levels, BaseBuf *into);

#endif
