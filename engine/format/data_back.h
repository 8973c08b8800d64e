/*
 * data_back.h: the entries before a place in a data block, for whoever walks back.
 *
 * Entries can only be read forward, from a restart. So the groups before a place are read once, up
 * to it, and kept with their keys; steps back take from there and read nothing. The first time one
 * group is read, because who seeks may want no more than one entry; whoever goes on gets more at
 * once.
 *
 * Threading: the cursor's owner.
 */
#ifndef LARDER_ENGINE_FORMAT_DATA_BACK_H
#define LARDER_ENGINE_FORMAT_DATA_BACK_H

#include "engine/base/buf.h"
#include "engine/format/entry.h"

struct FormatDataBlock; /* data_block.h */

typedef enum FormatStep {
    FORMAT_STEP_ENTRY,     /* there is an entry */
    FORMAT_STEP_END,       /* there is none, on this side of the block */
    FORMAT_STEP_CORRUPT,   /* the block makes no sense */
    FORMAT_STEP_NO_MEMORY, /* for putting the key together */
} FormatStep;

/* An entry that was read. */
typedef struct FormatBackEntry {
    const uint8_t *at;
    FormatEntry entry; /* its key is borrowed from `keys` */
    bool repeats;      /* its key is that of the entry before; of the first one nothing is known */
} FormatBackEntry;

typedef struct FormatDataBack {
    BaseBuf entries;   /* FormatBackEntry, one behind the other in the block */
    BaseBuf keys;      /* of all of them, in their order */
    size_t count;      /* of entries that are left, from the first on */
    const uint8_t *of; /* the place that they precede; NULL: none */
    size_t wanted;     /* entries to read at once; 0: the least */
} FormatDataBack;

/* Frees what it holds. */
void format_data_back_clear(FormatDataBack *back);

/*
 * Reads the entries before `stop`, where an entry begins that is not the first, or where all of
 * them end. FORMAT_STEP_ENTRY: there are some now. `ret_longest`: the length of their longest key.
 */
FormatStep format_data_back_read(FormatDataBack *back, const struct FormatDataBlock *block,
                                 const uint8_t *stop, size_t *ret_longest);

/* The entries that are left. */
static inline const FormatBackEntry *
format_data_back_entries(const FormatDataBack *back)
{
    return (const FormatBackEntry *)(const void *)back->entries.data;
}

#endif
