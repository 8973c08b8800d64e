/*
 * many.c: checks 17 to 26: several keys, or several calls, at once.
 */
#include "tests/interop/sdk/common.h"

#include <string.h>

static const LarderBatchResult *
batch(LarderClient *client, const LarderMutation *mutations, size_t count,
      const LarderBatchOptions *options)
{
    const LarderMutationList list = {mutations, count};
    return keep(larder_batch(client, S, list, options))->as.batch;
}

static const char *
check_batch(LarderClient *client)
{
    EXPECT(put(client, T("old"), T("1"), NULL) != NULL);
    const LarderGuard guards[] = {{T("old"), present}, {T("new"), absent}};
    const LarderMutation mutations[] = {
        put_of(T("new"), T("2")),
        increment_of(T("n"), 7),
        {.kind = LARDER_MUTATION_KIND_REMOVE, .key = T("old")},
        {.kind = LARDER_MUTATION_KIND_REMOVE_RANGE,
         .key = T("x"),
         .has_stop_key = true,
         .stop_key = T("y")},
    };
    LarderBatchOptions options = {0};
    LARDER_SET(&options, guards, ((LarderGuardList){guards, COUNT(guards)}));
    const LarderBatchResult *done = batch(client, mutations, COUNT(mutations), &options);
    EXPECT(done != NULL && done->applied && done->version > 0);
    EXPECT(done->numbers.count == 1 && done->numbers.items[0] == 7);
    EXPECT(done->failed_guard == -1 && done->failed_mutation == -1);
    const LarderGetResult *got = get(client, T("new"), NULL);
    EXPECT(got != NULL && got->version == done->version);
    got = get(client, T("old"), NULL);
    EXPECT(got != NULL && !got->found);

    const LarderBatchResult *denied = batch(client, mutations, COUNT(mutations), &options);
    EXPECT(denied != NULL && !denied->applied && denied->failed_guard == 0);
    EXPECT(denied->reason == LARDER_NOT_APPLIED_CONDITION_FAILED);
    LarderMutation fails[] = {put_of(T("a"), T("1")), put_of(T("new"), T("3"))};
    fails[1].condition = &absent;
    denied = batch(client, fails, COUNT(fails), NULL);
    EXPECT(denied != NULL && !denied->applied && denied->failed_mutation == 1);
    got = get(client, T("a"), NULL);
    EXPECT(got != NULL && !got->found);
    return NULL;
}

static const char *
check_bulk_write(LarderClient *client)
{
    LarderMutation mutations[] = {put_of(T("a"), T("1")), put_of(T("a"), T("2")),
                                  increment_of(T("n"), 3)};
    mutations[1].condition = &absent;
    const LarderBulkWriteResult *done = bulk_write(client, mutations, COUNT(mutations));
    EXPECT(done != NULL && done->items.count == 3 && done->applied_count == 2);
    const LarderBulkItem *items = done->items.items;
    EXPECT(items[0].applied && !items[1].applied && items[2].applied && items[2].number == 3);
    EXPECT(items[1].reason == LARDER_NOT_APPLIED_CONDITION_FAILED);
    EXPECT(items[1].current_version == items[0].version);
    return NULL;
}

static const LarderMultiGetResult *
multi_get(LarderClient *client, const LarderBytes *keys, size_t count,
          const LarderMultiGetOptions *options)
{
    const LarderBytesList list = {keys, count};
    return keep(larder_multi_get(client, S, list, options))->as.multi_get;
}

static const char *
check_multi_get(LarderClient *client)
{
    EXPECT(put(client, T("a"), T("1"), NULL) != NULL && put(client, T("b"), T(""), NULL) != NULL);
    const LarderBytes keys[] = {T("b"), T("none"), T("a"), T("a")};
    const char *values[] = {"", NULL, "1", "1"};
    const LarderMultiGetResult *got = multi_get(client, keys, 4, NULL);
    EXPECT(got != NULL && got->items.count == 4);
    for (size_t i = 0; i < 4; i++) {
        const LarderGetItem *item = &got->items.items[i];
        EXPECT(item->found == (values[i] != NULL) && item->has_value == item->found);
        EXPECT(values[i] == NULL || is(item->value, T(values[i])));
    }
    LarderMultiGetOptions bare = {0};
    LARDER_SET(&bare, want_values, false);
    got = multi_get(client, keys, 4, &bare);
    EXPECT(got != NULL && got->items.count == 4);
    for (size_t i = 0; i < 4; i++) {
        const LarderGetItem *item = &got->items.items[i];
        EXPECT(!item->has_value && item->full_length == (i < 2 ? 0 : 1));
    }
    got = multi_get(client, NULL, 0, NULL);
    EXPECT(got != NULL && got->items.count == 0);
    return NULL;
}

/* Whether a page has these keys, from number `first` on in steps of 1 or -1. */
static bool
has_keys(const LarderScanResult *page, int first, int step, size_t count)
{
    bool same = page->items.count == count;
    for (size_t i = 0; same && i < count; i++) {
        const LarderScanItem *item = &page->items.items[i];
        LarderBytes key = numbered("a", first + step * (int)i, 2);
        same = is(item->key, key) && is(item->value, key);
    }
    return same;
}

static const char *
expect_pages(LarderClient *client)
{
    const LarderKeyRange range = {.has_prefix = true, .prefix = T("a")};
    LarderScanOptions options = {0};
    LARDER_SET(&options, limit_items, 4);
    for (int first = 0; first < 8; first += 4) {
        const LarderScanResult *page = scan(client, &range, &options);
        EXPECT(page != NULL && has_keys(page, first, 1, 4) && page->has_next_token);
        EXPECT(page->stop_reason == LARDER_STOP_REASON_LIMIT_ITEMS);
        LARDER_SET(&options, page_token, page->next_token);
    }
    const LarderScanResult *page = scan(client, &range, &options);
    EXPECT(page != NULL && has_keys(page, 8, 1, 2) && !page->has_next_token);
    EXPECT(page->stop_reason == LARDER_STOP_REASON_RANGE_END);
    return NULL;
}

static const char *
check_scan(LarderClient *client)
{
    LarderMutation mutations[11] = {put_of(T("b00"), T("b00"))};
    for (int i = 0; i < 10; i++) {
        LarderBytes key = numbered("a", i, 2);
        mutations[i + 1] = put_of(key, key);
    }
    EXPECT(bulk_write(client, mutations, COUNT(mutations)) != NULL);
    const char *wrong = expect_pages(client);
    if (wrong != NULL) {
        return wrong;
    }
    LarderKeyRange part = {0};
    LARDER_SET(&part, start_key, T("a05"));
    LARDER_SET(&part, stop_key, T("b00"));
    LarderScanOptions reverse = {0}, bare = {0}, count = {0};
    LARDER_SET(&reverse, reverse, true);
    const LarderScanResult *page = scan(client, &part, &reverse);
    EXPECT(page != NULL && has_keys(page, 9, -1, 5));
    LARDER_SET(&bare, keys_only, true);
    page = scan(client, NULL, &bare);
    EXPECT(page != NULL && page->items.count == 11);
    for (size_t i = 0; i < page->items.count; i++) {
        EXPECT(!page->items.items[i].has_value && page->items.items[i].full_length == 3);
    }
    LARDER_SET(&count, count_only, true);
    page = scan(client, NULL, &count);
    EXPECT(page != NULL && page->items.count == 0 && page->count == 11);
    return NULL;
}

static const char *
check_range_info(LarderClient *client)
{
    LarderMutation mutations[100];
    LarderBytes value = pattern(1000);
    for (int i = 0; i < 100; i++) {
        mutations[i] = put_of(numbered("k", i, 2), value);
    }
    EXPECT(bulk_write(client, mutations, COUNT(mutations)) != NULL);
    const LarderKeyRange ranges[] = {{0}, {.has_prefix = true, .prefix = T("none")}};
    const LarderKeyRangeList list = {ranges, COUNT(ranges)};
    LarderRangeInfoOptions options = {0};
    LARDER_SET(&options, split_bytes, 10000);
    const LarderRangeInfoResult *result =
        keep(larder_range_info(client, S, list, &options))->as.range_info;
    EXPECT(result != NULL && result->infos.count == 2);
    const LarderRangeInfo *info = &result->infos.items[0];
    EXPECT(info->estimated_keys > 0 && info->split_keys.count > 0);
    for (size_t i = 1; i < info->split_keys.count; i++) {
        const LarderBytes *keys = info->split_keys.items;
        EXPECT(strcmp(keys[i - 1].data, keys[i].data) < 0);
    }
    EXPECT(info->dead_ratio >= 0.0 && info->dead_ratio <= 1.0);
    return NULL;
}

static const LarderChecksumResult *
checksum_with(LarderClient *client, const char *value)
{
    return put(client, T("key"), T(value), NULL) != NULL
               ? keep(larder_checksum(client, S, NULL, NULL))->as.checksum
               : NULL;
}

static const char *
check_checksum(LarderClient *client)
{
    const LarderChecksumResult *first = checksum_with(client, "value");
    const LarderChecksumResult *other = checksum_with(client, "other");
    const LarderChecksumResult *again = checksum_with(client, "value");
    EXPECT(first != NULL && other != NULL && again != NULL);
    EXPECT(first->keys == 1 && first->bytes == 8);
    EXPECT(first->checksum == again->checksum && first->checksum != other->checksum);
    return NULL;
}

static int64_t
count_keys(LarderClient *client)
{
    LarderScanOptions options = {0};
    LARDER_SET(&options, count_only, true);
    const LarderScanResult *page = scan(client, NULL, &options);
    return page != NULL ? page->count : -1;
}

static const char *
check_remove_range(LarderClient *client)
{
    const LarderMutation mutations[] = {put_of(T("a0"), T("v")), put_of(T("a1"), T("v")),
                                        put_of(T("b0"), T("v"))};
    EXPECT(bulk_write(client, mutations, COUNT(mutations)) != NULL);
    const LarderKeyRange range = {.has_prefix = true, .prefix = T("a")};
    LarderRemoveRangeOptions dry = {0};
    LARDER_SET(&dry, dry_run, true);
    const LarderRemoveRangeResult *done =
        keep(larder_remove_range(client, S, &range, &dry))->as.remove_range;
    EXPECT(done != NULL && done->version == 0 && count_keys(client) == 3);
    done = keep(larder_remove_range(client, S, &range, NULL))->as.remove_range;
    EXPECT(done != NULL && done->version > 0 && count_keys(client) == 1);
    return NULL;
}

enum { MANY = 2000 };

static const char *
check_many_at_once(LarderClient *client)
{
    static LarderMutation puts[MANY], increments[MANY];
    static LarderBytes falling[MANY];
    for (int i = 0; i < MANY; i++) {
        LarderBytes key = numbered("key", i, 5);
        puts[i] = put_of(key, key);
        increments[i] = increment_of(numbered("n", i, 5), 1);
        falling[MANY - 1 - i] = key;
    }
    const LarderBulkWriteResult *written = bulk_write(client, puts, MANY);
    EXPECT(written != NULL && written->applied_count == MANY);
    const LarderBatchResult *counted = batch(client, increments, MANY, NULL);
    EXPECT(counted != NULL && counted->numbers.count == MANY);
    const LarderMultiGetResult *got = multi_get(client, falling, MANY, NULL);
    EXPECT(got != NULL && got->items.count == MANY);
    const LarderKeyRange range = {.has_prefix = true, .prefix = T("key")};
    LarderScanOptions options = {0};
    LARDER_SET(&options, limit_items, 10000);
    const LarderScanResult *page = scan(client, &range, &options);
    EXPECT(page != NULL && page->items.count == MANY);
    for (size_t i = 0; i < MANY; i++) {
        EXPECT(counted->numbers.items[i] == 1);
        EXPECT(is(got->items.items[i].value, falling[i]));
        EXPECT(is(page->items.items[i].key, puts[i].key));
    }
    return NULL;
}

static const char *
check_too_many_at_once(LarderClient *client)
{
    static LarderBytes keys[32769];
    for (size_t i = 0; i < COUNT(keys); i++) {
        keys[i] = T("x");
    }
    EXPECT(multi_get(client, keys, COUNT(keys), NULL) == NULL);
    EXPECT(is_invalid(LARDER_INVALID_CODE_OVER_LIMIT, "keys"));
    EXPECT(last()->exception.invalid_request->limit == 32768);
    EXPECT(last()->exception.invalid_request->actual == 32769);
    return NULL;
}

/* Versions must grow, and numbers count up, in the order of the calls. */
typedef struct Order {
    int64_t version;
    int64_t number;
    bool kept;
} Order;

static void
follow(void *context, LarderReply *reply)
{
    Order *order = context;
    if (reply->outcome == LARDER_OK && reply->method == LARDER_METHOD_PUT) {
        order->kept = order->kept && reply->as.put->version > order->version;
        order->version = reply->as.put->version;
    } else if (reply->outcome == LARDER_OK) {
        order->kept = order->kept && reply->as.increment->number == ++order->number;
    } else {
        order->kept = false;
    }
    (void)keep(reply);
}

static const char *
check_pipelining(LarderClient *client)
{
    LarderChannel *channel = channel_of("DATA");
    Order order = {.kept = true};
    bool queued = true;
    for (int i = 0; queued && i < 50; i++) {
        queued =
            larder_channel_put(channel, S, T("same"), numbered("", i, 1), NULL, follow, &order) &&
            larder_channel_increment(channel, S, T("n"), 1, NULL, follow, &order);
    }
    while (larder_channel_pending(channel) > 0) {
        (void)larder_channel_poll(channel, -1);
    }
    larder_channel_free(channel);
    EXPECT(queued && order.kept && order.number == 50);
    const LarderGetResult *got = get(client, T("same"), NULL);
    EXPECT(got != NULL && is(got->value, T("49")));
    return NULL;
}

const Check many_checks[] = {
    {17, "batch", check_batch, NULL},
    {18, "bulk_write", check_bulk_write, NULL},
    {19, "multi_get", check_multi_get, NULL},
    {20, "scan", check_scan, NULL},
    {21, "range_info", check_range_info, NULL},
    {22, "checksum", check_checksum, NULL},
    {23, "remove_range", check_remove_range, NULL},
    {24, "many at once", check_many_at_once, NULL},
    {25, "too many at once", check_too_many_at_once, NULL},
    {26, "pipelining", check_pipelining, NULL},
    {0, NULL, NULL, NULL},
};
