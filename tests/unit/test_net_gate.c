/*
 * test_net_gate.c: holding back replies that a peer does not take, without losing a wake-up.
 */
#include "service/net/gate.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

START_TEST(is_full_at_its_maximum)
{
    NetGate gate;
    net_gate_init(&gate, 100);
    ck_assert(!net_gate_is_full(&gate));
    net_gate_add(&gate, 99);
    ck_assert(!net_gate_is_full(&gate));
    net_gate_add(&gate, 1);
    ck_assert(net_gate_is_full(&gate));
}
END_TEST

START_TEST(tells_once_when_half_has_left)
{
    NetGate gate;
    net_gate_init(&gate, 100);
    net_gate_add(&gate, 150);
    ck_assert(net_gate_is_full(&gate));
    ck_assert(!net_gate_take(&gate, 90));
    ck_assert(net_gate_take(&gate, 10));
    ck_assert(!net_gate_take(&gate, 50));
    ck_assert(!net_gate_is_full(&gate));
}
END_TEST

START_TEST(tells_nobody_when_nobody_waits)
{
    NetGate gate;
    net_gate_init(&gate, 100);
    net_gate_add(&gate, 150);
    ck_assert(!net_gate_take(&gate, 150));
    ck_assert(!net_gate_open(&gate));
}
END_TEST

START_TEST(opens_for_good_when_the_peer_is_gone)
{
    NetGate gate;
    net_gate_init(&gate, 100);
    net_gate_add(&gate, 150);
    ck_assert(net_gate_is_full(&gate));
    ck_assert(net_gate_open(&gate));
    ck_assert(!net_gate_is_full(&gate));
    net_gate_add(&gate, 1000);
    ck_assert(!net_gate_is_full(&gate));
    ck_assert(!net_gate_take(&gate, 1150));
}
END_TEST

START_TEST(tells_others_of_own_replies_when_they_are_shared)
{
    NetGate gate;
    net_gate_init(&gate, 100);
    net_gate_add_own(&gate, 60);
    net_gate_add(&gate, 39);
    ck_assert(!net_gate_is_over(&gate));
    net_gate_add_own(&gate, 1);
    ck_assert(net_gate_is_over(&gate));
    ck_assert(!net_gate_is_full(&gate));
    net_gate_share(&gate);
    ck_assert(net_gate_is_over(&gate));
    ck_assert(net_gate_is_full(&gate));
    ck_assert(net_gate_take(&gate, 60));
    ck_assert(!net_gate_is_full(&gate));
}
END_TEST

START_TEST(takes_own_replies_first)
{
    NetGate gate;
    net_gate_init(&gate, 100);
    net_gate_add(&gate, 100);
    net_gate_add_own(&gate, 30);
    ck_assert(net_gate_is_full(&gate));
    ck_assert(!net_gate_take(&gate, 30));
    ck_assert(net_gate_is_full(&gate));
    ck_assert(!net_gate_take(&gate, 49));
    ck_assert(net_gate_take(&gate, 1));
    net_gate_add_own(&gate, 60);
    ck_assert(net_gate_is_over(&gate));
    ck_assert(!net_gate_take(&gate, 110));
    ck_assert(!net_gate_is_over(&gate));
    net_gate_add_own(&gate, 100);
    ck_assert(!net_gate_open(&gate));
    ck_assert(!net_gate_is_over(&gate));
}
END_TEST

/* One thread makes replies of 10 bytes and stops while the gate is full; the other sends them. */
enum { REPLIES = 200000, REPLY = 10 };

typedef struct Pair {
    NetGate gate;
    _Atomic unsigned made;
    _Atomic bool go_on;
} Pair;

static void *
make_replies(void *argument)
{
    Pair *pair = argument;
    for (unsigned i = 0; i < REPLIES; i++) {
        if (net_gate_is_full(&pair->gate)) {
            while (!atomic_exchange(&pair->go_on, false)) {
                (void)sched_yield();
            }
        }
        net_gate_add(&pair->gate, REPLY);
        (void)atomic_fetch_add(&pair->made, 1);
    }
    return NULL;
}

START_TEST(no_wake_up_is_lost)
{
    Pair pair = {.made = 0};
    net_gate_init(&pair.gate, 10 * REPLY);
    pthread_t maker;
    ck_assert_int_eq(pthread_create(&maker, NULL, make_replies, &pair), 0);
    for (unsigned sent = 0; sent < REPLIES;) {
        if (sent == atomic_load(&pair.made)) {
            (void)sched_yield();
            continue;
        }
        sent++;
        if (net_gate_take(&pair.gate, REPLY)) {
            atomic_store(&pair.go_on, true);
        }
    }
    /* A lost wake-up would have stopped both for ever, which the test's timeout notices. */
    ck_assert_int_eq(pthread_join(maker, NULL), 0);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("gate");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, is_full_at_its_maximum);
    tcase_add_test(cases, tells_once_when_half_has_left);
    tcase_add_test(cases, tells_nobody_when_nobody_waits);
    tcase_add_test(cases, tells_others_of_own_replies_when_they_are_shared);
    tcase_add_test(cases, takes_own_replies_first);
    tcase_add_test(cases, opens_for_good_when_the_peer_is_gone);
    tcase_add_test(cases, no_wake_up_is_lost);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
