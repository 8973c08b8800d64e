/*
 * chain.h: the versions of one key, from new to old, linked by the words of their records.
 *
 * Threading: readers walk chains inside an epoch section, without a lock; the holder of the publish
 * mutex changes them.
 */
#ifndef LARDER_ENGINE_HASHMAP_CHAIN_H
#define LARDER_ENGINE_HASHMAP_CHAIN_H

#include "engine/hashmap/record.h"

/* The next older version; for the holder of the publish mutex, of a record that is not retired. */
static inline HashmapRecord *
hashmap_chain_older(const HashmapRecord *record)
{
    return (HashmapRecord *)atomic_load_explicit(&record->item.link, memory_order_relaxed);
}

/* Links to an older version or NULL; for the holder of the publish mutex. */
static inline void
hashmap_chain_set_older(HashmapRecord *record, HashmapRecord *older)
{
    atomic_store_explicit(&record->item.link, (uintptr_t)older, memory_order_release);
}

/*
 * The newest record from `head` on that is visible at `version`; NULL: none is. When the walk runs
 * into a record that was retired meanwhile, *ret_retired becomes true and the answer means nothing.
 */
static inline const HashmapRecord *
hashmap_chain_visible(const HashmapRecord *head, int64_t version, bool *ret_retired)
{
    const HashmapRecord *record = head;
    while (record->version > version) {
        uintptr_t link = atomic_load_explicit(&record->item.link, memory_order_acquire);
        if ((link & 1) != 0) {
            *ret_retired = true;
            return NULL;
        }
        if (link == 0) {
            return NULL;
        }
        record = (const HashmapRecord *)link;
    }
    return record;
}

#endif
