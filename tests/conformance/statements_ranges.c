/*
 * statements_ranges.c: C-500 and on: scan, remove_range, range_info, checksum.
 */
#include "engine/engine.h"
#include "tests/conformance/trial.h"

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

enum {
    BAD_TOKEN = 5,
    RANGE_END = 1,
    LIMIT_ITEMS = 2,
    LIMIT_BYTES = 3,
    LIMIT_EXAMINED = 4,
    FILL_COUNT = 50,
};

/* Puts FILL_COUNT keys "NN" with values "vNN", in an order that is not theirs. */
static bool
fill(Trial *trial)
{
    for (int i = 0; i < FILL_COUNT; i++) {
        char name[8];
        char value[8];
        int number = i * 37 % FILL_COUNT;
        (void)g_snprintf(name, sizeof name, "%02d", number);
        (void)g_snprintf(value, sizeof value, "v%02d", number);
        if (!CALL(put, .key = trial_key(trial, name), .value = base_slice_text(value))->applied) {
            return false;
        }
    }
    return true;
}

/* Whether items[i] is key number `number` of fill(). */
static bool
item_is(Trial *trial, const AnswerItem *item, int number)
{
    char name[8];
    (void)g_snprintf(name, sizeof name, "%02d", number);
    return base_slice_equal(base_slice(item->key->data, item->key->len), trial_key(trial, name));
}

static BaseSlice
token_of(const Answer *page)
{
    return page->next_token != NULL ? base_slice(page->next_token->data, page->next_token->len)
                                    : BASE_SLICE_EMPTY;
}

static void
scan_returns_the_prefix_in_order(Trial *trial)
{
    HOLDS(fill(trial));
    Answer *page = CALL(scan, .with_prefix = true, .prefix = trial_key(trial, ""));
    HOLDS(page->exception == 0 && page->item_count == FILL_COUNT && page->count == FILL_COUNT);
    HOLDS(page->stop_reason == RANGE_END && page->next_token == NULL);
    HOLDS(page->read_version > 0 && page->examined >= FILL_COUNT);
    for (int i = 0; i < FILL_COUNT; i++) {
        HOLDS(item_is(trial, &page->items[i], i));
        HOLDS(page->items[i].has_value && page->items[i].value->len == 3);
        HOLDS(page->items[i].version > 0 && page->items[i].version <= page->read_version);
    }
}

static void
scan_reverse(Trial *trial)
{
    HOLDS(fill(trial));
    Answer *page = CALL(scan, .with_prefix = true, .prefix = trial_key(trial, ""), .reverse = true);
    HOLDS(page->item_count == FILL_COUNT);
    for (int i = 0; i < FILL_COUNT; i++) {
        HOLDS(item_is(trial, &page->items[i], FILL_COUNT - 1 - i));
    }
}

static void
scan_range_includes_start_excludes_stop(Trial *trial)
{
    HOLDS(fill(trial));
    Answer *page = CALL(scan, .with_start = true, .start = trial_key(trial, "10"),
                        .with_stop = true, .stop = trial_key(trial, "20"));
    HOLDS(page->item_count == 10);
    HOLDS(item_is(trial, &page->items[0], 10) && item_is(trial, &page->items[9], 19));
    Answer *between = CALL(scan, .with_start = true, .start = trial_key(trial, "10a"),
                           .with_stop = true, .stop = trial_key(trial, "12a"));
    HOLDS(between->item_count == 2 && item_is(trial, &between->items[0], 11));
    Answer *empty = CALL(scan, .with_start = true, .start = trial_key(trial, "20"),
                         .with_stop = true, .stop = trial_key(trial, "10"));
    HOLDS(empty->exception == 0 && empty->item_count == 0 && empty->stop_reason == RANGE_END);
}

/* Reads all pages of a limit; false when they are not the keys of fill() in order. */
static bool
pages_are_complete(Trial *trial, Request request, int reason)
{
    int seen = 0;
    for (int page_count = 0; page_count <= FILL_COUNT; page_count++) {
        Answer *page = trial_keep(trial, call_scan(trial->target, request));
        for (size_t i = 0; i < page->item_count; i++, seen++) {
            int number = request.reverse ? FILL_COUNT - 1 - seen : seen;
            if (!item_is(trial, &page->items[i], number)) {
                return false;
            }
        }
        if (page->exception != 0 || page->item_count == 0) {
            return page->exception == 0 && seen == FILL_COUNT;
        }
        if (page->next_token == NULL) {
            return seen == FILL_COUNT && page->stop_reason == RANGE_END;
        }
        if (page->stop_reason != reason) {
            return false;
        }
        request.page_token = token_of(page);
    }
    return false;
}

static void
pages_by_items(Trial *trial)
{
    HOLDS(fill(trial));
    BaseSlice prefix = trial_key(trial, "");
    for (int64_t limit = 1; limit <= FILL_COUNT + 1; limit += 6) {
        Request request = {.with_prefix = true, .prefix = prefix, .limit_items = limit};
        HOLDS(pages_are_complete(trial, request, LIMIT_ITEMS));
        request.reverse = true;
        HOLDS(pages_are_complete(trial, request, LIMIT_ITEMS));
    }
}

static void
pages_by_bytes(Trial *trial)
{
    HOLDS(fill(trial));
    BaseSlice prefix = trial_key(trial, "");
    HOLDS(pages_are_complete(
        trial, (Request){.with_prefix = true, .prefix = prefix, .limit_bytes = 1}, LIMIT_BYTES));
    HOLDS(pages_are_complete(
        trial, (Request){.with_prefix = true, .prefix = prefix, .limit_bytes = 90}, LIMIT_BYTES));
}

static void
pages_by_examined(Trial *trial)
{
    HOLDS(fill(trial));
    Answer *page =
        CALL(scan, .with_prefix = true, .prefix = trial_key(trial, ""), .limit_examined = 10);
    HOLDS(page->exception == 0 && page->stop_reason == LIMIT_EXAMINED);
    HOLDS(page->item_count >= 1 && page->item_count <= 10 && page->next_token != NULL);
}

static void
pages_go_on_behind_what_is_removed(Trial *trial)
{
    HOLDS(fill(trial));
    BaseSlice prefix = trial_key(trial, "");
    Answer *first = CALL(scan, .with_prefix = true, .prefix = prefix, .limit_items = 10);
    HOLDS(first->next_token != NULL);
    for (int i = 8; i < 12; i++) {
        char name[8];
        (void)g_snprintf(name, sizeof name, "%02d", i);
        HOLDS(CALL(remove, .key = trial_key(trial, name))->existed);
    }
    HOLDS(CALL(put, .key = trial_key(trial, "05a"), .value = TEXT("behind"))->applied);
    Answer *second = CALL(scan, .with_prefix = true, .prefix = prefix, .limit_items = 10,
                          .page_token = token_of(first));
    HOLDS(second->item_count == 10 && item_is(trial, &second->items[0], 12));
    HOLDS(second->read_version > first->read_version);
}

static void
keys_only_and_count_only(Trial *trial)
{
    HOLDS(fill(trial));
    BaseSlice prefix = trial_key(trial, "");
    Answer *keys = CALL(scan, .with_prefix = true, .prefix = prefix, .keys_only = true);
    HOLDS(keys->item_count == FILL_COUNT && !keys->items[0].has_value);
    HOLDS(keys->items[0].full_length == 3);
    Answer *count = CALL(scan, .with_prefix = true, .prefix = prefix, .count_only = true);
    HOLDS(count->item_count == 0 && count->count == FILL_COUNT);
    HOLDS(count->stop_reason == RANGE_END);
}

static void
foreign_tokens_are_refused(Trial *trial)
{
    HOLDS(fill(trial));
    BaseSlice prefix = trial_key(trial, "");
    Answer *page = CALL(scan, .with_prefix = true, .prefix = prefix, .limit_items = 10);
    BaseSlice token = token_of(page);
    HOLDS(token.len > 0);
    Answer *other =
        CALL(scan, .with_prefix = true, .prefix = trial_key(trial, "1"), .page_token = token);
    HOLDS(other->exception == 1 && other->code == BAD_TOKEN);
    Answer *turned =
        CALL(scan, .with_prefix = true, .prefix = prefix, .reverse = true, .page_token = token);
    HOLDS(turned->exception == 1 && turned->code == BAD_TOKEN);
    for (size_t i = 0; i < token.len; i++) {
        uint8_t damaged[4096];
        HOLDS(token.len <= sizeof damaged);
        memcpy(damaged, token.data, token.len);
        damaged[i] ^= 0x20;
        Answer *bad = CALL(scan, .with_prefix = true, .prefix = prefix,
                           .page_token = base_slice(damaged, token.len));
        HOLDS(bad->exception == 1 && bad->code == BAD_TOKEN);
    }
    Answer *cut = CALL(scan, .with_prefix = true, .prefix = prefix,
                       .page_token = base_slice(token.data, token.len - 1));
    HOLDS(cut->exception == 1 && cut->code == BAD_TOKEN);
}

static void
remove_range_removes_the_range(Trial *trial)
{
    HOLDS(fill(trial));
    BaseSlice start = trial_key(trial, "10");
    BaseSlice stop = trial_key(trial, "20");
    Answer *dry = CALL(remove_range, .with_start = true, .start = start, .with_stop = true,
                       .stop = stop, .dry_run = true);
    HOLDS(dry->exception == 0 && dry->version == 0 && dry->number > 0);
    HOLDS(CALL(get, .key = start)->found);
    Answer *removed =
        CALL(remove_range, .with_start = true, .start = start, .with_stop = true, .stop = stop);
    HOLDS(removed->exception == 0 && removed->version > 0);
    Answer *page = CALL(scan, .with_prefix = true, .prefix = trial_key(trial, ""));
    HOLDS(page->item_count == FILL_COUNT - 10);
    HOLDS(item_is(trial, &page->items[9], 9) && item_is(trial, &page->items[10], 20));
    HOLDS(CALL(put, .key = start, .value = TEXT("again"))->applied);
    HOLDS(trial_value_is(CALL(get, .key = start), TEXT("again")));
}

static void
remove_range_by_prefix(Trial *trial)
{
    HOLDS(fill(trial));
    HOLDS(CALL(remove_range, .with_prefix = true, .prefix = trial_key(trial, "3"))->version > 0);
    Answer *page = CALL(scan, .with_prefix = true, .prefix = trial_key(trial, ""));
    HOLDS(page->item_count == FILL_COUNT - 10 && item_is(trial, &page->items[30], 40));
}

static void
range_info_counts(Trial *trial)
{
    HOLDS(fill(trial));
    Answer *info =
        CALL(range_info, .with_prefix = true, .prefix = trial_key(trial, ""), .split_bytes = 100);
    HOLDS(info->exception == 0);
    HOLDS(!info->exact || info->number == FILL_COUNT);
    HOLDS(info->bytes > 0);
    for (size_t i = 1; i < info->item_count; i++) {
        const GByteArray *before = info->items[i - 1].key;
        const GByteArray *after = info->items[i].key;
        HOLDS(base_slice_compare(base_slice(before->data, before->len),
                                 base_slice(after->data, after->len)) < 0);
    }
}

static void
checksum_tells_copies_from_changes(Trial *trial)
{
    BaseSlice prefix = trial_key(trial, "");
    BaseSlice key = trial_key(trial, "a");
    HOLDS(CALL(put, .key = key, .value = TEXT("1"))->applied);
    Answer *one = CALL(checksum, .with_prefix = true, .prefix = prefix);
    HOLDS(one->exception == 0 && one->count == 1 && one->bytes == (int64_t)key.len + 1);
    HOLDS(CALL(put, .key = key, .value = TEXT("2"))->applied);
    HOLDS(CALL(checksum, .with_prefix = true, .prefix = prefix)->number != one->number);
    HOLDS(CALL(put, .key = key, .value = TEXT("1"))->applied);
    HOLDS(CALL(checksum, .with_prefix = true, .prefix = prefix)->number == one->number);
    HOLDS(CALL(touch, .key = key, .with_ttl = true, .ttl_ms = 3600000)->applied);
    HOLDS(CALL(checksum, .with_prefix = true, .prefix = prefix)->number != one->number);
    Answer *nothing = CALL(checksum, .with_prefix = true, .prefix = trial_key(trial, "zzz"));
    HOLDS(nothing->exception == 0 && nothing->count == 0 && nothing->bytes == 0);
}

const Statement statements_of_ranges[] = {
    {501, "scan by prefix returns exactly its records, in key order",
     scan_returns_the_prefix_in_order, 0},
    {502, "scan in reverse returns them from the last to the first", scan_reverse, 0},
    {503, "a range includes its start and excludes its stop; one that is upside down is empty",
     scan_range_includes_start_excludes_stop, 0},
    {504, "pages by limit_items add up to the range, in both directions", pages_by_items, 0},
    {505, "pages by limit_bytes have at least one item and add up to the range", pages_by_bytes, 0},
    {506, "limit_examined ends a page and says so", pages_by_examined, 0},
    {507, "the next page goes on behind the last key, whatever was written meanwhile",
     pages_go_on_behind_what_is_removed, 0},
    {508, "keys_only sends lengths without values, count_only sends no items",
     keys_only_and_count_only, 0},
    {509, "a page token that is damaged or of another scan is BAD_TOKEN",
     foreign_tokens_are_refused, 0},
    {510, "remove_range removes its range in one commit; dry_run removes nothing",
     remove_range_removes_the_range, 0},
    {511, "remove_range takes a prefix", remove_range_by_prefix, 0},
    {512, "range_info is right when it says that it is exact, and splits in order",
     range_info_counts, 0},
    {513, "checksum covers keys, values and expiries, not versions",
     checksum_tells_copies_from_changes, 0},
    {0, NULL, NULL, 0},
};
