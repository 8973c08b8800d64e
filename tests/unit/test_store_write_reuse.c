/*
 * test_store_write_reuse.c: a write is filled in anew, whatever its memory held before.
 *
 * Writes are taken from memory that served others, and only some of their fields are emptied first
 * (write.c). So each method is tried with memory full of zeros, of ones and of a pattern, on a
 * store in the same state, and must do and tell the same. Pointers of 0xff are not valid: a field
 * that was forgotten shows as another result or as a crash.
 */
#include "tests/support/store_fixture.h"

static const uint8_t fills[] = {0x00, 0xff, 0xa5};

enum { FILLS = sizeof fills };

typedef bool Fill(StoreWrite *write, const StoreWriteOptions *options);

static bool
fill_put(StoreWrite *write, const StoreWriteOptions *options)
{
    StorePutArgs args = {TEXT("k"), TEXT("value"), *options};
    return store_write_put(write, fixture.store, &args, &fixture.error);
}

static bool
fill_remove(StoreWrite *write, const StoreWriteOptions *options)
{
    StoreRemoveArgs args = {TEXT("k"), *options};
    return store_write_remove(write, fixture.store, &args, &fixture.error);
}

static bool
fill_touch(StoreWrite *write, const StoreWriteOptions *options)
{
    StoreTouchArgs args = {TEXT("k"), {.has_ttl_ms = true, .ttl_ms = 1000}, *options};
    return store_write_touch(write, fixture.store, &args, &fixture.error);
}

static bool
fill_increment(StoreWrite *write, const StoreWriteOptions *options)
{
    StoreIncrementArgs args = {.key = TEXT("k"), .delta = 2, .initial = 40, .options = *options};
    return store_write_increment(write, fixture.store, &args, &fixture.error);
}

static bool
fill_append(StoreWrite *write, const StoreWriteOptions *options)
{
    StoreAppendArgs args = {.key = TEXT("k"), .value = TEXT("tail"), .options = *options};
    return store_write_append(write, fixture.store, &args, &fixture.error);
}

static bool
fill_remove_range(StoreWrite *write, const StoreWriteOptions *options)
{
    const EngineRange range = {.start = TEXT("a"), .stop = TEXT("z")};
    return store_write_remove_range(write, fixture.store, &range, options, &fixture.error);
}

static Fill *const methods[] = {fill_put,       fill_remove, fill_touch,
                                fill_increment, fill_append, fill_remove_range};

enum { METHODS = sizeof methods / sizeof methods[0] };

static const StoreWriteOptions option_cases[] = {
    {.return_current = false},
    {.return_current = true},
    {.condition = {.present = true}, .return_current = true},
    {.condition = {.absent = true}},
    {.has_want_existed = true, .want_existed = true},
    {.has_expiry = true, .expiry = {.has_ttl_ms = true, .ttl_ms = 5000}},
};

enum { OPTION_CASES = sizeof option_cases / sizeof option_cases[0] };

/* What is to be the same, as text: the result, and the record afterwards. */
static char told[400];

static void
tell(StoreWrite *write)
{
    ck_assert(write->succeeded);
    const StoreWriteResult *result = &write->result;
    BaseSlice current = result->has_current_value ? result->current_value : BASE_SLICE_EMPTY;
    (void)snprintf(told, sizeof told,
                   "applied %d reason %d existed %d %d expires %lld number %lld length %lld "
                   "current %d \"%.*s\"",
                   result->applied, (int)result->reason, result->has_existed, result->existed,
                   (long long)result->expires_at_ms, (long long)result->number,
                   (long long)result->length, result->has_current_value, (int)current.len,
                   current.len == 0 ? "" : (const char *)current.data);
}

static void
tell_record(void)
{
    StoreRead read;
    StoreGetResult result;
    const StoreGetArgs args = {.key = TEXT("k")};
    size_t used = strlen(told);
    ck_assert(store_read_begin(&read, fixture.store, 0, &fixture.error));
    ck_assert(store_get(&read, &args, &result, &fixture.error));
    (void)snprintf(told + used, sizeof told - used, "; then %d \"%.*s\" until %lld", result.found,
                   result.found ? (int)result.value.len : 0,
                   result.found ? (const char *)result.value.data : "",
                   (long long)(result.found ? result.expires_at_ms : 0));
    store_read_end(&read);
}

/* One method on "k" with that value before (NULL: none), in memory that was filled with a byte. */
static void
attempt(Fill *method, const StoreWriteOptions *options, const char *before, uint8_t byte)
{
    StoreWrite write;
    erase("k");
    if (before != NULL) {
        (void)put("k", before);
    }
    memset(&write, byte, sizeof write);
    write.done = tell;
    ck_assert(method(&write, options));
    store_write_submit(&write);
    tell_record();
}

static void
compare_fills(Fill *method, const StoreWriteOptions *options, const char *before)
{
    char expected[sizeof told];
    attempt(method, options, before, fills[0]);
    memcpy(expected, told, sizeof told);
    for (size_t i = 1; i < FILLS; i++) {
        attempt(method, options, before, fills[i]);
        ck_assert_str_eq(told, expected);
    }
}

START_TEST(what_memory_held_before_does_not_matter)
{
    static const char *const before[] = {NULL, "text", "40"};
    for (int option = 0; option < OPTION_CASES; option++) {
        for (int i = 0; i < 3; i++) {
            compare_fills(methods[_i], &option_cases[option], before[i]);
        }
    }
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, what_memory_held_before_does_not_matter, 0, METHODS);
}

int
main(void)
{
    return fixture_main("store/write_reuse", add_tests);
}
