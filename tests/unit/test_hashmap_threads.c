/*
 * test_hashmap_threads.c: writers, readers, snapshots, iterators and housekeeping at the same time.
 *
 * Two writers move amounts between accounts in guarded batches, so the sum of all accounts never
 * changes; a third puts, removes and lets expire pairs of keys, both in one commit; a fourth makes
 * tables grow and shrink. Readers of every kind must see the whole sum, and both keys of a pair or
 * none. Run it with thread sanitizer.
 */
#include "engine/base/rand.h"
#include "tests/support/hashmap_rig.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ACCOUNTS = 24,
    AMOUNT = 1000,
    TRANSFERS = 15000,
    PAIRS = 4,
    PAIR_ROUNDS = 15000,
    FILLERS = 6000,
    FILLERS_PER_RUN = 8, /* a divisor of FILLERS */
    WRITERS = 4,
    READERS = 4,
};

#define EXPECT(condition)                   \
    do {                                    \
        if (!(condition)) {                 \
            ck_abort_msg("%s", #condition); \
        }                                   \
    } while (0)

static HashmapRig rig;
static atomic_int writers_left;

static BaseSlice
account_name(char text[16], size_t account)
{
    (void)snprintf(text, 16, "account-%02zu", account);
    return base_slice_text(text);
}

static BaseSlice
pair_name(char text[16], size_t pair, size_t half)
{
    (void)snprintf(text, 16, "pair-%zu-%zu", pair, half);
    return base_slice_text(text);
}

/* ----------------------------------------------------------------------------------- writers -- */

typedef struct Balance {
    int64_t version;
    int64_t amount;
} Balance;

static Balance
read_balance(BaseSlice key)
{
    EngineRead read;
    EngineLookup lookup;
    EXPECT(base_is_ok(engine_read_begin(&read, rig.engine, NULL, 0)));
    EXPECT(base_is_ok(engine_get(&read, ENGINE_DATA, key, &lookup)));
    EXPECT(lookup.found && lookup.record.value.len == sizeof(int64_t));
    Balance balance = {.version = lookup.record.version};
    memcpy(&balance.amount, lookup.record.value.data, sizeof balance.amount);
    engine_read_end(&read);
    return balance;
}

static void
transfer(BaseRand *rand)
{
    char names[2][16];
    size_t from = base_rand_below(rand, ACCOUNTS);
    size_t to = (from + 1 + base_rand_below(rand, ACCOUNTS - 1)) % ACCOUNTS;
    BaseSlice keys[2] = {account_name(names[0], from), account_name(names[1], to)};
    int64_t moved = (int64_t)base_rand_below(rand, 10);
    EngineOutcome outcome = {.kind = ENGINE_NOT_APPLIED};
    while (outcome.kind == ENGINE_NOT_APPLIED) {
        EngineGuard guards[2];
        EngineMutation mutations[2];
        int64_t amounts[2];
        for (int i = 0; i < 2; i++) {
            Balance balance = read_balance(keys[i]);
            amounts[i] = balance.amount + (i == 0 ? -moved : moved);
            guards[i] = (EngineGuard){.key = keys[i],
                                      .checks = ENGINE_CHECK_VERSION_EQUAL,
                                      .version_equal = balance.version};
            mutations[i] =
                hashmap_rig_put(ENGINE_DATA, keys[i], base_slice(&amounts[i], sizeof amounts[i]));
        }
        outcome = hashmap_rig_commit(rig.engine, guards, 2, mutations, 2);
    }
    EXPECT(outcome.kind == ENGINE_APPLIED);
}

static void *
move_amounts(void *seed)
{
    BaseRand rand = base_rand((uintptr_t)seed);
    for (int i = 0; i < TRANSFERS; i++) {
        transfer(&rand);
    }
    (void)atomic_fetch_sub(&writers_left, 1);
    return NULL;
}

/* Removes, puts, puts for a short time, or removes the range of a pair. */
static void
change_pair(BaseRand *rand, size_t pair)
{
    char names[2][16];
    BaseSlice keys[2] = {pair_name(names[0], pair, 0), pair_name(names[1], pair, 1)};
    EngineMutation mutations[2];
    size_t how = base_rand_below(rand, 5);
    for (size_t i = 0; i < 2; i++) {
        mutations[i] = how == 0 ? hashmap_rig_remove(ENGINE_DATA, keys[i])
                                : hashmap_rig_put(ENGINE_DATA, keys[i], BASE_SLICE_LITERAL("half"));
        if (how >= 3) {
            mutations[i].expiry = ENGINE_EXPIRES_AFTER;
            mutations[i].expiry_ms = 3;
        }
    }
    size_t count = 2;
    char stop[16];
    if (how == 1) {
        count = 1;
        mutations[0] = hashmap_rig_remove_range(ENGINE_DATA, keys[0], pair_name(stop, pair, 2));
    }
    EngineOutcome outcome = hashmap_rig_commit(rig.engine, NULL, 0, mutations, count);
    EXPECT(outcome.kind == ENGINE_APPLIED);
}

static void *
change_pairs(void *seed)
{
    BaseRand rand = base_rand((uintptr_t)seed);
    for (int i = 0; i < PAIR_ROUNDS; i++) {
        change_pair(&rand, base_rand_below(&rand, PAIRS));
        base_fake_clock_advance_ms(&rig.clock, (int64_t)base_rand_below(&rand, 3));
        engine_tick(rig.engine);
    }
    (void)atomic_fetch_sub(&writers_left, 1);
    return NULL;
}

/* Puts some fillers as one run, or each by itself while another thread is at the engine. */
static void
put_fillers(int first, size_t count)
{
    char texts[FILLERS_PER_RUN][16];
    EnginePut puts[FILLERS_PER_RUN];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "filler-%d", first + (int)i);
        puts[i] =
            (EnginePut){.key = base_slice_text(texts[i]), .value = BASE_SLICE_LITERAL("filler")};
    }
    if (engine_put_now(rig.engine, puts, count)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        hashmap_rig_apply(rig.engine, hashmap_rig_put(ENGINE_DATA, puts[i].key, puts[i].value));
    }
}

static void *
fill_and_empty(void *user)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < FILLERS; i += FILLERS_PER_RUN) {
            put_fillers(i, FILLERS_PER_RUN);
        }
        hashmap_rig_apply(rig.engine,
                          hashmap_rig_remove_range(ENGINE_DATA, BASE_SLICE_LITERAL("filler-"),
                                                   BASE_SLICE_LITERAL("filler.")));
    }
    (void)atomic_fetch_sub(&writers_left, 1);
    return user;
}

/* ----------------------------------------------------------------------------------- readers -- */

static void
check_multi_get(const EngineSnapshot *snapshot)
{
    enum { COUNT = ACCOUNTS + 2 * PAIRS };
    char names[COUNT][16];
    BaseSlice keys[COUNT];
    EngineLookup lookups[COUNT];
    for (size_t i = 0; i < ACCOUNTS; i++) {
        keys[i] = account_name(names[i], i);
    }
    for (size_t i = 0; i < 2 * PAIRS; i++) {
        keys[ACCOUNTS + i] = pair_name(names[ACCOUNTS + i], i / 2, i % 2);
    }
    EngineRead read;
    int64_t version = 0;
    EXPECT(base_is_ok(engine_read_begin(&read, rig.engine, snapshot, 0)));
    EXPECT(base_is_ok(engine_multi_get(&read, ENGINE_DATA, keys, COUNT, lookups, &version)));
    int64_t sum = 0;
    for (size_t i = 0; i < ACCOUNTS; i++) {
        int64_t amount = 0;
        EXPECT(lookups[i].found && lookups[i].record.version <= version);
        memcpy(&amount, lookups[i].record.value.data, sizeof amount);
        sum += amount;
    }
    EXPECT(sum == ACCOUNTS * AMOUNT);
    for (size_t i = ACCOUNTS; i < COUNT; i += 2) {
        EXPECT(lookups[i].found == lookups[i + 1].found);
        EXPECT(!lookups[i].found || lookups[i].record.version == lookups[i + 1].record.version);
    }
    engine_read_end(&read);
}

static void
check_iterator(const EngineSnapshot *snapshot, bool backwards)
{
    EngineIteratorOptions options = {
        .range = {BASE_SLICE_LITERAL("account-"), BASE_SLICE_LITERAL("account."), false},
        .limit_hint = 5,
    };
    EngineIterator *iterator = NULL;
    EXPECT(base_is_ok(engine_iterator_new(rig.engine, snapshot, &options, &iterator)));
    int64_t sum = 0;
    size_t count = 0;
    if (backwards) {
        engine_iterator_seek_before(iterator, NULL);
    } else {
        engine_iterator_seek(iterator, NULL);
    }
    while (iterator->valid) {
        char name[16];
        size_t wanted = backwards ? ACCOUNTS - 1 - count : count;
        int64_t amount = 0;
        EXPECT(base_slice_equal(iterator->key, account_name(name, wanted)));
        memcpy(&amount, iterator->record.value.data, sizeof amount);
        sum += amount;
        count++;
        if (backwards) {
            engine_iterator_prev(iterator);
        } else {
            engine_iterator_next(iterator);
        }
    }
    EXPECT(count == ACCOUNTS && sum == ACCOUNTS * AMOUNT);
    engine_iterator_free(iterator);
}

/* Gets one by one at a snapshot, and versions that never fall for gets at the latest. */
static void
check_gets(const EngineSnapshot *snapshot, int64_t *seen)
{
    EngineRead read;
    EXPECT(base_is_ok(engine_read_begin(&read, rig.engine, snapshot, 0)));
    int64_t sum = 0;
    for (size_t i = 0; i < ACCOUNTS; i++) {
        char name[16];
        EngineLookup lookup;
        EXPECT(base_is_ok(engine_get(&read, ENGINE_DATA, account_name(name, i), &lookup)));
        EXPECT(lookup.found);
        int64_t amount = 0;
        memcpy(&amount, lookup.record.value.data, sizeof amount);
        sum += amount;
        if (snapshot == NULL) {
            EXPECT(lookup.record.version >= seen[i]);
            seen[i] = lookup.record.version;
        }
    }
    EXPECT(snapshot == NULL || sum == ACCOUNTS * AMOUNT);
    engine_read_end(&read);
}

static void *
read_all(void *seed)
{
    BaseRand rand = base_rand((uintptr_t)seed);
    int64_t seen[ACCOUNTS] = {0};
    while (atomic_load(&writers_left) != 0) {
        EngineSnapshot *snapshot = NULL;
        if (base_rand_below(&rand, 2) == 0) {
            EXPECT(base_is_ok(engine_snapshot_new(rig.engine, &snapshot)));
            check_gets(snapshot, seen);
        }
        check_multi_get(snapshot);
        check_gets(NULL, seen);
        check_iterator(snapshot, base_rand_below(&rand, 2) == 0);
        if (snapshot != NULL) {
            check_multi_get(snapshot);
            check_gets(snapshot, seen);
        }
        engine_snapshot_free(snapshot);
    }
    return NULL;
}

/* Reads pairs as often as it can: the narrow windows are there. */
static void *
read_latest(void *user)
{
    while (atomic_load(&writers_left) != 0) {
        check_multi_get(NULL);
    }
    return user;
}

START_TEST(everybody_sees_whole_commits)
{
    hashmap_rig_huge_pages = _i == 1;
    hashmap_rig_open(&rig, 4, 0);
    for (size_t i = 0; i < ACCOUNTS; i++) {
        char name[16];
        int64_t amount = AMOUNT;
        hashmap_rig_apply(rig.engine, hashmap_rig_put(ENGINE_DATA, account_name(name, i),
                                                      base_slice(&amount, sizeof amount)));
    }
    static void *(*const work[])(void *) = {move_amounts,   move_amounts, change_pairs,
                                            fill_and_empty, read_all,     read_all,
                                            read_latest,    read_latest};
    pthread_t threads[WRITERS + READERS];
    atomic_store(&writers_left, WRITERS);
    for (uintptr_t i = 0; i < WRITERS + READERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work[i], (void *)(i + 1)), 0);
    }
    for (size_t i = 0; i < WRITERS + READERS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    check_multi_get(NULL);
    base_fake_clock_advance_ms(&rig.clock, 10);
    hashmap_rig_tick(rig.engine, 50);
    BaseStatus status = rig.engine->ops->verify(rig.engine);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "tombstones"), 0);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "limbo_records"), 0);
    ck_assert_int_gt(hashmap_rig_figure(rig.engine, "expired_reclaimed"), 0);
    hashmap_rig_close(&rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("threads");
    tcase_set_timeout(cases, 300);
    tcase_add_loop_test(cases, everybody_sees_whole_commits, 0, 2);
    Suite *suite = suite_create("hashmap");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
