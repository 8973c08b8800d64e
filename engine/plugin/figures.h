/*
 * figures.h: how much there is, how it can be split, and whether all of it can be read.
 *
 * Threading: as engine.h says.
 */
#ifndef LARDER_ENGINE_PLUGIN_FIGURES_H
#define LARDER_ENGINE_PLUGIN_FIGURES_H

#include "engine/engine.h"

/* Functions of EngineOps. */
void plugin_figures_stats(Engine *engine, EngineStats *ret_stats);
void plugin_figures_visit(Engine *engine, EngineFigureVisitor *visit, void *user);
BaseStatus plugin_figures_range_estimate(Engine *engine, const EngineRange *range,
                                         EngineRangeEstimate *ret_estimate);
BaseStatus plugin_figures_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
                                      EngineSplitVisitor *visit, void *user);
BaseStatus plugin_figures_verify(Engine *engine);

#endif
