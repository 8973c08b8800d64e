/*
 * life_iterator.c: iterators that are held over many steps, of ranges, and turn around at any time.
 * See life.h.
 */
#include "tests/engine/life.h"

#include <inttypes.h>

/* Narrows a range to what the model's indexes say. */
static void
note_range(const Life *life, LifeIterator *slot, const EngineRange *range)
{
    slot->start = key_pool_place(&life->pool, range->start);
    slot->stop = range->unbounded ? life->pool.count : key_pool_place(&life->pool, range->stop);
    if (slot->stop < slot->start) {
        slot->stop = slot->start;
    }
}

static void
open_slot(Life *life, LifeIterator *slot)
{
    slot->snapshot = life_below(life, LIFE_SNAPSHOTS);
    const EngineSnapshot *snapshot = life->snapshots[slot->snapshot].snapshot;
    slot->point = life->snapshots[slot->snapshot].point;
    if (snapshot == NULL || life_one_in(life, 2)) {
        snapshot = NULL;
        slot->snapshot = LIFE_SNAPSHOTS;
        slot->point = model_latest(&life->model);
    }
    slot->keyspace = life_keyspace(life);
    slot->cached_only = life_one_in(life, 8);
    EngineRange range = {.unbounded = true};
    if (!life_one_in(life, 3)) {
        range.start = key_pool_near(&life->pool, &life->rand, slot->bytes[0]);
        range.stop = key_pool_near(&life->pool, &life->rand, slot->bytes[1]);
        range.unbounded = life_one_in(life, 3);
    }
    note_range(life, slot, &range);
    EngineIteratorOptions options = {
        .keyspace = slot->keyspace,
        .range = range,
        .limit_hint = life_one_in(life, 2) ? 0 : life_below(life, 10),
        .reverse_hint = life_one_in(life, 2),
        .flags = slot->cached_only ? ENGINE_READ_CACHED_ONLY : 0,
    };
    LIFE_OK(life, engine_iterator_new(life->rig.engine, snapshot, &options, &slot->iterator));
    slot->current = life->pool.count;
    LIFE_EXPECT(life, !slot->iterator->valid);
    LIFE_EXPECT(life, slot->iterator->now_ms == slot->point.now_ms);
    LIFE_EXPECT(life, slot->iterator->read_version == slot->point.version);
    life_tell(life, "iterator at version %" PRId64 " over ", slot->point.version);
    life_tell_key(life, range.start);
    life_tell(life, " to ");
    life_tell_key(life, range.stop);
    life_set_floor(life);
}

static void
close_slot(Life *life, LifeIterator *slot)
{
    life_tell(life, "iterator freed");
    engine_iterator_free(slot->iterator);
    slot->iterator = NULL;
    life_set_floor(life);
}

/* Seeks somewhere, with or without a key; where the model says that it ends up. */
static size_t
seek(Life *life, LifeIterator *slot)
{
    uint8_t bytes[KEY_POOL_KEY_MAX + 1];
    BaseSlice key = key_pool_near(&life->pool, &life->rand, bytes);
    size_t target = key_pool_place(&life->pool, key);
    bool whole = life_one_in(life, 4);
    if (life_one_in(life, 2)) {
        life_tell(life, " seek ");
        life_tell_key(life, whole ? BASE_SLICE_EMPTY : key);
        engine_iterator_seek(slot->iterator, whole ? NULL : &key);
        size_t from = whole || target < slot->start ? slot->start : target;
        return model_first(&life->model, slot->point, slot->keyspace, from, slot->stop);
    }
    life_tell(life, " seek before ");
    life_tell_key(life, whole ? BASE_SLICE_EMPTY : key);
    engine_iterator_seek_before(slot->iterator, whole ? NULL : &key);
    size_t stop = whole || target > slot->stop ? slot->stop : target;
    return model_last(&life->model, slot->point, slot->keyspace, slot->start, stop);
}

static void
check_at(const Life *life, const LifeIterator *slot)
{
    const EngineIterator *iterator = slot->iterator;
    LIFE_OK(life, iterator->status);
    LIFE_EXPECT(life, iterator->valid == (slot->current != life->pool.count));
    if (iterator->valid) {
        LIFE_EXPECT(life, base_slice_equal(iterator->key, life->pool.keys[slot->current]));
        LIFE_EXPECT(life,
                    life_same(model_get(&life->model, slot->point, slot->keyspace, slot->current),
                              &iterator->record));
    }
}

/* One move; false: the iterator would have to read, and must not. */
static bool
move(Life *life, LifeIterator *slot, size_t towards)
{
    size_t none = life->pool.count;
    EngineIteratorStats before = slot->iterator->stats;
    if (slot->current == none || life_one_in(life, 12)) {
        slot->current = seek(life, slot);
    } else if (life_below(life, 10) < towards) {
        life_tell(life, " next");
        engine_iterator_next(slot->iterator);
        slot->current =
            model_first(&life->model, slot->point, slot->keyspace, slot->current + 1, slot->stop);
    } else {
        life_tell(life, " prev");
        engine_iterator_prev(slot->iterator);
        slot->current =
            model_last(&life->model, slot->point, slot->keyspace, slot->start, slot->current);
    }
    if (slot->cached_only && slot->iterator->status.code == BASE_WOULD_BLOCK) {
        LIFE_EXPECT(life, !slot->iterator->valid);
        slot->current = none;
        return false;
    }
    check_at(life, slot);
    EngineIteratorStats after = slot->iterator->stats;
    LIFE_EXPECT(life, after.examined >= before.examined && after.tombstones >= before.tombstones);
    LIFE_EXPECT(life, after.expired >= before.expired);
    LIFE_EXPECT(life, after.tombstones + after.expired <= after.examined);
    return true;
}

void
life_do_iterator(Life *life)
{
    LifeIterator *slot = &life->iterators[life_below(life, LIFE_ITERATORS)];
    if (slot->iterator == NULL) {
        open_slot(life, slot);
    } else if (life_one_in(life, 6)) {
        close_slot(life, slot);
        return;
    }
    size_t moves = 1 + life_below(life, life_one_in(life, 6) ? 200 : 20);
    size_t towards = (size_t[]){5, 9, 1, 10, 0}[life_below(life, 5)];
    life_tell(life, " moves:");
    while (moves > 0 && move(life, slot, towards)) {
        moves--;
    }
}
