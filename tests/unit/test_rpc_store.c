/*
 * test_rpc_store.c: every served method through a stock client, against the hashmap engine.
 *
 * What counts here is that arguments, options and results survive the way through generated code in
 * both directions; what the store makes of them is tested with the store.
 */
#include "tests/unit/rpc_rig.h"

typedef struct Bench {
    Rig *rig;
    RigClient client;
    LarderRpcStoreIf *store;
    RigThrown thrown;
    GPtrArray *kept; /* objects to drop at the end */
} Bench;

static Bench
bench_new(int way)
{
    Bench bench = {.rig = rig_new()};
    bench.client = rig_client(bench.rig, way);
    bench.store = bench.client.store;
    bench.kept = g_ptr_array_new_with_free_func(g_object_unref);
    return bench;
}

/* An object with no member set: options that ask for nothing. The stock client takes no NULL. */
static gpointer
no(Bench *bench, GType type)
{
    g_ptr_array_add(bench->kept, g_object_new(type, NULL));
    return g_ptr_array_index(bench->kept, bench->kept->len - 1);
}

static void
bench_clear(Bench *bench)
{
    rig_thrown_clear(&bench->thrown);
    g_ptr_array_unref(bench->kept);
    rig_client_clear(&bench->client);
    rig_free(bench->rig);
}

/* A put without options; its version. */
static gint64
put(Bench *bench, const char *key, BaseSlice value)
{
    GByteArray *key_bytes = rig_text(key);
    GByteArray *value_bytes = rig_bytes(value);
    LarderRpcWriteResult *result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_put(bench->store, &result, "default", key_bytes, value_bytes,
                                      no(bench, LARDER_RPC_TYPE_PUT_OPTIONS),
                                      RIG_INTO(&bench->thrown)));
    ck_assert(result->applied);
    gint64 version = result->version;
    g_object_unref(result);
    g_byte_array_unref(key_bytes);
    g_byte_array_unref(value_bytes);
    return version;
}

static LarderRpcGetResult *
get(Bench *bench, const char *key, const LarderRpcGetOptions *options)
{
    GByteArray *key_bytes = rig_text(key);
    LarderRpcGetResult *result = g_object_new(LARDER_RPC_TYPE_GET_RESULT, NULL);
    ck_assert(larder_rpc_store_if_get(bench->store, &result, "default", key_bytes, options,
                                      RIG_INTO(&bench->thrown)));
    g_byte_array_unref(key_bytes);
    return result;
}

START_TEST(server_info_tells_all)
{
    Bench bench = bench_new(_i);
    LarderRpcServerInfo *info = g_object_new(LARDER_RPC_TYPE_SERVER_INFO, NULL);
    base_fake_clock_advance_ms(&bench.rig->clock, 1234);
    ck_assert(larder_rpc_store_if_server_info(bench.store, &info,
                                              no(&bench, LARDER_RPC_TYPE_SERVER_INFO_OPTIONS),
                                              RIG_INTO(&bench.thrown)));
    ck_assert_int_eq(info->api_version, LARDER_RPC_API_VERSION);
    ck_assert_str_eq(info->server_version, "0.1.0");
    ck_assert_int_eq(info->uptime_ms, 1234);
    ck_assert_int_eq(info->now_ms, RIG_WALL_MS + 1234);
    ck_assert_uint_eq(info->stores->len, 1);
    const LarderRpcStoreInfo *store = g_ptr_array_index(info->stores, 0);
    ck_assert_str_eq(store->name, "default");
    ck_assert_str_eq(store->engine, "hashmap");
    ck_assert_str_eq(store->durability, "none");
    ck_assert_uint_gt(store->capabilities->len, 0);
    ck_assert_uint_eq(info->limits->len, 2);
    const LarderRpcLimitInfo *limit = g_ptr_array_index(info->limits, 1);
    ck_assert_str_eq(limit->name, "ping_bytes");
    ck_assert_int_eq(limit->value, 1024);
    ck_assert_str_eq(limit->unit, "bytes");
    ck_assert_uint_eq(info->methods->len, 15);
    g_object_unref(info);
    bench_clear(&bench);
}
END_TEST

START_TEST(ping_returns_any_bytes)
{
    Bench bench = bench_new(_i);
    GByteArray *payload = g_byte_array_new();
    for (unsigned byte = 0; byte < 256; byte++) {
        g_byte_array_append(payload, &(guint8){(guint8)byte}, 1);
    }
    LarderRpcPingResult *result = g_object_new(LARDER_RPC_TYPE_PING_RESULT, NULL);
    ck_assert(larder_rpc_store_if_ping(bench.store, &result, payload, RIG_INTO(&bench.thrown)));
    ck_assert_uint_eq(result->payload->len, 256);
    ck_assert_mem_eq(result->payload->data, payload->data, 256);
    ck_assert_int_eq(result->now_ms, RIG_WALL_MS);
    g_object_unref(result);
    g_byte_array_unref(payload);
    bench_clear(&bench);
}
END_TEST

START_TEST(a_value_of_any_bytes_comes_back)
{
    static const uint8_t bytes[] = {0, 0xff, 0x80, 0, 0x82, '\n', 0};
    Bench bench = bench_new(_i);
    gint64 version = put(&bench, "key", base_slice(bytes, sizeof bytes));
    ck_assert_int_gt(version, 0);
    LarderRpcGetResult *found = get(&bench, "key", no(&bench, LARDER_RPC_TYPE_GET_OPTIONS));
    ck_assert(found->found && found->__isset_value);
    ck_assert_uint_eq(found->value->len, sizeof bytes);
    ck_assert_mem_eq(found->value->data, bytes, sizeof bytes);
    ck_assert_int_eq(found->version, version);
    ck_assert_int_eq(found->full_length, sizeof bytes);
    ck_assert_int_eq(found->expires_at_ms, 0);
    g_object_unref(found);
    put(&bench, "empty", BASE_SLICE_EMPTY);
    found = get(&bench, "empty", no(&bench, LARDER_RPC_TYPE_GET_OPTIONS));
    ck_assert(found->found && found->__isset_value);
    ck_assert_int_eq(found->full_length, 0);
    g_object_unref(found);
    found = get(&bench, "absent", no(&bench, LARDER_RPC_TYPE_GET_OPTIONS));
    ck_assert(!found->found && !found->__isset_value);
    ck_assert_int_eq(found->version, 0);
    g_object_unref(found);
    ck_assert_uint_eq(rig_counted(bench.rig, "get", OBS_OK), 3);
    bench_clear(&bench);
}
END_TEST

START_TEST(get_obeys_its_options)
{
    Bench bench = bench_new(_i);
    gint64 version = put(&bench, "key", BASE_SLICE_LITERAL("0123456789"));
    LarderRpcGetOptions *options =
        g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, "offset", (gint64)3, "length", (gint64)4, NULL);
    LarderRpcGetResult *found = get(&bench, "key", options);
    ck_assert(rig_is(found->value, "3456"));
    ck_assert_int_eq(found->full_length, 10);
    g_object_unref(found);
    g_object_unref(options);
    options = g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, "if_version_not", version, NULL);
    found = get(&bench, "key", options);
    ck_assert(found->found && found->unchanged && !found->__isset_value);
    g_object_unref(found);
    g_object_unref(options);
    options = g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, "want_value", FALSE, NULL);
    found = get(&bench, "key", options);
    ck_assert(found->found && !found->unchanged && !found->__isset_value);
    ck_assert_int_eq(found->full_length, 10);
    g_object_unref(found);
    g_object_unref(options);
    bench_clear(&bench);
}
END_TEST

START_TEST(multi_get_answers_in_order)
{
    Bench bench = bench_new(_i);
    put(&bench, "a", BASE_SLICE_LITERAL("1"));
    put(&bench, "b", BASE_SLICE_LITERAL("22"));
    static const char *const names[] = {"b", "none", "a", "b"};
    GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    for (int i = 0; i < 4; i++) {
        g_ptr_array_add(keys, rig_text(names[i]));
    }
    LarderRpcMultiGetResult *result = g_object_new(LARDER_RPC_TYPE_MULTI_GET_RESULT, NULL);
    ck_assert(larder_rpc_store_if_multi_get(bench.store, &result, "default", keys,
                                            no(&bench, LARDER_RPC_TYPE_MULTI_GET_OPTIONS),
                                            RIG_INTO(&bench.thrown)));
    ck_assert_uint_eq(result->items->len, 4);
    const LarderRpcGetItem *first = g_ptr_array_index(result->items, 0);
    ck_assert(first->found && rig_is(first->value, "22"));
    const LarderRpcGetItem *second = g_ptr_array_index(result->items, 1);
    ck_assert(!second->found && !second->__isset_value);
    const LarderRpcGetItem *third = g_ptr_array_index(result->items, 2);
    ck_assert(rig_is(third->value, "1"));
    ck_assert_int_eq(third->full_length, 1);
    ck_assert_int_ge(result->read_version, third->version);
    g_object_unref(result);
    LarderRpcMultiGetOptions *options =
        g_object_new(LARDER_RPC_TYPE_MULTI_GET_OPTIONS, "want_values", FALSE, NULL);
    result = g_object_new(LARDER_RPC_TYPE_MULTI_GET_RESULT, NULL);
    ck_assert(larder_rpc_store_if_multi_get(bench.store, &result, "default", keys, options,
                                            RIG_INTO(&bench.thrown)));
    first = g_ptr_array_index(result->items, 0);
    ck_assert(first->found && !first->__isset_value);
    ck_assert_int_eq(first->full_length, 2);
    g_object_unref(result);
    g_object_unref(options);
    g_ptr_array_unref(keys);
    bench_clear(&bench);
}
END_TEST

START_TEST(put_obeys_condition_and_expiry)
{
    Bench bench = bench_new(_i);
    GByteArray *key = rig_text("key");
    GByteArray *value = rig_text("new");
    gint64 version = put(&bench, "key", BASE_SLICE_LITERAL("old"));
    LarderRpcCondition *condition = g_object_new(LARDER_RPC_TYPE_CONDITION, "absent", TRUE, NULL);
    LarderRpcPutOptions *options = g_object_new(LARDER_RPC_TYPE_PUT_OPTIONS, "condition", condition,
                                                "return_current", TRUE, NULL);
    LarderRpcWriteResult *result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_put(bench.store, &result, "default", key, value, options,
                                      RIG_INTO(&bench.thrown)));
    ck_assert(!result->applied && !result->replayed);
    ck_assert_int_eq(result->reason, LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    ck_assert_int_eq(result->current_version, version);
    ck_assert(result->__isset_current_value && rig_is(result->current_value, "old"));
    g_object_unref(result);
    g_object_unref(options);
    g_object_unref(condition);
    condition = g_object_new(LARDER_RPC_TYPE_CONDITION, "version_equal", version, NULL);
    LarderRpcExpiry *expiry = g_object_new(LARDER_RPC_TYPE_EXPIRY, "ttl_ms", (gint64)5000, NULL);
    options = g_object_new(LARDER_RPC_TYPE_PUT_OPTIONS, "condition", condition, "expiry", expiry,
                           "want_existed", TRUE, NULL);
    result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_put(bench.store, &result, "default", key, value, options,
                                      RIG_INTO(&bench.thrown)));
    ck_assert(result->applied && !result->__isset_current_value);
    ck_assert(result->__isset_existed && result->existed);
    ck_assert_int_eq(result->reason, LARDER_RPC_NOT_APPLIED_WAS_APPLIED);
    ck_assert_int_eq(result->expires_at_ms, RIG_WALL_MS + 5000);
    g_object_unref(result);
    g_object_unref(options);
    g_object_unref(expiry);
    g_object_unref(condition);
    g_byte_array_unref(key);
    g_byte_array_unref(value);
    bench_clear(&bench);
}
END_TEST

START_TEST(remove_and_touch_work_on_the_key)
{
    Bench bench = bench_new(_i);
    GByteArray *key = rig_text("key");
    put(&bench, "key", BASE_SLICE_LITERAL("value"));
    LarderRpcExpiry *expiry =
        g_object_new(LARDER_RPC_TYPE_EXPIRY, "at_ms", (gint64)RIG_WALL_MS + 9, NULL);
    LarderRpcWriteResult *result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_touch(bench.store, &result, "default", key, expiry,
                                        no(&bench, LARDER_RPC_TYPE_TOUCH_OPTIONS),
                                        RIG_INTO(&bench.thrown)));
    ck_assert(result->applied);
    ck_assert_int_eq(result->expires_at_ms, RIG_WALL_MS + 9);
    g_object_unref(result);
    result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_remove(bench.store, &result, "default", key,
                                         no(&bench, LARDER_RPC_TYPE_REMOVE_OPTIONS),
                                         RIG_INTO(&bench.thrown)));
    ck_assert(result->applied && result->__isset_existed && result->existed);
    g_object_unref(result);
    result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_touch(bench.store, &result, "default", key, expiry,
                                        no(&bench, LARDER_RPC_TYPE_TOUCH_OPTIONS),
                                        RIG_INTO(&bench.thrown)));
    ck_assert(!result->applied);
    ck_assert_int_eq(result->reason, LARDER_RPC_NOT_APPLIED_KEY_ABSENT);
    g_object_unref(result);
    g_object_unref(expiry);
    g_byte_array_unref(key);
    bench_clear(&bench);
}
END_TEST

START_TEST(increment_and_append_return_the_new_state)
{
    Bench bench = bench_new(_i);
    GByteArray *key = rig_text("counter");
    LarderRpcIncrementOptions *options = g_object_new(LARDER_RPC_TYPE_INCREMENT_OPTIONS, "initial",
                                                      (gint64)100, "highest", (gint64)110, NULL);
    LarderRpcIncrementResult *sum = g_object_new(LARDER_RPC_TYPE_INCREMENT_RESULT, NULL);
    ck_assert(larder_rpc_store_if_increment(bench.store, &sum, "default", key, -7, options,
                                            RIG_INTO(&bench.thrown)));
    ck_assert(sum->applied);
    ck_assert_int_eq(sum->number, 93);
    g_object_unref(sum);
    sum = g_object_new(LARDER_RPC_TYPE_INCREMENT_RESULT, NULL);
    ck_assert(larder_rpc_store_if_increment(bench.store, &sum, "default", key, 18, options,
                                            RIG_INTO(&bench.thrown)));
    ck_assert(!sum->applied);
    ck_assert_int_eq(sum->reason, LARDER_RPC_NOT_APPLIED_OUT_OF_RANGE);
    ck_assert_int_eq(sum->number, 93);
    g_object_unref(sum);
    g_object_unref(options);
    GByteArray *text = rig_text("tail");
    LarderRpcAppendOptions *append_options =
        g_object_new(LARDER_RPC_TYPE_APPEND_OPTIONS, "create", FALSE, NULL);
    GByteArray *absent = rig_text("absent");
    LarderRpcAppendResult *grown = g_object_new(LARDER_RPC_TYPE_APPEND_RESULT, NULL);
    ck_assert(larder_rpc_store_if_append(bench.store, &grown, "default", absent, text,
                                         append_options, RIG_INTO(&bench.thrown)));
    ck_assert(!grown->applied);
    ck_assert_int_eq(grown->reason, LARDER_RPC_NOT_APPLIED_KEY_ABSENT);
    g_object_unref(grown);
    grown = g_object_new(LARDER_RPC_TYPE_APPEND_RESULT, NULL);
    ck_assert(larder_rpc_store_if_append(bench.store, &grown, "default", key, text,
                                         no(&bench, LARDER_RPC_TYPE_APPEND_OPTIONS),
                                         RIG_INTO(&bench.thrown)));
    ck_assert(grown->applied);
    ck_assert_int_eq(grown->length, 12);
    g_object_unref(grown);
    g_object_unref(append_options);
    g_byte_array_unref(absent);
    g_byte_array_unref(text);
    g_byte_array_unref(key);
    bench_clear(&bench);
}
END_TEST

/* A mutation with a key; members that are not needed are NULL. */
static LarderRpcMutation *
mutation(LarderRpcMutationKind kind, const char *key, const char *value, const char *stop_key)
{
    LarderRpcMutation *made = g_object_new(LARDER_RPC_TYPE_MUTATION, "kind", kind, NULL);
    GByteArray *bytes = rig_text(key);
    g_object_set(made, "key", bytes, NULL);
    g_byte_array_unref(bytes);
    if (value != NULL) {
        bytes = rig_text(value);
        g_object_set(made, "value", bytes, NULL);
        g_byte_array_unref(bytes);
    }
    if (stop_key != NULL) {
        bytes = rig_text(stop_key);
        g_object_set(made, "stop_key", bytes, NULL);
        g_byte_array_unref(bytes);
    }
    return made;
}

/* A put, two increments, a remove and a range remove. */
static GPtrArray *
five_mutations(void)
{
    GPtrArray *mutations = g_ptr_array_new_with_free_func(g_object_unref);
    LarderRpcMutation *add = mutation(LARDER_RPC_MUTATION_KIND_INCREMENT, "n", NULL, NULL);
    g_object_set(add, "delta", (gint64)5, NULL);
    g_ptr_array_add(mutations, mutation(LARDER_RPC_MUTATION_KIND_PUT, "p", "value", NULL));
    g_ptr_array_add(mutations, add);
    g_ptr_array_add(mutations, g_object_ref(add));
    g_ptr_array_add(mutations, mutation(LARDER_RPC_MUTATION_KIND_REMOVE, "gone", NULL, NULL));
    g_ptr_array_add(mutations, mutation(LARDER_RPC_MUTATION_KIND_REMOVE_RANGE, "a", NULL, "b"));
    return mutations;
}

START_TEST(batch_applies_all_or_nothing)
{
    Bench bench = bench_new(_i);
    gint64 version = put(&bench, "guarded", BASE_SLICE_LITERAL("now"));
    GPtrArray *mutations = five_mutations();
    LarderRpcBatchResult *result = g_object_new(LARDER_RPC_TYPE_BATCH_RESULT, NULL);
    ck_assert(larder_rpc_store_if_batch(bench.store, &result, "default", mutations,
                                        no(&bench, LARDER_RPC_TYPE_BATCH_OPTIONS),
                                        RIG_INTO(&bench.thrown)));
    ck_assert(result->applied);
    ck_assert_int_eq(result->failed_guard, -1);
    ck_assert_int_eq(result->failed_mutation, -1);
    ck_assert_uint_eq(result->numbers->len, 2);
    ck_assert_int_eq(g_array_index(result->numbers, gint64, 0), 5);
    ck_assert_int_eq(g_array_index(result->numbers, gint64, 1), 10);
    g_object_unref(result);
    LarderRpcCondition *condition = g_object_new(LARDER_RPC_TYPE_CONDITION, "absent", TRUE, NULL);
    GByteArray *key = rig_text("guarded");
    LarderRpcGuard *guard =
        g_object_new(LARDER_RPC_TYPE_GUARD, "key", key, "condition", condition, NULL);
    GPtrArray *guards = g_ptr_array_new_with_free_func(g_object_unref);
    g_ptr_array_add(guards, guard);
    LarderRpcBatchOptions *options =
        g_object_new(LARDER_RPC_TYPE_BATCH_OPTIONS, "guards", guards, "return_current", TRUE, NULL);
    result = g_object_new(LARDER_RPC_TYPE_BATCH_RESULT, NULL);
    ck_assert(larder_rpc_store_if_batch(bench.store, &result, "default", mutations, options,
                                        RIG_INTO(&bench.thrown)));
    ck_assert(!result->applied);
    ck_assert_int_eq(result->failed_guard, 0);
    ck_assert_int_eq(result->current_version, version);
    ck_assert(rig_is(result->current_value, "now"));
    g_object_unref(result);
    g_object_unref(options);
    g_ptr_array_unref(guards);
    g_byte_array_unref(key);
    g_object_unref(condition);
    g_ptr_array_unref(mutations);
    bench_clear(&bench);
}
END_TEST

START_TEST(bulk_write_tells_each_outcome)
{
    Bench bench = bench_new(_i);
    GPtrArray *mutations = five_mutations();
    LarderRpcCondition *condition = g_object_new(LARDER_RPC_TYPE_CONDITION, "present", TRUE, NULL);
    g_object_set(g_ptr_array_index(mutations, 3), "condition", condition, NULL);
    LarderRpcBulkWriteResult *result = g_object_new(LARDER_RPC_TYPE_BULK_WRITE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_bulk_write(bench.store, &result, "default", mutations,
                                             no(&bench, LARDER_RPC_TYPE_BULK_WRITE_OPTIONS),
                                             RIG_INTO(&bench.thrown)));
    ck_assert_uint_eq(result->items->len, 5);
    ck_assert_int_eq(result->applied_count, 4);
    const LarderRpcBulkItem *sum = g_ptr_array_index(result->items, 2);
    ck_assert(sum->applied);
    ck_assert_int_eq(sum->number, 10);
    const LarderRpcBulkItem *missed = g_ptr_array_index(result->items, 3);
    ck_assert(!missed->applied);
    ck_assert_int_eq(missed->reason, LARDER_RPC_NOT_APPLIED_CONDITION_FAILED);
    const LarderRpcBulkItem *last = g_ptr_array_index(result->items, 4);
    ck_assert_int_eq(result->version, last->version);
    g_object_unref(result);
    g_object_unref(condition);
    g_ptr_array_unref(mutations);
    bench_clear(&bench);
}
END_TEST

START_TEST(a_mutation_without_kind_or_key_is_named)
{
    Bench bench = bench_new(_i);
    GPtrArray *mutations = g_ptr_array_new_with_free_func(g_object_unref);
    g_ptr_array_add(mutations, mutation(LARDER_RPC_MUTATION_KIND_PUT, "p", "value", NULL));
    g_ptr_array_add(mutations, g_object_new(LARDER_RPC_TYPE_MUTATION, NULL));
    LarderRpcBatchResult *result = g_object_new(LARDER_RPC_TYPE_BATCH_RESULT, NULL);
    ck_assert(!larder_rpc_store_if_batch(bench.store, &result, "default", mutations,
                                         no(&bench, LARDER_RPC_TYPE_BATCH_OPTIONS),
                                         RIG_INTO(&bench.thrown)));
    ck_assert_ptr_nonnull(bench.thrown.invalid);
    ck_assert_int_eq(bench.thrown.invalid->code, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(bench.thrown.invalid->field, "mutations[1]"));
    g_object_unref(result);
    g_ptr_array_unref(mutations);
    bench_clear(&bench);
}
END_TEST

START_TEST(scan_pages_through_a_range)
{
    Bench bench = bench_new(_i);
    put(&bench, "k1", BASE_SLICE_LITERAL("one"));
    put(&bench, "k2", BASE_SLICE_LITERAL("two"));
    put(&bench, "k3", BASE_SLICE_LITERAL("three"));
    put(&bench, "other", BASE_SLICE_LITERAL("x"));
    GByteArray *prefix = rig_text("k");
    LarderRpcKeyRange *range = g_object_new(LARDER_RPC_TYPE_KEY_RANGE, "prefix", prefix, NULL);
    LarderRpcScanOptions *options =
        g_object_new(LARDER_RPC_TYPE_SCAN_OPTIONS, "limit_items", (gint64)2, NULL);
    LarderRpcScanResult *page = g_object_new(LARDER_RPC_TYPE_SCAN_RESULT, NULL);
    ck_assert(larder_rpc_store_if_scan(bench.store, &page, "default", range, options,
                                       RIG_INTO(&bench.thrown)));
    ck_assert_uint_eq(page->items->len, 2);
    ck_assert_int_eq(page->stop_reason, LARDER_RPC_STOP_REASON_LIMIT_ITEMS);
    ck_assert(page->__isset_next_token);
    const LarderRpcScanItem *item = g_ptr_array_index(page->items, 1);
    ck_assert(rig_is(item->key, "k2") && rig_is(item->value, "two"));
    g_object_set(options, "page_token", page->next_token, "keys_only", TRUE, NULL);
    g_object_unref(page);
    page = g_object_new(LARDER_RPC_TYPE_SCAN_RESULT, NULL);
    ck_assert(larder_rpc_store_if_scan(bench.store, &page, "default", range, options,
                                       RIG_INTO(&bench.thrown)));
    ck_assert_uint_eq(page->items->len, 1);
    ck_assert_int_eq(page->stop_reason, LARDER_RPC_STOP_REASON_RANGE_END);
    ck_assert(!page->__isset_next_token);
    item = g_ptr_array_index(page->items, 0);
    ck_assert(rig_is(item->key, "k3") && !item->__isset_value);
    ck_assert_int_eq(item->full_length, 5);
    g_object_unref(page);
    g_object_unref(options);
    options = g_object_new(LARDER_RPC_TYPE_SCAN_OPTIONS, "count_only", TRUE, "reverse", TRUE, NULL);
    page = g_object_new(LARDER_RPC_TYPE_SCAN_RESULT, NULL);
    ck_assert(larder_rpc_store_if_scan(bench.store, &page, "default", range, options,
                                       RIG_INTO(&bench.thrown)));
    ck_assert_int_eq(page->count, 3);
    ck_assert_uint_eq(page->items->len, 0);
    g_object_unref(page);
    g_object_unref(options);
    g_object_unref(range);
    g_byte_array_unref(prefix);
    bench_clear(&bench);
}
END_TEST

START_TEST(ranges_are_described_summed_and_removed)
{
    Bench bench = bench_new(_i);
    put(&bench, "a", BASE_SLICE_LITERAL("1"));
    put(&bench, "b", BASE_SLICE_LITERAL("2"));
    LarderRpcKeyRange *all = g_object_new(LARDER_RPC_TYPE_KEY_RANGE, NULL);
    GPtrArray *ranges = g_ptr_array_new_with_free_func(g_object_unref);
    g_ptr_array_add(ranges, g_object_ref(all));
    LarderRpcRangeInfoOptions *options =
        g_object_new(LARDER_RPC_TYPE_RANGE_INFO_OPTIONS, "split_bytes", (gint64)1, NULL);
    LarderRpcRangeInfoResult *infos = g_object_new(LARDER_RPC_TYPE_RANGE_INFO_RESULT, NULL);
    ck_assert(larder_rpc_store_if_range_info(bench.store, &infos, "default", ranges, options,
                                             RIG_INTO(&bench.thrown)));
    ck_assert_uint_eq(infos->infos->len, 1);
    const LarderRpcRangeInfo *info = g_ptr_array_index(infos->infos, 0);
    ck_assert_int_eq(info->estimated_keys, 2);
    ck_assert_uint_eq(info->split_keys->len, 1);
    ck_assert(rig_is(g_ptr_array_index(info->split_keys, 0), "b"));
    g_object_unref(infos);
    LarderRpcChecksumResult *sum = g_object_new(LARDER_RPC_TYPE_CHECKSUM_RESULT, NULL);
    ck_assert(larder_rpc_store_if_checksum(bench.store, &sum, "default", all,
                                           no(&bench, LARDER_RPC_TYPE_CHECKSUM_OPTIONS),
                                           RIG_INTO(&bench.thrown)));
    ck_assert_int_eq(sum->keys, 2);
    ck_assert_int_eq(sum->bytes, 4);
    ck_assert_int_ne(sum->checksum, 0);
    g_object_unref(sum);
    LarderRpcRemoveRangeOptions *dry =
        g_object_new(LARDER_RPC_TYPE_REMOVE_RANGE_OPTIONS, "dry_run", TRUE, NULL);
    LarderRpcRemoveRangeResult *removed = g_object_new(LARDER_RPC_TYPE_REMOVE_RANGE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_remove_range(bench.store, &removed, "default", all, dry,
                                               RIG_INTO(&bench.thrown)));
    ck_assert_int_eq(removed->version, 0);
    ck_assert_int_eq(removed->estimated_keys, 2);
    g_object_unref(removed);
    removed = g_object_new(LARDER_RPC_TYPE_REMOVE_RANGE_RESULT, NULL);
    ck_assert(larder_rpc_store_if_remove_range(bench.store, &removed, "default", all,
                                               no(&bench, LARDER_RPC_TYPE_REMOVE_RANGE_OPTIONS),
                                               RIG_INTO(&bench.thrown)));
    ck_assert_int_gt(removed->version, 0);
    LarderRpcGetResult *found = get(&bench, "a", no(&bench, LARDER_RPC_TYPE_GET_OPTIONS));
    ck_assert(!found->found);
    g_object_unref(found);
    g_object_unref(removed);
    g_object_unref(dry);
    g_object_unref(options);
    g_ptr_array_unref(ranges);
    g_object_unref(all);
    bench_clear(&bench);
}
END_TEST

START_TEST(server_us_counts_from_the_arrival)
{
    Bench bench = bench_new(_i);
    WireTape tape = WIRE_TAPE_INIT;
    BaseBuf request = BASE_BUF_INIT;
    WireWriter writer;
    wire_writer_begin(&writer, &request, (WireFormat){WIRE_BINARY, false}, 4096);
    wire_writer_message(&writer, WIRE_CALL, BASE_SLICE_LITERAL("ping"), 1);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_EMPTY);
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    RpcCall call = {
        .input = base_buf_slice(&request),
        .arrival_us = base_clock_monotonic_us(&bench.rig->clock.clock) - 4321,
    };
    base_buf_reset(&bench.rig->reply);
    rpc_lane_call(bench.rig->lane, &call, &bench.rig->reply);
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    WireMessage message;
    WireError error;
    ck_assert(
        wire_parse_reply(base_buf_slice(&bench.rig->reply), &limits, &tape, &message, &error));
    const WireValue *result = wire_tape_first(message.arguments);
    ck_assert_int_eq(wire_tape_field(result, 14, WIRE_I64)->number, 4321);
    ck_assert_int_eq(wire_tape_field(result, 15, WIRE_I64)->number, 0);
    wire_tape_clear(&tape);
    base_buf_clear(&request);
    bench_clear(&bench);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("store");
    tcase_add_loop_test(cases, server_info_tells_all, 0, RIG_WAYS);
    tcase_add_loop_test(cases, ping_returns_any_bytes, 0, RIG_WAYS);
    tcase_add_loop_test(cases, a_value_of_any_bytes_comes_back, 0, RIG_WAYS);
    tcase_add_loop_test(cases, get_obeys_its_options, 0, RIG_WAYS);
    tcase_add_loop_test(cases, multi_get_answers_in_order, 0, RIG_WAYS);
    tcase_add_loop_test(cases, put_obeys_condition_and_expiry, 0, RIG_WAYS);
    tcase_add_loop_test(cases, remove_and_touch_work_on_the_key, 0, RIG_WAYS);
    tcase_add_loop_test(cases, increment_and_append_return_the_new_state, 0, RIG_WAYS);
    tcase_add_loop_test(cases, batch_applies_all_or_nothing, 0, RIG_WAYS);
    tcase_add_loop_test(cases, bulk_write_tells_each_outcome, 0, RIG_WAYS);
    tcase_add_loop_test(cases, a_mutation_without_kind_or_key_is_named, 0, RIG_WAYS);
    tcase_add_loop_test(cases, scan_pages_through_a_range, 0, RIG_WAYS);
    tcase_add_loop_test(cases, ranges_are_described_summed_and_removed, 0, RIG_WAYS);
    tcase_add_loop_test(cases, server_us_counts_from_the_arrival, 0, RIG_WAYS);
    return rig_run("rpc", cases);
}
