/*
 * record.h: one version of one key, in one allocation.
 *
 *     link | version | shape | [expiry] | [key length, value length] | key | value
 *      8        8        4        8              4         4
 *
 * A record is immutable, but for its link. The shape packs four flags, the length of the key (9
 * bits) and of the value (19 bits); a record with a longer one is wide and has both lengths in
 * words of their own. An expiry takes room only in records that expire. So a record with a key of
 * 16 and a value of 100 bytes is 136 bytes long, and takes a block of 144 (slab.h).
 *
 * A tombstone says that the key is absent from its version on; it has no value.
 *
 * The link leads to the next older version of the key that some reader may need, or is 0. Once the
 * record is retired the word belongs to the limbo and is odd (engine/base/epoch.h).
 *
 * Threading: what is written before a record is published may be read by everybody afterwards.
 * Links are written by the holder of the publish mutex, and read by everybody.
 */
#ifndef LARDER_ENGINE_HASHMAP_RECORD_H
#define LARDER_ENGINE_HASHMAP_RECORD_H

#include "engine/base/epoch.h"
#include "engine/engine.h"
#include "engine/hashmap/pool.h"

typedef struct HashmapRecord {
    BaseEpochItem item; /* link to the next older version */
    int64_t version;
    uint32_t shape;
    uint8_t bytes[];
} HashmapRecord;

/* Bits of a shape. */
enum {
    HASHMAP_SHAPE_TOMBSTONE = 1 << 0,
    HASHMAP_SHAPE_SYSTEM = 1 << 1,
    HASHMAP_SHAPE_EXPIRES = 1 << 2,
    HASHMAP_SHAPE_WIDE = 1 << 3,
    HASHMAP_SHAPE_KEY_SHIFT = 4,
    HASHMAP_SHAPE_KEY_MAX = (1 << 9) - 1,
    HASHMAP_SHAPE_VALUE_SHIFT = 13,
    HASHMAP_SHAPE_VALUE_MAX = (1 << 19) - 1,
};

/* What a new record holds. */
typedef struct HashmapRecordSpec {
    EngineKeyspace keyspace;
    BaseSlice key;
    BaseSlice value;
    int64_t version;
    int64_t expires_at_ms; /* 0: never */
    bool tombstone;        /* without value and expiry */
} HashmapRecordSpec;

static inline bool
hashmap_record_is_wide(const HashmapRecordSpec *spec)
{
    return spec->key.len > HASHMAP_SHAPE_KEY_MAX || spec->value.len > HASHMAP_SHAPE_VALUE_MAX;
}

/* Never less than the struct with its padding: the compiler may assume that it is there. */
static inline size_t
hashmap_record_at_least(size_t size)
{
    return size < sizeof(HashmapRecord) ? sizeof(HashmapRecord) : size;
}

/* The size of a record in bytes; 0: longer than records can be. */
static inline size_t
hashmap_record_size(const HashmapRecordSpec *spec)
{
    if (spec->key.len > UINT32_MAX || spec->value.len > UINT32_MAX) {
        return 0;
    }
    size_t extra = spec->expires_at_ms != 0 ? sizeof(int64_t) : 0;
    if (hashmap_record_is_wide(spec)) {
        extra += 2 * sizeof(uint32_t);
    }
    return hashmap_record_at_least(offsetof(HashmapRecord, bytes) + extra + spec->key.len +
                                   spec->value.len);
}

/*
 * A record with copies of key and value; link 0. `size` is what hashmap_record_size() says. NULL:
 * no memory, or too long. Its memory goes back with hashmap_pool_give() and the same size.
 */
HashmapRecord *hashmap_record_new(HashmapPool *pool, const HashmapRecordSpec *spec, size_t size);

static inline bool
hashmap_record_is_tombstone(const HashmapRecord *record)
{
    return (record->shape & HASHMAP_SHAPE_TOMBSTONE) != 0;
}

static inline EngineKeyspace
hashmap_record_keyspace(const HashmapRecord *record)
{
    return (record->shape & HASHMAP_SHAPE_SYSTEM) != 0 ? ENGINE_SYSTEM : ENGINE_DATA;
}

/* 0: never. */
static inline int64_t
hashmap_record_expiry(const HashmapRecord *record)
{
    int64_t expiry = 0;
    if ((record->shape & HASHMAP_SHAPE_EXPIRES) != 0) {
        memcpy(&expiry, record->bytes, sizeof expiry);
    }
    return expiry;
}

static inline bool
hashmap_record_has_expired(const HashmapRecord *record, int64_t now_ms)
{
    return (record->shape & HASHMAP_SHAPE_EXPIRES) != 0 && hashmap_record_expiry(record) <= now_ms;
}

/* Present to a reader whose time is now_ms. */
static inline bool
hashmap_record_is_live(const HashmapRecord *record, int64_t now_ms)
{
    return !hashmap_record_is_tombstone(record) && !hashmap_record_has_expired(record, now_ms);
}

static inline BaseSlice
hashmap_record_key(const HashmapRecord *record)
{
    const uint8_t *at = record->bytes;
    if ((record->shape & HASHMAP_SHAPE_EXPIRES) != 0) {
        at += sizeof(int64_t);
    }
    uint32_t len = (record->shape >> HASHMAP_SHAPE_KEY_SHIFT) & HASHMAP_SHAPE_KEY_MAX;
    if ((record->shape & HASHMAP_SHAPE_WIDE) != 0) {
        memcpy(&len, at, sizeof len);
        at += 2 * sizeof len;
    }
    return base_slice(at, len);
}

static inline BaseSlice
hashmap_record_value(const HashmapRecord *record)
{
    BaseSlice key = hashmap_record_key(record);
    uint32_t len = record->shape >> HASHMAP_SHAPE_VALUE_SHIFT;
    if ((record->shape & HASHMAP_SHAPE_WIDE) != 0) {
        memcpy(&len, key.data - sizeof len, sizeof len);
    }
    return base_slice(key.data + key.len, len);
}

/* The size of a record that was made. */
static inline size_t
hashmap_record_extent(const HashmapRecord *record)
{
    if ((record->shape & HASHMAP_SHAPE_WIDE) != 0) {
        BaseSlice value = hashmap_record_value(record);
        return (size_t)(value.data + value.len - (const uint8_t *)record);
    }
    size_t extra = (record->shape & HASHMAP_SHAPE_EXPIRES) != 0 ? sizeof(int64_t) : 0;
    size_t key_len = (record->shape >> HASHMAP_SHAPE_KEY_SHIFT) & HASHMAP_SHAPE_KEY_MAX;
    size_t value_len = record->shape >> HASHMAP_SHAPE_VALUE_SHIFT;
    return hashmap_record_at_least(offsetof(HashmapRecord, bytes) + extra + key_len + value_len);
}

static inline bool
hashmap_record_has_key(const HashmapRecord *record, EngineKeyspace keyspace, BaseSlice key)
{
    return hashmap_record_keyspace(record) == keyspace &&
           base_slice_equal(hashmap_record_key(record), key);
}

/* The record as the storage interface shows it. */
static inline EngineRecord
hashmap_record_view(const HashmapRecord *record)
{
    return (EngineRecord){hashmap_record_value(record), record->version,
                          hashmap_record_expiry(record)};
}

#endif
