/*
 * workload.h: what a run does, by name.
 *
 * get, put and mixed are for servers and engines alike. The others are those of db_bench, with its
 * meaning of the names, so that figures can be set beside each other; fill... begin with a store
 * that the run has not loaded, all others load it first (--no-load: it is there already).
 *
 * ycsb-a to ycsb-f are the core workloads of YCSB: its shares, its distributions, its scan lengths;
 * keys are scattered and values have LOAD_YCSB_VALUE_BYTES unless told otherwise. A record is one
 * value here, not ten fields: an update writes all of it.
 *
 * mix is what --mix says.
 *
 * Threading: constants.
 */
#ifndef LARDER_LOADGEN_WORKLOAD_H
#define LARDER_LOADGEN_WORKLOAD_H

#include "loadgen/op.h"

enum { LOAD_YCSB_VALUE_BYTES = 1000 };

/* Which record comes next. */
typedef enum LoadOrder {
    LOAD_ORDER_RANDOM,   /* any, drawn uniformly */
    LOAD_ORDER_FORWARD,  /* the next one; behind the last the first */
    LOAD_ORDER_BACKWARD, /* the one before; before the first the last */
} LoadOrder;

typedef struct LoadWorkload {
    const char *name;
    LoadOpKind kind;
    LoadOrder order;
    const char *mix;          /* in the words of mix.h; NULL: `kind` says it all */
    const char *distribution; /* preset, in the words of chooser.h; NULL: uniform */
    bool mixed;               /* PUT instead of GET by a share that is chosen */
    bool missing;             /* GET: of keys that nobody writes */
    bool sync;                /* PUT: answered only after a sync */
    bool ycsb;                /* with the presets of YCSB */
    bool fresh;               /* nothing is loaded before */
    bool writer;   /* the first worker puts instead, over all records, and nobody else does */
    bool counted;  /* preset: as many operations as records, not a time; COMPACT: one */
    bool embedded; /* goes with an engine in this process only */
    unsigned walk; /* SCAN, MULTI_GET: entries of one, as preset */
} LoadWorkload;

/* The workload of that name; NULL: there is none. */
const LoadWorkload *load_workload_find(const char *name);

/* The i-th workload, from 0; NULL behind the last one. */
const LoadWorkload *load_workload_at(size_t index);

#endif
