/*
 * engine_threads.c: everything on an engine at once.
 *
 *   engine_threads CLASS ROUNDS
 *
 * Two writers move amounts between accounts in guarded batches, so the sum of all accounts never
 * changes; a third puts, removes, lets expire and range-removes pairs of keys, both in one commit;
 * a fourth fills a region and removes it by one range; a fifth keeps many commits under way and
 * adds to a counter. Readers of every kind must see the whole sum, both keys of a pair or none, and
 * a filled region as it was at some commit. Meanwhile the store is flushed, compacted, verified,
 * copied and told other options. Run it with thread sanitizer.
 */
#include "tests/support/engine_rig.h"

#include "engine/base/check.h"
#include "engine/commit/counter.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EXIT_USAGE = 64,
    EXIT_NO_CLASS = 77, /* CTest takes it for a skip */
    ACCOUNTS = 24,
    AMOUNT = 1000,
    PAIRS = 4,
    REGION = 300, /* keys that are filled and removed */
    AHEAD = 16,   /* commits under way of the fifth writer */
    WRITERS = 5,
    THREADS = 11,
};

/* Tells what does not hold, and ends the test. */
#define EXPECT(condition)                                                                 \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

static EngineRig rig;
static int rounds;
static atomic_int writers_left;

static BaseSlice
name_of(char text[24], const char *kind, size_t number)
{
    (void)snprintf(text, 24, "%s-%05zu", kind, number);
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

/* Moves an amount; tries again when somebody else was faster. */
static void
transfer(BaseRand *rand)
{
    char names[2][24];
    size_t from = base_rand_below(rand, ACCOUNTS);
    size_t to = (from + 1 + base_rand_below(rand, ACCOUNTS - 1)) % ACCOUNTS;
    BaseSlice keys[2] = {name_of(names[0], "account", from), name_of(names[1], "account", to)};
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
                engine_rig_put(ENGINE_DATA, keys[i], base_slice(&amounts[i], sizeof amounts[i]));
        }
        outcome = engine_rig_commit(rig.engine, guards, 2, mutations, 2);
    }
    EXPECT(outcome.kind == ENGINE_APPLIED);
}

static void
writer_ends(void)
{
    (void)atomic_fetch_sub(&writers_left, 1);
}

static void *
move_amounts(void *seed)
{
    BaseRand rand = base_rand((uintptr_t)seed);
    for (int i = 0; i < rounds; i++) {
        transfer(&rand);
    }
    writer_ends();
    return NULL;
}

/* Removes, puts, puts for a short time, or removes the range of a pair. */
static void
change_pair(BaseRand *rand, size_t pair)
{
    char names[3][24];
    BaseSlice keys[3];
    for (size_t i = 0; i < 3; i++) {
        keys[i] = name_of(names[i], "pair", 2 * pair + i);
    }
    EngineMutation mutations[2];
    size_t how = base_rand_below(rand, 5);
    for (size_t i = 0; i < 2; i++) {
        mutations[i] = how == 0 ? engine_rig_remove(ENGINE_DATA, keys[i])
                                : engine_rig_put(ENGINE_DATA, keys[i], BASE_SLICE_LITERAL("half"));
        if (how >= 3) {
            mutations[i].expiry = ENGINE_EXPIRES_AFTER;
            mutations[i].expiry_ms = 3;
        }
    }
    if (how == 1) {
        mutations[0] = engine_rig_remove_range(ENGINE_DATA, keys[0], &keys[2]);
    }
    EngineOutcome outcome = engine_rig_commit(rig.engine, NULL, 0, mutations, how == 1 ? 1 : 2);
    EXPECT(outcome.kind == ENGINE_APPLIED);
}

static void *
change_pairs(void *seed)
{
    BaseRand rand = base_rand((uintptr_t)seed);
    for (int i = 0; i < rounds; i++) {
        change_pair(&rand, base_rand_below(&rand, PAIRS));
        base_fake_clock_advance_ms(&rig.fake, (int64_t)base_rand_below(&rand, 3));
        engine_tick(rig.engine);
    }
    writer_ends();
    return NULL;
}

/* Fills the region in order, then removes it at once, again and again. */
static void *
fill_and_empty(void *user)
{
    char text[2][24];
    uint8_t value[200];
    memset(value, 'v', sizeof value);
    BaseSlice stop = name_of(text[1], "region", REGION);
    for (int i = 0; i < rounds; i++) {
        size_t index = (size_t)i % REGION;
        BaseSlice key = name_of(text[0], "region", index);
        if (index == 0) {
            (void)engine_rig_apply(rig.engine, engine_rig_remove_range(ENGINE_DATA, key, &stop));
        }
        (void)engine_rig_apply(
            rig.engine, engine_rig_put(ENGINE_DATA, key, base_slice(value, 1 + index % 199)));
    }
    writer_ends();
    return user;
}

/* Adds one to the counter AHEAD times at once. */
static int64_t
add_ahead(EngineRigWait *wait)
{
    EngineRigCommit commits[AHEAD];
    EngineMutation mutations[AHEAD];
    int64_t applied = 0;
    for (size_t i = 0; i < AHEAD; i++) {
        mutations[i] = (EngineMutation){.kind = ENGINE_INCREMENT,
                                        .key = BASE_SLICE_LITERAL("counter"),
                                        .delta = 1,
                                        .lowest = INT64_MIN,
                                        .highest = INT64_MAX};
        commits[i] = (EngineRigCommit){
            .commit = {.mutations = &mutations[i], .mutation_count = 1, .next = NULL}};
        engine_rig_commit_init(&commits[i], wait);
        if (i % 4 != 0) {
            commits[i - 1].commit.next = &commits[i].commit;
        }
    }
    for (size_t i = 0; i < AHEAD; i += 4) {
        engine_commit(rig.engine, &commits[i].commit);
    }
    engine_rig_wait(wait, AHEAD);
    for (size_t i = 0; i < AHEAD; i++) {
        EngineOutcomeKind kind = commits[i].commit.outcome.kind;
        EXPECT(kind == ENGINE_APPLIED || kind == ENGINE_REFUSED);
        applied += kind == ENGINE_APPLIED;
    }
    return applied;
}

static _Atomic int64_t counted;

static void *
count_ahead(void *user)
{
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    for (int i = 0; i < rounds; i += AHEAD) {
        (void)atomic_fetch_add(&counted, add_ahead(&wait));
    }
    engine_rig_wait_clear(&wait);
    writer_ends();
    return user;
}

/* ----------------------------------------------------------------------------------- readers -- */

static void
check_multi_get(Engine *engine, const EngineSnapshot *snapshot)
{
    enum { COUNT = ACCOUNTS + 2 * PAIRS };
    char names[COUNT][24];
    BaseSlice keys[COUNT];
    EngineLookup lookups[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        keys[i] = i < ACCOUNTS ? name_of(names[i], "account", i)
                               : name_of(names[i], "pair", i - ACCOUNTS);
    }
    EngineRead read;
    int64_t version = 0;
    EXPECT(base_is_ok(engine_read_begin(&read, engine, snapshot, 0)));
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

/* A walk over the accounts, in one direction or with a turn at every step. */
static void
check_accounts(const EngineSnapshot *snapshot, bool backwards, bool turning)
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
        char name[24];
        size_t wanted = backwards ? ACCOUNTS - 1 - count : count;
        int64_t amount = 0;
        EXPECT(base_slice_equal(iterator->key, name_of(name, "account", wanted)));
        memcpy(&amount, iterator->record.value.data, sizeof amount);
        sum += amount;
        count++;
        bool inside = wanted > 0 && wanted < ACCOUNTS - 1;
        if (turning && inside) {
            engine_iterator_next(iterator);
            engine_iterator_prev(iterator);
            EXPECT(base_slice_equal(iterator->key, base_slice_text(name)));
        }
        if (backwards) {
            engine_iterator_prev(iterator);
        } else {
            engine_iterator_next(iterator);
        }
    }
    EXPECT(base_is_ok(iterator->status) && count == ACCOUNTS && sum == ACCOUNTS * AMOUNT);
    engine_iterator_free(iterator);
}

/* The region is filled from its start, without holes. */
static void
check_region(const EngineSnapshot *snapshot)
{
    size_t count = 0;
    EngineIteratorOptions options = {
        .range = {BASE_SLICE_LITERAL("region-"), BASE_SLICE_LITERAL("region."), false}};
    EngineIterator *iterator = NULL;
    EXPECT(base_is_ok(engine_iterator_new(rig.engine, snapshot, &options, &iterator)));
    int64_t version = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        char name[24];
        EXPECT(base_slice_equal(iterator->key, name_of(name, "region", count)));
        EXPECT(iterator->record.value.len == 1 + count % 199);
        EXPECT(iterator->record.version > version);
        version = iterator->record.version;
        count++;
    }
    EXPECT(base_is_ok(iterator->status) && count <= REGION);
    size_t left = count;
    for (engine_iterator_seek_before(iterator, NULL); iterator->valid;
         engine_iterator_prev(iterator)) {
        char name[24];
        EXPECT(left > 0);
        EXPECT(base_slice_equal(iterator->key, name_of(name, "region", --left)));
    }
    EXPECT(base_is_ok(iterator->status) && left == 0);
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
        char name[24];
        EngineLookup lookup;
        EXPECT(base_is_ok(engine_get(&read, ENGINE_DATA, name_of(name, "account", i), &lookup)));
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
        check_multi_get(rig.engine, snapshot);
        check_gets(NULL, seen);
        check_accounts(snapshot, base_rand_below(&rand, 2) == 0, base_rand_below(&rand, 2) == 0);
        check_region(snapshot);
        if (snapshot != NULL) {
            check_multi_get(rig.engine, snapshot);
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
        check_multi_get(rig.engine, NULL);
    }
    return user;
}

/* Holds iterators and a snapshot for long, and reads the same at the end. */
static void *
hold_long(void *user)
{
    while (atomic_load(&writers_left) != 0) {
        EngineSnapshot *snapshot = NULL;
        EXPECT(base_is_ok(engine_snapshot_new(rig.engine, &snapshot)));
        for (int i = 0; i < 20 && atomic_load(&writers_left) != 0; i++) {
            check_accounts(snapshot, i % 2 == 0, true);
            check_region(snapshot);
        }
        engine_snapshot_free(snapshot);
    }
    return user;
}

/* ------------------------------------------------------------------------------ housekeeping -- */

static void *
flush_and_compact(void *seed)
{
    BaseRand rand = base_rand((uintptr_t)seed);
    while (atomic_load(&writers_left) != 0) {
        char names[2][24];
        EngineRange range = {name_of(names[0], "account", base_rand_below(&rand, ACCOUNTS)),
                             name_of(names[1], "region", base_rand_below(&rand, REGION)),
                             base_rand_below(&rand, 2) == 0};
        BaseStatus flushed = engine_flush(rig.engine);
        EXPECT(base_is_ok(flushed) || flushed.code == BASE_UNSUPPORTED);
        if (base_rand_below(&rand, 4) == 0) {
            BaseStatus compacted = engine_compact(rig.engine, &range);
            EXPECT(base_is_ok(compacted) || compacted.code == BASE_UNSUPPORTED);
        }
        size_t cache = engine_rig_option_index(rig.engine_class, "block_cache");
        if (cache != rig.engine_class->option_count && rig.engine_class->options[cache].live) {
            int64_t bytes = (int64_t)base_rand_below(&rand, 200000);
            EXPECT(base_is_ok(engine_set_option(rig.engine, cache, bytes)));
        }
        EngineRangeEstimate estimate;
        EngineStats stats;
        EXPECT(base_is_ok(engine_range_estimate(rig.engine, &range, &estimate)));
        engine_stats(rig.engine, &stats);
    }
    return NULL;
}

/* Opens a copy and looks at the sums in it. */
static void
check_copy(const char *directory)
{
    EngineOpenArgs args = {
        .directory = directory,
        .env = &rig.fault.env,
        .clock = rig.clock,
        .options = rig.options,
        .key_max = rig.key_max,
        .value_max = rig.value_max,
    };
    Engine *copy = NULL;
    BaseStatus status = engine_open(rig.engine_class, &args, &copy);
    if (!base_is_ok(status)) {
        (void)fprintf(stderr, "%s\n", args.message);
    }
    EXPECT(base_is_ok(status));
    check_multi_get(copy, NULL);
    engine_close(copy);
}

static void *
verify_and_copy(void *user)
{
    for (int i = 0; atomic_load(&writers_left) != 0; i++) {
        BaseStatus verified = engine_verify(rig.engine);
        EXPECT(base_is_ok(verified) || verified.code == BASE_UNSUPPORTED);
        if (engine_rig_can(&rig, ENGINE_CAN_CHECKPOINT) && i % 4 == 0) {
            char directory[ENV_PATH_MAX];
            (void)snprintf(directory, sizeof directory, "%s/copy%d", rig.home, i);
            EXPECT(base_is_ok(rig.engine->ops->checkpoint(rig.engine, directory)));
            check_copy(directory);
        }
    }
    return user;
}

/* ------------------------------------------------------------------------------------- the test --
 */

static void
open_accounts(void)
{
    (void)engine_rig_set(&rig, "write_buffer", 64 * 1024);
    (void)engine_rig_set(&rig, "table_bytes", 8 * 1024);
    (void)engine_rig_set(&rig, "base_bytes", 32 * 1024);
    (void)engine_rig_set(&rig, "block_cache", 64 * 1024);
    (void)engine_rig_set(&rig, "compaction_threads", 2);
    (void)engine_rig_set(&rig, "blob_min_bytes", 150);
    rig.fault.windows = true;
    engine_rig_open(&rig);
    for (size_t i = 0; i < ACCOUNTS; i++) {
        char name[24];
        int64_t amount = AMOUNT;
        (void)engine_rig_apply(rig.engine, engine_rig_put(ENGINE_DATA, name_of(name, "account", i),
                                                          base_slice(&amount, sizeof amount)));
    }
}

static void
check_end(void)
{
    EngineMutation ask = {.kind = ENGINE_INCREMENT,
                          .key = BASE_SLICE_LITERAL("counter"),
                          .lowest = INT64_MIN,
                          .highest = INT64_MAX};
    EXPECT(engine_rig_commit(rig.engine, NULL, 0, &ask, 1).kind == ENGINE_APPLIED);
    EXPECT(ask.result.number == atomic_load(&counted));
    check_multi_get(rig.engine, NULL);
    check_region(NULL);
    BaseStatus verified = engine_verify(rig.engine);
    EXPECT(base_is_ok(verified) || verified.code == BASE_UNSUPPORTED);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: engine_threads CLASS ROUNDS\n");
        return EXIT_USAGE;
    }
    const EngineClass *engine_class = NULL;
    char why[512];
    if (!base_is_ok(engine_class_load(argv[1], NULL, why, &engine_class))) {
        (void)fprintf(stderr, "engine_threads: %s\n", why);
        return EXIT_NO_CLASS;
    }
    rounds = (int)strtol(argv[2], NULL, 10);
    engine_rig_init(&rig, engine_class, engine_rig_files(engine_class));
    open_accounts();
    static void *(*const work[THREADS])(void *) = {
        move_amounts, move_amounts, change_pairs, fill_and_empty,    count_ahead,     read_all,
        read_all,     read_latest,  hold_long,    flush_and_compact, verify_and_copy,
    };
    pthread_t threads[THREADS];
    atomic_store(&writers_left, WRITERS);
    for (uintptr_t i = 0; i < THREADS; i++) {
        EXPECT(pthread_create(&threads[i], NULL, work[i], (void *)(i + 1)) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        EXPECT(pthread_join(threads[i], NULL) == 0);
    }
    check_end();
    if (engine_rig_can(&rig, ENGINE_CAN_PERSIST)) {
        engine_rig_reopen(&rig);
        check_end();
    }
    engine_rig_clear(&rig);
    printf("%s: %d rounds of %d writers, %d threads, agree\n", argv[1], rounds, WRITERS, THREADS);
    return EXIT_SUCCESS;
}
