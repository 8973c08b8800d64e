/*
 * data_builder.h: makes a data block of entries.
 *
 * Entries come in entry order. The builder keeps what distinguishes each from the one before, and
 * writes the block only when it is finished, because versions are stored against the smallest of
 * the block, and the words behind the prefix that all of its keys share.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_FORMAT_DATA_BUILDER_H
#define LARDER_ENGINE_FORMAT_DATA_BUILDER_H

#include "engine/base/buf.h"
#include "engine/format/entry.h"

enum {
    FORMAT_RESTART_INTERVAL = 8, /* the usual one */
    FORMAT_RESTART_INTERVAL_MAX = 16,
};

typedef struct FormatDataBuilder {
    size_t interval;  /* entries of a group, 1 to 16 */
    BaseBuf notes;    /* one per entry, see data_builder.c */
    BaseBuf pieces;   /* key suffixes and values, one behind the other */
    BaseBuf restarts; /* whole keys of the restarts, each with its length before it */
    size_t count;
    size_t head_bytes; /* of the entries' numbers, about */
    int64_t version_min;
    size_t prefix_len;
} FormatDataBuilder;

#define FORMAT_DATA_BUILDER_INIT ((FormatDataBuilder){.interval = FORMAT_RESTART_INTERVAL})

/* Frees what it holds. */
void format_data_builder_clear(FormatDataBuilder *builder);

/*
 * Adds an entry that follows all others in entry order, whose key shares its first `shared` bytes
 * with the entry before (as many as it can; any number for the first one). False: no memory; the
 * builder is then only good for clearing.
 */
bool format_data_builder_add(FormatDataBuilder *builder, const FormatEntry *entry, size_t shared);

/* About how large the block would be now. */
size_t format_data_builder_size(const FormatDataBuilder *builder);

/* Appends the block to `into` and starts a new one. REQUIRES: an entry. False: no memory. */
bool format_data_builder_finish(FormatDataBuilder *builder, BaseBuf *into);

#endif
