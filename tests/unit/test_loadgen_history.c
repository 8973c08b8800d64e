/*
 * test_loadgen_history.c: expected-state files byte by byte, hostile ones, and every verdict.
 */
#include "loadgen/expect_log.h"
#include "loadgen/history.h"
#include "loadgen/value.h"

#include <check.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { RUN = 77, VALUE_BYTES = 64 };

static LoadExpectHead head;
static GByteArray *bytes;
static LoadHistory history;
static uint8_t value[VALUE_BYTES];

static void
setup(void)
{
    uint8_t encoded[LOAD_EXPECT_HEAD_BYTES];
    head = (LoadExpectHead){RUN, 10, load_keys(LOAD_KEY_DECIMAL, base_slice_text("k"), 8)};
    load_expect_head_encode(&head, encoded);
    bytes = g_byte_array_new();
    g_byte_array_append(bytes, encoded, sizeof encoded);
}

static void
teardown(void)
{
    g_byte_array_unref(bytes);
    load_history_clear(&history);
}

static void
add(LoadExpectKind kind, uint64_t record, uint32_t sequence, int64_t version)
{
    LoadExpectEntry entry = {kind, sequence, record, version};
    uint8_t encoded[LOAD_EXPECT_ENTRY_BYTES];
    load_expect_entry_encode(&entry, RUN, encoded);
    g_byte_array_append(bytes, encoded, sizeof encoded);
}

/* Reads what was added. NULL, or the problem, which is good until the next call. */
static const char *
read_all(void)
{
    static char *problem;
    g_clear_pointer(&problem, g_free);
    load_history_clear(&history);
    FILE *file = fmemopen(bytes->data, bytes->len, "r");
    ck_assert_ptr_nonnull(file);
    bool good = load_history_read(file, &history, &problem);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert(good == (problem == NULL));
    return problem;
}

/* ----------------------------------------------------------------------------------- format -- */

START_TEST(the_format_is_golden)
{
    GString *text = g_string_new(NULL);
    add(LOAD_EXPECT_ACKNOWLEDGED, 0x0102, 3, 0x0405);
    for (guint i = 0; i < bytes->len; i++) {
        g_string_append_printf(text, "%02x", bytes->data[i]);
    }
    ck_assert_str_eq(text->str, "4c41524445585031" /* LARDEXP1 */
                                "4d000000"         /* run 77 */
                                "00010800"         /* decimal, prefix of 1, keys of 8 */
                                "0a00000000000000" /* 10 records */
                                "6b00000000000000000000000000000000000000000000000000000000000000"
                                "0000000000000000000000000000000000000000000000000000000000000000"
                                "0000000000000000000000000000000000000000000000000000000000000000"
                                "27ea27dde4917a75"
                                "0300000003000000" /* acknowledged, sequence 3 */
                                "0201000000000000" /* record */
                                "0504000000000000" /* version */
                                "bade174a68e77806");
    g_string_free(text, TRUE);
}
END_TEST

START_TEST(heads_that_are_none_are_refused)
{
    for (guint i = 0; i < LOAD_EXPECT_HEAD_BYTES; i++) {
        bytes->data[i] ^= 1;
        ck_assert_ptr_nonnull(read_all());
        bytes->data[i] ^= 1;
    }
    ck_assert_ptr_null(read_all());
    g_byte_array_set_size(bytes, LOAD_EXPECT_HEAD_BYTES - 1);
    ck_assert_ptr_nonnull(read_all());
}
END_TEST

/* A head with a right checksum and one setting changed. */
static const char *
decode_changed(LoadExpectHead changed)
{
    LoadExpectHead again;
    uint8_t encoded[LOAD_EXPECT_HEAD_BYTES];
    load_expect_head_encode(&changed, encoded);
    return load_expect_head_decode(encoded, &again);
}

START_TEST(settings_out_of_range_are_refused)
{
    LoadExpectHead changed = head;
    ck_assert_ptr_null(decode_changed(changed));
    changed.records = 0;
    ck_assert_ptr_nonnull(decode_changed(changed));
    changed.records = LOAD_EXPECT_RECORDS_MAX + 1;
    ck_assert_ptr_nonnull(decode_changed(changed));
    changed = head;
    changed.keys.size = LOAD_KEY_BYTES_MAX + 1;
    ck_assert_ptr_nonnull(decode_changed(changed));
    changed.keys.size = 1;
    ck_assert_ptr_nonnull(decode_changed(changed));
    changed = head;
    changed.keys.shape = LOAD_KEY_SHAPE_COUNT;
    ck_assert_ptr_nonnull(decode_changed(changed));
    changed = head;
    changed.keys.shape = LOAD_KEY_BINARY; /* needs 8 bytes behind the prefix */
    ck_assert_ptr_nonnull(decode_changed(changed));
}
END_TEST

START_TEST(damage_is_named_and_holes_are_not)
{
    uint8_t zeros[LOAD_EXPECT_ENTRY_BYTES] = {0};
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    g_byte_array_append(bytes, zeros, sizeof zeros);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 9);
    g_byte_array_append(bytes, zeros, 7); /* an entry that is not complete */
    ck_assert_ptr_null(read_all());
    ck_assert_uint_eq(history.count, 1);
    ck_assert_uint_eq(history.acknowledged, 1);
    for (guint i = LOAD_EXPECT_HEAD_BYTES; i < LOAD_EXPECT_HEAD_BYTES + 96; i++) {
        bytes->data[i] ^= 0x10;
        const char *problem = read_all();
        ck_assert_ptr_nonnull(problem);
        ck_assert_ptr_nonnull(strstr(problem, "is damaged"));
        bytes->data[i] ^= 0x10;
    }
}
END_TEST

static void
assert_problem(const char *expected)
{
    const char *problem = read_all();
    ck_assert_ptr_nonnull(problem);
    ck_assert_msg(strstr(problem, expected) != NULL, "%s", problem);
    g_byte_array_set_size(bytes, LOAD_EXPECT_HEAD_BYTES);
}

START_TEST(stories_that_cannot_be_are_refused)
{
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 9);
    assert_problem("never begun");
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_REMOVE, 1, 1, 0);
    assert_problem("begun twice");
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    assert_problem("there twice");
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_REFUSED, 1, 1, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 4);
    assert_problem("answered twice");
    add(LOAD_EXPECT_PUT, 1, 1, 3);
    assert_problem("damaged");
    add(LOAD_EXPECT_PUT, 1, 0, 0);
    assert_problem("damaged");
    add(LOAD_EXPECT_PUT, 100000000, 1, 0); /* keys have room for 7 digits */
    assert_problem("damaged");
    add((LoadExpectKind)5, 1, 1, 0);
    assert_problem("damaged");
}
END_TEST

START_TEST(a_log_is_read_back)
{
    static _Atomic bool stop;
    g_autofree char *path = g_strdup_printf("%s/larder-expect-%d", g_get_tmp_dir(), (int)getpid());
    char *problem = NULL;
    LoadExpectLog *log = load_expect_log_open(path, &stop, &problem);
    ck_assert_msg(log != NULL, "%s", problem);
    ck_assert_ptr_null(load_expect_log_open(path, &stop, &problem));
    ck_assert_ptr_nonnull(strstr(problem, "exists already"));
    g_free(problem);
    load_expect_log_begin(log, &head);
    for (uint32_t i = 1; i <= 5000; i++) { /* more than one chunk */
        LoadExpectEntry entry = {LOAD_EXPECT_PUT, i, i % 10, 0};
        load_expect_log_add(log, &entry);
    }
    ck_assert_ptr_null(load_expect_log_close(log));
    FILE *file = fopen(path, "re");
    ck_assert(load_history_read(file, &history, &problem));
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_uint_eq(history.count, 5000);
    ck_assert_uint_eq(history.unanswered, 5000);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(!stop);
}
END_TEST

START_TEST(a_log_that_cannot_be_written_stops_the_run)
{
    static _Atomic bool stop;
    char *problem = NULL;
    LoadExpectLog *none = NULL;
    load_expect_log_begin(none, &head); /* nobody is told: nothing happens */
    ck_assert_ptr_null(load_expect_log_close(none));
    g_autofree char *path = g_strdup_printf("%s/larder-expect-%d", g_get_tmp_dir(), (int)getpid());
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    const struct rlimit small = {LOAD_EXPECT_HEAD_BYTES + 40, LOAD_EXPECT_HEAD_BYTES + 40};
    LoadExpectLog *log = load_expect_log_open(path, &stop, &problem);
    ck_assert_msg(log != NULL, "%s", problem);
    load_expect_log_begin(log, &head);
    ck_assert_int_eq(sigaction(SIGXFSZ, &ignore, NULL), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    LoadExpectEntry entry = {LOAD_EXPECT_PUT, 1, 1, 0};
    load_expect_log_add(log, &entry);
    ck_assert(!stop);
    load_expect_log_add(log, &entry);
    ck_assert(stop);
    problem = load_expect_log_close(log);
    ck_assert_ptr_nonnull(strstr(problem, "useless"));
    g_free(problem);
    FILE *file = fopen(path, "re");
    ck_assert(!load_history_read(file, &history, &problem));
    ck_assert_ptr_nonnull(strstr(problem, "could not write all of it"));
    g_free(problem);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---------------------------------------------------------------------------------- verdicts -- */

/* The verdict on record 1 when write `sequence` of `run` is found at `version`; 0: nothing is. */
static LoadKeeping
judge(uint32_t run, uint32_t sequence, int64_t version)
{
    LoadValueId id = {1, sequence, run, 0};
    load_value_write(value, sizeof value, sizeof value, &id);
    LoadFinding finding = {sequence != 0, base_slice(value, sizeof value), version};
    ck_assert_ptr_null(read_all());
    return load_history_judge(&history, 1, history.writes, history.count, &finding);
}

START_TEST(acknowledged_and_there)
{
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 10);
    add(LOAD_EXPECT_PUT, 1, 2, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 2, 20);
    ck_assert_int_eq(judge(RUN, 2, 20), LOAD_KEPT);
    ck_assert_int_eq(judge(RUN, 0, 0), LOAD_KEEPING_LOST);
    ck_assert_int_eq(judge(RUN, 1, 10), LOAD_KEEPING_STALE);
    ck_assert_int_eq(judge(RUN, 1, 30), LOAD_KEEPING_STALE);
    ck_assert_int_eq(judge(RUN, 2, 30), LOAD_KEEPING_PHANTOM);
    ck_assert_int_eq(judge(RUN, 3, 30), LOAD_KEEPING_PHANTOM);
    ck_assert_int_eq(judge(RUN + 1, 2, 19), LOAD_KEEPING_STALE);
    ck_assert_int_eq(judge(RUN + 1, 2, 30), LOAD_KEEPING_PHANTOM);
}
END_TEST

START_TEST(the_order_is_that_of_versions)
{
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_PUT, 1, 2, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 2, 10);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 20);
    ck_assert_int_eq(judge(RUN, 1, 20), LOAD_KEPT);
    ck_assert_int_eq(judge(RUN, 2, 10), LOAD_KEEPING_STALE);
    add(LOAD_EXPECT_PUT, 1, 3, 0); /* of the same commit as write 1, behind it */
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 3, 20);
    ck_assert_int_eq(judge(RUN, 3, 20), LOAD_KEPT);
}
END_TEST

START_TEST(without_an_answer_either_is_right)
{
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 10);
    add(LOAD_EXPECT_PUT, 1, 2, 0);
    ck_assert_int_eq(judge(RUN, 1, 10), LOAD_KEPT);
    ck_assert_int_eq(judge(RUN, 2, 11), LOAD_EITHER);
    ck_assert_int_eq(judge(RUN, 2, 9), LOAD_KEEPING_STALE);
    ck_assert_int_eq(judge(RUN, 2, 10), LOAD_KEEPING_PHANTOM);
    ck_assert_int_eq(judge(RUN, 0, 0), LOAD_KEEPING_LOST);
    add(LOAD_EXPECT_REMOVE, 1, 3, 0);
    ck_assert_int_eq(judge(RUN, 0, 0), LOAD_EITHER);
    ck_assert_int_eq(judge(RUN, 3, 11), LOAD_KEEPING_PHANTOM);
}
END_TEST

START_TEST(removes_and_refusals)
{
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 10);
    add(LOAD_EXPECT_REMOVE, 1, 2, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 2, 20);
    add(LOAD_EXPECT_PUT, 1, 3, 0);
    add(LOAD_EXPECT_REFUSED, 1, 3, 0);
    ck_assert_int_eq(judge(RUN, 0, 0), LOAD_KEPT);
    ck_assert_int_eq(judge(RUN, 1, 10), LOAD_KEEPING_STALE);
    ck_assert_int_eq(judge(RUN, 3, 21), LOAD_KEEPING_PHANTOM);
}
END_TEST

START_TEST(never_acknowledged)
{
    ck_assert_int_eq(judge(RUN, 0, 0), LOAD_UNTOUCHED);
    ck_assert_int_eq(judge(RUN + 1, 1, 5), LOAD_UNTOUCHED);
    ck_assert_int_eq(judge(RUN, 1, 5), LOAD_KEEPING_PHANTOM);
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    ck_assert_int_eq(judge(RUN, 0, 0), LOAD_EITHER);
    ck_assert_int_eq(judge(RUN, 1, 5), LOAD_EITHER);
    ck_assert_int_eq(judge(RUN + 1, 1, 5), LOAD_EITHER);
}
END_TEST

START_TEST(bytes_that_are_wrong)
{
    add(LOAD_EXPECT_PUT, 1, 1, 0);
    add(LOAD_EXPECT_ACKNOWLEDGED, 1, 1, 10);
    ck_assert_int_eq(judge(RUN, 1, 10), LOAD_KEPT);
    LoadFinding finding = {true, base_slice(value, sizeof value - 1), 10};
    ck_assert_int_eq(load_history_judge(&history, 1, history.writes, 1, &finding),
                     LOAD_KEEPING_TORN);
    value[50] ^= 1;
    finding.value = base_slice(value, sizeof value);
    ck_assert_int_eq(load_history_judge(&history, 1, history.writes, 1, &finding),
                     LOAD_KEEPING_TORN);
    value[50] ^= 1;
    ck_assert_int_eq(load_history_judge(&history, 2, history.writes, 1, &finding),
                     LOAD_KEEPING_PHANTOM);
    finding.value = base_slice_text("of somebody else");
    ck_assert_int_eq(load_history_judge(&history, 1, history.writes, 1, &finding),
                     LOAD_KEEPING_PHANTOM);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("loadgen/history");
    TCase *tcase = tcase_create("history");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_format_is_golden);
    tcase_add_test(tcase, heads_that_are_none_are_refused);
    tcase_add_test(tcase, settings_out_of_range_are_refused);
    tcase_add_test(tcase, damage_is_named_and_holes_are_not);
    tcase_add_test(tcase, stories_that_cannot_be_are_refused);
    tcase_add_test(tcase, a_log_is_read_back);
    tcase_add_test(tcase, a_log_that_cannot_be_written_stops_the_run);
    tcase_add_test(tcase, acknowledged_and_there);
    tcase_add_test(tcase, the_order_is_that_of_versions);
    tcase_add_test(tcase, without_an_answer_either_is_right);
    tcase_add_test(tcase, removes_and_refusals);
    tcase_add_test(tcase, never_acknowledged);
    tcase_add_test(tcase, bytes_that_are_wrong);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
