/*
 * spare.c: a thread specific value for each kind. See spare.h.
 *
 * The key is made when the first object is kept. Without one, which only happens when the process
 * has used up all of them, nothing is kept.
 */
#include "engine/base/spare.h"

#include <stddef.h>

enum { NEW = 0, READY, HOPELESS };

/* Makes the key if that was not tried yet. False: there is none. */
static bool
make_key(BaseSpare *spare)
{
    if (atomic_load_explicit(&spare->state, memory_order_acquire) == NEW) {
        (void)pthread_mutex_lock(&spare->lock);
        if (atomic_load_explicit(&spare->state, memory_order_relaxed) == NEW) {
            bool made = pthread_key_create(&spare->key, spare->destroy) == 0;
            atomic_store_explicit(&spare->state, made ? READY : HOPELESS, memory_order_release);
        }
        (void)pthread_mutex_unlock(&spare->lock);
    }
    return atomic_load_explicit(&spare->state, memory_order_relaxed) == READY;
}

void *
base_spare_take(BaseSpare *spare)
{
    if (atomic_load_explicit(&spare->state, memory_order_acquire) != READY) {
        return NULL;
    }
    void *object = pthread_getspecific(spare->key);
    if (object != NULL && pthread_setspecific(spare->key, NULL) != 0) {
        return NULL;
    }
    return object;
}

void
base_spare_keep(BaseSpare *spare, void *object)
{
    if (!make_key(spare) || pthread_getspecific(spare->key) != NULL ||
        pthread_setspecific(spare->key, object) != 0) {
        spare->destroy(object);
    }
}
