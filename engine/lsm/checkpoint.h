/*
 * checkpoint.h: a copy of a store as it is at one moment, made while the store serves, that opens
 * as a store of its own.
 *
 * The copy is what the tables of one view hold, without any log: whoever wants what is only in
 * memory in it flushes before. Tables are in the order of commits (F-1), so the copy is a prefix of
 * that order with every commit that was answered before the flush. Table and blob files are
 * immutable and get a second name in the copy (a hard link); where the file system cannot, they are
 * copied. The view is held until the copy is complete, so none of them goes meanwhile. Manifest and
 * CURRENT are written anew; VERSION, so that the copy never gives out a version that the store had
 * given out by then, and ENGINE are copied.
 *
 * K-1  The target is new, or empty; nothing in it is ever overwritten.
 * K-2  ENGINE comes last, and everything before it is durable by then. A copy that broke off has
 *      files but no ENGINE, so it is neither opened nor taken for an empty directory.
 * K-3  On an error all that was made is removed again.
 *
 * A hard link is the same file: damage to the bytes of a table is in both stores. A copy for
 * another disk is made by copying the checkpoint.
 *
 * Threading: any thread; several checkpoints of one store may be under way, into different targets.
 */
#ifndef LARDER_ENGINE_LSM_CHECKPOINT_H
#define LARDER_ENGINE_LSM_CHECKPOINT_H

#include "engine/lsm/catalog.h"

enum { LSM_CHECKPOINT_MESSAGE_BYTES = 512 };

/* Borrowed. */
typedef struct LsmCheckpointArgs {
    const Env *env;
    const char *directory; /* of the store */
    LsmCatalog *catalog;
    BaseStatus (*pause)(void *user); /* called for every file; an error gives up. May be NULL */
    void *user;
} LsmCheckpointArgs;

/*
 * Makes a checkpoint in `target`, whose directory above must exist. BASE_EXISTS: it is there and
 * not empty; BASE_BUSY: somebody uses it. On failure `message` says what went wrong.
 */
BaseStatus lsm_checkpoint_run(const LsmCheckpointArgs *args, const char *target, char *message);

#endif
