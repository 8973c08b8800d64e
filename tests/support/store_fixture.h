/*
 * store_fixture.h: what the tests of service/store share: a store over the hashmap engine, on files
 * in memory and a clock that stands still, and short forms of the calls.
 *
 * Include it from one test program's only source: it holds the one fixture of the program.
 */
#ifndef LARDER_TESTS_SUPPORT_STORE_FIXTURE_H
#define LARDER_TESTS_SUPPORT_STORE_FIXTURE_H

#include "engine/env/mem.h"
#include "service/store/call.h"
#include "service/store/read.h"
#include "service/store/set.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define FIXTURE_WALL_MS INT64_C(1700000000000)

static struct Fixture {
    Env *env;
    BaseFakeClock clock;
    StoreLimits limits;
    StoreSet *set;
    Store *store; /* "default" */
    StoreError error;
} fixture;

/* Opens a store of that class and asserts that it works. */
static inline Store *
fixture_open_store(const char *name, const EngineClass *engine_class)
{
    char directory[80];
    (void)snprintf(directory, sizeof directory, "/%s", name);
    StoreSpec spec = {.name = name, .engine_class = engine_class, .directory = directory};
    Store *store = NULL;
    bool opened = store_set_open(fixture.set, &spec, &store, &fixture.error);
    ck_assert_msg(opened, "%s", opened ? "" : fixture.error.message);
    return store;
}

static inline void
fixture_setup(void)
{
    fixture.env = env_mem_new();
    ck_assert_ptr_nonnull(fixture.env);
    base_fake_clock_init(&fixture.clock, FIXTURE_WALL_MS);
    fixture.limits = STORE_LIMITS_PRESET;
    fixture.set = store_set_new(fixture.env, &fixture.clock.clock, &fixture.limits);
    ck_assert_ptr_nonnull(fixture.set);
    const EngineClass *engine_class = engine_class_find("hashmap");
    ck_assert_ptr_nonnull(engine_class);
    fixture.store = fixture_open_store("default", engine_class);
}

static inline void
fixture_teardown(void)
{
    store_set_close(fixture.set);
    env_mem_free(fixture.env);
}

/* A program's main: runs one case of tests with the fixture around each. */
static inline int
fixture_main(const char *name, void (*add_tests)(TCase *tests))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
    tcase_set_timeout(tests, 120);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

/* ------------------------------------------------------------------------------------- calls -- */

#define TEXT(literal) BASE_SLICE_LITERAL(literal)

/* The outcome of a call that must have one; free it. */
static inline StoreCall *
must(StoreCall *call)
{
    ck_assert_msg(call != NULL, "%s", call != NULL ? "" : fixture.error.message);
    return call;
}

/* Puts without options; the version. */
static inline int64_t
put(const char *key, const char *value)
{
    StorePutArgs args = {.key = base_slice_text(key), .value = base_slice_text(value)};
    StoreCall *call = must(store_call_put(fixture.store, &args, &fixture.error));
    ck_assert(call->write.applied);
    int64_t version = call->write.version;
    store_call_free(call);
    return version;
}

/* Removes without options. */
static inline void
erase(const char *key)
{
    StoreRemoveArgs args = {.key = base_slice_text(key)};
    store_call_free(must(store_call_remove(fixture.store, &args, &fixture.error)));
}

/* The key has this value; NULL: it is absent. */
static inline void
expect(const char *key, const char *value)
{
    StoreRead read;
    StoreGetResult result;
    StoreGetArgs args = {.key = base_slice_text(key)};
    ck_assert(store_read_begin(&read, fixture.store, 0, &fixture.error));
    ck_assert(store_get(&read, &args, &result, &fixture.error));
    ck_assert_msg(result.found == (value != NULL), "%s is %s", key,
                  result.found ? "present" : "absent");
    if (value != NULL) {
        ck_assert_msg(base_slice_equal(result.value, base_slice_text(value)), "%s is \"%.*s\"", key,
                      (int)result.value.len, (const char *)result.value.data);
    }
    store_read_end(&read);
}

/* ------------------------------------------------------------------------------------ errors -- */

/* The last error is INVALID with these properties, and its message names the field. */
static inline void
expect_invalid(StoreInvalidCode code, const char *field, int64_t limit, int64_t actual)
{
    const StoreError *error = &fixture.error;
    ck_assert_int_eq(error->kind, STORE_ERROR_INVALID);
    ck_assert_msg(error->code == (int)code, "code %d: %s", error->code, error->message);
    ck_assert_str_eq(error->field, field);
    ck_assert_int_eq(error->limit, limit);
    ck_assert_int_eq(error->actual, actual);
    ck_assert_msg(strstr(error->message, field) != NULL, "%s", error->message);
    char number[32];
    (void)snprintf(number, sizeof number, "%lld", (long long)limit);
    ck_assert_msg(limit == 0 || strstr(error->message, number) != NULL, "%s", error->message);
    (void)snprintf(number, sizeof number, "%lld", (long long)actual);
    ck_assert_msg(actual == 0 || strstr(error->message, number) != NULL, "%s", error->message);
}

static inline void
expect_refused(StoreRefusedCode code, const char *scope)
{
    ck_assert_int_eq(fixture.error.kind, STORE_ERROR_REFUSED);
    ck_assert_int_eq(fixture.error.code, (int)code);
    ck_assert_str_eq(fixture.error.scope, scope);
}

/* A string of `len` times `byte`, with a terminator; free it. */
static inline char *
repeat(char byte, size_t len)
{
    char *text = malloc(len + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, byte, len);
    text[len] = '\0';
    return text;
}

#endif
