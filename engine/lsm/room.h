/*
 * room.h: the spare generation, and the commits that wait for one.
 *
 * The leader takes the spare when the active generation is full, and lets commits wait when there
 * is none. Whoever makes spares asks how large the next one has to be, offers it, or says why there
 * is none. A wait whose time has come is ended by a call back, outside of the lock.
 *
 * A commit that needs more than the usual size is large. While one waits, a spare of more than the
 * usual size is for large commits alone, so that small ones cannot take it away again and again.
 *
 * While it is held nobody goes on, spare or not: not those who wait, and not those who come and
 * need no bytes.
 *
 * Threading: any thread. The lock is held for moments only, and nothing is called under it.
 */
#ifndef LARDER_ENGINE_LSM_ROOM_H
#define LARDER_ENGINE_LSM_ROOM_H

#include "engine/commit/backend.h"
#include "engine/lsm/generation.h"

#include <pthread.h>

typedef struct LsmRoomWait LsmRoomWait;

/* Ends a load: its commit is to be looked at again, or is answered by the status. */
typedef void LsmRoomEnd(void *user, CommitLoad *load, BaseStatus status);

typedef struct LsmRoom {
    pthread_mutex_t lock;
    size_t usual;         /* bytes of a generation as a rule; constant */
    LsmGeneration *spare; /* a reference; NULL: none */
    BaseStatus denial;    /* why there is none; OK: nobody has said */
    bool broken;          /* nothing will be written any more */
    _Atomic bool held;    /* nobody goes on; changed under the lock */
    LsmRoomWait *waits;   /* all of them, from wait() to leave() */
    LsmRoomWait **last;   /* where the next one is linked */
    LsmRoomEnd *end;      /* constant, as is `user` */
    void *user;
} LsmRoom;

void lsm_room_init(LsmRoom *room, size_t usual, LsmRoomEnd *end, void *user);

/* REQUIRES: no waits. Gives up the spare's memory; its segment must be gone. */
void lsm_room_clear(LsmRoom *room);

/*
 * The spare, if a commit that needs so many bytes may have it; the reference is the caller's. NULL:
 * *ret_status is BASE_WOULD_BLOCK, or the denial.
 */
LsmGeneration *lsm_room_take(LsmRoom *room, size_t bytes, BaseStatus *ret_status);

/* Takes the spare out, whatever its size; NULL: there is none. */
LsmGeneration *lsm_room_empty(LsmRoom *room);

/*
 * Lets a commit that needs so many bytes wait; with 0, only until the room is not held any more. It
 * may end at once.
 */
void lsm_room_wait(LsmRoom *room, CommitLoad *load, size_t bytes);

/* The load was ended, and its commit was looked at. Returns the microseconds until it was ended. */
int64_t lsm_room_leave(LsmRoom *room, CommitLoad *load);

/* Bytes of the spare that is wanted; 0: there is one that will do. */
size_t lsm_room_wants(LsmRoom *room);

/* Lays a spare down, with the reference. Returns the one that lay there before, or NULL. */
LsmGeneration *lsm_room_offer(LsmRoom *room, LsmGeneration *spare);

/* Refuses whoever waits or comes, until a spare is offered. */
void lsm_room_deny(LsmRoom *room, BaseStatus status);

/* Begins or ends holding it. */
void lsm_room_hold(LsmRoom *room, bool held);

/* Nobody waits any more, for ever. */
void lsm_room_break(LsmRoom *room);

#endif
