/*
 * test_format_trainer.c: a dictionary is made where blocks have much in common, and only there;
 * what is packed with it comes back.
 */
#include "engine/base/rand.h"
#include "engine/format/packer.h"
#include "engine/format/trainer.h"
#include "engine/format/unpacker.h"

#include <check.h>
#include <stdio.h>

enum {
    BLOCK = 4096,
    RECORD_MOST = 256,
    LEVEL = 3,
};

static BaseRand rand_state;

/* A block of records that look alike: numbers and words of a few in the same places. */
static size_t
alike(uint8_t *block)
{
    static const char *const WORDS[] = {"pending", "delivered", "cancelled", "on its way", "lost"};
    size_t len = 0;
    while (len + RECORD_MOST < BLOCK) {
        len += (size_t)snprintf((char *)block + len, RECORD_MOST,
                                "{\"order\":%u,\"status\":\"%s\",\"customer\":\"c%05u\","
                                "\"total_cents\":%u,\"currency\":\"EUR\",\"warehouse\":%u}",
                                (unsigned)base_rand_below(&rand_state, 1000000),
                                WORDS[base_rand_below(&rand_state, 5)],
                                (unsigned)base_rand_below(&rand_state, 100000),
                                (unsigned)base_rand_below(&rand_state, 1000000),
                                (unsigned)base_rand_below(&rand_state, 20));
    }
    return len;
}

/* A block that is packed well by itself, and has nothing in common with others. */
static size_t
unlike(uint8_t *block)
{
    for (size_t i = 0; i < BLOCK; i++) {
        block[i] = i % 100 < 50 ? (uint8_t)base_rand_next(&rand_state) : block[i / 100];
    }
    return BLOCK;
}

static void
add(FormatTrainer *trainer, size_t count, size_t (*make)(uint8_t *block))
{
    uint8_t block[BLOCK];
    for (size_t i = 0; i < count; i++) {
        size_t len = make(block);
        ck_assert(format_trainer_add(trainer, base_slice(block, len)));
    }
}

static void
setup(void)
{
    rand_state = base_rand(1);
}

START_TEST(blocks_that_look_alike_get_a_dictionary)
{
    uint8_t block[BLOCK];
    uint8_t back[BLOCK];
    FormatTrainer trainer = FORMAT_TRAINER_INIT;
    BaseBuf bytes = BASE_BUF_INIT;
    BaseBuf packed = BASE_BUF_INIT;
    BaseBuf plain = BASE_BUF_INIT;
    add(&trainer, FORMAT_TRAINER_SAMPLES, alike);
    ck_assert(base_buf_append(&bytes, "before", 6));
    ck_assert(format_trainer_train(&trainer, LEVEL, &bytes));
    ck_assert_uint_le(bytes.len, 6 + FORMAT_DICTIONARY_BYTES);
    ck_assert_mem_eq(bytes.data, "before", 6);
    BaseSlice slice = base_slice(bytes.data + 6, bytes.len - 6);
    FormatDictionary *dictionary = format_dictionary_new(slice);
    FormatPacker *with = format_packer_new(LEVEL, slice);
    FormatPacker *without = format_packer_new(LEVEL, BASE_SLICE_EMPTY);
    size_t len = alike(block);
    ck_assert_int_eq(format_packer_pack(with, base_slice(block, len), &packed),
                     FORMAT_CODEC_ZSTD_DICTIONARY);
    ck_assert_int_eq(format_packer_pack(without, base_slice(block, len), &plain),
                     FORMAT_CODEC_ZSTD);
    ck_assert_uint_lt(packed.len, plain.len - plain.len / 20);
    ck_assert_int_eq(format_unpacker_unpack(base_buf_slice(&packed), dictionary, back, len).code,
                     BASE_OK);
    ck_assert_mem_eq(back, block, len);
    format_packer_free(without);
    format_packer_free(with);
    format_dictionary_free(dictionary);
    base_buf_clear(&plain);
    base_buf_clear(&packed);
    base_buf_clear(&bytes);
    format_trainer_clear(&trainer);
}
END_TEST

static void
expect_none(size_t count, size_t (*make)(uint8_t *block))
{
    FormatTrainer trainer = FORMAT_TRAINER_INIT;
    BaseBuf bytes = BASE_BUF_INIT;
    add(&trainer, count, make);
    ck_assert(!format_trainer_train(&trainer, LEVEL, &bytes));
    ck_assert_uint_eq(bytes.len, 0);
    base_buf_clear(&bytes);
    format_trainer_clear(&trainer);
}

START_TEST(blocks_with_nothing_in_common_get_none)
{
    expect_none(FORMAT_TRAINER_SAMPLES, unlike);
}
END_TEST

START_TEST(too_few_samples_get_none)
{
    expect_none(0, alike);
    expect_none(20, alike);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("format_trainer");
    TCase *trainer = tcase_create("trainer");
    tcase_set_timeout(trainer, 60);
    tcase_add_checked_fixture(trainer, setup, NULL);
    tcase_add_test(trainer, blocks_that_look_alike_get_a_dictionary);
    tcase_add_test(trainer, blocks_with_nothing_in_common_get_none);
    tcase_add_test(trainer, too_few_samples_get_none);
    suite_add_tcase(suite, trainer);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
