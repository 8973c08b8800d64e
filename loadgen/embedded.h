/*
 * embedded.h: a storage engine in this process as the target of load, without a server.
 *
 * The engine is opened with its presets, changed by options->engine_options, in a fresh directory
 * below options->directory, which is removed in the end. Reads are calls; writes are commits, of
 * which each worker has up to --pipeline under way. Latency is then that of the engine alone, but
 * that of a walk includes the check of its entries.
 *
 * Threading: as target.h says; the engine is shared by all sessions.
 */
#ifndef LARDER_LOADGEN_EMBEDDED_H
#define LARDER_LOADGEN_EMBEDDED_H

#include "loadgen/options.h"
#include "loadgen/target.h"

/* What went wrong opening, for people. */
typedef struct LoadEmbeddedProblem {
    char text[512];
} LoadEmbeddedProblem;

/* Options are borrowed during the call. On failure *ret_problem explains. */
BaseStatus load_embedded_open(const LoadOptions *options, LoadTarget **ret_target,
                              LoadEmbeddedProblem *ret_problem);

#endif
