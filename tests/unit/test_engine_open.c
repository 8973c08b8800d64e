/*
 * test_engine_open.c: the table of engines, and what opening does to a directory.
 */
#include "engine/engine.h"
#include "engine/env/mem.h"
#include "tests/support/fault_env.h"
#include "tests/support/scripted_engine.h"

#include <check.h>
#include <stdlib.h>

static Env *mem;
static FaultEnv fault;
static EngineOpenArgs args;
static bool open_fails;

static BaseStatus
other_open(EngineOpenArgs *open_args, Engine **ret_engine)
{
    if (open_fails) {
        return base_error(BASE_IO, "will not");
    }
    return scripted_class.open(open_args, ret_engine);
}

static const EngineClass other_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "other",
    .format = 7,
    .open = other_open,
};

/* A class that can check and repair files, and does what it is told. */
static BaseStatus files_status;

static BaseStatus
look_at_files(EngineFilesArgs *files, const char *what)
{
    Engine *engine = NULL;
    ck_assert_int_eq(engine_open(&other_class, &args, &engine).code, BASE_BUSY);
    const EngineFinding finding = {ENGINE_FINDING_DAMAGE, "a-file", 17, what};
    files->report(files->user, &finding);
    files->files = 3;
    return files_status;
}

static BaseStatus
verify_files(EngineFilesArgs *files)
{
    return look_at_files(files, "verified");
}

static BaseStatus
repair_files(EngineFilesArgs *files)
{
    return look_at_files(files, "repaired");
}

static const EngineClass filing_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "filing",
    .format = 2,
    .open = other_open,
    .verify_files = verify_files,
    .repair_files = repair_files,
};

static char finding_seen[32];

static void
note_finding(void *user, const EngineFinding *finding)
{
    ck_assert_ptr_eq(user, &args);
    ck_assert_int_eq(finding->kind, ENGINE_FINDING_DAMAGE);
    ck_assert_str_eq(finding->file, "a-file");
    ck_assert_int_eq(finding->offset, 17);
    (void)strncpy(finding_seen, finding->what, sizeof finding_seen - 1);
}

static void
set_up(void)
{
    mem = env_mem_new();
    ck_assert_ptr_nonnull(mem);
    fault_env_init(&fault, mem, base_error(BASE_IO, "made to fail"));
    args = (EngineOpenArgs){
        .directory = "/d", .env = &fault.env, .clock = base_clock_real(), .value_max = 1000};
    open_fails = false;
}

static void
tear_down(void)
{
    env_mem_free(mem);
}

/* Opens and closes; the code of the opening. */
static BaseCode
visit(const EngineClass *engine_class)
{
    Engine *engine = NULL;
    BaseStatus status = engine_open(engine_class, &args, &engine);
    ck_assert_int_eq(base_is_ok(status), engine != NULL);
    ck_assert_int_eq(base_is_ok(status), args.message[0] == '\0');
    engine_close(engine);
    return status.code;
}

static void
write_file(const char *name, const char *text)
{
    bool unsure = false;
    ck_assert(base_is_ok(env_replace_file(mem, "/d", name, base_slice_text(text), &unsure)));
}

static void
ck_message(const char *part)
{
    ck_assert_msg(strstr(args.message, part) != NULL, "no '%s' in: %s", part, args.message);
}

START_TEST(finds_engines_by_name)
{
    const EngineClass *hashmap = engine_class_find("hashmap");
    ck_assert_ptr_nonnull(hashmap);
    ck_assert_ptr_eq(engine_class_at(0), hashmap);
    ck_assert_ptr_eq(engine_class_at(1), engine_class_find("lsm"));
    ck_assert_ptr_null(engine_class_find("scripted"));
    ck_assert_ptr_null(engine_class_at(2));
    ck_assert(base_is_ok(engine_class_register(&scripted_class)));
    ck_assert_ptr_eq(engine_class_find("scripted"), &scripted_class);
    ck_assert_ptr_eq(engine_class_at(2), &scripted_class);
    ck_assert_ptr_null(engine_class_at(3));
    ck_assert_int_eq(engine_class_register(&scripted_class).code, BASE_EXISTS);
}
END_TEST

START_TEST(refuses_what_was_built_for_another_interface)
{
    static EngineClass wrong;
    wrong = other_class;
    wrong.abi_version++;
    ck_assert_int_eq(engine_class_register(&wrong).code, BASE_INVALID);
    wrong = other_class;
    wrong.struct_size--;
    ck_assert_int_eq(engine_class_register(&wrong).code, BASE_INVALID);
    wrong = other_class;
    wrong.name = "a-name-of-more-than-sixty-three-bytes-which-the-identity-does-not-hold";
    ck_assert_int_eq(engine_class_register(&wrong).code, BASE_INVALID);
}
END_TEST

START_TEST(the_table_has_an_end)
{
    static EngineClass classes[40];
    static char names[40][4];
    size_t taken = 0;
    while (engine_class_at(taken) != NULL) {
        taken++;
    }
    for (size_t i = 0; i < 32 - taken; i++) {
        classes[i] = other_class;
        names[i][0] = (char)('A' + i);
        classes[i].name = names[i];
        ck_assert(base_is_ok(engine_class_register(&classes[i])));
    }
    ck_assert_int_eq(engine_class_register(&other_class).code, BASE_NO_MEMORY);
}
END_TEST

START_TEST(every_capability_has_a_name)
{
    for (unsigned bit = 1; bit <= ENGINE_CAN_BRIEF_WALK; bit <<= 1) {
        ck_assert_ptr_nonnull(engine_capability_name(bit));
    }
    ck_assert_str_eq(engine_capability_name(ENGINE_CAN_ORDER), "ordered");
    ck_assert_ptr_null(engine_capability_name(ENGINE_CAN_BRIEF_WALK << 1));
    ck_assert_ptr_null(engine_capability_name(3));
}
END_TEST

START_TEST(a_new_directory_is_made_and_named)
{
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    env_mem_crash(mem, NULL); /* all of it is durable */
    BaseBuf text = BASE_BUF_INIT;
    ck_assert(base_is_ok(env_read_file(mem, "/d/ENGINE", 1000, &text)));
    ck_assert(base_slice_equal(base_buf_slice(&text),
                               BASE_SLICE_LITERAL("larder-engine 1\nengine other\nformat 7\n")));
    base_buf_clear(&text);
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    args.directory = "/d/";
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    args.directory = "/no/such/place";
    ck_assert_int_eq(visit(&other_class), BASE_NOT_FOUND);
    ck_message("/no/such/place");
    args.directory = "";
    ck_assert_int_eq(visit(&other_class), BASE_INVALID);
}
END_TEST

START_TEST(another_engine_is_refused_with_the_way_out)
{
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    ck_assert_int_eq(visit(&scripted_class), BASE_INVALID);
    ck_message("'other'");
    ck_message("'scripted'");
    ck_message("export");
    ck_message("import");
    ck_message("another directory");
    ck_assert_int_eq(visit(&other_class), BASE_OK); /* nothing was harmed, nothing stays locked */
}
END_TEST

START_TEST(another_format_is_refused)
{
    static EngineClass newer;
    newer = other_class;
    newer.format = 8;
    ck_assert_int_eq(visit(&newer), BASE_OK);
    ck_assert_int_eq(visit(&other_class), BASE_INVALID);
    ck_message("format 8");
    ck_message("format 7");
}
END_TEST

START_TEST(foreign_files_are_never_overwritten)
{
    ck_assert(base_is_ok(env_make_directory(mem, "/d")));
    write_file("precious", "data");
    ck_assert_int_eq(visit(&other_class), BASE_INVALID);
    ck_message("not the directory of an engine");
    EnvStat found;
    ck_assert_int_eq(env_stat(mem, "/d/ENGINE", &found).code, BASE_NOT_FOUND);
    args.directory = "/d/precious";
    ck_assert_int_eq(visit(&other_class), BASE_INVALID);
    ck_message("is not a directory");
}
END_TEST

START_TEST(a_damaged_identity_is_refused)
{
    static const char *const texts[] = {"",
                                        "larder-engine 1\n",
                                        "larder-engine 1\nengine other\nformat x\n",
                                        "larder-engine 2\nengine other\nformat 7\n",
                                        "larder-engine 1\nengine other\nformat 7",
                                        "larder-engine 1\nengine other\nformat 7\nmore\n"};
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        write_file("ENGINE", texts[i]);
        ck_assert_msg(visit(&other_class) == BASE_CORRUPTION, "%s", texts[i]);
        ck_message("damaged");
    }
}
END_TEST

START_TEST(a_directory_opens_once_at_a_time)
{
    Engine *engine = NULL;
    Engine *second = NULL;
    ck_assert(base_is_ok(engine_open(&other_class, &args, &engine)));
    ck_assert_int_eq(engine_open(&other_class, &args, &second).code, BASE_BUSY);
    ck_message("in use");
    ck_message("another directory");
    engine_close(engine);
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    engine_close(NULL);
}
END_TEST

/* Checks or repairs the directory; its message is left in `args`. */
static BaseCode
work_on(bool repair, int64_t *ret_files)
{
    EngineFilesArgs files = {.directory = args.directory,
                             .env = args.env,
                             .clock = args.clock,
                             .report = note_finding,
                             .user = &args};
    finding_seen[0] = '\0';
    BaseStatus status = repair ? engine_repair_directory(&files) : engine_verify_directory(&files);
    memcpy(args.message, files.message, sizeof args.message);
    *ret_files = files.files;
    return status.code;
}

START_TEST(files_are_checked_and_repaired_by_the_engine_that_wrote_them)
{
    int64_t count;
    ck_assert(base_is_ok(engine_class_register(&filing_class)));
    ck_assert_int_eq(visit(&filing_class), BASE_OK);
    files_status = base_ok();
    ck_assert_int_eq(work_on(false, &count), BASE_OK);
    ck_assert_str_eq(finding_seen, "verified");
    ck_assert_int_eq(count, 3);
    ck_assert_int_eq(work_on(true, &count), BASE_OK);
    ck_assert_str_eq(finding_seen, "repaired");
    files_status = base_error(BASE_CORRUPTION, "is damaged");
    ck_assert_int_eq(work_on(false, &count), BASE_CORRUPTION);
    ck_assert_str_eq(args.message, "");
    files_status = base_error(BASE_IO, "the disk is gone");
    ck_assert_int_eq(work_on(false, &count), BASE_IO);
    ck_message("cannot read the files in /d: the disk is gone");
    ck_assert_int_eq(work_on(true, &count), BASE_IO);
    ck_message("cannot repair the files in /d: the disk is gone");
    ck_assert_int_eq(visit(&filing_class), BASE_OK); /* the lock is free again */
}
END_TEST

START_TEST(files_of_nobody_we_know_are_left_alone)
{
    int64_t count;
    ck_assert_int_eq(work_on(false, &count), BASE_NOT_FOUND);
    ck_message("cannot look into /d");
    ck_assert(base_is_ok(env_make_directory(mem, "/d")));
    ck_assert_int_eq(work_on(false, &count), BASE_INVALID);
    ck_message("is not the directory of an engine");
    ck_assert_int_eq(visit(&other_class), BASE_OK);
    ck_assert_int_eq(work_on(false, &count), BASE_INVALID);
    ck_message("belongs to the engine 'other'; \"other\" is not built in");
    ck_assert(base_is_ok(engine_class_register(&other_class)));
    ck_assert_int_eq(work_on(true, &count), BASE_UNSUPPORTED);
    ck_message("there is nothing to repair in /d");
    write_file("ENGINE", "larder-engine 1\nengine other\nformat 8\n");
    ck_assert_int_eq(work_on(false, &count), BASE_INVALID);
    ck_message("format 8");
    write_file("ENGINE", "larder-engine 1\nengine oth");
    ck_assert_int_eq(work_on(false, &count), BASE_CORRUPTION);
    ck_message("the file /d/ENGINE is damaged");
    ck_assert_str_eq(finding_seen, "");
}
END_TEST

START_TEST(files_of_an_open_engine_are_left_alone)
{
    int64_t count;
    Engine *engine = NULL;
    ck_assert(base_is_ok(engine_class_register(&filing_class)));
    ck_assert(base_is_ok(engine_open(&filing_class, &args, &engine)));
    ck_assert_int_eq(work_on(true, &count), BASE_BUSY);
    ck_message("is in use");
    engine_close(engine);
}
END_TEST

START_TEST(an_engine_that_will_not_open_gives_back_the_lock)
{
    open_fails = true;
    ck_assert_int_eq(visit(&other_class), BASE_IO);
    ck_message("will not");
    open_fails = false;
    ck_assert_int_eq(visit(&other_class), BASE_OK);
}
END_TEST

START_TEST(a_crash_at_any_step_of_the_first_opening_leaves_a_usable_directory)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        BaseRand keep = base_rand(seed);
        bool failed = true;
        for (int64_t fail_at = 0; failed; fail_at++) {
            tear_down();
            set_up();
            fault_env_arm(&fault, fail_at);
            failed = visit(&other_class) != BASE_OK;
            fault_env_arm(&fault, FAULT_ENV_NEVER);
            env_mem_crash(mem, seed == 0 ? NULL : &keep);
            if (!failed) {
                EnvStat found;
                ck_assert(base_is_ok(env_stat(mem, "/d/ENGINE", &found)));
            }
            ck_assert_int_eq(visit(&other_class), BASE_OK);
        }
    }
}
END_TEST

START_TEST(a_process_crash_before_the_last_sync_is_made_good)
{
    bool failed = true;
    for (int64_t fail_at = 0; failed; fail_at++) {
        tear_down();
        set_up();
        fault_env_arm(&fault, fail_at);
        failed = visit(&other_class) != BASE_OK;
        fault_env_arm(&fault, FAULT_ENV_NEVER);
        ck_assert_int_eq(visit(&other_class), BASE_OK); /* the next process */
        env_mem_crash(mem, NULL);
        EnvStat found;
        ck_assert(base_is_ok(env_stat(mem, "/d/ENGINE", &found)));
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("open");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, finds_engines_by_name);
    tcase_add_test(cases, refuses_what_was_built_for_another_interface);
    tcase_add_test(cases, the_table_has_an_end);
    tcase_add_test(cases, every_capability_has_a_name);
    tcase_add_test(cases, a_new_directory_is_made_and_named);
    tcase_add_test(cases, another_engine_is_refused_with_the_way_out);
    tcase_add_test(cases, another_format_is_refused);
    tcase_add_test(cases, foreign_files_are_never_overwritten);
    tcase_add_test(cases, a_damaged_identity_is_refused);
    tcase_add_test(cases, a_directory_opens_once_at_a_time);
    tcase_add_test(cases, files_are_checked_and_repaired_by_the_engine_that_wrote_them);
    tcase_add_test(cases, files_of_nobody_we_know_are_left_alone);
    tcase_add_test(cases, files_of_an_open_engine_are_left_alone);
    tcase_add_test(cases, an_engine_that_will_not_open_gives_back_the_lock);
    tcase_add_test(cases, a_crash_at_any_step_of_the_first_opening_leaves_a_usable_directory);
    tcase_add_test(cases, a_process_crash_before_the_last_sync_is_made_good);
    Suite *suite = suite_create("engine");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
