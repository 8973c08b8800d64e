/*
 * test_lsm_repair.c: whatever becomes of the files of a store, a repair makes it open again, with
 * every record that was not hit, and with none that was never written.
 *
 * The model knows every value that a key ever had. After each repair: a check finds no damage, the
 * store opens and takes writes, each key has one of its values or none, and if no loss was
 * reported, each has the one that it had. Files are flipped, cut and taken away, one at a time and
 * many at once; repairs are interrupted at every step and run again.
 */
#include "engine/lsm/repair.h"

#include "engine/base/rand.h"
#include "engine/lsm/lsm.h"
#include "engine/lsm/verify.h"
#include "tests/support/engine_rig.h"
#include "tests/support/lsm_files.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 1500,
    ROUNDS = 5, /* at most so many values of a key */
    FIRST_REMOVED = 100,
    BEHIND_REMOVED = 140, /* the removed range */
    SINGLE_REMOVED = 7,
#ifdef LARDER_DEBUG_CHECKS /* with sanitizers everything takes ten times as long */
    FLIPS = 4,
    ANYTHING = 4,
    SKIP = 9,
#else
    FLIPS = 20,
    ANYTHING = 25,
    SKIP = 3,
#endif
};

static EngineRig rig;
static LsmSavedFiles saved;
static LsmFindings findings;
static EngineFilesArgs args;
static int written[KEYS]; /* the last round in which a key was written; 0: it is absent */
static int64_t last_version;

/* --------------------------------------------------------------------------------- the store -- */

typedef struct Key {
    char text[16];
} Key;

typedef struct Value {
    char text[64];
} Value;

static BaseSlice
key_of(Key *key, int number)
{
    (void)snprintf(key->text, sizeof(key->text), "key%06d", number);
    return base_slice_text(key->text);
}

static BaseSlice
value_of(Value *value, int number, int round)
{
    (void)snprintf(value->text, sizeof(value->text), "%06d in round %d, and some more", number,
                   round);
    return base_slice_text(value->text);
}

/* Puts every `step`th key, in commits of twenty. */
static void
write_keys(int first, int stop, int step, int round)
{
    enum { BATCH = 20 };
    for (int at = first; at < stop;) {
        EngineMutation puts[BATCH];
        Key keys[BATCH];
        Value values[BATCH];
        size_t count = 0;
        for (; count < BATCH && at < stop; at += step) {
            puts[count] = engine_rig_put(ENGINE_DATA, key_of(&keys[count], at),
                                         value_of(&values[count], at, round));
            written[at] = round;
            count++;
        }
        EngineOutcome outcome = engine_rig_commit(rig.engine, NULL, 0, puts, count);
        ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
        last_version = outcome.version;
    }
}

static void
remove_keys(void)
{
    Key first;
    Key stop;
    BaseSlice stop_key = key_of(&stop, BEHIND_REMOVED);
    (void)engine_rig_apply(
        rig.engine, engine_rig_remove_range(ENGINE_DATA, key_of(&first, FIRST_REMOVED), &stop_key));
    last_version = engine_rig_apply(rig.engine,
                                    engine_rig_remove(ENGINE_DATA, key_of(&first, SINGLE_REMOVED)));
    for (int i = FIRST_REMOVED; i < BEHIND_REMOVED; i++) {
        written[i] = 0;
    }
    written[SINGLE_REMOVED] = 0;
}

/* Tables on several levels with interleaving versions, and segments with commits. */
static void
fill(void)
{
    EngineRange all = {.unbounded = true};
    memset(written, 0, sizeof(written));
    write_keys(0, KEYS, 1, 1);
    ck_assert_int_eq(engine_compact(rig.engine, &all).code, BASE_OK);
    write_keys(0, KEYS, 3, 2);
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    write_keys(KEYS / 2, KEYS, 2, 3);
    remove_keys();
    ck_assert_int_eq(engine_flush(rig.engine).code, BASE_OK);
    write_keys(200, 400, 1, 4);
    write_keys(300, 360, 1, 5);
}

static void
setup(void)
{
    engine_rig_init(&rig, &lsm_class, ENGINE_RIG_MEMORY);
    ck_assert(engine_rig_set(&rig, "durability", 0));
    ck_assert(engine_rig_set(&rig, "write_buffer", 64 * 1024));
    ck_assert(engine_rig_set(&rig, "table_bytes", 8 * 1024));
    ck_assert(engine_rig_set(&rig, "base_bytes", 4 * 1024));
    ck_assert(engine_rig_set(&rig, "level_multiplier", 2));
    ck_assert(engine_rig_set(&rig, "compression", 0));
    engine_rig_open(&rig);
    fill();
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
work_on_files(BaseStatus (*work)(EngineFilesArgs *args))
{
    memset(&findings, 0, sizeof(findings));
    args = (EngineFilesArgs){.directory = rig.directory,
                             .env = &rig.fault.env,
                             .clock = &rig.fake.clock,
                             .report = lsm_findings_add,
                             .user = &findings};
    return work(&args).code;
}

/* ------------------------------------------------------------------------------------ checks -- */

/* In which round the value of a key was written; 0: it is absent. Anything else is made up. */
static int
round_of(EngineRead *read, int number)
{
    Key key;
    EngineLookup lookup;
    ck_assert_int_eq(engine_get(read, ENGINE_DATA, key_of(&key, number), &lookup).code, BASE_OK);
    for (int round = 1; round <= ROUNDS && lookup.found; round++) {
        Value value;
        if (base_slice_equal(lookup.record.value, value_of(&value, number, round))) {
            return round;
        }
    }
    ck_assert_msg(!lookup.found, "a value that was never written");
    return 0;
}

/* How many keys do not have the value that they had. */
static int
count_differences(void)
{
    EngineRead read;
    int differences = 0;
    ck_assert_int_eq(engine_read_begin(&read, rig.engine, NULL, 0).code, BASE_OK);
    for (int i = 0; i < KEYS; i++) {
        differences += round_of(&read, i) != written[i];
    }
    engine_read_end(&read);
    return differences;
}

/* An iterator sees what gets see. */
static void
check_iterator(void)
{
    EngineIteratorOptions options = {.range = {.unbounded = true}};
    EngineIterator *iterator = NULL;
    int number = 0;
    ck_assert_int_eq(engine_iterator_new(rig.engine, NULL, &options, &iterator).code, BASE_OK);
    engine_iterator_seek(iterator, NULL);
    for (; iterator->valid; engine_iterator_next(iterator)) {
        Key key;
        while (number < KEYS && !base_slice_equal(iterator->key, key_of(&key, number))) {
            number++;
        }
        ck_assert_int_lt(number, KEYS);
    }
    ck_assert_int_eq(iterator->status.code, BASE_OK);
    engine_iterator_free(iterator);
}

static void
check_verified(const char *what)
{
    LsmFindings repaired = findings;
    if (work_on_files(lsm_verify_directory) != BASE_OK) {
        (void)fprintf(stderr, "%s: the repair said\n", what);
        lsm_findings_print(&repaired);
        (void)fprintf(stderr, "and the check\n");
        lsm_findings_print(&findings);
        ck_abort_msg("the repaired store is damaged: %s", what);
    }
    findings = repaired;
}

/* Opens the repaired store, and counts; it takes writes, whose versions go on. */
static int
open_and_count(const char *what)
{
    BaseStatus status = engine_rig_try_open(&rig);
    if (status.code != BASE_OK) {
        lsm_findings_print(&findings);
        ck_abort_msg("%s: %s", what, rig.message);
    }
    int differences = count_differences();
    check_iterator();
    int64_t version = engine_rig_apply(
        rig.engine, engine_rig_put(ENGINE_SYSTEM, BASE_SLICE_LITERAL("k"), BASE_SLICE_EMPTY));
    ck_assert_int_gt(version, last_version);
    engine_rig_close(&rig);
    return differences;
}

/* Repairs; the store is good then. Returns how many keys are not as before. */
static int
repair_and_count(const char *what)
{
    BaseCode code = work_on_files(lsm_repair_directory);
    if (code != BASE_OK) {
        lsm_findings_print(&findings);
        ck_abort_msg("%s: %s", what, args.message);
    }
    check_verified(what);
    return open_and_count(what);
}

/* Whether a loss was told, or that losses cannot be noticed. */
static bool
is_told(void)
{
    return findings.of_kind[ENGINE_FINDING_LOSS] != 0 || lsm_findings_say(&findings, "may be in") ||
           lsm_findings_say(&findings, "lost unnoticed");
}

/* The same, of a store that was good before: no key changes unless that is told. */
static int
repair(const char *what)
{
    int differences = repair_and_count(what);
    if (differences != 0 && !is_told()) {
        lsm_findings_print(&findings);
        ck_abort_msg("%s: %d keys changed and nothing was said of it", what, differences);
    }
    return differences;
}

static void
restore(void)
{
    lsm_files_restore(&saved, rig.memory, rig.directory);
}

static bool
in_quarantine(const char *name)
{
    char path[ENV_PATH_MAX];
    ck_assert_int_eq(env_join(path, FORMAT_QUARANTINE_NAME, name).code, BASE_OK);
    return lsm_files_exist(rig.memory, rig.directory, path);
}

/* What was damaged is there, damaged as it was, or was not needed. */
static void
check_kept(const LsmSavedFile *file)
{
    if (lsm_findings_has(&findings, ENGINE_FINDING_LOSS, file->name)) {
        ck_assert_msg(in_quarantine(file->name), "%s is gone", file->name);
    }
}

/* ------------------------------------------------------------------------------------- cases -- */

START_TEST(a_good_store_is_left_alone)
{
    LsmSavedFiles after;
    ck_assert_int_eq(work_on_files(lsm_repair_directory), BASE_OK);
    if (findings.count != 1) {
        lsm_findings_print(&findings);
    }
    ck_assert_uint_eq(findings.count, 1);
    ck_assert(lsm_findings_say(&findings, "not changed"));
    ck_assert_int_ge(args.files, 5);
    lsm_files_save(&after, rig.memory, rig.directory);
    ck_assert_uint_eq(after.count, saved.count);
    for (size_t i = 0; i < saved.count; i++) {
        ck_assert(base_slice_equal(base_buf_slice(&after.files[i].bytes),
                                   base_buf_slice(&saved.files[i].bytes)));
    }
    lsm_files_clear(&after);
    ck_assert_int_eq(repair("a good store"), 0);
}
END_TEST

START_TEST(an_empty_directory_is_no_store)
{
    for (size_t i = 0; i < saved.count; i++) {
        lsm_files_remove(rig.memory, rig.directory, saved.files[i].name);
    }
    ck_assert_int_eq(work_on_files(lsm_repair_directory), BASE_OK);
    ck_assert(lsm_findings_say(&findings, "nothing of a store"));
}
END_TEST

/* The manifest is worth much, but nothing is lost without it. */
START_TEST(without_current_or_manifest_nothing_is_lost)
{
    const LsmSavedFile *manifest = &saved.files[lsm_files_find(&saved, FORMAT_FILE_MANIFEST, 0)];
    lsm_files_remove(rig.memory, rig.directory, "CURRENT");
    ck_assert_int_ne(engine_rig_try_open(&rig).code, BASE_OK);
    ck_assert_int_eq(repair("no CURRENT"), 0);
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
    ck_assert(!lsm_findings_say(&findings, "put together"));
    restore();
    lsm_files_flip(rig.memory, rig.directory, "CURRENT", 12, 1);
    ck_assert_int_eq(repair("CURRENT is damaged"), 0);
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
    ck_assert(in_quarantine("CURRENT"));
    restore();
    lsm_files_remove(rig.memory, rig.directory, manifest->name);
    ck_assert_int_eq(repair("no manifest"), 0);
    ck_assert(lsm_findings_say(&findings, "put together"));
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
    restore();
    lsm_files_remove(rig.memory, rig.directory, manifest->name);
    lsm_files_remove(rig.memory, rig.directory, "CURRENT");
    lsm_files_remove(rig.memory, rig.directory, "VERSION");
    ck_assert_int_eq(repair("neither"), 0);
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
}
END_TEST

START_TEST(a_damaged_manifest_costs_nothing)
{
    BaseRand rand = base_rand(5);
    const LsmSavedFile *manifest = &saved.files[lsm_files_find(&saved, FORMAT_FILE_MANIFEST, 0)];
    for (int i = 0; i < 2 * FLIPS; i++) {
        int64_t offset = (int64_t)base_rand_below(&rand, manifest->bytes.len);
        lsm_files_flip(rig.memory, rig.directory, manifest->name, offset, 2);
        ck_assert_int_eq(repair("a flip in the manifest"), 0);
        ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
        restore();
    }
    for (int i = 0; i < FLIPS; i++) {
        int64_t size = (int64_t)base_rand_below(&rand, manifest->bytes.len);
        lsm_files_cut(rig.memory, rig.directory, manifest->name, size);
        (void)repair("a manifest that is cut off");
        restore();
    }
}
END_TEST

START_TEST(a_damaged_version_file_is_made_anew)
{
    lsm_files_flip(rig.memory, rig.directory, "VERSION", 30, 1);
    ck_assert_int_ne(engine_rig_try_open(&rig).code, BASE_OK);
    ck_assert_int_eq(repair("VERSION is damaged"), 0);
    ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
    ck_assert(in_quarantine("VERSION"));
}
END_TEST

/* Damage in a table costs its own entries. */
START_TEST(a_damaged_table_costs_what_was_hit)
{
    BaseRand rand = base_rand((uint64_t)_i);
    size_t tables = 0;
    while (lsm_files_find(&saved, FORMAT_FILE_TABLE, tables) != saved.count) {
        tables++;
    }
    ck_assert_uint_ge(tables, 4);
    for (int i = 0; i < FLIPS; i++) {
        size_t which = base_rand_below(&rand, tables);
        const LsmSavedFile *file = &saved.files[lsm_files_find(&saved, FORMAT_FILE_TABLE, which)];
        int64_t offset = (int64_t)base_rand_below(&rand, file->bytes.len);
        bool data = offset < (int64_t)file->bytes.len / 2;
        lsm_files_flip(rig.memory, rig.directory, file->name, offset, 2);
        ck_assert_int_ne(work_on_files(lsm_verify_directory), BASE_OK);
        int differences = repair(file->name);
        ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_DAMAGE, file->name));
        ck_assert_msg(in_quarantine(file->name), "%s is gone", file->name);
        if (data) {
            ck_assert(lsm_findings_say(&findings, "damaged blocks are lost"));
            ck_assert_int_lt(differences, 60); /* a block has about twenty entries */
        }
        check_kept(file);
        restore();
    }
}
END_TEST

START_TEST(a_missing_or_cut_table_costs_that_table)
{
    for (size_t which = 0;; which += 2) {
        size_t index = lsm_files_find(&saved, FORMAT_FILE_TABLE, which);
        if (index == saved.count) {
            break;
        }
        const LsmSavedFile *file = &saved.files[index];
        lsm_files_remove(rig.memory, rig.directory, file->name);
        ck_assert_int_lt(repair("a table is missing"), KEYS);
        ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_LOSS, file->name));
        restore();
        lsm_files_cut(rig.memory, rig.directory, file->name, (int64_t)file->bytes.len - 200);
        ck_assert_int_lt(repair("a table is cut off"), KEYS);
        ck_assert(lsm_findings_has(&findings, ENGINE_FINDING_LOSS, file->name));
        check_kept(file);
        restore();
    }
}
END_TEST

/* The last segment has the commits of the last two rounds, of keys 200 to 399. */
START_TEST(a_damaged_log_costs_what_was_hit)
{
    BaseRand rand = base_rand((uint64_t)_i);
    for (size_t which = 0;; which++) {
        size_t index = lsm_files_find(&saved, FORMAT_FILE_LOG, which);
        if (index == saved.count) {
            break;
        }
        const LsmSavedFile *file = &saved.files[index];
        for (int i = 0; i < FLIPS / 2; i++) {
            int64_t offset = 72 + (int64_t)base_rand_below(&rand, 6000);
            if (offset >= (int64_t)file->bytes.len) {
                continue;
            }
            lsm_files_flip(rig.memory, rig.directory, file->name, offset, 2);
            int differences = repair("a flip in the log");
            ck_assert_int_le(differences, 20);
            check_kept(file);
            restore();
        }
        lsm_files_flip(rig.memory, rig.directory, file->name, 30, 2);
        ck_assert_int_le(repair("the header of a segment"), 200);
        check_kept(file);
        restore();
        lsm_files_remove(rig.memory, rig.directory, file->name);
        ck_assert_int_le(repair("a segment is missing"), 200);
        restore();
    }
}
END_TEST

/* Anything at all, many times at once. */
static void
damage_anything(BaseRand *rand)
{
    for (uint64_t left = 1 + base_rand_below(rand, 6); left > 0; left--) {
        const LsmSavedFile *file = &saved.files[base_rand_below(rand, saved.count)];
        if (strcmp(file->name, "ENGINE") == 0 || file->bytes.len == 0 ||
            !lsm_files_exist(rig.memory, rig.directory, file->name)) {
            continue;
        }
        char path[ENV_PATH_MAX];
        EnvStat stat;
        ck_assert_int_eq(env_join(path, rig.directory, file->name).code, BASE_OK);
        ck_assert_int_eq(env_stat(rig.memory, path, &stat).code, BASE_OK);
        if (stat.size == 0) {
            continue;
        }
        int64_t offset = (int64_t)base_rand_below(rand, (uint64_t)stat.size);
        switch (base_rand_below(rand, 4)) {
        case 0:
            lsm_files_remove(rig.memory, rig.directory, file->name);
            break;
        case 1:
            lsm_files_cut(rig.memory, rig.directory, file->name, offset);
            break;
        default:
            lsm_files_flip(rig.memory, rig.directory, file->name, offset, 8);
            break;
        }
    }
}

START_TEST(whatever_is_damaged_it_opens_again)
{
    for (int round = 0; round < ANYTHING; round++) {
        BaseRand rand = base_rand((uint64_t)(_i * 1000 + round));
        char what[32];
        (void)snprintf(what, sizeof(what), "seed %d", _i * 1000 + round);
        damage_anything(&rand);
        int differences = repair(what);
        ck_assert_int_eq(repair_and_count("again"), differences);
        ck_assert_uint_eq(findings.of_kind[ENGINE_FINDING_LOSS], 0);
        restore();
    }
}
END_TEST

/* ----------------------------------------------------------------------------- interruptions -- */

static void
lose_manifest(void)
{
    const LsmSavedFile *table = &saved.files[lsm_files_find(&saved, FORMAT_FILE_TABLE, 1)];
    lsm_files_remove(rig.memory, rig.directory, "CURRENT");
    lsm_files_remove(rig.memory, rig.directory,
                     saved.files[lsm_files_find(&saved, FORMAT_FILE_MANIFEST, 0)].name);
    lsm_files_flip(rig.memory, rig.directory, table->name, 400, 1);
}

static void
damage_table_and_log(void)
{
    const LsmSavedFile *table = &saved.files[lsm_files_find(&saved, FORMAT_FILE_TABLE, 1)];
    const LsmSavedFile *log = &saved.files[lsm_files_find(&saved, FORMAT_FILE_LOG, 0)];
    lsm_files_flip(rig.memory, rig.directory, table->name, 400, 1);
    lsm_files_flip(rig.memory, rig.directory, log->name, 500, 1);
    lsm_files_flip(rig.memory, rig.directory, "VERSION", 30, 1);
}

/* A repair that breaks off at any step, and the system with it, can be run again. */
START_TEST(an_interrupted_repair_loses_nothing_more)
{
    static void (*const DAMAGES[])(void) = {lose_manifest, damage_table_and_log};
    DAMAGES[_i]();
    int expected = repair("without interruption");
    bool done = false;
    for (int64_t fail_at = 0; !done; fail_at += fail_at < 10 ? 1 : SKIP) {
        restore();
        DAMAGES[_i]();
        fault_env_arm(&rig.fault, fail_at);
        done = work_on_files(lsm_repair_directory) == BASE_OK;
        if (!done) {
            ck_assert_ptr_nonnull(strstr(args.message, "still there"));
        }
        fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
        BaseRand keep = base_rand((uint64_t)fail_at);
        env_mem_crash(rig.memory, &keep);
        int differences = repair_and_count("after an interruption");
        ck_assert_int_eq(differences, expected);
        ck_assert_int_lt(fail_at, 2000);
    }
}
END_TEST

START_TEST(a_full_disk_stops_it_and_undoes_it)
{
    lose_manifest();
    int expected = repair("with space");
    restore();
    lose_manifest();
    rig.fault.status = base_error(BASE_NO_SPACE, "the disk is full");
    fault_env_plan(&rig.fault, FAULT_WRITE, 3, FAULT_ENV_NEVER);
    ck_assert_int_eq(work_on_files(lsm_repair_directory), BASE_NO_SPACE);
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    LsmSavedFiles after;
    lsm_files_save(&after, rig.memory, rig.directory);
    ck_assert_uint_eq(after.count, saved.count - 2);
    lsm_files_clear(&after);
    ck_assert_int_eq(repair("with space again"), expected);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_repair");
    TCase *cases = tcase_create("repair");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 300);
    tcase_add_test(cases, a_good_store_is_left_alone);
    tcase_add_test(cases, an_empty_directory_is_no_store);
    tcase_add_test(cases, without_current_or_manifest_nothing_is_lost);
    tcase_add_test(cases, a_damaged_manifest_costs_nothing);
    tcase_add_test(cases, a_damaged_version_file_is_made_anew);
    tcase_add_loop_test(cases, a_damaged_table_costs_what_was_hit, 0, 2);
    tcase_add_test(cases, a_missing_or_cut_table_costs_that_table);
    tcase_add_loop_test(cases, a_damaged_log_costs_what_was_hit, 0, 2);
    tcase_add_loop_test(cases, whatever_is_damaged_it_opens_again, 0, 3);
    tcase_add_loop_test(cases, an_interrupted_repair_loses_nothing_more, 0, 2);
    tcase_add_test(cases, a_full_disk_stops_it_and_undoes_it);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
