/*
 * options_together.h: checks of laws (laws.h) that depend on the other options.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_LOADGEN_OPTIONS_TOGETHER_H
#define LARDER_LOADGEN_OPTIONS_TOGETHER_H

#include "loadgen/options.h"

/* Records that keys must be able to number: those that are loaded and those that are inserted. */
uint64_t load_options_together_records(const LoadOptions *options);

/*
 * Checks laws each of which is right by itself against the target and each other. NULL, or what is
 * wrong and allowed; the caller frees it with g_free().
 */
char *load_options_together(const LoadOptions *options);

#endif
