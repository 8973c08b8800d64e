/*
 * test_format_golden.c: files of format 1 are read and written the same for ever.
 *
 * tests/golden/format holds one small file for each kind of structure. They are made by this
 * program:
 *
 *     LARDER_GOLDEN_WRITE=tests/golden/format test_format_golden
 *
 * A difference means that files of released versions would not be readable: the format needs a new
 * number then, and the old samples stay.
 */
#include "engine/format/data_block.h"
#include "engine/format/frame.h"
#include "tests/support/format_samples.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* This file's folder is tests/unit. */
static void
golden_path(char *path, size_t size, const char *name)
{
    const char *folder = getenv("LARDER_GOLDEN_WRITE");
    const char *slash = strrchr(__FILE__, '/');
    int len = folder != NULL ? snprintf(path, size, "%s/%s", folder, name)
                             : snprintf(path, size, "%.*s/../golden/format/%s",
                                        (int)(slash - __FILE__), __FILE__, name);
    ck_assert_int_lt(len, (int)size);
}

static void
read_golden(const char *name, BaseBuf *into)
{
    char path[1024];
    golden_path(path, sizeof path, name);
    FILE *file = fopen(path, "rbe");
    ck_assert_msg(file != NULL, "cannot read %s", path);
    for (int byte = getc(file); byte != EOF; byte = getc(file)) {
        ck_assert(base_buf_append_byte(into, (uint8_t)byte));
    }
    (void)fclose(file);
}

static void
write_golden(const char *name, BaseSlice bytes)
{
    char path[1024];
    golden_path(path, sizeof path, name);
    FILE *file = fopen(path, "wbe");
    ck_assert_msg(file != NULL, "cannot write %s", path);
    ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(samples_are_written_as_ever)
{
    for (size_t i = 0; format_sample_at(i) != NULL; i++) {
        const FormatSample *sample = format_sample_at(i);
        BaseBuf written = BASE_BUF_INIT;
        BaseBuf golden = BASE_BUF_INIT;
        sample->write(&written);
        if (getenv("LARDER_GOLDEN_WRITE") != NULL) {
            write_golden(sample->name, base_buf_slice(&written));
        }
        read_golden(sample->name, &golden);
        ck_assert_msg(base_slice_equal(base_buf_slice(&written), base_buf_slice(&golden)),
                      "%s is written differently", sample->name);
        base_buf_clear(&written);
        base_buf_clear(&golden);
    }
}
END_TEST

START_TEST(samples_are_read_as_ever)
{
    for (size_t i = 0; format_sample_at(i) != NULL; i++) {
        const FormatSample *sample = format_sample_at(i);
        BaseBuf golden = BASE_BUF_INIT;
        read_golden(sample->name, &golden);
        ck_assert_msg(sample->check(base_buf_slice(&golden)), "%s is refused", sample->name);
        base_buf_clear(&golden);
    }
}
END_TEST

START_TEST(damaged_samples_are_refused_or_consistent)
{
    for (size_t i = 0; format_sample_at(i) != NULL; i++) {
        const FormatSample *sample = format_sample_at(i);
        BaseBuf bytes = BASE_BUF_INIT;
        sample->write(&bytes);
        format_check_damage(sample->check, base_buf_slice(&bytes), sample->open_ended);
        base_buf_clear(&bytes);
    }
}
END_TEST

/* What zstd writes may change with its version; what it once wrote must stay readable. */
static const char PACKED_TEXT[] = "one sentence, one sentence, one sentence, one sentence, one "
                                  "sentence, one sentence, one sentence, one sentence";

START_TEST(a_packed_block_is_read_as_ever)
{
    BaseBuf golden = BASE_BUF_INIT;
    if (getenv("LARDER_GOLDEN_WRITE") != NULL) {
        FormatPacker *packer = format_packer_new(1, BASE_SLICE_EMPTY);
        uint32_t size = 0;
        ck_assert(format_frame_append(&golden, packer, base_slice_text(PACKED_TEXT), 0, 0, &size));
        write_golden("block.packed", base_buf_slice(&golden));
        format_packer_free(packer);
        base_buf_reset(&golden);
    }
    read_golden("block.packed", &golden);
    FormatFrame frame;
    ck_assert(base_is_ok(format_frame_open(base_buf_slice(&golden), 0, 0, &frame)));
    ck_assert_int_eq(frame.codec, FORMAT_CODEC_ZSTD);
    ck_assert_uint_eq(frame.raw_len, sizeof PACKED_TEXT - 1);
    uint8_t raw[sizeof PACKED_TEXT];
    ck_assert(base_is_ok(format_frame_unpack(&frame, NULL, raw)));
    ck_assert_int_eq(memcmp(raw, PACKED_TEXT, frame.raw_len), 0);
    format_check_damage(format_check_frame, base_buf_slice(&golden), false);
    base_buf_clear(&golden);
}
END_TEST

START_TEST(the_golden_data_block_holds_what_was_put_in)
{
    BaseBuf golden = BASE_BUF_INIT;
    read_golden("block.data", &golden);
    FormatDataBlock block;
    ck_assert(base_is_ok(format_data_block_open(base_buf_slice(&golden), &block)));
    ck_assert_uint_eq(block.count, format_sample_entry_count());
    FormatEntry entry;
    BaseSlice apple = BASE_SLICE_LITERAL("\0apple");
    ck_assert_int_eq(format_data_block_find(&block, apple, INT64_MAX, &entry), FORMAT_FIND_ENTRY);
    ck_assert_int_eq(entry.version, 1000);
    ck_assert_int_eq(entry.kind, FORMAT_PUT);
    ck_assert(base_slice_equal(entry.value, BASE_SLICE_LITERAL("red")));
    ck_assert_int_eq(format_data_block_find(&block, apple, 999, &entry), FORMAT_FIND_ENTRY);
    ck_assert_int_eq(entry.kind, FORMAT_REMOVE);
    ck_assert_int_eq(format_data_block_find(&block, apple, 11, &entry), FORMAT_FIND_ABSENT);
    BaseSlice pie = BASE_SLICE_LITERAL("\0apple pie");
    ck_assert_int_eq(format_data_block_find(&block, pie, 900, &entry), FORMAT_FIND_ENTRY);
    ck_assert_int_eq(entry.expires_at_ms, 1700000000000);
    BaseSlice last = BASE_SLICE_LITERAL("\0date-133");
    ck_assert_int_eq(format_data_block_find(&block, last, 519, &entry), FORMAT_FIND_ENTRY);
    ck_assert(base_slice_equal(entry.value, BASE_SLICE_LITERAL("012345678")));
    ck_assert_int_eq(format_data_block_find(&block, last, 518, &entry), FORMAT_FIND_BEYOND);
    base_buf_clear(&golden);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("golden");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, samples_are_written_as_ever);
    tcase_add_test(cases, samples_are_read_as_ever);
    tcase_add_test(cases, damaged_samples_are_refused_or_consistent);
    tcase_add_test(cases, a_packed_block_is_read_as_ever);
    tcase_add_test(cases, the_golden_data_block_holds_what_was_put_in);
    Suite *suite = suite_create("format");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
