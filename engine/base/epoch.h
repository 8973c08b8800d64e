/*
 * epoch.h: freeing memory that lock-free readers may still be looking at.
 *
 * Readers bracket their accesses with base_epoch_enter() and base_epoch_exit(). A writer first
 * makes an object unreachable, then retires it into a limbo; the limbo frees it once every read
 * section that could have found it has ended. All structures of the process share one epoch and one
 * list of reader slots, so a section costs the same however many structures it reads, and a section
 * that lasts long holds back reclamation everywhere: keep sections short.
 *
 * Retiring never allocates: an object embeds a BaseEpochItem. Its one word is free for the object's
 * own use until it is retired; from then on it belongs to the limbo and is odd. So an object may
 * keep an aligned pointer there which readers follow: a reader that finds it odd knows that the
 * object has been retired meanwhile and starts over.
 *
 * How it works, and why it is right, is told in epoch.c.
 */
#ifndef LARDER_ENGINE_BASE_EPOCH_H
#define LARDER_ENGINE_BASE_EPOCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------------------------- readers -- */

/*
 * Begins a read section of the calling thread. Sections nest. Costs one locked instruction; never
 * waits. False: there was no memory to register the thread (only possible in its first section),
 * and no section was begun. A thread that exits is unregistered; it must not exit inside a section.
 */
bool base_epoch_enter(void);

/* Ends the innermost section of the calling thread. */
void base_epoch_exit(void);

/*
 * Ends the calling thread's section and begins it anew, if it is not nested: what the thread has
 * seen may then be reclaimed. In a nested section, and outside of sections, it does nothing.
 */
void base_epoch_refresh(void);

/* Whether the calling thread is inside a section. */
bool base_epoch_inside(void);

/* ---------------------------------------------------------------------------------- writers -- */

/* What a retirable object embeds. Odd once it is retired. */
typedef struct BaseEpochItem {
    _Atomic uintptr_t link;
} BaseEpochItem;

/* Frees the object that embeds `item`. Runs in the thread that reclaims. */
typedef void BaseEpochFree(void *user, BaseEpochItem *item);

typedef struct BaseEpochList {
    BaseEpochItem *first;
    size_t count;
} BaseEpochList;

/*
 * Retired objects of one kind. Private to epoch.c. Calls on one limbo must not overlap (they come
 * from the one writer, or under its lock); different limbos are independent.
 */
typedef struct BaseEpochLimbo {
    BaseEpochFree *free;
    void *user;
    BaseEpochList open;   /* retired since the last closing */
    BaseEpochList closed; /* retired at or before closed_epoch */
    uint64_t closed_epoch;
    BaseEpochList ready;  /* nobody can see them */
    size_t untried_count; /* retired since the last attempt to reclaim */
    size_t untried_bytes;
} BaseEpochLimbo;

/* An empty limbo whose objects are freed by `free`, which gets `user`. */
void base_epoch_limbo_init(BaseEpochLimbo *limbo, BaseEpochFree *free, void *user);

/*
 * Hands over an object that no new read section can find any more. `bytes` is about its size; it
 * only decides when reclaiming is due. REQUIRES: the object is in no limbo.
 */
void base_epoch_retire(BaseEpochLimbo *limbo, BaseEpochItem *item, size_t bytes);

/* Whether enough was retired for base_epoch_reclaim() to be worth its scan of the reader slots. */
bool base_epoch_reclaim_due(const BaseEpochLimbo *limbo);

/* Frees up to `budget` objects that no section can see; never waits. Returns how many it freed. */
size_t base_epoch_reclaim(BaseEpochLimbo *limbo, size_t budget);

/* The number of objects that wait. */
size_t base_epoch_limbo_count(const BaseEpochLimbo *limbo);

/* Frees all of them. REQUIRES: no section can hold one of them (the structure is being closed). */
void base_epoch_limbo_clear(BaseEpochLimbo *limbo);

#endif
