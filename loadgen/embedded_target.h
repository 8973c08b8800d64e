/*
 * embedded_target.h: what the parts of the embedded target share.
 */
#ifndef LARDER_LOADGEN_EMBEDDED_TARGET_H
#define LARDER_LOADGEN_EMBEDDED_TARGET_H

#include "engine/engine.h"
#include "loadgen/target.h"

typedef struct LoadEmbeddedTarget {
    LoadTarget target; /* first: it is a target */
    Engine *engine;
    char *directory;
} LoadEmbeddedTarget;

/* A session of an embedded target; see embedded_session.c. */
BaseStatus load_embedded_session_new(LoadTarget *target, const LoadSessionArgs *args,
                                     LoadSession **ret_session);

#endif
