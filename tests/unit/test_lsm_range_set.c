/*
 * test_lsm_range_set.c: removed ranges against the plain list of them, also while they are added.
 */
#include "engine/base/rand.h"
#include "engine/lsm/range_set.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

enum { KEYS = 200, RANGES = 600 };

typedef struct Plain {
    uint8_t start;
    uint8_t stop;
} Plain;

typedef struct Rig {
    LsmRangeSet set;
    Plain plain[RANGES]; /* the range of version i + 1 */
    _Atomic int64_t visible;
    _Atomic bool done;
} Rig;

static BaseSlice
key_of(const uint8_t *byte)
{
    return base_slice(byte, 1);
}

/* Adds the range of the next version; every tenth is empty. */
static void
add(Rig *rig, BaseRand *rand, size_t i)
{
    Plain *plain = &rig->plain[i];
    plain->start = (uint8_t)base_rand_below(rand, KEYS);
    plain->stop = (uint8_t)(plain->start + (i % 10 == 9 ? 0 : 1 + base_rand_below(rand, 30)));
    FormatRange range = {key_of(&plain->start), key_of(&plain->stop), (int64_t)i + 1};
    LsmRangeBuilt built;
    ck_assert_int_eq(lsm_range_set_build(&range, &built).code, BASE_OK);
    lsm_range_set_add(&rig->set, built);
    atomic_store(&rig->visible, (int64_t)i + 1);
}

static int64_t
covering(const Rig *rig, uint8_t key, int64_t version)
{
    for (int64_t v = version; v > 0; v--) {
        if (rig->plain[v - 1].start <= key && key < rig->plain[v - 1].stop) {
            return v;
        }
    }
    return 0;
}

static void
look(const Rig *rig, BaseRand *rand, int64_t visible)
{
    uint8_t key = (uint8_t)base_rand_below(rand, 256);
    int64_t version = (int64_t)base_rand_below(rand, (uint64_t)visible + 1);
    ck_assert_int_eq(lsm_range_set_covering(&rig->set, key_of(&key), version),
                     covering(rig, key, version));
    LsmSpan span = LSM_SPAN_ALL;
    ck_assert_int_eq(lsm_range_set_span(&rig->set, key_of(&key), version, &span),
                     covering(rig, key, version));
    ck_assert(lsm_span_holds(&span, key_of(&key)));
    uint8_t other = (uint8_t)base_rand_below(rand, 256);
    if (lsm_span_holds(&span, key_of(&other))) {
        ck_assert_int_eq(covering(rig, other, version), covering(rig, key, version));
    }
}

/* Ranges that all begin at one key take no more memory than others. */
START_TEST(nested_ranges_stay_small)
{
    enum { NESTED = 20000 };
    LsmRangeSet set;
    lsm_range_set_init(&set);
    for (int i = 0; i < NESTED; i++) {
        uint8_t stop[4] = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1};
        FormatRange range = {base_slice(stop, 0), base_slice(stop, sizeof stop), i + 1};
        LsmRangeBuilt built;
        ck_assert_int_eq(lsm_range_set_build(&range, &built).code, BASE_OK);
        lsm_range_set_add(&set, built);
    }
    ck_assert_uint_lt(lsm_range_set_memory(&set), (size_t)NESTED * 600);
    uint8_t key[3] = {0, 0x10, 0};
    ck_assert_int_eq(lsm_range_set_covering(&set, base_slice(key, 3), NESTED), NESTED);
    ck_assert_int_eq(lsm_range_set_covering(&set, base_slice(key, 3), 0x1234), 0x1234);
    ck_assert_int_eq(lsm_range_set_covering(&set, base_slice(key, 3), 0x1000), 0);
    lsm_range_set_clear(&set);
}
END_TEST

static bool
count_one(void *user, const FormatRange *range)
{
    size_t *count = user;
    ck_assert_int_gt(range->version, 0);
    ++*count;
    return *count < 100;
}

START_TEST(finds_what_the_list_says)
{
    Rig rig = {.visible = 0};
    BaseRand rand = base_rand((uint64_t)_i + 1);
    lsm_range_set_init(&rig.set);
    ck_assert(!lsm_range_set_any(&rig.set));
    for (size_t i = 0; i < RANGES; i++) {
        add(&rig, &rand, i);
        for (int l = 0; l < 20; l++) {
            look(&rig, &rand, (int64_t)i + 1);
        }
    }
    ck_assert(lsm_range_set_any(&rig.set));
    size_t count = 0;
    lsm_range_set_visit(&rig.set, 42, count_one, &count);
    ck_assert_uint_eq(count, 42);
    lsm_range_set_visit(&rig.set, INT64_MAX, count_one, &count);
    ck_assert_uint_eq(count, 100);
    lsm_range_set_clear(&rig.set);
}
END_TEST

static void *
read_beside(void *user)
{
    Rig *rig = user;
    BaseRand rand = base_rand(5);
    while (!atomic_load(&rig->done)) {
        look(rig, &rand, atomic_load(&rig->visible));
    }
    return NULL;
}

START_TEST(readers_beside_the_writer_miss_nothing)
{
    static Rig rig;
    BaseRand rand = base_rand(9);
    pthread_t readers[2];
    lsm_range_set_init(&rig.set);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_beside, &rig), 0);
    }
    for (size_t i = 0; i < RANGES; i++) {
        add(&rig, &rand, i);
        look(&rig, &rand, (int64_t)i + 1);
    }
    atomic_store(&rig.done, true);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(readers[i], NULL);
    }
    lsm_range_set_clear(&rig.set);
}
END_TEST

START_TEST(a_range_can_be_given_up)
{
    FormatRange range = {BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("b"), 1};
    LsmRangeBuilt built;
    ck_assert_int_eq(lsm_range_set_build(&range, &built).code, BASE_OK);
    lsm_range_set_drop(built);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_range_set");
    TCase *set = tcase_create("set");
    tcase_set_timeout(set, 120);
    tcase_add_loop_test(set, finds_what_the_list_says, 0, 5);
    tcase_add_test(set, readers_beside_the_writer_miss_nothing);
    tcase_add_test(set, nested_ranges_stay_small);
    tcase_add_test(set, a_range_can_be_given_up);
    suite_add_tcase(suite, set);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
