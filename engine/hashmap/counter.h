/*
 * counter.h: figures that one thread at a time writes and anybody reads.
 *
 * Threading: whoever writes excludes other writers; in the hashmap by the publish mutex.
 */
#ifndef LARDER_ENGINE_HASHMAP_COUNTER_H
#define LARDER_ENGINE_HASHMAP_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

static inline void
hashmap_counter_add(_Atomic int64_t *counter, int64_t change)
{
    int64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + change, memory_order_relaxed);
}

#endif
