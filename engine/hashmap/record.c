/*
 * record.c: making records. See record.h.
 */
#include "engine/hashmap/record.h"

#include "engine/hashmap/table.h"

static uint32_t
shape_of(const HashmapRecordSpec *spec)
{
    uint32_t shape = 0;
    if (spec->tombstone) {
        shape |= HASHMAP_SHAPE_TOMBSTONE;
    }
    if (spec->keyspace == ENGINE_SYSTEM) {
        shape |= HASHMAP_SHAPE_SYSTEM;
    }
    if (spec->expires_at_ms != 0) {
        shape |= HASHMAP_SHAPE_EXPIRES;
    }
    if (hashmap_record_is_wide(spec)) {
        return shape | HASHMAP_SHAPE_WIDE;
    }
    return shape | (uint32_t)spec->key.len << HASHMAP_SHAPE_KEY_SHIFT |
           (uint32_t)spec->value.len << HASHMAP_SHAPE_VALUE_SHIFT;
}

static uint8_t *
copy(uint8_t *at, const void *data, size_t len)
{
    if (len != 0) {
        memcpy(at, data, len);
    }
    return at + len;
}

static HashmapRecord *
new_block(HashmapPool *pool, size_t size)
{
    HashmapRecord *block = hashmap_pool_take(pool, size);
    if (block != NULL && !hashmap_slot_can_hold(block)) {
        hashmap_pool_give(pool, block, size);
        return NULL;
    }
    return block;
}

HashmapRecord *
hashmap_record_new(HashmapPool *pool, const HashmapRecordSpec *spec, size_t size)
{
    HashmapRecord *record = size == 0 ? NULL : new_block(pool, size);
    if (record == NULL) {
        return NULL;
    }
    atomic_init(&record->item.link, 0);
    record->version = spec->version;
    record->shape = shape_of(spec);
    uint8_t *at = record->bytes;
    if (spec->expires_at_ms != 0) {
        at = copy(at, &spec->expires_at_ms, sizeof spec->expires_at_ms);
    }
    if (hashmap_record_is_wide(spec)) {
        uint32_t lengths[2] = {(uint32_t)spec->key.len, (uint32_t)spec->value.len};
        at = copy(at, lengths, sizeof lengths);
    }
    at = copy(at, spec->key.data, spec->key.len);
    copy(at, spec->value.data, spec->value.len);
    return record;
}
