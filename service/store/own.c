/*
 * own.c: copies of the bytes that commits borrow. See own.h.
 */
#include "service/store/own.h"

#include <stdlib.h>

/* Moves a slice to *cursor, and the cursor behind it. */
static void
move(BaseSlice *slice, uint8_t **cursor)
{
    if (slice->len != 0) {
        memcpy(*cursor, slice->data, slice->len);
    }
    slice->data = *cursor;
    *cursor += slice->len;
}

bool
store_own(EngineGuard *guards, size_t guard_count, EngineMutation *mutations, size_t mutation_count,
          uint8_t **ret_bytes)
{
    size_t total = 1; /* never 0: an allocation of nothing may be NULL */
    for (size_t i = 0; i < guard_count; i++) {
        total += guards[i].key.len + guards[i].value_equal.len;
    }
    for (size_t i = 0; i < mutation_count; i++) {
        total += mutations[i].key.len + mutations[i].value.len;
    }
    uint8_t *bytes = malloc(total);
    if (bytes == NULL) {
        return false;
    }
    uint8_t *cursor = bytes;
    for (size_t i = 0; i < guard_count; i++) {
        move(&guards[i].key, &cursor);
        move(&guards[i].value_equal, &cursor);
    }
    for (size_t i = 0; i < mutation_count; i++) {
        move(&mutations[i].key, &cursor);
        move(&mutations[i].value, &cursor);
    }
    *ret_bytes = bytes;
    return true;
}
