/*
 * manifest_edit.h: what the manifest records: which tables and blob files make up the store, and
 * how that changes.
 *
 * A record's payload is a sequence of edits that take effect together.
 *
 * Threading: plain values; slices are borrowed.
 */
#ifndef LARDER_ENGINE_FORMAT_MANIFEST_EDIT_H
#define LARDER_ENGINE_FORMAT_MANIFEST_EDIT_H

#include "engine/base/buf.h"
#include "engine/format/blob_uses.h"

typedef enum FormatEditTag {
    FORMAT_EDIT_STORE = 1,
    FORMAT_EDIT_NEXT_FILE = 2,
    FORMAT_EDIT_LOG_FLOOR = 3,
    FORMAT_EDIT_LAST = 4,
    FORMAT_EDIT_ADD_TABLE = 5,
    FORMAT_EDIT_DROP_TABLE = 6,
    FORMAT_EDIT_ADD_BLOB_FILE = 7,
    FORMAT_EDIT_DEAD_BLOBS = 8,
    FORMAT_EDIT_DROP_BLOB_FILE = 9,
    FORMAT_EDIT_CLEAN_END = 10,
    FORMAT_EDIT_COMPACT_POINTER = 11,
} FormatEditTag;

enum { FORMAT_LEVELS_MAX = 64 };

/* What the manifest knows of a live table. Numbers are never negative. */
typedef struct FormatTable {
    int64_t level;
    int64_t number;
    uint64_t id; /* that its footer has */
    int64_t size;
    int64_t order;         /* within level 0: larger is newer */
    bool largest_excluded; /* `largest` is a stop */
    BaseSlice smallest;    /* stored keys, fragments included */
    BaseSlice largest;
    int64_t version_min;
    int64_t version_max;
    int64_t version_override; /* 0, or the version that every entry counts as having */
    int64_t entries;
    int64_t removes;
    int64_t fragments;
    int64_t expiring;
    int64_t expiry_min; /* 0, 0: none */
    int64_t expiry_max;
    int64_t key_bytes;
    int64_t value_bytes;
    int64_t made_at_ms;
    int64_t oldest_remove_ms; /* 0: none */
    FormatBlobUses blobs;
} FormatTable;

typedef struct FormatEdit {
    FormatEditTag tag;
    union {
        struct {
            uint64_t id;
            int64_t made_at_ms;
        } store;
        int64_t number; /* NEXT_FILE, LOG_FLOOR, DROP_BLOB_FILE */
        struct {
            int64_t version;
            int64_t stamp_ms;
        } last;
        FormatTable add_table;
        struct {
            int64_t level;
            int64_t number;
        } drop_table;
        struct {
            int64_t number;
            uint64_t id; /* ADD_BLOB_FILE */
            int64_t size;
            int64_t values;
            int64_t bytes;
        } blob; /* ADD_BLOB_FILE, DEAD_BLOBS (which has no id and size) */
        struct {
            int64_t segment;
            int64_t len;
        } clean_end;
        struct {
            int64_t level;
            BaseSlice key;
        } compact_pointer;
    };
} FormatEdit;

/* Appends an edit to a payload. False: no memory. */
bool format_manifest_edit_encode(BaseBuf *into, const FormatEdit *edit);

/*
 * Reads the next edit of a payload; slices are borrowed from it. REQUIRES: something is left, see
 * format_decode_left().
 */
BaseStatus format_manifest_edit_decode(FormatDecoder *payload, FormatEdit *ret_edit);

#endif
