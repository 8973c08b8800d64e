/*
 * test_store_scan_model.c: pages of a scan add up to what a model says, while others write.
 */
#include "engine/base/rand.h"
#include "service/store/scan.h"
#include "tests/support/store_fixture.h"

#include <pthread.h>

#define MODEL_KEYS 300

/* Keys of the model end in 'm'; a writer changes others all the time. */
static void
model_key(size_t index, char *ret_key, size_t size)
{
    (void)snprintf(ret_key, size, "%04zu-m", index * 7);
}

static void *
write_other_keys(void *user)
{
    _Atomic bool *stop = user;
    BaseRand rand = base_rand(3);
    StoreError error;
    while (!atomic_load(stop)) {
        char key[16];
        (void)snprintf(key, sizeof key, "%04d-w", (int)base_rand_below(&rand, MODEL_KEYS * 7));
        StorePutArgs put_args = {.key = base_slice_text(key), .value = TEXT("w")};
        StoreRemoveArgs remove_args = {.key = base_slice_text(key)};
        StoreCall *call = base_rand_below(&rand, 2) == 0
                              ? store_call_put(fixture.store, &put_args, &error)
                              : store_call_remove(fixture.store, &remove_args, &error);
        ck_assert_ptr_nonnull(call);
        store_call_free(call);
    }
    return NULL;
}

/* What pages have shown so far. */
typedef struct Walk {
    const StoreScanArgs *args;
    char last[16];
    bool seen[MODEL_KEYS];
    size_t seen_count;
} Walk;

static void
walk_item(Walk *walk, const EngineEntry *item)
{
    char key[16] = {0};
    ck_assert_uint_lt(item->key.len, sizeof key);
    memcpy(key, item->key.data, item->key.len);
    if (walk->last[0] != '\0') { /* strictly in order, over all pages */
        int order = strcmp(walk->last, key);
        ck_assert(walk->args->reverse ? order > 0 : order < 0);
    }
    memcpy(walk->last, key, sizeof key);
    if (key[item->key.len - 1] == 'm') {
        size_t index = strtoul(key, NULL, 10) / 7;
        ck_assert(!walk->seen[index]);
        ck_assert(base_slice_equal(item->record.value, item->key));
        walk->seen[index] = true;
        walk->seen_count++;
    }
}

static bool
walk_items(void *user, const StoreScanItems *items)
{
    for (size_t i = 0; i < items->count; i++) {
        walk_item(user, &items->list[i]);
    }
    return true;
}

/* Reads a random range in random pages; every key of the model in it comes exactly once. */
static void
walk_range(BaseRand *rand)
{
    char start[16];
    char stop[16];
    size_t first = (size_t)base_rand_below(rand, MODEL_KEYS);
    size_t behind = first + (size_t)base_rand_below(rand, MODEL_KEYS - first + 1);
    model_key(first, start, sizeof start);
    model_key(behind, stop, sizeof stop);
    StoreScanArgs args = STORE_SCAN_ARGS_INIT;
    args.range = (StoreKeyRange){.has_start_key = true,
                                 .start_key = base_slice_text(start),
                                 .has_stop_key = true,
                                 .stop_key = base_slice_text(stop)};
    args.reverse = base_rand_below(rand, 2) == 0;
    Walk walk = {.args = &args};
    BaseBuf token = BASE_BUF_INIT;
    StoreScanResult result = {.has_next_token = true};
    int64_t version = 0;
    while (result.has_next_token) {
        args.limit_items = 1 + (int64_t)base_rand_below(rand, 100);
        args.limit_bytes = 1 + (int64_t)base_rand_below(rand, 1000);
        args.limit_examined = 1 + (int64_t)base_rand_below(rand, 200);
        BaseBuf next = BASE_BUF_INIT;
        ck_assert(
            store_scan(fixture.store, &args, walk_items, &walk, &next, &result, &fixture.error));
        ck_assert(result.count > 0 || !result.has_next_token);
        ck_assert_int_ge(result.read_version, version);
        version = result.read_version;
        base_buf_clear(&token);
        token = next;
        args.has_page_token = true;
        args.page_token = base_buf_slice(&token);
    }
    base_buf_clear(&token);
    ck_assert_uint_eq(walk.seen_count, behind - first);
}

START_TEST(pages_add_up_to_the_model_under_concurrent_writes)
{
    for (size_t i = 0; i < MODEL_KEYS; i++) {
        char key[16];
        model_key(i, key, sizeof key);
        put(key, key);
    }
    _Atomic bool stop = false;
    pthread_t writer;
    ck_assert_int_eq(pthread_create(&writer, NULL, write_other_keys, &stop), 0);
    BaseRand rand = base_rand(11);
    for (int round = 0; round < 60; round++) {
        walk_range(&rand);
    }
    atomic_store(&stop, true);
    ck_assert_int_eq(pthread_join(writer, NULL), 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, pages_add_up_to_the_model_under_concurrent_writes);
}

int
main(void)
{
    return fixture_main("store/scan_model", add_tests);
}
