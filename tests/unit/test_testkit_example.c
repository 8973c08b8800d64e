/*
 * test_testkit_example.c: the example of service/testkit/README.md, as it stands there.
 */
#include <larder/check.h>

#include <stdlib.h>

/* What is tested: stores an order unless there is one; true: this one is stored. */
static bool
store_order(LarderClient *client, const char *key, const char *state)
{
    LarderCondition absent = {0};
    LarderPutOptions options = {.condition = &absent};
    LARDER_SET(&absent, absent, true);
    LARDER_SET(&options, return_current, true);
    LarderReply *reply =
        larder_put(client, larder_text("default"), larder_text(key), larder_text(state), &options);
    bool stored = reply->outcome == LARDER_OK && reply->as.put->applied;
    if (reply->outcome == LARDER_OK && !stored && reply->uncertain) {
        /* Tried again after a reply was lost: it may be our own order that is there. */
        stored = larder_bytes_equal(reply->as.put->current_value, larder_text(state));
    }
    larder_reply_free(reply);
    return stored;
}

START_TEST(an_order_is_stored_once)
{
    ck_assert(store_order(larder_fixture.client, "order:1", "open"));
    ck_assert(!store_order(larder_fixture.client, "order:1", "closed"));
    larder_assert_value(larder_fixture.client, "default", larder_text("order:1"),
                        larder_text("open"));
}
END_TEST

START_TEST(a_lost_reply_does_not_lose_the_order)
{
    const LarderFault lost = {.kind = LARDER_FAULT_EXECUTE_CLOSE, .method = "put", .times = 1};
    int64_t fault = larder_test_server_inject(larder_fixture.server, &lost);
    ck_assert(store_order(larder_fixture.client, "order:1", "open"));
    ck_assert_int_eq(larder_test_server_fault_hits(larder_fixture.server, fault), 1);
    larder_assert_value(larder_fixture.client, "default", larder_text("order:1"),
                        larder_text("open"));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("orders");
    TCase *tcase = tcase_create("orders");
    tcase_add_checked_fixture(tcase, larder_fixture_setup, larder_fixture_teardown);
    tcase_add_test(tcase, an_order_is_stored_once);
    tcase_add_test(tcase, a_lost_reply_does_not_lose_the_order);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
