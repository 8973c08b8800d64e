/*
 * overhead.h: what an operation costs the generator itself, so that its share of what is measured
 * is known.
 *
 * Two figures, in processor time. An operation: a short run with the same settings against a target
 * that does nothing (null.h), in a closed loop; it has in it the draws, making values, the ledger,
 * two looks at the clock, and the histograms. A check: reading a value of these settings and
 * comparing it with what must be there. What is not in them: encoding, system calls, and, with a
 * rate, drawing when the next operation is due.
 *
 * Threading: none of its own; called while nothing else runs in the process.
 */
#ifndef LARDER_LOADGEN_OVERHEAD_H
#define LARDER_LOADGEN_OVERHEAD_H

#include "loadgen/run.h"

typedef struct LoadOverhead {
    double operation_ns;
    double check_ns;
} LoadOverhead;

/*
 * Measures for a fraction of a second (longer on a machine that is too busy), with all threads that
 * the options want, and with no more records than fit into the memory of any machine. With a target
 * that does nothing the run itself is to tell what an operation costs: that is left 0. False: no
 * memory or threads.
 */
bool load_overhead_measure(const LoadOptions *options, LoadOverhead *ret_it);

/* What an operation cost in a run, which must have had a target that does nothing. */
double load_overhead_operation_ns(const LoadRunResult *result);

#endif
