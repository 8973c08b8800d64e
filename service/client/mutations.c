/*
 * mutations.c: a list of copied mutations. See mutations.h.
 */
#include "service/client/mutations.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void
client_mutations_clear(ClientMutations *mutations)
{
    free(mutations->items);
    client_arena_clear(&mutations->arena);
    *mutations = (ClientMutations){.items = NULL};
}

void
client_mutations_reset(ClientMutations *mutations)
{
    mutations->count = 0;
    client_arena_reset(&mutations->arena);
}

static bool
make_room(ClientMutations *mutations)
{
    if (mutations->count < mutations->capacity) {
        return true;
    }
    size_t capacity = mutations->capacity == 0 ? FIRST_CAPACITY : 2 * mutations->capacity;
    LarderMutation *items = reallocarray(mutations->items, capacity, sizeof *items);
    if (items == NULL) {
        return false;
    }
    mutations->items = items;
    mutations->capacity = capacity;
    return true;
}

bool
client_mutations_add(ClientMutations *mutations, const LarderMutation *mutation)
{
    if (!make_room(mutations)) {
        return false;
    }
    ClientArena *arena = &mutations->arena;
    LarderMutation copy = *mutation;
    arena->failed = false;
    copy.key = client_arena_bytes(arena, mutation->key);
    if (mutation->has_value) {
        copy.value = client_arena_bytes(arena, mutation->value);
    }
    if (mutation->has_stop_key) {
        copy.stop_key = client_arena_bytes(arena, mutation->stop_key);
    }
    copy.expiry = client_arena_expiry(arena, mutation->expiry);
    copy.condition = client_arena_condition(arena, mutation->condition);
    if (arena->failed) {
        return false;
    }
    mutations->items[mutations->count++] = copy;
    return true;
}

void
client_mutations_drop(ClientMutations *mutations, size_t count)
{
    if (count == mutations->count) {
        client_mutations_reset(mutations);
        return;
    }
    mutations->count -= count;
    memmove(mutations->items, mutations->items + count,
            mutations->count * sizeof *mutations->items);
}
