/*
 * test_hashmap_engine.c: what the hashmap promises through engine.h, one promise at a time.
 */
#include "tests/support/hashmap_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICE(text) BASE_SLICE_LITERAL(text)

static HashmapRig rig;

static void
set_up(void)
{
    hashmap_rig_open(&rig, 8, 0);
}

static void
tear_down(void)
{
    BaseStatus status = rig.engine->ops->verify(rig.engine);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
    hashmap_rig_close(&rig);
}

static int64_t
put(const char *key, const char *value)
{
    return hashmap_rig_apply(
        rig.engine, hashmap_rig_put(ENGINE_DATA, base_slice_text(key), base_slice_text(value)));
}

static int64_t
put_until(const char *key, const char *value, int64_t expires_at_ms)
{
    EngineMutation mutation =
        hashmap_rig_put(ENGINE_DATA, base_slice_text(key), base_slice_text(value));
    mutation.expiry = ENGINE_EXPIRES_AT;
    mutation.expiry_ms = expires_at_ms;
    return hashmap_rig_apply(rig.engine, mutation);
}

static bool
has(const EngineSnapshot *snapshot, const char *key, const char *value)
{
    return hashmap_rig_has(rig.engine, snapshot, ENGINE_DATA, base_slice_text(key),
                           base_slice_text(value));
}

static bool
lacks(const EngineSnapshot *snapshot, const char *key)
{
    return hashmap_rig_lacks(rig.engine, snapshot, ENGINE_DATA, base_slice_text(key));
}

static EngineSnapshot *
snapshot_new(void)
{
    EngineSnapshot *snapshot = NULL;
    ck_assert(base_is_ok(engine_snapshot_new(rig.engine, &snapshot)));
    return snapshot;
}

static EngineStats
stats(void)
{
    EngineStats stats;
    engine_stats(rig.engine, &stats);
    return stats;
}

START_TEST(put_get_overwrite_remove)
{
    ck_assert(lacks(NULL, "a"));
    int64_t first = put("a", "1");
    ck_assert(has(NULL, "a", "1"));
    int64_t second = put("a", "22");
    ck_assert_int_gt(second, first);
    ck_assert(has(NULL, "a", "22"));
    ck_assert_int_eq(stats().keys, 1);
    ck_assert_int_eq(stats().data_bytes, 3);
    ck_assert_int_eq(stats().version, second);
    hashmap_rig_apply(rig.engine, hashmap_rig_remove(ENGINE_DATA, SLICE("a")));
    ck_assert(lacks(NULL, "a"));
    ck_assert_int_eq(stats().keys, 0);
    ck_assert_int_eq(stats().data_bytes, 0);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "tombstones"), 0);
}
END_TEST

START_TEST(the_keyspaces_do_not_know_each_other)
{
    hashmap_rig_apply(rig.engine, hashmap_rig_put(ENGINE_SYSTEM, SLICE("k"), SLICE("system")));
    ck_assert(lacks(NULL, "k"));
    put("k", "data");
    ck_assert(hashmap_rig_has(rig.engine, NULL, ENGINE_SYSTEM, SLICE("k"), SLICE("system")));
    EngineMutation all = hashmap_rig_remove_range(ENGINE_DATA, SLICE(""), SLICE(""));
    all.unbounded = true;
    hashmap_rig_apply(rig.engine, all);
    ck_assert(lacks(NULL, "k"));
    ck_assert(hashmap_rig_has(rig.engine, NULL, ENGINE_SYSTEM, SLICE("k"), SLICE("system")));
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "system_keys"), 1);
}
END_TEST

START_TEST(a_failed_guard_changes_nothing)
{
    put("a", "1");
    EngineGuard guard = {.key = SLICE("a"), .checks = ENGINE_CHECK_ABSENT};
    EngineMutation mutations[] = {hashmap_rig_put(ENGINE_DATA, SLICE("a"), SLICE("2")),
                                  hashmap_rig_put(ENGINE_DATA, SLICE("b"), SLICE("2"))};
    EngineOutcome outcome = hashmap_rig_commit(rig.engine, &guard, 1, mutations, 2);
    ck_assert_int_eq(outcome.kind, ENGINE_NOT_APPLIED);
    ck_assert(has(NULL, "a", "1"));
    ck_assert(lacks(NULL, "b"));
}
END_TEST

START_TEST(within_a_batch_later_mutations_win)
{
    put("x1", "before");
    EngineMutation mutations[] = {
        hashmap_rig_put(ENGINE_DATA, SLICE("x1"), SLICE("a")),
        hashmap_rig_put(ENGINE_DATA, SLICE("x2"), SLICE("b")),
        hashmap_rig_remove_range(ENGINE_DATA, SLICE("x"), SLICE("y")),
        hashmap_rig_put(ENGINE_DATA, SLICE("x2"), SLICE("c")),
        hashmap_rig_put(ENGINE_DATA, SLICE("x3"), SLICE("d")),
        hashmap_rig_remove(ENGINE_DATA, SLICE("x3")),
    };
    EngineSnapshot *snapshot = snapshot_new();
    EngineOutcome outcome = hashmap_rig_commit(rig.engine, NULL, 0, mutations, 6);
    ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
    ck_assert(lacks(NULL, "x1"));
    ck_assert(has(NULL, "x2", "c"));
    ck_assert(lacks(NULL, "x3"));
    ck_assert(has(snapshot, "x1", "before"));
    ck_assert(lacks(snapshot, "x2"));
    engine_snapshot_free(snapshot);
    ck_assert_int_eq(stats().keys, 1);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "tombstones"), 0);
}
END_TEST

START_TEST(a_snapshot_sees_its_version_and_costs_nothing_afterwards)
{
    put("a", "1");
    put("gone", "1");
    EngineSnapshot *first = snapshot_new();
    put("a", "2");
    EngineSnapshot *second = snapshot_new();
    for (int i = 0; i < 10; i++) {
        put("a", "3");
    }
    hashmap_rig_apply(rig.engine, hashmap_rig_remove(ENGINE_DATA, SLICE("gone")));
    put("new", "1");
    ck_assert(has(first, "a", "1") && has(first, "gone", "1") && lacks(first, "new"));
    ck_assert(has(second, "a", "2") && has(second, "gone", "1") && lacks(second, "new"));
    ck_assert(has(NULL, "a", "3") && lacks(NULL, "gone") && has(NULL, "new", "1"));
    /* "a" for both, "gone" under its tombstone: nothing of the ten overwrites between. */
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 3);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "tombstones"), 1);
    ck_assert_int_eq(stats().open_snapshots, 2);
    engine_snapshot_free(first);
    ck_assert(has(second, "a", "2") && has(second, "gone", "1"));
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 2);
    engine_snapshot_free(second);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "tombstones"), 0);
    ck_assert_int_eq(stats().keys, 2);
}
END_TEST

START_TEST(releasing_a_snapshot_prunes_in_steps)
{
    char key[32];
    enum { KEYS = 30000 };
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        put(key, "old");
    }
    EngineSnapshot *snapshot = snapshot_new();
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        put(key, "new");
    }
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), KEYS);
    engine_snapshot_free(snapshot);
    int64_t left = hashmap_rig_figure(rig.engine, "retained_versions");
    ck_assert_int_gt(left, 0);
    ck_assert_int_lt(left, KEYS);
    hashmap_rig_tick(rig.engine, 40);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
}
END_TEST

START_TEST(expired_records_are_absent_and_get_reclaimed)
{
    char key[32];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        put_until(key, "v", HASHMAP_RIG_START_MS + 100);
    }
    put("stays", "v");
    base_fake_clock_advance_ms(&rig.clock, 99);
    ck_assert(has(NULL, "k0", "v"));
    EngineSnapshot *snapshot = snapshot_new();
    base_fake_clock_advance_ms(&rig.clock, 1);
    ck_assert(lacks(NULL, "k0"));
    hashmap_rig_tick(rig.engine, 20);
    ck_assert(has(snapshot, "k0", "v"));
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "expired_reclaimed"), 0);
    engine_snapshot_free(snapshot);
    hashmap_rig_tick(rig.engine, 20);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "expired_reclaimed"), 1000);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "limbo_records"), 0);
    ck_assert_int_eq(stats().keys, 1);
    ck_assert(has(NULL, "stays", "v"));
}
END_TEST

START_TEST(commits_reclaim_what_has_expired_too)
{
    char key[32];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        put_until(key, "v", HASHMAP_RIG_START_MS + 100);
    }
    base_fake_clock_advance_ms(&rig.clock, 100);
    for (int i = 0; i < 2000; i++) {
        put("busy", "v");
    }
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "expired_reclaimed"), 1000);
}
END_TEST

START_TEST(a_clock_that_steps_back_resurrects_nothing)
{
    put_until("k", "v", HASHMAP_RIG_START_MS + 100);
    base_fake_clock_advance_ms(&rig.clock, 100);
    ck_assert(lacks(NULL, "k"));
    base_fake_clock_step_wall_ms(&rig.clock, -50000);
    ck_assert(lacks(NULL, "k"));
    EngineSnapshot *snapshot = snapshot_new();
    ck_assert(lacks(snapshot, "k"));
    ck_assert_int_ge(snapshot->stamp_ms, HASHMAP_RIG_START_MS + 100);
    engine_snapshot_free(snapshot);
    EngineGuard guard = {.key = SLICE("k"), .checks = ENGINE_CHECK_PRESENT};
    EngineMutation mutation = hashmap_rig_put(ENGINE_DATA, SLICE("k"), SLICE("w"));
    ck_assert_int_eq(hashmap_rig_commit(rig.engine, &guard, 1, &mutation, 1).kind,
                     ENGINE_NOT_APPLIED);
}
END_TEST

START_TEST(versions_are_never_used_again)
{
    int64_t last = 0;
    for (int i = 0; i < 5; i++) {
        int64_t version = put("k", "v");
        ck_assert_int_gt(version, last);
        last = put("k", "v");
        hashmap_rig_reopen(&rig);
        ck_assert(lacks(NULL, "k"));
        ck_assert_int_ge(stats().version, last);
    }
}
END_TEST

static void
note_kind(EngineCommit *commit, const EngineOutcome *outcome)
{
    *(EngineOutcomeKind *)commit->user = outcome->kind;
}

START_TEST(what_needs_a_disk_cannot_be_had)
{
    EngineMutation mutation = hashmap_rig_put(ENGINE_DATA, SLICE("k"), SLICE("v"));
    EngineOutcomeKind kind = ENGINE_APPLIED;
    EngineCommit commit = {.mutations = &mutation,
                           .mutation_count = 1,
                           .durability = ENGINE_DURABILITY_SYNC,
                           .done = note_kind,
                           .user = &kind};
    engine_commit(rig.engine, &commit);
    ck_assert_int_eq(kind, ENGINE_FAILED);
    ck_assert(lacks(NULL, "k"));
    ck_assert(!engine_can(rig.engine, ENGINE_CAN_PERSIST));
    ck_assert_ptr_null(rig.engine->ops->flush);
    ck_assert_ptr_null(rig.engine->ops->checkpoint);
}
END_TEST

/* --------------------------------------------------------------------------------- iterators -- */

static EngineIterator *
iterator_new(const EngineSnapshot *snapshot, const char *start, const char *stop, size_t hint)
{
    EngineIteratorOptions options = {
        .keyspace = ENGINE_DATA,
        .range = {base_slice_text(start), base_slice_text(stop == NULL ? "" : stop), stop == NULL},
        .limit_hint = hint,
    };
    EngineIterator *iterator = NULL;
    ck_assert(base_is_ok(engine_iterator_new(rig.engine, snapshot, &options, &iterator)));
    ck_assert(!iterator->valid);
    return iterator;
}

static bool
at(const EngineIterator *iterator, const char *key)
{
    return iterator->valid && base_slice_equal(iterator->key, base_slice_text(key));
}

START_TEST(an_iterator_goes_both_ways_within_its_range)
{
    for (char c = 'a'; c <= 'z'; c++) {
        put((char[]){c, 0}, "v");
    }
    EngineIterator *iterator = iterator_new(NULL, "c", "x", 3);
    engine_iterator_seek(iterator, NULL);
    ck_assert(at(iterator, "c"));
    for (char c = 'c'; c < 'x'; c++) {
        ck_assert(at(iterator, (char[]){c, 0}));
        engine_iterator_next(iterator);
    }
    ck_assert(!iterator->valid && base_is_ok(iterator->status));
    ck_assert_int_eq(iterator->stats.examined, 'x' - 'c');
    engine_iterator_seek_before(iterator, NULL);
    for (char c = 'w'; c >= 'c'; c--) {
        ck_assert(at(iterator, (char[]){c, 0}));
        engine_iterator_prev(iterator);
    }
    ck_assert(!iterator->valid && base_is_ok(iterator->status));
    BaseSlice middle = SLICE("kk");
    engine_iterator_seek(iterator, &middle);
    ck_assert(at(iterator, "l"));
    engine_iterator_prev(iterator);
    ck_assert(at(iterator, "k"));
    engine_iterator_next(iterator);
    ck_assert(at(iterator, "l"));
    engine_iterator_next(iterator);
    ck_assert(at(iterator, "m"));
    engine_iterator_seek_before(iterator, &middle);
    ck_assert(at(iterator, "k"));
    engine_iterator_next(iterator);
    ck_assert(at(iterator, "l"));
    BaseSlice below = SLICE("a");
    BaseSlice above = SLICE("z");
    engine_iterator_seek(iterator, &below);
    ck_assert(at(iterator, "c"));
    engine_iterator_seek_before(iterator, &above);
    ck_assert(at(iterator, "w"));
    engine_iterator_seek(iterator, &above);
    ck_assert(!iterator->valid);
    engine_iterator_seek_before(iterator, &below);
    ck_assert(!iterator->valid);
    engine_iterator_free(iterator);
}
END_TEST

START_TEST(an_iterator_reads_one_version)
{
    put("a", "1");
    put("b", "1");
    EngineIterator *iterator = iterator_new(NULL, "", NULL, 0);
    put("a", "2");
    put("c", "2");
    hashmap_rig_apply(rig.engine, hashmap_rig_remove(ENGINE_DATA, SLICE("b")));
    engine_iterator_seek(iterator, NULL);
    ck_assert(at(iterator, "a"));
    ck_assert(base_slice_equal(iterator->record.value, SLICE("1")));
    engine_iterator_next(iterator);
    ck_assert(at(iterator, "b"));
    engine_iterator_next(iterator);
    ck_assert(!iterator->valid);
    engine_iterator_free(iterator);
    hashmap_rig_tick(rig.engine, 2);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
}
END_TEST

static bool
collect_split(void *user, BaseSlice key)
{
    char *text = user;
    strncat(text, (const char *)key.data, key.len);
    return true;
}

START_TEST(ranges_are_counted_and_split)
{
    for (char c = 'a'; c <= 'j'; c++) {
        put((char[]){c, 0}, "123456789");
    }
    put_until("e", "123456789", HASHMAP_RIG_START_MS + 10);
    base_fake_clock_advance_ms(&rig.clock, 10);
    EngineRange range = {SLICE("b"), SLICE("j"), false};
    EngineRangeEstimate estimate;
    ck_assert(base_is_ok(engine_range_estimate(rig.engine, &range, &estimate)));
    ck_assert(estimate.exact);
    ck_assert_int_eq(estimate.keys, 7);
    ck_assert_int_eq(estimate.bytes, 70);
    ck_assert_double_eq_tol(estimate.dead_ratio, 1.0 / 8, 1e-9);
    char splits[32] = "";
    ck_assert(base_is_ok(engine_range_split(rig.engine, &range, 20, collect_split, splits)));
    ck_assert_str_eq(splits, "dgi");
}
END_TEST

START_TEST(multi_get_reads_one_version)
{
    put("a", "1");
    int64_t version = put("b", "2");
    BaseSlice keys[40];
    EngineLookup lookups[40];
    for (int i = 0; i < 40; i++) {
        keys[i] = i % 3 == 0 ? SLICE("a") : i % 3 == 1 ? SLICE("b") : SLICE("none");
    }
    EngineRead read;
    int64_t read_version = 0;
    ck_assert(base_is_ok(engine_read_begin(&read, rig.engine, NULL, 0)));
    ck_assert(base_is_ok(engine_multi_get(&read, ENGINE_DATA, keys, 40, lookups, &read_version)));
    ck_assert_int_eq(read_version, version);
    for (int i = 0; i < 40; i++) {
        ck_assert_int_eq(lookups[i].found, i % 3 != 2);
    }
    ck_assert(base_slice_equal(lookups[1].record.value, SLICE("2")));
    engine_read_end(&read);
}
END_TEST

enum { CHAIN = 100 };

typedef struct Link {
    EngineCommit commit; /* first: it is one */
    EngineMutation mutation;
    char key[16];
    char value[16];
    int64_t snapshot_version; /* of one that was taken in the callback */
} Link;

static void
look_from_callback(EngineCommit *commit, const EngineOutcome *outcome)
{
    ck_assert_int_eq(outcome->kind, ENGINE_APPLIED);
    EngineSnapshot *snapshot = snapshot_new();
    ((Link *)commit)->snapshot_version = snapshot->version;
    engine_snapshot_free(snapshot);
}

START_TEST(a_chain_is_applied_in_its_order_and_its_callbacks_may_look)
{
    static Link links[CHAIN];
    put("k3", "before");
    EngineSnapshot *before = snapshot_new();
    for (int i = 0; i < CHAIN; i++) {
        Link *link = &links[i];
        (void)snprintf(link->key, sizeof link->key, "k%d", i % 30);
        (void)snprintf(link->value, sizeof link->value, "%d", i);
        link->mutation =
            hashmap_rig_put(ENGINE_DATA, base_slice_text(link->key), base_slice_text(link->value));
        if (i % 30 == 7) {
            link->mutation = hashmap_rig_remove(ENGINE_DATA, base_slice_text(link->key));
        }
        link->commit = (EngineCommit){.mutations = &link->mutation,
                                      .mutation_count = 1,
                                      .done = look_from_callback,
                                      .next = i + 1 < CHAIN ? &links[i + 1].commit : NULL};
    }
    engine_commit(rig.engine, &links[0].commit);
    for (int i = 0; i < CHAIN; i++) {
        ck_assert_int_ge(links[i].snapshot_version, links[i].commit.outcome.version);
        if (i >= CHAIN - 30) {
            ck_assert_int_eq(has(NULL, links[i].key, links[i].value), i % 30 != 7);
        }
    }
    ck_assert_int_eq(stats().keys, 29);
    ck_assert(has(before, "k3", "before") && lacks(before, "k4"));
    engine_snapshot_free(before);
    hashmap_rig_tick(rig.engine, 3);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "tombstones"), 0);
}
END_TEST

/* What a commit overwrites is found before the new keys behind it make its tables grow. */
START_TEST(a_table_may_grow_within_a_commit)
{
    enum { OLD = 20, ALL = 600 };
    static EngineMutation mutations[ALL];
    static char keys[ALL][16];
    for (int i = 0; i < ALL; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "k%d", i);
        if (i < OLD) {
            put(keys[i], "old");
        }
        mutations[i] = hashmap_rig_put(ENGINE_DATA, base_slice_text(keys[i]), SLICE("newer"));
    }
    int64_t resizes = hashmap_rig_figure(rig.engine, "table_resizes");
    EngineSnapshot *before = snapshot_new();
    EngineOutcome outcome = hashmap_rig_commit(rig.engine, NULL, 0, mutations, ALL);
    ck_assert_int_eq(outcome.kind, ENGINE_APPLIED);
    ck_assert_int_gt(hashmap_rig_figure(rig.engine, "table_resizes"), resizes);
    int64_t bytes = 0;
    for (int i = 0; i < ALL; i++) {
        ck_assert(has(NULL, keys[i], "newer"));
        ck_assert_int_eq(has(before, keys[i], "old"), i < OLD);
        bytes += (int64_t)strlen(keys[i]) + 5;
    }
    engine_snapshot_free(before);
    ck_assert_int_eq(stats().keys, ALL);
    ck_assert_int_eq(stats().data_bytes, bytes);
}
END_TEST

/* Puts "VALUE-0", "VALUE-1" and so on to keys as one run. */
static bool
put_run(const char *const *keys, const char *value, EnginePut *puts, size_t count)
{
    static char values[ENGINE_PUT_NOW_MAX][16];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(values[i], sizeof values[i], "%s-%zu", value, i);
        puts[i] = (EnginePut){.key = base_slice_text(keys[i]), .value = base_slice_text(values[i])};
    }
    return engine_put_now(rig.engine, puts, count);
}

START_TEST(a_run_of_puts_is_like_puts_one_by_one)
{
    static const char *const keys[] = {"old", "new", "twice", "old", "twice", "new", "old"};
    enum { COUNT = sizeof keys / sizeof *keys };
    EnginePut puts[COUNT];
    int64_t version = put("old", "before");
    EngineSnapshot *before = snapshot_new();
    ck_assert(put_run(keys, "one", puts, COUNT));
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(puts[i].version, version + 1 + i);
    }
    ck_assert(has(NULL, "old", "one-6") && has(NULL, "new", "one-5") &&
              has(NULL, "twice", "one-4"));
    ck_assert(has(before, "old", "before") && lacks(before, "new") && lacks(before, "twice"));
    ck_assert_int_eq(stats().keys, 3);
    EngineSnapshot *between = snapshot_new();
    ck_assert(put_run(keys, "two", puts, COUNT));
    ck_assert(has(between, "old", "one-6") && has(NULL, "old", "two-6"));
    ck_assert(has(before, "old", "before"));
    engine_snapshot_free(before);
    engine_snapshot_free(between);
    hashmap_rig_tick(rig.engine, 3);
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "retained_versions"), 0);
    ck_assert_int_eq(stats().keys, 3);
    ck_assert_int_eq(put("old", "behind"), version + 2 * COUNT + 1);
}
END_TEST

/* One record that has expired is swept for every few puts, whatever way these go. */
START_TEST(runs_of_puts_sweep_too)
{
    enum { RUNS = 200 };
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    enum { COUNT = sizeof keys / sizeof *keys };
    EnginePut puts[COUNT];
    put_until("gone", "x", HASHMAP_RIG_START_MS + 10);
    base_fake_clock_advance_ms(&rig.clock, 11);
    for (int i = 0; i < RUNS; i++) {
        ck_assert(put_run(keys, "v", puts, COUNT));
    }
    ck_assert_int_eq(hashmap_rig_figure(rig.engine, "expired_reclaimed"), 1);
}
END_TEST

/* Too little memory for all of a run: then nothing of it happens. */
START_TEST(a_run_is_applied_as_a_whole_or_not_at_all)
{
    enum { COUNT = ENGINE_PUT_NOW_MAX };
    char names[COUNT][16];
    const char *keys[COUNT];
    EnginePut puts[COUNT];
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "k%d", i);
        keys[i] = names[i];
    }
    int64_t version = put("k0", "before");
    EngineStats had = stats(); /* counts the shards, which the budget does not: room for some */
    ck_assert(
        base_is_ok(engine_set_option(rig.engine, HASHMAP_OPTION_MEMORY_BYTES, had.memory_bytes)));
    ck_assert(put_run(keys, "one", puts, 1));
    ck_assert(!put_run(keys, "two", puts, COUNT));
    ck_assert(has(NULL, "k0", "one-0"));
    for (int i = 1; i < COUNT; i++) {
        ck_assert(lacks(NULL, keys[i]));
    }
    ck_assert(base_is_ok(engine_set_option(rig.engine, HASHMAP_OPTION_MEMORY_BYTES, 0)));
    ck_assert_int_eq(stats().keys, 1);
    ck_assert_int_eq(put("k1", "behind"), version + 2);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("engine");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, put_get_overwrite_remove);
    tcase_add_test(cases, the_keyspaces_do_not_know_each_other);
    tcase_add_test(cases, a_failed_guard_changes_nothing);
    tcase_add_test(cases, within_a_batch_later_mutations_win);
    tcase_add_test(cases, a_snapshot_sees_its_version_and_costs_nothing_afterwards);
    tcase_add_test(cases, releasing_a_snapshot_prunes_in_steps);
    tcase_add_test(cases, expired_records_are_absent_and_get_reclaimed);
    tcase_add_test(cases, commits_reclaim_what_has_expired_too);
    tcase_add_test(cases, a_clock_that_steps_back_resurrects_nothing);
    tcase_add_test(cases, versions_are_never_used_again);
    tcase_add_test(cases, what_needs_a_disk_cannot_be_had);
    tcase_add_test(cases, an_iterator_goes_both_ways_within_its_range);
    tcase_add_test(cases, an_iterator_reads_one_version);
    tcase_add_test(cases, ranges_are_counted_and_split);
    tcase_add_test(cases, multi_get_reads_one_version);
    tcase_add_test(cases, a_chain_is_applied_in_its_order_and_its_callbacks_may_look);
    tcase_add_test(cases, a_table_may_grow_within_a_commit);
    tcase_add_test(cases, a_run_of_puts_is_like_puts_one_by_one);
    tcase_add_test(cases, runs_of_puts_sweep_too);
    tcase_add_test(cases, a_run_is_applied_as_a_whole_or_not_at_all);
    Suite *suite = suite_create("hashmap");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
