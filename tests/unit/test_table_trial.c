/*
 * test_table_trial.c: packing that is in vain is tried on few blocks, and a table whose bytes begin
 * to shrink is packed again soon.
 */
#include "engine/table/trial.h"
#include "tests/support/table_rig.h"

#include <check.h>

enum {
    BLOCKS = 600, /* of each kind, with an entry each */
    VALUE_BYTES = 1000,
    PIECE_BYTES = VALUE_BYTES / 4,
};

/* Goes through `blocks` blocks of one kind. Returns how many of them were tried. */
static unsigned
pass_blocks(TableTrial *trial, unsigned blocks, bool paid)
{
    unsigned tried = 0;
    for (unsigned i = 0; i < blocks; i++) {
        if (table_trial_begin(trial)) {
            tried++;
            table_trial_note(trial, paid);
        }
    }
    return tried;
}

START_TEST(every_block_is_tried_while_it_pays)
{
    TableTrial trial = {0};
    ck_assert_uint_eq(pass_blocks(&trial, 1000, true), 1000);
    for (unsigned i = 0; i < 100; i++) {
        ck_assert_uint_eq(pass_blocks(&trial, TABLE_TRIAL_PATIENCE - 1, false),
                          TABLE_TRIAL_PATIENCE - 1);
        ck_assert_uint_eq(pass_blocks(&trial, 1, true), 1);
    }
}
END_TEST

START_TEST(tries_in_vain_become_rare)
{
    TableTrial trial = {0};
    ck_assert_uint_eq(pass_blocks(&trial, TABLE_TRIAL_PATIENCE, false), TABLE_TRIAL_PATIENCE);
    for (unsigned pass = TABLE_TRIAL_PATIENCE; pass < TABLE_TRIAL_PASS_MAX; pass *= 2) {
        ck_assert_uint_eq(pass_blocks(&trial, pass, false), 0);
        ck_assert_uint_eq(pass_blocks(&trial, 1, false), 1);
    }
    ck_assert_uint_eq(pass_blocks(&trial, 100 * (TABLE_TRIAL_PASS_MAX + 1), false), 100);
}
END_TEST

START_TEST(one_block_that_pays_ends_it)
{
    TableTrial trial = {0};
    (void)pass_blocks(&trial, 10000, false);
    unsigned tried = pass_blocks(&trial, 1000, true);
    ck_assert_uint_ge(tried, 1000 - TABLE_TRIAL_PASS_MAX);
    ck_assert_uint_eq(pass_blocks(&trial, TABLE_TRIAL_PATIENCE, false), TABLE_TRIAL_PATIENCE);
}
END_TEST

/* A value of random bytes, or of a piece of such again and again. */
static void
make_value(BaseRand *rng, bool random, uint8_t *value)
{
    for (size_t i = 0; i < VALUE_BYTES; i++) {
        value[i] =
            random || i < PIECE_BYTES ? (uint8_t)base_rand_next(rng) : value[i - PIECE_BYTES];
    }
}

START_TEST(a_table_is_packed_where_it_pays)
{
    static uint8_t values[2 * BLOCKS][VALUE_BYTES];
    static uint8_t keys[2 * BLOCKS][4];
    static FormatEntry entries[2 * BLOCKS];
    BaseRand rng = base_rand(7);
    for (size_t i = 0; i < 2 * (size_t)BLOCKS; i++) {
        make_value(&rng, i < BLOCKS, values[i]);
        keys[i][2] = (uint8_t)(i >> 8);
        keys[i][3] = (uint8_t)i;
        entries[i] = (FormatEntry){.key = base_slice(keys[i], 4),
                                   .value = base_slice(values[i], VALUE_BYTES),
                                   .version = 1,
                                   .kind = FORMAT_PUT};
    }
    TableRig rig;
    table_rig_init(&rig, 1 << 20);
    TableBuilderOptions options = table_rig_options(1);
    uint64_t plain = table_rig_build(&rig, &options, entries, 2 * BLOCKS, NULL, 0).size;
    options.pack = true;
    options.zstd_level = 1;
    uint64_t packed = table_rig_build(&rig, &options, entries, 2 * BLOCKS, NULL, 0).size;
    uint64_t least = (uint64_t)(BLOCKS - TABLE_TRIAL_PASS_MAX) * (VALUE_BYTES / 2);
    ck_assert_uint_lt(packed + least, plain);
    table_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("table_trial");
    TCase *cases = tcase_create("cases");
    tcase_add_test(cases, every_block_is_tried_while_it_pays);
    tcase_add_test(cases, tries_in_vain_become_rare);
    tcase_add_test(cases, one_block_that_pays_ends_it);
    tcase_add_test(cases, a_table_is_packed_where_it_pays);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
