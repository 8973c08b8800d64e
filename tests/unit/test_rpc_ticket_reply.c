/*
 * test_rpc_ticket_reply.c: replies that are stored at once are those of the writer, byte for byte.
 */
#include "engine/base/rand.h"
#include "service/rpc/ticket_reply.h"

#include <check.h>
#include <stdlib.h>

enum { REPLIES = 5000, VALUE_MAX = 300 };

typedef union Result {
    StoreGetResult get;
    StoreWriteResult write;
} Result;

static const char *const names[RPC_HOT_COUNT] = {
    [RPC_HOT_GET] = "get",
    [RPC_HOT_PUT] = "put",
    [RPC_HOT_REMOVE] = "remove",
};

static bool
chance(BaseRand *rng)
{
    return base_rand_below(rng, 2) == 0;
}

/* A number of any length. */
static int64_t
number(BaseRand *rng)
{
    return (int64_t)(base_rand_next(rng) >> base_rand_below(rng, 64));
}

static BaseSlice
value(BaseRand *rng)
{
    static uint8_t bytes[VALUE_MAX];
    for (size_t i = 0; i < 8; i++) {
        bytes[base_rand_below(rng, VALUE_MAX)] = (uint8_t)base_rand_next(rng);
    }
    return base_slice(bytes, base_rand_below(rng, VALUE_MAX));
}

static Result
random_result(BaseRand *rng, RpcHotMethod method)
{
    if (method == RPC_HOT_GET) {
        return (Result){.get = {.found = chance(rng),
                                .unchanged = chance(rng),
                                .has_value = chance(rng),
                                .value = value(rng),
                                .version = number(rng),
                                .expires_at_ms = number(rng),
                                .full_length = number(rng)}};
    }
    return (Result){.write = {.applied = chance(rng),
                              .has_existed = chance(rng),
                              .existed = chance(rng),
                              .has_current_value = chance(rng),
                              .reason = (StoreNotApplied)base_rand_below(rng, 7),
                              .version = number(rng),
                              .current_version = number(rng),
                              .expires_at_ms = number(rng),
                              .current_value = value(rng)}};
}

static WireCode
answer(const RpcTicket *ticket, const Result *result, int64_t server_us, size_t bytes_max)
{
    return ticket->method == RPC_HOT_GET
               ? rpc_ticket_reply_get(ticket, &result->get, server_us, bytes_max)
               : rpc_ticket_reply_write(ticket, &result->write, server_us, bytes_max);
}

static WireCode
answer_by_writer(const RpcTicket *ticket, BaseBuf *out, const Result *result, int64_t server_us,
                 size_t bytes_max)
{
    WireWriter writer;
    WireMessage message = {.header = true,
                           .format = ticket->format,
                           .type = WIRE_CALL,
                           .seqid = ticket->seqid,
                           .method = base_slice_text(names[ticket->method])};
    wire_reply_begin(&writer, out, &message, bytes_max);
    if (ticket->method == RPC_HOT_GET) {
        rpc_hot_reply_get(&writer, &result->get, server_us);
    } else {
        rpc_hot_reply_write(&writer, &result->write, server_us);
    }
    return wire_reply_end(&writer) ? WIRE_OK : writer.code;
}

START_TEST(both_ways_give_the_same_bytes)
{
    static const RpcHotMethod methods[] = {RPC_HOT_GET, RPC_HOT_PUT, RPC_HOT_REMOVE};
    BaseBuf stored = BASE_BUF_INIT;
    BaseBuf written = BASE_BUF_INIT;
    const char *seed = getenv("LARDER_SEED");
    BaseRand rng = base_rand(seed == NULL ? 11 : strtoull(seed, NULL, 10));
    for (int i = 0; i < REPLIES; i++) {
        RpcTicket ticket = {.out = &stored,
                            .seqid = (int32_t)number(&rng),
                            .format = {chance(&rng) ? WIRE_BINARY : WIRE_COMPACT, chance(&rng)},
                            .method = methods[base_rand_below(&rng, 3)]};
        Result result = random_result(&rng, ticket.method);
        int64_t server_us = number(&rng);
        if (chance(&rng)) {
            base_buf_clear(&stored);
        }
        base_buf_reset(&stored);
        base_buf_reset(&written);
        ck_assert(base_buf_append(&stored, "before", 6));
        ck_assert(base_buf_append(&written, "before", 6));
        ck_assert_int_eq(answer(&ticket, &result, server_us, SIZE_MAX), WIRE_OK);
        ck_assert_int_eq(answer_by_writer(&ticket, &written, &result, server_us, SIZE_MAX),
                         WIRE_OK);
        ck_assert_msg(base_slice_equal(base_buf_slice(&stored), base_buf_slice(&written)),
                      "reply %d", i);

        size_t len = stored.len - 6;
        ck_assert_int_eq(answer(&ticket, &result, server_us, len), WIRE_OK);
        ck_assert_uint_eq(stored.len, 6 + 2 * len);
        ck_assert_int_eq(answer(&ticket, &result, server_us, len - 1), WIRE_TOO_LONG);
        ck_assert_int_eq(answer_by_writer(&ticket, &written, &result, server_us, len - 1),
                         WIRE_TOO_LONG);
        ck_assert_uint_eq(stored.len, 6 + 2 * len);
        ck_assert_uint_eq(written.len, 6 + len);
    }
    base_buf_clear(&stored);
    base_buf_clear(&written);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("rpc_ticket_reply");
    TCase *cases = tcase_create("ticket_reply");
    tcase_add_test(cases, both_ways_give_the_same_bytes);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
