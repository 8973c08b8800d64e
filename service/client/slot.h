/*
 * slot.h: the calls of a channel: each with its own bytes, timer and callback.
 *
 * A slot keeps the encoded call until it ends, so that it can be sent again without its arguments,
 * and behind it what a trace will say. Slots are reused, with their buffers unless those are large,
 * so that calls in a steady state allocate nothing.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_SLOT_H
#define LARDER_SERVICE_CLIENT_SLOT_H

#include "service/client/call.h"
#include "service/client/timers.h"

typedef enum ClientPlace {
    CLIENT_PLACE_NONE,   /* free, or between two places */
    CLIENT_PLACE_QUEUED, /* waits to be sent */
    CLIENT_PLACE_SENT,   /* on the connection */
    CLIENT_PLACE_PAUSED, /* waits for its next try */
} ClientPlace;

typedef struct ClientSlot {
    ClientTimer timer; /* the first member */
    ClientCall call;
    ClientPlace place;
    BaseBuf bytes; /* the encoded call, then store and key */
    size_t store_size;
    size_t key_size;
    int64_t sent_us;
    LarderReply *doom;        /* that it ends with, since it could not be encoded; else NULL */
    LarderCallback *callback; /* NULL: free or abandoned */
    void *context;
    struct ClientSlot *before; /* in the queue */
    struct ClientSlot *next;   /* in the queue, or of those that are free */
    struct ClientSlot *made;   /* all that were ever made */
} ClientSlot;

/* All slots of a channel, and those that are QUEUED, in order. All zero: none. */
typedef struct ClientSlots {
    ClientSlot *first;
    ClientSlot *last;
    ClientSlot *free;
    ClientSlot *made;
} ClientSlots;

/* Frees every slot, wherever it is. */
void client_slots_clear(ClientSlots *slots);

/* A slot to fill in; NULL: no memory. */
ClientSlot *client_slot_take(ClientSlots *slots);

/* Gives a slot back. */
void client_slot_recycle(ClientSlots *slots, ClientSlot *slot);

/* Encodes the call into the slot, with store and key for the trace if there is a hook; or sets
   slot->doom. */
void client_slot_encode(ClientSlot *slot, const ClientSettings *settings, const void *arguments);

/* The encoded call. */
BaseSlice client_slot_request(const ClientSlot *slot);

/* What the trace says. */
ClientCallKeys client_slot_keys(const ClientSlot *slot);

/* Puts a slot at the end of the queue. */
void client_slot_enqueue(ClientSlots *slots, ClientSlot *slot);

/* Takes a slot from anywhere in the queue. */
void client_slot_dequeue(ClientSlots *slots, ClientSlot *slot);

#endif
