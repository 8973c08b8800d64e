/*
 * data_builder.c: makes a data block. See data_builder.h, and FORMAT.md for the bytes.
 */
#include "engine/format/data_builder.h"

#include "engine/base/check.h"
#include "engine/format/data_block.h"
#include "engine/format/encode.h"
#include "engine/format/key.h"

/* What is to be written of one entry; its key suffix and its value lie in `pieces`. */
typedef struct Note {
    size_t shared;
    size_t unshared;
    size_t value_len;
    int64_t version;
    int64_t expires_at_ms;
    FormatKind kind;
} Note;

enum { HEAD_BYTES_MAX = 5 * FORMAT_VARINT_MAX };

void
format_data_builder_clear(FormatDataBuilder *builder)
{
    base_buf_clear(&builder->notes);
    base_buf_clear(&builder->pieces);
    base_buf_clear(&builder->restarts);
    *builder = (FormatDataBuilder){.interval = builder->interval};
}

static void
start_over(FormatDataBuilder *builder)
{
    base_buf_reset(&builder->notes);
    base_buf_reset(&builder->pieces);
    base_buf_reset(&builder->restarts);
    builder->count = 0;
    builder->head_bytes = 0;
}

/* The smallest version of the block and the prefix that all keys share. */
static void
note_extremes(FormatDataBuilder *builder, const FormatEntry *entry, size_t shared)
{
    if (builder->count == 0) {
        builder->version_min = entry->version;
        builder->prefix_len = entry->key.len;
        return;
    }
    if (entry->version < builder->version_min) {
        builder->version_min = entry->version;
    }
    if (shared < builder->prefix_len) {
        builder->prefix_len = shared;
    }
}

bool
format_data_builder_add(FormatDataBuilder *builder, const FormatEntry *entry, size_t shared)
{
    BASE_CHECK(entry->version > 0 && entry->expires_at_ms >= 0);
    BASE_CHECK(entry->kind != FORMAT_REMOVE ||
               (entry->value.len == 0 && entry->expires_at_ms == 0));
    if (builder->count == 0) {
        shared = 0;
    }
    note_extremes(builder, entry, shared);
    bool restart = builder->count % builder->interval == 0;
    size_t kept = restart ? 0 : shared;
    Note note = {.shared = kept,
                 .unshared = entry->key.len - kept,
                 .value_len = entry->value.len,
                 .version = entry->version,
                 .expires_at_ms = entry->expires_at_ms,
                 .kind = entry->kind};
    if (restart) {
        uint64_t len = entry->key.len;
        (void)base_buf_append(&builder->restarts, &len, sizeof len);
        (void)base_buf_append_slice(&builder->restarts, entry->key);
    }
    (void)base_buf_append(&builder->pieces, entry->key.data + kept, note.unshared);
    (void)base_buf_append_slice(&builder->pieces, entry->value);
    (void)base_buf_append(&builder->notes, &note, sizeof note);
    builder->count++;
    /* The version's delta is not known yet; three bytes are likely. */
    builder->head_bytes += 5 + format_varint_len(note.value_len << FORMAT_ENTRY_SIZE_SHIFT) +
                           (note.expires_at_ms != 0 ? 6 : 0);
    return !builder->notes.failed && !builder->pieces.failed && !builder->restarts.failed;
}

static size_t
count_restarts(const FormatDataBuilder *builder)
{
    return (builder->count + builder->interval - 1) / builder->interval;
}

size_t
format_data_builder_size(const FormatDataBuilder *builder)
{
    return builder->pieces.len + builder->head_bytes +
           count_restarts(builder) * FORMAT_DATA_RESTART_BYTES + FORMAT_DATA_TAIL_BYTES;
}

/* Writes the numbers of an entry to `at`; returns the byte behind them. */
static uint8_t *
put_head(uint8_t *at, const Note *note, int64_t version_base)
{
    uint64_t value_word = (uint64_t)note->value_len << FORMAT_ENTRY_SIZE_SHIFT |
                          (note->expires_at_ms != 0 ? FORMAT_ENTRY_EXPIRES : 0) |
                          (uint64_t)note->kind;
    at = format_varint_put(at, note->shared);
    at = format_varint_put(at, note->unshared);
    at = format_varint_put(at, value_word);
    at = format_varint_put(at, (uint64_t)(note->version - version_base));
    if (note->expires_at_ms != 0) {
        at = format_varint_put(at, (uint64_t)note->expires_at_ms);
    }
    return at;
}

/* Writes the entries to `at`, and where each restart begins to `offsets`. */
static uint8_t *
put_entries(const FormatDataBuilder *builder, uint8_t *at, uint32_t *offsets)
{
    const Note *notes = (const Note *)(const void *)builder->notes.data;
    const uint8_t *pieces = builder->pieces.data;
    const uint8_t *start = at;
    for (size_t i = 0; i < builder->count; i++) {
        if (i % builder->interval == 0) {
            offsets[i / builder->interval] = (uint32_t)(at - start);
        }
        at = put_head(at, &notes[i], builder->version_min);
        size_t len = notes[i].unshared + notes[i].value_len;
        memcpy(at, pieces, len);
        at += len;
        pieces += len;
    }
    return at;
}

/* Writes the words of the restarts; returns the byte behind them. */
static uint8_t *
put_words(const FormatDataBuilder *builder, uint8_t *at, size_t restarts)
{
    const uint8_t *key = builder->restarts.data;
    for (size_t i = 0; i < restarts; i++) {
        uint64_t len = 0;
        memcpy(&len, key, sizeof len);
        key += sizeof len;
        format_fixed_put64(at, format_key_word(base_slice(key, len), builder->prefix_len));
        at += sizeof(uint64_t);
        key += len;
    }
    return at;
}

static uint8_t *
put_tail(const FormatDataBuilder *builder, uint8_t *at, const uint32_t *offsets, size_t restarts)
{
    at = put_words(builder, at, restarts);
    for (size_t i = 0; i < restarts; i++) {
        format_fixed_put32(at, offsets[i]);
        at += sizeof(uint32_t);
    }
    format_fixed_put64(at, (uint64_t)builder->version_min);
    format_fixed_put16(at + 8, (uint16_t)builder->prefix_len);
    format_fixed_put16(at + 10, (uint16_t)builder->interval);
    format_fixed_put32(at + 12, (uint32_t)restarts);
    format_fixed_put32(at + 16, (uint32_t)builder->count);
    return at + FORMAT_DATA_TAIL_BYTES;
}

bool
format_data_builder_finish(FormatDataBuilder *builder, BaseBuf *into)
{
    BASE_CHECK(builder->count > 0);
    size_t restarts = count_restarts(builder);
    size_t most = builder->pieces.len + builder->count * HEAD_BYTES_MAX +
                  restarts * FORMAT_DATA_RESTART_BYTES + FORMAT_DATA_TAIL_BYTES;
    /* The restart keys are read before their buffer is used for the offsets. */
    BaseBuf offsets = BASE_BUF_INIT;
    uint32_t *offset = (uint32_t *)(void *)base_buf_extend(&offsets, restarts * sizeof(uint32_t));
    bool fine = offset != NULL && base_buf_reserve(into, most);
    if (fine) {
        uint8_t *at = put_entries(builder, into->data + into->len, offset);
        at = put_tail(builder, at, offset, restarts);
        into->len = (size_t)(at - into->data);
    }
    base_buf_clear(&offsets);
    start_over(builder);
    return fine;
}
