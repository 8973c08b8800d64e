/*
 * state.h: what the parts of an open hashmap share, and why readers need no lock.
 *
 * Keys are spread over shards by the top bits of their hash; each shard has one table (shard.h). The
 * newest record of a key hangs in a slot; older versions follow by their links. There is one writer at
 * a time, the leader of the sequencer. It publishes a commit of version V in three steps:
 *     install   each record goes into its slot, with a link to the one that it replaces;
 *     publish   `published` := V;
 *     settle    what nobody needs any more is cut out of the chains and retired; a tombstone without
 *               anything behind it leaves its slot DEAD and is retired too.
 * All of this, taking and releasing snapshots, and the sweeps of housekeeping hold the publish mutex.
 * A reader holds no lock: inside an epoch section it loads P := published, then the table of the shard,
 * then the slot, then walks the chain to the first record of version <= P.
 *
 * What holds at every moment (versions are those of one key):
 *
 *   I-1  A chain has its versions in falling order (equal ones only within one commit, the later change
 *        first), and everything with a version <= published was installed before that value of
 *        published was stored.
 *   I-2  A record r with the next newer n in its chain is cut only when published >= n.version and no
 *        open snapshot s has r.version <= s < n.version; or when r is a tombstone at the end.
 *        Cutting stores `settled` >= n.version in the shard first, then the link over r, then retires
 *        r. A tombstone t that leaves its slot stores `settled` >= t.version first.
 *   I-3  An expired record leaves its slot by a sweep at time T >= its expiry only when it is alone in
 *        its chain and T is not above the time of the sequencer and not above the time of any open
 *        snapshot. The sweep stores `swept_ms` >= T first.
 *   I-4  A table that is replaced stays as it was when its successor, which has all its records, was
 *        stored in the shard.
 *
 * A reader that found its record r with r.version <= P in the slot itself is right at P: by I-1 all up
 * to P was installed before, so r was the newest of them when the slot was loaded, whatever came later.
 *
 * A reader that walked a chain, or found no slot, may have missed what it needed because that was cut.
 * By I-2 every cut that can matter at P was preceded by settled := something above P, and the reader has
 * acquired the word that the cut released: it sees settled > P and knows (hashmap_lookup_try). If it
 * sees settled <= P, the answer is right at P. A retired record has an odd link, so a reader that was
 * standing on it knows as well; when it starts over it does not find it again (acquire again).
 *
 * A single get needs less: it is linearizable. If no slot has the key, then at some moment during the
 * call the key was absent: it was when P was loaded, or it was removed or swept since. (A key that is
 * removed and comes back elsewhere in the table was absent in between.) A chain whose settled moved is
 * read again at the new P: some commit has made progress meanwhile.
 *
 * A multi-get loads P once, asks for each key whether the answer is certain, and for the time whether
 * swept_ms is not above it. If not it tries again, at last with a snapshot. A reader at a snapshot s
 * needs no check: by I-2 what it sees is never cut while the snapshot is open, by I-3 nothing is swept
 * that it still sees alive; it only starts over at odd links, each time because a commit or a release
 * has made progress.
 *
 * Batches: all records of a commit have the same version, so each reader sees all or none, by P.
 *
 * Memory: records and tables are freed by epochs, so whatever a reader reaches in a section stays
 * allocated. The writer itself leads inside a section; it renews it when it reclaims, at the end of
 * publishing, where no view that it was given is in use any more.
 *
 * Threading: fields say who may touch them; [P] is "read and written under the publish mutex".
 */
#ifndef LARDER_ENGINE_HASHMAP_STATE_H
#define LARDER_ENGINE_HASHMAP_STATE_H

#include "engine/base/hash.h"
#include "engine/commit/sequencer.h"
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
    unsigned commits; /* since the last step */
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
    HashmapCounters counters;
} HashmapState;

/* What a hash says about where its key is. */
typedef struct HashmapPlace {
    HashmapShard *shard;
    uint64_t tag; /* in its place in a word */
} HashmapPlace;

/*
 * Sets up an empty state whose next version is above `version`. BASE_NO_MEMORY. On success the caller
 * ends it with hashmap_state_clear().
 */
BaseStatus hashmap_state_init(HashmapState *state, const BaseClock *clock, size_t shards,
                              int64_t memory_budget, int64_t version);

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

/* Adds to a counter. REQUIRES: the publish mutex. */
static inline void
hashmap_state_count(_Atomic int64_t *counter, int64_t change)
{
    int64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + change, memory_order_relaxed);
}

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
