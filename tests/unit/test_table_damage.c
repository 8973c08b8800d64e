/*
 * test_table_damage.c: damaged tables and failing disks. Every flipped bit, every truncation and
 * every failed call of the file system is either told, with file and place, or has no effect.
 */
#include "tests/support/fault_env.h"
#include "tests/support/table_rig.h"

#include <check.h>
#include <stdlib.h>

static BaseRand rng;
static TableRig rig;
static TableModel model;

static void
set_up(void)
{
    static const TableModelShape shape = {
        .keys = 25, .versions_max = 2, .prefix = 2, .key_max = 4, .value_max = 12, .system = true};
    rng = base_rand(7);
    table_rig_init(&rig, 1 << 20);
    model = table_model_random(&rng, &shape);
}

static void
tear_down(void)
{
    table_model_clear(&model);
    table_rig_clear(&rig);
}

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

static void
build(bool pack)
{
    static const int64_t versions[] = {90, 5};
    static const FormatFragment fragment = {BASE_SLICE_LITERAL("\0pp"), BASE_SLICE_LITERAL("\0x"),
                                            versions, 2};
    TableBuilderOptions options = table_rig_options(200);
    options.pack = pack;
    options.zstd_level = 1;
    (void)table_rig_build(&rig, &options, model.entries, model.count, &fragment, 1);
}

/* ---------------------------------------------------------------------------------- damage -- */

/* Whether a refusal is one of those that damage may cause, and was reported with its place. */
static bool
is_told(BaseStatus status, unsigned faults_before, uint64_t file_size)
{
    return (status.code == BASE_CORRUPTION || status.code == BASE_UNSUPPORTED) &&
           rig.faults > faults_before && rig.fault_code == status.code && rig.fault_path_fits &&
           rig.fault_offset <= file_size;
}

/* Reads all of a table that opened; false: it was refused on the way, and told. */
static bool
read_all(Table *table)
{
    TableIterator iterator;
    unsigned faults = rig.faults;
    size_t count = 0;
    table_iterator_init(&iterator, table, 0);
    table_iterator_first(&iterator);
    while (iterator.valid) {
        ck_assert_uint_lt(count, model.count);
        ck_assert(table_model_same(table_iterator_entry(&iterator), &model.entries[count++]));
        table_iterator_next(&iterator);
    }
    BaseStatus status = iterator.status;
    table_iterator_clear(&iterator);
    if (base_is_ok(status)) {
        ck_assert_uint_eq(count, model.count);
        return true;
    }
    ck_assert(is_told(status, faults, table_size(table)));
    return false;
}

/* Looks up every entry; each answer is right, or the refusal is told. */
static bool
get_all(Table *table)
{
    bool refused = false;
    for (size_t i = 0; i < model.count; i++) {
        const FormatEntry *entry = &model.entries[i];
        unsigned faults = rig.faults;
        TableFound found;
        TableView view;
        ck_assert(base_epoch_enter());
        BaseStatus status = table_get(table, entry->key, format_key_hash(entry->key),
                                      entry->version, 0, &found, &view);
        if (base_is_ok(status)) {
            ck_assert_int_eq(found, TABLE_FOUND);
            ck_assert(table_model_same(&view.entry, entry));
        } else {
            ck_assert(is_told(status, faults, table_size(table)));
            refused = true;
        }
        base_epoch_exit();
    }
    return !refused;
}

/* Opens and reads a table; returns whether all of it was accepted. */
static bool
try_table(uint64_t file_size)
{
    Table *table = NULL;
    unsigned faults = rig.faults;
    BaseStatus status = table_rig_try_open(&rig, 0, &table);
    if (!base_is_ok(status)) {
        ck_assert_msg(is_told(status, faults, file_size), "%s", status.what);
        return false;
    }
    bool read = read_all(table);
    bool got = get_all(table);
    bool verified = base_is_ok(table_verify(table));
    ck_assert_int_eq(verified, read && got);
    table_free(table);
    return verified;
}

static void
flip_all(bool pack)
{
    BaseBuf bytes = BASE_BUF_INIT;
    build(pack);
    table_rig_read_file(&rig, &bytes);
    ck_assert(try_table(bytes.len));
    for (size_t at = 0; at < bytes.len; at++) {
        uint8_t before = bytes.data[at];
        bytes.data[at] ^= (uint8_t)(1u << (at % 8));
        table_rig_write_file(&rig, base_buf_slice(&bytes));
        ck_assert_msg(!try_table(bytes.len), "the flip at %zu was not seen", at);
        bytes.data[at] = (uint8_t)~before;
        table_rig_write_file(&rig, base_buf_slice(&bytes));
        ck_assert_msg(!try_table(bytes.len), "the change at %zu was not seen", at);
        bytes.data[at] = before;
    }
    base_buf_clear(&bytes);
}

START_TEST(every_damaged_byte_is_told)
{
    flip_all(false);
    flip_all(true);
}
END_TEST

START_TEST(every_truncation_is_told)
{
    BaseBuf bytes = BASE_BUF_INIT;
    build(false);
    table_rig_read_file(&rig, &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        table_rig_write_file(&rig, base_slice(bytes.data, len));
        ck_assert(!try_table(len));
    }
    ck_assert(base_buf_append_byte(&bytes, 0));
    table_rig_write_file(&rig, base_buf_slice(&bytes));
    ck_assert(!try_table(bytes.len));
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(a_block_from_another_place_is_told)
{
    BaseBuf bytes = BASE_BUF_INIT;
    build(false);
    table_rig_read_file(&rig, &bytes);
    Table *table = table_rig_open(&rig);
    uint64_t len = table_bytes_before(table, model.entries[model.count / 2].key);
    table_free(table);
    ck_assert_uint_gt(len, 100);
    /* Good blocks of this very file, a byte off their place. */
    memmove(bytes.data, bytes.data + 1, len - 1);
    table_rig_write_file(&rig, base_buf_slice(&bytes));
    ck_assert(!try_table(bytes.len));
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(another_table_is_told)
{
    build(false);
    Table *table = NULL;
    TableOptions options = {.env = rig.env,
                            .path = TABLE_RIG_PATH,
                            .expect = true,
                            .id = TABLE_RIG_ID,
                            .cache = rig.cache};
    EnvStat found;
    ck_ok(env_stat(rig.env, TABLE_RIG_PATH, &found));
    options.size = (uint64_t)found.size;
    ck_ok(table_open(&options, &table));
    table_free(table);
    options.id++;
    ck_assert_int_eq(table_open(&options, &table).code, BASE_CORRUPTION);
    options.id--;
    options.size++;
    ck_assert_int_eq(table_open(&options, &table).code, BASE_CORRUPTION);
    options.path = "/missing";
    ck_assert_int_eq(table_open(&options, &table).code, BASE_NOT_FOUND);
}
END_TEST

/* --------------------------------------------------------------------------- failing disks -- */

/* Builds through a failing file system; the status that the builder ends with. */
static BaseStatus
build_failing(FaultEnv *fault)
{
    TableBuilderOptions options = table_rig_options(200);
    TableBuilder *builder = NULL;
    TableSummary summary;
    BaseStatus status = table_builder_new(&fault->env, TABLE_RIG_PATH, &options, &builder);
    if (!base_is_ok(status)) {
        return status;
    }
    for (size_t i = 0; i < model.count && base_is_ok(status); i++) {
        status = table_builder_add(builder, &model.entries[i]);
    }
    BaseStatus finished = table_builder_finish(builder, &summary);
    ck_assert(base_is_ok(status) || !base_is_ok(finished));
    table_builder_free(builder);
    return finished;
}

START_TEST(every_failed_write_is_told)
{
    FaultEnv fault;
    fault_env_init(&fault, rig.env, base_error(BASE_NO_SPACE, "full"));
    int64_t fail_at = 0;
    for (;; fail_at++) {
        (void)env_unlink(rig.env, TABLE_RIG_PATH);
        fault_env_arm(&fault, fail_at);
        BaseStatus status = build_failing(&fault);
        if (base_is_ok(status)) {
            break;
        }
        ck_assert_int_eq(status.code, BASE_NO_SPACE);
        ck_assert_int_lt(fail_at, 1000);
    }
    ck_assert_int_ge(fail_at, 3); /* open, write, sync */
}
END_TEST

START_TEST(a_finished_table_survives_a_crash)
{
    build(true);
    ck_ok(env_sync_directory(rig.env, "/"));
    env_mem_crash(rig.env, NULL);
    Table *table = table_rig_open(&rig);
    ck_ok(table_verify(table));
    table_free(table);
}
END_TEST

/* After a crash of the file system all reads of its handles fail. */
START_TEST(a_failed_read_is_an_error_and_not_the_end)
{
    build(false);
    ck_ok(env_sync_directory(rig.env, "/"));
    Table *table = table_rig_open(&rig);
    TableIterator iterator;
    table_iterator_init(&iterator, table, 0);
    table_iterator_first(&iterator);
    ck_assert(iterator.valid);
    env_mem_crash(rig.env, NULL);
    while (iterator.valid) {
        table_iterator_next(&iterator);
    }
    ck_assert_int_eq(iterator.status.code, BASE_IO);
    ck_assert_int_eq(rig.fault_code, BASE_IO);
    table_iterator_last(&iterator);
    ck_assert(!iterator.valid);
    ck_assert_int_eq(iterator.status.code, BASE_IO);
    table_iterator_first(&iterator); /* still in memory */
    ck_assert(iterator.valid);
    table_iterator_clear(&iterator);
    ck_assert_int_eq(table_verify(table).code, BASE_IO);
    table_free(table);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("damage");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, every_damaged_byte_is_told);
    tcase_add_test(cases, every_truncation_is_told);
    tcase_add_test(cases, a_block_from_another_place_is_told);
    tcase_add_test(cases, another_table_is_told);
    tcase_add_test(cases, every_failed_write_is_told);
    tcase_add_test(cases, a_finished_table_survives_a_crash);
    tcase_add_test(cases, a_failed_read_is_an_error_and_not_the_end);
    Suite *suite = suite_create("table");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
