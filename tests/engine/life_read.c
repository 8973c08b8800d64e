/*
 * life_read.c: gets, multi_gets, estimates and splits, and the comparison of everything. See
 * life.h.
 */
#include "tests/engine/life.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MULTI_GET_MAX = 90, STRETCH_MAX = 80 };

/* Begins a section and checks what it says of itself. */
static void
begin(Life *life, EngineRead *read, const EngineSnapshot *snapshot, ModelPoint point,
      unsigned flags)
{
    LIFE_OK(life, engine_read_begin(read, life->rig.engine, snapshot, flags));
    LIFE_EXPECT(life, read->now_ms == point.now_ms);
}

static void
check_lookup(const Life *life, ModelPoint point, EngineKeyspace keyspace, size_t index,
             const EngineLookup *lookup)
{
    const ModelEntry *entry = model_get(&life->model, point, keyspace, index);
    LIFE_EXPECT(life, lookup->found == (entry != NULL));
    if (entry != NULL) {
        LIFE_EXPECT(life, life_same(entry, &lookup->record));
    }
}

void
life_do_gets(Life *life)
{
    ModelPoint point;
    const EngineSnapshot *snapshot = life_point(life, &point);
    bool cached_only = life_one_in(life, 6);
    EngineKeyspace keyspace = life_keyspace(life);
    EngineRead read;
    begin(life, &read, snapshot, point, cached_only ? ENGINE_READ_CACHED_ONLY : 0);
    size_t count = 1 + life_below(life, 8);
    life_tell(life, "%zu gets at version %" PRId64 "%s:", count, point.version,
              cached_only ? ", cached only" : "");
    for (size_t i = 0; i < count; i++) {
        size_t index = life_pick(life);
        life_tell(life, " ");
        life_tell_key(life, life->pool.keys[index]);
        EngineLookup lookup;
        BaseStatus status = engine_get(&read, keyspace, life->pool.keys[index], &lookup);
        if (cached_only && status.code == BASE_WOULD_BLOCK) {
            continue;
        }
        LIFE_OK(life, status);
        check_lookup(life, point, keyspace, index, &lookup);
    }
    engine_read_end(&read);
}

void
life_do_multi_get(Life *life)
{
    ModelPoint point;
    const EngineSnapshot *snapshot = life_point(life, &point);
    bool cached_only = life_one_in(life, 6);
    EngineKeyspace keyspace = life_keyspace(life);
    EngineRead read;
    begin(life, &read, snapshot, point, cached_only ? ENGINE_READ_CACHED_ONLY : 0);
    size_t count = 1 + life_below(life, MULTI_GET_MAX);
    size_t indexes[MULTI_GET_MAX];
    BaseSlice keys[MULTI_GET_MAX];
    EngineLookup lookups[MULTI_GET_MAX];
    for (size_t i = 0; i < count; i++) {
        indexes[i] = life_pick(life); /* in no order, some of them more than once */
        keys[i] = life->pool.keys[indexes[i]];
    }
    life_tell(life, "multi_get of %zu keys at version %" PRId64, count, point.version);
    int64_t version = 0;
    BaseStatus status = engine_multi_get(&read, keyspace, keys, count, lookups, &version);
    if (!cached_only || status.code != BASE_WOULD_BLOCK) {
        LIFE_OK(life, status);
        LIFE_EXPECT(life, version == point.version);
        for (size_t i = 0; i < count; i++) {
            check_lookup(life, point, keyspace, indexes[i], &lookups[i]);
        }
    }
    engine_read_end(&read);
}

/* ---------------------------------------------------------------------- the whole of a store -- */

static void
compare_gets(Life *life, Engine *engine, const EngineSnapshot *snapshot, ModelPoint point,
             EngineKeyspace keyspace)
{
    EngineRead read;
    LIFE_OK(life, engine_read_begin(&read, engine, snapshot, 0));
    LIFE_EXPECT(life, read.now_ms == point.now_ms);
    for (size_t i = 0; i < life->pool.count; i++) {
        EngineLookup lookup;
        LIFE_OK(life, engine_get(&read, keyspace, life->pool.keys[i], &lookup));
        check_lookup(life, point, keyspace, i, &lookup);
    }
    engine_read_end(&read);
}

/* Compares a stretch that begins at `expected`; the place of its last entry. */
static size_t
compare_stretch(Life *life, EngineIterator *iterator, ModelPoint point, EngineKeyspace keyspace,
                bool backwards, size_t expected)
{
    EngineEntry entries[STRETCH_MAX];
    size_t max = life_one_in(life, 4) ? 1 : 1 + life_below(life, STRETCH_MAX);
    EngineIteratorStats before = iterator->stats;
    size_t count = engine_iterator_stretch(iterator, entries, max);
    LIFE_EXPECT(life, count >= 1 && count <= max);
    LIFE_EXPECT(life, iterator->stats.examined == before.examined + (int64_t)count - 1);
    for (size_t i = 0; i < count; i++) {
        if (i != 0) {
            expected = backwards ? model_last(&life->model, point, keyspace, 0, expected)
                                 : model_first(&life->model, point, keyspace, expected + 1,
                                               life->pool.count);
        }
        LIFE_EXPECT(life, expected != life->pool.count);
        LIFE_EXPECT(life, base_slice_equal(entries[i].key, life->pool.keys[expected]));
        const ModelEntry *entry = model_get(&life->model, point, keyspace, expected);
        LIFE_EXPECT(life, life_same(entry, &entries[i].record));
    }
    return expected;
}

static void
compare_walk(Life *life, EngineIterator *iterator, ModelPoint point, EngineKeyspace keyspace,
             bool backwards)
{
    size_t count = life->pool.count;
    size_t expected = backwards ? model_last(&life->model, point, keyspace, 0, count)
                                : model_first(&life->model, point, keyspace, 0, count);
    if (backwards) {
        engine_iterator_seek_before(iterator, NULL);
    } else {
        engine_iterator_seek(iterator, NULL);
    }
    while (expected != count) {
        LIFE_OK(life, iterator->status);
        LIFE_EXPECT(life, iterator->valid);
        expected = compare_stretch(life, iterator, point, keyspace, backwards, expected);
        LIFE_EXPECT(life, iterator->valid);
        LIFE_EXPECT(life, base_slice_equal(iterator->key, life->pool.keys[expected]));
        const ModelEntry *entry = model_get(&life->model, point, keyspace, expected);
        LIFE_EXPECT(life, life_same(entry, &iterator->record));
        if (backwards) {
            engine_iterator_prev(iterator);
            expected = model_last(&life->model, point, keyspace, 0, expected);
        } else {
            engine_iterator_next(iterator);
            expected = model_first(&life->model, point, keyspace, expected + 1, count);
        }
    }
    LIFE_OK(life, iterator->status);
    LIFE_EXPECT(life, !iterator->valid);
}

void
life_compare(Life *life, Engine *engine, const EngineSnapshot *snapshot, ModelPoint point)
{
    for (EngineKeyspace keyspace = 0; keyspace < ENGINE_KEYSPACE_COUNT; keyspace++) {
        compare_gets(life, engine, snapshot, point, keyspace);
        EngineIteratorOptions options = {.keyspace = keyspace, .range.unbounded = true};
        EngineIterator *iterator = NULL;
        LIFE_OK(life, engine_iterator_new(engine, snapshot, &options, &iterator));
        compare_walk(life, iterator, point, keyspace, false);
        compare_walk(life, iterator, point, keyspace, true);
        engine_iterator_free(iterator);
    }
}

void
life_do_compare(Life *life)
{
    ModelPoint point;
    const EngineSnapshot *snapshot = life_point(life, &point);
    life_tell(life, "compare all at version %" PRId64, point.version);
    life_compare(life, life->rig.engine, snapshot, point);
}

/* --------------------------------------------------------------------- estimates and splits -- */

typedef struct Splits {
    Life *life;
    BaseBuf last; /* the key before */
    BaseSlice start;
    BaseSlice stop;
    bool unbounded;
    size_t count;
} Splits;

static bool
check_split(void *user, BaseSlice key)
{
    Splits *splits = user;
    LIFE_EXPECT(splits->life, base_slice_compare(key, splits->start) >= 0);
    LIFE_EXPECT(splits->life, splits->unbounded || base_slice_compare(key, splits->stop) < 0);
    if (splits->count != 0) {
        LIFE_EXPECT(splits->life, base_slice_compare(key, base_buf_slice(&splits->last)) > 0);
    }
    base_buf_reset(&splits->last);
    LIFE_EXPECT(splits->life, base_buf_append_slice(&splits->last, key));
    splits->count++;
    return splits->count < 1000;
}

static void
check_estimate(Life *life, const EngineRange *range)
{
    EngineRangeEstimate estimate;
    LIFE_OK(life, engine_range_estimate(life->rig.engine, range, &estimate));
    LIFE_EXPECT(life, estimate.keys >= 0 && estimate.bytes >= 0);
    LIFE_EXPECT(life, estimate.dead_ratio >= 0.0 && estimate.dead_ratio <= 1.0);
    if (!estimate.exact) {
        return;
    }
    size_t from = key_pool_place(&life->pool, range->start);
    size_t stop = range->unbounded ? life->pool.count : key_pool_place(&life->pool, range->stop);
    int64_t keys = 0;
    int64_t bytes = 0;
    for (size_t i = from; i < stop; i++) {
        const ModelEntry *entry =
            model_get(&life->model, model_latest(&life->model), ENGINE_DATA, i);
        if (entry != NULL) {
            keys++;
            bytes += (int64_t)(life->pool.keys[i].len + entry->len);
        }
    }
    LIFE_EXPECT(life, estimate.keys == keys);
    LIFE_EXPECT(life, estimate.bytes == bytes);
}

void
life_do_range_figures(Life *life)
{
    uint8_t bytes[2][KEY_POOL_KEY_MAX + 1];
    EngineRange range = {.unbounded = life_one_in(life, 4)};
    range.start = key_pool_near(&life->pool, &life->rand, bytes[0]);
    range.stop = key_pool_near(&life->pool, &life->rand, bytes[1]);
    life_tell(life, "estimate and split a range");
    check_estimate(life, &range);
    Splits splits = {life, BASE_BUF_INIT, range.start, range.stop, range.unbounded, 0};
    LIFE_OK(life, engine_range_split(life->rig.engine, &range, 1 + (int64_t)life_below(life, 3000),
                                     check_split, &splits));
    base_buf_clear(&splits.last);
    EngineStats stats;
    engine_stats(life->rig.engine, &stats);
    LIFE_EXPECT(life, stats.keys >= 0 && stats.data_bytes >= 0 && stats.memory_bytes >= 0);
    LIFE_EXPECT(life, stats.version == life->model.version);
    size_t open = 0;
    for (size_t i = 0; i < LIFE_SNAPSHOTS; i++) {
        open += life->snapshots[i].snapshot != NULL;
    }
    LIFE_EXPECT(life, stats.open_snapshots >= (int64_t)open);
}
