/*
 * index.c: the index of a table in memory. See index.h.
 */
#include "engine/table/index.h"

#include "engine/format/key.h"

#include <stdlib.h>

static const char NO_MEMORY[] = "no memory for the index of a table";

void
table_index_clear(TableIndex *index)
{
    free(index->words);
    free(index->offsets);
    free(index->entries_before);
    free(index->separator_starts);
    free(index->separators);
    *index = (TableIndex){.count = 0};
}

static bool
allocate(TableIndex *index, uint32_t count)
{
    index->count = count;
    index->words = calloc(count, sizeof *index->words);
    index->offsets = calloc((size_t)count + 1, sizeof *index->offsets);
    index->entries_before = calloc((size_t)count + 1, sizeof *index->entries_before);
    index->separator_starts = calloc((size_t)count + 1, sizeof *index->separator_starts);
    return index->words != NULL && index->offsets != NULL && index->entries_before != NULL &&
           index->separator_starts != NULL;
}

/* Fills in all but words and sections. */
static BaseStatus
read_records(FormatIndexReader *reader, TableIndex *index, BaseBuf *separators)
{
    for (uint32_t i = 0; i < index->count; i++) {
        FormatIndexRecord record;
        BaseStatus status = format_index_reader_next(reader, &record);
        if (!base_is_ok(status)) {
            return status;
        }
        if (!base_buf_append_slice(separators, record.separator)) {
            return base_error(BASE_NO_MEMORY, NO_MEMORY);
        }
        if (separators->len > UINT32_MAX) {
            return base_error(BASE_UNSUPPORTED, "the index of a table is too large");
        }
        index->separator_starts[i + 1] = (uint32_t)separators->len;
        index->offsets[i + 1] = reader->offset;
        index->entries_before[i + 1] = index->entries_before[i] + record.entries;
    }
    return base_ok();
}

/* Finds the prefix of a section, and the words behind it. */
static void
make_section(TableIndex *index, uint32_t first, uint32_t stop, TableIndexSection *ret_section)
{
    TableIndexSection section = {.first = first, .stop = stop};
    if (first < stop) {
        BaseSlice low = table_index_separator(index, first);
        size_t shared = format_key_shared(low, table_index_separator(index, stop - 1));
        section.prefix = base_slice(low.data, shared);
    }
    for (uint32_t i = first; i < stop; i++) {
        index->words[i] = format_key_word(table_index_separator(index, i), section.prefix.len);
    }
    *ret_section = section;
}

static void
make_sections(TableIndex *index)
{
    uint32_t border = 0;
    while (border < index->count && table_index_separator(index, border).data[0] == 0) {
        border++;
    }
    make_section(index, 0, border, &index->sections[0]);
    make_section(index, border, index->count, &index->sections[1]);
}

BaseStatus
table_index_open(BaseSlice bytes, uint64_t data_end, TableIndex *ret_index)
{
    TableIndex index = {.count = 0};
    BaseBuf separators = BASE_BUF_INIT;
    FormatIndexReader reader;
    BaseStatus status = format_index_reader_open(&reader, bytes);
    if (base_is_ok(status) && reader.count >= UINT32_MAX) {
        status = base_error(BASE_UNSUPPORTED, "the index of a table is too large");
    }
    if (base_is_ok(status)) {
        status = allocate(&index, (uint32_t)reader.count)
                     ? read_records(&reader, &index, &separators)
                     : base_error(BASE_NO_MEMORY, NO_MEMORY);
    }
    if (base_is_ok(status) && reader.offset != data_end) {
        status = format_corrupt("the blocks of an index do not fill their table");
    }
    format_index_reader_clear(&reader);
    size_t len = 0;
    index.separators = base_buf_steal(&separators, &len);
    if (!base_is_ok(status)) {
        table_index_clear(&index);
        return status;
    }
    make_sections(&index);
    *ret_index = index;
    return base_ok();
}

/* The first of words[low, stop) that is at or above `word`. */
static uint32_t
find_word(const uint64_t *words, uint32_t low, uint32_t stop, uint64_t word)
{
    const uint64_t *base = words + low;
    uint32_t left = stop - low;
    while (left > 1) {
        uint32_t half = left / 2;
        __builtin_prefetch(base + half / 2);
        __builtin_prefetch(base + half + half / 2);
        base += base[half - 1] < word ? half : 0;
        left -= half;
    }
    return (uint32_t)(base - words) + (left == 1 && *base < word ? 1 : 0);
}

/* Among blocks from `low` on whose separators have this word: the first at or behind `key`. */
static uint32_t
settle_tie(const TableIndex *index, uint32_t low, uint32_t stop, uint64_t word, BaseSlice key)
{
    uint32_t high = word == UINT64_MAX ? stop : find_word(index->words, low, stop, word + 1);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (base_slice_compare(table_index_separator(index, middle), key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t
table_index_find(const TableIndex *index, BaseSlice key)
{
    const TableIndexSection *section = &index->sections[key.data[0] == 0 ? 0 : 1];
    size_t shared = format_key_shared(section->prefix, key);
    if (shared < section->prefix.len) {
        bool before = shared == key.len || key.data[shared] < section->prefix.data[shared];
        return before ? section->first : section->stop;
    }
    uint64_t word = format_key_word(key, shared);
    uint32_t low = find_word(index->words, section->first, section->stop, word);
    if (low == section->stop || index->words[low] != word) {
        return low;
    }
    return settle_tie(index, low, section->stop, word, key);
}
