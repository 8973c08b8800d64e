/*
 * test_loadgen_peer.c: what operations look like to Redis and memcached, and what their replies
 * say, cut off at every byte.
 */
#include "loadgen/peer_target.h"
#include "loadgen/value.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUE = 40, ENTRIES_MAX = 8 };

static LoadKeys keys;
static uint8_t room[LOAD_KEY_BYTES_MAX + 1 + VALUE];
static BaseBuf out = BASE_BUF_INIT;
static uint32_t met;
static uint32_t indexes[ENTRIES_MAX];
static char texts[ENTRIES_MAX][64]; /* key, a slash, value */

static void
take_entry(LoadDriver *driver, const LoadOp *op, const LoadEntry *entry)
{
    (void)driver;
    (void)op;
    ck_assert_uint_lt(met, ENTRIES_MAX);
    indexes[met] = entry->index;
    (void)snprintf(texts[met], sizeof texts[met], "%.*s/%.*s", (int)entry->key.len,
                   (const char *)entry->key.data, (int)entry->value.len,
                   (const char *)entry->value.data);
    met++;
}

static LoadDriver driver = {.entry = take_entry};
static LoadSessionArgs args = {
    .driver = &driver, .keys = &keys, .value_size = VALUE, .compression = 1, .run = 1};
static LoadPeerWork work = {.args = &args, .room = room};

static void
start(bool sorted)
{
    keys = load_keys(LOAD_KEY_DECIMAL, BASE_SLICE_LITERAL("k"), 4);
    work.sorted = sorted;
    base_buf_reset(&out);
    met = 0;
}

static void
assert_written(const LoadDialect *dialect, const LoadOp *op, const char *expected)
{
    base_buf_reset(&out);
    ck_assert(dialect->write(&work, &out, op));
    ck_assert_msg(base_slice_equal(base_slice(out.data, out.len), base_slice_text(expected)),
                  "written: %.*s", (int)out.len, (const char *)out.data);
}

/* Reads a reply, after every beginning of it was found to be too short. */
static LoadParsed
read_whole(const LoadDialect *dialect, const LoadOp *op, const char *reply, LoadAnswer *answer)
{
    size_t len = strlen(reply);
    for (size_t cut = 0; cut < len; cut++) {
        size_t at = 0;
        *answer = (LoadAnswer){.found = false};
        LoadParsed parsed = dialect->read(&work, op, base_slice(reply, cut), &at, answer);
        ck_assert_int_eq(parsed, LOAD_PARSED_PART);
        ck_assert_uint_eq(at, 0);
        ck_assert_uint_eq(met, 0);
    }
    size_t at = 0;
    *answer = (LoadAnswer){.found = false};
    LoadParsed parsed = dialect->read(&work, op, base_slice(reply, len), &at, answer);
    ck_assert(parsed != LOAD_PARSED_WHOLE || at == len);
    return parsed;
}

static LoadParsed
read_at_once(const LoadDialect *dialect, const LoadOp *op, const char *reply)
{
    size_t at = 0;
    LoadAnswer answer = {.found = false};
    return dialect->read(&work, op, base_slice_text(reply), &at, &answer);
}

static void
assert_value(const LoadAnswer *answer, const char *value)
{
    ck_assert(answer->found);
    ck_assert(base_slice_equal(answer->value, base_slice_text(value)));
}

START_TEST(redis_requests)
{
    const LoadDialect *resp = &load_peer_resp;
    start(false);
    LoadOp op = {.kind = LOAD_GET, .record = 7, .total = 10, .walk = 2};
    assert_written(resp, &op, "*2\r\n$3\r\nGET\r\n$4\r\nk007\r\n");
    op.kind = LOAD_REMOVE;
    assert_written(resp, &op, "*2\r\n$3\r\nDEL\r\n$4\r\nk007\r\n");
    op.kind = LOAD_MULTI_GET;
    assert_written(resp, &op, "*3\r\n$4\r\nMGET\r\n$4\r\nk007\r\n$4\r\nk002\r\n");
    op.kind = LOAD_SCAN;
    assert_written(resp, &op,
                   "*7\r\n$11\r\nZRANGEBYLEX\r\n$1\r\nk\r\n$5\r\n[k007\r\n$1\r\n+\r\n"
                   "$5\r\nLIMIT\r\n$1\r\n0\r\n$1\r\n2\r\n");
    op.reverse = true;
    assert_written(resp, &op,
                   "*7\r\n$14\r\nZREVRANGEBYLEX\r\n$1\r\nk\r\n$5\r\n(k007\r\n$1\r\n-\r\n"
                   "$5\r\nLIMIT\r\n$1\r\n0\r\n$1\r\n2\r\n");
}
END_TEST

START_TEST(redis_writes)
{
    uint8_t value[VALUE];
    LoadValueId id = {7, 3, 1, 0};
    LoadOp op = {.kind = LOAD_PUT, .record = 7, .sequence = 3, .value_size = VALUE};
    load_value_write(value, VALUE, 0, &id);
    start(false);
    static const char set[] = "*3\r\n$3\r\nSET\r\n$4\r\nk007\r\n$40\r\n";
    ck_assert(load_peer_resp.write(&work, &out, &op));
    ck_assert_uint_eq(out.len, sizeof set - 1 + VALUE + 2);
    ck_assert_mem_eq(out.data, set, sizeof set - 1);
    ck_assert_mem_eq(out.data + sizeof set - 1, value, VALUE);
    args.ttl_ms = 1500;
    static const char set_for[] = "*5\r\n$3\r\nSET\r\n";
    static const char expiry[] = "\r\n$2\r\nPX\r\n$4\r\n1500\r\n";
    start(false);
    ck_assert(load_peer_resp.write(&work, &out, &op));
    ck_assert_mem_eq(out.data, set_for, sizeof set_for - 1);
    ck_assert_mem_eq(out.data + out.len - (sizeof expiry - 1), expiry, sizeof expiry - 1);
    args.ttl_ms = 0;
    start(true);
    static const char add[] = "*4\r\n$4\r\nZADD\r\n$1\r\nk\r\n$1\r\n0\r\n$44\r\nk007";
    ck_assert(load_peer_resp.write(&work, &out, &op));
    ck_assert_uint_eq(out.len, sizeof add - 1 + VALUE + 2);
    ck_assert_mem_eq(out.data, add, sizeof add - 1);
    ck_assert_mem_eq(out.data + sizeof add - 1, value, VALUE);
}
END_TEST

START_TEST(redis_replies)
{
    const LoadDialect *resp = &load_peer_resp;
    LoadAnswer answer;
    LoadOp op = {.kind = LOAD_GET};
    start(false);
    ck_assert_int_eq(read_whole(resp, &op, "$5\r\nvalue\r\n", &answer), LOAD_PARSED_WHOLE);
    assert_value(&answer, "value");
    ck_assert_int_eq(read_whole(resp, &op, "$-1\r\n", &answer), LOAD_PARSED_WHOLE);
    ck_assert(!answer.found);
    ck_assert_int_eq(read_whole(resp, &op, "-ERR no\r\n", &answer), LOAD_PARSED_WHOLE);
    ck_assert_int_eq(answer.fault, LOAD_FAULT_FAILED);
    ck_assert(base_slice_equal(answer.message, BASE_SLICE_LITERAL("ERR no")));
    ck_assert_int_eq(read_whole(resp, &op, "+OK\r\n", &answer), LOAD_PARSED_WHOLE);
    ck_assert_int_eq(read_at_once(resp, &op, "?\r\n"), LOAD_PARSED_WRONG);
    ck_assert_int_eq(read_at_once(resp, &op, "*0\r\n"), LOAD_PARSED_WRONG);
}
END_TEST

START_TEST(redis_arrays)
{
    const LoadDialect *resp = &load_peer_resp;
    LoadAnswer answer;
    LoadOp op = {.kind = LOAD_MULTI_GET, .total = 10, .walk = 3};
    start(false);
    ck_assert_int_eq(read_whole(resp, &op, "*3\r\n$1\r\na\r\n$-1\r\n$1\r\nc\r\n", &answer),
                     LOAD_PARSED_WHOLE);
    ck_assert_uint_eq(answer.entries, 2);
    ck_assert_uint_eq(met, 2);
    ck_assert_uint_eq(indexes[1], 2);
    ck_assert_str_eq(texts[1], "/c");
    ck_assert_int_eq(read_at_once(resp, &op, "*4\r\n"), LOAD_PARSED_WRONG); /* more than asked */
    ck_assert_int_eq(read_at_once(resp, &op, "*1\r\n+OK\r\n"), LOAD_PARSED_WRONG);
    start(true);
    op.kind = LOAD_SCAN;
    ck_assert_int_eq(read_whole(resp, &op, "*2\r\n$5\r\nk001a\r\n$6\r\nk002bb\r\n", &answer),
                     LOAD_PARSED_WHOLE);
    ck_assert_uint_eq(answer.entries, 2);
    ck_assert_str_eq(texts[0], "k001/a");
    ck_assert_str_eq(texts[1], "k002/bb");
    ck_assert_int_eq(read_at_once(resp, &op, "*1\r\n$1\r\na\r\n"), LOAD_PARSED_WRONG);
}
END_TEST

START_TEST(memcached)
{
    const LoadDialect *text = &load_peer_memcached;
    LoadAnswer answer;
    LoadOp op = {.kind = LOAD_GET, .record = 7};
    start(false);
    assert_written(text, &op, "get k007\r\n");
    ck_assert_int_eq(read_whole(text, &op, "VALUE k007 0 5\r\nvalue\r\nEND\r\n", &answer),
                     LOAD_PARSED_WHOLE);
    assert_value(&answer, "value");
    ck_assert_int_eq(read_whole(text, &op, "END\r\n", &answer), LOAD_PARSED_WHOLE);
    ck_assert(!answer.found);
    ck_assert_int_eq(read_at_once(text, &op, "STORED\r\n"), LOAD_PARSED_WRONG);
    ck_assert_int_eq(read_at_once(text, &op, "VALUE k007 0 1\r\nvalue\r\nEND\r\n"),
                     LOAD_PARSED_WRONG);
    ck_assert_int_eq(read_whole(text, &op, "SERVER_ERROR full\r\n", &answer), LOAD_PARSED_WHOLE);
    ck_assert_int_eq(answer.fault, LOAD_FAULT_FAILED);
    op.kind = LOAD_REMOVE;
    assert_written(text, &op, "delete k007\r\n");
    ck_assert_int_eq(read_whole(text, &op, "NOT_FOUND\r\n", &answer), LOAD_PARSED_WHOLE);
    op.kind = LOAD_PUT;
    op.value_size = VALUE;
    base_buf_reset(&out);
    ck_assert(text->write(&work, &out, &op));
    ck_assert_mem_eq(out.data, "set k007 0 0 40\r\n", 17);
    ck_assert_uint_eq(out.len, 17 + VALUE + 2);
    ck_assert_int_eq(read_whole(text, &op, "STORED\r\n", &answer), LOAD_PARSED_WHOLE);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("peer");
    tcase_add_test(cases, redis_requests);
    tcase_add_test(cases, redis_writes);
    tcase_add_test(cases, redis_replies);
    tcase_add_test(cases, redis_arrays);
    tcase_add_test(cases, memcached);
    Suite *suite = suite_create("loadgen");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    base_buf_clear(&out);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
