/*
 * slot.c: the calls of a channel. See slot.h.
 */
#include "service/client/slot.h"

#include "service/client/arguments.h"

#include <stdlib.h>

enum { KEPT_BYTES = 4096 }; /* of the buffer of a free slot */

void
client_slots_clear(ClientSlots *slots)
{
    while (slots->made != NULL) {
        ClientSlot *slot = slots->made;
        slots->made = slot->made;
        base_buf_clear(&slot->bytes);
        free(slot);
    }
    *slots = (ClientSlots){.made = NULL};
}

ClientSlot *
client_slot_take(ClientSlots *slots)
{
    ClientSlot *slot = slots->free;
    if (slot != NULL) {
        slots->free = slot->next;
        return slot;
    }
    slot = calloc(1, sizeof *slot);
    if (slot != NULL) {
        slot->made = slots->made;
        slots->made = slot;
    }
    return slot;
}

void
client_slot_recycle(ClientSlots *slots, ClientSlot *slot)
{
    if (slot->bytes.capacity > KEPT_BYTES) {
        base_buf_clear(&slot->bytes);
    }
    base_buf_reset(&slot->bytes);
    slot->place = CLIENT_PLACE_NONE;
    slot->callback = NULL;
    slot->next = slots->free;
    slots->free = slot;
}

void
client_slot_encode(ClientSlot *slot, const ClientSettings *settings, const void *arguments)
{
    slot->store_size = 0;
    slot->key_size = 0;
    slot->doom = client_call_encode(&slot->call, settings, arguments, &slot->bytes);
    if (slot->doom != NULL || settings->trace == NULL) {
        return;
    }
    LarderBytes store = client_arguments_store(slot->call.method, arguments);
    LarderBytes key = client_arguments_key(slot->call.method, arguments);
    if (base_buf_append(&slot->bytes, store.data, store.size) &&
        base_buf_append(&slot->bytes, key.data, key.size)) {
        slot->store_size = store.size;
        slot->key_size = key.size;
    }
}

BaseSlice
client_slot_request(const ClientSlot *slot)
{
    return base_slice(slot->bytes.data, slot->call.request_bytes);
}

ClientCallKeys
client_slot_keys(const ClientSlot *slot)
{
    if (slot->store_size + slot->key_size == 0) {
        return (ClientCallKeys){.store = {.size = 0}};
    }
    const uint8_t *behind = slot->bytes.data + slot->call.request_bytes;
    return (ClientCallKeys){
        .store = larder_bytes(behind, slot->store_size),
        .key = larder_bytes(behind + slot->store_size, slot->key_size),
    };
}

void
client_slot_enqueue(ClientSlots *slots, ClientSlot *slot)
{
    slot->place = CLIENT_PLACE_QUEUED;
    slot->next = NULL;
    slot->before = slots->last;
    if (slots->last == NULL) {
        slots->first = slot;
    } else {
        slots->last->next = slot;
    }
    slots->last = slot;
}

void
client_slot_dequeue(ClientSlots *slots, ClientSlot *slot)
{
    if (slot->before == NULL) {
        slots->first = slot->next;
    } else {
        slot->before->next = slot->next;
    }
    if (slot->next == NULL) {
        slots->last = slot->before;
    } else {
        slot->next->before = slot->before;
    }
    slot->place = CLIENT_PLACE_NONE;
}
