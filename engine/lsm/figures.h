/*
 * figures.h: what a store shows of itself: EngineStats, and every figure by name.
 *
 * Names and meanings are those that engine.h lists; DESIGN.md has the list of all. Sums are exact:
 * they count from the opening of the store, and a sum is at least what was added before it was
 * asked for. Figures of files are those of the levels at one moment.
 *
 * Threading: any thread; takes the locks of the parts one after the other, and reads no file.
 */
#ifndef LARDER_ENGINE_LSM_FIGURES_H
#define LARDER_ENGINE_LSM_FIGURES_H

#include "engine/lsm/store.h"

void lsm_figures_stats(LsmStore *store, EngineStats *ret_stats);

/* Visits every figure. */
void lsm_figures_visit(LsmStore *store, EngineFigureVisitor *visit, void *user);

/* Visits the live tables, level by level. */
BaseStatus lsm_figures_files(LsmStore *store, EngineFileVisitor *visit, void *user);

#endif
