/*
 * format_samples.c: examples of structures. See format_samples.h.
 */
#include "tests/support/format_samples.h"

#include "engine/base/check.h"
#include "engine/format/blob_file.h"
#include "engine/format/current.h"
#include "engine/format/data_builder.h"
#include "engine/format/encode.h"
#include "engine/format/filter.h"
#include "engine/format/footer.h"
#include "engine/format/index_block.h"
#include "engine/format/key.h"
#include "engine/format/log_commit.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"
#include "engine/format/manifest_edit.h"
#include "engine/format/properties.h"
#include "engine/format/range_block.h"

#include <stdio.h>

#define SAMPLE_ID   UINT64_C(0x1122334455667788)
#define SAMPLE_TIME INT64_C(1700000000000)

enum { NUMBERED_ENTRIES = 20 };

static void
must(bool fine)
{
    BASE_CHECK(fine);
}

/* ------------------------------------------------------------------------------ data block -- */

size_t
format_sample_entry_count(void)
{
    return 5 + NUMBERED_ENTRIES;
}

static void
add_entry(FormatDataBuilder *builder, BaseBuf *last, const FormatEntry *entry)
{
    size_t shared = format_key_shared(base_buf_slice(last), entry->key);
    must(format_data_builder_add(builder, entry, shared));
    base_buf_reset(last);
    must(base_buf_append_slice(last, entry->key));
}

static void
add_entries(FormatDataBuilder *builder, BaseBuf *last)
{
    BaseBuf blob = BASE_BUF_INIT;
    FormatBlobReference reference = {7, {4096, 5000}, 9000};
    format_blob_reference_encode(&blob, &reference);
    const FormatEntry entries[] = {
        {BASE_SLICE_LITERAL("\0apple"), BASE_SLICE_LITERAL("red"), 1000, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0apple"), BASE_SLICE_EMPTY, 12, 0, FORMAT_REMOVE},
        {BASE_SLICE_LITERAL("\0apple pie"), BASE_SLICE_LITERAL("warm"), 900, SAMPLE_TIME,
         FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0banana"), base_buf_slice(&blob), 901, 0, FORMAT_BLOB},
        {BASE_SLICE_LITERAL("\0cherry"), BASE_SLICE_EMPTY, 902, 0, FORMAT_PUT},
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        add_entry(builder, last, &entries[i]);
    }
    base_buf_clear(&blob);
    for (int i = 0; i < NUMBERED_ENTRIES; i++) {
        char key[16];
        int len = snprintf(key, sizeof key, "%cdate-%03d", 0, i * 7);
        FormatEntry entry = {.key = base_slice(key, (size_t)len),
                             .value = base_slice("0123456789", (size_t)i % 10),
                             .version = 500 + i};
        add_entry(builder, last, &entry);
    }
}

static void
write_data_block(BaseBuf *into)
{
    FormatDataBuilder builder = FORMAT_DATA_BUILDER_INIT;
    BaseBuf last = BASE_BUF_INIT;
    builder.interval = 16;
    add_entries(&builder, &last);
    must(format_data_builder_finish(&builder, into));
    format_data_builder_clear(&builder);
    base_buf_clear(&last);
}

/* ----------------------------------------------------------------------- other table parts -- */

static void
write_index_block(BaseBuf *into)
{
    FormatIndexBuilder builder = FORMAT_INDEX_BUILDER_INIT;
    must(format_index_builder_add(&builder, BASE_SLICE_LITERAL("\0apple"), 4090, 35));
    must(format_index_builder_add(&builder, BASE_SLICE_LITERAL("\0apple"), 4000, 30));
    must(format_index_builder_add(&builder, BASE_SLICE_LITERAL("\0b"), 127, 1));
    must(format_index_builder_add(&builder, BASE_SLICE_LITERAL("\1system"), 70000, 200));
    must(format_index_builder_finish(&builder, into));
    format_index_builder_clear(&builder);
}

static bool
add_fragment(void *user, const FormatFragment *fragment)
{
    return format_range_builder_add(user, fragment);
}

static void
write_range_block(BaseBuf *into)
{
    static const FormatRange ranges[] = {
        {BASE_SLICE_LITERAL("\0a"), BASE_SLICE_LITERAL("\0f"), 5},
        {BASE_SLICE_LITERAL("\0c"), BASE_SLICE_LITERAL("\0h"), 700},
        {BASE_SLICE_LITERAL("\0x"), BASE_SLICE_LITERAL("\1"), 6},
    };
    static const FormatReadVersions all = {.all = true};
    FormatRangeBuilder builder = FORMAT_RANGE_BUILDER_INIT;
    must(base_is_ok(format_fragments_visit(ranges, sizeof ranges / sizeof *ranges, &all,
                                           add_fragment, &builder)));
    must(format_range_builder_finish(&builder, into));
    format_range_builder_clear(&builder);
}

static void
write_filter(BaseBuf *into)
{
    uint64_t hashes[100];
    for (uint64_t i = 0; i < 100; i++) {
        char key[16];
        int len = snprintf(key, sizeof key, "%ckey-%d", 0, (int)i);
        hashes[i] = format_key_hash(base_slice(key, (size_t)len));
    }
    must(format_filter_build(hashes, 100, 10, into));
}

static void
write_properties(BaseBuf *into)
{
    BaseBuf blobs = BASE_BUF_INIT;
    format_blob_uses_add(&blobs, &(FormatBlobUse){7, 2, 9000});
    format_blob_uses_add(&blobs, &(FormatBlobUse){9, 1, 5000});
    FormatProperties properties = {
        .entries = 266,
        .removes = 3,
        .fragments = 4,
        .expiring = 5,
        .version_min = 6,
        .version_max = 700,
        .smallest = BASE_SLICE_LITERAL("\0apple"),
        .largest = BASE_SLICE_LITERAL("\1system"),
        .expiry_min = SAMPLE_TIME,
        .expiry_max = SAMPLE_TIME + 1,
        .made_at_ms = SAMPLE_TIME + 2,
        .program = BASE_SLICE_LITERAL("larder 0.1.0"),
        .level = 2,
        .key_bytes = 2000,
        .value_bytes = 30000,
        .data_bytes = 32000,
        .data_blocks = 4,
        .filter_bits = 10,
        .stamp_max = SAMPLE_TIME + 3,
        .number = 12,
        .blob_entries = 3,
        .blobs = {base_buf_slice(&blobs), 2},
        .snapshots = 1,
    };
    must(format_properties_encode(into, &properties));
    base_buf_clear(&blobs);
}

/* A file whose parts are zeros, but for its footer. */
static void
write_footer(BaseBuf *into)
{
    FormatFooter footer = {.dictionary = {100, 10},
                           .ranges = {115, 20},
                           .filter = {140, 72},
                           .index = {217, 30},
                           .properties = {252, 40},
                           .id = SAMPLE_ID,
                           .flags = FORMAT_FOOTER_LARGEST_EXCLUDED};
    format_encode_zeros(into, 297);
    must(format_footer_encode(into, &footer));
}

static void
write_frame(BaseBuf *into)
{
    uint32_t size = 0;
    must(format_frame_append(into, NULL, BASE_SLICE_LITERAL("payload"), 0, 0, &size));
}

/* ------------------------------------------------------------------------------------ logs -- */

static void
add_operations(BaseBuf *into, int64_t version)
{
    const FormatLogOperation operations[] = {
        {.kind = FORMAT_LOG_PUT,
         .key = BASE_SLICE_LITERAL("apple"),
         .value = BASE_SLICE_LITERAL("red")},
        {.kind = FORMAT_LOG_PUT,
         .key = BASE_SLICE_LITERAL("banana"),
         .expires_at_ms = SAMPLE_TIME + version},
        {.kind = FORMAT_LOG_REMOVE, .system = true, .key = BASE_SLICE_LITERAL("lease")},
        {.kind = FORMAT_LOG_REMOVE_RANGE,
         .key = BASE_SLICE_LITERAL("c"),
         .value = BASE_SLICE_LITERAL("d")},
        {.kind = FORMAT_LOG_REMOVE_RANGE, .key = BASE_SLICE_LITERAL("x"), .unbounded = true},
    };
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        must(format_log_commit_add(into, &operations[i]));
    }
}

static void
write_commits(BaseBuf *into)
{
    FormatLogWriter writer = {0};
    for (int64_t version = 300; version < 302; version++) {
        FormatLogCommit commit = {version, SAMPLE_TIME, 5};
        format_log_commit_begin(&writer, into, &commit);
        add_operations(into, version);
    }
    must(!into->failed);
}

static void
write_edits(BaseBuf *into)
{
    BaseBuf blobs = BASE_BUF_INIT;
    format_blob_uses_add(&blobs, &(FormatBlobUse){7, 2, 9000});
    const FormatEdit edits[] = {
        {.tag = FORMAT_EDIT_STORE, .store = {SAMPLE_ID, SAMPLE_TIME}},
        {.tag = FORMAT_EDIT_NEXT_FILE, .number = 20},
        {.tag = FORMAT_EDIT_LOG_FLOOR, .number = 11},
        {.tag = FORMAT_EDIT_LAST, .last = {1000, SAMPLE_TIME}},
        {.tag = FORMAT_EDIT_ADD_TABLE,
         .add_table = {.level = 2,
                       .number = 12,
                       .id = SAMPLE_ID,
                       .size = 40000,
                       .order = 3,
                       .largest_excluded = true,
                       .smallest = BASE_SLICE_LITERAL("\0apple"),
                       .largest = BASE_SLICE_LITERAL("\1system"),
                       .version_min = 6,
                       .version_max = 700,
                       .entries = 266,
                       .removes = 3,
                       .fragments = 4,
                       .expiring = 5,
                       .expiry_min = SAMPLE_TIME,
                       .expiry_max = SAMPLE_TIME + 1,
                       .key_bytes = 2000,
                       .value_bytes = 30000,
                       .made_at_ms = SAMPLE_TIME + 2,
                       .oldest_remove_ms = SAMPLE_TIME - 5,
                       .blobs = {base_buf_slice(&blobs), 1}}},
        {.tag = FORMAT_EDIT_DROP_TABLE, .drop_table = {1, 10}},
        {.tag = FORMAT_EDIT_ADD_BLOB_FILE, .blob = {7, SAMPLE_ID + 1, 100000, 9, 99000}},
        {.tag = FORMAT_EDIT_DEAD_BLOBS, .blob = {.number = 7, .values = 1, .bytes = 4500}},
        {.tag = FORMAT_EDIT_DROP_BLOB_FILE, .number = 5},
        {.tag = FORMAT_EDIT_CLEAN_END, .clean_end = {13, 8192}},
        {.tag = FORMAT_EDIT_COMPACT_POINTER, .compact_pointer = {2, BASE_SLICE_LITERAL("\0m")}},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        must(format_manifest_edit_encode(into, &edits[i]));
    }
    base_buf_clear(&blobs);
}

/* Appends a record whose payload `write` makes. */
static void
add_record(BaseBuf *into, size_t start, uint64_t durable, void (*write)(BaseBuf *into))
{
    size_t at = into->len;
    format_encode_zeros(into, FORMAT_LOG_RECORD_HEAD_BYTES);
    write(into);
    size_t payload_len = into->len - at - FORMAT_LOG_RECORD_HEAD_BYTES;
    format_encode_zeros(into, format_log_record_len(payload_len) - (into->len - at));
    must(!into->failed);
    format_log_record_seal(into->data + at, payload_len, SAMPLE_ID, at - start, durable);
}

static void
write_segment(BaseBuf *into)
{
    size_t start = into->len;
    FormatLogHeader header = {.kind = FORMAT_LOG_SEGMENT,
                              .id = SAMPLE_ID,
                              .number = 13,
                              .start = 8192,
                              .previous = 11,
                              .previous_len = 8192,
                              .version_base = 299,
                              .made_at_ms = SAMPLE_TIME};
    must(format_log_header_encode(into, &header));
    add_record(into, start, 8264, write_commits);
    add_record(into, start, 8400, write_commits);
    format_encode_zeros(into, 64);
}

static void
write_manifest(BaseBuf *into)
{
    size_t start = into->len;
    FormatLogHeader header = {
        .kind = FORMAT_LOG_MANIFEST, .id = SAMPLE_ID, .number = 3, .made_at_ms = SAMPLE_TIME};
    must(format_log_header_encode(into, &header));
    add_record(into, start, FORMAT_LOG_HEADER_BYTES, write_edits);
}

static void
write_current(BaseBuf *into)
{
    must(format_current_encode(into, 12));
}

/* ----------------------------------------------------------------------------------- blobs -- */

static void
write_blob_header(BaseBuf *into)
{
    must(format_blob_header_encode(into, &(FormatBlobHeader){SAMPLE_ID, 7}));
}

static void
write_blob_tail(BaseBuf *into)
{
    format_encode_varint(into, 2);
    format_blob_tail_add(into, &(FormatBlobItem){{32, 5000}, BASE_SLICE_LITERAL("\0banana"), 901});
    format_blob_tail_add(into,
                         &(FormatBlobItem){{5037, 70000}, BASE_SLICE_LITERAL("\0berry"), 902});
    must(!into->failed);
}

static const FormatSample samples[] = {
    {"block.data", write_data_block, format_check_data_block, false},
    {"block.index", write_index_block, format_check_index_block, false},
    {"block.ranges", write_range_block, format_check_range_block, false},
    {"block.filter", write_filter, format_check_filter, false},
    {"block.properties", write_properties, format_check_properties, true},
    {"block.stored", write_frame, format_check_frame, false},
    {"footer", write_footer, format_check_footer, false},
    {"commits", write_commits, format_check_commits, true},
    {"edits", write_edits, format_check_edits, true},
    {"segment.wal", write_segment, format_check_log, true},
    {"manifest", write_manifest, format_check_log, true},
    {"current", write_current, format_check_names, false},
    {"blob.header", write_blob_header, format_check_blob, false},
    {"blob.tail", write_blob_tail, format_check_blob, false},
};

const FormatSample *
format_sample_at(size_t i)
{
    return i < sizeof samples / sizeof *samples ? &samples[i] : NULL;
}
