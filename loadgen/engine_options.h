/*
 * engine_options.h: options of an engine that runs in this process, as given on a command line.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_LOADGEN_ENGINE_OPTIONS_H
#define LARDER_LOADGEN_ENGINE_OPTIONS_H

#include "engine/engine.h"

/*
 * The values that engine_open() takes: the presets of the class, changed by `texts`, a list of
 * "name=value" that ends with NULL (or is NULL). The caller frees them with free(). NULL:
 * *ret_problem says what is wrong and allowed; the caller frees it with g_free().
 */
int64_t *load_engine_options(const EngineClass *engine_class, char *const *texts,
                             char **ret_problem);

#endif
