/*
 * test_store_scan.c: pages of a scan: their limits, their tokens, and that they add up.
 */
#include "service/store/scan.h"
#include "tests/support/gated_engine.h"
#include "tests/support/scripted_engine.h"
#include "tests/support/store_fixture.h"

/* One page, keys separated by spaces. */
static struct PageText {
    char keys[4096];
    size_t len;
    size_t items;
    size_t item_bytes;
    BaseBuf token;
    StoreScanResult result;
    bool full; /* pretend to have no memory */
} page;

static void
take_item(const EngineEntry *item, bool without_value)
{
    ck_assert_int_gt(item->record.version, 0);
    page.items++;
    page.item_bytes += item->key.len + (without_value ? 0 : item->record.value.len);
    page.len += (size_t)snprintf(page.keys + page.len, sizeof page.keys - page.len, "%s%.*s",
                                 page.len == 0 ? "" : " ", (int)item->key.len,
                                 (const char *)item->key.data);
}

static bool
take(void *user, const StoreScanItems *items)
{
    const StoreScanArgs *args = user;
    ck_assert_int_eq(items->without_values, args->keys_only);
    ck_assert_uint_gt(items->count, 0);
    size_t key_bytes = 0;
    size_t value_bytes = 0;
    for (size_t i = 0; i < items->count; i++) {
        key_bytes += items->list[i].key.len;
        value_bytes += items->list[i].record.value.len;
    }
    ck_assert_uint_eq(items->key_bytes, key_bytes);
    ck_assert_uint_eq(items->value_bytes, value_bytes);
    for (size_t i = 0; i < items->count && !page.full; i++) {
        take_item(&items->list[i], items->without_values);
    }
    return !page.full;
}

static bool
scan(StoreScanArgs args)
{
    page.len = 0;
    page.items = 0;
    page.item_bytes = 0;
    page.keys[0] = '\0';
    return store_scan(fixture.store, &args, take, &args, &page.token, &page.result, &fixture.error);
}

static void
expect_page(StoreScanArgs args, const char *keys, StoreStopReason reason)
{
    bool good = scan(args);
    ck_assert_msg(good, "%s", good ? "" : fixture.error.message);
    ck_assert_str_eq(page.keys, keys);
    ck_assert_int_eq(page.result.stop_reason, reason);
    ck_assert_int_eq(page.result.has_next_token, reason != STORE_STOP_RANGE_END);
    ck_assert_int_eq(page.token.len != 0, reason != STORE_STOP_RANGE_END);
}

/* The arguments of the next page. */
static StoreScanArgs
resume(StoreScanArgs args, BaseBuf *token)
{
    base_buf_clear(token);
    *token = page.token;
    page.token = BASE_BUF_INIT;
    args.has_page_token = true;
    args.page_token = base_buf_slice(token);
    return args;
}

static void
put_all(const char *keys)
{
    for (; *keys != '\0'; keys++) {
        char key[2] = {*keys, '\0'};
        put(key, "value");
    }
}

/* ------------------------------------------------------------------------------------- pages -- */

START_TEST(a_range_is_read_in_order_both_ways)
{
    put_all("dbaec");
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    expect_page(args, "a b c d e", STORE_STOP_RANGE_END);
    ck_assert_int_eq(page.result.count, 5);
    ck_assert_int_eq(page.result.examined, 5);
    args.reverse = true;
    expect_page(args, "e d c b a", STORE_STOP_RANGE_END);
    args.range = (StoreKeyRange){
        .has_start_key = true, .start_key = TEXT("b"), .has_stop_key = true, .stop_key = TEXT("d")};
    expect_page(args, "c b", STORE_STOP_RANGE_END);
    args.reverse = false;
    expect_page(args, "b c", STORE_STOP_RANGE_END);
    args.range.has_start_key = false;
    expect_page(args, "a b c", STORE_STOP_RANGE_END);
    args.range.stop_key = BASE_SLICE_EMPTY;
    expect_page(args, "", STORE_STOP_RANGE_END);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(a_prefix_is_read_alone)
{
    put("a", "1");
    put("ab", "1");
    put("ab\xff", "1");
    put("ac", "1");
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.range = (StoreKeyRange){.has_prefix = true, .prefix = TEXT("ab")};
    expect_page(args, "ab ab\xff", STORE_STOP_RANGE_END);
    args.range.prefix = BASE_SLICE_EMPTY;
    expect_page(args, "a ab ab\xff ac", STORE_STOP_RANGE_END);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(an_item_is_described)
{
    int64_t version = put("k", "value");
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    ck_assert(scan(args));
    ck_assert_uint_eq(page.item_bytes, 6);
    ck_assert_int_eq(page.result.read_version, version);
    args.keys_only = true;
    ck_assert(scan(args));
    ck_assert_uint_eq(page.items, 1);
    ck_assert_uint_eq(page.item_bytes, 1);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(limit_items_ends_a_page)
{
    put_all("abcde");
    BaseBuf token = BASE_BUF_INIT;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_items = 2;
    expect_page(args, "a b", STORE_STOP_LIMIT_ITEMS);
    args = resume(args, &token);
    expect_page(args, "c d", STORE_STOP_LIMIT_ITEMS);
    args = resume(args, &token);
    expect_page(args, "e", STORE_STOP_RANGE_END);
    args.has_page_token = false;
    args.limit_items = 5;
    expect_page(args, "a b c d e", STORE_STOP_RANGE_END);
    args.limit_items = 4;
    args.reverse = true;
    expect_page(args, "e d c b", STORE_STOP_LIMIT_ITEMS);
    args = resume(args, &token);
    expect_page(args, "a", STORE_STOP_RANGE_END);
    base_buf_clear(&token);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(limit_bytes_ends_a_page_but_not_before_one_item)
{
    put_all("abc"); /* 6 bytes each */
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_bytes = 1;
    expect_page(args, "a", STORE_STOP_LIMIT_BYTES);
    args.limit_bytes = 11;
    expect_page(args, "a", STORE_STOP_LIMIT_BYTES);
    args.limit_bytes = 12;
    expect_page(args, "a b", STORE_STOP_LIMIT_BYTES);
    args.limit_bytes = 18;
    expect_page(args, "a b c", STORE_STOP_RANGE_END);
    args.keys_only = true;
    args.limit_bytes = 2;
    expect_page(args, "a b", STORE_STOP_LIMIT_BYTES);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(limit_examined_ends_a_page)
{
    put_all("abcd");
    BaseBuf token = BASE_BUF_INIT;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_examined = 3;
    expect_page(args, "a b c", STORE_STOP_LIMIT_EXAMINED);
    ck_assert_int_eq(page.result.examined, 3);
    args = resume(args, &token);
    expect_page(args, "d", STORE_STOP_RANGE_END);
    args.has_page_token = false;
    args.limit_examined = 1;
    expect_page(args, "a", STORE_STOP_LIMIT_EXAMINED);
    base_buf_clear(&token);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(expired_records_are_examined_and_not_returned)
{
    put_all("ac");
    StorePutArgs brief = {
        .key = TEXT("b"),
        .value = TEXT("v"),
        .options = {.has_expiry = true, .expiry = {.has_ttl_ms = true, .ttl_ms = 5}}};
    store_call_free(must(store_call_put(fixture.store, &brief, &fixture.error)));
    base_fake_clock_advance_ms(&fixture.clock, 5);
    expect_page(STORE_SCAN_ARGS_INIT, "a c", STORE_STOP_RANGE_END);
    ck_assert_int_eq(page.result.count, 2);
    ck_assert_int_eq(page.result.examined, 2 + page.result.expired + page.result.tombstones);
    base_buf_clear(&page.token);
}
END_TEST

/* A clock that moves whenever it is read. */
typedef struct TickingClock {
    BaseClock clock;
    _Atomic int64_t monotonic_us;
    int64_t step_us;
} TickingClock;

static int64_t
ticking_wall_ms(const BaseClock *clock)
{
    (void)clock;
    return FIXTURE_WALL_MS;
}

static int64_t
ticking_monotonic_us(const BaseClock *clock)
{
    TickingClock *ticking = (TickingClock *)(void *)(uintptr_t)clock;
    return atomic_fetch_add(&ticking->monotonic_us, ticking->step_us) + ticking->step_us;
}

START_TEST(limit_ms_and_the_deadline_end_a_page)
{
    TickingClock ticking = {.clock = {ticking_wall_ms, ticking_monotonic_us},
                            .monotonic_us = 1000000};
    StoreSet *set = store_set_new(fixture.env, &ticking.clock, &fixture.limits);
    StoreSpec spec = {.name = "t", .engine_class = engine_class_find("hashmap"), .directory = "/t"};
    ck_assert(store_set_open(set, &spec, &fixture.store, &fixture.error));
    for (int i = 0; i < 1000; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "%04d", i);
        put(key, "v");
    }
    ticking.step_us = 1000;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.count_only = true;
    args.limit_ms = 1;
    ck_assert(scan(args));
    ck_assert_int_eq(page.result.stop_reason, STORE_STOP_LIMIT_TIME);
    ck_assert_int_ge(page.result.count, 1);
    ck_assert_int_lt(page.result.count, 1000);
    args.limit_ms = 60000;
    args.deadline = (StoreDeadline){.is_set = true, .ms = 5};
    ck_assert(scan(args));
    ck_assert_int_eq(page.result.stop_reason, STORE_STOP_LIMIT_TIME);
    args.deadline = (StoreDeadline){.arrival_us = 1, .is_set = true, .ms = 5};
    ck_assert(!scan(args));
    expect_refused(STORE_REFUSED_DEADLINE, "server");
    ticking.step_us = 0;
    store_set_close(set);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(count_only_counts_without_items)
{
    put_all("abcde");
    BaseBuf token = BASE_BUF_INIT;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.count_only = true;
    args.limit_items = 1;
    args.limit_bytes = 1;
    expect_page(args, "", STORE_STOP_RANGE_END);
    ck_assert_int_eq(page.result.count, 5);
    args.limit_examined = 3;
    expect_page(args, "", STORE_STOP_LIMIT_EXAMINED);
    ck_assert_int_eq(page.result.count, 3);
    args = resume(args, &token);
    expect_page(args, "", STORE_STOP_RANGE_END);
    ck_assert_int_eq(page.result.count, 2);
    base_buf_clear(&token);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(a_visitor_without_memory_ends_the_scan)
{
    put_all("abc");
    page.full = true;
    ck_assert(!scan(STORE_SCAN_ARGS_INIT));
    page.full = false;
    expect_refused(STORE_REFUSED_MEMORY_FULL, "server");
    base_buf_clear(&page.token);
}
END_TEST

/* ------------------------------------------------------------------------------ brief pages -- */

static void
expect_no_brief_page(StoreScanArgs args)
{
    ck_assert(!scan(args));
    ck_assert_int_eq(fixture.error.kind, STORE_ERROR_WOULD_BLOCK);
    args.brief = false;
    ck_assert(scan(args));
}

START_TEST(an_engine_without_brief_walks_has_no_brief_pages)
{
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.brief = true;
    put("a", "1");
    expect_no_brief_page(args);
    ck_assert_uint_eq(page.items, 1);
    base_buf_clear(&page.token);
}
END_TEST

static void
put_many(int count, size_t value_len)
{
    char *value = malloc(value_len + 1);
    memset(value, 'v', value_len);
    value[value_len] = '\0';
    for (int i = 0; i < count; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "key%06d", i);
        put(key, value);
    }
    free(value);
}

START_TEST(a_brief_page_is_a_page_that_is_not_long)
{
    (void)engine_class_register(&scripted_class);
    fixture.store = fixture_open_store("ordered", &scripted_class);
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.brief = true;
    put_all("abc");
    expect_page(args, "a b c", STORE_STOP_RANGE_END);
    args.limit_items = 2;
    expect_page(args, "a b", STORE_STOP_LIMIT_ITEMS);
    args.limit_items = 1000;
    put_many(3, 200000);
    expect_no_brief_page(args);
    args.keys_only = true; /* then few bytes are handed out */
    ck_assert(scan(args));
    put_many(1200, 1);
    args.count_only = true;
    args.keys_only = false;
    expect_no_brief_page(args);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(limits_are_checked)
{
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_items = 0;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.limit_items", 1, 0);
    args.limit_items = 10001;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.limit_items", 10000, 10001);
    args = STORE_SCAN_ARGS_INIT;
    args.limit_bytes = 0;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "options.limit_bytes", 1, 0);
    args.limit_bytes = 16777217;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.limit_bytes", 16777216, 16777217);
    args = STORE_SCAN_ARGS_INIT;
    args.limit_examined = 10000001;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.limit_examined", 10000000, 10000001);
    args = STORE_SCAN_ARGS_INIT;
    args.limit_ms = 60001;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_OVER_LIMIT, "options.limit_ms", 60000, 60001);
    args = STORE_SCAN_ARGS_INIT;
    args.has_snapshot_id = true;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_UNSUPPORTED, "options.snapshot_id", 0, 0);
    args = STORE_SCAN_ARGS_INIT;
    args.range = (StoreKeyRange){.has_prefix = true, .has_start_key = true};
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_BAD_ARGUMENT, "range.prefix", 0, 0);
}
END_TEST

/* ------------------------------------------------------------------------------------ tokens -- */

static void
expect_bad_token(StoreScanArgs args, BaseSlice token)
{
    args.has_page_token = true;
    args.page_token = token;
    ck_assert(!scan(args));
    expect_invalid(STORE_INVALID_BAD_TOKEN, "options.page_token", 0, 0);
}

START_TEST(a_token_of_another_scan_is_a_bad_token)
{
    put_all("abcd");
    BaseBuf token = BASE_BUF_INIT;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_items = 1;
    ck_assert(scan(args));
    StoreScanArgs next = resume(args, &token);
    expect_bad_token(args, BASE_SLICE_EMPTY);
    expect_bad_token(args, TEXT("no token at all, but long enough to be one"));
    StoreScanArgs other = next;
    other.reverse = true;
    expect_bad_token(other, next.page_token);
    other = next;
    other.range = (StoreKeyRange){.has_start_key = true, .start_key = TEXT("a")};
    expect_bad_token(other, next.page_token);
    Store *first = fixture.store;
    fixture.store = fixture_open_store("other", engine_class_find("hashmap"));
    expect_bad_token(next, next.page_token);
    fixture.store = first;
    for (size_t i = 0; i < token.len; i++) {
        token.data[i] ^= 0x10;
        expect_bad_token(next, base_buf_slice(&token));
        token.data[i] ^= 0x10;
    }
    next.limit_items = 1000; /* limits are not part of the scan */
    next.keys_only = true;
    expect_page(next, "b c d", STORE_STOP_RANGE_END);
    base_buf_clear(&token);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(equal_ranges_share_tokens_however_they_are_said)
{
    put("aa", "1");
    put("ab", "1");
    BaseBuf token = BASE_BUF_INIT;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_items = 1;
    args.range = (StoreKeyRange){.has_prefix = true, .prefix = TEXT("a")};
    ck_assert(scan(args));
    args = resume(args, &token);
    args.range = (StoreKeyRange){
        .has_start_key = true, .start_key = TEXT("a"), .has_stop_key = true, .stop_key = TEXT("b")};
    expect_page(args, "ab", STORE_STOP_RANGE_END);
    base_buf_clear(&token);
    base_buf_clear(&page.token);
}
END_TEST

START_TEST(a_page_goes_on_where_its_last_record_was_removed)
{
    put_all("abcd");
    BaseBuf token = BASE_BUF_INIT;
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.limit_items = 2;
    expect_page(args, "a b", STORE_STOP_LIMIT_ITEMS);
    args = resume(args, &token);
    erase("b");
    put("bb", "new");
    expect_page(args, "bb c", STORE_STOP_LIMIT_ITEMS);
    args.reverse = true;
    args.has_page_token = false;
    expect_page(args, "d c", STORE_STOP_LIMIT_ITEMS);
    args = resume(args, &token);
    erase("c");
    expect_page(args, "bb a", STORE_STOP_RANGE_END);
    base_buf_clear(&token);
    base_buf_clear(&page.token);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, a_range_is_read_in_order_both_ways);
    tcase_add_test(tests, a_prefix_is_read_alone);
    tcase_add_test(tests, an_item_is_described);
    tcase_add_test(tests, limit_items_ends_a_page);
    tcase_add_test(tests, limit_bytes_ends_a_page_but_not_before_one_item);
    tcase_add_test(tests, limit_examined_ends_a_page);
    tcase_add_test(tests, expired_records_are_examined_and_not_returned);
    tcase_add_test(tests, limit_ms_and_the_deadline_end_a_page);
    tcase_add_test(tests, count_only_counts_without_items);
    tcase_add_test(tests, a_visitor_without_memory_ends_the_scan);
    tcase_add_test(tests, an_engine_without_brief_walks_has_no_brief_pages);
    tcase_add_test(tests, a_brief_page_is_a_page_that_is_not_long);
    tcase_add_test(tests, limits_are_checked);
    tcase_add_test(tests, a_token_of_another_scan_is_a_bad_token);
    tcase_add_test(tests, equal_ranges_share_tokens_however_they_are_said);
    tcase_add_test(tests, a_page_goes_on_where_its_last_record_was_removed);
}

int
main(void)
{
    return fixture_main("store/scan", add_tests);
}
