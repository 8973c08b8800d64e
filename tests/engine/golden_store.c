/*
 * golden_store.c: what the golden stores hold, and how they were made. See golden_store.h.
 *
 * Nothing here may change what is expected: the stores are frozen.
 */
#include "tests/engine/golden_store.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <unistd.h>

enum {
    ITEMS = 400,
    BATCH = 20,
    LEASES = 20,
    HOLDERS = 5, /* versions of one key that snapshots hold */
    TEXT_MAX = 160,
};

#define NEVER_MS (ENGINE_RIG_START_MS + INT64_C(1000000000000))
#define SOON_MS  (ENGINE_RIG_START_MS + 5000)
#define LATER_MS 10000 /* after the start, when the stores are looked at */

typedef struct Text {
    char bytes[TEXT_MAX];
} Text;

static BaseSlice
item_key(Text *text, int item)
{
    (void)snprintf(text->bytes, sizeof text->bytes, "item%05d", item);
    return base_slice_text(text->bytes);
}

/* "first 17 ..." with filler that compresses. */
static BaseSlice
item_value(Text *text, const char *generation, int item)
{
    int len = snprintf(text->bytes, sizeof text->bytes, "%s %d ", generation, item);
    int filler = 20 + item * 7 % 90;
    for (int i = 0; i < filler; i++) {
        text->bytes[len + i] = (char)('a' + (item + i / 8) % 26);
    }
    return base_slice(text->bytes, (size_t)(len + filler));
}

static BaseSlice
lease_key(Text *text, int lease)
{
    (void)snprintf(text->bytes, sizeof text->bytes, "lease/%d", lease);
    return base_slice_text(text->bytes);
}

/* What the key of an item holds in the end; NULL: nothing. */
static const char *
item_generation(int item)
{
    if (item == 115) {
        return "third";
    }
    if ((item >= 100 && item < 140) || item >= 390 || item % 10 == 1) {
        return NULL;
    }
    if (item >= 200 && item < 210) {
        return "logged";
    }
    return item % 3 == 0 ? "second" : "first";
}

/* ------------------------------------------------------------------------------------ making -- */

static void
put(EngineRig *rig, EngineKeyspace keyspace, BaseSlice key, BaseSlice value, int64_t expires_at_ms)
{
    EngineMutation mutation = engine_rig_put(keyspace, key, value);
    mutation.expiry = expires_at_ms == 0 ? ENGINE_EXPIRES_NEVER : ENGINE_EXPIRES_AT;
    mutation.expiry_ms = expires_at_ms;
    (void)engine_rig_apply(rig->engine, mutation);
}

static void
put_item(EngineRig *rig, const char *generation, int item)
{
    Text key;
    Text value;
    put(rig, ENGINE_DATA, item_key(&key, item), item_value(&value, generation, item), 0);
}

static void
remove_items(EngineRig *rig, int first, int stop)
{
    Text texts[2];
    BaseSlice end = item_key(&texts[1], stop);
    (void)engine_rig_apply(rig->engine,
                           engine_rig_remove_range(ENGINE_DATA, item_key(&texts[0], first),
                                                   stop == ITEMS ? NULL : &end));
}

static void
reopen_with(EngineRig *rig, int64_t run_trigger)
{
    engine_rig_close(rig);
    BASE_CHECK(engine_rig_set(rig, "run_trigger", run_trigger));
    engine_rig_open(rig);
}

/* The bottom: all items, in batches, merged. */
static void
make_bottom(EngineRig *rig)
{
    for (int item = 0; item < ITEMS; item += BATCH) {
        EngineMutation mutations[BATCH];
        Text keys[BATCH];
        Text values[BATCH];
        for (int i = 0; i < BATCH; i++) {
            mutations[i] = engine_rig_put(ENGINE_DATA, item_key(&keys[i], item + i),
                                          item_value(&values[i], "first", item + i));
        }
        BASE_CHECK(engine_rig_commit(rig->engine, NULL, 0, mutations, BATCH).kind ==
                   ENGINE_APPLIED);
    }
    EngineRange all = {.unbounded = true};
    BASE_CHECK(base_is_ok(engine_flush(rig->engine)));
    BASE_CHECK(base_is_ok(engine_compact(rig->engine, &all)));
}

/* The middle: changes of them, which are merged into a level above. */
static void
make_middle(EngineRig *rig)
{
    reopen_with(rig, 1);
    for (int item = 0; item < ITEMS; item++) {
        Text key;
        if (item % 10 == 1) {
            (void)engine_rig_apply(rig->engine,
                                   engine_rig_remove(ENGINE_DATA, item_key(&key, item)));
        } else if (item % 3 == 0) {
            put_item(rig, "second", item);
        }
    }
    BASE_CHECK(base_is_ok(engine_flush(rig->engine)));
    while (engine_rig_figure(rig->engine, "level_0_files") > 0) {
        (void)usleep(1000);
    }
}

/* The top: runs of level 0 with ranges, expiries, several versions, the system keyspace. */
static void
make_top(EngineRig *rig)
{
    reopen_with(rig, 64);
    EngineSnapshot *holders[HOLDERS];
    for (int i = 0; i < HOLDERS; i++) {
        put_item(rig, i == HOLDERS - 1 ? "first" : "held", 1000);
        BASE_CHECK(base_is_ok(engine_snapshot_new(rig->engine, &holders[i])));
        remove_items(rig, 100 + i, 120);
    }
    remove_items(rig, 110, 130);
    remove_items(rig, 130, 140);
    remove_items(rig, 390, ITEMS);
    put_item(rig, "first", 1000); /* which the last range has removed */
    put_item(rig, "third", 115);
    put(rig, ENGINE_DATA, BASE_SLICE_LITERAL("ttl-far"), BASE_SLICE_LITERAL("stays"), NEVER_MS);
    put(rig, ENGINE_DATA, BASE_SLICE_LITERAL("ttl-near"), BASE_SLICE_LITERAL("goes"), SOON_MS);
    put(rig, ENGINE_DATA, BASE_SLICE_EMPTY, BASE_SLICE_LITERAL("the empty key"), 0);
    put(rig, ENGINE_DATA, BASE_SLICE_LITERAL("\xff\xff"), BASE_SLICE_EMPTY, 0);
    BASE_CHECK(base_is_ok(engine_flush(rig->engine)));
    Text key;
    for (int lease = 0; lease < LEASES; lease++) {
        put(rig, ENGINE_SYSTEM, lease_key(&key, lease), BASE_SLICE_LITERAL("holder"), 0);
    }
    BaseSlice start = BASE_SLICE_LITERAL("lease/15");
    BaseSlice stop = BASE_SLICE_LITERAL("lease/18");
    (void)engine_rig_apply(rig->engine, engine_rig_remove_range(ENGINE_SYSTEM, start, &stop));
    BASE_CHECK(base_is_ok(engine_flush(rig->engine)));
    for (int i = 0; i < HOLDERS; i++) {
        engine_snapshot_free(holders[i]);
    }
}

static bool
note_level(void *user, const EngineFile *file)
{
    *(unsigned *)user |= 1u << file->level;
    return true;
}

/* How many levels have tables. */
static int
levels_used(Engine *engine)
{
    unsigned levels = 0;
    BASE_CHECK(base_is_ok(engine_files(engine, note_level, &levels)));
    return __builtin_popcount(levels);
}

/* Commits that no flush follows. */
static void
make_log(EngineRig *rig)
{
    for (int item = 200; item < 210; item++) {
        if (item % 10 != 1) {
            put_item(rig, "logged", item);
        }
    }
    Text key;
    (void)engine_rig_apply(rig->engine, engine_rig_remove(ENGINE_SYSTEM, lease_key(&key, 3)));
}

void
golden_store_rig(EngineRig *rig, const EngineClass *engine_class)
{
    static const struct {
        const char *name;
        int64_t value;
    } options[] = {
        {"durability", 0},         {"write_buffer", 65536}, {"block_bytes", 512},
        {"table_bytes", 8192},     {"base_bytes", 8192},    {"level_multiplier", 2},
        {"compaction_threads", 1},
    };
    engine_rig_init(rig, engine_class, ENGINE_RIG_MEMORY);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        (void)engine_rig_set(rig, options[i].name, options[i].value);
    }
}

void
golden_store_wait(EngineRig *rig)
{
    base_fake_clock_advance_ms(&rig->fake, LATER_MS);
}

void
golden_store_make(EngineRig *rig, bool closed)
{
    (void)engine_rig_set(rig, "run_trigger", 4);
    engine_rig_open(rig);
    make_bottom(rig);
    make_middle(rig);
    make_top(rig);
    BASE_CHECK(levels_used(rig->engine) >= 3);
    make_log(rig);
    if (closed) {
        engine_rig_close(rig);
    } else {
        engine_rig_die(rig, ENGINE_RIG_PROCESS, NULL);
    }
}

/* ---------------------------------------------------------------------------------- checking -- */

static bool
wrong(const char *what, BaseSlice key)
{
    printf("    %s: \"%.*s\"\n", what, (int)key.len, (const char *)key.data);
    return false;
}

static bool
has(Engine *engine, EngineKeyspace keyspace, BaseSlice key, BaseSlice value)
{
    return engine_rig_has(engine, NULL, keyspace, key, value) || wrong("not as written", key);
}

static bool
lacks(Engine *engine, EngineKeyspace keyspace, BaseSlice key)
{
    return engine_rig_lacks(engine, NULL, keyspace, key) || wrong("not absent", key);
}

static bool
check_items(Engine *engine)
{
    bool good = true;
    for (int item = 0; item < ITEMS; item++) {
        Text key;
        Text value;
        BaseSlice slice = item_key(&key, item);
        const char *generation = item_generation(item);
        good = (generation == NULL
                    ? lacks(engine, ENGINE_DATA, slice)
                    : has(engine, ENGINE_DATA, slice, item_value(&value, generation, item))) &&
               good;
    }
    return good;
}

static bool
check_others(Engine *engine)
{
    Text key;
    Text value;
    bool good = has(engine, ENGINE_DATA, item_key(&key, 1000), item_value(&value, "first", 1000));
    good = has(engine, ENGINE_DATA, BASE_SLICE_LITERAL("ttl-far"), BASE_SLICE_LITERAL("stays")) &&
           good;
    good = lacks(engine, ENGINE_DATA, BASE_SLICE_LITERAL("ttl-near")) && good;
    good = has(engine, ENGINE_DATA, BASE_SLICE_EMPTY, BASE_SLICE_LITERAL("the empty key")) && good;
    good = has(engine, ENGINE_DATA, BASE_SLICE_LITERAL("\xff\xff"), BASE_SLICE_EMPTY) && good;
    for (int lease = 0; lease < LEASES; lease++) {
        BaseSlice slice = lease_key(&key, lease);
        bool removed = lease == 3 || (lease >= 15 && lease < 18);
        good = (removed ? lacks(engine, ENGINE_SYSTEM, slice)
                        : has(engine, ENGINE_SYSTEM, slice, BASE_SLICE_LITERAL("holder"))) &&
               good;
    }
    return good;
}

/* Walks all but the blob's key: as many items as there are, both ways. */
static bool
check_walk(Engine *engine)
{
    int expected = 3; /* the empty key, item 1000, ttl-far; the key of 0xff is behind the blob's */
    for (int item = 0; item < ITEMS; item++) {
        expected += item_generation(item) != NULL;
    }
    EngineIteratorOptions options = {
        .range = {BASE_SLICE_EMPTY, BASE_SLICE_LITERAL(GOLDEN_STORE_BLOB_KEY), false}};
    EngineIterator *iterator = NULL;
    BASE_CHECK(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    int forwards = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        forwards++;
    }
    bool good = base_is_ok(iterator->status);
    int backwards = 0;
    for (engine_iterator_seek_before(iterator, NULL); iterator->valid;
         engine_iterator_prev(iterator)) {
        backwards++;
    }
    good = good && base_is_ok(iterator->status);
    engine_iterator_free(iterator);
    if (good && forwards == expected && backwards == expected) {
        return true;
    }
    printf("    a walk finds %d and %d records of %d\n", forwards, backwards, expected);
    return false;
}

bool
golden_store_check(Engine *engine, bool with_blob)
{
    bool items = check_items(engine);
    bool others = check_others(engine);
    bool blob = !with_blob || golden_store_check_blob(engine);
    return check_walk(engine) && items && others && blob;
}
