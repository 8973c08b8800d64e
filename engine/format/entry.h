/*
 * entry.h: entries of tables: a stored key, a version, and what the key has from it on.
 *
 * This is the layout of one entry in a data block:
 *
 *     shared | unshared | value size and kind | version - base | [expiry] | key bytes | value bytes
 *
 * all numbers varints. The key is the first `shared` bytes of the key before it and the key bytes
 * here. Decoding is on the path of every read, so it is inlined; it trusts nothing.
 *
 * Threading: plain values; as safe as the bytes that they point at.
 */
#ifndef LARDER_ENGINE_FORMAT_ENTRY_H
#define LARDER_ENGINE_FORMAT_ENTRY_H

#include "engine/base/slice.h"
#include "engine/format/varint.h"

typedef enum FormatKind {
    FORMAT_PUT = 0,    /* the key has this value */
    FORMAT_REMOVE = 1, /* the key is absent; no value, no expiry */
    FORMAT_BLOB = 2,   /* the value is a FormatBlobReference */
} FormatKind;

typedef struct FormatEntry {
    BaseSlice key; /* stored key */
    BaseSlice value;
    int64_t version;       /* positive */
    int64_t expires_at_ms; /* 0: never */
    FormatKind kind;
} FormatEntry;

enum {
    FORMAT_ENTRY_KIND_MASK = 3,
    FORMAT_ENTRY_EXPIRES = 4,
    FORMAT_ENTRY_SIZE_SHIFT = 3,
    /* Longest value: a block of one entry then stays below what a stored block may be. */
    FORMAT_VALUE_BYTES_MAX = 48 << 20,
};

/* An entry as it stands in a block. */
typedef struct FormatEntryHead {
    const uint8_t *suffix; /* the bytes of the key that are stored here */
    const uint8_t *value;
    size_t shared; /* not yet compared with the length of the key before */
    size_t unshared;
    size_t value_len;
    uint64_t version_delta; /* over the base version of the block */
    int64_t expires_at_ms;
    FormatKind kind;
} FormatEntryHead;

/* What the kind of an entry demands of the rest of it. */
static inline bool
format_entry_fits_kind(uint64_t value_word)
{
    uint64_t kind = value_word & FORMAT_ENTRY_KIND_MASK;
    return kind == FORMAT_PUT || kind == FORMAT_BLOB || value_word == FORMAT_REMOVE;
}

/* Reads the expiry of an entry that has one. NULL: it is none. */
static inline const uint8_t *
format_entry_read_expiry(const uint8_t *at, const uint8_t *end, int64_t *ret_expiry)
{
    uint64_t expiry = 0;
    at = format_varint_get(at, end, &expiry);
    if (at == NULL || expiry == 0 || expiry > INT64_MAX) {
        return NULL;
    }
    *ret_expiry = (int64_t)expiry;
    return at;
}

/* Reads the entry that begins at `at`; returns the byte behind it. NULL: there is none. */
static inline __attribute__((always_inline)) const uint8_t *
format_entry_read(const uint8_t *at, const uint8_t *end, FormatEntryHead *ret_head)
{
    uint64_t shared = 0;
    uint64_t unshared = 0;
    uint64_t value_word = 0;
    uint64_t delta = 0;
    int64_t expiry = 0;
    if ((at = format_varint_get(at, end, &shared)) == NULL ||
        (at = format_varint_get(at, end, &unshared)) == NULL ||
        (at = format_varint_get(at, end, &value_word)) == NULL ||
        (at = format_varint_get(at, end, &delta)) == NULL) {
        return NULL;
    }
    if ((value_word & FORMAT_ENTRY_EXPIRES) != 0 &&
        (at = format_entry_read_expiry(at, end, &expiry)) == NULL) {
        return NULL;
    }
    size_t left = (size_t)(end - at);
    uint64_t value_len = value_word >> FORMAT_ENTRY_SIZE_SHIFT;
    if (unshared > left || value_len > left - unshared || !format_entry_fits_kind(value_word)) {
        return NULL;
    }
    *ret_head = (FormatEntryHead){.suffix = at,
                                  .value = at + unshared,
                                  .shared = (size_t)shared,
                                  .unshared = (size_t)unshared,
                                  .value_len = (size_t)value_len,
                                  .version_delta = delta,
                                  .expires_at_ms = expiry,
                                  .kind = (FormatKind)(value_word & FORMAT_ENTRY_KIND_MASK)};
    return at + unshared + value_len;
}

/*
 * Whether an entry has the key of the one before it, of which it shares no more than there is. What
 * is stored of it is compared at restarts only: elsewhere its first byte differs.
 */
static inline bool
format_entry_repeats(const FormatEntryHead *head, BaseSlice before)
{
    if (head->shared + head->unshared != before.len || head->unshared == 0) {
        return head->shared + head->unshared == before.len;
    }
    const uint8_t *rest = before.data + head->shared;
    return rest[0] == head->suffix[0] && memcmp(rest, head->suffix, head->unshared) == 0;
}

#endif
