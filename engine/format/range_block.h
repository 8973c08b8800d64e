/*
 * range_block.h: the removed ranges of a table: fragments in order that do not overlap.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_FORMAT_RANGE_BLOCK_H
#define LARDER_ENGINE_FORMAT_RANGE_BLOCK_H

#include "engine/base/buf.h"
#include "engine/format/decode.h"
#include "engine/format/fragments.h"

typedef struct FormatRangeBuilder {
    BaseBuf pieces;   /* the keys of all fragments, as they will stand in the block */
    BaseBuf notes;    /* one per fragment, see range_block.c */
    BaseBuf versions; /* int64_t, of all fragments */
    BaseBuf last_stop;
    uint64_t count;
    int64_t version_min;
} FormatRangeBuilder;

#define FORMAT_RANGE_BUILDER_INIT ((FormatRangeBuilder){.count = 0})

/* Frees what it holds. */
void format_range_builder_clear(FormatRangeBuilder *builder);

/*
 * Adds a fragment that begins at or behind the stop of the one before. False: no memory; the
 * builder is then only good for clearing.
 */
bool format_range_builder_add(FormatRangeBuilder *builder, const FormatFragment *fragment);

/* Appends the block to `into`. REQUIRES: a fragment. False: no memory. */
bool format_range_builder_finish(FormatRangeBuilder *builder, BaseBuf *into);

typedef struct FormatRangeReader {
    FormatDecoder decoder;
    uint64_t count; /* of all fragments */
    uint64_t left;
    int64_t version_base;
    int64_t version_min;
    BaseBuf start;
    BaseBuf stop;
    BaseBuf versions; /* int64_t, of the current fragment */
} FormatRangeReader;

/* Begins to read; clear the reader in any case. BASE_CORRUPTION: it is no range block. */
BaseStatus format_range_reader_open(FormatRangeReader *reader, BaseSlice bytes);

/*
 * Reads the next fragment, which is borrowed until the next step. REQUIRES: reader->left is not 0.
 * The step to the last one also proves that nothing follows it.
 */
BaseStatus format_range_reader_next(FormatRangeReader *reader, FormatFragment *ret_fragment);

/* Frees what it holds. */
void format_range_reader_clear(FormatRangeReader *reader);

#endif
