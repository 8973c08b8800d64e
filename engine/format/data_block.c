/*
 * data_block.c: reads a data block. See data_block.h for the search.
 */
#include "engine/format/data_block.h"

#include "engine/base/check.h"
#include "engine/format/decode.h"
#include "engine/format/key.h"

enum {
    CACHE_LINE = 64,
    PREFETCH_BYTES_MAX = 4096,
};

/* ------------------------------------------------------------------------------------ open -- */

static bool
offsets_are_good(const FormatDataBlock *block)
{
    uint32_t last = 0;
    size_t entry_bytes = (size_t)(block->words - block->entries);
    for (uint32_t i = 0; i < block->restarts; i++) {
        uint32_t offset = format_data_block_offset(block, i);
        if (i == 0 ? offset != 0 : offset <= last || offset >= entry_bytes) {
            return false;
        }
        last = offset;
    }
    return true;
}

BaseStatus
format_data_block_open(BaseSlice bytes, FormatDataBlock *ret_block)
{
    if (bytes.len < FORMAT_DATA_TAIL_BYTES) {
        return format_corrupt("a data block is too short");
    }
    const uint8_t *tail = bytes.data + bytes.len - FORMAT_DATA_TAIL_BYTES;
    uint64_t base = format_fixed_get64(tail);
    FormatDataBlock block = {.entries = bytes.data,
                             .version_base = (int64_t)base,
                             .prefix_len = format_fixed_get16(tail + 8),
                             .interval = format_fixed_get16(tail + 10),
                             .restarts = format_fixed_get32(tail + 12),
                             .count = format_fixed_get32(tail + 16)};
    uint64_t restart_bytes = (uint64_t)block.restarts * FORMAT_DATA_RESTART_BYTES;
    if (block.interval == 0 || block.interval > FORMAT_RESTART_INTERVAL_MAX) {
        return format_corrupt("the restart interval of a data block makes no sense");
    }
    uint64_t groups = ((uint64_t)block.count + block.interval - 1) / block.interval;
    if (base == 0 || base > INT64_MAX || block.count == 0 || block.restarts != groups ||
        restart_bytes >= (uint64_t)(tail - bytes.data)) {
        return format_corrupt("the tail of a data block makes no sense");
    }
    block.words = tail - restart_bytes;
    FormatEntryHead first;
    if (!offsets_are_good(&block) || format_entry_read(bytes.data, block.words, &first) == NULL ||
        first.shared != 0 || first.unshared < block.prefix_len || first.unshared == 0) {
        return format_corrupt("the restarts of a data block make no sense");
    }
    block.prefix = first.suffix;
    *ret_block = block;
    return base_ok();
}

/* ---------------------------------------------------------------------------------- search -- */

static uint64_t
word_at(const FormatDataBlock *block, uint32_t i)
{
    return format_fixed_get64(block->words + i * sizeof(uint64_t));
}

/* How many restarts have a word below `word` (or, with `equal`, also that word). */
static uint32_t
count_words_below(const FormatDataBlock *block, uint64_t word, bool equal)
{
    if (equal && word == UINT64_MAX) {
        return block->restarts;
    }
    uint64_t bound = word + (equal ? 1 : 0);
    uint32_t low = 0;
    for (uint32_t left = block->restarts; left > 0;) {
        uint32_t half = left / 2;
        bool below = word_at(block, low + half) < bound;
        low = below ? low + half + 1 : low;
        left = below ? left - half - 1 : half;
    }
    return low;
}

/* What a search has found out. */
typedef struct Spot {
    const uint8_t *at; /* the entry; NULL: corrupt */
    const uint8_t *next;
    FormatEntryHead head;
    bool equal; /* its key is the target; else it is behind it */
    bool end;   /* all entries are before the target */
} Spot;

static const Spot CORRUPT = {.at = NULL};

/* Whether an entry's version is too new, so that the entry is before (its key, version). */
static bool
is_too_new(const FormatDataBlock *block, const FormatEntryHead *head, int64_t version)
{
    return version < block->version_base ||
           head->version_delta > (uint64_t)(version - block->version_base);
}

/* Whether restart `i` is before (key, version). False for one that makes no sense, too. */
static bool
restart_is_before(const FormatDataBlock *block, uint32_t i, BaseSlice key, int64_t version)
{
    FormatEntryHead head;
    if (format_entry_read(format_data_block_restart(block, i), block->words, &head) == NULL) {
        return false;
    }
    int order = base_slice_compare(base_slice(head.suffix, head.unshared), key);
    return order != 0 ? order < 0 : is_too_new(block, &head, version);
}

/* The group in which the first entry at or behind (key, version) is, or the one before that. */
static uint32_t
find_group(const FormatDataBlock *block, BaseSlice key, int64_t version)
{
    uint64_t word = format_key_word(key, block->prefix_len);
    uint32_t low = count_words_below(block, word, false);
    if (low < block->restarts && word_at(block, low) == word) {
        uint32_t high = count_words_below(block, word, true);
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (restart_is_before(block, middle, key, version)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
    }
    return low == 0 ? 0 : low - 1;
}

/*
 * Fetches the entries of a group. Each says where the next one begins, so reading them one by one
 * out of the cache would wait for memory as often as there are entries.
 */
static void
prefetch_group(const FormatDataBlock *block, uint32_t group)
{
    const uint8_t *at = format_data_block_restart(block, group);
    const uint8_t *end =
        group + 1 < block->restarts ? format_data_block_restart(block, group + 1) : block->words;
    if (end - at > PREFETCH_BYTES_MAX) {
        end = at + PREFETCH_BYTES_MAX;
    }
    for (; at < end; at += CACHE_LINE) {
        __builtin_prefetch(at);
    }
}

/* The first entry at or behind (key, version), from the start of a group on. */
static Spot
walk(const FormatDataBlock *block, uint32_t group, BaseSlice key, int64_t version)
{
    Spot spot = {.next = format_data_block_restart(block, group)};
    size_t match = 0; /* bytes that the last entry shares with the target */
    while (spot.next != block->words) {
        spot.at = spot.next;
        spot.next = format_entry_read(spot.at, block->words, &spot.head);
        if (spot.next == NULL || !format_data_block_has_version(block, spot.head.version_delta)) {
            return CORRUPT;
        }
        if (spot.head.shared > match) {
            continue;
        }
        BaseSlice suffix = base_slice(spot.head.suffix, spot.head.unshared);
        if (spot.head.shared < match) {
            /* A restart shares nothing by decree, and may be the target all the same. */
            spot.equal = spot.head.shared == 0 && base_slice_equal(suffix, key) &&
                         !is_too_new(block, &spot.head, version);
            return spot;
        }
        BaseSlice rest = base_slice(key.data + match, key.len - match);
        size_t same = format_key_shared(suffix, rest);
        if (same == suffix.len && same == rest.len) {
            if (!is_too_new(block, &spot.head, version)) {
                spot.equal = true;
                return spot;
            }
        } else if (same == rest.len || (same < suffix.len && suffix.data[same] > rest.data[same])) {
            return spot;
        }
        match += same;
    }
    spot.end = true;
    return spot;
}

/*
 * The first entry at or behind (key, version). The bytes that its key shares with the one before
 * are then those of the target.
 */
static Spot
search(const FormatDataBlock *block, BaseSlice key, int64_t version)
{
    size_t prefix_len = block->prefix_len;
    size_t same = format_key_shared(base_slice(block->prefix, prefix_len), key);
    if (same < prefix_len && same < key.len && block->prefix[same] < key.data[same]) {
        return (Spot){.at = block->entries, .end = true};
    }
    uint32_t group = same < prefix_len ? 0 : find_group(block, key, version);
    prefetch_group(block, group);
    return walk(block, group, key, version);
}

void
format_data_block_prefetch(const FormatDataBlock *block, BaseSlice key, int64_t version)
{
    prefetch_group(block, find_group(block, key, version));
}

FormatFind
format_data_block_find(const FormatDataBlock *block, BaseSlice key, int64_t version,
                       FormatEntry *ret_entry)
{
    Spot spot = search(block, key, version);
    if (spot.at == NULL) {
        return FORMAT_FIND_CORRUPT;
    }
    if (spot.end) {
        return FORMAT_FIND_BEYOND;
    }
    if (!spot.equal) {
        return FORMAT_FIND_ABSENT;
    }
    *ret_entry = (FormatEntry){.key = key,
                               .value = base_slice(spot.head.value, spot.head.value_len),
                               .version = block->version_base + (int64_t)spot.head.version_delta,
                               .expires_at_ms = spot.head.expires_at_ms,
                               .kind = spot.head.kind};
    return FORMAT_FIND_ENTRY;
}

/* ---------------------------------------------------------------------------------- cursor -- */

void
format_data_cursor_clear(FormatDataCursor *cursor)
{
    base_buf_clear(&cursor->key);
    format_data_back_clear(&cursor->back);
    *cursor = FORMAT_DATA_CURSOR_INIT;
}

void
format_data_cursor_enter(FormatDataCursor *cursor, const FormatDataBlock *block)
{
    cursor->block = *block;
    cursor->at = NULL;
    cursor->next = block->entries;
    cursor->key.len = 0;
    cursor->back.of = NULL;
}

FormatStep
format_data_cursor_grow(FormatDataCursor *cursor, size_t key_len)
{
    if (key_len == 0 || key_len > FORMAT_KEY_BYTES_MAX) {
        return FORMAT_STEP_CORRUPT;
    }
    return base_buf_reserve(&cursor->key, key_len - cursor->key.len) ? FORMAT_STEP_ENTRY
                                                                     : FORMAT_STEP_NO_MEMORY;
}

/* Goes to a restart, which has its key whole. */
static FormatStep
take_restart(FormatDataCursor *cursor, uint32_t group)
{
    cursor->key.len = 0;
    return format_data_cursor_take(cursor, format_data_block_restart(&cursor->block, group));
}

FormatStep
format_data_cursor_first(FormatDataCursor *cursor)
{
    return take_restart(cursor, 0);
}

FormatStep
format_data_cursor_seek(FormatDataCursor *cursor, BaseSlice key, int64_t version)
{
    Spot spot = search(&cursor->block, key, version);
    cursor->back.wanted = 0;
    if (spot.at == NULL) {
        return FORMAT_STEP_CORRUPT;
    }
    if (spot.end) {
        return FORMAT_STEP_END;
    }
    cursor->key.len = 0;
    if (spot.head.shared != 0) {
        FormatStep step = format_data_cursor_grow(cursor, spot.head.shared);
        if (step != FORMAT_STEP_ENTRY) {
            return step;
        }
        memcpy(cursor->key.data, key.data, spot.head.shared);
        cursor->key.len = spot.head.shared;
    }
    return format_data_cursor_take(cursor, spot.at);
}

FormatStep
format_data_cursor_stand(FormatDataCursor *cursor, const uint8_t *at, BaseSlice key)
{
    BASE_INVARIANT(key.len <= cursor->key.capacity);
    /* Its own key holds all that it shares with the one before. */
    memcpy(cursor->key.data, key.data, key.len);
    cursor->key.len = key.len;
    FormatStep step = format_data_cursor_take(cursor, at);
    cursor->repeats = false;
    return step;
}

FormatStep
format_data_cursor_seek_before(FormatDataCursor *cursor, BaseSlice key, int64_t version)
{
    FormatStep step = format_data_cursor_seek(cursor, key, version);
    if (step == FORMAT_STEP_END) {
        return format_data_cursor_last(cursor);
    }
    return step == FORMAT_STEP_ENTRY ? format_data_cursor_prev(cursor) : step;
}

/* -------------------------------------------------------------------------------- backward -- */

/* Reads entries before a place, of which there are some, unless they are at hand. */
static FormatStep
read_back(FormatDataCursor *cursor, const uint8_t *stop)
{
    if (cursor->back.of == stop && cursor->back.count != 0) {
        return FORMAT_STEP_ENTRY;
    }
    size_t longest = 0;
    FormatStep step = format_data_back_read(&cursor->back, &cursor->block, stop, &longest);
    if (step == FORMAT_STEP_ENTRY && longest > cursor->key.capacity &&
        !base_buf_reserve(&cursor->key, longest - cursor->key.len)) {
        cursor->back.of = NULL;
        return FORMAT_STEP_NO_MEMORY;
    }
    return step;
}

void
format_data_cursor_go_back(FormatDataCursor *cursor, size_t i)
{
    FormatDataBack *back = &cursor->back;
    BASE_INVARIANT(i < back->count);
    const FormatBackEntry *read = &format_data_back_entries(back)[i];
    back->count = i;
    back->of = cursor->at = read->at;
    cursor->next = read->entry.value.data + read->entry.value.len;
    cursor->entry = read->entry;
    cursor->repeats = read->repeats;
    /* The key had room when the entries were read. */
    cursor->key.len = read->entry.key.len;
    memcpy(cursor->key.data, read->entry.key.data, cursor->key.len);
    cursor->entry.key = base_buf_slice(&cursor->key);
}

static FormatStep
go_before(FormatDataCursor *cursor, const uint8_t *stop)
{
    FormatStep step = read_back(cursor, stop);
    if (step == FORMAT_STEP_ENTRY) {
        format_data_cursor_go_back(cursor, cursor->back.count - 1);
    }
    return step;
}

FormatStep
format_data_cursor_last(FormatDataCursor *cursor)
{
    return go_before(cursor, cursor->block.words);
}

FormatStep
format_data_cursor_prev(FormatDataCursor *cursor)
{
    return cursor->at == cursor->block.entries ? FORMAT_STEP_END : go_before(cursor, cursor->at);
}

FormatStep
format_data_cursor_has_newer(FormatDataCursor *cursor, bool *ret_has)
{
    *ret_has = cursor->repeats;
    if (!format_data_cursor_at_restart(cursor)) {
        return FORMAT_STEP_ENTRY;
    }
    *ret_has = false;
    if (cursor->at == cursor->block.entries) {
        return FORMAT_STEP_ENTRY;
    }
    /* A restart says nothing of the key before it. */
    FormatStep step = read_back(cursor, cursor->at);
    if (step == FORMAT_STEP_ENTRY) {
        cursor->entry.key = base_buf_slice(&cursor->key); /* which may have moved */
        const FormatBackEntry *before =
            &format_data_back_entries(&cursor->back)[cursor->back.count - 1];
        *ret_has = base_slice_equal(before->entry.key, cursor->entry.key);
    }
    return step;
}

/* ---------------------------------------------------------------------------------- verify -- */

/* What the entries of a block say about it, and what is left to check. */
typedef struct Proof {
    FormatDataCursor cursor;
    BaseBuf last_key;
    int64_t last_version;
    int64_t version_min;
    uint32_t count;
    size_t prefix_len;
} Proof;

static bool
restart_is_good(const Proof *proof)
{
    const FormatDataBlock *block = &proof->cursor.block;
    uint32_t i = proof->count / block->interval;
    return i < block->restarts && proof->cursor.at == format_data_block_restart(block, i) &&
           proof->cursor.at[0] == 0 &&
           word_at(block, i) == format_key_word(proof->cursor.entry.key, block->prefix_len);
}

/* Checks the current entry against the one before. NULL: it is good. */
static const char *
prove_entry(Proof *proof)
{
    const FormatEntry *entry = &proof->cursor.entry;
    BaseSlice last_key = base_buf_slice(&proof->last_key);
    bool restart = proof->count % proof->cursor.block.interval == 0;
    if (restart && !restart_is_good(proof)) {
        return "a restart of a data block is wrong";
    }
    if (entry->key.len > FORMAT_KEY_BYTES_MAX || entry->value.len > FORMAT_VALUE_BYTES_MAX) {
        return "a key or a value is too long";
    }
    size_t shared = format_key_shared(last_key, entry->key);
    FormatEntryHead head = {.shared = 0};
    (void)format_entry_read(proof->cursor.at, proof->cursor.block.words, &head);
    if (!restart && head.shared != shared) {
        return "a key of a data block is not as short as it can be";
    }
    if (proof->count != 0) {
        int order = base_slice_compare(last_key, entry->key);
        if (order > 0 || (order == 0 && entry->version >= proof->last_version)) {
            return "the entries of a data block are not in order";
        }
        proof->prefix_len = shared < proof->prefix_len ? shared : proof->prefix_len;
    } else {
        proof->prefix_len = entry->key.len;
    }
    bool newer = proof->count != 0 && entry->version >= proof->version_min;
    proof->version_min = newer ? proof->version_min : entry->version;
    proof->last_version = entry->version;
    proof->count++;
    return NULL;
}

static BaseStatus
prove(Proof *proof)
{
    const FormatDataBlock *block = &proof->cursor.block;
    FormatStep step;
    while ((step = format_data_cursor_next(&proof->cursor)) == FORMAT_STEP_ENTRY) {
        const char *wrong = prove_entry(proof);
        if (wrong != NULL) {
            return format_corrupt(wrong);
        }
        base_buf_reset(&proof->last_key);
        if (!base_buf_append_slice(&proof->last_key, proof->cursor.entry.key)) {
            return base_error(BASE_NO_MEMORY, "no memory for a key");
        }
    }
    if (step == FORMAT_STEP_NO_MEMORY) {
        return base_error(BASE_NO_MEMORY, "no memory for a key");
    }
    if (step == FORMAT_STEP_CORRUPT) {
        return format_corrupt("an entry of a data block makes no sense");
    }
    if (proof->count != block->count || proof->version_min != block->version_base ||
        proof->prefix_len != block->prefix_len) {
        return format_corrupt("the tail of a data block does not fit its entries");
    }
    return base_ok();
}

BaseStatus
format_data_block_verify(const FormatDataBlock *block)
{
    Proof proof = {.cursor = FORMAT_DATA_CURSOR_INIT, .last_key = BASE_BUF_INIT};
    format_data_cursor_enter(&proof.cursor, block);
    BaseStatus status = prove(&proof);
    format_data_cursor_clear(&proof.cursor);
    base_buf_clear(&proof.last_key);
    return status;
}
