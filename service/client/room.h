/*
 * room.h: memory for one reply at a time, for those who look at it and go on.
 *
 * A room grows to the largest reply that it had and is used again for the next one, which then
 * takes the place of the one before.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_ROOM_H
#define LARDER_SERVICE_CLIENT_ROOM_H

#include <stddef.h>

/* All zero: no memory yet. */
typedef struct ClientRoom {
    void *memory;
    size_t size;
} ClientRoom;

/* Frees the memory, and with it the reply that lies there. */
void client_room_clear(ClientRoom *room);

/*
 * `size` bytes, aligned as malloc() does: those of the room, or of their own, to be freed with
 * free(), when `room` is NULL. NULL: no memory.
 */
void *client_room_take(ClientRoom *room, size_t size);

#endif
