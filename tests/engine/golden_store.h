/*
 * golden_store.h: the stores in tests/golden/lsm, of format version 1 of the engine lsm: what they
 * hold, how they were made, and whether a directory still says so.
 *
 *   open/    the process died: commits that are only in the log
 *   closed/  closed in order; besides, a table that refers to a value in a blob file
 *
 * Both have tables on several levels, packed and stored blocks, several versions of keys, removed
 * ranges that overlap and touch, expiries that have passed and that have not, and both keyspaces.
 * They are never made anew: a store that was written once is read for ever.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_ENGINE_GOLDEN_STORE_H
#define LARDER_TESTS_ENGINE_GOLDEN_STORE_H

#include "tests/support/engine_rig.h"

/* A rig with the options that the stores are made and looked at with; not open. */
void golden_store_rig(EngineRig *rig, const EngineClass *engine_class);

/* Lets the time come at which a store is looked at. */
void golden_store_wait(EngineRig *rig);

/* Makes a store in the rig's directory, and leaves it closed, or as a dead process leaves it. */
void golden_store_make(EngineRig *rig, bool closed);

/* Adds a table with a reference into a blob file to a closed store (golden_blob.c). */
void golden_store_add_blob(EngineRig *rig);

/* The key in that table, and whether its value is there, or its reference is refused. */
#define GOLDEN_STORE_BLOB_KEY "zz-blob"
bool golden_store_check_blob(Engine *engine);

/* Whether an open store holds what it must; prints what it does not. */
bool golden_store_check(Engine *engine, bool with_blob);

#endif
