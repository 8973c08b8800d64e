/*
 * test_lsm_manifest.c: levels and the manifest that records them.
 *
 * Random edits are applied to a small model beside the levels; after every step the manifest, read
 * back, must give the same levels. Then every way to break off: each step of the file system fails,
 * each byte is damaged, and a crash keeps anything that was not synced.
 */
#include "engine/base/rand.h"
#include "engine/env/mem.h"
#include "engine/lsm/manifest.h"
#include "tests/support/fault_env.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 100 };

static _Atomic int unused_tables;
static _Atomic int dropped_tables;

static void
unused(void *user, LsmTable *table)
{
    (void)user;
    unused_tables++;
    dropped_tables += table->dropped;
}

static const LsmTableOwner OWNER = {.unused = unused};

/* ------------------------------------------------------------------------------------- edits -- */

typedef struct Key {
    char text[8];
} Key;

static BaseSlice
key_of(Key *key, int number)
{
    (void)snprintf(key->text, sizeof(key->text), "%03d", number);
    return base_slice_text(key->text);
}

static void
append(BaseBuf *payload, FormatEdit edit)
{
    ck_assert(format_manifest_edit_encode(payload, &edit));
}

static void
append_number(BaseBuf *payload, FormatEditTag tag, int64_t number)
{
    append(payload, (FormatEdit){.tag = tag, .number = number});
}

static void
append_last(BaseBuf *payload, int64_t version)
{
    FormatEdit edit = {.tag = FORMAT_EDIT_LAST};
    edit.last.version = version;
    edit.last.stamp_ms = version;
    append(payload, edit);
}

static void
append_store(BaseBuf *payload)
{
    FormatEdit edit = {.tag = FORMAT_EDIT_STORE};
    edit.store.id = 4711;
    edit.store.made_at_ms = 1;
    append(payload, edit);
}

static void
append_add(BaseBuf *payload, int64_t level, int64_t number, int first, int last)
{
    Key smallest;
    Key largest;
    FormatEdit edit = {.tag = FORMAT_EDIT_ADD_TABLE};
    edit.add_table = (FormatTable){.level = level,
                                   .number = number,
                                   .id = (uint64_t)number * 7,
                                   .size = 100,
                                   .order = number,
                                   .smallest = key_of(&smallest, first),
                                   .largest = key_of(&largest, last),
                                   .version_min = 1,
                                   .version_max = 1,
                                   .entries = 1};
    append(payload, edit);
}

static void
append_drop(BaseBuf *payload, int64_t level, int64_t number)
{
    FormatEdit edit = {.tag = FORMAT_EDIT_DROP_TABLE};
    edit.drop_table.level = level;
    edit.drop_table.number = number;
    append(payload, edit);
}

/* The state that every test begins with: nothing in it, files up to 1,000 allowed. */
static LsmLevels *
first_levels(void)
{
    LsmLevels *empty = NULL;
    LsmLevels *levels = NULL;
    char message[256];
    BaseBuf payload = BASE_BUF_INIT;
    append_store(&payload);
    append_number(&payload, FORMAT_EDIT_NEXT_FILE, 1000);
    append_last(&payload, 10);
    ck_assert_int_eq(lsm_levels_new(&OWNER, &empty).code, BASE_OK);
    ck_assert_int_eq(lsm_levels_apply(empty, base_buf_slice(&payload), message, &levels).code,
                     BASE_OK);
    lsm_levels_unref(empty);
    base_buf_clear(&payload);
    return levels;
}

/* Replaces *levels by what the payload makes of them, and empties the payload. */
static BaseCode
apply(LsmLevels **levels, BaseBuf *payload, char message[256])
{
    LsmLevels *after = NULL;
    BaseStatus status = lsm_levels_apply(*levels, base_buf_slice(payload), message, &after);
    if (status.code == BASE_OK) {
        lsm_levels_supersede(*levels, after);
        lsm_levels_unref(*levels);
        *levels = after;
    }
    base_buf_reset(payload);
    return status.code;
}

static bool
same_levels(const LsmLevels *a, const LsmLevels *b)
{
    BaseBuf left = BASE_BUF_INIT;
    BaseBuf right = BASE_BUF_INIT;
    ck_assert(lsm_levels_describe(a, &left) && lsm_levels_describe(b, &right));
    bool same = base_slice_equal(base_buf_slice(&left), base_buf_slice(&right));
    base_buf_clear(&left);
    base_buf_clear(&right);
    return same;
}

/* ------------------------------------------------------------------------------------- rules -- */

START_TEST(edits_that_break_a_rule_change_nothing)
{
    static const struct {
        int64_t level;
        int64_t number;
        int first;
        int last;
        const char *says;
    } CASES[] = {
        {1, 3, 15, 25, "overlap"},     {1, 3, 5, 10, "overlap"},     {1, 3, 12, 13, "overlap"},
        {1, 1, 50, 60, "already"},     {2, 1, 50, 60, "already"},    {1, 3, 60, 50, ""},
        {1, 1000, 50, 60, "the next"}, {7, 3, 50, 60, "in level 7"}, {1, 0, 50, 60, ""}};
    LsmLevels *levels = first_levels();
    BaseBuf payload = BASE_BUF_INIT;
    char message[256];
    append_add(&payload, 1, 1, 10, 20);
    append_add(&payload, 1, 2, 30, 40);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        append_add(&payload, CASES[i].level, CASES[i].number, CASES[i].first, CASES[i].last);
        ck_assert_int_eq(apply(&levels, &payload, message), BASE_CORRUPTION);
        ck_assert_msg(strstr(message, CASES[i].says) != NULL, "%s", message);
    }
    append_drop(&payload, 2, 1);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_CORRUPTION);
    append_last(&payload, 9);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_CORRUPTION);
    append_number(&payload, FORMAT_EDIT_NEXT_FILE, 999);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_CORRUPTION);
    ck_assert_uint_eq(levels->levels[1].count, 2);
    ck_assert_int_eq(levels->levels[1].bytes, 200);
    lsm_levels_unref(levels);
    base_buf_clear(&payload);
}
END_TEST

START_TEST(a_moved_table_is_the_same_and_a_dropped_one_goes_last)
{
    LsmLevels *levels = first_levels();
    BaseBuf payload = BASE_BUF_INIT;
    char message[256];
    int level = -1;
    append_add(&payload, 0, 1, 10, 20);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    LsmTable *table = lsm_levels_find(levels, 1, &level);
    append_drop(&payload, 0, 1);
    append_add(&payload, 6, 1, 10, 20);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    ck_assert_ptr_eq(lsm_levels_find(levels, 1, &level), table);
    ck_assert_int_eq(level, 6);
    LsmLevels *reader = lsm_levels_ref(levels);
    unused_tables = 0;
    dropped_tables = 0;
    append_drop(&payload, 6, 1);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    ck_assert_int_eq(unused_tables, 0);
    lsm_levels_unref(reader);
    ck_assert_int_eq(unused_tables, 1);
    ck_assert_int_eq(dropped_tables, 1);
    append_add(&payload, 0, 2, 10, 20);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    lsm_levels_unref(levels);
    ck_assert_int_eq(unused_tables, 2);
    ck_assert_int_eq(dropped_tables, 1);
    base_buf_clear(&payload);
}
END_TEST

START_TEST(blob_files_count_their_dead)
{
    LsmLevels *levels = first_levels();
    BaseBuf payload = BASE_BUF_INIT;
    char message[256];
    FormatEdit edit = {.tag = FORMAT_EDIT_ADD_BLOB_FILE};
    edit.blob.number = 5;
    edit.blob.values = 10;
    edit.blob.bytes = 1000;
    append(&payload, edit);
    edit.tag = FORMAT_EDIT_DEAD_BLOBS;
    edit.blob.values = 4;
    edit.blob.bytes = 400;
    append(&payload, edit);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    ck_assert_int_eq(lsm_levels_blob(levels, 5)->dead_bytes, 400);
    edit.blob.values = 7;
    append(&payload, edit);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_CORRUPTION);
    append_number(&payload, FORMAT_EDIT_DROP_BLOB_FILE, 5);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_OK);
    ck_assert_ptr_null(lsm_levels_blob(levels, 5));
    append_number(&payload, FORMAT_EDIT_DROP_BLOB_FILE, 5);
    ck_assert_int_eq(apply(&levels, &payload, message), BASE_CORRUPTION);
    lsm_levels_unref(levels);
    base_buf_clear(&payload);
}
END_TEST

/* ---------------------------------------------------------------------------------- the file -- */

typedef struct Store {
    Env *memory;
    FaultEnv fault;
    LsmManifest *manifest;
    LsmLevels *levels;
    LsmLevels *tried; /* what the record that failed would have led to; NULL: none failed */
    BaseRand rand;
    int64_t next;
} Store;

static void
open_store(Store *store, uint64_t number)
{
    *store = (Store){.memory = env_mem_new(), .levels = first_levels(), .next = 1};
    ck_assert_ptr_nonnull(store->memory);
    store->rand = base_rand(number);
    fault_env_init(&store->fault, store->memory, base_error(BASE_IO, "as the test wants it"));
}

static void
close_store(Store *store)
{
    lsm_manifest_free(store->manifest);
    lsm_levels_unref(store->levels);
    lsm_levels_unref(store->tried);
    env_mem_free(store->memory);
}

/* An edit that can be applied: a new table somewhere, or one less. */
static void
random_edit(Store *store, BaseBuf *payload)
{
    int number = 1 + (int)base_rand_below(&store->rand, (uint64_t)store->next);
    int level = -1;
    if (base_rand_below(&store->rand, 3) == 0 &&
        lsm_levels_find(store->levels, number, &level) != NULL) {
        append_drop(payload, level, number);
        return;
    }
    int place = (int)base_rand_below(&store->rand, KEYS);
    append_add(payload, (int64_t)base_rand_below(&store->rand, LSM_LEVELS), store->next++, place,
               place);
}

/* Applies an edit and records it, in the order of the store: try, record, take over. */
static BaseStatus
step(Store *store)
{
    BaseBuf payload = BASE_BUF_INIT;
    LsmLevels *after = NULL;
    char message[256];
    random_edit(store, &payload);
    BaseStatus status = lsm_levels_apply(store->levels, base_buf_slice(&payload), message, &after);
    if (status.code == BASE_CORRUPTION) {
        status = base_ok(); /* overlaps: not an edit that a store would make */
    } else if (status.code == BASE_OK) {
        status = lsm_manifest_append(store->manifest, base_buf_slice(&payload));
        LsmLevels **place = status.code == BASE_OK ? &store->levels : &store->tried;
        lsm_levels_unref(*place);
        *place = after;
    }
    base_buf_clear(&payload);
    return status;
}

/* Begins a manifest; if that fails and is sure, CURRENT is as it was. */
static BaseStatus
begin(Store *store, const Env *env, uint64_t number)
{
    BaseBuf before = BASE_BUF_INIT;
    BaseBuf after = BASE_BUF_INIT;
    bool unsure = false;
    (void)env_read_file(store->memory, "/CURRENT", 100, &before);
    BaseStatus status =
        lsm_manifest_create(env, "/", number, store->levels, &store->manifest, &unsure);
    (void)env_read_file(store->memory, "/CURRENT", 100, &after);
    if (status.code == BASE_OK) {
        ck_assert(!unsure && lsm_manifest_status(store->manifest).code == BASE_OK);
    } else if (!unsure) {
        ck_assert(base_slice_equal(base_buf_slice(&before), base_buf_slice(&after)));
    }
    base_buf_clear(&before);
    base_buf_clear(&after);
    return status;
}

static BaseStatus
load(const Store *store, LsmLevels **ret_levels, LsmManifestFault *ret_fault)
{
    uint64_t number = 0;
    return lsm_manifest_load(store->memory, "/", &OWNER, ret_levels, &number, ret_fault);
}

START_TEST(what_is_recorded_is_read_back)
{
    Store store;
    LsmManifestFault fault;
    LsmLevels *levels = NULL;
    open_store(&store, (uint64_t)_i);
    ck_assert_int_eq(load(&store, &levels, &fault).code, BASE_NOT_FOUND);
    uint64_t number = 100;
    ck_assert_int_eq(begin(&store, store.memory, number).code, BASE_OK);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(step(&store).code, BASE_OK);
        if (i == 50) {
            lsm_manifest_free(store.manifest);
            ck_assert_int_eq(begin(&store, store.memory, ++number).code, BASE_OK);
        }
    }
    BaseRand keep = base_rand((uint64_t)_i);
    env_mem_crash(store.memory, _i % 2 == 0 ? NULL : &keep);
    BaseStatus status = load(&store, &levels, &fault);
    ck_assert_msg(status.code == BASE_OK, "%s", fault.message);
    ck_assert(same_levels(levels, store.levels));
    lsm_levels_unref(levels);
    close_store(&store);
}
END_TEST

/* Whatever step fails, and whatever the crash keeps, it is the state before or after that step. */
START_TEST(a_failure_leaves_the_state_before_or_after)
{
    bool ended = false;
    for (int64_t fail_at = 0; !ended; fail_at++) {
        Store store;
        LsmManifestFault fault;
        LsmLevels *levels = NULL;
        open_store(&store, (uint64_t)_i);
        fault_env_arm(&store.fault, fail_at);
        BaseStatus status = begin(&store, &store.fault.env, 100);
        bool created = status.code == BASE_OK;
        for (int i = 0; i < 5 && status.code == BASE_OK; i++) {
            status = step(&store);
        }
        ended = status.code == BASE_OK;
        if (created && !ended) {
            ck_assert_int_ne(lsm_manifest_append(store.manifest, BASE_SLICE_LITERAL("x")).code,
                             BASE_OK);
        }
        BaseRand keep = base_rand((uint64_t)_i);
        env_mem_crash(store.memory, &keep);
        status = load(&store, &levels, &fault);
        if (status.code == BASE_NOT_FOUND) {
            ck_assert(!created);
        } else {
            ck_assert_msg(status.code == BASE_OK, "%s", fault.message);
            ck_assert(same_levels(levels, store.levels) ||
                      (store.tried != NULL && same_levels(levels, store.tried)));
            lsm_levels_unref(levels);
        }
        close_store(&store);
    }
}
END_TEST

/* A disk that is full for a while costs the record that did not fit, and no more. */
START_TEST(a_full_disk_is_not_the_end)
{
    Store store;
    LsmManifestFault fault;
    LsmLevels *levels = NULL;
    open_store(&store, 7);
    store.fault.status = base_error(BASE_NO_SPACE, "full");
    ck_assert_int_eq(begin(&store, &store.fault.env, 100).code, BASE_OK);
    for (int i = 0; i < 20; i++) {
        int64_t bytes = lsm_manifest_bytes(store.manifest);
        fault_env_plan(&store.fault, FAULT_CHANGES, 0, 1);
        while (step(&store).code == BASE_OK) {
        }
        ck_assert_int_eq(lsm_manifest_status(store.manifest).code, BASE_OK);
        ck_assert_int_eq(lsm_manifest_bytes(store.manifest), bytes);
        ck_assert_int_eq(step(&store).code, BASE_OK);
        lsm_levels_unref(store.tried);
        store.tried = NULL;
    }
    env_mem_crash(store.memory, NULL);
    ck_assert_int_eq(load(&store, &levels, &fault).code, BASE_OK);
    ck_assert(same_levels(levels, store.levels));
    lsm_levels_unref(levels);
    close_store(&store);
}
END_TEST

/* Damage is an error, or, in the last record alone, a torn end. */
START_TEST(no_damaged_byte_goes_unnoticed)
{
    Store store;
    LsmManifestFault fault;
    open_store(&store, 5);
    ck_assert_int_eq(begin(&store, store.memory, 100).code, BASE_OK);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(step(&store).code, BASE_OK);
    }
    EnvFile *file = NULL;
    ck_assert_int_eq(env_open_file(store.memory, "/MANIFEST-000100", ENV_OPEN_WRITE, &file).code,
                     BASE_OK);
    int64_t bytes = lsm_manifest_bytes(store.manifest);
    int torn = 0;
    for (int64_t offset = 0; offset < bytes; offset++) {
        uint8_t byte;
        uint8_t changed;
        size_t len;
        LsmLevels *levels = NULL;
        ck_assert_int_eq(env_file_read_at(file, offset, &byte, 1, &len).code, BASE_OK);
        changed = byte ^ 0x10;
        ck_assert_int_eq(env_file_write_at(file, offset, &changed, 1).code, BASE_OK);
        BaseStatus status = load(&store, &levels, &fault);
        if (status.code == BASE_OK) {
            torn++;
            lsm_levels_unref(levels);
        } else {
            ck_assert_ptr_nonnull(strstr(fault.message, "MANIFEST-000100"));
        }
        ck_assert_int_eq(env_file_write_at(file, offset, &byte, 1).code, BASE_OK);
    }
    ck_assert_int_gt(torn, 0);
    ck_assert_int_lt(torn, 128);
    env_file_close(file);
    ck_assert_int_eq(env_unlink(store.memory, "/MANIFEST-000100").code, BASE_OK);
    LsmLevels *levels = NULL;
    ck_assert_int_eq(load(&store, &levels, &fault).code, BASE_CORRUPTION);
    ck_assert_ptr_nonnull(strstr(fault.message, "missing"));
    close_store(&store);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_manifest");
    TCase *rules = tcase_create("rules");
    tcase_add_test(rules, edits_that_break_a_rule_change_nothing);
    tcase_add_test(rules, a_moved_table_is_the_same_and_a_dropped_one_goes_last);
    tcase_add_test(rules, blob_files_count_their_dead);
    suite_add_tcase(suite, rules);
    TCase *file = tcase_create("file");
    tcase_set_timeout(file, 120);
    tcase_add_loop_test(file, what_is_recorded_is_read_back, 0, 20);
    tcase_add_loop_test(file, a_failure_leaves_the_state_before_or_after, 0, 20);
    tcase_add_test(file, a_full_disk_is_not_the_end);
    tcase_add_test(file, no_damaged_byte_goes_unnoticed);
    suite_add_tcase(suite, file);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
