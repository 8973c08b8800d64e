/*
 * test_format_parts.c: the parts of tables that are not data blocks, and the pieces of logs: round
 * trips with random contents, fragments against a plain list, what decoders must refuse.
 */
#include "engine/base/rand.h"
#include "engine/format/current.h"
#include "engine/format/file_name.h"
#include "engine/format/filter.h"
#include "engine/format/frame.h"
#include "engine/format/index_block.h"
#include "engine/format/key.h"
#include "engine/format/log_record.h"
#include "engine/format/properties.h"
#include "engine/format/range_block.h"
#include "engine/format/varint.h"
#include "tests/support/format_check.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static BaseRand rng;

START_TEST(varints_have_one_form)
{
    static const uint64_t edges[] = {
        0, 1, 127, 128, 16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof edges / sizeof *edges + 1000; i++) {
        uint64_t value = i < 10 ? edges[i] : base_rand_next(&rng) >> base_rand_below(&rng, 64);
        uint8_t bytes[FORMAT_VARINT_MAX + 1] = {0};
        size_t len = (size_t)(format_varint_put(bytes, value) - bytes);
        uint64_t back = 0;
        ck_assert_uint_eq(len, format_varint_len(value));
        ck_assert_ptr_eq(format_varint_get(bytes, bytes + len, &back), bytes + len);
        ck_assert_uint_eq(back, value);
        ck_assert_ptr_null(format_varint_get(bytes, bytes + len - 1, &back));
        if (len < FORMAT_VARINT_MAX) {
            bytes[len - 1] |= 0x80; /* the same number, a byte longer */
            ck_assert_ptr_null(format_varint_get(bytes, bytes + len + 1, &back));
        }
        int64_t number = (int64_t)value;
        ck_assert_int_eq(format_varint_unzigzag(format_varint_zigzag(number)), number);
    }
    static const uint8_t too_large[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2};
    uint64_t value = 0;
    ck_assert_ptr_null(format_varint_get(too_large, too_large + sizeof too_large, &value));
    ck_assert_uint_eq(format_varint_zigzag(-1), 1);
}
END_TEST

/* With and without bytes behind it, which decides how it is read. */
START_TEST(varints_read_the_same_everywhere)
{
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[FORMAT_VARINT_MAX + 8];
        for (size_t j = 0; j < sizeof bytes; j++) {
            uint64_t word = base_rand_next(&rng);
            bytes[j] = (uint8_t)((word >> 8 & 7) == 0 ? word & 0x80 : word);
        }
        uint64_t far = 0;
        uint64_t near = 0;
        const uint8_t *behind = format_varint_get(bytes, bytes + sizeof bytes, &far);
        size_t len = 1;
        while (len < FORMAT_VARINT_MAX && bytes[len - 1] >= 0x80) {
            len++;
        }
        const uint8_t *near_behind = format_varint_get(bytes, bytes + len, &near);
        ck_assert_ptr_eq(behind, near_behind);
        ck_assert_uint_eq(far, near);
        if (behind != NULL) {
            uint8_t again[FORMAT_VARINT_MAX];
            ck_assert_ptr_eq(behind, bytes + len);
            ck_assert_ptr_eq(format_varint_put(again, far), again + len);
            ck_assert_mem_eq(again, bytes, len);
        }
    }
}
END_TEST

START_TEST(filters_hold_what_was_put_in)
{
    static const struct {
        unsigned bits;
        double most; /* false positives */
    } cases[] = {{1, 0.7}, {6, 0.08}, {10, 0.015}, {14, 0.005}, {20, 0.002}};
    enum { COUNT = 20000 };
    uint64_t *hashes = calloc(COUNT, sizeof *hashes);
    ck_assert_ptr_nonnull(hashes);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t number = i;
        hashes[i] = format_key_hash(base_slice(&number, sizeof number));
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        BaseBuf bytes = BASE_BUF_INIT;
        FormatFilter filter;
        ck_assert(format_filter_build(hashes, COUNT, cases[i].bits, &bytes));
        ck_assert(base_is_ok(format_filter_open(base_buf_slice(&bytes), &filter)));
        unsigned wrong = 0;
        for (size_t j = 0; j < COUNT; j++) {
            if (!format_filter_may_hold(&filter, hashes[j])) {
                ck_abort_msg("a key is missing");
            }
            uint64_t other = j + COUNT;
            wrong +=
                format_filter_may_hold(&filter, format_key_hash(base_slice(&other, sizeof other)));
        }
        ck_assert_double_lt((double)wrong / COUNT, cases[i].most);
        base_buf_clear(&bytes);
    }
    free(hashes);
    static const FormatFilter none = {0};
    ck_assert(format_filter_may_hold(&none, 1));
}
END_TEST

START_TEST(packing_must_save_an_eighth)
{
    uint8_t random[4000];
    for (size_t i = 0; i < sizeof random; i++) {
        random[i] = (uint8_t)base_rand_next(&rng);
    }
    uint8_t same[4000];
    memset(same, 'x', sizeof same);
    static const char dictionary[] = "a text that is often repeated in what is packed with it";
    FormatPacker *packers[] = {NULL, format_packer_new(1, BASE_SLICE_EMPTY),
                               format_packer_new(3, base_slice_text(dictionary))};
    FormatDictionary *digest = format_dictionary_new(base_slice_text(dictionary));
    for (size_t i = 0; i < 3; i++) {
        for (int j = 0; j < 2; j++) {
            BaseSlice raw = j == 0 ? base_slice(random, sizeof random) : base_slice(same, 4000);
            BaseBuf stored = BASE_BUF_INIT;
            uint32_t size = 0;
            FormatFrame frame;
            uint8_t back[4000];
            ck_assert(base_buf_append(&stored, "ahead", 5));
            ck_assert(format_frame_append(&stored, packers[i], raw, 9, 5, &size));
            BaseSlice bytes = base_slice(stored.data + 5, stored.len - 5);
            ck_assert_uint_eq(bytes.len, size + FORMAT_FRAME_TRAILER_BYTES);
            ck_assert(base_is_ok(format_frame_open(bytes, 9, 5, &frame)));
            ck_assert_int_eq(frame.codec, j == 0 ? FORMAT_CODEC_NONE : (FormatCodec)i);
            ck_assert(j == 0 || i == 0 || size <= 3500);
            ck_assert(base_is_ok(format_frame_unpack(&frame, digest, back)));
            ck_assert_int_eq(memcmp(back, raw.data, raw.len), 0);
            ck_assert_int_eq(format_frame_open(bytes, 8, 5, &frame).code, BASE_CORRUPTION);
            ck_assert_int_eq(format_frame_open(bytes, 9, 6, &frame).code, BASE_CORRUPTION);
            base_buf_clear(&stored);
        }
    }
    format_packer_free(packers[1]);
    format_packer_free(packers[2]);
    format_dictionary_free(digest);
}
END_TEST

START_TEST(a_packed_block_needs_its_dictionary)
{
    BaseSlice dictionary = base_slice_text("some words, some words");
    FormatPacker *packer = format_packer_new(1, dictionary);
    BaseBuf stored = BASE_BUF_INIT;
    uint8_t raw[1000] = {0};
    uint32_t size = 0;
    FormatFrame frame;
    ck_assert(format_frame_append(&stored, packer, base_slice(raw, sizeof raw), 0, 0, &size));
    ck_assert(base_is_ok(format_frame_open(base_buf_slice(&stored), 0, 0, &frame)));
    ck_assert_int_eq(format_frame_unpack(&frame, NULL, raw).code, BASE_CORRUPTION);
    base_buf_clear(&stored);
    format_packer_free(packer);
}
END_TEST

/* ------------------------------------------------------------------------------------ ranges -- */

enum { RANGES_MAX = 40, SPAN = 30 };

static const char *const SPAN_KEYS = "abcdefghijklmnopqrstuvwxyz{|}~\x7f";

typedef struct Fragments {
    FormatFragment items[2 * RANGES_MAX];
    int64_t versions[4 * RANGES_MAX * RANGES_MAX];
    size_t count;
    size_t version_count;
} Fragments;

static bool
collect(void *user, const FormatFragment *fragment)
{
    Fragments *fragments = user;
    int64_t *copy = fragments->versions + fragments->version_count;
    memcpy(copy, fragment->versions, fragment->version_count * sizeof *copy);
    fragments->version_count += fragment->version_count;
    fragments->items[fragments->count] = *fragment;
    fragments->items[fragments->count++].versions = copy;
    return true;
}

/* The newest version at or below `read` that hides the key at `at`, by the plain ranges. */
static int64_t
hides_by_ranges(const FormatRange *ranges, size_t count, const char *at, int64_t read)
{
    BaseSlice key = base_slice(at, 1);
    int64_t newest = 0;
    for (size_t i = 0; i < count; i++) {
        if (base_slice_compare(ranges[i].start, key) <= 0 &&
            base_slice_compare(key, ranges[i].stop) < 0 && ranges[i].version <= read &&
            ranges[i].version > newest) {
            newest = ranges[i].version;
        }
    }
    return newest;
}

static int64_t
hides_by_fragments(const Fragments *fragments, const char *at, int64_t read)
{
    BaseSlice key = base_slice(at, 1);
    for (size_t i = 0; i < fragments->count; i++) {
        const FormatFragment *fragment = &fragments->items[i];
        if (base_slice_compare(fragment->start, key) <= 0 &&
            base_slice_compare(key, fragment->stop) < 0) {
            for (size_t j = 0; j < fragment->version_count; j++) {
                if (fragment->versions[j] <= read) {
                    return fragment->versions[j];
                }
            }
        }
    }
    return 0;
}

static void
check_shape(const Fragments *fragments)
{
    for (size_t i = 0; i < fragments->count; i++) {
        const FormatFragment *fragment = &fragments->items[i];
        ck_assert_int_lt(base_slice_compare(fragment->start, fragment->stop), 0);
        for (size_t j = 1; j < fragment->version_count; j++) {
            ck_assert_int_lt(fragment->versions[j], fragment->versions[j - 1]);
        }
        if (i > 0) {
            ck_assert_int_le(base_slice_compare(fragment[-1].stop, fragment->start), 0);
        }
    }
}

/* Writes fragments as a block and reads them back. */
static void
check_block(const Fragments *fragments)
{
    FormatRangeBuilder builder = FORMAT_RANGE_BUILDER_INIT;
    FormatRangeReader reader;
    BaseBuf block = BASE_BUF_INIT;
    for (size_t i = 0; i < fragments->count; i++) {
        ck_assert(format_range_builder_add(&builder, &fragments->items[i]));
    }
    ck_assert(format_range_builder_finish(&builder, &block));
    ck_assert(base_is_ok(format_range_reader_open(&reader, base_buf_slice(&block))));
    ck_assert_uint_eq(reader.count, fragments->count);
    for (size_t i = 0; i < fragments->count; i++) {
        FormatFragment back;
        const FormatFragment *fragment = &fragments->items[i];
        ck_assert(base_is_ok(format_range_reader_next(&reader, &back)));
        ck_assert(base_slice_equal(back.start, fragment->start));
        ck_assert(base_slice_equal(back.stop, fragment->stop));
        ck_assert_uint_eq(back.version_count, fragment->version_count);
        ck_assert_int_eq(
            memcmp(back.versions, fragment->versions, back.version_count * sizeof *back.versions),
            0);
    }
    ck_assert(format_check_range_block(base_buf_slice(&block)));
    format_range_reader_clear(&reader);
    format_range_builder_clear(&builder);
    base_buf_clear(&block);
}

static Fragments fragments;

START_TEST(fragments_hide_what_their_ranges_hide)
{
    for (int round = 0; round < 300; round++) {
        FormatRange ranges[RANGES_MAX];
        size_t count = base_rand_below(&rng, RANGES_MAX);
        for (size_t i = 0; i < count; i++) {
            ranges[i] = (FormatRange){base_slice(SPAN_KEYS + base_rand_below(&rng, SPAN), 1),
                                      base_slice(SPAN_KEYS + base_rand_below(&rng, SPAN), 1),
                                      1 + (int64_t)base_rand_below(&rng, 30)};
        }
        int64_t snapshots[] = {5, 12, 20};
        FormatReadVersions readers = {.all = round % 3 == 0,
                                      .snapshots = snapshots,
                                      .snapshot_count = base_rand_below(&rng, 4)};
        fragments.count = 0;
        fragments.version_count = 0;
        ck_assert(base_is_ok(format_fragments_visit(ranges, count, &readers, collect, &fragments)));
        check_shape(&fragments);
        for (const char *key = SPAN_KEYS; *key != 0; key++) {
            for (int64_t read = 1; read < 40; read++) {
                bool asked = readers.all || read >= 30;
                for (size_t i = 0; i < readers.snapshot_count; i++) {
                    asked = asked || read == snapshots[i];
                }
                if (asked && hides_by_fragments(&fragments, key, read) !=
                                 hides_by_ranges(ranges, count, key, read)) {
                    ck_abort_msg("key %c at %d in round %d", *key, (int)read, round);
                }
            }
        }
        if (fragments.count != 0) {
            check_block(&fragments);
        }
    }
}
END_TEST

static bool
refuse(void *user, const FormatFragment *fragment)
{
    (void)user;
    (void)fragment;
    return false;
}

START_TEST(fragments_stop_and_merge)
{
    const FormatRange ranges[] = {{BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("c"), 9},
                                  {BASE_SLICE_LITERAL("b"), BASE_SLICE_LITERAL("d"), 9},
                                  {BASE_SLICE_LITERAL("b"), BASE_SLICE_LITERAL("c"), 3},
                                  {BASE_SLICE_LITERAL("d"), BASE_SLICE_LITERAL("e"), 9}};
    FormatReadVersions latest = {.all = false};
    fragments.count = 0;
    ck_assert(base_is_ok(format_fragments_visit(ranges, 4, &latest, collect, &fragments)));
    ck_assert_uint_eq(fragments.count, 1);
    ck_assert(base_slice_equal(fragments.items[0].stop, BASE_SLICE_LITERAL("e")));
    ck_assert_uint_eq(fragments.items[0].version_count, 1);
    ck_assert_int_eq(format_fragments_visit(ranges, 4, &latest, refuse, NULL).code, BASE_CLOSED);
}
END_TEST

/* ------------------------------------------------------------------------------- other parts -- */

/* The i-th separator of two equal ones each, its block and its entries. */
static FormatIndexRecord
index_record(uint64_t i, char key[32])
{
    int len = snprintf(key, 32, "%c%05d", 0, (int)(i / 2));
    return (FormatIndexRecord){.separator = base_slice(key, (size_t)len),
                               .handle.size = 1 + (uint32_t)(i * 7919 % 100000),
                               .entries = 1 + i % 100};
}

static void
check_index(uint64_t count)
{
    FormatIndexBuilder builder = FORMAT_INDEX_BUILDER_INIT;
    BaseBuf block = BASE_BUF_INIT;
    char key[32];
    for (uint64_t i = 0; i < count; i++) {
        FormatIndexRecord record = index_record(i, key);
        ck_assert(format_index_builder_add(&builder, record.separator, record.handle.size,
                                           record.entries));
    }
    ck_assert(format_index_builder_finish(&builder, &block));
    FormatIndexReader reader;
    ck_assert(base_is_ok(format_index_reader_open(&reader, base_buf_slice(&block))));
    ck_assert_uint_eq(reader.count, count);
    uint64_t offset = 0;
    for (uint64_t i = 0; i < count; i++) {
        FormatIndexRecord want = index_record(i, key);
        FormatIndexRecord record;
        BaseStatus status = format_index_reader_next(&reader, &record);
        ck_assert(base_is_ok(status));
        ck_assert(base_slice_equal(record.separator, want.separator));
        ck_assert_uint_eq(record.handle.offset, offset);
        ck_assert_uint_eq(record.handle.size, want.handle.size);
        ck_assert_uint_eq(record.entries, want.entries);
        offset += record.handle.size + FORMAT_FRAME_TRAILER_BYTES;
    }
    format_index_reader_clear(&reader);
    format_index_builder_clear(&builder);
    base_buf_clear(&block);
}

START_TEST(an_index_keeps_its_records)
{
    for (uint64_t count = 1; count < 300; count += 7) {
        check_index(count);
    }
}
END_TEST

START_TEST(unknown_properties_are_skipped)
{
    FormatProperties properties = {.entries = 3, .smallest = BASE_SLICE_LITERAL("\0a")};
    FormatProperties back;
    BaseBuf block = BASE_BUF_INIT;
    ck_assert(format_properties_encode(&block, &properties));
    ck_assert(base_buf_append(&block, "\x7f\x03new", 5));
    ck_assert(base_is_ok(format_properties_decode(base_buf_slice(&block), &back)));
    ck_assert_int_eq(back.entries, 3);
    ck_assert_int_eq(back.removes, 0);
    ck_assert(base_slice_equal(back.smallest, properties.smallest));
    ck_assert(base_buf_append(&block, "\x08\x01z", 3)); /* ids must ascend */
    ck_assert_int_eq(format_properties_decode(base_buf_slice(&block), &back).code, BASE_CORRUPTION);
    base_buf_clear(&block);
}
END_TEST

START_TEST(file_names_have_one_form)
{
    static const struct {
        const char *name;
        FormatFileKind kind;
        uint64_t number;
    } cases[] = {
        {"CURRENT", FORMAT_FILE_CURRENT, 0},
        {"quarantine", FORMAT_FILE_QUARANTINE, 0},
        {"MANIFEST-000001", FORMAT_FILE_MANIFEST, 1},
        {"MANIFEST-1234567", FORMAT_FILE_MANIFEST, 1234567},
        {"000012.wal", FORMAT_FILE_LOG, 12},
        {"000012.sst", FORMAT_FILE_TABLE, 12},
        {"999999999.blob", FORMAT_FILE_BLOB, 999999999},
        {"000012.tmp", FORMAT_FILE_TEMPORARY, 12},
        {"CURRENT.tmp", FORMAT_FILE_TEMPORARY, 0},
        {"12.tmp", FORMAT_FILE_TEMPORARY, 0},
        {"12.sst", FORMAT_FILE_OTHER, 0},
        {"0000012.sst", FORMAT_FILE_OTHER, 0},
        {"000012.sst2", FORMAT_FILE_OTHER, 0},
        {"000012", FORMAT_FILE_OTHER, 0},
        {"MANIFEST-", FORMAT_FILE_OTHER, 0},
        {"MANIFEST-1", FORMAT_FILE_OTHER, 0},
        {"MANIFEST-000001.sst", FORMAT_FILE_OTHER, 0},
        {"99999999999999999999999.sst", FORMAT_FILE_OTHER, 0},
        {"LOCK", FORMAT_FILE_OTHER, 0},
        {"", FORMAT_FILE_OTHER, 0},
        {".tmp", FORMAT_FILE_OTHER, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FormatFileName file = format_file_name_read(cases[i].name);
        ck_assert_msg(file.kind == cases[i].kind, "%s is a %d", cases[i].name, file.kind);
        ck_assert_uint_eq(file.number, cases[i].number);
    }
    for (int i = 0; i < 1000; i++) {
        FormatFileName file = {(FormatFileKind)(FORMAT_FILE_MANIFEST + base_rand_below(&rng, 4)),
                               base_rand_next(&rng) >> (1 + base_rand_below(&rng, 63))};
        char name[FORMAT_FILE_NAME_BYTES];
        format_file_name_write(file, name);
        FormatFileName back = format_file_name_read(name);
        ck_assert_int_eq(back.kind, file.kind);
        ck_assert_uint_eq(back.number, file.number);
    }
}
END_TEST

START_TEST(a_record_belongs_to_its_place)
{
    uint8_t record[64] = {0};
    memcpy(record + FORMAT_LOG_RECORD_HEAD_BYTES, "payload", 7);
    format_log_record_seal(record, 7, 1, 72, 500);
    size_t len = format_log_record_len(7);
    ck_assert_uint_eq(len, 24);
    BaseSlice rest = base_slice(record, sizeof record);
    FormatLogRecord found;
    ck_assert_int_eq(format_log_record_read(rest, 1, 72, &found), FORMAT_LOG_RECORD);
    ck_assert(base_slice_equal(found.payload, BASE_SLICE_LITERAL("payload")));
    ck_assert_uint_eq(found.durable, 500);
    ck_assert_uint_eq(found.len, len);
    ck_assert_int_eq(format_log_record_read(rest, 2, 72, &found), FORMAT_LOG_INVALID);
    ck_assert_int_eq(format_log_record_read(rest, 1, 80, &found), FORMAT_LOG_INVALID);
    ck_assert(format_log_record_proves(rest, 1, 72, 499, 500));
    ck_assert(!format_log_record_proves(rest, 1, 72, 500, 900));
    ck_assert(!format_log_record_proves(rest, 1, 80, 499, 500));
    record[len - 1] = 1; /* padding */
    ck_assert_int_eq(format_log_record_read(rest, 1, 72, &found), FORMAT_LOG_INVALID);
    memset(record, 0, sizeof record);
    ck_assert_int_eq(format_log_record_read(rest, 1, 72, &found), FORMAT_LOG_END);
    ck_assert_int_eq(format_log_record_read(base_slice(record, 5), 1, 72, &found), FORMAT_LOG_END);
}
END_TEST

START_TEST(current_names_a_manifest)
{
    BaseBuf text = BASE_BUF_INIT;
    uint64_t number = 0;
    ck_assert(format_current_encode(&text, 12));
    ck_assert(base_is_ok(format_current_decode(base_buf_slice(&text), &number)));
    ck_assert_uint_eq(number, 12);
    text.data[text.len - 2] ^= 1;
    ck_assert_int_eq(format_current_decode(base_buf_slice(&text), &number).code, BASE_CORRUPTION);
    ck_assert_int_eq(format_current_decode(BASE_SLICE_EMPTY, &number).code, BASE_CORRUPTION);
    ck_assert_int_eq(format_current_decode(BASE_SLICE_LITERAL("000012.sst x\n"), &number).code,
                     BASE_CORRUPTION);
    base_buf_clear(&text);
}
END_TEST

int
main(void)
{
    const char *seed = getenv("LARDER_SEED");
    rng = base_rand(seed == NULL ? 1 : strtoull(seed, NULL, 10));
    TCase *cases = tcase_create("parts");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, varints_have_one_form);
    tcase_add_test(cases, varints_read_the_same_everywhere);
    tcase_add_test(cases, filters_hold_what_was_put_in);
    tcase_add_test(cases, packing_must_save_an_eighth);
    tcase_add_test(cases, a_packed_block_needs_its_dictionary);
    tcase_add_test(cases, fragments_hide_what_their_ranges_hide);
    tcase_add_test(cases, fragments_stop_and_merge);
    tcase_add_test(cases, an_index_keeps_its_records);
    tcase_add_test(cases, unknown_properties_are_skipped);
    tcase_add_test(cases, file_names_have_one_form);
    tcase_add_test(cases, a_record_belongs_to_its_place);
    tcase_add_test(cases, current_names_a_manifest);
    Suite *suite = suite_create("format");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
