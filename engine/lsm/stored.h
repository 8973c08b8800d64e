/*
 * stored.h: a key of a keyspace as a stored key, without allocation for keys of ordinary length.
 *
 * A stored key is the byte of its keyspace and then the key (engine/format/key.h). The copy lies in
 * the object itself when it fits, so the object must stay where it is while the key is in use.
 *
 * Threading: one owner.
 */
#ifndef LARDER_ENGINE_LSM_STORED_H
#define LARDER_ENGINE_LSM_STORED_H

#include "engine/base/slice.h"
#include "engine/base/status.h"

#include <stdlib.h>

enum { LSM_STORED_INLINE = 256 }; /* bytes of a stored key that need no allocation */

typedef struct LsmStored {
    BaseSlice key;    /* the stored key; borrowed from this object */
    uint8_t *on_heap; /* NULL: it fits */
    uint8_t bytes[LSM_STORED_INLINE];
} LsmStored;

/* Makes the stored key of a key. BASE_NO_MEMORY, and there is nothing to clear. */
static inline BaseStatus
lsm_stored_init(LsmStored *stored, unsigned keyspace, BaseSlice key)
{
    uint8_t *into = stored->bytes;
    stored->on_heap = NULL;
    if (__builtin_expect(key.len >= LSM_STORED_INLINE, 0)) {
        into = stored->on_heap = malloc(key.len + 1);
        if (into == NULL) {
            return base_error(BASE_NO_MEMORY, "no memory for a key");
        }
    }
    into[0] = (uint8_t)keyspace;
    if (key.len != 0) {
        memcpy(into + 1, key.data, key.len);
    }
    stored->key = base_slice(into, key.len + 1);
    return base_ok();
}

/* Gives its memory back. */
static inline void
lsm_stored_clear(LsmStored *stored)
{
    if (__builtin_expect(stored->on_heap != NULL, 0)) {
        free(stored->on_heap);
        stored->on_heap = NULL;
    }
}

/* The key of a stored key. REQUIRES: it is one. */
static inline BaseSlice
lsm_stored_user_key(BaseSlice stored)
{
    return base_slice(stored.data + 1, stored.len - 1);
}

#endif
