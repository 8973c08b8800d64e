/*
 * test_lsm_room.c: who gets a spare, who waits for one, and who is ended with what.
 */
#include "engine/lsm/room.h"

#include <check.h>

enum { USUAL = 16 << 10, LARGE = 64 << 10, LOADS = 8 };

static LsmRoom room;
static CommitLoad loads[LOADS];
static int ended[LOADS];      /* how often */
static BaseCode codes[LOADS]; /* with what */
static int order[LOADS];
static int endings;

static void
note_end(void *user, CommitLoad *load, BaseStatus status)
{
    size_t index = (size_t)(load - loads);
    ck_assert_ptr_eq(user, &room);
    ended[index]++;
    codes[index] = status.code;
    order[index] = ++endings;
}

static void
begin(void)
{
    memset(loads, 0, sizeof(loads));
    memset(ended, 0, sizeof(ended));
    endings = 0;
    lsm_room_init(&room, USUAL, note_end, &room);
}

static LsmGeneration *
generation(size_t bytes)
{
    LsmGeneration *made = NULL;
    ck_assert_int_eq(lsm_generation_new(bytes, NULL, &made).code, BASE_OK);
    return made;
}

static void
offer(size_t bytes)
{
    lsm_generation_unref(lsm_room_offer(&room, generation(bytes)));
}

/* Whether a commit of that size gets the spare, which it gives up. */
static bool
takes(size_t bytes, BaseCode *ret_code)
{
    BaseStatus status = base_ok();
    LsmGeneration *taken = lsm_room_take(&room, bytes, &status);
    *ret_code = status.code;
    lsm_generation_unref(taken);
    return taken != NULL;
}

static bool
receives(size_t bytes)
{
    BaseCode code;
    return takes(bytes, &code);
}

START_TEST(a_spare_is_wanted_until_it_is_there)
{
    begin();
    BaseCode code;
    ck_assert_uint_eq(lsm_room_wants(&room), USUAL);
    ck_assert(!takes(100, &code));
    ck_assert_int_eq(code, BASE_WOULD_BLOCK);
    offer(USUAL);
    ck_assert_uint_eq(lsm_room_wants(&room), 0);
    ck_assert(!receives(USUAL + 1));
    ck_assert(receives(USUAL));
    ck_assert_uint_eq(lsm_room_wants(&room), USUAL);
    offer(USUAL);
    offer(USUAL); /* takes the place of the first */
    lsm_room_clear(&room);
}
END_TEST

START_TEST(waits_end_when_there_is_a_spare)
{
    begin();
    lsm_room_wait(&room, &loads[0], 100);
    lsm_room_wait(&room, &loads[1], 100);
    ck_assert_int_eq(endings, 0);
    offer(USUAL);
    ck_assert_int_eq(order[0], 1);
    ck_assert_int_eq(order[1], 2);
    ck_assert_int_eq(codes[0], BASE_OK);
    ck_assert(receives(100));
    ck_assert_int_ge(lsm_room_leave(&room, &loads[0]), 0);
    ck_assert(!receives(100));
    lsm_room_wait(&room, &loads[2], 100); /* the second one again */
    (void)lsm_room_leave(&room, &loads[1]);
    ck_assert_int_eq(ended[2], 0);
    offer(USUAL);
    ck_assert_int_eq(ended[2], 1);
    lsm_room_wait(&room, &loads[3], 100); /* the spare is there: no need to wait */
    ck_assert_int_eq(ended[3], 1);
    (void)lsm_room_leave(&room, &loads[3]);
    (void)lsm_room_leave(&room, &loads[2]);
    ck_assert_int_eq(endings, 4);
    lsm_room_clear(&room);
}
END_TEST

START_TEST(a_large_wait_asks_for_its_size)
{
    begin();
    offer(USUAL);
    lsm_room_wait(&room, &loads[0], LARGE);
    ck_assert_uint_eq(lsm_room_wants(&room), LARGE);
    ck_assert(receives(100)); /* a usual spare is for anybody */
    offer(LARGE);
    ck_assert_int_eq(ended[0], 1);
    ck_assert(!receives(100)); /* a large one is not, until the large commit had its turn */
    lsm_room_wait(&room, &loads[1], 100);
    ck_assert_int_eq(ended[1], 0);
    (void)lsm_room_leave(&room, &loads[0]); /* it did not take it */
    ck_assert_int_eq(ended[1], 1);
    ck_assert(receives(100));
    (void)lsm_room_leave(&room, &loads[1]);
    lsm_room_clear(&room);
}
END_TEST

START_TEST(the_largest_wait_decides)
{
    begin();
    lsm_room_wait(&room, &loads[0], LARGE);
    lsm_room_wait(&room, &loads[1], 2 * LARGE);
    lsm_room_wait(&room, &loads[2], 100);
    ck_assert_uint_eq(lsm_room_wants(&room), 2 * LARGE);
    offer(LARGE); /* made for the first, before the second came */
    ck_assert_int_eq(ended[0], 1);
    ck_assert_int_eq(ended[1], 0);
    ck_assert_int_eq(ended[2], 1);
    ck_assert_uint_eq(lsm_room_wants(&room), 2 * LARGE);
    ck_assert(receives(LARGE));
    for (int i = 0; i < 3; i += 2) {
        (void)lsm_room_leave(&room, &loads[i]);
    }
    offer(2 * LARGE);
    ck_assert_int_eq(ended[1], 1);
    (void)lsm_room_leave(&room, &loads[1]);
    lsm_room_clear(&room);
}
END_TEST

START_TEST(a_denial_lasts_until_an_offer)
{
    begin();
    BaseCode code;
    lsm_room_wait(&room, &loads[0], 100);
    lsm_room_deny(&room, base_error(BASE_NO_SPACE, "full"));
    ck_assert_int_eq(codes[0], BASE_NO_SPACE);
    (void)lsm_room_leave(&room, &loads[0]);
    ck_assert(!takes(100, &code));
    ck_assert_int_eq(code, BASE_NO_SPACE);
    lsm_room_wait(&room, &loads[1], 100);
    ck_assert_int_eq(codes[1], BASE_NO_SPACE);
    (void)lsm_room_leave(&room, &loads[1]);
    offer(USUAL);
    ck_assert(receives(100));
    ck_assert(!takes(100, &code));
    ck_assert_int_eq(code, BASE_WOULD_BLOCK);
    lsm_room_clear(&room);
}
END_TEST

START_TEST(broken_is_for_ever)
{
    begin();
    lsm_room_wait(&room, &loads[0], 100);
    lsm_room_break(&room);
    ck_assert_int_eq(ended[0], 1);
    ck_assert_int_eq(codes[0], BASE_OK);
    (void)lsm_room_leave(&room, &loads[0]);
    lsm_room_wait(&room, &loads[1], LARGE);
    ck_assert_int_eq(ended[1], 1);
    (void)lsm_room_leave(&room, &loads[1]);
    lsm_room_clear(&room);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_room");
    TCase *cases = tcase_create("room");
    tcase_add_test(cases, a_spare_is_wanted_until_it_is_there);
    tcase_add_test(cases, waits_end_when_there_is_a_spare);
    tcase_add_test(cases, a_large_wait_asks_for_its_size);
    tcase_add_test(cases, the_largest_wait_decides);
    tcase_add_test(cases, a_denial_lasts_until_an_offer);
    tcase_add_test(cases, broken_is_for_ever);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
