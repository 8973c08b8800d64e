/*
 * state.h: what the parts of an open hashmap share. state.c tells how readers and the writer work
 * together without a lock, and why that is right.
 *
 * Threading: fields say who may touch them; [P] is "read and written under the publish mutex".
 */
#ifndef LARDER_ENGINE_HASHMAP_STATE_H
#define LARDER_ENGINE_HASHMAP_STATE_H

#include "engine/base/hash.h"
#include "engine/commit/sequencer.h"
#include "engine/hashmap/chain.h"
#include "engine/hashmap/counter.h"
#include "engine/hashmap/table.h"

#include <pthread.h>

/* One part of the keys. */
typedef struct HashmapShard {
    _Alignas(HASHMAP_CACHE_LINE) _Atomic(HashmapTable *) table; /* NULL: nothing was ever written */
    _Atomic int64_t settled; /* highest version above which something was cut (I-2) */
    size_t live;             /* [P] slots with a record */
    size_t used;             /* [P] slots that are not EMPTY */
    size_t reserved;         /* [P] slots promised to records that are prepared */
    size_t chained;          /* [P] slots with CHAINED */
    size_t expiring;         /* [P] slots with EXPIRES */
} HashmapShard;

typedef struct HashmapSnapshot HashmapSnapshot;

/* Figures, exact. Written under the publish mutex, read by anybody. */
typedef struct HashmapCounters {
    _Atomic int64_t keys;       /* newest records of ENGINE_DATA but tombstones */
    _Atomic int64_t data_bytes; /* of their keys and values */
    _Atomic int64_t system_keys;
    _Atomic int64_t memory_bytes; /* of records and tables, those in limbo included */
    _Atomic int64_t limbo_records;
    _Atomic int64_t tombstones; /* newest records that are tombstones */
    _Atomic int64_t retained;   /* older versions, kept for snapshots */
    _Atomic int64_t chained;    /* slots with CHAINED, of all shards */
    _Atomic int64_t expiring;   /* slots with EXPIRES, of all shards */
    _Atomic int64_t slots;      /* of all tables */
    _Atomic int64_t resizes;
    _Atomic int64_t expired_reclaimed;
    _Atomic int64_t read_retries; /* multi-gets that started over; written by readers */
    _Atomic int64_t open_snapshots;
} HashmapCounters;

/* Where the walk of housekeeping is; [P]. See sweep.h. */
typedef struct HashmapSweep {
    size_t shard;
    size_t slot;
    const HashmapTable *table; /* that `slot` belongs to */
    size_t prune_left;         /* shards to prune until everything was looked at */
    size_t shrink_shard;
    size_t ops; /* since the last step */
} HashmapSweep;

typedef struct HashmapState {
    /* Constant while open. */
    HashmapShard *shards;
    unsigned shard_bits;
    uint64_t seeds[ENGINE_KEYSPACE_COUNT];
    _Atomic int64_t memory_budget; /* 0: unlimited */

    _Alignas(HASHMAP_CACHE_LINE) _Atomic int64_t published;
    _Atomic int64_t swept_ms; /* I-3 */
    CommitStamps stamps;

    _Alignas(HASHMAP_CACHE_LINE) pthread_mutex_t mutex; /* the publish mutex */
    HashmapSnapshot *newest_snapshot;                   /* [P] */
    HashmapSnapshot *oldest_snapshot;                   /* [P] */
    HashmapSweep sweep;
    BaseEpochLimbo records; /* [P] */
    BaseEpochLimbo tables;  /* [P] */
    HashmapPool pool;       /* [P], apart from its figures */
    HashmapCounters counters;
} HashmapState;

/* What a hash says about where its key is. */
typedef struct HashmapPlace {
    HashmapShard *shard;
    uint64_t tag; /* in its place in a word */
} HashmapPlace;

/*
 * Sets up an empty state whose records come from `source` and whose next version is above
 * `version`. BASE_NO_MEMORY. On success the caller ends it with hashmap_state_clear().
 */
BaseStatus hashmap_state_init(HashmapState *state, const BaseClock *clock, size_t shards,
                              int64_t memory_budget, HashmapSlabSource source, int64_t version);

/* Frees everything. REQUIRES: nobody else uses it. */
void hashmap_state_clear(HashmapState *state);

static inline size_t
hashmap_state_shard_count(const HashmapState *state)
{
    return (size_t)1 << state->shard_bits;
}

static inline uint64_t
hashmap_state_hash(const HashmapState *state, EngineKeyspace keyspace, BaseSlice key)
{
    return base_hash(key, state->seeds[keyspace]);
}

static inline HashmapPlace
hashmap_state_place(const HashmapState *state, uint64_t hash)
{
    uint64_t shard = hash >> 32 >> (32 - state->shard_bits);
    uint32_t tag = (uint32_t)(hash >> (64 - HASHMAP_TAG_BITS - state->shard_bits)) &
                   ((1u << HASHMAP_TAG_BITS) - 1);
    return (HashmapPlace){&state->shards[shard], hashmap_slot_tag(tag)};
}

/* hashmap_record_new(), in the accounts. REQUIRES: the publish mutex. */
HashmapRecord *hashmap_state_new_record(HashmapState *state, const HashmapRecordSpec *spec,
                                        size_t size);

/* Takes back a record that nobody can see. REQUIRES: the publish mutex. */
void hashmap_state_drop_record(HashmapState *state, HashmapRecord *record);

/* Hands over what no new reader can find. REQUIRES: the publish mutex. */
void hashmap_state_retire_record(HashmapState *state, HashmapRecord *record);
void hashmap_state_retire_table(HashmapState *state, HashmapTable *table);

/* Frees up to `budget` retired objects that nobody can see. REQUIRES: the publish mutex. */
void hashmap_state_reclaim(HashmapState *state, size_t budget);

/* Whether much of the budget of memory is used, so that reclaiming should not wait. */
bool hashmap_state_is_tight(const HashmapState *state);

/* Whether `bytes` more fit into the budget. */
bool hashmap_state_has_room(const HashmapState *state, size_t bytes);

#endif
