/*
 * test_lsm_dictionary.c: large inputs of records that look alike get a dictionary, others none.
 */
#include "engine/lsm/dictionary.h"
#include "tests/support/lsm_rig.h"

#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/table/builder.h"

#include <check.h>
#include <stdio.h>

enum { RECORDS = 80000 };

static LsmRig rig;

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

/* A table of so many records, not compressed; alike or of random bytes. */
static LsmTable
make_table(int64_t number, int records, bool alike)
{
    char path[64];
    TableSummary summary;
    TableBuilder *builder = NULL;
    Table *table = NULL;
    BaseRand rand = base_rand((uint64_t)number);
    TableBuilderOptions options = {.block_bytes = TABLE_BLOCK_BYTES, .id = (uint64_t)number};
    (void)snprintf(path, sizeof(path), "%s/%06d.sst", LSM_RIG_DIRECTORY, (int)number);
    ck_assert_int_eq(table_builder_new(rig.memory, path, &options, &builder).code, BASE_OK);
    for (int i = 0; i < records; i++) {
        LsmRigKey key;
        char text[256];
        int len = snprintf(text, sizeof(text),
                           "{\"name\":\"customer %u\",\"country\":\"%c%c\",\"visits\":%u,"
                           "\"balance_cents\":%u,\"newsletter\":false,\"language\":\"en\"}",
                           (unsigned)base_rand_below(&rand, 1000000), 'A' + i % 26,
                           'A' + i / 7 % 26, (unsigned)base_rand_below(&rand, 100),
                           (unsigned)base_rand_below(&rand, 100000));
        for (int k = 0; k < len && !alike; k++) {
            text[k] = (char)base_rand_next(&rand);
        }
        FormatEntry entry = {
            .key = lsm_rig_key(&key, i), .value = base_slice(text, (size_t)len), .version = 1};
        BASE_CHECK(base_is_ok(table_builder_add(builder, &entry)));
    }
    ck_assert_int_eq(table_builder_finish(builder, &summary).code, BASE_OK);
    LsmTable made = {.info = {.number = number, .size = (int64_t)summary.size}};
    table_builder_free(builder);
    TableOptions open = {.env = rig.memory, .path = path, .cache = rig.cache};
    ck_assert_int_eq(table_open(&open, &table).code, BASE_OK);
    made.reader = table;
    return made;
}

static size_t
dictionary_of(LsmTable *first, LsmTable *second)
{
    LsmTable *inputs[] = {first, second};
    BaseBuf bytes = BASE_BUF_INIT;
    lsm_dictionary_make(inputs, second == NULL ? 1 : 2, 3, &bytes);
    size_t len = bytes.len;
    base_buf_clear(&bytes);
    return len;
}

START_TEST(large_inputs_that_look_alike_get_one)
{
    LsmTable alike = make_table(1000, RECORDS, true);
    LsmTable small = make_table(1001, RECORDS / 100, true);
    LsmTable random = make_table(1002, RECORDS, false);
    ck_assert_int_ge(alike.info.size + small.info.size, LSM_DICTIONARY_INPUT);
    ck_assert_uint_gt(dictionary_of(&alike, &small), 0);
    ck_assert_uint_eq(dictionary_of(&small, NULL), 0);
    ck_assert_uint_eq(dictionary_of(&random, NULL), 0);
    table_free(alike.reader);
    table_free(small.reader);
    table_free(random.reader);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_dictionary");
    TCase *dictionary = tcase_create("dictionary");
    tcase_set_timeout(dictionary, 60);
    tcase_add_checked_fixture(dictionary, setup, teardown);
    tcase_add_test(dictionary, large_inputs_that_look_alike_get_one);
    suite_add_tcase(suite, dictionary);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
