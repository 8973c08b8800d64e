/*
 * test_table_blob.c: blob files: values come back, damage and failing disks are told.
 */
#include "engine/base/rand.h"
#include "engine/env/mem.h"
#include "engine/table/blob_file.h"
#include "engine/table/blob_writer.h"
#include "tests/support/fault_env.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH "/000007.blob"

enum { VALUES = 20 };

static Env *env;
static FormatBlobReference references[VALUES];
static unsigned faults;

static void
set_up(void)
{
    env = env_mem_new();
    ck_assert_ptr_nonnull(env);
    faults = 0;
}

static void
tear_down(void)
{
    env_mem_free(env);
}

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

static void
note_fault(void *user, const TableFault *fault)
{
    (void)user;
    ck_assert_str_eq(fault->path, PATH);
    faults++;
}

/* Every third value does not compress. */
static BaseSlice
value_of(size_t i, uint8_t value[4000])
{
    BaseRand rng = base_rand(i);
    size_t len = i == 3 ? 0 : i * 150;
    for (size_t at = 0; at < len; at++) {
        value[at] = i % 3 == 0 ? (uint8_t)base_rand_next(&rng) : (uint8_t)i;
    }
    return base_slice(value, len);
}

static BaseStatus
build(const Env *on, bool pack, TableBlobSummary *ret_summary)
{
    TableBlobWriterOptions options = {.id = 99, .number = 7, .pack = pack, .zstd_level = 1};
    TableBlobWriter *writer = NULL;
    (void)env_unlink(env, PATH);
    BaseStatus status = table_blob_writer_new(on, PATH, &options, &writer);
    if (!base_is_ok(status)) {
        return status;
    }
    for (size_t i = 0; i < VALUES; i++) {
        uint8_t value[4000];
        char key[8];
        int len = snprintf(key, sizeof key, "%ck%02zu", 0, i);
        (void)table_blob_writer_add(writer, base_slice(key, (size_t)len), 1 + (int64_t)i,
                                    value_of(i, value), &references[i]);
    }
    status = table_blob_writer_finish(writer, ret_summary);
    table_blob_writer_free(writer);
    return status;
}

static BaseStatus
open_blob(TableBlobFile **ret_file)
{
    TableBlobFileOptions options = {
        .env = env, .path = PATH, .number = 7, .reporter = {note_fault, NULL}};
    return table_blob_file_open(&options, ret_file);
}

static bool
check_item(void *user, const FormatBlobItem *item)
{
    size_t i = (*(size_t *)user)++;
    char key[8];
    int len = snprintf(key, sizeof key, "%ck%02zu", 0, i);
    ck_assert(base_slice_equal(item->key, base_slice(key, (size_t)len)));
    ck_assert_int_eq(item->version, 1 + (int64_t)i);
    ck_assert_uint_eq(item->handle.offset, references[i].handle.offset);
    ck_assert_uint_eq(item->handle.size, references[i].handle.size);
    return true;
}

START_TEST(values_come_back)
{
    for (int pack = 0; pack < 2; pack++) {
        TableBlobSummary summary;
        TableBlobFile *file = NULL;
        ck_ok(build(env, pack == 1, &summary));
        EnvStat found;
        ck_ok(env_stat(env, PATH, &found));
        ck_assert_uint_eq(summary.size, (uint64_t)found.size);
        ck_assert_uint_eq(summary.values, VALUES);
        ck_ok(open_blob(&file));
        ck_ok(table_blob_file_verify(file));
        for (size_t i = 0; i < VALUES; i++) {
            uint8_t value[4000];
            TableBlobValue back;
            ck_ok(table_blob_file_read(file, &references[i], &back));
            ck_assert(base_slice_equal(back.value, value_of(i, value)));
            free(back.memory);
        }
        size_t seen = 0;
        ck_ok(table_blob_file_visit(file, check_item, &seen));
        ck_assert_uint_eq(seen, VALUES);
        ck_assert_uint_eq(faults, 0);
        table_blob_file_free(file);
    }
}
END_TEST

START_TEST(wrong_references_are_told)
{
    TableBlobSummary summary;
    TableBlobFile *file = NULL;
    TableBlobValue value;
    ck_ok(build(env, false, &summary));
    ck_ok(open_blob(&file));
    FormatBlobReference wrong[4] = {references[5], references[5], references[5], references[5]};
    wrong[0].number = 8;
    wrong[1].value_len++;
    wrong[2].handle.offset++;
    wrong[3].handle.size = UINT32_MAX;
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(table_blob_file_read(file, &wrong[i], &value).code, BASE_CORRUPTION);
        ck_assert_uint_eq(faults, i + 1);
    }
    table_blob_file_free(file);
}
END_TEST

/* Whether a file is accepted in all its parts. */
static bool
accepts(void)
{
    TableBlobFile *file = NULL;
    unsigned before = faults;
    BaseStatus status = open_blob(&file);
    if (base_is_ok(status)) {
        status = table_blob_file_verify(file);
        table_blob_file_free(file);
    }
    if (base_is_ok(status)) {
        return true;
    }
    ck_assert(status.code == BASE_CORRUPTION || status.code == BASE_UNSUPPORTED);
    ck_assert_uint_gt(faults, before);
    return false;
}

START_TEST(every_damaged_byte_is_told)
{
    TableBlobSummary summary;
    BaseBuf bytes = BASE_BUF_INIT;
    EnvFile *file = NULL;
    ck_ok(build(env, true, &summary));
    ck_ok(env_read_file(env, PATH, 1 << 20, &bytes));
    ck_ok(env_open_file(env, PATH, ENV_OPEN_WRITE, &file));
    for (size_t at = 0; at < bytes.len; at += at < 100 || at + 400 > bytes.len ? 1 : 37) {
        uint8_t flipped = (uint8_t)(bytes.data[at] ^ (1u << (at % 8)));
        ck_ok(env_file_write_at(file, (int64_t)at, &flipped, 1));
        ck_assert_msg(!accepts(), "the flip at %zu was not seen", at);
        ck_ok(env_file_write_at(file, (int64_t)at, &bytes.data[at], 1));
    }
    ck_assert(accepts());
    for (size_t len = bytes.len; len-- > 0;) {
        ck_ok(env_file_truncate(file, (int64_t)len));
        ck_assert(len % 5 != 0 || !accepts());
    }
    env_file_close(file);
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(every_failed_write_is_told)
{
    FaultEnv fault;
    TableBlobSummary summary;
    fault_env_init(&fault, env, base_error(BASE_NO_SPACE, "full"));
    int64_t fail_at = 0;
    for (;; fail_at++) {
        fault_env_arm(&fault, fail_at);
        BaseStatus status = build(&fault.env, false, &summary);
        if (base_is_ok(status)) {
            break;
        }
        ck_assert_int_eq(status.code, BASE_NO_SPACE);
    }
    ck_assert_int_ge(fail_at, 3);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("blob");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, values_come_back);
    tcase_add_test(cases, wrong_references_are_told);
    tcase_add_test(cases, every_damaged_byte_is_told);
    tcase_add_test(cases, every_failed_write_is_told);
    Suite *suite = suite_create("table");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
