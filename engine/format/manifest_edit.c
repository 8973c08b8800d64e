/*
 * manifest_edit.c: writes and reads edits of the manifest. See manifest_edit.h.
 */
#include "engine/format/manifest_edit.h"

#include "engine/format/encode.h"
#include "engine/format/key.h"

enum { LARGEST_EXCLUDED = 1 };

static void
encode_table(BaseBuf *into, const FormatTable *table)
{
    format_encode_count(into, table->level);
    format_encode_count(into, table->number);
    format_encode_u64(into, table->id);
    format_encode_count(into, table->size);
    format_encode_count(into, table->order);
    format_encode_varint(into, table->largest_excluded ? LARGEST_EXCLUDED : 0);
    format_encode_bytes(into, table->smallest);
    format_encode_bytes(into, table->largest);
    format_encode_count(into, table->version_min);
    format_encode_count(into, table->version_max);
    format_encode_count(into, table->version_override);
    format_encode_count(into, table->entries);
    format_encode_count(into, table->removes);
    format_encode_count(into, table->fragments);
    format_encode_count(into, table->expiring);
    format_encode_count(into, table->expiry_min);
    format_encode_count(into, table->expiry_max);
    format_encode_count(into, table->key_bytes);
    format_encode_count(into, table->value_bytes);
    format_encode_count(into, table->made_at_ms);
    format_encode_count(into, table->oldest_remove_ms);
    format_blob_uses_encode(into, &table->blobs);
}

bool
format_manifest_edit_encode(BaseBuf *into, const FormatEdit *edit)
{
    format_encode_varint(into, edit->tag);
    switch (edit->tag) {
    case FORMAT_EDIT_STORE:
        format_encode_u64(into, edit->store.id);
        format_encode_count(into, edit->store.made_at_ms);
        break;
    case FORMAT_EDIT_NEXT_FILE:
    case FORMAT_EDIT_LOG_FLOOR:
    case FORMAT_EDIT_DROP_BLOB_FILE:
        format_encode_count(into, edit->number);
        break;
    case FORMAT_EDIT_LAST:
        format_encode_count(into, edit->last.version);
        format_encode_count(into, edit->last.stamp_ms);
        break;
    case FORMAT_EDIT_ADD_TABLE:
        encode_table(into, &edit->add_table);
        break;
    case FORMAT_EDIT_DROP_TABLE:
        format_encode_count(into, edit->drop_table.level);
        format_encode_count(into, edit->drop_table.number);
        break;
    case FORMAT_EDIT_ADD_BLOB_FILE:
        format_encode_count(into, edit->blob.number);
        format_encode_u64(into, edit->blob.id);
        format_encode_count(into, edit->blob.size);
        format_encode_count(into, edit->blob.values);
        format_encode_count(into, edit->blob.bytes);
        break;
    case FORMAT_EDIT_DEAD_BLOBS:
        format_encode_count(into, edit->blob.number);
        format_encode_count(into, edit->blob.values);
        format_encode_count(into, edit->blob.bytes);
        break;
    case FORMAT_EDIT_CLEAN_END:
        format_encode_count(into, edit->clean_end.segment);
        format_encode_count(into, edit->clean_end.len);
        break;
    case FORMAT_EDIT_COMPACT_POINTER:
    default:
        format_encode_count(into, edit->compact_pointer.level);
        format_encode_bytes(into, edit->compact_pointer.key);
        break;
    }
    return !into->failed;
}

static int64_t
decode_level(FormatDecoder *decoder)
{
    return (int64_t)format_decode_within(decoder, 0, FORMAT_LEVELS_MAX - 1);
}

static int64_t
decode_number(FormatDecoder *decoder)
{
    return (int64_t)format_decode_within(decoder, 1, INT64_MAX);
}

static BaseSlice
decode_key(FormatDecoder *decoder)
{
    BaseSlice key = format_decode_bytes(decoder);
    if (key.len == 0 || key.len > FORMAT_KEY_BYTES_MAX) {
        decoder->bad = true;
    }
    return key;
}

/* Whether the extremes of a table are in order. */
static bool
table_makes_sense(const FormatTable *table)
{
    int order = base_slice_compare(table->smallest, table->largest);
    return (order < 0 || (order == 0 && !table->largest_excluded)) && table->version_min > 0 &&
           table->version_min <= table->version_max && table->expiry_min <= table->expiry_max &&
           table->removes <= table->entries && table->expiring <= table->entries &&
           (table->entries | table->fragments) != 0;
}

static void
decode_table(FormatDecoder *decoder, FormatTable *table)
{
    table->level = decode_level(decoder);
    table->number = decode_number(decoder);
    table->id = format_decode_u64(decoder);
    table->size = format_decode_count(decoder);
    table->order = format_decode_count(decoder);
    table->largest_excluded =
        format_decode_within(decoder, 0, LARGEST_EXCLUDED) == LARGEST_EXCLUDED;
    table->smallest = decode_key(decoder);
    table->largest = decode_key(decoder);
    table->version_min = format_decode_count(decoder);
    table->version_max = format_decode_count(decoder);
    table->version_override = format_decode_count(decoder);
    table->entries = format_decode_count(decoder);
    table->removes = format_decode_count(decoder);
    table->fragments = format_decode_count(decoder);
    table->expiring = format_decode_count(decoder);
    table->expiry_min = format_decode_count(decoder);
    table->expiry_max = format_decode_count(decoder);
    table->key_bytes = format_decode_count(decoder);
    table->value_bytes = format_decode_count(decoder);
    table->made_at_ms = format_decode_count(decoder);
    table->oldest_remove_ms = format_decode_count(decoder);
    table->blobs = format_blob_uses_decode(decoder);
    decoder->bad = decoder->bad || !table_makes_sense(table);
}

static void
decode_blob(FormatDecoder *decoder, FormatEdit *edit)
{
    edit->blob.number = decode_number(decoder);
    if (edit->tag == FORMAT_EDIT_ADD_BLOB_FILE) {
        edit->blob.id = format_decode_u64(decoder);
        edit->blob.size = format_decode_count(decoder);
    }
    edit->blob.values = format_decode_count(decoder);
    edit->blob.bytes = format_decode_count(decoder);
}

BaseStatus
format_manifest_edit_decode(FormatDecoder *payload, FormatEdit *ret_edit)
{
    FormatEdit edit = {.tag = (FormatEditTag)format_decode_within(payload, FORMAT_EDIT_STORE,
                                                                  FORMAT_EDIT_COMPACT_POINTER)};
    switch (edit.tag) {
    case FORMAT_EDIT_STORE:
        edit.store.id = format_decode_u64(payload);
        edit.store.made_at_ms = format_decode_count(payload);
        break;
    case FORMAT_EDIT_NEXT_FILE:
    case FORMAT_EDIT_LOG_FLOOR:
    case FORMAT_EDIT_DROP_BLOB_FILE:
        edit.number = decode_number(payload);
        break;
    case FORMAT_EDIT_LAST:
        edit.last.version = format_decode_count(payload);
        edit.last.stamp_ms = format_decode_count(payload);
        break;
    case FORMAT_EDIT_ADD_TABLE:
        decode_table(payload, &edit.add_table);
        break;
    case FORMAT_EDIT_DROP_TABLE:
        edit.drop_table.level = decode_level(payload);
        edit.drop_table.number = decode_number(payload);
        break;
    case FORMAT_EDIT_ADD_BLOB_FILE:
    case FORMAT_EDIT_DEAD_BLOBS:
        decode_blob(payload, &edit);
        break;
    case FORMAT_EDIT_CLEAN_END:
        edit.clean_end.segment = decode_number(payload);
        edit.clean_end.len = format_decode_count(payload);
        break;
    case FORMAT_EDIT_COMPACT_POINTER:
        edit.compact_pointer.level = decode_level(payload);
        edit.compact_pointer.key = decode_key(payload);
        break;
    default:
        payload->bad = true;
        break;
    }
    if (payload->bad) {
        return format_corrupt("an edit of the manifest makes no sense");
    }
    *ret_edit = edit;
    return base_ok();
}
