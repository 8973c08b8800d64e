/*
 * test_lsm_verify.c: a check of files finds nothing in a good store, and in a damaged one the file.
 *
 * A store with tables on several levels and commits in the log is closed; then its files are
 * damaged in turn, byte by byte at random places, cut off, or taken away. What the manifest allows
 * and is wrong nevertheless (order of entries, counts) is put together table by table.
 */
#include "engine/lsm/verify.h"

#include "engine/base/rand.h"
#include "engine/lsm/lsm.h"
#include "engine/lsm/table_info.h"
#include "engine/table/blob_writer.h"
#include "engine/table/builder.h"
#include "tests/support/engine_rig.h"
#include "tests/support/lsm_files.h"
#include "tests/support/lsm_rig.h"

#include <check.h>
#include <stdio.h>

enum {
    KEYS = 4000,
    FLIPS = 40, /* of each kind of file */
};

static EngineRig rig;
static LsmSavedFiles saved;
static LsmFindings findings;
static EngineFilesArgs args;

/* --------------------------------------------------------------------------------- the store -- */

/* Puts keys in commits of twenty. */
static void
write_keys(int first, int count, int round)
{
    enum { BATCH = 20 };
    for (int start = first; start < first + count; start += BATCH) {
        EngineMutation puts[BATCH];
        char keys[BATCH][16];
        char values[BATCH][64];
        for (int i = 0; i < BATCH; i++) {
            (void)snprintf(keys[i], sizeof(keys[i]), "key%06d", start + i);
            (void)snprintf(values[i], sizeof(values[i]), "%06d in round %d, and some more",
                           start + i, round);
            puts[i] =
                engine_rig_put(ENGINE_DATA, base_slice_text(keys[i]), base_slice_text(values[i]));
        }
        ck_assert_int_eq(engine_rig_commit(rig.engine, NULL, 0, puts, BATCH).kind, ENGINE_APPLIED);
    }
}

/* Tables on several levels, and commits in the log. */
static void
fill(void)
{
    EngineRange all = {.unbounded = true};
    BaseSlice stop = BASE_SLICE_LITERAL("key000200");
    write_keys(0, KEYS, 1);
    ck_assert_int_eq(engine_compact(rig.engine, &all).code, BASE_OK);
    write_keys(0, KEYS / 4, 2);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    (void)engine_rig_apply(
        rig.engine, engine_rig_remove_range(ENGINE_DATA, BASE_SLICE_LITERAL("key000100"), &stop));
    (void)engine_rig_apply(rig.engine,
                           engine_rig_remove(ENGINE_DATA, BASE_SLICE_LITERAL("key000007")));
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    write_keys(KEYS / 2, 100, 3);
}

static void
setup(void)
{
    engine_rig_init(&rig, &lsm_class, ENGINE_RIG_MEMORY);
    ck_assert(engine_rig_set(&rig, "durability", 0));
    engine_rig_open(&rig);
    fill();
}

static void
setup_closed(void)
{
    setup();
    engine_rig_close(&rig);
    lsm_files_save(&saved, rig.memory, rig.directory);
}

static void
teardown(void)
{
    lsm_files_clear(&saved);
    engine_rig_clear(&rig);
}

static BaseCode
verify(const Env *env, const char *directory)
{
    memset(&findings, 0, sizeof(findings));
    args = (EngineFilesArgs){.directory = directory,
                             .env = env,
                             .clock = &rig.fake.clock,
                             .report = lsm_findings_add,
                             .user = &findings};
    return lsm_verify_directory(&args).code;
}

static BaseCode
verify_store(void)
{
    return verify(rig.memory, rig.directory);
}

/* -------------------------------------------------------------------------------------- good -- */

START_TEST(a_closed_store_is_good)
{
    if (verify_store() != BASE_OK) {
        lsm_findings_print(&findings);
    }
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_DAMAGE], 0);
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_WARNING], 0);
    ck_assert_uint_ge(findings.of_kind[ENGINE_FINDING_NOTE], 3);
    ck_assert_int_ge(args.files, 6);
    ck_assert_int_gt(args.bytes, 64 * 1024);
    ck_assert_int_ge(args.entries, KEYS + KEYS / 4);
    ck_assert(lsm_findings_say(&findings, "log: 5 commits"));
    LsmSavedFiles after;
    lsm_files_save(&after, rig.memory, rig.directory);
    ck_assert_uint_eq(after.count, saved.count);
    for (size_t i = 0; i < saved.count; i++) {
        ck_assert(base_slice_equal(base_buf_slice(&after.files[i].bytes),
                                   base_buf_slice(&saved.files[i].bytes)));
    }
    lsm_files_clear(&after);
}
END_TEST

START_TEST(so_is_one_that_died)
{
    BaseRand keep = base_rand((uint64_t)_i);
    engine_rig_die(&rig, ENGINE_RIG_SYSTEM, &keep);
    BaseCode code = verify_store();
    if (code != BASE_OK) {
        lsm_findings_print(&findings);
    }
    ck_assert_int_eq(code, BASE_OK);
    engine_rig_open(&rig);
}
END_TEST

START_TEST(a_new_directory_has_no_store)
{
    ck_assert_int_eq(env_make_directory(rig.memory, "/empty").code, BASE_OK);
    ck_assert_int_eq(verify(rig.memory, "/empty"), BASE_OK);
    ck_assert(lsm_findings_say(&findings, "no store yet"));
    ck_assert_int_ne(verify(rig.memory, "/none"), BASE_OK);
    ck_assert_uint_eq(findings.count, 0);
    ck_assert_ptr_nonnull(strstr(args.message, "/none"));
}
END_TEST

START_TEST(files_without_a_use_are_noticed)
{
    BaseSlice bytes = BASE_SLICE_LITERAL("anything");
    lsm_files_write(rig.memory, rig.directory, "999999.sst", bytes);
    lsm_files_write(rig.memory, rig.directory, "CURRENT.tmp", bytes);
    lsm_files_write(rig.memory, rig.directory, "MANIFEST-999999", bytes);
    lsm_files_write(rig.memory, rig.directory, "notes.txt", bytes);
    ck_assert_int_eq(verify_store(), BASE_OK);
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_WARNING], 3);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_WARNING, "999999.sst"));
}
END_TEST

/* ------------------------------------------------------------------------------------ damage -- */

/* The length of the part of a file that means anything: a segment ends with zeros. */
static size_t
used_bytes(const LsmSavedFile *file)
{
    size_t len = file->bytes.len;
    while (len > 0 && file->bytes.data[len - 1] == 0) {
        len--;
    }
    return len;
}

/* A manifest's last record may be missing: it looks like one that was never written. */
static size_t
provable_bytes(const LsmSavedFile *file)
{
    size_t clean_end = 64;
    size_t len = used_bytes(file);
    return file->kind == FORMAT_FILE_MANIFEST ? len - clean_end : len;
}

static void
check_damaged(const LsmSavedFile *file, int64_t offset)
{
    BaseCode code = verify_store();
    if (code != BASE_CORRUPTION ||
        !lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, file->name)) {
        lsm_findings_print(&findings);
        ck_abort_msg("%s at %lld is not found", file->name, (long long)offset);
    }
    ck_assert_int_ne(args.message[0], '\0');
}

START_TEST(a_flipped_bit_is_found)
{
    static const FormatFileKind KINDS[] = {FORMAT_FILE_CURRENT, FORMAT_FILE_MANIFEST,
                                           FORMAT_FILE_LOG, FORMAT_FILE_TABLE, FORMAT_FILE_OTHER};
    BaseRand rand = base_rand((uint64_t)_i);
    for (int i = 0; i < FLIPS; i++) {
        size_t count = 0;
        while (lsm_files_find(&saved, KINDS[_i], count) != saved.count) {
            count++;
        }
        ck_assert_uint_gt(count, 0);
        const LsmSavedFile *file =
            &saved.files[lsm_files_find(&saved, KINDS[_i], base_rand_below(&rand, count))];
        if (strcmp(file->name, "ENGINE") == 0 || used_bytes(file) < 80) {
            continue; /* not of the class; a segment that was never used */
        }
        int64_t offset = (int64_t)base_rand_below(&rand, provable_bytes(file));
        uint8_t bits = (uint8_t)(1 << base_rand_below(&rand, 8));
        lsm_files_flip(rig.memory, rig.directory, file->name, offset, bits);
        check_damaged(file, offset);
        lsm_files_flip(rig.memory, rig.directory, file->name, offset, bits);
    }
    ck_assert_int_eq(verify_store(), BASE_OK);
}
END_TEST

START_TEST(a_file_that_is_missing_or_cut_is_found)
{
    BaseRand rand = base_rand(7);
    for (size_t i = 0; i < saved.count; i++) {
        const LsmSavedFile *file = &saved.files[i];
        if (strcmp(file->name, "ENGINE") == 0 || used_bytes(file) < 40) {
            continue;
        }
        int64_t size = (int64_t)base_rand_below(&rand, provable_bytes(file));
        lsm_files_cut(rig.memory, rig.directory, file->name, size);
        if (file->kind == FORMAT_FILE_MANIFEST) {
            ck_assert_int_eq(verify_store(),
                             BASE_CORRUPTION); /* an older state, which misses files */
        } else {
            check_damaged(file, size);
        }
        lsm_files_remove(rig.memory, rig.directory, file->name);
        check_damaged(file, -1);
        lsm_files_restore(&saved, rig.memory, rig.directory);
    }
    ck_assert_int_eq(verify_store(), BASE_OK);
}
END_TEST

START_TEST(without_a_manifest_the_others_are_still_checked)
{
    const LsmSavedFile *table = &saved.files[lsm_files_find(&saved, FORMAT_FILE_TABLE, 0)];
    lsm_files_flip(rig.memory, rig.directory, "CURRENT", 3, 1);
    ck_assert_int_eq(verify_store(), BASE_CORRUPTION);
    ck_assert(!lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, table->name));
    ck_assert_int_ge(args.entries, KEYS);
    lsm_files_flip(rig.memory, rig.directory, table->name, 100, 1);
    check_damaged(table, 100);
}
END_TEST

/* ------------------------------------------------------------------ what the manifest allows -- */

static LsmRig lower;

static void
setup_lower(void)
{
    lsm_rig_init(&lower);
}

static void
teardown_lower(void)
{
    lsm_rig_clear(&lower);
}

static BaseCode
verify_lower(void)
{
    lsm_rig_close(&lower);
    BaseCode code = verify(lower.memory, LSM_RIG_DIRECTORY);
    lsm_rig_reopen(&lower, false);
    return code;
}

/* A table that is built and open, but not yet part of the store, and what to say of it. */
typedef struct Spare {
    Table *table;
    FormatTable info;
    char name[32];
} Spare;

static Spare
build_spare(const LsmRigTable *what)
{
    Spare spare;
    char path[ENV_PATH_MAX];
    BaseBuf edits = BASE_BUF_INIT;
    int64_t number = lsm_rig_build(&lower, what, &edits);
    base_buf_clear(&edits);
    (void)snprintf(spare.name, sizeof(spare.name), "%06lld.sst", (long long)number);
    ck_assert_int_eq(env_join(path, LSM_RIG_DIRECTORY, spare.name).code, BASE_OK);
    TableOptions options = {.env = lower.memory, .path = path, .cache = lower.cache};
    ck_assert_int_eq(table_open(&options, &spare.table).code, BASE_OK);
    spare.info = lsm_table_info(spare.table);
    spare.info.number = number;
    spare.info.level = what->level;
    spare.info.order = what->level == 0 ? number : 0;
    return spare;
}

static void
install_spare(Spare *spare)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = spare->info};
    ck_assert(format_manifest_edit_encode(&edits, &add));
    ck_assert_int_eq(
        lsm_catalog_install(lower.catalog, base_buf_slice(&edits), NULL, 0, message).code, BASE_OK);
    base_buf_clear(&edits);
    table_free(spare->table);
}

START_TEST(an_older_entry_above_a_newer_one_is_found)
{
    (void)lsm_rig_add(&lower, &(LsmRigTable){.level = 2, .last = 99, .version = 5});
    (void)lsm_rig_add(&lower, &(LsmRigTable){.level = 1, .last = 99, .version = 6});
    ck_assert_int_eq(verify_lower(), BASE_OK);
    Spare old = build_spare(&(LsmRigTable){.level = 0, .first = 50, .last = 50, .version = 3});
    install_spare(&old);
    ck_assert_int_eq(verify_lower(), BASE_CORRUPTION);
    ck_assert(lsm_findings_say(&findings, "an entry is older than one of a lower level"));
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, old.name));
}
END_TEST

/* A removed range is an entry of every key that it covers; the range of a table is one older. */
START_TEST(ranges_out_of_order_are_found)
{
    static const struct {
        LsmRigTable upper;
        LsmRigTable below;
        const char *says; /* NULL: all is well */
    } CASES[] = {
        {{.last = 9, .version = 9, .range_stop = 50},
         {.first = 20, .last = 29, .version = 5},
         NULL},
        {{.last = 9, .version = 9},
         {.first = 20, .last = 29, .version = 5, .range_stop = 40},
         NULL},
        {{.first = 60, .last = 69, .version = 3},
         {.last = 9, .version = 9, .range_stop = 50},
         NULL},
        {{.last = 9, .version = 5, .range_stop = 50},
         {.first = 20, .last = 29, .version = 9},
         "older than an entry of a lower level"},
        {{.first = 20, .last = 29, .version = 5},
         {.last = 9, .version = 9, .range_stop = 50},
         "newer than an entry of a higher level"},
        {{.first = 0, .last = 0, .version = 5, .range_stop = 50},
         {.first = 40, .last = 40, .version = 9, .range_stop = 60},
         "newer than one of a higher level"},
    };
    LsmRigTable highest = {.level = 3, .first = 900, .last = 900, .version = 20};
    LsmRigTable upper = CASES[_i].upper;
    LsmRigTable below = CASES[_i].below;
    upper.level = 1;
    below.level = 2;
    (void)lsm_rig_add(&lower, &highest); /* the last version, which may not go back */
    Spare spares[] = {build_spare(&upper), build_spare(&below)};
    install_spare(&spares[0]);
    install_spare(&spares[1]);
    ck_assert_int_eq(verify_lower(), CASES[_i].says == NULL ? BASE_OK : BASE_CORRUPTION);
    ck_assert(CASES[_i].says == NULL || lsm_findings_say(&findings, CASES[_i].says));
}
END_TEST

START_TEST(two_entries_of_one_version_are_found)
{
    int64_t lowest = lsm_rig_add(&lower, &(LsmRigTable){.level = 2, .last = 99, .version = 5});
    char name[32];
    (void)lsm_rig_add(&lower, &(LsmRigTable){.level = 1, .first = 50, .last = 50, .version = 5});
    ck_assert_int_eq(verify_lower(), BASE_CORRUPTION);
    (void)snprintf(name, sizeof(name), "%06lld.sst", (long long)lowest);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, name));
    ck_assert(lsm_findings_say(&findings, "two entries of one version"));
}
END_TEST

/* Lets the manifest say something else of a table than the table does. */
START_TEST(a_manifest_that_tells_wrong_is_found)
{
    static const struct {
        const char *says;
        size_t field;
    } CASES[] = {{"counts", offsetof(FormatTable, entries)},
                 {"counts", offsetof(FormatTable, removes)},
                 {"versions", offsetof(FormatTable, version_min)},
                 {"expiries", offsetof(FormatTable, expiry_max)},
                 {"range of keys", offsetof(FormatTable, smallest)}};
    LsmRigKey key;
    (void)lsm_rig_add(&lower, &(LsmRigTable){.level = 2, .last = 99, .version = 5});
    Spare spare = build_spare(&(LsmRigTable){.level = 1, .last = 99, .version = 5});
    if (CASES[_i].field == offsetof(FormatTable, smallest)) {
        spare.info.smallest = lsm_rig_key(&key, 1);
    } else {
        int64_t *field = (int64_t *)((char *)&spare.info + CASES[_i].field);
        *field += *field == 5 ? -1 : 1;
    }
    install_spare(&spare);
    ck_assert_int_eq(verify_lower(), BASE_CORRUPTION);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, spare.name));
    ck_assert_msg(lsm_findings_say(&findings, CASES[_i].says), "%s", CASES[_i].says);
}
END_TEST

/* A blob file with one value, as an edit adds it. */
static FormatEdit
write_blob_file(const char *name, int64_t number)
{
    char path[ENV_PATH_MAX];
    TableBlobWriter *writer = NULL;
    TableBlobSummary made;
    FormatBlobReference reference;
    TableBlobWriterOptions options = {.id = 77, .number = (uint64_t)number};
    ck_assert_int_eq(env_join(path, LSM_RIG_DIRECTORY, name).code, BASE_OK);
    ck_assert_int_eq(table_blob_writer_new(lower.memory, path, &options, &writer).code, BASE_OK);
    ck_assert_int_eq(table_blob_writer_add(writer, BASE_SLICE_LITERAL("key"), 1,
                                           BASE_SLICE_LITERAL("a large value"), &reference)
                         .code,
                     BASE_OK);
    ck_assert_int_eq(table_blob_writer_finish(writer, &made).code, BASE_OK);
    table_blob_writer_free(writer);
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_BLOB_FILE};
    add.blob.number = number;
    add.blob.id = made.id;
    add.blob.size = (int64_t)made.size;
    add.blob.values = (int64_t)made.values;
    add.blob.bytes = (int64_t)made.bytes;
    return add;
}

START_TEST(a_blob_file_must_be_there)
{
    char message[256];
    char path[ENV_PATH_MAX];
    BaseBuf edits = BASE_BUF_INIT;
    int64_t number = lsm_catalog_number(lower.catalog);
    char name[32];
    (void)snprintf(name, sizeof(name), "%06lld.blob", (long long)number);
    FormatEdit add = write_blob_file(name, number);
    ck_assert(format_manifest_edit_encode(&edits, &add));
    ck_assert_int_eq(
        lsm_catalog_install(lower.catalog, base_buf_slice(&edits), NULL, 0, message).code, BASE_OK);
    ck_assert_int_eq(verify_lower(), BASE_OK);
    lsm_rig_close(&lower);
    ck_assert_int_eq(env_join(path, LSM_RIG_DIRECTORY, name).code, BASE_OK);
    ck_assert_int_eq(env_unlink(lower.memory, path).code, BASE_OK);
    ck_assert_int_eq(verify(lower.memory, LSM_RIG_DIRECTORY), BASE_CORRUPTION);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, name));
    lsm_files_write(lower.memory, LSM_RIG_DIRECTORY, name, BASE_SLICE_LITERAL("no blobs"));
    ck_assert_int_eq(verify(lower.memory, LSM_RIG_DIRECTORY), BASE_CORRUPTION);
    ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, name));
    ck_assert_int_eq(env_unlink(lower.memory, path).code, BASE_OK);
    (void)write_blob_file(name, number);
    lsm_rig_reopen(&lower, false);
    base_buf_clear(&edits);
}
END_TEST

/* A table with one entry, which refers to a value; installed with the edits that are there. */
static void
install_reference(const FormatBlobReference *reference, int64_t version, BaseBuf *edits)
{
    char message[256];
    Spare spare;
    char path[ENV_PATH_MAX];
    TableBuilder *builder = NULL;
    TableSummary summary;
    BaseBuf value = BASE_BUF_INIT;
    int64_t number = lsm_catalog_number(lower.catalog);
    (void)snprintf(spare.name, sizeof(spare.name), "%06lld.sst", (long long)number);
    ck_assert_int_eq(env_join(path, LSM_RIG_DIRECTORY, spare.name).code, BASE_OK);
    TableBuilderOptions made = {.block_bytes = 256, .filter_bits = 10, .id = 5, .number = number};
    ck_assert_int_eq(table_builder_new(lower.memory, path, &made, &builder).code, BASE_OK);
    format_blob_reference_encode(&value, reference);
    FormatEntry entry = {.key = BASE_SLICE_LITERAL("key"),
                         .value = base_buf_slice(&value),
                         .version = version,
                         .kind = FORMAT_BLOB};
    ck_assert_int_eq(table_builder_add(builder, &entry).code, BASE_OK);
    ck_assert_int_eq(table_builder_finish(builder, &summary).code, BASE_OK);
    table_builder_free(builder);
    TableOptions options = {.env = lower.memory, .path = path, .cache = lower.cache};
    ck_assert_int_eq(table_open(&options, &spare.table).code, BASE_OK);
    FormatEdit last = {.tag = FORMAT_EDIT_LAST, .last = {version, version}};
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = lsm_table_info(spare.table)};
    add.add_table.number = number;
    add.add_table.level = 3;
    ck_assert(format_manifest_edit_encode(edits, &last));
    ck_assert(format_manifest_edit_encode(edits, &add));
    ck_assert_int_eq(
        lsm_catalog_install(lower.catalog, base_buf_slice(edits), NULL, 0, message).code, BASE_OK);
    table_free(spare.table);
    base_buf_clear(&value);
}

/* The value of write_blob_file() is that of "key" at version 1. */
START_TEST(a_reference_names_the_value_of_its_entry)
{
    static const struct {
        uint64_t offset_added;
        int64_t version;
        const char *says; /* NULL: all is well */
    } CASES[] = {
        {0, 1, NULL},
        {0, 2, "names the value of another entry"},
        {1, 1, "names a place where there is none"},
    };
    char name[32];
    BaseBuf edits = BASE_BUF_INIT;
    int64_t number = lsm_catalog_number(lower.catalog);
    (void)snprintf(name, sizeof(name), "%06lld.blob", (long long)number);
    FormatEdit file = write_blob_file(name, number);
    ck_assert(format_manifest_edit_encode(&edits, &file));
    FormatBlobReference reference = {.number = (uint64_t)number,
                                     .handle = {FORMAT_BLOB_HEADER_BYTES + CASES[_i].offset_added,
                                                (uint32_t)strlen("a large value")},
                                     .value_len = strlen("a large value")};
    install_reference(&reference, CASES[_i].version, &edits);
    ck_assert_int_eq(verify_lower(), CASES[_i].says == NULL ? BASE_OK : BASE_CORRUPTION);
    if (CASES[_i].says != NULL) {
        ck_assert_msg(lsm_findings_say(&findings, CASES[_i].says), "%s", CASES[_i].says);
    }
    base_buf_clear(&edits);
}
END_TEST

static TCase *
add_case(Suite *suite, const char *name, void (*before)(void), void (*after)(void))
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, before, after);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return tests;
}

int
main(void)
{
    Suite *suite = suite_create("lsm_verify");
    TCase *closed = add_case(suite, "closed", setup_closed, teardown);
    tcase_add_test(closed, a_closed_store_is_good);
    tcase_add_test(closed, a_new_directory_has_no_store);
    tcase_add_test(closed, files_without_a_use_are_noticed);
    tcase_add_loop_test(closed, a_flipped_bit_is_found, 0, 5);
    tcase_add_test(closed, a_file_that_is_missing_or_cut_is_found);
    tcase_add_test(closed, without_a_manifest_the_others_are_still_checked);
    tcase_add_loop_test(add_case(suite, "open", setup, teardown), so_is_one_that_died, 0, 4);
    TCase *pieces = add_case(suite, "lower", setup_lower, teardown_lower);
    tcase_add_test(pieces, an_older_entry_above_a_newer_one_is_found);
    tcase_add_loop_test(pieces, ranges_out_of_order_are_found, 0, 6);
    tcase_add_test(pieces, two_entries_of_one_version_are_found);
    tcase_add_loop_test(pieces, a_manifest_that_tells_wrong_is_found, 0, 5);
    tcase_add_test(pieces, a_blob_file_must_be_there);
    tcase_add_loop_test(pieces, a_reference_names_the_value_of_its_entry, 0, 3);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
