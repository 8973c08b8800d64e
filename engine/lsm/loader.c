/*
 * loader.c: see loader.h.
 *
 * A load is one block of memory: a Job with its Keys and the bytes of the stored keys. The leader
 * enters the keys into a hash table that it alone uses, and puts the job into a queue for the
 * threads; each takes a few keys at a time from the job at its head. A key has two parts: what the
 * thread has read, which belongs to the thread until the job is `ready`; and what was published
 * since the load began, which is the leader's. The same key may be in several loads.
 */
#include "engine/lsm/loader.h"

#include "engine/base/check.h"
#include "engine/lsm/section.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    BUCKETS = 1024,
    SHARE = 16, /* keys that a thread takes at a time */
};

typedef struct Job Job;

typedef struct Key {
    struct Key *chain; /* of its bucket */
    Job *job;
    BaseSlice stored;
    uint64_t hash;

    /* What was read. */
    bool found;
    EngineRecord read; /* the value is a copy */

    /* What was published since. */
    LsmGeneration *generation; /* a reference: it has `record`; NULL: nothing was */
    const LsmRecord *record;
    int64_t removed; /* version of the newest range that covers it; 0: none */
} Key;

struct Job {
    Job *next; /* in the queue */
    CommitLoad *load;
    _Atomic bool ready;
    bool expired;      /* the leader's */
    BaseStatus status; /* the first error; the lock's until it is ready */
    size_t taken;      /* keys that threads have taken; the lock's */
    size_t left;       /* keys that are not read; the lock's */
    size_t count;
    Key keys[];
};

struct LsmLoader {
    LsmLoaderArgs args;
    pthread_t *threads;
    size_t started;

    /* The leader's. */
    Key *buckets[BUCKETS];
    size_t key_count;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t work;
    Job *first;
    Job **last;
    bool stopping;
    LsmLoaderStats stats;
};

/* ------------------------------------------------------------------------------- the threads -- */

/* Copies what was found into a key. */
static BaseStatus
keep(Key *key, const LsmFound *found)
{
    if (found->kind != LSM_FOUND_VALUE) {
        return base_ok();
    }
    uint8_t *copy = malloc(found->value.len + 1);
    if (copy == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a value from disk");
    }
    if (found->value.len != 0) {
        memcpy(copy, found->value.data, found->value.len);
    }
    key->found = true;
    key->read = (EngineRecord){.value = base_slice(copy, found->value.len),
                               .version = found->version,
                               .expires_at_ms = found->expires_at_ms};
    return base_ok();
}

static BaseStatus
read_keys(const LsmLoader *loader, Key *keys, size_t count)
{
    BaseSlice stored[SHARE];
    LsmFound found[SHARE];
    for (size_t i = 0; i < count; i++) {
        stored[i] = keys[i].stored;
    }
    lsm_section_enter();
    LsmPoint point = lsm_catalog_point(loader->args.catalog);
    BaseStatus status = lsm_multi_get(&point, loader->args.counters, stored, count, 0, found);
    for (size_t i = 0; i < count && base_is_ok(status); i++) {
        status = keep(&keys[i], &found[i]);
    }
    base_epoch_exit();
    return status;
}

/* Takes some keys of the job at the head of the queue. Under the lock. */
static size_t
take_share(LsmLoader *loader, Job *job)
{
    size_t count = job->count - job->taken;
    count = count < SHARE ? count : SHARE;
    job->taken += count;
    if (job->taken == job->count) {
        loader->first = job->next;
        if (loader->first == NULL) {
            loader->last = &loader->first;
        }
    }
    return count;
}

static void
work_on(LsmLoader *loader, Job *job)
{
    size_t from = job->taken;
    size_t count = take_share(loader, job);
    pthread_mutex_unlock(&loader->lock);
    BaseStatus status = read_keys(loader, &job->keys[from], count);
    pthread_mutex_lock(&loader->lock);
    job->left -= count;
    if (base_is_ok(job->status)) {
        job->status = status;
    }
    if (job->left != 0) {
        return;
    }
    status = job->status;
    loader->stats.waiting--;
    pthread_mutex_unlock(&loader->lock);
    atomic_store_explicit(&job->ready, true, memory_order_release);
    loader->args.loaded(loader->args.user, job->load, status); /* the job may be gone then */
    pthread_mutex_lock(&loader->lock);
}

static void *
run(void *user)
{
    LsmLoader *loader = user;
    pthread_mutex_lock(&loader->lock);
    while (!loader->stopping) {
        if (loader->first != NULL) {
            work_on(loader, loader->first);
        } else {
            (void)pthread_cond_wait(&loader->work, &loader->lock);
        }
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

/* -------------------------------------------------------------------------------- the leader -- */

static Key **
bucket_of(LsmLoader *loader, uint64_t hash)
{
    return &loader->buckets[hash % BUCKETS];
}

static Job *
job_new(CommitLoad *load)
{
    size_t bytes = sizeof(Job) + load->count * sizeof(Key);
    for (size_t i = 0; i < load->count; i++) {
        bytes += load->keys[i].key.len + 1;
    }
    Job *job = calloc(1, bytes);
    if (job == NULL) {
        return NULL;
    }
    job->load = load;
    job->status = base_ok();
    job->count = load->count;
    job->left = load->count;
    uint8_t *space = (uint8_t *)&job->keys[load->count];
    for (size_t i = 0; i < load->count; i++) {
        BaseSlice key = load->keys[i].key;
        space[0] = (uint8_t)load->keys[i].keyspace;
        if (key.len != 0) {
            memcpy(space + 1, key.data, key.len);
        }
        job->keys[i].job = job;
        job->keys[i].stored = base_slice(space, key.len + 1);
        space += key.len + 1;
    }
    return job;
}

void
lsm_loader_load(LsmLoader *loader, CommitLoad *load)
{
    Job *job = job_new(load);
    load->backend_private = job;
    if (job == NULL) {
        loader->args.loaded(loader->args.user, load,
                            base_error(BASE_NO_MEMORY, "no memory to load keys"));
        return;
    }
    for (size_t i = 0; i < job->count; i++) {
        Key *key = &job->keys[i];
        key->hash = lsm_key_index_hash(key->stored);
        key->chain = *bucket_of(loader, key->hash);
        *bucket_of(loader, key->hash) = key;
    }
    loader->key_count += job->count;
    pthread_mutex_lock(&loader->lock);
    *loader->last = job;
    loader->last = &job->next;
    loader->stats.loads++;
    loader->stats.keys += (int64_t)job->count;
    loader->stats.waiting++;
    if (job->count > SHARE) {
        pthread_cond_broadcast(&loader->work);
    } else {
        pthread_cond_signal(&loader->work);
    }
    pthread_mutex_unlock(&loader->lock);
}

static void
forget_key(LsmLoader *loader, Key *key)
{
    Key **place = bucket_of(loader, key->hash);
    while (*place != key) {
        place = &(*place)->chain;
    }
    *place = key->chain;
    lsm_generation_unref(key->generation);
    free((void *)(uintptr_t)key->read.value.data);
}

void
lsm_loader_unload(LsmLoader *loader, CommitLoad *load)
{
    Job *job = load->backend_private;
    if (job == NULL) {
        return;
    }
    for (size_t i = 0; i < job->count; i++) {
        forget_key(loader, &job->keys[i]);
    }
    loader->key_count -= job->count;
    free(job);
}

/* The newest state of a key that was read. */
static EngineLookup
answer(const Key *key)
{
    EngineLookup lookup = {.found = key->found, .record = key->read};
    int64_t version = key->read.version;
    if (key->record != NULL && key->record->version >= version) {
        version = key->record->version;
        lookup.found = key->record->kind == LSM_RECORD_PUT;
        lookup.record = (EngineRecord){.value = lsm_record_value(key->record),
                                       .version = version,
                                       .expires_at_ms = key->record->expires_at_ms};
    }
    lookup.found = lookup.found && version >= key->removed;
    return lookup;
}

bool
lsm_loader_find(LsmLoader *loader, BaseSlice stored, EngineLookup *ret_lookup)
{
    uint64_t hash = lsm_key_index_hash(stored);
    for (const Key *key = *bucket_of(loader, hash); key != NULL; key = key->chain) {
        if (key->hash == hash && base_slice_equal(key->stored, stored) && !key->job->expired &&
            atomic_load_explicit(&key->job->ready, memory_order_acquire) &&
            base_is_ok(key->job->status)) {
            *ret_lookup = answer(key);
            return true;
        }
    }
    return false;
}

void
lsm_loader_point(LsmLoader *loader, BaseSlice stored, LsmGeneration *generation,
                 const LsmRecord *record)
{
    uint64_t hash = lsm_key_index_hash(stored);
    for (Key *key = *bucket_of(loader, hash); key != NULL; key = key->chain) {
        if (key->hash == hash && base_slice_equal(key->stored, stored)) {
            lsm_generation_ref(generation);
            lsm_generation_unref(key->generation);
            key->generation = generation;
            key->record = record;
        }
    }
}

void
lsm_loader_range(LsmLoader *loader, const FormatRange *range)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (Key *key = loader->buckets[i]; key != NULL; key = key->chain) {
            if (base_slice_compare(range->start, key->stored) <= 0 &&
                base_slice_compare(key->stored, range->stop) < 0) {
                key->removed = range->version;
            }
        }
    }
}

void
lsm_loader_expire(LsmLoader *loader)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (Key *key = loader->buckets[i]; key != NULL; key = key->chain) {
            key->job->expired = true;
        }
    }
}

bool
lsm_loader_any(const LsmLoader *loader)
{
    return loader->key_count != 0;
}

/* ------------------------------------------------------------------------------------- life -- */

static BaseStatus
start_threads(LsmLoader *loader)
{
    while (loader->started < loader->args.threads) {
        pthread_t *thread = &loader->threads[loader->started];
        if (pthread_create(thread, NULL, run, loader) != 0) {
            return base_error(BASE_NO_MEMORY, "no thread to load keys");
        }
        (void)pthread_setname_np(*thread, "larder-load");
        loader->started++;
    }
    return base_ok();
}

BaseStatus
lsm_loader_new(const LsmLoaderArgs *args, LsmLoader **ret_loader)
{
    LsmLoader *loader = calloc(1, sizeof(*loader));
    pthread_t *threads = calloc(args->threads, sizeof(*threads));
    if (loader == NULL || threads == NULL) {
        free(loader);
        free(threads);
        return base_error(BASE_NO_MEMORY, "no memory for the loader of a store");
    }
    loader->args = *args;
    loader->threads = threads;
    loader->last = &loader->first;
    (void)pthread_mutex_init(&loader->lock, NULL);
    (void)pthread_cond_init(&loader->work, NULL);
    BaseStatus status = start_threads(loader);
    if (!base_is_ok(status)) {
        lsm_loader_free(loader);
        return status;
    }
    *ret_loader = loader;
    return base_ok();
}

void
lsm_loader_free(LsmLoader *loader)
{
    if (loader == NULL) {
        return;
    }
    pthread_mutex_lock(&loader->lock);
    loader->stopping = true;
    pthread_cond_broadcast(&loader->work);
    pthread_mutex_unlock(&loader->lock);
    for (size_t i = 0; i < loader->started; i++) {
        pthread_join(loader->threads[i], NULL);
    }
    BASE_CHECK(loader->key_count == 0);
    (void)pthread_cond_destroy(&loader->work);
    (void)pthread_mutex_destroy(&loader->lock);
    free(loader->threads);
    free(loader);
}

void
lsm_loader_stats(LsmLoader *loader, LsmLoaderStats *ret_stats)
{
    pthread_mutex_lock(&loader->lock);
    *ret_stats = loader->stats;
    pthread_mutex_unlock(&loader->lock);
}
