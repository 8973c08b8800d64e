/*
 * ahead.c: see ahead.h.
 *
 * One request at a time is waiting, beside the one that the thread is at. Each holds a reference,
 * so the memory is there as long as it is worked on, though reads and flushes may be through with
 * it; the last reference may be the thread's.
 */
#include "engine/lsm/ahead.h"

static void *
run(void *user)
{
    LsmAhead *ahead = user;
    (void)pthread_setname_np(pthread_self(), "larder-ahead");
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->stopping) {
        LsmGeneration *generation = ahead->generation;
        LsmArenaPart part = ahead->part;
        ahead->generation = NULL;
        if (generation == NULL) {
            (void)pthread_cond_wait(&ahead->work, &ahead->lock);
            continue;
        }
        pthread_mutex_unlock(&ahead->lock);
        (void)lsm_memtable_make_present(generation->memtable, part);
        lsm_generation_unref(generation);
        pthread_mutex_lock(&ahead->lock);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

void
lsm_ahead_start(LsmAhead *ahead, size_t bytes)
{
    *ahead = (LsmAhead){0};
    if (bytes <= LSM_ARENA_PRESENT) {
        return;
    }
    (void)pthread_mutex_init(&ahead->lock, NULL);
    (void)pthread_cond_init(&ahead->work, NULL);
    ahead->started = pthread_create(&ahead->thread, NULL, run, ahead) == 0;
    if (!ahead->started) {
        (void)pthread_cond_destroy(&ahead->work);
        (void)pthread_mutex_destroy(&ahead->lock);
    }
}

void
lsm_ahead_stop(LsmAhead *ahead)
{
    if (!ahead->started) {
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->stopping = true;
    pthread_cond_signal(&ahead->work);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    lsm_generation_unref(ahead->generation);
    (void)pthread_cond_destroy(&ahead->work);
    (void)pthread_mutex_destroy(&ahead->lock);
    *ahead = (LsmAhead){0};
}

void
lsm_ahead_ask(LsmAhead *ahead, LsmGeneration *generation)
{
    LsmArenaPart part = lsm_memtable_take_ahead(generation->memtable);
    if (!ahead->started) {
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    LsmGeneration *late = ahead->generation;
    ahead->generation = lsm_generation_ref(generation);
    ahead->part = part;
    pthread_mutex_unlock(&ahead->lock);
    pthread_cond_signal(&ahead->work);
    lsm_generation_unref(late);
}
