/*
 * test_sdk_scan.c: cursors: every record once, whatever ends the pages and whatever goes wrong.
 */
#include <larder/bulk.h>
#include <larder/check.h>
#include <larder/scan.h>

#include <stdio.h>
#include <stdlib.h>

enum { RECORDS = 2500, PATIENCE_MS = 60 * 1000 };

static void
prepare(void)
{
    larder_fixture.client_options = (LarderClientOptions){
        .timeout_ms = PATIENCE_MS, .retry = {.pause_ms = 1, .pause_max_ms = 4}};
    larder_fixture_setup();
    LarderBulk *bulk = larder_bulk_new(larder_fixture.client, larder_text("default"), NULL);
    for (int i = 0; i < RECORDS; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%05d", i);
        ck_assert_ptr_null(larder_bulk_put(bulk, larder_text(key), larder_text(key + 1)));
    }
    ck_assert_ptr_null(larder_bulk_flush(bulk));
    larder_bulk_free(bulk);
}

static LarderScan *
scan_of(const LarderKeyRange *range, const LarderScanOptions *options)
{
    LarderScan *scan =
        larder_scan_new(larder_fixture.client, larder_text("default"), range, options);
    ck_assert_ptr_nonnull(scan);
    return scan;
}

/* Reads records `first`, first + step, ... until there are none; returns how many came. */
static int
read_all(LarderScan *scan, int first, int step)
{
    const LarderScanItem *item;
    int seen = 0;
    while ((item = larder_scan_next(scan)) != NULL) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%05d", first + seen * step);
        ck_assert(larder_bytes_equal(item->key, larder_text(key)));
        ck_assert(!item->has_value || larder_bytes_equal(item->value, larder_text(key + 1)));
        seen++;
    }
    return seen;
}

START_TEST(every_record_comes_once)
{
    LarderScanOptions options = {.has_limit_items = true, .limit_items = 1 + _i * 333};
    LarderScan *scan = scan_of(NULL, &options);
    ck_assert_uint_eq(larder_scan_token(scan).size, 0);
    ck_assert_int_eq(read_all(scan, 0, 1), RECORDS);
    ck_assert_ptr_null(larder_scan_problem(scan));
    ck_assert_ptr_null(larder_scan_next(scan));
    LarderScanStats stats;
    larder_scan_stats(scan, &stats);
    ck_assert_int_eq(stats.items, RECORDS);
    ck_assert_int_ge(stats.pages, RECORDS / options.limit_items);
    ck_assert_int_ge(stats.examined, RECORDS);
    ck_assert_int_gt(stats.read_version, 0);
    larder_scan_free(scan);
}
END_TEST

START_TEST(ranges_and_directions)
{
    LarderKeyRange prefix = {.has_prefix = true, .prefix = larder_text("k001")};
    LarderScan *scan = scan_of(&prefix, NULL);
    ck_assert_int_eq(read_all(scan, 100, 1), 100);
    larder_scan_free(scan);
    LarderKeyRange between = {.has_start_key = true,
                              .start_key = larder_text("k00010"),
                              .has_stop_key = true,
                              .stop_key = larder_text("k00020")};
    LarderScanOptions reverse = {.has_reverse = true,
                                 .reverse = true,
                                 .has_limit_items = true,
                                 .limit_items = 3,
                                 .has_keys_only = true,
                                 .keys_only = true};
    scan = scan_of(&between, &reverse);
    ck_assert_int_eq(read_all(scan, 19, -1), 10);
    larder_scan_free(scan);
}
END_TEST

START_TEST(what_is_not_set_is_not_looked_at)
{
    const LarderBytes nowhere = {(const char *)1, 1000};
    LarderKeyRange range = {.start_key = nowhere, .stop_key = nowhere, .prefix = nowhere};
    LarderScan *scan = larder_scan_new(larder_fixture.client, larder_text("default"), &range, NULL);
    ck_assert_ptr_nonnull(larder_scan_next(scan));
    larder_scan_free(scan);
}
END_TEST

START_TEST(counting_gives_no_records)
{
    LarderScanOptions options = {.has_count_only = true,
                                 .count_only = true,
                                 .has_limit_examined = true,
                                 .limit_examined = 100};
    LarderScan *scan = scan_of(NULL, &options);
    ck_assert_ptr_null(larder_scan_next(scan));
    ck_assert_ptr_null(larder_scan_problem(scan));
    LarderScanStats stats;
    larder_scan_stats(scan, &stats);
    ck_assert_int_eq(stats.items, RECORDS);
    ck_assert_int_ge(stats.pages, RECORDS / 101);
    larder_scan_free(scan);
}
END_TEST

/* Pages that are lost on the way are read again by the client, unseen. */
START_TEST(lost_pages_are_read_again)
{
    static const LarderFaultKind kinds[] = {LARDER_FAULT_CLOSE, LARDER_FAULT_HALF_REPLY,
                                            LARDER_FAULT_EXECUTE_CLOSE};
    for (int i = 0; i < 3; i++) {
        const LarderFault fault = {.kind = kinds[i], .method = "scan", .skip = i, .times = 1};
        ck_assert_int_gt(larder_test_server_inject(larder_fixture.server, &fault), 0);
    }
    LarderScanOptions options = {.has_limit_items = true, .limit_items = 100};
    LarderScan *scan = scan_of(NULL, &options);
    ck_assert_int_eq(read_all(scan, 0, 1), RECORDS);
    larder_scan_free(scan);
    LarderClientStats stats;
    larder_client_stats(larder_fixture.client, &stats);
    ck_assert_uint_eq(stats.lost, 3);
}
END_TEST

START_TEST(a_scan_goes_on_after_a_failure)
{
    const LarderFault fault = {.kind = LARDER_FAULT_EXCEPTION,
                               .method = "scan",
                               .skip = 2,
                               .times = 1,
                               .outcome = LARDER_FAILED};
    ck_assert_int_gt(larder_test_server_inject(larder_fixture.server, &fault), 0);
    LarderScanOptions options = {.has_limit_items = true, .limit_items = 100};
    LarderScan *scan = scan_of(NULL, &options);
    ck_assert_int_eq(read_all(scan, 0, 1), 200);
    larder_assert_outcome(larder_scan_problem(scan), LARDER_FAILED);
    ck_assert_int_eq(read_all(scan, 200, 1), RECORDS - 200);
    ck_assert_ptr_null(larder_scan_problem(scan));
    larder_scan_free(scan);
}
END_TEST

START_TEST(a_token_resumes_in_another_scan)
{
    LarderScanOptions options = {.has_limit_items = true, .limit_items = 100};
    LarderScan *scan = scan_of(NULL, &options);
    for (int i = 0; i < 301; i++) { /* the 301st is of the fourth page */
        ck_assert_ptr_nonnull(larder_scan_next(scan));
    }
    LarderBytes token = larder_scan_token(scan);
    ck_assert_uint_gt(token.size, 0);
    options.has_page_token = true;
    options.page_token = token;
    LarderScan *resumed = scan_of(NULL, &options);
    larder_scan_free(scan); /* the token was copied */
    ck_assert_int_eq(read_all(resumed, 300, 1), RECORDS - 300);
    ck_assert_uint_eq(larder_scan_token(resumed).size, 0);
    larder_scan_free(resumed);
}
END_TEST

START_TEST(what_cannot_be_scanned_says_why)
{
    LarderScan *scan =
        larder_scan_new(larder_fixture.client, larder_text("no-such-store"), NULL, NULL);
    ck_assert_ptr_null(larder_scan_next(scan));
    larder_assert_exception(larder_scan_problem(scan), LARDER_INVALID_REQUEST,
                            LARDER_INVALID_CODE_UNKNOWN_STORE);
    larder_scan_free(scan);
    larder_scan_free(NULL);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("scan");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, prepare, larder_fixture_teardown);
    tcase_add_loop_test(cases, every_record_comes_once, 1, 4);
    tcase_add_test(cases, ranges_and_directions);
    tcase_add_test(cases, what_is_not_set_is_not_looked_at);
    tcase_add_test(cases, counting_gives_no_records);
    tcase_add_test(cases, lost_pages_are_read_again);
    tcase_add_test(cases, a_scan_goes_on_after_a_failure);
    tcase_add_test(cases, a_token_resumes_in_another_scan);
    tcase_add_test(cases, what_cannot_be_scanned_says_why);
    Suite *suite = suite_create("sdk");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
