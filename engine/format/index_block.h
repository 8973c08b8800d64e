/*
 * index_block.h: which data block of a table holds a key.
 *
 * A record for each data block, in order: a separator (at or behind the last key of the block,
 * before the first key of the next one; equal to both when the versions of one key go on there),
 * the size of the block, and how many entries it has. Data blocks lie one behind the other, so
 * sizes give offsets.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_FORMAT_INDEX_BLOCK_H
#define LARDER_ENGINE_FORMAT_INDEX_BLOCK_H

#include "engine/base/buf.h"
#include "engine/format/decode.h"
#include "engine/format/frame.h"

typedef struct FormatIndexBuilder {
    BaseBuf records;
    BaseBuf last; /* separator */
    uint64_t count;
} FormatIndexBuilder;

#define FORMAT_INDEX_BUILDER_INIT ((FormatIndexBuilder){.count = 0})

/* Frees what it holds. */
void format_index_builder_clear(FormatIndexBuilder *builder);

/* Adds the next data block. False: no memory. */
bool format_index_builder_add(FormatIndexBuilder *builder, BaseSlice separator, uint32_t size,
                              uint64_t entries);

/* Appends the index block to `into`. REQUIRES: a data block. False: no memory. */
bool format_index_builder_finish(FormatIndexBuilder *builder, BaseBuf *into);

typedef struct FormatIndexRecord {
    BaseSlice separator; /* borrowed from the reader until the next step */
    FormatHandle handle;
    uint64_t entries;
} FormatIndexRecord;

typedef struct FormatIndexReader {
    FormatDecoder decoder;
    uint64_t count; /* of all records */
    uint64_t left;
    uint64_t offset; /* of the next data block */
    BaseBuf separator;
} FormatIndexReader;

/* Begins to read; clear the reader in any case. BASE_CORRUPTION: it is no index. */
BaseStatus format_index_reader_open(FormatIndexReader *reader, BaseSlice bytes);

/*
 * Reads the next record. REQUIRES: reader->left is not 0. The step to the last one also proves that
 * nothing follows it.
 */
BaseStatus format_index_reader_next(FormatIndexReader *reader, FormatIndexRecord *ret_record);

/* Frees what it holds. */
void format_index_reader_clear(FormatIndexReader *reader);

#endif
