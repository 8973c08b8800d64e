/*
 * unique.c: see unique.h.
 */
#include "engine/lsm/unique.h"

#include "engine/base/hash.h"

#include <stdatomic.h>
#include <time.h>

uint64_t
lsm_unique_id(void)
{
    static _Atomic uint64_t counter;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t parts[] = {(uint64_t)now.tv_sec, (uint64_t)now.tv_nsec,
                        atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed)};
    uint64_t id = base_hash(base_slice(parts, sizeof(parts)), base_hash_process_seed());
    return id != 0 ? id : 1;
}
