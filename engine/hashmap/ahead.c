/*
 * ahead.c: see ahead.h.
 *
 * `busy` hands the region over and back: set before the semaphore is posted, cleared when all is
 * done. Between the two nobody else looks at the region.
 */
#include "engine/hashmap/ahead.h"

#include "engine/base/check.h"
#include "engine/hashmap/span.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* The smallest pages that Linux has. */
enum { PAGE_BYTES = 4096 };

static void
touch(volatile char *region)
{
    for (size_t at = 0; at < HASHMAP_REGION_BYTES; at += PAGE_BYTES) {
        region[at] = 0;
    }
}

static void *
run(void *user)
{
    HashmapAhead *ahead = user;
    (void)pthread_setname_np(pthread_self(), "hashmap-ahead");
    for (;;) {
        while (sem_wait(&ahead->work) != 0) {
            BASE_CHECK(errno == EINTR);
        }
        if (atomic_load_explicit(&ahead->ended, memory_order_relaxed)) {
            return NULL;
        }
        (void)madvise(ahead->region, HASHMAP_REGION_BYTES, MADV_HUGEPAGE);
        touch(ahead->region);
        atomic_store_explicit(&ahead->busy, false, memory_order_release);
    }
}

static bool
start(HashmapAhead *ahead)
{
    if (sem_init(&ahead->work, 0, 0) != 0) {
        return false;
    }
    ahead->started = pthread_create(&ahead->thread, NULL, run, ahead) == 0;
    if (!ahead->started) {
        (void)sem_destroy(&ahead->work);
    }
    return ahead->started;
}

bool
hashmap_ahead_ask(HashmapAhead *ahead, void *region)
{
    BASE_CHECK(ahead->region == NULL);
    if (!ahead->started && !start(ahead)) {
        return false;
    }
    ahead->region = region;
    atomic_store_explicit(&ahead->busy, true, memory_order_relaxed);
    (void)sem_post(&ahead->work);
    return true;
}

void *
hashmap_ahead_collect(HashmapAhead *ahead)
{
    if (ahead->region == NULL || atomic_load_explicit(&ahead->busy, memory_order_acquire)) {
        return NULL;
    }
    void *region = ahead->region;
    ahead->region = NULL;
    return region;
}

void *
hashmap_ahead_stop(HashmapAhead *ahead)
{
    void *region = ahead->region;
    if (ahead->started) {
        atomic_store_explicit(&ahead->ended, true, memory_order_relaxed);
        (void)sem_post(&ahead->work);
        (void)pthread_join(ahead->thread, NULL);
        (void)sem_destroy(&ahead->work);
    }
    memset(ahead, 0, sizeof *ahead);
    return region;
}
