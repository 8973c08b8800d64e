/*
 * test_format_data.c: data blocks against a plain array of entries: every way to find one, forward
 * and backward, for keys of all shapes.
 */
#include "engine/base/rand.h"
#include "engine/format/data_block.h"
#include "engine/format/key.h"
#include "tests/support/format_check.h"

#include <check.h>
#include <stdlib.h>

enum { ENTRIES_MAX = 200 };

typedef struct Model {
    FormatEntry entries[ENTRIES_MAX];
    size_t count;
    BaseBuf block;
} Model;

static Model model;
static BaseRand rng;
static size_t value_max = 400;

static int
compare_entries(const void *a, const void *b)
{
    const FormatEntry *x = a;
    const FormatEntry *y = b;
    int order = base_slice_compare(x->key, y->key);
    return order != 0 ? order : (x->version < y->version) - (x->version > y->version);
}

/* A key over two letters: prefixes of all lengths, keys that begin others, ties of words. */
static BaseSlice
random_key(size_t prefix, size_t len_max)
{
    size_t len = prefix + 1 + base_rand_below(&rng, len_max);
    uint8_t *key = malloc(len);
    ck_assert_ptr_nonnull(key);
    memset(key, 'p', prefix);
    for (size_t i = prefix; i < len; i++) {
        key[i] = base_rand_below(&rng, 4) == 0 ? 0xff : (uint8_t)(base_rand_below(&rng, 2) * 'b');
    }
    return base_slice(key, len);
}

static FormatEntry
random_entry(size_t prefix, size_t len_max)
{
    static const uint8_t bytes[400] = {1, 2, 3};
    FormatEntry entry = {.key = random_key(prefix, len_max),
                         .version = 1 + (int64_t)base_rand_below(&rng, 40),
                         .kind = (FormatKind)base_rand_below(&rng, 3)};
    if (base_rand_below(&rng, 8) == 0) {
        entry.version += INT64_MAX - 50;
    }
    if (entry.kind != FORMAT_REMOVE) {
        entry.value = base_slice(bytes, base_rand_below(&rng, value_max));
        entry.expires_at_ms = (int64_t)(base_rand_below(&rng, 2) * base_rand_below(&rng, 1u << 30));
    }
    return entry;
}

static void
forget(void)
{
    for (size_t i = 0; i < model.count; i++) {
        free((void *)(uintptr_t)model.entries[i].key.data);
    }
    model.count = 0;
    base_buf_clear(&model.block);
}

/* Sorts the entries, drops repetitions, builds the block. */
static void
build(void)
{
    qsort(model.entries, model.count, sizeof *model.entries, compare_entries);
    size_t kept = 0;
    for (size_t i = 0; i < model.count; i++) {
        if (kept != 0 && compare_entries(&model.entries[kept - 1], &model.entries[i]) == 0) {
            free((void *)(uintptr_t)model.entries[i].key.data);
            continue;
        }
        model.entries[kept++] = model.entries[i];
    }
    model.count = kept;
    FormatDataBuilder builder = FORMAT_DATA_BUILDER_INIT;
    builder.interval = 1 + base_rand_below(&rng, FORMAT_RESTART_INTERVAL_MAX);
    for (size_t i = 0; i < kept; i++) {
        size_t shared =
            i == 0 ? 0 : format_key_shared(model.entries[i - 1].key, model.entries[i].key);
        ck_assert(format_data_builder_add(&builder, &model.entries[i], shared));
    }
    ck_assert(format_data_builder_finish(&builder, &model.block));
    format_data_builder_clear(&builder);
}

static void
make_random(size_t count, size_t prefix, size_t len_max)
{
    model.count = count;
    for (size_t i = 0; i < count; i++) {
        model.entries[i] = random_entry(prefix, len_max);
    }
    build();
}

static void
expect_entry(const FormatEntry *entry, size_t i)
{
    const FormatEntry *want = &model.entries[i];
    /* One assertion: each costs a message to the parent process. */
    bool same = base_slice_equal(entry->key, want->key) &&
                base_slice_equal(entry->value, want->value) && entry->version == want->version &&
                entry->expires_at_ms == want->expires_at_ms && entry->kind == want->kind;
    if (!same) {
        ck_abort_msg("entry %zu is another one", i);
    }
}

/* The index of the first entry at or behind (key, version). */
static size_t
find_in_model(BaseSlice key, int64_t version)
{
    FormatEntry wanted = {.key = key, .version = version};
    size_t i = 0;
    while (i < model.count && compare_entries(&model.entries[i], &wanted) < 0) {
        i++;
    }
    return i;
}

static FormatDataBlock
open_block(void)
{
    FormatDataBlock block;
    BaseStatus status = format_data_block_open(base_buf_slice(&model.block), &block);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
    ck_assert_uint_eq(block.count, model.count);
    status = format_data_block_verify(&block);
    ck_assert_msg(base_is_ok(status), "%s", status.what);
    return block;
}

static void
check_target(FormatDataCursor *cursor, BaseSlice key, int64_t version)
{
    size_t at = find_in_model(key, version);
    FormatStep step = format_data_cursor_seek(cursor, key, version);
    ck_assert_int_eq(step, at < model.count ? FORMAT_STEP_ENTRY : FORMAT_STEP_END);
    if (at < model.count) {
        expect_entry(&cursor->entry, at);
    }
    step = format_data_cursor_seek_before(cursor, key, version);
    ck_assert_int_eq(step, at > 0 ? FORMAT_STEP_ENTRY : FORMAT_STEP_END);
    if (at > 0) {
        expect_entry(&cursor->entry, at - 1);
        ck_assert_int_eq(format_data_cursor_next(cursor),
                         at < model.count ? FORMAT_STEP_ENTRY : FORMAT_STEP_END);
    }
    FormatEntry found;
    FormatFind find = format_data_block_find(&cursor->block, key, version, &found);
    if (at == model.count) {
        ck_assert_int_eq(find, FORMAT_FIND_BEYOND);
    } else if (base_slice_equal(model.entries[at].key, key)) {
        ck_assert_int_eq(find, FORMAT_FIND_ENTRY);
        expect_entry(&found, at);
    } else {
        ck_assert_int_eq(find, FORMAT_FIND_ABSENT);
    }
}

/* What the cursor says about the neighbour that has the same key. */
static void
check_neighbours(FormatDataCursor *cursor, size_t at, bool came_by_next)
{
    bool repeats = at > 0 && base_slice_equal(model.entries[at - 1].key, model.entries[at].key);
    if (came_by_next) {
        ck_assert_int_eq(cursor->repeats, repeats);
    }
    if (!came_by_next || base_rand_below(&rng, 2) == 0) {
        bool has = false;
        ck_assert_int_eq(format_data_cursor_has_newer(cursor, &has), FORMAT_STEP_ENTRY);
        ck_assert_int_eq(has, repeats);
        expect_entry(&cursor->entry, at);
    }
}

/* The entries before `at` that the cursor has at hand. Goes to one of them, or stays. */
static size_t
check_back(FormatDataCursor *cursor, size_t at)
{
    size_t count = 0;
    const FormatBackEntry *read = format_data_cursor_back(cursor, &count);
    ck_assert_uint_le(count, at);
    size_t first = at - count;
    for (size_t i = 0; i < count; i++) {
        expect_entry(&read[i].entry, first + i);
        bool repeats = base_slice_equal(model.entries[first + i].key,
                                        model.entries[first + (i == 0 ? 0 : i - 1)].key);
        ck_assert_int_eq(read[i].repeats, i != 0 && repeats);
    }
    if (count == 0) {
        return at;
    }
    size_t chosen = base_rand_below(&rng, count);
    format_data_cursor_go_back(cursor, chosen);
    return first + chosen;
}

/* From the end to the start, by steps and by leaps over what is at hand. */
static void
check_leaps(FormatDataCursor *cursor)
{
    size_t leapt = 0;
    size_t at = model.count - 1;
    ck_assert_int_eq(format_data_cursor_last(cursor), FORMAT_STEP_ENTRY);
    for (;;) {
        size_t to = check_back(cursor, at);
        leapt += at - to;
        at = to;
        expect_entry(&cursor->entry, at);
        check_neighbours(cursor, at, false);
        if (at == 0) {
            break;
        }
        ck_assert_int_eq(format_data_cursor_prev(cursor), FORMAT_STEP_ENTRY);
        expect_entry(&cursor->entry, --at);
    }
    ck_assert_int_eq(format_data_cursor_prev(cursor), FORMAT_STEP_END);
    bool can_leap = model.count > 2 && cursor->block.interval > 2;
    ck_assert(leapt > 0 || !can_leap);
    ck_assert_int_eq(format_data_cursor_first(cursor), FORMAT_STEP_ENTRY);
    check_back(cursor, 0);
}

static void
check_walks(FormatDataCursor *cursor)
{
    for (size_t i = 0; i < model.count; i++) {
        if (format_data_cursor_next(cursor) != FORMAT_STEP_ENTRY) {
            ck_abort_msg("there is no entry %zu", i);
        }
        expect_entry(&cursor->entry, i);
        check_neighbours(cursor, i, true);
    }
    ck_assert_int_eq(format_data_cursor_next(cursor), FORMAT_STEP_END);
    ck_assert_int_eq(format_data_cursor_last(cursor), FORMAT_STEP_ENTRY);
    for (size_t i = model.count; i > 0; i--) {
        expect_entry(&cursor->entry, i - 1);
        check_neighbours(cursor, i - 1, false);
        ck_assert_int_eq(format_data_cursor_prev(cursor),
                         i > 1 ? FORMAT_STEP_ENTRY : FORMAT_STEP_END);
    }
    check_leaps(cursor);
    /* Back and forth. */
    ck_assert_int_eq(format_data_cursor_first(cursor), FORMAT_STEP_ENTRY);
    size_t at = 0;
    for (int i = 0; i < 400; i++) {
        bool forward = base_rand_below(&rng, 2) == 0;
        FormatStep step =
            forward ? format_data_cursor_next(cursor) : format_data_cursor_prev(cursor);
        if (forward ? at + 1 == model.count : at == 0) {
            ck_assert_int_eq(step, FORMAT_STEP_END);
            continue;
        }
        ck_assert_int_eq(step, FORMAT_STEP_ENTRY);
        at = forward ? at + 1 : at - 1;
        expect_entry(&cursor->entry, at);
        check_neighbours(cursor, at, forward);
    }
}

static void
check_block(size_t prefix, size_t len_max)
{
    FormatDataBlock block = open_block();
    FormatDataCursor cursor = FORMAT_DATA_CURSOR_INIT;
    format_data_cursor_enter(&cursor, &block);
    check_walks(&cursor);
    for (size_t i = 0; i < model.count; i++) {
        check_target(&cursor, model.entries[i].key, model.entries[i].version);
        check_target(&cursor, model.entries[i].key, model.entries[i].version - 1);
        check_target(&cursor, model.entries[i].key, INT64_MAX);
    }
    for (int i = 0; i < 60; i++) {
        size_t other = base_rand_below(&rng, 5) == 0 ? base_rand_below(&rng, prefix + 1) : prefix;
        BaseSlice key = random_key(other, len_max + 1);
        check_target(&cursor, key, (int64_t)base_rand_below(&rng, 50));
        free((void *)(uintptr_t)key.data);
    }
    format_data_cursor_clear(&cursor);
}

START_TEST(blocks_agree_with_a_plain_array)
{
    for (int round = 0; round < 30; round++) {
        size_t prefix = base_rand_below(&rng, 3) * base_rand_below(&rng, 20);
        size_t len_max = 1 + base_rand_below(&rng, round % 2 == 0 ? 4 : 24);
        make_random(1 + base_rand_below(&rng, ENTRIES_MAX), prefix, len_max);
        check_block(prefix, len_max);
        ck_assert(format_check_data_block(base_buf_slice(&model.block)));
        forget();
    }
}
END_TEST

START_TEST(many_versions_of_one_key)
{
    model.count = 200;
    for (size_t i = 0; i < model.count; i++) {
        model.entries[i] = random_entry(3, 1);
        memset((void *)(uintptr_t)model.entries[i].key.data, 'k', model.entries[i].key.len);
        model.entries[i].version = 1 + (int64_t)i * 3;
    }
    build();
    check_block(3, 1);
    forget();
}
END_TEST

START_TEST(keys_of_the_longest_kind)
{
    model.count = 3;
    for (size_t i = 0; i < model.count; i++) {
        uint8_t *key = malloc(FORMAT_KEY_BYTES_MAX);
        ck_assert_ptr_nonnull(key);
        memset(key, 'k', FORMAT_KEY_BYTES_MAX);
        key[FORMAT_KEY_BYTES_MAX - 1] = (uint8_t)i;
        model.entries[i] = (FormatEntry){
            .key = base_slice(key, FORMAT_KEY_BYTES_MAX - (i == 2 ? 1 : 0)), .version = 1};
    }
    build();
    check_block(10, 10);
    forget();
}
END_TEST

START_TEST(damaged_blocks_are_refused_or_consistent)
{
    value_max = 12;
    for (int round = 0; round < 6; round++) {
        make_random(10 + base_rand_below(&rng, 20), 2, 6);
        format_check_damage(format_check_data_block, base_buf_slice(&model.block), false);
        forget();
    }
}
END_TEST

START_TEST(separators_lie_between)
{
    BaseBuf separator = BASE_BUF_INIT;
    for (int round = 0; round < 20000; round++) {
        BaseSlice a = random_key(base_rand_below(&rng, 3), 6);
        BaseSlice b = random_key(base_rand_below(&rng, 3), 6);
        int order = base_slice_compare(a, b);
        if (order != 0) {
            BaseSlice low = order < 0 ? a : b;
            BaseSlice high = order < 0 ? b : a;
            ck_assert(format_key_separate(low, high, &separator));
            BaseSlice between = base_buf_slice(&separator);
            ck_assert_int_ge(base_slice_compare(between, low), 0);
            ck_assert_int_lt(base_slice_compare(between, high), 0);
            ck_assert_uint_le(between.len, low.len > high.len ? low.len : high.len);
        }
        free((void *)(uintptr_t)a.data);
        free((void *)(uintptr_t)b.data);
    }
    base_buf_clear(&separator);
}
END_TEST

START_TEST(words_order_as_keys_do)
{
    for (int round = 0; round < 20000; round++) {
        BaseSlice a = random_key(5, 12);
        BaseSlice b = random_key(5, 12);
        uint64_t x = format_key_word(a, 5);
        uint64_t y = format_key_word(b, 5);
        if (x != y) {
            ck_assert((x < y) == (base_slice_compare(a, b) < 0));
        }
        ck_assert_uint_eq(format_key_word(a, a.len), 0);
        free((void *)(uintptr_t)a.data);
        free((void *)(uintptr_t)b.data);
    }
}
END_TEST

int
main(void)
{
    const char *seed = getenv("LARDER_SEED");
    rng = base_rand(seed == NULL ? 1 : strtoull(seed, NULL, 10));
    TCase *cases = tcase_create("data");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, blocks_agree_with_a_plain_array);
    tcase_add_test(cases, many_versions_of_one_key);
    tcase_add_test(cases, keys_of_the_longest_kind);
    tcase_add_test(cases, damaged_blocks_are_refused_or_consistent);
    tcase_add_test(cases, separators_lie_between);
    tcase_add_test(cases, words_order_as_keys_do);
    Suite *suite = suite_create("format");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
