/*
 * iterator.c: records in key order. See iterator.h.
 */
#include "engine/hashmap/iterator.h"

#include "engine/base/check.h"
#include "engine/hashmap/heap.h"
#include "engine/hashmap/walk.h"

#include <stdlib.h>

enum {
    RUN_FIRST = 32,        /* entries of the first run when nobody says how many are wanted */
    RUN_MAX = 1024 * 1024, /* 16 MiB */
    GROWTH = 4,            /* of the run, each time that one was not enough */
};

/* Where a run begins: at or behind (before) `key`, or strictly so; unset: with the range. */
typedef struct Edge {
    bool set;
    bool included;
    BaseSlice key;
} Edge;

typedef struct HashmapIterator {
    EngineIterator base; /* first: it is one */
    HashmapState *state;
    HashmapSnapshot own; /* open unless a snapshot was given */
    bool owns;
    EngineKeyspace keyspace;
    EngineRange range;
    size_t first_goal; /* entries of the run behind a seek */
    size_t goal;       /* entries of the next run */
    HashmapHeap run;   /* sorted in its direction of travel */
    size_t at;         /* the current entry */
    bool run_is_last;  /* nothing follows behind the run in its direction */
    Edge edge;         /* where the run that is being collected begins */
} HashmapIterator;

static HashmapIterator *
iterator_of(EngineIterator *iterator)
{
    return (HashmapIterator *)iterator;
}

BaseStatus
hashmap_iterator_new(HashmapState *state, Engine *engine, const EngineSnapshot *snapshot,
                     const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    HashmapIterator *iterator = hashmap_memory_alloc(sizeof *iterator);
    if (iterator == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for an iterator");
    }
    memset(iterator, 0, sizeof *iterator);
    iterator->state = state;
    iterator->keyspace = options->keyspace;
    iterator->range = options->range;
    /* One more than wanted: who reads a page looks whether another one follows. */
    size_t wanted = options->limit_hint == 0 ? RUN_FIRST : options->limit_hint;
    iterator->first_goal = wanted < RUN_MAX ? wanted + 1 : RUN_MAX;
    if (snapshot == NULL) {
        hashmap_snapshot_open(state, engine, &iterator->own);
        iterator->owns = true;
        snapshot = &iterator->own.base;
    }
    iterator->base.engine = engine;
    iterator->base.read_version = snapshot->version;
    iterator->base.now_ms = snapshot->stamp_ms;
    iterator->base.status = base_ok();
    *ret_iterator = &iterator->base;
    return base_ok();
}

void
hashmap_iterator_free(EngineIterator *base)
{
    HashmapIterator *iterator = iterator_of(base);
    hashmap_heap_clear(&iterator->run);
    if (iterator->owns) {
        hashmap_snapshot_close(iterator->state, &iterator->own);
    }
    free(iterator);
}

/* ------------------------------------------------------------------------------- collecting -- */

static bool
is_behind_edge(const HashmapIterator *iterator, BaseSlice key)
{
    const Edge *edge = &iterator->edge;
    if (!edge->set) {
        return true;
    }
    int order = base_slice_compare(key, edge->key);
    if (order == 0) {
        return edge->included;
    }
    return (order > 0) != iterator->run.last;
}

static bool
collect(void *user, const HashmapRecord *record)
{
    HashmapIterator *iterator = user;
    BaseSlice key = hashmap_record_key(record);
    if (hashmap_record_keyspace(record) != iterator->keyspace ||
        !hashmap_heap_wants(&iterator->run, record) ||
        !hashmap_walk_in_range(&iterator->range, key) || !is_behind_edge(iterator, key)) {
        return true;
    }
    EngineIteratorStats *stats = &iterator->base.stats;
    if (hashmap_record_is_tombstone(record)) {
        stats->examined++;
        stats->tombstones++;
    } else if (hashmap_record_has_expired(record, iterator->base.now_ms)) {
        stats->examined++;
        stats->expired++;
    } else {
        hashmap_heap_push(&iterator->run, record);
    }
    return true;
}

/* Shows the entry at `at`, or that there is none. */
static void
show(HashmapIterator *iterator, size_t at)
{
    EngineIterator *base = &iterator->base;
    base->valid = at < iterator->run.count;
    if (!base->valid) {
        return;
    }
    iterator->at = at;
    const HashmapRecord *record = iterator->run.entries[at].record;
    base->key = hashmap_record_key(record);
    base->record = hashmap_record_view(record);
    base->stats.examined++;
}

/* The length of the next run: what is visible to a snapshot has a slot now. */
static size_t
run_limit(const HashmapIterator *iterator)
{
    const HashmapCounters *counters = &iterator->state->counters;
    int64_t slots = atomic_load_explicit(&counters->keys, memory_order_relaxed) +
                    atomic_load_explicit(&counters->system_keys, memory_order_relaxed) +
                    atomic_load_explicit(&counters->tombstones, memory_order_relaxed);
    size_t all = slots < 0 ? 1 : (size_t)slots + 1;
    return iterator->goal < all ? iterator->goal : all;
}

/* Collects the run that begins at an edge, and shows its first entry. */
static void
collect_run(HashmapIterator *iterator, Edge edge, bool backwards)
{
    EngineIterator *base = &iterator->base;
    base->valid = false;
    /* Short of memory for a longer run, the last length must do. */
    if (!hashmap_heap_reset(&iterator->run, run_limit(iterator), backwards) &&
        !hashmap_heap_reset(&iterator->run, iterator->run.capacity, backwards)) {
        base->status = base_error(BASE_NO_MEMORY, "no memory for the entries of an iterator");
        return;
    }
    if (iterator->run.limit == 0) {
        base->status = base_error(BASE_NO_MEMORY, "no memory for the entries of an iterator");
        return;
    }
    iterator->edge = edge;
    base->status = hashmap_walk(iterator->state, base->read_version, collect, iterator);
    if (!base_is_ok(base->status)) {
        return;
    }
    iterator->run_is_last = iterator->run.count < iterator->run.limit;
    iterator->goal = iterator->goal < RUN_MAX / GROWTH ? iterator->goal * GROWTH : RUN_MAX;
    hashmap_heap_sort(&iterator->run);
    show(iterator, 0);
}

/* ------------------------------------------------------------------------------------ moves -- */

static void
seek(EngineIterator *base, const BaseSlice *key, bool backwards)
{
    HashmapIterator *iterator = iterator_of(base);
    Edge edge = {.set = key != NULL, .included = !backwards};
    if (key != NULL) {
        edge.key = *key;
    }
    iterator->goal = iterator->first_goal;
    collect_run(iterator, edge, backwards);
}

void
hashmap_iterator_seek(EngineIterator *base, const BaseSlice *key)
{
    seek(base, key, false);
}

void
hashmap_iterator_seek_before(EngineIterator *base, const BaseSlice *key)
{
    seek(base, key, true);
}

static void
move(EngineIterator *base, bool backwards)
{
    BASE_CHECK(base->valid);
    HashmapIterator *iterator = iterator_of(base);
    bool along = iterator->run.last == backwards;
    if (along && iterator->at + 1 < iterator->run.count) {
        show(iterator, iterator->at + 1);
    } else if (along && iterator->run_is_last) {
        base->valid = false;
    } else if (!along && iterator->at > 0) {
        show(iterator, iterator->at - 1);
    } else {
        Edge edge = {.set = true, .included = false, .key = base->key};
        collect_run(iterator, edge, backwards);
    }
}

void
hashmap_iterator_next(EngineIterator *base)
{
    move(base, false);
}

void
hashmap_iterator_prev(EngineIterator *base)
{
    move(base, true);
}
