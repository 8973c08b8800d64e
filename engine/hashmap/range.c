/*
 * range.c: estimates and split points of ranges. See range.h.
 */
#include "engine/hashmap/range.h"

#include "engine/hashmap/iterator.h"
#include "engine/hashmap/walk.h"

typedef struct Tally {
    const EngineRange *range;
    int64_t now_ms;
    int64_t keys;
    int64_t bytes;
    int64_t dead;
} Tally;

static bool
count_record(void *user, const HashmapRecord *record)
{
    Tally *tally = user;
    BaseSlice key = hashmap_record_key(record);
    if (hashmap_record_keyspace(record) != ENGINE_DATA ||
        !hashmap_walk_in_range(tally->range, key)) {
        return true;
    }
    if (hashmap_record_is_live(record, tally->now_ms)) {
        tally->keys++;
        tally->bytes += (int64_t)(key.len + hashmap_record_value(record).len);
    } else {
        tally->dead++;
    }
    return true;
}

BaseStatus
hashmap_range_estimate(HashmapState *state, Engine *engine, const EngineRange *range,
                       EngineRangeEstimate *ret_estimate)
{
    HashmapSnapshot snapshot;
    hashmap_snapshot_open(state, engine, &snapshot);
    Tally tally = {.range = range, .now_ms = snapshot.base.stamp_ms};
    BaseStatus status = hashmap_walk(state, snapshot.base.version, count_record, &tally);
    hashmap_snapshot_close(state, &snapshot);
    if (!base_is_ok(status)) {
        return status;
    }
    int64_t all = tally.keys + tally.dead;
    *ret_estimate = (EngineRangeEstimate){.keys = tally.keys, .bytes = tally.bytes, .exact = true};
    if (all != 0) {
        ret_estimate->dead_ratio = (double)tally.dead / (double)all;
    }
    return base_ok();
}

BaseStatus
hashmap_range_split(HashmapState *state, Engine *engine, const EngineRange *range,
                    int64_t part_bytes, EngineSplitVisitor *visit, void *user)
{
    EngineIteratorOptions options = {.keyspace = ENGINE_DATA, .range = *range};
    EngineIterator *iterator = NULL;
    BaseStatus status = hashmap_iterator_new(state, engine, NULL, &options, &iterator);
    if (!base_is_ok(status)) {
        return status;
    }
    int64_t part = 0;
    hashmap_iterator_seek(iterator, NULL);
    while (iterator->valid) {
        if (part >= part_bytes) {
            part = 0;
            if (!visit(user, iterator->key)) {
                break;
            }
        }
        part += (int64_t)(iterator->key.len + iterator->record.value.len);
        hashmap_iterator_next(iterator);
    }
    status = iterator->status;
    hashmap_iterator_free(iterator);
    return status;
}
