/*
 * script.h: what a worker does next: the kind, the records and the sizes of its operations.
 *
 * Everything is drawn from the seed, in an order that does not depend on when answers come, with
 * one exception: which of the records that are being inserted exist already is up to the target.
 * Kinds and records come from one stream of numbers, sizes from another, so that a run that loads
 * its records draws the same operations as one that finds them there.
 *
 * Records are drawn LOAD_SCRIPT_AHEAD operations ahead or more, so that what the ledger knows of
 * them is in the processor's cache when it is needed: waiting for memory would be most of what an
 * operation costs.
 *
 * Records are the worker's own (ledger.h), but for walks and reads of several records without a
 * mix, which go over the records of all workers. The members of a BATCH are distinct: one that
 * comes again is drawn again, and after DRAWS_MAX times the next one that is free is taken.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_SCRIPT_H
#define LARDER_LOADGEN_SCRIPT_H

#include "loadgen/frontier.h"
#include "loadgen/ledger.h"
#include "loadgen/plan.h"

enum { LOAD_SCRIPT_AHEAD = 8 };

/* Room for the members of a BATCH. */
typedef struct LoadGroup LoadGroup;

typedef struct LoadScript {
    const LoadPlan *plan;
    LoadLedger *ledger;
    LoadOpKind kind; /* without a mix */
    BaseRand rand;
    BaseRand size_rand;
    LoadChooser chooser;
    LoadFrontier frontier; /* of the worker's own records, by their place in the ledger */
    uint64_t drawn;
    uint64_t ahead[2 * LOAD_SCRIPT_AHEAD]; /* places of the next records: two halves in turns */
    uint64_t ahead_taken;                  /* how many of them were used */
    unsigned ahead_filled;                 /* how often a half was drawn */
    LoadGroup *idle;                       /* groups without an operation */
} LoadScript;

/*
 * The script of worker `index`, for which `ledger` was made and outlives it. `kind` is what it does
 * without a mix.
 */
void load_script_init(LoadScript *script, const LoadPlan *plan, LoadLedger *ledger, LoadOpKind kind,
                      uint32_t index);

/* REQUIRES: every operation that was drawn has ended. Takes scripts that are all zero. */
void load_script_clear(LoadScript *script);

/* Draws an operation, but for its times; begins it in the ledger. False: no memory for it. */
bool load_script_draw(LoadScript *script, LoadOp *ret_op);

/* Ends an operation that was drawn, however it went. */
void load_script_end(LoadScript *script, const LoadOp *op);

/* The size of a value. */
uint32_t load_script_size(LoadScript *script);

#endif
