/*
 * test_lsm_assembly.c: a store that is put together from its tables alone reads as it did before.
 *
 * Tables are made whose versions interleave, so that no order of them is right; with removes, with
 * removed ranges, and with copies that a job had left.
 */
#include "engine/lsm/repair.h"

#include "engine/lsm/ingest_file.h"
#include "engine/lsm/verify.h"
#include "tests/support/lsm_files.h"
#include "tests/support/lsm_rig.h"

#include <check.h>
#include <stdio.h>

static LsmRig rig;
static LsmFindings findings;
static EngineFilesArgs args;

static void
setup(void)
{
    lsm_rig_init(&rig);
}

static void
teardown(void)
{
    lsm_rig_clear(&rig);
}

static void
remove_manifest(void)
{
    LsmSavedFiles files;
    lsm_rig_close(&rig);
    lsm_files_save(&files, rig.memory, LSM_RIG_DIRECTORY);
    lsm_files_remove(rig.memory, LSM_RIG_DIRECTORY, "CURRENT");
    lsm_files_remove(rig.memory, LSM_RIG_DIRECTORY,
                     files.files[lsm_files_find(&files, FORMAT_FILE_MANIFEST, 0)].name);
    lsm_files_clear(&files);
}

static void
repair(void)
{
    const BaseClock *clock = base_clock_real();
    memset(&findings, 0, sizeof(findings));
    args = (EngineFilesArgs){.directory = LSM_RIG_DIRECTORY,
                             .env = rig.memory,
                             .clock = clock,
                             .report = lsm_findings_add,
                             .user = &findings};
    ck_assert_int_eq(lsm_repair_directory(&args).code, BASE_OK);
    ck_assert_int_eq(lsm_verify_directory(&args).code, BASE_OK);
    lsm_rig_reopen(&rig, true);
}

static int64_t
find(int number)
{
    LsmView *view = lsm_catalog_hold(rig.catalog);
    int64_t version = lsm_rig_find(view->levels, number);
    lsm_view_unref(view);
    return version;
}

/* The newest entries are in the table whose versions are lower as a whole. */
START_TEST(tables_whose_versions_interleave_are_merged)
{
    BaseBuf edits = BASE_BUF_INIT;
    LsmRigTable upper = {.level = 1, .last = 9, .version = 109, .ascending = true};
    (void)lsm_rig_add(&rig, &upper);
    (void)lsm_rig_add(&rig,
                      &(LsmRigTable){.level = 2, .last = 199, .version = 200, .ascending = true});
    (void)lsm_rig_build(&rig, &upper, &edits); /* the same again, left by a job that ended */
    base_buf_clear(&edits);
    remove_manifest();
    repair();
    ck_assert(lsm_findings_say(&findings, "3 tables, whose versions interleave, were merged"));
    ck_assert(lsm_findings_say(&findings, "200 entries of 220 are kept"));
    for (int number = 0; number < 200; number++) {
        ck_assert_int_eq(find(number), number < 10 ? 100 + number : number + 1);
    }
}
END_TEST

START_TEST(removes_count_when_tables_are_merged)
{
    (void)lsm_rig_add(
        &rig,
        &(LsmRigTable){.level = 1, .last = 9, .version = 109, .ascending = true, .remove = true});
    (void)lsm_rig_add(
        &rig,
        &(LsmRigTable){.level = 1, .first = 20, .last = 20, .version = 150, .range_stop = 30});
    (void)lsm_rig_add(&rig,
                      &(LsmRigTable){.level = 2, .last = 199, .version = 200, .ascending = true});
    remove_manifest();
    repair();
    ck_assert(lsm_findings_say(&findings, "were merged"));
    for (int number = 0; number < 200; number++) {
        bool removed = number < 10 || (number > 20 && number < 30);
        ck_assert_int_eq(find(number), removed ? 0 : number == 20 ? 150 : number + 1);
    }
}
END_TEST

START_TEST(tables_in_order_stay_as_they_are)
{
    int64_t old = lsm_rig_add(&rig, &(LsmRigTable){.level = 2, .last = 199, .version = 5});
    int64_t new = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 99, .version = 6});
    remove_manifest();
    repair();
    ck_assert(!lsm_findings_say(&findings, "were merged"));
    ck_assert(lsm_rig_has(&rig, FORMAT_FILE_TABLE, old));
    ck_assert(lsm_rig_has(&rig, FORMAT_FILE_TABLE, new));
    ck_assert_int_eq(find(50), 6);
    ck_assert_int_eq(find(150), 5);
}
END_TEST

/* Only the manifest knew the version that a file from outside has. */
START_TEST(records_from_outside_count_as_the_oldest)
{
    LsmIngestFile *file = NULL;
    LsmRigKey key;
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 2, .first = 10, .last = 199, .version = 5});
    ck_assert_int_eq(lsm_ingest_file_new(rig.memory, LSM_RIG_DIRECTORY "/000500.sst", &file).code,
                     BASE_OK);
    for (int number = 0; number < 20; number++) {
        BaseSlice stored = lsm_rig_key(&key, number);
        ck_assert_int_eq(lsm_ingest_file_put(file, base_slice(stored.data + 1, stored.len - 1),
                                             BASE_SLICE_LITERAL("from outside"), 0)
                             .code,
                         BASE_OK);
    }
    ck_assert_int_eq(lsm_ingest_file_finish(file).code, BASE_OK);
    lsm_ingest_file_free(file);
    ck_assert_int_eq(env_sync_directory(rig.memory, LSM_RIG_DIRECTORY).code, BASE_OK);
    remove_manifest();
    repair();
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_LOSS, "000500.sst"));
    for (int number = 0; number < 20; number++) {
        ck_assert_int_eq(find(number), number < 10 ? LSM_INGEST_FILE_VERSION : 5);
    }
}
END_TEST

/* A table that was replaced does not come back, as long as some record says that it was. */
START_TEST(a_replaced_table_does_not_come_back)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    LsmSavedFiles files;
    char name[32];
    int64_t old = lsm_rig_add(&rig, &(LsmRigTable){.level = 2, .last = 99, .version = 5});
    (void)snprintf(name, sizeof(name), "%06lld.sst", (long long)old);
    lsm_files_save(&files, rig.memory, LSM_RIG_DIRECTORY);
    lsm_rig_drop(&edits, 2, old);
    ck_assert_int_eq(
        lsm_catalog_install(rig.catalog, base_buf_slice(&edits), NULL, 0, message).code, BASE_OK);
    base_buf_clear(&edits);
    (void)lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .first = 50, .last = 59, .version = 6});
    lsm_rig_close(&rig);
    lsm_files_write(rig.memory, LSM_RIG_DIRECTORY, name,
                    base_buf_slice(&files.files[lsm_files_named(&files, name)].bytes));
    lsm_files_clear(&files);
    lsm_files_remove(rig.memory, LSM_RIG_DIRECTORY, "CURRENT");
    repair();
    ck_assert_int_eq(find(10), 0);
    ck_assert_int_eq(find(55), 6);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_assembly");
    TCase *pieces = tcase_create("assembly");
    tcase_add_checked_fixture(pieces, setup, teardown);
    tcase_add_test(pieces, tables_whose_versions_interleave_are_merged);
    tcase_add_test(pieces, removes_count_when_tables_are_merged);
    tcase_add_test(pieces, tables_in_order_stay_as_they_are);
    tcase_add_test(pieces, records_from_outside_count_as_the_oldest);
    tcase_add_test(pieces, a_replaced_table_does_not_come_back);
    suite_add_tcase(suite, pieces);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
