/*
 * options_target.h: what --target says.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_LOADGEN_OPTIONS_TARGET_H
#define LARDER_LOADGEN_OPTIONS_TARGET_H

#include "loadgen/options.h"

/*
 * Reads options->targets, which ends with NULL (without any: the default one), and sets what
 * follows from it. NULL, or what is wrong and allowed; the caller frees it with g_free().
 */
char *load_options_target(LoadOptions *options);

#endif
