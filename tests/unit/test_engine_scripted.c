/*
 * test_engine_scripted.c: the scripted engine, so that tests may trust it.
 */
#include "engine/engine.h"
#include "engine/env/mem.h"
#include "tests/support/scripted_engine.h"

#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

static Env *mem;
static Engine *engine;

static void
set_up(void)
{
    mem = env_mem_new();
    ck_assert_ptr_nonnull(mem);
    EngineOpenArgs args = {
        .directory = "/d", .env = mem, .clock = base_clock_real(), .value_max = 1000};
    ck_assert(base_is_ok(engine_open(&scripted_class, &args, &engine)));
}

static void
tear_down(void)
{
    engine_close(engine);
    env_mem_free(mem);
}

/* A request with one mutation, waited for. */
typedef struct Request {
    EngineCommit commit; /* first: it is a commit */
    EngineMutation mutation;
    sem_t answered;
    pthread_t answered_by;
} Request;

static void
wake(EngineCommit *commit, const EngineOutcome *outcome)
{
    Request *request = (Request *)commit;
    ck_assert_ptr_eq(outcome, &commit->outcome);
    request->answered_by = pthread_self();
    ck_assert_int_eq(sem_post(&request->answered), 0);
}

static void
make_put(Request *request, const char *key, const char *value)
{
    memset(request, 0, sizeof(*request));
    request->mutation.key = base_slice_text(key);
    request->mutation.value = base_slice_text(value);
    request->commit.mutations = &request->mutation;
    request->commit.mutation_count = 1;
    request->commit.done = wake;
    ck_assert_int_eq(sem_init(&request->answered, 0, 0), 0);
}

static void
await(Request *request)
{
    while (sem_wait(&request->answered) != 0) {
    }
    ck_assert_int_eq(sem_destroy(&request->answered), 0);
}

static EngineOutcome
put(const char *key, const char *value)
{
    Request request;
    make_put(&request, key, value);
    engine_commit(engine, &request.commit);
    await(&request);
    return request.commit.outcome;
}

static BaseStatus
get(const char *key, EngineLookup *ret_lookup)
{
    EngineRead read;
    ck_assert(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
    BaseStatus status = engine_get(&read, ENGINE_DATA, base_slice_text(key), ret_lookup);
    engine_read_end(&read);
    return status;
}

static bool
is_there(const char *key)
{
    EngineLookup lookup = {.found = false};
    ck_assert(base_is_ok(get(key, &lookup)));
    return lookup.found;
}

START_TEST(keeps_records)
{
    ck_assert_int_eq(put("a", "1").kind, ENGINE_APPLIED);
    ck_assert_int_eq(put("a", "2").version, 2);
    EngineLookup lookup;
    ck_assert(base_is_ok(get("a", &lookup)));
    ck_assert(lookup.found);
    ck_assert_int_eq(lookup.record.version, 2);
    ck_assert(base_slice_equal(lookup.record.value, BASE_SLICE_LITERAL("2")));
    ck_assert(!is_there("b"));
}
END_TEST

START_TEST(shows_every_outcome)
{
    static const struct {
        const char *key;
        EngineOutcomeKind kind;
        EngineRefusal refusal;
        BaseCode code;
        bool applied;
    } cases[] = {
        {"!refuse-overload:a", ENGINE_REFUSED, ENGINE_REFUSAL_OVERLOAD, BASE_BUSY, false},
        {"!refuse-disk_full:a", ENGINE_REFUSED, ENGINE_REFUSAL_DISK_FULL, BASE_BUSY, false},
        {"!refuse-memory_full:a", ENGINE_REFUSED, ENGINE_REFUSAL_MEMORY_FULL, BASE_BUSY, false},
        {"!refuse-closing:a", ENGINE_REFUSED, ENGINE_REFUSAL_CLOSING, BASE_BUSY, false},
        {"!refuse-deadline:a", ENGINE_REFUSED, ENGINE_REFUSAL_DEADLINE, BASE_BUSY, false},
        {"!refuse-read_only:a", ENGINE_REFUSED, ENGINE_REFUSAL_READ_ONLY, BASE_BUSY, false},
        {"!unknown:a", ENGINE_UNKNOWN, ENGINE_REFUSAL_NONE, BASE_BUSY, false},
        {"!unknown-applied:a", ENGINE_UNKNOWN, ENGINE_REFUSAL_NONE, BASE_BUSY, true},
        {"!fail-io:a", ENGINE_FAILED, ENGINE_REFUSAL_NONE, BASE_IO, false},
        {"!fail-corruption:a", ENGINE_FAILED, ENGINE_REFUSAL_NONE, BASE_CORRUPTION, false},
        {"!fail-poisoned:a", ENGINE_FAILED, ENGINE_REFUSAL_NONE, BASE_POISONED, false},
        {"!read-io:a", ENGINE_APPLIED, ENGINE_REFUSAL_NONE, BASE_OK, true},
        {"!misspelt:a", ENGINE_FAILED, ENGINE_REFUSAL_NONE, BASE_INVALID, false},
        {"!fail-:a", ENGINE_FAILED, ENGINE_REFUSAL_NONE, BASE_INVALID, false},
        {"!delay-5:a", ENGINE_FAILED, ENGINE_REFUSAL_NONE, BASE_INVALID, false},
        {"!no script", ENGINE_APPLIED, ENGINE_REFUSAL_NONE, BASE_OK, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EngineStats before;
        EngineStats after;
        engine_stats(engine, &before);
        EngineOutcome outcome = put(cases[i].key, "x");
        engine_stats(engine, &after);
        ck_assert_msg(outcome.kind == cases[i].kind, "%s", cases[i].key);
        ck_assert_int_eq(outcome.refusal, cases[i].refusal);
        ck_assert_int_eq(outcome.status.code, cases[i].code);
        ck_assert_int_eq(after.keys - before.keys, cases[i].applied);
    }
    ck_assert_int_eq(put("!refuse-overload!retry-250ms:a", "x").retry_after_ms, 250);
}
END_TEST

START_TEST(reads_fail_when_told_to)
{
    static const struct {
        const char *key;
        BaseCode code;
    } cases[] = {{"!read-io:a", BASE_IO},
                 {"!read-corruption:a", BASE_CORRUPTION},
                 {"!read-would_block:a", BASE_WOULD_BLOCK},
                 {"!read-no_memory:a", BASE_NO_MEMORY},
                 {"!misspelt:a", BASE_INVALID},
                 {"!refuse-overload:a", BASE_OK}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EngineLookup lookup;
        ck_assert_int_eq(get(cases[i].key, &lookup).code, cases[i].code);
    }
}
END_TEST

START_TEST(acts_a_number_of_times)
{
    ck_assert_int_eq(put("!times-2!refuse-overload:a", "x").kind, ENGINE_REFUSED);
    ck_assert_int_eq(put("!times-2!refuse-overload:b", "x").kind, ENGINE_REFUSED);
    ck_assert_int_eq(put("!times-2!refuse-overload:a", "x").kind, ENGINE_REFUSED);
    ck_assert_int_eq(put("!times-2!refuse-overload:a", "x").kind, ENGINE_APPLIED);
    ck_assert(is_there("!times-2!refuse-overload:a"));
}
END_TEST

START_TEST(delays_in_another_thread)
{
    Request requests[3];
    make_put(&requests[0], "a", "1");
    make_put(&requests[1], "!delay-20ms!fail-io:b", "1");
    make_put(&requests[2], "c", "1");
    requests[0].commit.next = &requests[1].commit;
    requests[1].commit.next = &requests[2].commit;
    engine_commit(engine, &requests[0].commit);
    ck_assert(pthread_equal(requests[0].answered_by, pthread_self()));
    ck_assert_int_eq(put("!delay-0ms:d", "1").kind, ENGINE_APPLIED);
    for (int i = 0; i < 3; i++) {
        await(&requests[i]);
    }
    ck_assert(!pthread_equal(requests[1].answered_by, pthread_self()));
    ck_assert(pthread_equal(requests[1].answered_by, requests[2].answered_by));
    ck_assert_int_eq(requests[1].commit.outcome.kind, ENGINE_FAILED);
    ck_assert_int_gt(requests[2].commit.outcome.version, requests[0].commit.outcome.version);
}
END_TEST

START_TEST(iterates)
{
    static const char *const keys[] = {"c", "a", "b", "d", "!read-io:x"};
    for (int i = 0; i < 5; i++) {
        (void)put(keys[i], keys[i]);
    }
    EngineSnapshot *snapshot = NULL;
    ck_assert(base_is_ok(engine_snapshot_new(engine, &snapshot)));
    (void)put("bb", "later");
    EngineIteratorOptions options = {
        .range = {.start = BASE_SLICE_LITERAL("a"), .stop = BASE_SLICE_LITERAL("d")}};
    EngineIterator *iterator = NULL;
    ck_assert(base_is_ok(engine_iterator_new(engine, snapshot, &options, &iterator)));
    char seen[8] = "";
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        (void)strncat(seen, (const char *)iterator->key.data, iterator->key.len);
    }
    ck_assert_str_eq(seen, "abc");
    engine_iterator_seek_before(iterator, NULL);
    ck_assert(iterator->valid && iterator->key.data[0] == 'c');
    engine_iterator_prev(iterator);
    ck_assert(iterator->valid && iterator->key.data[0] == 'b');
    BaseSlice behind = BASE_SLICE_LITERAL("aa");
    engine_iterator_seek(iterator, &behind);
    ck_assert(iterator->valid && iterator->key.data[0] == 'b');
    engine_iterator_seek_before(iterator, &behind);
    ck_assert(iterator->valid && iterator->key.data[0] == 'a');
    engine_iterator_prev(iterator);
    ck_assert(!iterator->valid && base_is_ok(iterator->status));
    engine_iterator_free(iterator);
    engine_snapshot_free(snapshot);
    options.range = (EngineRange){.unbounded = true};
    ck_assert(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    engine_iterator_seek(iterator, NULL);
    ck_assert(!iterator->valid);
    ck_assert_int_eq(iterator->status.code, BASE_IO);
    engine_iterator_free(iterator);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("scripted");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, keeps_records);
    tcase_add_test(cases, shows_every_outcome);
    tcase_add_test(cases, reads_fail_when_told_to);
    tcase_add_test(cases, acts_a_number_of_times);
    tcase_add_test(cases, delays_in_another_thread);
    tcase_add_test(cases, iterates);
    Suite *suite = suite_create("engine");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
