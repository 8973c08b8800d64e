/*
 * data_back.c: reads groups of a data block to be handed out backward. See data_back.h.
 */
#include "engine/format/data_back.h"

#include "engine/format/data_block.h"
#include "engine/format/key.h"

enum {
    ENTRIES_FIRST = FORMAT_RESTART_INTERVAL_MAX, /* read at once, the first time */
    ENTRIES_MOST = 4 * FORMAT_RESTART_INTERVAL_MAX,
};

void
format_data_back_clear(FormatDataBack *back)
{
    base_buf_clear(&back->entries);
    base_buf_clear(&back->keys);
    *back = (FormatDataBack){.count = 0};
}

/* The last restart before `at`. */
static uint32_t
group_before(const FormatDataBlock *block, const uint8_t *at)
{
    uint32_t low = 0;
    uint32_t high = block->restarts;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (format_data_block_restart(block, middle) < at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where to begin, so that about as many entries as are wanted lie between there and `stop`. */
static const uint8_t *
choose_start(FormatDataBack *back, const FormatDataBlock *block, const uint8_t *stop)
{
    back->wanted = back->wanted == 0 ? ENTRIES_FIRST : back->wanted * 2;
    back->wanted = back->wanted > ENTRIES_MOST ? ENTRIES_MOST : back->wanted;
    uint32_t groups = (uint32_t)back->wanted / block->interval;
    uint32_t last = group_before(block, stop);
    return format_data_block_restart(block, last < groups ? 0 : last + 1 - groups);
}

/* Room for a key of so many bytes behind the others, which may move. NULL: no memory. */
static uint8_t *
add_key(FormatDataBack *back, size_t len)
{
    size_t capacity = back->keys.capacity;
    uint8_t *key = base_buf_extend(&back->keys, len);
    if (__builtin_expect(back->keys.capacity != capacity, 0)) {
        FormatBackEntry *entries = (FormatBackEntry *)(void *)back->entries.data;
        const uint8_t *moved = back->keys.data;
        for (size_t i = 0; i < back->count; i++) {
            entries[i].entry.key.data = moved;
            moved += entries[i].entry.key.len;
        }
    }
    return key;
}

/* Reads the entry that begins at `at`, behind those that were read; *ret_next is behind it. */
static inline FormatStep
read_entry(FormatDataBack *back, const FormatDataBlock *block, const uint8_t *at,
           const uint8_t **ret_next)
{
    FormatBackEntry *entries = (FormatBackEntry *)(void *)back->entries.data;
    BaseSlice before = back->count == 0 ? BASE_SLICE_EMPTY : entries[back->count - 1].entry.key;
    FormatEntryHead head;
    *ret_next = format_entry_read(at, block->words, &head);
    if (*ret_next == NULL || head.shared > before.len || back->count == ENTRIES_MOST ||
        !format_data_block_has_version(block, head.version_delta)) {
        return FORMAT_STEP_CORRUPT;
    }
    size_t len = head.shared + head.unshared;
    if (len - 1 >= FORMAT_KEY_BYTES_MAX) { /* 0 is no length */
        return FORMAT_STEP_CORRUPT;
    }
    bool repeats = format_entry_repeats(&head, before);
    uint8_t *key = add_key(back, len);
    if (key == NULL) {
        return FORMAT_STEP_NO_MEMORY;
    }
    memcpy(key, key - before.len, head.shared); /* the key before, which may have moved */
    memcpy(key + head.shared, head.suffix, head.unshared);
    entries[back->count++] = (FormatBackEntry){
        .at = at,
        .entry = {.key = base_slice(key, len),
                  .value = base_slice(head.value, head.value_len),
                  .version = block->version_base + (int64_t)head.version_delta,
                  .expires_at_ms = head.expires_at_ms,
                  .kind = head.kind},
        .repeats = repeats,
    };
    return FORMAT_STEP_ENTRY;
}

FormatStep
format_data_back_read(FormatDataBack *back, const FormatDataBlock *block, const uint8_t *stop,
                      size_t *ret_longest)
{
    base_buf_reset(&back->keys);
    back->count = 0;
    back->of = NULL;
    if (!base_buf_reserve(&back->entries, ENTRIES_MOST * sizeof(FormatBackEntry))) {
        return FORMAT_STEP_NO_MEMORY;
    }
    size_t longest = 0;
    const uint8_t *next = choose_start(back, block, stop);
    while (next < stop) {
        FormatStep step = read_entry(back, block, next, &next);
        if (step != FORMAT_STEP_ENTRY) {
            return step;
        }
        size_t len = format_data_back_entries(back)[back->count - 1].entry.key.len;
        longest = len > longest ? len : longest;
    }
    if (next != stop) {
        return FORMAT_STEP_CORRUPT;
    }
    back->of = stop;
    *ret_longest = longest;
    return FORMAT_STEP_ENTRY;
}
