/*
 * verify.c: proves that the parts of a table fit together. See table_verify().
 *
 * Every data block is read from disk and proven by itself (format_data_block_verify). Across
 * blocks: entries are in order; each block lies between its separator and the one before, and has
 * the number of entries that the index says; the filter passes every key; counts and extremes are
 * those of the properties.
 */
#include "engine/table/table_private.h"

#include <stdlib.h>

typedef struct Proof {
    const Table *table;
    FormatDataCursor cursor;
    FormatProperties seen; /* numbers alone */
    BaseBuf last_key;      /* empty: no entry yet */
    int64_t last_version;
    bool smallest_fits;
} Proof;

static void
widen(int64_t value, int64_t *lowest, int64_t *highest)
{
    if (*lowest == 0 || value < *lowest) {
        *lowest = value;
    }
    if (value > *highest) {
        *highest = value;
    }
}

static void
count_entry(FormatProperties *seen, const FormatEntry *entry)
{
    seen->entries++;
    seen->removes += entry->kind == FORMAT_REMOVE;
    seen->blob_entries += entry->kind == FORMAT_BLOB;
    seen->key_bytes += (int64_t)entry->key.len;
    seen->value_bytes += (int64_t)entry->value.len;
    widen(entry->version, &seen->version_min, &seen->version_max);
    if (entry->expires_at_ms != 0) {
        seen->expiring++;
        widen(entry->expires_at_ms, &seen->expiry_min, &seen->expiry_max);
    }
}

/* Checks an entry against what came before and what the table says. NULL: it is good. */
static const char *
prove_entry(Proof *proof, const FormatEntry *entry, uint32_t ordinal)
{
    const Table *table = proof->table;
    BaseSlice last = base_buf_slice(&proof->last_key);
    int order = base_slice_compare(last, entry->key);
    if (order > 0 || (order == 0 && entry->version >= proof->last_version)) {
        return "entries of different data blocks are not in order";
    }
    if (base_slice_compare(entry->key, table_index_separator(&table->index, ordinal)) > 0) {
        return "a key is behind the separator of its block";
    }
    if (ordinal > 0 && order != 0 &&
        base_slice_compare(entry->key, table_index_separator(&table->index, ordinal - 1)) <= 0) {
        return "a key is before the separator of the block before";
    }
    if (order != 0 && !format_filter_may_hold(&table->filter, format_key_hash(entry->key))) {
        return "the filter does not know a key";
    }
    if (base_slice_compare(entry->key, table->properties.smallest) < 0) {
        return "a key is before the smallest one";
    }
    if (last.len == 0) {
        proof->smallest_fits = base_slice_equal(entry->key, table->properties.smallest);
    }
    count_entry(&proof->seen, entry);
    proof->last_version = entry->version;
    base_buf_reset(&proof->last_key);
    return base_buf_append_slice(&proof->last_key, entry->key) ? NULL : "";
}

static BaseStatus
prove_entries(Proof *proof, const FormatDataBlock *block, uint32_t ordinal)
{
    FormatStep step;
    format_data_cursor_enter(&proof->cursor, block);
    while ((step = format_data_cursor_next(&proof->cursor)) == FORMAT_STEP_ENTRY) {
        const char *wrong = prove_entry(proof, &proof->cursor.entry, ordinal);
        if (wrong != NULL) {
            return wrong[0] == '\0' ? base_error(BASE_NO_MEMORY, "no memory for a key")
                                    : format_corrupt(wrong);
        }
    }
    if (step == FORMAT_STEP_NO_MEMORY) {
        return base_error(BASE_NO_MEMORY, "no memory for a key");
    }
    return step == FORMAT_STEP_END ? base_ok()
                                   : format_corrupt("an entry of a data block makes no sense");
}

static BaseStatus
prove_raw_block(Proof *proof, BaseSlice raw, uint32_t ordinal)
{
    FormatDataBlock block;
    BaseStatus status = format_data_block_open(raw, &block);
    if (base_is_ok(status)) {
        status = format_data_block_verify(&block);
    }
    if (base_is_ok(status)) {
        status = prove_entries(proof, &block, ordinal);
    }
    if (base_is_ok(status) && block.count != table_index_entries(&proof->table->index, ordinal)) {
        status = format_corrupt("a block does not have as many entries as the index says");
    }
    return status;
}

static BaseStatus
prove_block(Proof *proof, uint32_t ordinal)
{
    const Table *table = proof->table;
    FormatHandle handle = table_index_handle(&table->index, ordinal);
    uint8_t *memory = NULL;
    size_t len = 0;
    BaseStatus status =
        table_file_read_block(&table->file, handle, 0, table->dictionary, &memory, &len);
    if (!base_is_ok(status)) {
        return status;
    }
    proof->seen.data_blocks++;
    proof->seen.data_bytes += (int64_t)len;
    status = prove_raw_block(proof, base_slice(memory, len), ordinal);
    free(memory);
    bool judged = !base_is_ok(status) && status.code != BASE_NO_MEMORY;
    return judged ? table_file_fault(&table->file, handle.offset, handle.size, status) : status;
}

static void
count_fragments(Proof *proof)
{
    const TableRanges *ranges = &proof->table->ranges;
    proof->seen.fragments = (int64_t)ranges->count;
    for (size_t i = 0; i < ranges->count; i++) {
        const FormatFragment *fragment = &ranges->fragments[i];
        for (size_t j = 0; j < fragment->version_count; j++) {
            widen(fragment->versions[j], &proof->seen.version_min, &proof->seen.version_max);
        }
    }
}

/* Whether the extreme keys of the properties are those of entries and fragments. */
static bool
extremes_fit(const Proof *proof)
{
    const Table *table = proof->table;
    const TableRanges *ranges = &table->ranges;
    const FormatProperties *properties = &table->properties;
    bool smallest = proof->smallest_fits;
    BaseSlice largest = base_buf_slice(&proof->last_key);
    bool excluded = false;
    if (ranges->count != 0) {
        const FormatFragment *last = &ranges->fragments[ranges->count - 1];
        smallest = smallest || base_slice_equal(ranges->fragments[0].start, properties->smallest);
        if (base_slice_compare(ranges->fragments[0].start, properties->smallest) < 0) {
            return false;
        }
        if (base_slice_compare(last->stop, largest) > 0) {
            largest = last->stop;
            excluded = true;
        }
    }
    return smallest && base_slice_equal(largest, properties->largest) &&
           excluded == table_largest_excluded(table);
}

/* Entries of kind BLOB, by the list of blob files. */
static int64_t
count_blob_uses(const FormatProperties *said)
{
    int64_t entries = 0;
    FormatBlobUse use;
    FormatDecoder decoder = format_decode(said->blobs.bytes);
    while (format_blob_uses_next(&decoder, &use)) {
        entries += (int64_t)use.entries;
    }
    return entries;
}

static bool
numbers_fit(const FormatProperties *said, const FormatProperties *seen)
{
    return count_blob_uses(said) == seen->blob_entries && said->entries == seen->entries &&
           said->removes == seen->removes && said->fragments == seen->fragments &&
           said->expiring == seen->expiring && said->version_min == seen->version_min &&
           said->version_max == seen->version_max && said->expiry_min == seen->expiry_min &&
           said->expiry_max == seen->expiry_max && said->key_bytes == seen->key_bytes &&
           said->value_bytes == seen->value_bytes && said->data_bytes == seen->data_bytes &&
           said->data_blocks == seen->data_blocks && said->blob_entries == seen->blob_entries;
}

static BaseStatus
prove(Proof *proof)
{
    const Table *table = proof->table;
    for (uint32_t i = 0; i < table->index.count; i++) {
        BaseStatus status = prove_block(proof, i);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    count_fragments(proof);
    if (!numbers_fit(&table->properties, &proof->seen) || !extremes_fit(proof)) {
        FormatHandle handle = table->footer.properties;
        return table_file_fault(&table->file, handle.offset, handle.size,
                                format_corrupt("the properties of a table do not fit its entries"));
    }
    return base_ok();
}

BaseStatus
table_verify(Table *table)
{
    Proof proof = {.table = table, .cursor = FORMAT_DATA_CURSOR_INIT};
    BaseStatus status = prove(&proof);
    format_data_cursor_clear(&proof.cursor);
    base_buf_clear(&proof.last_key);
    return status;
}
