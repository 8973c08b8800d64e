/*
 * test_lsm_rewrite.c: whatever is rewritten, readers see the same as before.
 *
 * Random entries, removed ranges, expiries and snapshots go through a rewrite into small tables.
 * The model is the definition of reading over the list of what went in; it is compared, for every
 * key, at every snapshot and at the latest version, with the same definition over what came out.
 * Some keys may have something older below, which removes must go on hiding.
 */
#include "engine/lsm/rewrite.h"
#include "tests/support/table_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 60,
    ENTRIES = 400,
    RANGES = 12,
    SNAPSHOTS = 4,
    KEY_LEN = 4,
    MEMTABLES = 2,
    TIME_MS = 1000,
    BELOW_FIRST = 20, /* keys that have something older below */
    BELOW_LAST = 39,
};

typedef struct Item {
    int key;
    int64_t version;
    bool remove;
    int64_t expires_at_ms;
} Item;

typedef struct Range {
    int start;
    int stop;
    int64_t version;
} Range;

/* What a reader may find. */
typedef struct State {
    Item items[ENTRIES];
    size_t item_count;
    Range ranges[4 * RANGES];
    size_t range_count;
} State;

typedef struct Rig {
    TableRig rig;
    BaseRand rand;
    State before;
    State after;
    int64_t snapshots[SNAPSHOTS];
    bool with_below;
    int output_level; /* 0: what is older is in level 0, too */
    LsmMemtable *memtables[MEMTABLES];
    LsmSource sources[MEMTABLES];
    LsmMerge merge;
    LsmTable below_table;
    LsmTable *below_list[1];
    LsmLevels below;
    uint8_t keys[KEYS + 1][KEY_LEN];
    int64_t next_number;
    LsmRewrite rewrite;
} Rig;

static Rig rig;

static BaseSlice
key_of(int key)
{
    char text[12];
    (void)snprintf(text, sizeof(text), "%03d", key);
    rig.keys[key][0] = 0;
    memcpy(&rig.keys[key][1], text, KEY_LEN - 1);
    return base_slice(rig.keys[key], KEY_LEN);
}

static int
number_of(BaseSlice key)
{
    ck_assert_uint_eq(key.len, KEY_LEN);
    char text[KEY_LEN] = {(char)key.data[1], (char)key.data[2], (char)key.data[3], 0};
    return (int)strtol(text, NULL, 10);
}

/* -------------------------------------------------------------------------------- the model -- */

/* The version of `key` that a reader at `at` sees; 0: it is absent; -1: what is below. */
static int64_t
see(const State *state, int key, int64_t at, int64_t time_ms)
{
    int64_t hidden = 0;
    for (size_t i = 0; i < state->range_count; i++) {
        const Range *range = &state->ranges[i];
        if (range->start <= key && key < range->stop && range->version <= at &&
            range->version > hidden) {
            hidden = range->version;
        }
    }
    const Item *newest = NULL;
    for (size_t i = 0; i < state->item_count; i++) {
        const Item *item = &state->items[i];
        if (item->key == key && item->version <= at &&
            (newest == NULL || item->version > newest->version)) {
            newest = item;
        }
    }
    if (newest != NULL) {
        bool expired = newest->expires_at_ms != 0 && newest->expires_at_ms <= time_ms;
        return newest->remove || expired || newest->version < hidden ? 0 : newest->version;
    }
    bool below = rig.with_below && key >= BELOW_FIRST && key <= BELOW_LAST;
    return below && hidden == 0 ? -1 : 0;
}

static void
compare_states(void)
{
    for (int s = 0; s <= SNAPSHOTS; s++) {
        int64_t at = s < SNAPSHOTS ? rig.snapshots[s] : INT64_MAX;
        for (int key = 0; key < KEYS; key++) {
            for (int64_t time = TIME_MS; time <= TIME_MS + 600; time += 300) {
                ck_assert_int_eq(see(&rig.after, key, at, time), see(&rig.before, key, at, time));
            }
        }
    }
}

/* ------------------------------------------------------------------------------------- input -- */

static int
compare_versions(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void
choose_snapshots(void)
{
    for (int i = 0; i < SNAPSHOTS; i++) {
        /* Apart from each other, since the list has each version once. */
        rig.snapshots[i] =
            i * ENTRIES / SNAPSHOTS + 1 + (int64_t)base_rand_below(&rig.rand, ENTRIES / SNAPSHOTS);
    }
    qsort(rig.snapshots, SNAPSHOTS, sizeof(rig.snapshots[0]), compare_versions);
}

static void
link_item(LsmMemtable *memtable, const Item *item)
{
    BaseSlice key = key_of(item->key);
    LsmEntry entry = {.key = key,
                      .hash = lsm_key_index_hash(key),
                      .kind = item->remove ? LSM_RECORD_REMOVE : LSM_RECORD_PUT,
                      .value = item->remove ? BASE_SLICE_EMPTY : key,
                      .version = item->version,
                      .expires_at_ms = item->expires_at_ms};
    ck_assert_int_eq(lsm_memtable_reserve(memtable, 1).code, BASE_OK);
    LsmBuilt built = lsm_memtable_build(memtable, &entry);
    lsm_memtable_link(memtable, &built);
}

static void
make_input(bool with_ranges)
{
    State *state = &rig.before;
    for (int64_t version = 1; version <= ENTRIES; version++) {
        if (with_ranges && base_rand_below(&rig.rand, ENTRIES / RANGES) == 0 &&
            state->range_count < RANGES) {
            int start = (int)base_rand_below(&rig.rand, KEYS);
            int stop = start + 1 + (int)base_rand_below(&rig.rand, 20);
            state->ranges[state->range_count++] =
                (Range){start, stop > KEYS ? KEYS : stop, version};
            continue;
        }
        Item *item = &state->items[state->item_count++];
        *item = (Item){.key = (int)base_rand_below(&rig.rand, KEYS), .version = version};
        item->remove = base_rand_below(&rig.rand, 4) == 0;
        if (!item->remove && base_rand_below(&rig.rand, 4) == 0) {
            item->expires_at_ms = 1 + (int64_t)base_rand_below(&rig.rand, 2 * TIME_MS);
        }
        link_item(rig.memtables[version % MEMTABLES], item);
    }
}

/* A level below the outputs that has the keys BELOW_FIRST to BELOW_LAST. */
static const LsmLevels *
make_below(void)
{
    rig.below_table.info.smallest = key_of(BELOW_FIRST);
    rig.below_table.info.largest = key_of(BELOW_LAST);
    rig.below_list[0] = &rig.below_table;
    rig.below.levels[rig.output_level == 0 ? 0 : LSM_LEVELS - 1] = (LsmLevel){rig.below_list, 1, 1};
    return rig.with_below ? &rig.below : NULL;
}

/* ----------------------------------------------------------------------------------- running -- */

static int64_t
next_number(void *user)
{
    (void)user;
    return ++rig.next_number;
}

static uint64_t
next_id(void *user)
{
    (void)user;
    return base_rand_next(&rig.rand);
}

static BaseStatus
run(int64_t table_bytes)
{
    FormatRange ranges[RANGES];
    for (size_t i = 0; i < rig.before.range_count; i++) {
        const Range *range = &rig.before.ranges[i];
        ranges[i] = (FormatRange){key_of(range->start), key_of(range->stop), range->version};
    }
    for (int m = 0; m < MEMTABLES; m++) {
        lsm_source_init_flush(&rig.sources[m], rig.memtables[m]);
    }
    lsm_merge_init(&rig.merge, rig.sources, MEMTABLES);
    LsmRewriteArgs args = {.env = rig.rig.env,
                           .directory = "/",
                           .merge = &rig.merge,
                           .ranges = ranges,
                           .range_count = rig.before.range_count,
                           .retention = {rig.snapshots, SNAPSHOTS, TIME_MS},
                           .levels = make_below(),
                           .output_level = rig.output_level,
                           .table_bytes = table_bytes,
                           .table = table_rig_options(128),
                           .next_number = next_number,
                           .next_id = next_id};
    return lsm_rewrite_run(&args, &rig.rewrite);
}

/* Reads one new table into the state after, and checks what the manifest would know of it. */
static void
read_table(const FormatTable *info)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/%06lld.sst", (long long)info->number);
    TableOptions open = {.env = rig.rig.env,
                         .path = path,
                         .expect = true,
                         .size = (uint64_t)info->size,
                         .id = info->id,
                         .cache = rig.rig.cache};
    Table *table = NULL;
    ck_assert_int_eq(table_open(&open, &table).code, BASE_OK);
    ck_assert_int_eq(table_verify(table).code, BASE_OK);
    TableIterator iterator;
    table_iterator_init(&iterator, table, 0);
    int64_t entries = 0;
    for (table_iterator_first(&iterator); iterator.valid; table_iterator_next(&iterator)) {
        const FormatEntry *entry = table_iterator_entry(&iterator);
        rig.after.items[rig.after.item_count++] = (Item){.key = number_of(entry->key),
                                                         .version = entry->version,
                                                         .remove = entry->kind == FORMAT_REMOVE,
                                                         .expires_at_ms = entry->expires_at_ms};
        ck_assert_int_ge(base_slice_compare(entry->key, info->smallest), 0);
        ck_assert_int_lt(base_slice_compare(entry->key, info->largest),
                         0 + !info->largest_excluded);
        entries++;
    }
    ck_assert_int_eq(entries, info->entries);
    table_iterator_clear(&iterator);
    const TableRanges *ranges = table_ranges(table);
    for (size_t i = 0; i < ranges->count; i++) {
        const FormatFragment *fragment = &ranges->fragments[i];
        for (size_t v = 0; v < fragment->version_count; v++) {
            rig.after.ranges[rig.after.range_count++] = (Range){
                number_of(fragment->start), number_of(fragment->stop), fragment->versions[v]};
        }
    }
    table_free(table);
}

static void
check_output(void)
{
    const LsmRewriteCounts *counts = &rig.rewrite.counts;
    for (size_t i = 0; i < rig.rewrite.count; i++) {
        const FormatTable *table = &rig.rewrite.tables[i];
        if (i > 0) {
            const FormatTable *before = &rig.rewrite.tables[i - 1];
            int order = base_slice_compare(before->largest, table->smallest);
            ck_assert(order < 0 || (order == 0 && before->largest_excluded));
        }
        read_table(table);
    }
    ck_assert_int_eq(counts->entries_in, (int64_t)rig.before.item_count);
    ck_assert_int_eq(counts->kept, (int64_t)rig.after.item_count);
    ck_assert_int_eq(counts->entries_in,
                     counts->kept + counts->shadowed + counts->hidden + counts->removes);
    compare_states();
}

static void
set_up(void)
{
    memset(&rig, 0, sizeof(rig));
    rig.output_level = LSM_LEVELS - 2;
    table_rig_init(&rig.rig, 1 << 16);
    for (int m = 0; m < MEMTABLES; m++) {
        ck_assert_int_eq(lsm_memtable_new(4 << 20, &rig.memtables[m]).code, BASE_OK);
    }
}

static void
tear_down(void)
{
    lsm_rewrite_clear(&rig.rewrite);
    for (int m = 0; m < MEMTABLES; m++) {
        lsm_memtable_free(rig.memtables[m]);
    }
    table_rig_clear(&rig.rig);
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(readers_see_the_same_as_before)
{
    rig.rand = base_rand((uint64_t)_i + 1);
    rig.with_below = _i % 2 == 0;
    rig.output_level = _i % 4 == 0 ? 0 : LSM_LEVELS - 2;
    choose_snapshots();
    make_input(_i % 3 != 0);
    BaseStatus status = run(_i % 5 == 0 ? 1 << 20 : 600);
    ck_assert_msg(status.code == BASE_OK, "%s", status.what);
    ck_assert_uint_ge(rig.rewrite.count, _i % 5 == 0 ? 1 : 3);
    ck_assert_int_gt(rig.rewrite.counts.shadowed, 0);
    check_output();
}
END_TEST

START_TEST(removed_ranges_alone_make_a_table)
{
    rig.rand = base_rand(1);
    rig.with_below = true;
    choose_snapshots();
    rig.before.ranges[rig.before.range_count++] = (Range){10, 30, 7};
    ck_assert_int_eq(run(1 << 20).code, BASE_OK);
    ck_assert_uint_eq(rig.rewrite.count, 1);
    ck_assert(rig.rewrite.tables[0].largest_excluded);
    check_output();
}
END_TEST

START_TEST(what_hides_nothing_vanishes)
{
    rig.rand = base_rand(1);
    choose_snapshots();
    rig.before.ranges[rig.before.range_count++] = (Range){10, 30, 1};
    Item *item = &rig.before.items[rig.before.item_count++];
    *item = (Item){.key = 5, .version = 1, .remove = true};
    rig.snapshots[0] = 1;
    link_item(rig.memtables[0], item);
    ck_assert_int_eq(run(1 << 20).code, BASE_OK);
    ck_assert_uint_eq(rig.rewrite.count, 0);
    ck_assert_int_eq(rig.rewrite.counts.removes, 1);
    compare_states();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_rewrite");
    TCase *rewrite = tcase_create("rewrite");
    tcase_set_timeout(rewrite, 120);
    tcase_add_checked_fixture(rewrite, set_up, tear_down);
    tcase_add_loop_test(rewrite, readers_see_the_same_as_before, 0, 60);
    tcase_add_test(rewrite, removed_ranges_alone_make_a_table);
    tcase_add_test(rewrite, what_hides_nothing_vanishes);
    suite_add_tcase(suite, rewrite);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
