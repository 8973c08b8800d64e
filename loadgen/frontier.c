/*
 * frontier.c: how many of the records that are being inserted exist for sure. See frontier.h.
 */
#include "loadgen/frontier.h"

#include <stdlib.h>

enum { ROOM_MIN = 64 };

void
load_frontier_init(LoadFrontier *frontier, uint64_t records)
{
    *frontier = (LoadFrontier){.begun = records, .settled = records};
}

void
load_frontier_clear(LoadFrontier *frontier)
{
    free(frontier->ended);
    *frontier = (LoadFrontier){.begun = 0};
}

/* Doubles the ring. False: no memory. */
static bool
grow(LoadFrontier *frontier)
{
    size_t room = frontier->room == 0 ? ROOM_MIN : frontier->room * 2;
    uint8_t *ended = calloc(room, sizeof *ended);
    if (ended == NULL) {
        return false;
    }
    for (uint64_t number = frontier->settled; number < frontier->begun; number++) {
        ended[number & (room - 1)] = frontier->ended[number & (frontier->room - 1)];
    }
    free(frontier->ended);
    frontier->ended = ended;
    frontier->room = room;
    return true;
}

bool
load_frontier_begin(LoadFrontier *frontier)
{
    if (frontier->begun - frontier->settled == frontier->room && !grow(frontier)) {
        return false;
    }
    frontier->ended[frontier->begun & (frontier->room - 1)] = 0;
    frontier->begun++;
    return true;
}

void
load_frontier_end(LoadFrontier *frontier, uint64_t number)
{
    frontier->ended[number & (frontier->room - 1)] = 1;
    while (frontier->settled < frontier->begun &&
           frontier->ended[frontier->settled & (frontier->room - 1)] != 0) {
        frontier->settled++;
    }
}
