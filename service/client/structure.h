/*
 * structure.h: structs of the contract, written to and read from the wire by the schema.
 *
 * Reading takes its memory from the caller in two pieces: the struct itself, and what lies beside
 * it (lists, structs behind pointers), whose size client_structure_beside() finds from the tape
 * first. Both are linear in the values on the tape; no declared length or count counts but that of
 * values that were received.
 *
 * Texts are not copied one by one. The caller copies the whole message once, and texts are made to
 * end with a NUL where they lie: what follows a text on the wire is always a byte that the parser
 * has used up (a length, the header of a field, the end of a struct).
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_CLIENT_STRUCTURE_H
#define LARDER_SERVICE_CLIENT_STRUCTURE_H

#include "service/client/schema.h"
#include "service/wire/tape.h"
#include "service/wire/writer.h"

/* The layout of all lists of structs, whatever the type of their items. */
typedef struct ClientList {
    const char *items;
    size_t count;
} ClientList;

/* Where reading takes from and puts to. */
typedef struct ClientSource {
    const WireTape *tape;
    char *message; /* a copy of tape->message, into which the NULs are written */
    char *beside;  /* the next free byte beside; aligned as malloc() does */
} ClientSource;

/* What a block of this size takes up, so that the next one is aligned. */
static inline size_t
client_structure_block(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Writes a struct, from its begin to its end. Errors are the writer's. */
void client_structure_write(WireWriter *writer, const ClientStruct *structure, const void *memory);

/* How many bytes reading this value takes beside the struct itself. */
size_t client_structure_beside(const ClientStruct *structure, const WireValue *value);

/*
 * Reads a STRUCT value into `memory`, structure->size bytes that this clears first. False: a field
 * has another type than in the contract, or the leading field is absent.
 */
bool client_structure_read(ClientSource *source, const ClientStruct *structure,
                           const WireValue *value, void *memory);

#endif
