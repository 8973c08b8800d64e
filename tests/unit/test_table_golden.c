/*
 * test_table_golden.c: whole tables and blob files of format 1 are read and written the same for
 * ever. How the samples are made again is told in test_format_golden.c; the packed table is only
 * read, because what zstd writes may change with its version.
 */
#include "engine/format/blob_file.h"
#include "engine/table/blob_file.h"
#include "engine/table/blob_writer.h"
#include "tests/support/table_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 60 };

static TableRig rig;

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

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
    ck_ok(env_read_file(env_posix(), path, 1 << 20, into));
}

/* With LARDER_GOLDEN_WRITE: what was written becomes the sample. */
static void
write_golden(const char *name, BaseSlice bytes)
{
    char path[1024];
    EnvFile *file = NULL;
    if (getenv("LARDER_GOLDEN_WRITE") != NULL) {
        golden_path(path, sizeof path, name);
        ck_ok(env_open_file(env_posix(), path, ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE,
                            &file));
        ck_ok(env_file_write_at(file, 0, bytes.data, bytes.len));
        env_file_close(file);
    }
}

/* The i-th entry: all kinds, both keyspaces, several versions of some keys. */
static FormatEntry
entry_of(int i, char key[32], BaseBuf *value)
{
    int number = i / 2 * 5;
    int len = snprintf(key, 32, "%cuser/%04d", i >= ENTRIES - 4 ? 1 : 0, number);
    FormatEntry entry = {.key = base_slice(key, (size_t)len),
                         .version = 1000 - i,
                         .kind = i % 7 == 3   ? FORMAT_REMOVE
                                 : i % 7 == 5 ? FORMAT_BLOB
                                              : FORMAT_PUT};
    base_buf_reset(value);
    if (entry.kind == FORMAT_PUT) {
        ck_assert(base_buf_printf(value, "value %d of %s", i, key + 1));
    } else if (entry.kind == FORMAT_BLOB) {
        FormatBlobReference reference = {7, {(uint64_t)i * 1000, 900}, 900};
        format_blob_reference_encode(value, &reference);
    }
    if (entry.kind != FORMAT_REMOVE && i % 9 == 4) {
        entry.expires_at_ms = 1700000000000 + i;
    }
    entry.value = base_buf_slice(value);
    return entry;
}

static void
write_table(bool pack)
{
    static const int64_t versions[] = {1200, 800};
    static const FormatFragment fragments[] = {
        {BASE_SLICE_LITERAL("\0user/0020"), BASE_SLICE_LITERAL("\0user/0040"), versions, 2},
        {BASE_SLICE_LITERAL("\1w"), BASE_SLICE_LITERAL("\2"), versions + 1, 1},
    };
    TableBuilderOptions options = table_rig_options(400);
    options.interval = 8;
    TableBuilder *builder = NULL;
    TableSummary summary;
    options.pack = pack;
    options.zstd_level = 1;
    options.dictionary = pack ? base_slice_text("value of user/ value of user/") : BASE_SLICE_EMPTY;
    options.level = 3;
    options.stamp_max = 1700000000000;
    options.snapshots = 2;
    options.program = BASE_SLICE_LITERAL("larder 0.1.0");
    (void)env_unlink(rig.env, TABLE_RIG_PATH);
    ck_ok(table_builder_new(rig.env, TABLE_RIG_PATH, &options, &builder));
    BaseBuf value = BASE_BUF_INIT;
    for (int i = 0; i < ENTRIES; i++) {
        char key[32];
        FormatEntry entry = entry_of(i, key, &value);
        ck_ok(table_builder_add(builder, &entry));
    }
    for (size_t i = 0; i < 2; i++) {
        ck_ok(table_builder_add_fragment(builder, &fragments[i]));
    }
    ck_ok(table_builder_finish(builder, &summary));
    table_builder_free(builder);
    base_buf_clear(&value);
}

static void
check_contents(Table *table)
{
    TableIterator iterator;
    BaseBuf value = BASE_BUF_INIT;
    int i = 0;
    ck_ok(table_verify(table));
    table_iterator_init(&iterator, table, 0);
    for (table_iterator_first(&iterator); iterator.valid; table_iterator_next(&iterator)) {
        char key[32];
        FormatEntry entry = entry_of(i++, key, &value);
        ck_assert(table_model_same(table_iterator_entry(&iterator), &entry));
    }
    ck_ok(iterator.status);
    ck_assert_int_eq(i, ENTRIES);
    table_iterator_clear(&iterator);
    base_buf_clear(&value);
    const FormatProperties *properties = table_properties(table);
    ck_assert_int_eq(properties->level, 3);
    ck_assert_int_eq(properties->snapshots, 2);
    ck_assert_uint_eq(properties->blobs.count, 1);
    ck_assert(base_slice_equal(properties->program, BASE_SLICE_LITERAL("larder 0.1.0")));
    ck_assert(base_slice_equal(properties->largest, BASE_SLICE_LITERAL("\2")));
    ck_assert_int_eq(table_covering(table, BASE_SLICE_LITERAL("\0user/0033"), 1100), 800);
}

START_TEST(tables_are_written_and_read_as_ever)
{
    BaseBuf written = BASE_BUF_INIT;
    BaseBuf golden = BASE_BUF_INIT;
    table_rig_init(&rig, 1 << 20);
    write_table(false);
    table_rig_read_file(&rig, &written);
    write_golden("table.sst", base_buf_slice(&written));
    read_golden("table.sst", &golden);
    ck_assert(base_slice_equal(base_buf_slice(&written), base_buf_slice(&golden)));
    Table *table = table_rig_open(&rig);
    check_contents(table);
    table_free(table);
    base_buf_clear(&written);
    base_buf_clear(&golden);
    table_rig_clear(&rig);
}
END_TEST

START_TEST(packed_tables_are_read_as_ever)
{
    BaseBuf bytes = BASE_BUF_INIT;
    table_rig_init(&rig, 1 << 20);
    write_table(true);
    table_rig_read_file(&rig, &bytes);
    write_golden("table.packed.sst", base_buf_slice(&bytes));
    base_buf_reset(&bytes);
    read_golden("table.packed.sst", &bytes);
    table_rig_write_file(&rig, base_buf_slice(&bytes));
    Table *table = table_rig_open(&rig);
    check_contents(table);
    table_free(table);
    base_buf_clear(&bytes);
    table_rig_clear(&rig);
}
END_TEST

START_TEST(blob_files_are_written_and_read_as_ever)
{
    TableBlobWriterOptions options = {.id = TABLE_RIG_ID, .number = 7};
    TableBlobWriter *writer = NULL;
    TableBlobSummary summary;
    FormatBlobReference references[2];
    BaseBuf written = BASE_BUF_INIT;
    BaseBuf golden = BASE_BUF_INIT;
    table_rig_init(&rig, 0);
    ck_ok(table_blob_writer_new(rig.env, "/000007.blob", &options, &writer));
    ck_ok(table_blob_writer_add(writer, BASE_SLICE_LITERAL("\0a"), 5,
                                BASE_SLICE_LITERAL("a large value"), &references[0]));
    ck_ok(table_blob_writer_add(writer, BASE_SLICE_LITERAL("\0b"), 6,
                                BASE_SLICE_LITERAL("another one"), &references[1]));
    ck_ok(table_blob_writer_finish(writer, &summary));
    table_blob_writer_free(writer);
    ck_ok(env_read_file(rig.env, "/000007.blob", 1 << 20, &written));
    write_golden("values.blob", base_buf_slice(&written));
    read_golden("values.blob", &golden);
    ck_assert(base_slice_equal(base_buf_slice(&written), base_buf_slice(&golden)));
    TableBlobFile *file = NULL;
    TableBlobFileOptions open = {.env = rig.env,
                                 .path = "/000007.blob",
                                 .number = 7,
                                 .expect = true,
                                 .size = summary.size,
                                 .id = TABLE_RIG_ID};
    ck_ok(table_blob_file_open(&open, &file));
    ck_ok(table_blob_file_verify(file));
    table_blob_file_free(file);
    base_buf_clear(&written);
    base_buf_clear(&golden);
    table_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("golden");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, tables_are_written_and_read_as_ever);
    tcase_add_test(cases, packed_tables_are_read_as_ever);
    tcase_add_test(cases, blob_files_are_written_and_read_as_ever);
    Suite *suite = suite_create("table");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
