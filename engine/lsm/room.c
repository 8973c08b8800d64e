/*
 * room.c: see room.h.
 *
 * Waits are in a list from old to new, ended ones included, until their commits have been looked
 * at: a large commit keeps its claim to a large spare until then.
 */
#include "engine/lsm/room.h"

#include "engine/base/check.h"
#include "engine/base/clock.h"

#include <stdlib.h>

struct LsmRoomWait {
    LsmRoomWait *next;
    LsmRoomWait *next_ended;
    CommitLoad *load;
    size_t bytes;
    int64_t since_us;
    int64_t waited_us;
    bool ended;
    BaseStatus status;
};

void
lsm_room_init(LsmRoom *room, size_t usual, LsmRoomEnd *end, void *user)
{
    *room = (LsmRoom){
        .usual = usual, .denial = base_ok(), .last = &room->waits, .end = end, .user = user};
    BASE_CHECK(pthread_mutex_init(&room->lock, NULL) == 0);
}

void
lsm_room_clear(LsmRoom *room)
{
    BASE_CHECK(room->waits == NULL);
    lsm_generation_unref(room->spare);
    BASE_CHECK(pthread_mutex_destroy(&room->lock) == 0);
}

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

/* ---------------------------------------------------------------------------- under the lock -- */

static size_t
spare_bytes(const LsmRoom *room)
{
    return room->spare == NULL ? 0 : lsm_memtable_capacity(room->spare->memtable);
}

/* What the largest commit that waits needs; `usual` if none needs more. */
static size_t
largest_wait(const LsmRoom *room)
{
    size_t bytes = room->usual;
    for (const LsmRoomWait *wait = room->waits; wait != NULL; wait = wait->next) {
        bytes = wait->bytes > bytes ? wait->bytes : bytes;
    }
    return bytes;
}

/* Whether a commit that needs so many bytes may have the spare. */
static bool
is_for(const LsmRoom *room, size_t bytes)
{
    size_t spare = spare_bytes(room);
    if (spare < bytes || room->spare == NULL) {
        return false;
    }
    size_t largest = largest_wait(room);
    bool kept = largest > room->usual && spare >= largest;
    return !kept || bytes > room->usual;
}

static bool
may_go_on(const LsmRoom *room, const LsmRoomWait *wait)
{
    bool held = atomic_load_explicit(&room->held, memory_order_relaxed);
    if (wait->bytes == 0) {
        return room->broken || !held;
    }
    return room->broken || room->denial.code != BASE_OK || (!held && is_for(room, wait->bytes));
}

/* Takes the waits that may go on, from old to new; they are to be ended outside of the lock. */
static LsmRoomWait *
take_ended(LsmRoom *room)
{
    LsmRoomWait *ended = NULL;
    LsmRoomWait **last = &ended;
    for (LsmRoomWait *wait = room->waits; wait != NULL; wait = wait->next) {
        if (wait->ended || !may_go_on(room, wait)) {
            continue;
        }
        wait->ended = true;
        wait->status = room->broken || wait->bytes == 0 ? base_ok() : room->denial;
        wait->waited_us = now_us() - wait->since_us;
        wait->next_ended = NULL;
        *last = wait;
        last = &wait->next_ended;
    }
    return ended;
}

/* Lets the lock go and ends waits, each of which may be gone then. */
static void
unlock_and_end(LsmRoom *room, LsmRoomWait *ended)
{
    pthread_mutex_unlock(&room->lock);
    while (ended != NULL) {
        LsmRoomWait *wait = ended;
        ended = wait->next_ended;
        room->end(room->user, wait->load, wait->status);
    }
}

/* ------------------------------------------------------------------------------------- calls -- */

LsmGeneration *
lsm_room_take(LsmRoom *room, size_t bytes, BaseStatus *ret_status)
{
    LsmGeneration *taken = NULL;
    pthread_mutex_lock(&room->lock);
    if (is_for(room, bytes)) {
        taken = room->spare;
        room->spare = NULL;
    } else {
        *ret_status = room->denial.code != BASE_OK
                          ? room->denial
                          : base_error(BASE_WOULD_BLOCK, "there is no memtable to write to yet");
    }
    pthread_mutex_unlock(&room->lock);
    return taken;
}

LsmGeneration *
lsm_room_empty(LsmRoom *room)
{
    pthread_mutex_lock(&room->lock);
    LsmGeneration *spare = room->spare;
    room->spare = NULL;
    pthread_mutex_unlock(&room->lock);
    return spare;
}

void
lsm_room_wait(LsmRoom *room, CommitLoad *load, size_t bytes)
{
    LsmRoomWait *wait = calloc(1, sizeof(*wait));
    load->backend_private = wait;
    if (wait == NULL) {
        room->end(room->user, load, base_error(BASE_NO_MEMORY, "no memory to wait for a memtable"));
        return;
    }
    wait->load = load;
    wait->bytes = bytes;
    wait->since_us = now_us();
    pthread_mutex_lock(&room->lock);
    *room->last = wait;
    room->last = &wait->next;
    unlock_and_end(room, take_ended(room));
}

int64_t
lsm_room_leave(LsmRoom *room, CommitLoad *load)
{
    LsmRoomWait *wait = load->backend_private;
    if (wait == NULL) {
        return 0;
    }
    pthread_mutex_lock(&room->lock);
    LsmRoomWait **place = &room->waits;
    while (*place != wait) {
        place = &(*place)->next;
    }
    *place = wait->next;
    if (room->last == &wait->next) {
        room->last = place;
    }
    unlock_and_end(room, take_ended(room));
    int64_t waited_us = wait->waited_us;
    free(wait);
    return waited_us;
}

size_t
lsm_room_wants(LsmRoom *room)
{
    pthread_mutex_lock(&room->lock);
    size_t largest = largest_wait(room);
    size_t wants = room->spare == NULL || spare_bytes(room) < largest ? largest : 0;
    pthread_mutex_unlock(&room->lock);
    return wants;
}

LsmGeneration *
lsm_room_offer(LsmRoom *room, LsmGeneration *spare)
{
    pthread_mutex_lock(&room->lock);
    LsmGeneration *before = room->spare;
    room->spare = spare;
    room->denial = base_ok();
    unlock_and_end(room, take_ended(room));
    return before;
}

void
lsm_room_deny(LsmRoom *room, BaseStatus status)
{
    pthread_mutex_lock(&room->lock);
    room->denial = status;
    unlock_and_end(room, take_ended(room));
}

void
lsm_room_hold(LsmRoom *room, bool held)
{
    pthread_mutex_lock(&room->lock);
    atomic_store_explicit(&room->held, held, memory_order_release);
    unlock_and_end(room, take_ended(room));
}

void
lsm_room_break(LsmRoom *room)
{
    pthread_mutex_lock(&room->lock);
    room->broken = true;
    unlock_and_end(room, take_ended(room));
}
