/*
 * test_lsm_tables.c: tables are open as long as somebody may read them, and their files are there
 * as long as they are open; what cannot be opened is named.
 */
#include "engine/base/epoch.h"
#include "engine/table/builder.h"
#include "tests/support/lsm_rig.h"

#include <check.h>
#include <stdio.h>

static LsmRig rig;

static void
setup(void)
{
    lsm_rig_init(&rig);
}

static void
teardown(void)
{
    ck_assert_int_eq(lsm_catalog_status(rig.catalog).code, BASE_OK);
    lsm_rig_clear(&rig);
}

static void
drop(int level, int64_t number)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    lsm_rig_drop(&edits, level, number);
    ck_assert_int_eq(
        lsm_catalog_install(rig.catalog, base_buf_slice(&edits), NULL, 0, message).code, BASE_OK);
    base_buf_clear(&edits);
}

static bool
there(int64_t number)
{
    return lsm_rig_has(&rig, FORMAT_FILE_TABLE, number);
}

/* ----------------------------------------------------------------------------------- closing -- */

START_TEST(a_dropped_table_goes_when_nobody_holds_it)
{
    int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 99, .version = 1});
    LsmView *view = lsm_catalog_hold(rig.catalog);
    ck_assert_int_gt(lsm_tables_memory(rig.tables), 0);
    drop(1, number);
    lsm_catalog_reclaim(rig.catalog);
    ck_assert(there(number));
    ck_assert_int_eq(lsm_rig_find(view->levels, 50), 1);
    ck_assert_int_gt(lsm_tables_memory(rig.tables), 0);
    lsm_view_unref(view);
    lsm_catalog_reclaim(rig.catalog);
    ck_assert(!there(number));
    ck_assert_int_eq(lsm_tables_memory(rig.tables), 0);
}
END_TEST

START_TEST(a_read_section_holds_all_that_it_sees)
{
    int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 1, .last = 99, .version = 1});
    lsm_catalog_reclaim(rig.catalog);
    ck_assert(base_epoch_enter());
    const LsmView *view = lsm_catalog_view(rig.catalog);
    drop(1, number);
    for (int i = 0; i < 10; i++) {
        lsm_catalog_reclaim(rig.catalog);
    }
    ck_assert(there(number));
    ck_assert_int_eq(lsm_rig_find(view->levels, 50), 1);
    base_epoch_exit();
    lsm_catalog_reclaim(rig.catalog);
    ck_assert(!there(number));
}
END_TEST

/* A table that came out of the levels is not closed before the sections of that time have ended. */
START_TEST(the_sweep_waits_for_sections)
{
    LsmView *view = lsm_catalog_hold(rig.catalog);
    LsmLevels *after = NULL;
    char message[384];
    BaseBuf edits = BASE_BUF_INIT;
    LsmRigTable table = {.level = 2, .last = 9, .version = 3};
    int64_t number = lsm_rig_build(&rig, &table, &edits);
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = number + 1};
    ck_assert(format_manifest_edit_encode(&edits, &next));
    ck_assert_int_eq(lsm_levels_apply(view->levels, base_buf_slice(&edits), message, &after).code,
                     BASE_OK);
    ck_assert_int_eq(lsm_tables_open(rig.tables, after, message).code, BASE_OK);
    ck_assert(base_epoch_enter());
    lsm_levels_unref(after);
    ck_assert_uint_eq(lsm_tables_sweep(rig.tables), 1);
    ck_assert_uint_eq(lsm_tables_sweep(rig.tables), 1);
    base_epoch_exit();
    ck_assert_uint_eq(lsm_tables_sweep(rig.tables), 0);
    ck_assert(there(number)); /* no edit has dropped it */
    base_buf_clear(&edits);
    lsm_view_unref(view);
}
END_TEST

START_TEST(a_moved_table_stays_open)
{
    int64_t number = lsm_rig_add(&rig, &(LsmRigTable){.level = 0, .last = 99, .version = 1});
    char message[256];
    int level;
    BaseBuf edits = BASE_BUF_INIT;
    LsmView *before = lsm_catalog_hold(rig.catalog);
    const LsmTable *table = lsm_levels_find(before->levels, number, &level);
    lsm_rig_drop(&edits, 0, number);
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = table->info};
    add.add_table.level = 5;
    ck_assert(format_manifest_edit_encode(&edits, &add));
    ck_assert_int_eq(
        lsm_catalog_install(rig.catalog, base_buf_slice(&edits), NULL, 0, message).code, BASE_OK);
    LsmView *after = lsm_catalog_hold(rig.catalog);
    ck_assert_ptr_eq(lsm_levels_find(after->levels, number, &level), table);
    ck_assert_int_eq(level, 5);
    lsm_view_unref(before);
    lsm_catalog_reclaim(rig.catalog);
    ck_assert(there(number));
    ck_assert_int_eq(lsm_rig_find(after->levels, 50), 1);
    lsm_view_unref(after);
    base_buf_clear(&edits);
}
END_TEST

/* ----------------------------------------------------------------------------------- opening -- */

static void
path_of(int64_t number, char path[ENV_PATH_MAX])
{
    (void)snprintf(path, ENV_PATH_MAX, "%s/%06lld.sst", LSM_RIG_DIRECTORY, (long long)number);
}

static void
remove_file(const char *path)
{
    ck_assert_int_eq(env_unlink(rig.memory, path).code, BASE_OK);
}

static void
cut_file(const char *path)
{
    EnvFile *file = NULL;
    int64_t size = 0;
    ck_assert_int_eq(env_open_file(rig.memory, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_size(file, &size).code, BASE_OK);
    ck_assert_int_eq(env_file_truncate(file, size - 1).code, BASE_OK);
    env_file_close(file);
}

static void
flip_footer(const char *path)
{
    EnvFile *file = NULL;
    int64_t size = 0;
    uint8_t byte;
    size_t len;
    ck_assert_int_eq(env_open_file(rig.memory, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_size(file, &size).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(file, size - 20, &byte, 1, &len).code, BASE_OK);
    byte ^= 1;
    ck_assert_int_eq(env_file_write_at(file, size - 20, &byte, 1).code, BASE_OK);
    env_file_close(file);
}

/* Whole and well, but another table. */
static void
put_another(const char *path)
{
    char other[ENV_PATH_MAX];
    BaseBuf edits = BASE_BUF_INIT;
    path_of(lsm_rig_build(&rig, &(LsmRigTable){.level = 2, .last = 9, .version = 3}, &edits),
            other);
    ck_assert_int_eq(env_rename(rig.memory, other, path).code, BASE_OK);
    base_buf_clear(&edits);
}

START_TEST(a_table_that_does_not_open_changes_nothing)
{
    static void (*const DAMAGES[])(const char *path) = {remove_file, cut_file, flip_footer,
                                                        put_another};
    char path[ENV_PATH_MAX];
    char name[32];
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    int64_t good = lsm_rig_build(&rig, &(LsmRigTable){.level = 2, .last = 9, .version = 3}, &edits);
    int64_t bad = lsm_rig_build(
        &rig, &(LsmRigTable){.level = 2, .first = 10, .last = 19, .version = 3}, &edits);
    path_of(bad, path);
    DAMAGES[_i](path);
    ck_assert_int_eq(
        lsm_catalog_install(rig.catalog, base_buf_slice(&edits), NULL, 0, message).code,
        BASE_CORRUPTION);
    (void)snprintf(name, sizeof(name), "%06lld.sst", (long long)bad);
    ck_assert_msg(strstr(message, name) != NULL, "%s", message);
    LsmView *view = lsm_catalog_hold(rig.catalog);
    ck_assert_uint_eq(view->levels->run_count, 0);
    lsm_view_unref(view);
    lsm_catalog_reclaim(rig.catalog);
    ck_assert_int_eq(lsm_tables_memory(rig.tables), 0);
    ck_assert(there(good));
    base_buf_clear(&edits);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_tables");
    TCase *tables = tcase_create("tables");
    tcase_add_checked_fixture(tables, setup, teardown);
    tcase_set_timeout(tables, 60);
    tcase_add_test(tables, a_dropped_table_goes_when_nobody_holds_it);
    tcase_add_test(tables, a_read_section_holds_all_that_it_sees);
    tcase_add_test(tables, the_sweep_waits_for_sections);
    tcase_add_test(tables, a_moved_table_stays_open);
    tcase_add_loop_test(tables, a_table_that_does_not_open_changes_nothing, 0, 4);
    suite_add_tcase(suite, tables);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
