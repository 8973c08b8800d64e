/*
 * room.c: memory for one reply at a time. See room.h.
 */
#include "service/client/room.h"

#include <stdlib.h>

void
client_room_clear(ClientRoom *room)
{
    free(room->memory);
    *room = (ClientRoom){NULL, 0};
}

void *
client_room_take(ClientRoom *room, size_t size)
{
    if (room == NULL) {
        return malloc(size);
    }
    if (room->size < size) {
        client_room_clear(room);
        room->memory = malloc(size);
        room->size = room->memory == NULL ? 0 : size;
    }
    return room->memory;
}
