/*
 * epoch.c: epoch-based reclamation. See epoch.h.
 *
 * There is one counter for the process, E, and one slot per registered thread. A slot holds 0
 * outside of sections and an epoch inside. Entering stores the current E into the thread's own slot
 * and looks at E again, until it did not move in between. A limbo collects retired objects in an
 * open list; closing the list takes t := E and advances E to t + 1 in one atomic step; the closed
 * list is ready as soon as every slot holds 0 or more than t.
 *
 * Why an object X, unlinked before its list was closed at t, is freed only when nobody can see it:
 *
 *   I-1  Slot stores of enter, all accesses to E, the loads of slots by the scan, and the pushes
 *        and loads of the slot list are sequentially consistent: they have one total order S, in
 *        which a load sees the last store before it.
 *   I-2  A section has looked at E after storing its slot, and saw the value e that it stored.
 *        If e > t, that load read the advance to t + 1 or one behind it in the chain of
 *        read-modify-writes that starts with it. So the unlinking of X, which came before the
 *        advance, happens before everything in the section: the section cannot find X. If e <= t,
 *        the load read a value older than the advance and precedes it in S. So the store of the
 *        slot (and the push of a new slot, earlier still) precedes in S the scan, which follows the
 *        advance: the scan sees this e, or something that the same thread stored later.
 *   I-3  A scan that sees e <= t holds X back. A scan that sees what the thread stored later (0, or
 *        the slot store of a later section) reads a release store behind the end of the section:
 *        all accesses of the section happen before the free.
 *   I-4  A section that is still looking for a stable E has stored some e; holding objects back for
 *        it is not needed and does no harm.
 *
 * No fence is used anywhere, so thread sanitizer follows every step. Objects retired together stay
 * in one list until they are freed, and no list is ever appended to another.
 *
 * Slots live for ever: a thread that exits gives its slot back for the next thread to take, so
 * their number is the highest number of threads that were registered at one time.
 */
#include "engine/base/epoch.h"

#include "engine/base/check.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    CACHE_LINE = 64,
    DUE_COUNT = 64,
    DUE_BYTES = 256 * 1024,
};

typedef struct EpochSlot EpochSlot;

struct EpochSlot {
    _Alignas(CACHE_LINE) _Atomic uint64_t epoch; /* 0: outside of sections */
    unsigned depth;                              /* of nested sections; the owner's own */
    _Atomic bool owned;
    EpochSlot *next; /* constant once the slot is in the list */
};

static _Atomic uint64_t current_epoch = 1;
static _Atomic(EpochSlot *) slots;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;
static _Thread_local EpochSlot *own_slot;

/* ---------------------------------------------------------------------------------- readers -- */

static void
give_slot_back(void *value)
{
    EpochSlot *slot = value;
    BASE_CHECK(slot->depth == 0);
    own_slot = NULL;
    atomic_store_explicit(&slot->owned, false, memory_order_release);
}

static void
make_key(void)
{
    key_made = pthread_key_create(&key, give_slot_back) == 0;
}

static EpochSlot *
take_abandoned_slot(void)
{
    for (EpochSlot *slot = atomic_load(&slots); slot != NULL; slot = slot->next) {
        bool owned = atomic_load_explicit(&slot->owned, memory_order_relaxed);
        if (!owned && atomic_compare_exchange_strong_explicit(
                          &slot->owned, &owned, true, memory_order_acquire, memory_order_relaxed)) {
            return slot;
        }
    }
    return NULL;
}

static EpochSlot *
add_slot(void)
{
    EpochSlot *slot = aligned_alloc(CACHE_LINE, sizeof *slot);
    if (slot == NULL) {
        return NULL;
    }
    atomic_init(&slot->epoch, 0);
    atomic_init(&slot->owned, true);
    slot->depth = 0;
    slot->next = atomic_load(&slots);
    while (!atomic_compare_exchange_weak(&slots, &slot->next, slot)) {
    }
    return slot;
}

static EpochSlot *
register_thread(void)
{
    (void)pthread_once(&key_once, make_key);
    if (!key_made) {
        return NULL;
    }
    EpochSlot *slot = take_abandoned_slot();
    if (slot == NULL) {
        slot = add_slot();
    }
    if (slot == NULL) {
        return NULL;
    }
    if (pthread_setspecific(key, slot) != 0) {
        give_slot_back(slot);
        return NULL;
    }
    own_slot = slot;
    return slot;
}

/* Stores an epoch that is current at some moment behind the store. */
static void
announce(EpochSlot *slot)
{
    uint64_t epoch = atomic_load(&current_epoch);
    for (;;) {
        atomic_store(&slot->epoch, epoch);
        uint64_t again = atomic_load(&current_epoch);
        if (again == epoch) {
            return;
        }
        epoch = again;
    }
}

bool
base_epoch_enter(void)
{
    EpochSlot *slot = own_slot;
    if (slot == NULL) {
        slot = register_thread();
        if (slot == NULL) {
            return false;
        }
    }
    if (slot->depth++ == 0) {
        announce(slot);
    }
    return true;
}

void
base_epoch_exit(void)
{
    EpochSlot *slot = own_slot;
    BASE_CHECK(slot != NULL && slot->depth > 0);
    if (--slot->depth == 0) {
        atomic_store_explicit(&slot->epoch, 0, memory_order_release);
    }
}

void
base_epoch_refresh(void)
{
    EpochSlot *slot = own_slot;
    if (slot != NULL && slot->depth == 1) {
        announce(slot);
    }
}

bool
base_epoch_inside(void)
{
    return own_slot != NULL && own_slot->depth > 0;
}

/* ---------------------------------------------------------------------------------- writers -- */

static void
push(BaseEpochList *list, BaseEpochItem *item)
{
    atomic_store_explicit(&item->link, (uintptr_t)list->first | 1u, memory_order_release);
    list->first = item;
    list->count++;
}

/*
 * Items have not been touched since they were retired. So the next one is fetched while this one is
 * freed, with the word behind the item, where objects tell what they are.
 */
static BaseEpochItem *
pop(BaseEpochList *list)
{
    BaseEpochItem *item = list->first;
    uintptr_t link = atomic_load_explicit(&item->link, memory_order_relaxed) & ~(uintptr_t)1;
    list->first = (BaseEpochItem *)link;
    list->count--;
    __builtin_prefetch((const void *)link);
    __builtin_prefetch((const void *)(link + 2 * sizeof *item));
    return item;
}

/* Moves a whole list; `to` is empty. */
static void
move(BaseEpochList *to, BaseEpochList *from)
{
    *to = *from;
    *from = (BaseEpochList){NULL, 0};
}

/* Whether no section can see what was unlinked before the epoch advanced from `epoch`. */
static bool
has_passed(uint64_t epoch)
{
    for (EpochSlot *slot = atomic_load(&slots); slot != NULL; slot = slot->next) {
        uint64_t seen = atomic_load(&slot->epoch);
        if (seen != 0 && seen <= epoch) {
            return false;
        }
    }
    return true;
}

void
base_epoch_limbo_init(BaseEpochLimbo *limbo, BaseEpochFree *free_item, void *user)
{
    *limbo = (BaseEpochLimbo){.free = free_item, .user = user};
}

void
base_epoch_retire(BaseEpochLimbo *limbo, BaseEpochItem *item, size_t bytes)
{
    push(&limbo->open, item);
    limbo->untried_count++;
    limbo->untried_bytes += bytes;
}

bool
base_epoch_reclaim_due(const BaseEpochLimbo *limbo)
{
    return limbo->untried_count >= DUE_COUNT || limbo->untried_bytes >= DUE_BYTES ||
           limbo->ready.first != NULL;
}

/* Makes `ready` non-empty if that is possible now. */
static bool
refill_ready(BaseEpochLimbo *limbo)
{
    if (limbo->ready.first != NULL) {
        return true;
    }
    if (limbo->closed.first == NULL) {
        if (limbo->open.first == NULL) {
            return false;
        }
        move(&limbo->closed, &limbo->open);
        limbo->closed_epoch = atomic_fetch_add(&current_epoch, 1);
    }
    if (!has_passed(limbo->closed_epoch)) {
        return false;
    }
    move(&limbo->ready, &limbo->closed);
    return true;
}

size_t
base_epoch_reclaim(BaseEpochLimbo *limbo, size_t budget)
{
    limbo->untried_count = 0;
    limbo->untried_bytes = 0;
    size_t freed = 0;
    while (freed < budget && refill_ready(limbo)) {
        limbo->free(limbo->user, pop(&limbo->ready));
        freed++;
    }
    return freed;
}

size_t
base_epoch_limbo_count(const BaseEpochLimbo *limbo)
{
    return limbo->open.count + limbo->closed.count + limbo->ready.count;
}

static void
clear_list(BaseEpochLimbo *limbo, BaseEpochList *list)
{
    while (list->first != NULL) {
        limbo->free(limbo->user, pop(list));
    }
}

void
base_epoch_limbo_clear(BaseEpochLimbo *limbo)
{
    clear_list(limbo, &limbo->ready);
    clear_list(limbo, &limbo->closed);
    clear_list(limbo, &limbo->open);
}
