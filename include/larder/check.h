/*
 * check.h: fixtures and assertions for tests that are written with Check.
 *
 *   #include <larder/check.h>
 *
 *   START_TEST(an_order_is_stored)
 *   {
 *       LarderReply *reply = larder_put(larder_fixture.client, larder_text("default"),
 *                                       larder_text("order:1"), larder_text("open"), NULL);
 *       larder_assert_applied(reply);
 *       larder_reply_free(reply);
 *       larder_assert_value(larder_fixture.client, "default", larder_text("order:1"),
 *                           larder_text("open"));
 *   }
 *   END_TEST
 *   ...
 *   tcase_add_checked_fixture(tcase, larder_fixture_setup, larder_fixture_teardown);
 *
 * Every test has a fresh server and a client of it in `larder_fixture`, which belongs to the source
 * file. Other options than the defaults are set in it before the tests run. An assertion that does
 * not hold shows the whole reply.
 *
 * Link with larder-test and check. Works with the forking and the other mode of Check. Assertions
 * evaluate their arguments once.
 */
#ifndef LARDER_CHECK_H
#define LARDER_CHECK_H

#include <larder/test_server.h>

#include <check.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------- fixtures -- */

typedef struct LarderFixture {
    LarderTestServerOptions server_options;
    LarderClientOptions client_options; /* but for the address, which is the server's */
    LarderTestServer *server;
    LarderClient *client;
} LarderFixture;

/* Starts a server and makes a client; the test fails when that cannot be done. */
static inline void
larder_fixture_start(LarderFixture *fixture)
{
    LarderProblem problem = {""};
    fixture->server = larder_test_server_start(&fixture->server_options, &problem);
    ck_assert_msg(fixture->server != NULL, "no test server: %s", problem.message);
    LarderClientOptions options = fixture->client_options;
    options.address = larder_test_server_address(fixture->server);
    fixture->client = larder_client_new(&options, &problem);
    ck_assert_msg(fixture->client != NULL, "no client: %s", problem.message);
}

static inline void
larder_fixture_stop(LarderFixture *fixture)
{
    larder_client_free(fixture->client);
    larder_test_server_stop(fixture->server);
    fixture->client = NULL;
    fixture->server = NULL;
}

/* The fixture of this source file, and functions for tcase_add_checked_fixture(). */
static LarderFixture larder_fixture __attribute__((unused));

__attribute__((unused)) static void
larder_fixture_setup(void)
{
    larder_fixture_start(&larder_fixture);
}

__attribute__((unused)) static void
larder_fixture_teardown(void)
{
    larder_fixture_stop(&larder_fixture);
}

/* -------------------------------------------------------------------------------- assertions -- */

/* Space for a reply in words. */
#define LARDER_CHECK_TEXT_SIZE 2048

/* The reply has this outcome. */
#define larder_assert_outcome(reply, expected)                                                 \
    do {                                                                                       \
        const LarderReply *larder_reply_ = (reply);                                            \
        const LarderOutcome larder_expected_ = (expected);                                     \
        char larder_text_[LARDER_CHECK_TEXT_SIZE];                                             \
        ck_assert_msg(larder_reply_->outcome == larder_expected_, "expected %s, but %s",       \
                      larder_outcome_name(larder_expected_),                                   \
                      larder_test_describe(larder_reply_, larder_text_, sizeof larder_text_)); \
    } while (0)

/* The call was answered with a result. A condition that does not hold is one, too. */
#define larder_assert_ok(reply) larder_assert_outcome(reply, LARDER_OK)

/* The call was answered with this exception and this code. */
#define larder_assert_exception(reply, expected, expected_code)                                 \
    do {                                                                                        \
        const LarderReply *larder_reply_ = (reply);                                             \
        const LarderOutcome larder_expected_ = (expected);                                      \
        const int larder_code_ = (int)(expected_code);                                          \
        char larder_text_[LARDER_CHECK_TEXT_SIZE];                                              \
        ck_assert_msg(                                                                          \
            larder_reply_->outcome == larder_expected_ && larder_reply_->code == larder_code_,  \
            "expected %s code=%d, but %s", larder_outcome_name(larder_expected_), larder_code_, \
            larder_test_describe(larder_reply_, larder_text_, sizeof larder_text_));            \
    } while (0)

/* The write was answered with a result and was applied; a bulk write as a whole. */
#define larder_assert_applied(reply)                                                           \
    do {                                                                                       \
        const LarderReply *larder_reply_ = (reply);                                            \
        char larder_text_[LARDER_CHECK_TEXT_SIZE];                                             \
        ck_assert_msg(larder_test_applied(larder_reply_), "expected to be applied, but %s",    \
                      larder_test_describe(larder_reply_, larder_text_, sizeof larder_text_)); \
    } while (0)

/* The write was answered with a result and was not applied. */
#define larder_assert_not_applied(reply)                                                          \
    do {                                                                                          \
        const LarderReply *larder_reply_ = (reply);                                               \
        char larder_text_[LARDER_CHECK_TEXT_SIZE];                                                \
        ck_assert_msg(larder_reply_->outcome == LARDER_OK && !larder_test_applied(larder_reply_), \
                      "expected not to be applied, but %s",                                       \
                      larder_test_describe(larder_reply_, larder_text_, sizeof larder_text_));    \
    } while (0)

/*
 * Whether a key has this value (NULL: is absent); writes what was found. For the two below.
 */
static inline bool
larder_check_value(LarderClient *client, const char *store, LarderBytes key,
                   const LarderBytes *value, char *text, size_t size)
{
    LarderReply *reply = larder_get(client, larder_text(store), key, NULL);
    bool holds = reply->outcome == LARDER_OK;
    if (holds && value == NULL) {
        holds = !reply->as.get->found;
    } else if (holds) {
        holds = reply->as.get->found && larder_bytes_equal(reply->as.get->value, *value);
    }
    (void)larder_test_describe(reply, text, size);
    larder_reply_free(reply);
    return holds;
}

/* The key of the store (a string) has this value. */
#define larder_assert_value(client, store, key, value)                                         \
    do {                                                                                       \
        const LarderBytes larder_value_ = (value);                                             \
        char larder_text_[LARDER_CHECK_TEXT_SIZE];                                             \
        const bool larder_holds_ = larder_check_value(client, store, key, &larder_value_,      \
                                                      larder_text_, sizeof larder_text_);      \
        ck_assert_msg(larder_holds_, "expected %s to have the value %s, but %s", #key, #value, \
                      larder_text_);                                                           \
    } while (0)

/* The store has no such key. */
#define larder_assert_absent(client, store, key)                                              \
    do {                                                                                      \
        char larder_text_[LARDER_CHECK_TEXT_SIZE];                                            \
        const bool larder_holds_ =                                                            \
            larder_check_value(client, store, key, NULL, larder_text_, sizeof larder_text_);  \
        ck_assert_msg(larder_holds_, "expected %s to be absent, but %s", #key, larder_text_); \
    } while (0)

/* The server has executed the method (a string; NULL: all of the Store service) so many times. */
#define larder_assert_executed(server, method, expected) \
    ck_assert_int_eq(larder_test_server_executed(server, method), expected)

#ifdef __cplusplus
}
#endif

#endif
