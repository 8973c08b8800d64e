/*
 * null.h: a target that does nothing, to measure what the generator itself costs.
 *
 * Everything is answered at once: writes, whose values are made as for any other target, as done,
 * reads as having found nothing. So what remains is the generator: drawing operations, making
 * values, reading the clock twice for every --pipeline operations, judging and recording. A value
 * that is read would have to be checked besides, and requests be encoded and sent.
 *
 * Threading: as target.h says.
 */
#ifndef LARDER_LOADGEN_NULL_H
#define LARDER_LOADGEN_NULL_H

#include "loadgen/target.h"

/* NULL: no memory. */
LoadTarget *load_null_open(void);

#endif
