/*
 * run_out.h: walks an iterator of the LSM engine from one end to the other.
 *
 * Threading: the iterator's.
 */
#ifndef LARDER_TESTS_SUPPORT_RUN_OUT_H
#define LARDER_TESTS_SUPPORT_RUN_OUT_H

#include "engine/lsm/iterator.h"

/* Steps until the iterator ends; returns the keys that it has shown. */
static inline size_t
run_out(EngineIterator *iterator, bool backward)
{
    size_t seen = 0;
    (backward ? lsm_iterator_seek_before : lsm_iterator_seek)(iterator, NULL);
    for (; iterator->valid; seen++) {
        (backward ? lsm_iterator_prev : lsm_iterator_next)(iterator);
    }
    return seen;
}

#endif
