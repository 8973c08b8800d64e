/*
 * mutations.h: a growing list of mutations that owns all that they point to.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_MUTATIONS_H
#define LARDER_SERVICE_CLIENT_MUTATIONS_H

#include "service/client/arena.h"

/* All zero: empty. */
typedef struct ClientMutations {
    LarderMutation *items;
    size_t count;
    size_t capacity;
    ClientArena arena; /* of what they point to */
} ClientMutations;

/* Frees everything. */
void client_mutations_clear(ClientMutations *mutations);

/* Drops everything and keeps some storage. */
void client_mutations_reset(ClientMutations *mutations);

/* Appends a copy. False: no memory, and the list is as it was. */
bool client_mutations_add(ClientMutations *mutations, const LarderMutation *mutation);

/* Drops the first `count`; their bytes go with the last one of the list. */
void client_mutations_drop(ClientMutations *mutations, size_t count);

#endif
