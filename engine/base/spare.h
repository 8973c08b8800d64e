/*
 * spare.h: one object of a kind that each thread keeps for its next use.
 *
 * For objects that are made and freed again and again and whose making costs more than their use,
 * because of the buffers that they have. A thread that exits destroys what it keeps.
 *
 * Threading: any thread; each sees its own object.
 */
#ifndef LARDER_ENGINE_BASE_SPARE_H
#define LARDER_ENGINE_BASE_SPARE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A kind of objects; static. */
typedef struct BaseSpare {
    void (*destroy)(void *object);
    pthread_mutex_t lock;
    _Atomic int state;
    pthread_key_t key;
} BaseSpare;

#define BASE_SPARE_INIT(destroy_object)                                \
    {                                                                  \
        .destroy = (destroy_object), .lock = PTHREAD_MUTEX_INITIALIZER \
    }

/* The object that the thread keeps, which is the caller's now; NULL: none. */
void *base_spare_take(BaseSpare *spare);

/* Keeps an object for the thread; if it has one already, or cannot, the object is destroyed. */
void base_spare_keep(BaseSpare *spare, void *object);

#endif
