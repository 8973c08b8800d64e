/*
 * test_client_settings.c: options of clients; replies made here; timers.
 */
#include "service/client/settings.h"

#include "engine/base/rand.h"
#include "service/client/outcome.h"
#include "service/client/timers.h"

#include <check.h>
#include <stdlib.h>

static LarderClientOptions options;
static LarderProblem problem;

static void
prepare(void)
{
    options = (LarderClientOptions){.address = "unix:/tmp/none"};
    problem = (LarderProblem){""};
}

static void
assert_refused(const char *word)
{
    ck_assert_ptr_null(larder_client_new(&options, &problem));
    ck_assert_msg(strstr(problem.message, word) != NULL, "%s", problem.message);
    ck_assert_ptr_null(larder_channel_new(&options, NULL));
    prepare();
}

START_TEST(wrong_options_are_named)
{
    options.address = NULL;
    assert_refused("address");
    options.address = "localhost:7400";
    assert_refused("localhost:7400");
    options.timeout_ms = -1;
    assert_refused("timeout_ms");
    options.connect_timeout_ms = INT64_MAX;
    assert_refused("connect_timeout_ms");
    options.connections_max = SIZE_MAX;
    assert_refused("connections_max");
    options.pipeline_max = (size_t)1 << 40;
    assert_refused("pipeline_max");
    options.retry.attempts_max = -1;
    assert_refused("attempts_max");
    options.retry.budget_percent = -2;
    assert_refused("budget_percent");
    options.protocol = (LarderProtocol)2;
    assert_refused("protocol");
    options.name = "a name that is longer than the sixty-four bytes which the server takes of it";
    assert_refused("name");
    ck_assert_ptr_null(larder_client_new(NULL, NULL));
}
END_TEST

START_TEST(all_zero_means_the_defaults)
{
    ClientSettings settings;
    ck_assert(client_settings_init(&settings, &options, &problem));
    ck_assert_int_eq(settings.connect_timeout_us, 5000000);
    ck_assert_int_eq(settings.timeout_us, 30000000);
    ck_assert_uint_eq(settings.connections_max, 8);
    ck_assert_uint_eq(settings.pipeline_max, 1024);
    ck_assert_uint_eq(settings.reply_bytes_max, WIRE_FRAME_BYTES_CAP);
    ck_assert_int_eq(settings.retry.attempts_max, 4);
    ck_assert_int_eq(settings.retry.pause_us, 10000);
    ck_assert_int_eq(settings.retry.pause_max_us, 1000000);
    ck_assert_int_eq(settings.retry.budget_percent, 10);
    client_settings_clear(&settings);
    options.retry.pause_ms = 5000;
    ck_assert(client_settings_init(&settings, &options, &problem));
    ck_assert_int_eq(settings.retry.pause_max_us, 5000000);
    client_settings_clear(&settings);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    larder_client_free(NULL);
    larder_channel_free(NULL);
    larder_reply_free(NULL);
    LarderClient *client = larder_client_new(&options, NULL);
    ck_assert_ptr_nonnull(client);
    larder_client_free(client);
}
END_TEST

START_TEST(outcomes_have_names_and_meanings)
{
    ck_assert_str_eq(larder_outcome_name(LARDER_REFUSED), "refused");
    ck_assert_str_eq(larder_outcome_name(LARDER_CANCELLED), "cancelled");
    ck_assert_str_eq(larder_outcome_name((LarderOutcome)99), "unknown");
    ck_assert_str_eq(larder_outcome_name((LarderOutcome)-1), "unknown");
    ck_assert_int_eq(larder_outcome_executed(LARDER_OK), LARDER_YES);
    ck_assert_int_eq(larder_outcome_executed(LARDER_REFUSED), LARDER_NO);
    ck_assert_int_eq(larder_outcome_executed(LARDER_UNREACHABLE), LARDER_NO);
    ck_assert_int_eq(larder_outcome_executed(LARDER_LOST), LARDER_MAYBE);
    ck_assert_int_eq(larder_outcome_executed(LARDER_INDETERMINATE), LARDER_MAYBE);
    ck_assert_int_eq(larder_outcome_executed((LarderOutcome)99), LARDER_MAYBE);
    ck_assert_str_ne(larder_client_version(), "");
}
END_TEST

START_TEST(replies_made_here_look_like_others)
{
    LarderReply *lost = client_outcome_reply(LARDER_METHOD_PUT, LARDER_LOST, "%s %d", "gone", 7);
    ck_assert_int_eq(lost->outcome, LARDER_LOST);
    ck_assert_int_eq(lost->method, LARDER_METHOD_PUT);
    ck_assert_str_eq(lost->message.data, "gone 7");
    ck_assert_uint_eq(lost->message.size, 6);
    ck_assert_ptr_null(lost->as.any);
    ck_assert_ptr_null(lost->exception.any);
    larder_reply_free(lost);
    const ClientFlaw flaw = {LARDER_INVALID_CODE_OVER_LIMIT, "mutation.key", "key_bytes", 5, 9};
    LarderReply *invalid = client_outcome_invalid(LARDER_METHOD_BULK_WRITE, &flaw);
    ck_assert_int_eq(invalid->outcome, LARDER_INVALID_REQUEST);
    ck_assert_int_eq(invalid->code, LARDER_INVALID_CODE_OVER_LIMIT);
    ck_assert_int_eq(invalid->exception.invalid_request->limit, 5);
    ck_assert_int_eq(invalid->exception.invalid_request->actual, 9);
    ck_assert_str_eq(invalid->exception.invalid_request->field.data, "mutation.key");
    ck_assert_ptr_nonnull(strstr(invalid->message.data, "key_bytes"));
    larder_reply_free(invalid);
    LarderReply *constant = client_outcome_no_memory(LARDER_METHOD_SCAN);
    ck_assert_int_eq(constant->method, LARDER_METHOD_SCAN);
    ck_assert(client_outcome_is_constant(constant));
    larder_reply_free(constant);
    ck_assert_str_eq(constant->message.data, "no memory");
}
END_TEST

/* The heap gives timers in the order of their times, whatever is armed, moved and disarmed. */
START_TEST(timers_come_in_order)
{
    enum { COUNT = 500, ROUNDS = 20000 };
    static ClientTimer all[COUNT];
    ClientTimers timers;
    BaseRand dice = base_rand(5);
    ck_assert(client_timers_init(&timers, COUNT));
    ck_assert_ptr_null(client_timers_first(&timers));
    for (int i = 0; i < ROUNDS; i++) {
        ClientTimer *timer = &all[base_rand_below(&dice, COUNT)];
        if (base_rand_below(&dice, 3) == 0) {
            client_timers_disarm(&timers, timer);
            ck_assert_uint_eq(timer->place, 0);
        } else {
            client_timers_arm(&timers, timer, (int64_t)base_rand_below(&dice, 1000));
        }
        int64_t earliest = INT64_MAX;
        size_t armed = 0;
        for (int j = 0; j < COUNT; j++) {
            armed += all[j].place != 0;
            if (all[j].place != 0 && all[j].due_us < earliest) {
                earliest = all[j].due_us;
            }
        }
        ck_assert_uint_eq(timers.count, armed);
        ck_assert(armed == 0 || client_timers_first(&timers)->due_us == earliest);
    }
    int64_t last = -1;
    for (ClientTimer *i = client_timers_first(&timers); i != NULL;
         i = client_timers_first(&timers)) {
        ck_assert_int_ge(i->due_us, last);
        last = i->due_us;
        client_timers_disarm(&timers, i);
    }
    client_timers_clear(&timers);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("settings");
    tcase_add_checked_fixture(cases, prepare, NULL);
    tcase_add_test(cases, wrong_options_are_named);
    tcase_add_test(cases, all_zero_means_the_defaults);
    tcase_add_test(cases, freeing_nothing_is_fine);
    tcase_add_test(cases, outcomes_have_names_and_meanings);
    tcase_add_test(cases, replies_made_here_look_like_others);
    tcase_add_test(cases, timers_come_in_order);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
