/*
 * repair.h: makes a directory that does not open a store again, with all that is intact.
 *
 * What the files say is believed in this order.
 *   1. The manifest that CURRENT names, if it reads whole. It says which tables make up the store.
 *   2. Else the facts of all manifests (facts.h), if nothing in them is missing.
 *   3. Else the tables themselves, less those that some record has dropped, as far as known. They
 *      are ordered by their versions; where versions of overlapping tables interleave, so that no
 *      order is right, all of them are merged into new ones.
 *
 * Then, whatever the source: a damaged table becomes a new one with what can be read of it; a log
 * that is damaged becomes tables with every commit that can be read, also behind the damage, where
 * recovery would stop. A manifest with the result becomes the current one.
 *
 * Q-1  Nothing is made up: every record was written at some time, at the version that it has. But
 *      an older record of a key can show where a newer one is lost, and a removed one where its
 *      remove is lost; so each loss is reported, with its file, and as a count where it is known.
 * Q-2  Nothing is deleted: files that are damaged, or whose place in the store is unknown, move to
 *      the directory "quarantine". What a repair leaves as unneeded (merged tables, segments whose
 *      commits are in tables) is removed by the next opening, as always.
 * Q-3  A repair that fails or is interrupted has changed nothing that counts; it can be run again.
 *
 * Threading: one thread, over a directory that nobody uses.
 */
#ifndef LARDER_ENGINE_LSM_REPAIR_H
#define LARDER_ENGINE_LSM_REPAIR_H

#include "engine/engine.h"

/*
 * EngineClass.repair_files. Every step, and every loss, is reported as it is met. OK: the store
 * opens; also when nothing was wrong. An error: it could not be done, and args->message says why.
 */
BaseStatus lsm_repair_directory(EngineFilesArgs *args);

#endif
