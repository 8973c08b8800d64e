/*
 * test_server_trace.c: lines of the call trace, and that no call waits for them.
 *
 * Standard error is a pipe whose other end the test reads, or does not read.
 */
#include "service/log.h"
#include "service/trace.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int pipe_end;  /* of the test */
static int error_end; /* the real standard error */
static Trace *trace;

static void
start(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pipe_end = ends[0];
    error_end = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
    (void)close(ends[1]);
    log_init();
    trace = trace_new(NULL);
    ck_assert_ptr_nonnull(trace);
}

static void *
read_all(void *data)
{
    GString *text = data;
    char part[4096];
    ssize_t len = 0;
    while ((len = read(pipe_end, part, sizeof part)) > 0) {
        g_string_append_len(text, part, len);
    }
    (void)close(pipe_end);
    return NULL;
}

/* Reads what was written from now on, ends the trace and the pipe, and returns it all. */
static char *
finish(void)
{
    GString *text = g_string_new(NULL);
    pthread_t reader;
    ck_assert_int_eq(pthread_create(&reader, NULL, read_all, text), 0);
    trace_free(trace);
    (void)dup2(error_end, STDERR_FILENO);
    (void)close(error_end);
    (void)pthread_join(reader, NULL);
    return g_string_free(text, FALSE);
}

/* Ends a call that took so long. */
static void
call_taking(int64_t us, BaseSlice key)
{
    const RpcObserved call = {
        .service = RPC_STORE,
        .method = "get",
        .store = BASE_SLICE_LITERAL("default"),
        .key = key,
        .peer = "tcp:127.0.0.1:5",
        .arrival_us = 1000,
        .start_us = 1000 + us / 2,
        .request_bytes = 45,
    };
    const RpcObservedEnd end = {
        .outcome = OBS_REFUSED, .code = 6, .end_us = 1000 + us, .reply_bytes = 60};
    rpc_observer_after(trace_observers(trace), &call, &end);
}

static int
count(const char *text, const char *part)
{
    int found = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++) {
        found++;
    }
    return found;
}

START_TEST(off_shows_nothing)
{
    ck_assert_ptr_null(trace_observers(trace));
    ck_assert(base_is_ok(trace_set(trace, TRACE_ALL, 0)));
    ck_assert_ptr_nonnull(trace_observers(trace));
    ck_assert(base_is_ok(trace_set(trace, TRACE_OFF, 0)));
    ck_assert_ptr_null(trace_observers(trace));
    call_taking(1, BASE_SLICE_LITERAL("k"));
    char *text = finish();
    ck_assert_str_eq(text, "");
    g_free(text);
}
END_TEST

START_TEST(a_line_says_it_all)
{
    ck_assert(base_is_ok(trace_set(trace, TRACE_ALL, 0)));
    call_taking(300, BASE_SLICE_LITERAL("a\n\"\\\xff"));
    char *text = finish();
    const char *line = "info: call get store=\"default\" key=\"a\\x0a\\x22\\x5c\\xff\" key_bytes=5 "
                       "peer=tcp:127.0.0.1:5 outcome=refused code=6 us=300 queue_us=150 in=45 "
                       "out=60\n";
    ck_assert_msg(strstr(text, line) != NULL, "%s", text);
    ck_assert_int_eq(count(text, "\n"), 1);
    g_free(text);
}
END_TEST

START_TEST(long_keys_are_cut)
{
    char key[1000];
    memset(key, 0xfe, sizeof key);
    ck_assert(base_is_ok(trace_set(trace, TRACE_ALL, 0)));
    call_taking(300, base_slice(key, sizeof key));
    char *text = finish();
    ck_assert_int_eq(count(text, "\\xfe"), 64);
    ck_assert_int_eq(count(text, "key_bytes=1000 "), 1);
    ck_assert_int_eq(count(text, " out=60\n"), 1);
    g_free(text);
}
END_TEST

START_TEST(slow_shows_slow_calls)
{
    ck_assert(base_is_ok(trace_set(trace, TRACE_SLOW, 2)));
    call_taking(1999, BASE_SLICE_LITERAL("fast"));
    call_taking(2000, BASE_SLICE_LITERAL("slow"));
    ck_assert(base_is_ok(trace_set(trace, TRACE_SLOW, 1)));
    call_taking(1999, BASE_SLICE_LITERAL("now"));
    char *text = finish();
    ck_assert_int_eq(count(text, "call get"), 2);
    ck_assert_int_eq(count(text, "key=\"slow\""), 1);
    ck_assert_int_eq(count(text, "key=\"now\""), 1);
    g_free(text);
}
END_TEST

START_TEST(calls_do_not_wait_for_a_log_that_nobody_reads)
{
    ck_assert(base_is_ok(trace_set(trace, TRACE_ALL, 0)));
    for (int i = 0; i < 20000; i++) {
        call_taking(300, BASE_SLICE_LITERAL("k"));
    }
    char *text = finish();
    long shown = count(text, "call get");
    long dropped = 0;
    static const char warning[] = "warning: trace: ";
    for (const char *at = text; (at = strstr(at, warning)) != NULL; at++) {
        dropped += strtol(at + strlen(warning), NULL, 10);
    }
    ck_assert_int_gt(dropped, 0);
    ck_assert_int_eq(shown + dropped, 20000);
    g_free(text);
}
END_TEST

static void
mark(void *user, const RpcObserved *call, const RpcObservedEnd *end)
{
    (void)call;
    (void)end;
    ++*(int *)user;
}

START_TEST(observers_behind_it_are_told_too)
{
    int told = 0;
    const RpcObserver behind = {.user = &told, .after = mark};
    trace_free(trace);
    trace = trace_new(&behind);
    ck_assert_ptr_eq(trace_observers(trace), &behind);
    call_taking(1, BASE_SLICE_LITERAL("k"));
    ck_assert(base_is_ok(trace_set(trace, TRACE_SLOW, 1000)));
    call_taking(1, BASE_SLICE_LITERAL("k"));
    ck_assert_int_eq(told, 2);
    g_free(finish());
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("server");
    TCase *cases = tcase_create("trace");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, start, NULL);
    tcase_add_test(cases, off_shows_nothing);
    tcase_add_test(cases, a_line_says_it_all);
    tcase_add_test(cases, long_keys_are_cut);
    tcase_add_test(cases, slow_shows_slow_calls);
    tcase_add_test(cases, calls_do_not_wait_for_a_log_that_nobody_reads);
    tcase_add_test(cases, observers_behind_it_are_told_too);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
