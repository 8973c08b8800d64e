/*
 * test_lsm_segment.c: bytes of a segment are those that were put, whether by calls or into windows,
 * and whenever the next window comes.
 */
#include "engine/base/rand.h"
#include "engine/env/mem.h"
#include "engine/format/log_header.h"
#include "engine/lsm/segment.h"
#include "tests/support/fault_env.h"

#include <check.h>

enum {
    SEGMENT_BYTES = 2 << 20,
    SHORT_BYTES = 3000,
    LONG_BYTES = 200000,
};

static Env *memory;
static FaultEnv fault;
static LsmSegment *segment;
static uint8_t expected[FORMAT_LOG_HEADER_BYTES + SEGMENT_BYTES];

static void
set_up(void)
{
    memory = env_mem_new();
    ck_assert_ptr_nonnull(memory);
    fault_env_init(&fault, memory, base_error(BASE_IO, "made to fail"));
    fault.windows = true;
}

static void
tear_down(void)
{
    lsm_segment_close(segment);
    env_mem_free(memory);
}

static void
new_segment(bool windows, uint64_t bytes)
{
    ck_assert_int_eq(lsm_segment_new(&fault.env, "", 7, 8, bytes, windows, &segment).code, BASE_OK);
}

static void
put(BaseRand *rng, size_t len)
{
    uint8_t *bytes = expected + segment->len;
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(base_rand_next(rng) | 1);
    }
    ck_assert_int_eq(lsm_segment_put(segment, base_slice(bytes, len)).code, BASE_OK);
    segment->len += len;
}

static void
check_file(void)
{
    static uint8_t found[sizeof(expected)];
    size_t len = 0;
    ck_assert_int_eq(env_file_sync(segment->file).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(segment->file, 0, found, (size_t)segment->len, &len).code,
                     BASE_OK);
    ck_assert_uint_eq(len, segment->len);
    ck_assert_mem_eq(found, expected, len);
}

START_TEST(bytes_are_those_that_were_put)
{
    BaseRand rng = base_rand((uint64_t)_i);
    new_segment(true, SEGMENT_BYTES);
    for (;;) {
        size_t most = base_rand_below(&rng, 100) == 0 ? LONG_BYTES : SHORT_BYTES;
        size_t len = 1 + base_rand_below(&rng, most);
        if (len > segment->capacity - segment->len) {
            break;
        }
        put(&rng, len);
        if (base_rand_below(&rng, 1U << (_i % 8)) == 0) {
            lsm_segment_open_ahead(segment);
        }
    }
    check_file();
}
END_TEST

START_TEST(windows_that_come_in_time_need_no_calls)
{
    BaseRand rng = base_rand(1);
    new_segment(true, SEGMENT_BYTES);
    ck_assert(!lsm_segment_wants_ahead(segment)); /* the first one is there */
    fault_env_plan(&fault, FAULT_WRITE, FAULT_ENV_NEVER, 1);
    while (segment->len + SHORT_BYTES <= SEGMENT_BYTES) {
        put(&rng, SHORT_BYTES);
        lsm_segment_open_ahead(segment);
        ck_assert(!lsm_segment_wants_ahead(segment));
    }
    ck_assert_int_eq(atomic_load(&fault.steps), 0);
    check_file();
}
END_TEST

START_TEST(a_window_that_is_late_is_waited_for_by_nobody)
{
    BaseRand rng = base_rand(1);
    new_segment(true, SEGMENT_BYTES);
    put(&rng, SHORT_BYTES);
    ck_assert(lsm_segment_wants_ahead(segment));
    fault_env_plan(&fault, FAULT_WRITE, FAULT_ENV_NEVER, 1);
    while (segment->len + SHORT_BYTES <= SEGMENT_BYTES) {
        put(&rng, SHORT_BYTES);
    }
    ck_assert_int_gt(atomic_load(&fault.steps), 0);
    check_file();
}
END_TEST

START_TEST(segments_without_windows_want_none)
{
    BaseRand rng = base_rand(1);
    bool small = _i == 0; /* too small for any */
    new_segment(small, small ? SHORT_BYTES : SEGMENT_BYTES);
    put(&rng, SHORT_BYTES);
    ck_assert(!lsm_segment_wants_ahead(segment));
    ck_assert_ptr_null(segment->window);
    check_file();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_segment");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, bytes_are_those_that_were_put, 0, 24);
    tcase_add_test(cases, windows_that_come_in_time_need_no_calls);
    tcase_add_test(cases, a_window_that_is_late_is_waited_for_by_nobody);
    tcase_add_loop_test(cases, segments_without_windows_want_none, 0, 2);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
