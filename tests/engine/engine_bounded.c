/*
 * engine_bounded.c: much more data than memory, on real files.
 *
 *   engine_bounded CLASS MEGABYTES
 *
 * The block cache and the write buffers together get a tenth of the data. Records are put in random
 * order, a part of them is overwritten and removed, everything is read by walks both ways and by
 * gets, before and after the store was opened again. All values must be right, and the memory of
 * the process must stay within a multiple of the budget, whatever is under way.
 */
#include "tests/support/engine_rig.h"

#include "engine/base/check.h"
#include "tests/support/sanitized.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EXIT_USAGE = 64,
    EXIT_NO_CLASS = 77, /* CTest takes it for a skip */
    VALUE_BYTES = 1000,
    KEY_BYTES = 32,
    RECORD_BYTES = VALUE_BYTES + 16,
    BATCH = 16,
    GETS = 20000,
    SAMPLE_EVERY = 64, /* batches */
    SHARE = 10,        /* the budget is this part of the data */
    MULTIPLE = 4,      /* of the budget that the process may use, */
    BESIDE_MB = 16,    /* and what it takes in any case */
};

typedef struct Store {
    EngineRig rig;
    size_t records;
    int64_t budget;
    int64_t peak; /* of the memory that was seen */
} Store;

#define EXPECT(condition)                                                                 \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

/* ----------------------------------------------------------------------------------- records -- */

static BaseSlice
key_of(size_t index, char text[KEY_BYTES])
{
    (void)snprintf(text, KEY_BYTES, "record%010zu", index);
    return base_slice_text(text);
}

/* A value that says whose it is. */
static BaseSlice
value_of(size_t index, int generation, uint8_t bytes[VALUE_BYTES])
{
    BaseRand rand = base_rand((uint64_t)index * 2 + (uint64_t)generation);
    for (size_t i = 0; i < VALUE_BYTES; i += sizeof(uint64_t)) {
        uint64_t word = base_rand_next(&rand);
        memcpy(bytes + i, &word, sizeof word);
    }
    return base_slice(bytes, VALUE_BYTES);
}

/* Every fourth record is overwritten, every twentieth is removed afterwards. */
static bool
is_removed(size_t index)
{
    return index % 20 == 8;
}

static int
generation_of(size_t index)
{
    return index % 4 == 0 ? 1 : 0;
}

static void
expect_record(size_t index, const EngineRecord *record)
{
    uint8_t bytes[VALUE_BYTES];
    EXPECT(base_slice_equal(record->value, value_of(index, generation_of(index), bytes)));
}

/* ------------------------------------------------------------------------------------ memory -- */

/* Bytes that the process holds for itself, files not counted; 0: cannot tell. */
static int64_t
process_memory(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    int64_t kilobytes = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        (void)sscanf(line, "RssAnon: %" SCNd64, &kilobytes);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return kilobytes * 1024;
}

static void
sample_memory(Store *store)
{
    EngineStats stats;
    engine_tick(store->rig.engine);
    engine_stats(store->rig.engine, &stats);
    /* The process uses what the engine does, and a sanitizer's. */
    int64_t seen = SANITIZED ? stats.memory_bytes : process_memory();
    store->peak = seen > store->peak ? seen : store->peak;
    int64_t allowed = store->budget * MULTIPLE + BESIDE_MB * INT64_C(1000000);
    if (seen > allowed) {
        (void)fprintf(stderr,
                      "%" PRId64 " bytes in memory, %" PRId64 " allowed; engine says %" PRId64 "\n",
                      seen, allowed, stats.memory_bytes);
    }
    EXPECT(seen <= allowed);
    EXPECT(stats.memory_bytes <= allowed);
}

/* ----------------------------------------------------------------------------------- writing -- */

/* A number that is coprime to the count of records, to go through them in no order. */
static size_t
stride_of(const Store *store)
{
    size_t stride = 7919;
    while (store->records % stride == 0) {
        stride += 2;
    }
    return stride;
}

/* Applies a mutation to each record that `chosen` says, in batches. */
static void
write_all(Store *store, bool (*chosen)(size_t index), EngineMutationKind kind, int generation)
{
    EngineMutation mutations[BATCH];
    char keys[BATCH][KEY_BYTES];
    static uint8_t values[BATCH][VALUE_BYTES];
    size_t stride = stride_of(store);
    size_t count = 0;
    size_t batches = 0;
    for (size_t i = 0; i < store->records; i++) {
        size_t index = i * stride % store->records;
        if (chosen(index)) {
            BaseSlice key = key_of(index, keys[count]);
            mutations[count] =
                kind == ENGINE_REMOVE
                    ? engine_rig_remove(ENGINE_DATA, key)
                    : engine_rig_put(ENGINE_DATA, key, value_of(index, generation, values[count]));
            mutations[count].want_existed = false;
            count++;
        }
        if (count == BATCH || (count > 0 && i + 1 == store->records)) {
            EngineOutcome outcome = engine_rig_commit(store->rig.engine, NULL, 0, mutations, count);
            EXPECT(outcome.kind == ENGINE_APPLIED);
            count = 0;
            if (++batches % SAMPLE_EVERY == 0) {
                sample_memory(store);
            }
        }
    }
}

static bool
any(size_t index)
{
    (void)index;
    return true;
}

static bool
overwritten(size_t index)
{
    return generation_of(index) == 1;
}

/* ----------------------------------------------------------------------------------- reading -- */

static void
walk_all(Store *store, bool backwards)
{
    EngineIteratorOptions options = {
        .range.unbounded = true, .limit_hint = store->records, .reverse_hint = backwards};
    EngineIterator *iterator = NULL;
    EXPECT(base_is_ok(engine_iterator_new(store->rig.engine, NULL, &options, &iterator)));
    if (backwards) {
        engine_iterator_seek_before(iterator, NULL);
    } else {
        engine_iterator_seek(iterator, NULL);
    }
    for (size_t i = 0; i < store->records; i++) {
        size_t index = backwards ? store->records - 1 - i : i;
        char text[KEY_BYTES];
        if (is_removed(index)) {
            continue;
        }
        EXPECT(iterator->valid && base_slice_equal(iterator->key, key_of(index, text)));
        expect_record(index, &iterator->record);
        if (backwards) {
            engine_iterator_prev(iterator);
        } else {
            engine_iterator_next(iterator);
        }
        if (i % 16384 == 0) {
            sample_memory(store);
        }
    }
    EXPECT(!iterator->valid && base_is_ok(iterator->status));
    engine_iterator_free(iterator);
}

static void
get_some(Store *store)
{
    BaseRand rand = base_rand(5);
    for (int i = 0; i < GETS; i++) {
        size_t index = base_rand_below(&rand, store->records);
        char text[KEY_BYTES];
        EngineRead read;
        EngineLookup lookup;
        EXPECT(base_is_ok(engine_read_begin(&read, store->rig.engine, NULL, 0)));
        EXPECT(base_is_ok(engine_get(&read, ENGINE_DATA, key_of(index, text), &lookup)));
        EXPECT(lookup.found == !is_removed(index));
        if (lookup.found) {
            expect_record(index, &lookup.record);
        }
        engine_read_end(&read);
    }
    sample_memory(store);
}

/* ------------------------------------------------------------------------------------- store -- */

static void
open_store(Store *store, const EngineClass *engine_class, int64_t megabytes)
{
    int64_t data = megabytes * 1000000;
    store->records = (size_t)(data / RECORD_BYTES);
    store->budget = data / SHARE;
    engine_rig_init(&store->rig, engine_class, ENGINE_RIG_DISK);
    store->rig.clock = base_clock_real();
    const struct {
        const char *name;
        int64_t value;
    } options[] = {
        {"durability", 2},
        {"block_cache", store->budget / 2},
        {"write_buffers", 4},
        {"write_buffer", store->budget / 8 < 65536 ? 65536 : store->budget / 8},
        {"table_bytes", store->budget / 8},
        {"base_bytes", store->budget / 2},
        {"block_bytes", 4096},
        {"compression", 0},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        (void)engine_rig_set(&store->rig, options[i].name, options[i].value);
    }
    engine_rig_open(&store->rig);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: engine_bounded CLASS MEGABYTES\n");
        return EXIT_USAGE;
    }
    const EngineClass *engine_class = engine_class_find(argv[1]);
    if (engine_class == NULL || (engine_class->capabilities & ENGINE_CAN_PERSIST) == 0) {
        (void)fprintf(stderr, "engine_bounded: no engine '%s' that persists\n", argv[1]);
        return EXIT_NO_CLASS;
    }
    Store *store = calloc(1, sizeof *store);
    BASE_CHECK(store != NULL);
    open_store(store, engine_class, strtoll(argv[2], NULL, 10));
    write_all(store, any, ENGINE_PUT, 0);
    write_all(store, overwritten, ENGINE_PUT, 1);
    write_all(store, is_removed, ENGINE_REMOVE, 0);
    walk_all(store, false);
    get_some(store);
    engine_rig_reopen(&store->rig);
    walk_all(store, true);
    get_some(store);
    EngineStats stats;
    engine_stats(store->rig.engine, &stats);
    printf("%s: %zu records, %" PRId64 " MB on disk, %" PRId64
           " MB of memory at most for a budget of %" PRId64 " MB\n",
           argv[1], store->records, stats.disk_bytes / 1000000, store->peak / 1000000,
           store->budget / 1000000);
    engine_rig_clear(&store->rig);
    free(store);
    return EXIT_SUCCESS;
}
