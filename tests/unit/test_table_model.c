/*
 * test_table_model.c: tables against a plain array of entries: every read, forward and backward,
 * for keys, values, blocks and codecs of all kinds.
 */
#include "tests/support/table_rig.h"

#include <check.h>
#include <stdlib.h>

static BaseRand rng;
static TableRig rig;
static TableModel model;
static Table *table;

static void
set_up(void)
{
    table_rig_init(&rig, 1 << 20);
}

static void
tear_down(void)
{
    table_rig_clear(&rig);
}

static void
ck_ok(BaseStatus status)
{
    ck_assert_msg(base_is_ok(status), "%s: %s", base_code_name(status.code), status.what);
}

/* ---------------------------------------------------------------------------------- checks -- */

static void
check_get(BaseSlice key, int64_t version)
{
    size_t at = table_model_seek(&model, key, version);
    bool there = at < model.count && base_slice_equal(model.entries[at].key, key);
    TableFound found = TABLE_FILTERED;
    TableView view;
    ck_assert(base_epoch_enter());
    ck_ok(table_get(table, key, format_key_hash(key), version, 0, &found, &view));
    ck_assert_int_eq(found == TABLE_FOUND, there);
    if (there) {
        ck_assert(table_model_same(&view.entry, &model.entries[at]));
    }
    base_epoch_exit();
}

static void
expect_at(const TableIterator *iterator, size_t at, bool beyond)
{
    ck_ok(iterator->status);
    ck_assert_int_eq(iterator->valid, !beyond);
    if (!beyond) {
        ck_assert(table_model_same(table_iterator_entry(iterator), &model.entries[at]));
    }
}

static void
check_seek(TableIterator *iterator, BaseSlice key, int64_t version)
{
    size_t at = table_model_seek(&model, key, version);
    table_iterator_seek(iterator, key, version);
    expect_at(iterator, at, at == model.count);
    if (iterator->valid) {
        table_iterator_next(iterator);
        expect_at(iterator, at + 1, at + 1 == model.count);
    }
    table_iterator_seek_before(iterator, key, version);
    expect_at(iterator, at - 1, at == 0);
    if (iterator->valid) {
        table_iterator_prev(iterator);
        expect_at(iterator, at - 2, at == 1);
    }
}

/* What the iterator says about the neighbour that has the same key. */
static void
check_neighbours(TableIterator *iterator, size_t at, bool came_by_next)
{
    bool repeats = at > 0 && base_slice_equal(model.entries[at - 1].key, model.entries[at].key);
    if (came_by_next) {
        ck_assert_int_eq(table_iterator_repeats(iterator), repeats);
    }
    ck_assert_int_eq(table_iterator_has_newer(iterator), repeats);
    expect_at(iterator, at, false);
}

static void
check_walks(unsigned flags)
{
    TableIterator iterator;
    table_iterator_init(&iterator, table, flags);
    table_iterator_first(&iterator);
    for (size_t i = 0; i < model.count; i++) {
        expect_at(&iterator, i, false);
        check_neighbours(&iterator, i, i > 0);
        table_iterator_next(&iterator);
    }
    expect_at(&iterator, 0, true);
    table_iterator_last(&iterator);
    for (size_t i = model.count; i > 0; i--) {
        expect_at(&iterator, i - 1, false);
        check_neighbours(&iterator, i - 1, false);
        table_iterator_prev(&iterator);
    }
    expect_at(&iterator, 0, true);
    table_iterator_clear(&iterator);
}

static void
check_multi_get(void)
{
    enum { COUNT = 40 };
    TableLookup lookups[COUNT];
    size_t start = base_rand_below(&rng, model.count);
    for (size_t i = 0; i < COUNT; i++) {
        size_t at = base_rand_below(&rng, 4) == 0 ? base_rand_below(&rng, model.count)
                                                  : (start + i) % model.count;
        lookups[i].table = table;
        lookups[i].key = model.entries[at].key;
        lookups[i].hash = format_key_hash(lookups[i].key);
    }
    size_t done = 0;
    ck_assert(base_epoch_enter());
    ck_ok(table_multi_get(lookups, COUNT, 60, 0, &done));
    ck_assert_uint_eq(done, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        size_t at = table_model_seek(&model, lookups[i].key, 60);
        bool there = at < model.count && base_slice_equal(model.entries[at].key, lookups[i].key);
        ck_assert_int_eq(lookups[i].found == TABLE_FOUND, there);
        if (there) {
            ck_assert(table_model_same(&lookups[i].view.entry, &model.entries[at]));
        }
    }
    base_epoch_exit();
}

static bool
count_parts(void *user, BaseSlice key)
{
    ck_assert_uint_gt(key.len, 0);
    (*(size_t *)user)++;
    return true;
}

static void
check_estimates(void)
{
    const FormatProperties *properties = table_properties(table);
    BaseSlice last = model.entries[model.count - 1].key;
    uint64_t before = 0;
    for (size_t i = 0; i < model.count; i += 1 + model.count / 20) {
        uint64_t entries = table_entries_before(table, model.entries[i].key);
        ck_assert_uint_le(entries, i);
        ck_assert_uint_ge(entries, before);
        before = entries;
    }
    ck_assert_uint_lt(table_bytes_before(table, last), table_size(table));
    size_t parts = 0;
    table_split(table, 1, count_parts, &parts);
    ck_assert_uint_eq(parts, (size_t)properties->data_blocks - 1);
    parts = 0;
    table_split(table, table_size(table), count_parts, &parts);
    ck_assert_uint_eq(parts, 0);
}

static void
check_table(const TableModelShape *shape)
{
    TableIterator iterator;
    ck_ok(table_verify(table));
    check_walks(0);
    check_walks(TABLE_CACHE_COLD);
    check_walks(TABLE_CACHE_PASS);
    check_estimates();
    check_multi_get();
    table_iterator_init(&iterator, table, 0);
    for (int i = 0; i < 150; i++) {
        const FormatEntry *entry = &model.entries[base_rand_below(&rng, model.count)];
        int64_t versions[] = {entry->version, entry->version - 1, INT64_MAX};
        for (size_t j = 0; j < 3; j++) {
            check_get(entry->key, versions[j]);
            check_seek(&iterator, entry->key, versions[j]);
        }
    }
    TableModelShape other = *shape;
    other.keys = 60;
    other.versions_max = 1;
    TableModel strangers = table_model_random(&rng, &other);
    for (size_t i = 0; i < strangers.count; i++) {
        check_get(strangers.entries[i].key, 50);
        check_seek(&iterator, strangers.entries[i].key, 50);
    }
    table_model_clear(&strangers);
    table_iterator_clear(&iterator);
    ck_assert_uint_eq(rig.faults, 0);
}

static void
check_shape(const TableModelShape *shape, const TableBuilderOptions *options)
{
    model = table_model_random(&rng, shape);
    TableSummary summary = table_rig_build(&rig, options, model.entries, model.count, NULL, 0);
    table = table_rig_open(&rig);
    ck_assert_uint_eq(table_size(table), summary.size);
    ck_assert_uint_eq(table_id(table), summary.id);
    ck_assert_int_eq(table_properties(table)->entries, (int64_t)model.count);
    ck_assert(base_slice_equal(table_properties(table)->smallest, model.entries[0].key));
    ck_assert(
        base_slice_equal(table_properties(table)->largest, model.entries[model.count - 1].key));
    check_table(shape);
    table_free(table);
    table_model_clear(&model);
}

/* ----------------------------------------------------------------------------------- tests -- */

START_TEST(tables_agree_with_a_plain_array)
{
    static const TableModelShape shapes[] = {
        {.keys = 400, .versions_max = 1, .prefix = 0, .key_max = 8, .value_max = 100},
        {.keys = 200, .versions_max = 9, .prefix = 20, .key_max = 12, .value_max = 30},
        {.keys = 300,
         .versions_max = 3,
         .prefix = 3,
         .key_max = 40,
         .value_max = 60,
         .system = true},
        {.keys = 3, .versions_max = 300, .prefix = 1, .key_max = 3, .value_max = 50},
        {.keys = 20, .versions_max = 2, .prefix = 500, .key_max = 5, .value_max = 70000},
        {.keys = 1, .versions_max = 1, .prefix = 0, .key_max = 1, .value_max = 10},
    };
    static const size_t block_bytes[] = {1, 300, 4096};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (size_t j = 0; j < sizeof block_bytes / sizeof *block_bytes; j++) {
            TableBuilderOptions options = table_rig_options(block_bytes[j]);
            options.pack = (i + j) % 2 == 1;
            options.zstd_level = 1;
            options.filter_bits = (i + j) % 3 == 2 ? 0 : 10;
            check_shape(&shapes[i], &options);
        }
    }
}
END_TEST

START_TEST(tables_are_packed_with_a_dictionary)
{
    TableModelShape shape = {
        .keys = 300, .versions_max = 2, .prefix = 10, .key_max = 8, .value_max = 80};
    TableBuilderOptions options = table_rig_options(500);
    options.pack = true;
    options.zstd_level = 3;
    options.dictionary = base_slice_text("ppppppppppaaaabbbbcccc and whatever else is frequent");
    check_shape(&shape, &options);
}
END_TEST

START_TEST(the_search_stands_long_common_prefixes)
{
    /* A lone key before the others takes their common prefix away: words tie, separators decide. */
    TableModelShape shape = {
        .keys = 1500, .versions_max = 1, .prefix = 30, .key_max = 30, .value_max = 10};
    TableBuilderOptions options = table_rig_options(1);
    model = table_model_random(&rng, &shape);
    ((uint8_t *)(uintptr_t)model.entries[0].key.data)[1] = 'a';
    (void)table_rig_build(&rig, &options, model.entries, model.count, NULL, 0);
    table = table_rig_open(&rig);
    for (size_t i = 0; i < model.count; i++) {
        ck_assert_uint_eq(table_entries_before(table, model.entries[i].key), i);
    }
    ck_assert_uint_eq(table_entries_before(table, BASE_SLICE_LITERAL("\0")), 0);
    ck_assert_uint_eq(table_entries_before(table, BASE_SLICE_LITERAL("\0q")), model.count);
    check_table(&shape);
    table_free(table);
    table_model_clear(&model);
}
END_TEST

START_TEST(an_override_counts_for_every_entry)
{
    static const FormatEntry entries[] = {
        {BASE_SLICE_LITERAL("\0a"), BASE_SLICE_LITERAL("1"), 7, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0b"), BASE_SLICE_LITERAL("2"), 7, 0, FORMAT_PUT},
    };
    static const int64_t version = 7;
    static const FormatFragment fragment = {BASE_SLICE_LITERAL("\0c"), BASE_SLICE_LITERAL("\0d"),
                                            &version, 1};
    TableBuilderOptions options = table_rig_options(1);
    (void)table_rig_build(&rig, &options, entries, 2, &fragment, 1);
    ck_ok(table_rig_try_open(&rig, 100, &table));
    TableFound found;
    TableView view;
    BaseSlice key = BASE_SLICE_LITERAL("\0a");
    ck_assert(base_epoch_enter());
    ck_ok(table_get(table, key, format_key_hash(key), 100, 0, &found, &view));
    ck_assert_int_eq(found, TABLE_FOUND);
    ck_assert_int_eq(view.entry.version, 100);
    ck_ok(table_get(table, key, format_key_hash(key), 99, 0, &found, &view));
    ck_assert_int_eq(found, TABLE_ABSENT);
    base_epoch_exit();
    ck_assert_int_eq(table_covering(table, BASE_SLICE_LITERAL("\0c"), 100), 100);
    ck_assert_int_eq(table_covering(table, BASE_SLICE_LITERAL("\0c"), 99), 0);
    TableIterator iterator;
    table_iterator_init(&iterator, table, 0);
    table_iterator_seek(&iterator, key, 100);
    ck_assert(iterator.valid && table_iterator_entry(&iterator)->version == 100);
    ck_assert(base_slice_equal(table_iterator_entry(&iterator)->key, key));
    table_iterator_next(&iterator);
    ck_assert(iterator.valid && table_iterator_entry(&iterator)->version == 100);
    table_iterator_seek(&iterator, key, 99);
    ck_assert(iterator.valid);
    ck_assert(base_slice_equal(table_iterator_entry(&iterator)->key, entries[1].key));
    table_iterator_seek_before(&iterator, key, 99);
    ck_assert(iterator.valid);
    ck_assert(base_slice_equal(table_iterator_entry(&iterator)->key, key));
    ck_assert_int_eq(table_iterator_entry(&iterator)->version, 100);
    table_iterator_clear(&iterator);
    table_free(table);
}
END_TEST

START_TEST(ranges_are_kept_and_asked)
{
    static const int64_t versions[] = {9, 5, 2};
    static const FormatFragment fragments[] = {
        {BASE_SLICE_LITERAL("\0a"), BASE_SLICE_LITERAL("\0c"), versions, 3},
        {BASE_SLICE_LITERAL("\0c"), BASE_SLICE_LITERAL("\0d"), versions + 1, 1},
        {BASE_SLICE_LITERAL("\0x"), BASE_SLICE_LITERAL("\1"), versions + 2, 1},
    };
    static const FormatEntry entry = {BASE_SLICE_LITERAL("\0b"), BASE_SLICE_EMPTY, 30, 0,
                                      FORMAT_PUT};
    for (size_t entries = 0; entries < 2; entries++) {
        TableBuilderOptions options = table_rig_options(4096);
        TableSummary summary = table_rig_build(&rig, &options, &entry, entries, fragments, 3);
        ck_assert(summary.largest_excluded);
        table = table_rig_open(&rig);
        ck_ok(table_verify(table));
        ck_assert(table_largest_excluded(table));
        ck_assert(base_slice_equal(table_properties(table)->smallest, BASE_SLICE_LITERAL("\0a")));
        ck_assert(base_slice_equal(table_properties(table)->largest, BASE_SLICE_LITERAL("\1")));
        ck_assert_int_eq(table_properties(table)->version_max, entries == 0 ? 9 : 30);
        ck_assert_uint_eq(table_ranges(table)->count, 3);
        static const struct {
            BaseSlice key;
            int64_t version;
            int64_t covering;
        } cases[] = {
            {BASE_SLICE_LITERAL("\0a"), 100, 9},      {BASE_SLICE_LITERAL("\0a"), 8, 5},
            {BASE_SLICE_LITERAL("\0bbb"), 4, 2},      {BASE_SLICE_LITERAL("\0bbb"), 1, 0},
            {BASE_SLICE_LITERAL("\0c"), 100, 5},      {BASE_SLICE_LITERAL("\0d"), 100, 0},
            {BASE_SLICE_LITERAL("\0\xff\xff"), 9, 2}, {BASE_SLICE_LITERAL("\1"), 9, 0},
            {BASE_SLICE_LITERAL("\0A"), 9, 0},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            ck_assert_int_eq(table_covering(table, cases[i].key, cases[i].version),
                             cases[i].covering);
        }
        TableIterator iterator;
        table_iterator_init(&iterator, table, 0);
        table_iterator_first(&iterator);
        ck_assert_int_eq(iterator.valid, entries != 0);
        table_iterator_clear(&iterator);
        table_free(table);
    }
}
END_TEST

START_TEST(builders_refuse_what_is_out_of_order)
{
    static const FormatEntry good = {BASE_SLICE_LITERAL("\0b"), BASE_SLICE_EMPTY, 5, 0, FORMAT_PUT};
    static const FormatEntry bad[] = {
        {BASE_SLICE_LITERAL("\0b"), BASE_SLICE_EMPTY, 5, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0b"), BASE_SLICE_EMPTY, 6, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0a"), BASE_SLICE_EMPTY, 5, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0"), BASE_SLICE_EMPTY, 5, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL(""), BASE_SLICE_EMPTY, 5, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0c"), BASE_SLICE_EMPTY, 0, 0, FORMAT_PUT},
        {BASE_SLICE_LITERAL("\0c"), BASE_SLICE_LITERAL("x"), 1, 0, FORMAT_REMOVE},
        {BASE_SLICE_LITERAL("\0c"), BASE_SLICE_LITERAL("x"), 1, 0, FORMAT_BLOB},
    };
    TableBuilderOptions options = table_rig_options(4096);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        TableBuilder *builder = NULL;
        TableSummary summary;
        (void)env_unlink(rig.env, TABLE_RIG_PATH);
        ck_ok(table_builder_new(rig.env, TABLE_RIG_PATH, &options, &builder));
        ck_ok(table_builder_add(builder, &good));
        ck_assert_int_eq(table_builder_add(builder, &bad[i]).code, BASE_INVALID);
        ck_assert_int_eq(table_builder_finish(builder, &summary).code, BASE_INVALID);
        table_builder_free(builder);
    }
    TableBuilder *builder = NULL;
    TableSummary summary;
    (void)env_unlink(rig.env, TABLE_RIG_PATH);
    ck_ok(table_builder_new(rig.env, TABLE_RIG_PATH, &options, &builder));
    ck_assert_int_eq(table_builder_finish(builder, &summary).code, BASE_INVALID);
    table_builder_free(builder);
}
END_TEST

int
main(void)
{
    const char *seed = getenv("LARDER_SEED");
    rng = base_rand(seed == NULL ? 1 : strtoull(seed, NULL, 10));
    TCase *cases = tcase_create("model");
    tcase_set_timeout(cases, 120);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, tables_agree_with_a_plain_array);
    tcase_add_test(cases, tables_are_packed_with_a_dictionary);
    tcase_add_test(cases, the_search_stands_long_common_prefixes);
    tcase_add_test(cases, an_override_counts_for_every_entry);
    tcase_add_test(cases, ranges_are_kept_and_asked);
    tcase_add_test(cases, builders_refuse_what_is_out_of_order);
    Suite *suite = suite_create("table");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
