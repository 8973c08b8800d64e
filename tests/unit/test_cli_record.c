/*
 * test_cli_record.c: records in both formats: what is written comes back, what is damaged is told.
 */
#include "engine/base/rand.h"
#include "service/cli/record_reader.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/test_cli_record.XXXXXX";

static void
set_up(void)
{
    (void)snprintf(path, sizeof path, "/tmp/test_cli_record.XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
}

static void
tear_down(void)
{
    (void)unlink(path);
}

static void
write_file(BaseSlice bytes)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    ck_assert_int_eq(fclose(file), 0);
}

#define LITERAL BASE_SLICE_LITERAL

static const CliRecord *
samples(size_t *ret_count)
{
    static const CliRecord records[] = {
        {{(const uint8_t *)"a", 1}, {(const uint8_t *)"", 0}, 0, 0},
        {{(const uint8_t *)"b\0\xff", 3}, {(const uint8_t *)"\n\r{\"", 4}, 1893456000000, 17},
        {{(const uint8_t *)"gr\xc3\xbc\xc3\x9f", 6},
         {(const uint8_t *)"\xe2\x82\xac", 3},
         0,
         INT64_MAX},
        {{(const uint8_t *)"z", 1}, {(const uint8_t *)"\\u0000", 6}, INT64_MAX, 1},
    };
    *ret_count = sizeof records / sizeof records[0];
    return records;
}

/* The samples as a file. */
static BaseBuf
make(CliFormat format)
{
    BaseBuf text = BASE_BUF_INIT;
    CliRecordSum sum;
    size_t count = 0;
    const CliRecord *records = samples(&count);
    cli_record_sum_init(&sum);
    ck_assert(format == CLI_FORMAT_JSONL || cli_record_write_raw_header(&text));
    for (size_t i = 0; i < count; i++) {
        ck_assert(format == CLI_FORMAT_RAW ? cli_record_write_raw(&records[i], i, &text)
                                           : cli_record_write_json(&records[i], &text));
        cli_record_sum_add(&sum, &records[i]);
    }
    ck_assert(format == CLI_FORMAT_JSONL || cli_record_write_raw_trailer(&sum, &text));
    return text;
}

/* Reads the file; how many records, all like the samples, come before `*ret_end`. */
static size_t
read_back(CliReadResult *ret_end)
{
    CliRecordReader reader;
    CliRecord record;
    size_t count = 0;
    size_t read = 0;
    const CliRecord *expected = samples(&count);
    *ret_end = cli_record_reader_open(&reader, path);
    while (*ret_end == CLI_READ_RECORD) {
        *ret_end = cli_record_reader_next(&reader, &record);
        if (*ret_end == CLI_READ_RECORD) {
            ck_assert_uint_lt(read, count);
            ck_assert(base_slice_equal(record.key, expected[read].key));
            ck_assert(base_slice_equal(record.value, expected[read].value));
            ck_assert_int_eq(record.expires_at_ms, expected[read].expires_at_ms);
            ck_assert_int_eq(record.version, expected[read].version);
            read++;
        }
    }
    ck_assert_int_eq(*ret_end == CLI_READ_PROBLEM, reader.problem[0] != '\0');
    ck_assert_uint_eq(reader.sum.records, read);
    cli_record_reader_close(&reader);
    return read;
}

START_TEST(what_is_written_is_read)
{
    BaseBuf text = make((CliFormat)_i);
    CliReadResult end = CLI_READ_PROBLEM;
    size_t count = 0;
    (void)samples(&count);
    write_file(base_buf_slice(&text));
    ck_assert_uint_eq(read_back(&end), count);
    ck_assert_int_eq(end, CLI_READ_END);
    base_buf_clear(&text);
}
END_TEST

START_TEST(the_raw_format_is_as_documented)
{
    BaseBuf text = BASE_BUF_INIT;
    CliRecordSum sum;
    CliRecord record = {LITERAL("key"), LITERAL("value"), 0x0102030405060708, 0x11};
    ck_assert(cli_record_write_raw_header(&text));
    ck_assert_uint_eq(text.len, CLI_RAW_HEADER_BYTES);
    ck_assert_mem_eq(text.data, "\x89LAR\r\n\x1a\n\1\0\0\0\0\0\0\0", 16);
    uint64_t check = base_hash(base_slice(text.data, 16), 0);
    ck_assert_mem_eq(text.data + 16, &check, 8);
    base_buf_reset(&text);
    ck_assert(cli_record_write_raw(&record, 9, &text));
    ck_assert_uint_eq(text.len, 24 + 3 + 5 + 8);
    ck_assert_mem_eq(text.data, "\3\0\0\0\5\0\0\0\x08\7\6\5\4\3\2\1\x11\0\0\0\0\0\0\0keyvalue", 32);
    check = base_hash(base_slice(text.data, 32), 9);
    ck_assert_mem_eq(text.data + 32, &check, 8);
    base_buf_reset(&text);
    cli_record_sum_init(&sum);
    cli_record_sum_add(&sum, &record);
    ck_assert(cli_record_write_raw_trailer(&sum, &text));
    ck_assert_uint_eq(text.len, CLI_RAW_TRAILER_BYTES);
    ck_assert_mem_eq(text.data, "\xff\xff\xff\xff\0\0\0\0\1\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0", 24);
    check = base_hash(LITERAL("\3\0\0\0key\5\0\0\0value\x08\7\6\5\4\3\2\1"), 0);
    ck_assert_mem_eq(text.data + 24, &check, 8);
    check = base_hash(base_slice(text.data, 32), 1);
    ck_assert_mem_eq(text.data + 32, &check, 8);
    base_buf_clear(&text);
}
END_TEST

START_TEST(any_flipped_bit_of_a_raw_file_is_seen)
{
    BaseBuf text = make(CLI_FORMAT_RAW);
    for (size_t bit = 0; bit < text.len * 8; bit++) {
        CliReadResult end = CLI_READ_END;
        text.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        write_file(base_buf_slice(&text));
        (void)read_back(&end);
        ck_assert_msg(end == CLI_READ_PROBLEM, "bit %zu", bit);
        text.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    base_buf_clear(&text);
}
END_TEST

START_TEST(a_raw_file_that_was_cut_is_seen)
{
    BaseBuf text = make(CLI_FORMAT_RAW);
    for (size_t len = 1; len < text.len; len++) {
        CliReadResult end = CLI_READ_END;
        write_file(base_slice(text.data, len));
        (void)read_back(&end);
        ck_assert_msg(end == CLI_READ_PROBLEM, "%zu bytes", len);
    }
    CliReadResult longer = CLI_READ_END;
    ck_assert(base_buf_append_byte(&text, 0));
    write_file(base_buf_slice(&text));
    (void)read_back(&longer);
    ck_assert_int_eq(longer, CLI_READ_PROBLEM);
    base_buf_clear(&text);
}
END_TEST

START_TEST(a_record_of_a_raw_file_has_its_place)
{
    BaseBuf text = BASE_BUF_INIT;
    CliRecordSum sum;
    CliRecord record = {LITERAL("k"), LITERAL("v"), 0, 0};
    CliReadResult end = CLI_READ_END;
    cli_record_sum_init(&sum);
    cli_record_sum_add(&sum, &record);
    ck_assert(cli_record_write_raw_header(&text) && cli_record_write_raw(&record, 1, &text) &&
              cli_record_write_raw_trailer(&sum, &text));
    write_file(base_buf_slice(&text));
    ck_assert_uint_eq(read_back(&end), 0);
    ck_assert_int_eq(end, CLI_READ_PROBLEM);
    base_buf_clear(&text);
}
END_TEST

START_TEST(json_lines_that_are_read)
{
    static const char *const good[] = {
        "{\"key\":\"k\",\"value\":\"v\"}",
        "{\"value\":{\"text\":\"v\"},\"key\":{\"base64\":\"aw==\"}}",
        (" { \"key\" : \"k\" , \"value\" : \"v\" , \"expires_at_ms\" : 0, \"version\": 0, "
         "\"length\": 1 } "),
        "{\"key\":\"\\u006b\",\"value\":\"\\u0076\"}",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CliRecord record;
        CliJsonReader json = cli_json_reader(base_slice_text(good[i]));
        ck_assert_msg(cli_record_read_json(&json, &record), "%s: %s", good[i], json.problem);
        ck_assert(base_slice_equal(record.key, LITERAL("k")));
        ck_assert(base_slice_equal(record.value, LITERAL("v")));
        ck_assert_int_eq(record.expires_at_ms, 0);
        cli_json_reader_clear(&json);
    }
}
END_TEST

START_TEST(json_lines_that_are_not)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"key\":\"k\"}",
        "{\"value\":\"v\"}",
        "{\"key\":\"\",\"value\":\"v\"}",
        "{\"key\":\"k\",\"value\":null}",
        "{\"key\":\"k\",\"value\":\"v\",\"expires_at_ms\":-1}",
        "{\"key\":\"k\",\"value\":\"v\",\"expires_at_ms\":\"1\"}",
        "{\"key\":\"k\",\"value\":\"v\",\"expires_at_ms\":1.5}",
        "{\"key\":\"k\",\"value\":\"v\",\"expire_at_ms\":1}",
        "{\"key\":\"k\",\"value\":\"v\",\"version\":-1}",
        "{\"key\":\"k\",\"value\":\"v\",\"key\":\"k\"}",
        "{\"key\":\"k\",\"value\":\"v\"} x",
        "{\"key\":\"k\",\"value\":\"v\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CliRecord record;
        CliJsonReader json = cli_json_reader(base_slice_text(bad[i]));
        ck_assert_msg(!cli_record_read_json(&json, &record), "%s", bad[i]);
        ck_assert_ptr_nonnull(json.problem);
        cli_json_reader_clear(&json);
    }
}
END_TEST

START_TEST(blank_lines_and_a_missing_newline_are_fine)
{
    CliRecordReader reader;
    CliRecord record;
    write_file(LITERAL("\n\n{\"key\":\"a\",\"value\":\"1\"}\n\n{\"key\":\"b\",\"value\":\"2\"}"));
    ck_assert_int_eq(cli_record_reader_open(&reader, path), CLI_READ_RECORD);
    ck_assert_int_eq(reader.format, CLI_FORMAT_JSONL);
    ck_assert_int_eq(cli_record_reader_next(&reader, &record), CLI_READ_RECORD);
    ck_assert(reader.source.newline);
    ck_assert_int_eq(cli_record_reader_next(&reader, &record), CLI_READ_RECORD);
    ck_assert(!reader.source.newline);
    ck_assert(base_slice_equal(record.key, LITERAL("b")));
    ck_assert_uint_eq(reader.line, 5);
    ck_assert_int_eq(cli_record_reader_next(&reader, &record), CLI_READ_END);
    ck_assert_int_eq((int64_t)reader.source.position, reader.source.size);
    cli_record_reader_close(&reader);
}
END_TEST

START_TEST(an_empty_file_has_no_records)
{
    CliReadResult end = CLI_READ_PROBLEM;
    write_file(LITERAL(""));
    ck_assert_uint_eq(read_back(&end), 0);
    ck_assert_int_eq(end, CLI_READ_END);
    (void)unlink(path);
    (void)read_back(&end);
    ck_assert_int_eq(end, CLI_READ_PROBLEM);
}
END_TEST

START_TEST(a_problem_names_its_place)
{
    CliRecordReader reader;
    CliRecord record;
    write_file(LITERAL("{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":17}\n"));
    ck_assert_int_eq(cli_record_reader_open(&reader, path), CLI_READ_RECORD);
    ck_assert_int_eq(cli_record_reader_next(&reader, &record), CLI_READ_RECORD);
    ck_assert_int_eq(cli_record_reader_next(&reader, &record), CLI_READ_PROBLEM);
    ck_assert_msg(strncmp(reader.problem, "line 2, column 20: ", 19) == 0, "%s", reader.problem);
    cli_record_reader_close(&reader);
}
END_TEST

/* A pipe that gives its bytes in pieces, for a source on the standard input. */
static void
feed(int fd, BaseSlice bytes, BaseRand *rand)
{
    while (bytes.len != 0) {
        size_t piece = 1 + base_rand_below(rand, bytes.len < 7 ? bytes.len : 7);
        ck_assert_int_eq(write(fd, bytes.data, piece), (ssize_t)piece);
        bytes = base_slice(bytes.data + piece, bytes.len - piece);
        (void)usleep(50);
    }
}

START_TEST(a_pipe_is_read_piece_by_piece)
{
    BaseBuf text = make((CliFormat)_i);
    BaseRand rand = base_rand(21);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)close(ends[0]);
        feed(ends[1], base_buf_slice(&text), &rand);
        _exit(0);
    }
    (void)close(ends[1]);
    ck_assert_int_ge(dup2(ends[0], STDIN_FILENO), 0);
    (void)close(ends[0]);
    (void)snprintf(path, sizeof path, "-");
    CliReadResult end = CLI_READ_PROBLEM;
    size_t count = 0;
    (void)samples(&count);
    ck_assert_uint_eq(read_back(&end), count);
    ck_assert_int_eq(end, CLI_READ_END);
    base_buf_clear(&text);
}
END_TEST

START_TEST(the_hash_tells_what_was_handed_out)
{
    CliSource source;
    BaseSlice line = BASE_SLICE_EMPTY;
    write_file(LITERAL("one\ntwo\nrest"));
    ck_assert_int_eq(cli_source_open(&source, path), 0);
    ck_assert_int_eq(cli_source_line(&source, &line), CLI_SOURCE_GOOD);
    ck_assert_uint_eq(source.position, 4);
    ck_assert_uint_eq(cli_source_hash(&source), base_hash(LITERAL("one\n"), 0));
    ck_assert_int_eq(cli_source_peek(&source, 3, &line), CLI_SOURCE_GOOD);
    ck_assert_uint_eq(source.position, 4);
    ck_assert_int_eq(cli_source_take(&source, 5, &line), CLI_SOURCE_GOOD);
    ck_assert(base_slice_equal(line, LITERAL("two\nr")));
    ck_assert_uint_eq(cli_source_hash(&source), base_hash(LITERAL("one\ntwo\nr"), 0));
    ck_assert_int_eq(cli_source_take(&source, 9, &line), CLI_SOURCE_CUT);
    ck_assert_int_eq(cli_source_take(&source, 3, &line), CLI_SOURCE_GOOD);
    ck_assert_int_eq(cli_source_take(&source, 1, &line), CLI_SOURCE_END);
    cli_source_close(&source);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cli_record");
    TCase *tcase = tcase_create("record");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, what_is_written_is_read, 0, 2);
    tcase_add_test(tcase, the_raw_format_is_as_documented);
    tcase_add_test(tcase, any_flipped_bit_of_a_raw_file_is_seen);
    tcase_add_test(tcase, a_raw_file_that_was_cut_is_seen);
    tcase_add_test(tcase, a_record_of_a_raw_file_has_its_place);
    tcase_add_test(tcase, json_lines_that_are_read);
    tcase_add_test(tcase, json_lines_that_are_not);
    tcase_add_test(tcase, blank_lines_and_a_missing_newline_are_fine);
    tcase_add_test(tcase, an_empty_file_has_no_records);
    tcase_add_test(tcase, a_problem_names_its_place);
    tcase_add_loop_test(tcase, a_pipe_is_read_piece_by_piece, 0, 2);
    tcase_add_test(tcase, the_hash_tells_what_was_handed_out);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
