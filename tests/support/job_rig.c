/*
 * job_rig.c: memtables, levels and background work in memory. See job_rig.h.
 */
#include "tests/support/job_rig.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TABLE_BYTES = 4000,
    BLOCK_BYTES = 256,
    BUFFER_BYTES = 64 << 10,
    VALUE_BYTES = 40,
    SEGMENT_BYTES = 4096,
};

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

static int64_t
op_count(const JobRig *rig)
{
    return (int64_t)(rig->ops.len / sizeof(JobRigOp));
}

BaseSlice
job_rig_value(const JobRig *rig, int key, int64_t version, char *text)
{
    int len = snprintf(text, JOB_RIG_VALUE_MOST, "%d at %lld ", key, (long long)version);
    int most = len + (int)((uint64_t)version * 7919 % (uint64_t)rig->value_bytes);
    while (len < most) {
        text[len] = (char)('a' + (version * 31 + len * len) % 26);
        len++;
    }
    return base_slice(text, (size_t)len);
}

/* -------------------------------------------------------------------------------------- life -- */

static void
reported(void *user, CommitGroup *group, BaseStatus status)
{
    (void)user;
    (void)group;
    (void)status;
}

static void
open_log(JobRig *rig)
{
    LsmLogArgs args = {.env = &rig->store.fault.env,
                       .directory = LSM_RIG_DIRECTORY,
                       .clock = &rig->clock.clock,
                       .mode = LSM_SYNC_OS,
                       .interval_ms = 1,
                       .id_seed = 1,
                       .report = reported};
    must(lsm_log_new(&args, &rig->log));
}

static void
set_place(JobRig *rig)
{
    rig->place = (LsmJobPlace){.env = &rig->store.fault.env,
                               .directory = LSM_RIG_DIRECTORY,
                               .catalog = rig->store.catalog,
                               .snapshots = &rig->snapshots,
                               .stamps = &rig->stamps,
                               .table_bytes = TABLE_BYTES,
                               .block_bytes = BLOCK_BYTES,
                               .filter_bits = 10,
                               .program = BASE_SLICE_LITERAL("larder test")};
}

void
job_rig_init(JobRig *rig, uint64_t seed)
{
    *rig = (JobRig){.rand = base_rand(seed),
                    .buffer = BUFFER_BYTES,
                    .value_bytes = VALUE_BYTES,
                    .ops = BASE_BUF_INIT,
                    .denied = base_ok(),
                    .generations = 4};
    rig->picking = (LsmPickState){.base_bytes = 8 * TABLE_BYTES,
                                  .multiplier = 4,
                                  .run_trigger = 4,
                                  .reclaim_ms = INT64_MAX / 2};
    lsm_rig_init(&rig->store);
    base_fake_clock_init(&rig->clock, JOB_RIG_START_MS);
    commit_stamp_init(&rig->stamps, &rig->clock.clock, 0);
    lsm_snapshots_init(&rig->snapshots);
    (void)pthread_mutex_init(&rig->lock, NULL);
    (void)pthread_cond_init(&rig->changed, NULL);
    open_log(rig);
    set_place(rig);
}

/* Forgets segments that the log holds, or held. */
static void
forget_segments(JobRig *rig)
{
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    for (size_t i = 0; i < view->count; i++) {
        view->generations[i]->segment = NULL;
    }
    lsm_view_unref(view);
}

static void
drop_memory(JobRig *rig)
{
    if (rig->spare != NULL) {
        lsm_log_segment_discard(rig->log, rig->spare->segment);
        rig->spare->segment = NULL;
        lsm_generation_unref(rig->spare);
        rig->spare = NULL;
    }
    rig->active = NULL;
    lsm_log_free(rig->log);
    forget_segments(rig);
    if (rig->logged != NULL) {
        rig->logged->segment = NULL;
        lsm_generation_unref(rig->logged);
        rig->logged = NULL;
    }
}

void
job_rig_clear(JobRig *rig)
{
    while (rig->open_count != 0) {
        job_rig_release(rig, 0);
    }
    drop_memory(rig);
    lsm_rig_clear(&rig->store);
    lsm_snapshots_clear(&rig->snapshots);
    base_buf_clear(&rig->ops);
    (void)pthread_cond_destroy(&rig->changed);
    (void)pthread_mutex_destroy(&rig->lock);
}

void
job_rig_crash(JobRig *rig)
{
    while (rig->open_count != 0) {
        job_rig_release(rig, 0);
    }
    drop_memory(rig);
    lsm_rig_reopen(&rig->store, true);
    int64_t kept = atomic_load(lsm_catalog_visible(rig->store.catalog));
    BASE_CHECK(kept <= op_count(rig));
    rig->ops.len = (size_t)kept * sizeof(JobRigOp);
    open_log(rig);
    set_place(rig);
}

/* ------------------------------------------------------------------------------------ writer -- */

static size_t
wants(void *user)
{
    JobRig *rig = user;
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    size_t held = view->count;
    lsm_view_unref(view);
    pthread_mutex_lock(&rig->lock);
    size_t bytes = rig->spare == NULL && held < rig->generations ? rig->buffer : 0;
    pthread_mutex_unlock(&rig->lock);
    return bytes;
}

static size_t
segment_bytes(size_t bytes)
{
    (void)bytes;
    return SEGMENT_BYTES;
}

static void
offer(void *user, LsmGeneration *spare)
{
    JobRig *rig = user;
    pthread_mutex_lock(&rig->lock);
    BASE_CHECK(rig->spare == NULL);
    rig->spare = spare;
    rig->denied = base_ok();
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static void
deny(void *user, BaseStatus status)
{
    JobRig *rig = user;
    pthread_mutex_lock(&rig->lock);
    rig->denied = status;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static void
set_price(void *user, double ns_per_byte, LsmPriceCause cause)
{
    JobRig *rig = user;
    (void)cause;
    pthread_mutex_lock(&rig->lock);
    rig->price = ns_per_byte;
    pthread_mutex_unlock(&rig->lock);
}

static void
poison(void *user, const char *what)
{
    JobRig *rig = user;
    (void)what;
    pthread_mutex_lock(&rig->lock);
    rig->poisoned = true;
    pthread_mutex_unlock(&rig->lock);
}

LsmSupplyWriter
job_rig_writer(JobRig *rig)
{
    rig->attached = true;
    return (LsmSupplyWriter){.user = rig,
                             .wants = wants,
                             .segment_bytes = segment_bytes,
                             .offer = offer,
                             .deny = deny,
                             .set_price = set_price,
                             .poison = poison};
}

/* ----------------------------------------------------------------------------------- commits -- */

static LsmGeneration *
make_generation(JobRig *rig)
{
    LsmGeneration *generation = NULL;
    must(lsm_generation_new(rig->buffer, NULL, &generation));
    generation->number = (uint64_t)lsm_catalog_number(rig->store.catalog);
    return generation;
}

static void
need(const JobRig *rig)
{
    if (rig->need != NULL) {
        rig->need(rig->need_user);
    }
}

/* Waits for a spare, or for being denied one: NULL. */
static LsmGeneration *
take_spare(JobRig *rig)
{
    pthread_mutex_lock(&rig->lock);
    while (rig->spare == NULL && base_is_ok(rig->denied)) {
        (void)pthread_cond_wait(&rig->changed, &rig->lock);
    }
    LsmGeneration *spare = rig->spare;
    rig->spare = NULL;
    pthread_mutex_unlock(&rig->lock);
    need(rig);
    return spare;
}

/*
 * The log goes on in the segment of a generation, and leaves the one before. Whether its header
 * could be written does not matter here: nothing is written to it, or read from it.
 */
static void
switch_log(JobRig *rig, LsmGeneration *generation)
{
    (void)lsm_log_switch(rig->log, generation->segment, op_count(rig));
    if (rig->logged != NULL) {
        lsm_generation_segment_done(rig->logged, rig->log, LSM_SEGMENT_LEFT);
        lsm_generation_unref(rig->logged);
    }
    rig->logged = lsm_generation_ref(generation);
}

static bool
begin_generation(JobRig *rig)
{
    LsmGeneration *generation = rig->attached ? take_spare(rig) : make_generation(rig);
    if (generation == NULL) {
        return false;
    }
    if (generation->segment != NULL) {
        switch_log(rig, generation);
    }
    must(lsm_catalog_push(rig->store.catalog, generation));
    lsm_generation_set_state(generation, LSM_GENERATION_ACTIVE);
    lsm_generation_unref(generation);
    rig->active = generation;
    return true;
}

LsmGeneration *
job_rig_seal(JobRig *rig)
{
    LsmGeneration *sealed = rig->active;
    rig->active = NULL;
    if (sealed != NULL) {
        lsm_generation_set_state(sealed, LSM_GENERATION_FULL);
        need(rig);
    }
    return sealed;
}

/* An active generation with room for an entry. */
static bool
make_room(JobRig *rig)
{
    size_t need = 2 * (JOB_RIG_VALUE_MOST + 64);
    if (rig->active != NULL && (lsm_memtable_room(rig->active->memtable) < need ||
                                !base_is_ok(lsm_memtable_reserve(rig->active->memtable, 1)))) {
        (void)job_rig_seal(rig);
    }
    if (rig->active == NULL && !begin_generation(rig)) {
        return false;
    }
    must(lsm_memtable_reserve(rig->active->memtable, 1));
    return true;
}

static void
note(JobRig *rig, JobRigOp op)
{
    BASE_CHECK(base_buf_append(&rig->ops, &op, sizeof(op)));
}

static void
show(JobRig *rig)
{
    atomic_store(&rig->active->version_highest, op_count(rig));
    atomic_store(&rig->active->stamp_highest, commit_stamp_now(&rig->stamps));
    atomic_store_explicit(lsm_catalog_visible(rig->store.catalog), op_count(rig),
                          memory_order_release);
}

static bool
write_entry(JobRig *rig, JobRigOp op)
{
    LsmRigKey key;
    char text[JOB_RIG_VALUE_MOST];
    if (!make_room(rig)) {
        return false;
    }
    note(rig, op);
    bool put = op.kind == JOB_RIG_PUT;
    BaseSlice stored = lsm_rig_key(&key, op.key);
    LsmEntry entry = {.key = stored,
                      .hash = lsm_key_index_hash(stored),
                      .kind = put ? LSM_RECORD_PUT : LSM_RECORD_REMOVE,
                      .version = op_count(rig),
                      .expires_at_ms = op.expires_at_ms};
    if (put) {
        entry.value = job_rig_value(rig, op.key, entry.version, text);
    }
    LsmBuilt built = lsm_memtable_build(rig->active->memtable, &entry);
    lsm_memtable_link(rig->active->memtable, &built);
    show(rig);
    return true;
}

bool
job_rig_put(JobRig *rig, int key, int64_t expires_at_ms)
{
    return write_entry(rig, (JobRigOp){JOB_RIG_PUT, key, 0, expires_at_ms});
}

bool
job_rig_remove(JobRig *rig, int key)
{
    return write_entry(rig, (JobRigOp){JOB_RIG_REMOVE, key, 0, 0});
}

bool
job_rig_remove_range(JobRig *rig, int start, int stop)
{
    LsmRigKey first;
    LsmRigKey last;
    LsmRangeBuilt built;
    if (!make_room(rig)) {
        return false;
    }
    note(rig, (JobRigOp){JOB_RIG_RANGE, start, stop, 0});
    FormatRange range = {.start = lsm_rig_key(&first, start),
                         .stop = lsm_rig_key(&last, stop),
                         .version = op_count(rig)};
    must(lsm_range_set_build(&range, &built));
    lsm_range_set_add(&rig->active->ranges, built);
    show(rig);
    return true;
}

bool
job_rig_random(JobRig *rig)
{
    int key = (int)base_rand_below(&rig->rand, JOB_RIG_KEYS);
    uint64_t dice = base_rand_below(&rig->rand, 100);
    int64_t now = base_clock_wall_ms(&rig->clock.clock);
    if (dice < 2) {
        int width = 1 + (int)base_rand_below(&rig->rand, dice == 0 ? JOB_RIG_KEYS : 10);
        return job_rig_remove_range(rig, key, key + width);
    }
    if (dice < 20) {
        return job_rig_remove(rig, key);
    }
    int64_t expires = dice < 35 ? now + (int64_t)base_rand_below(&rig->rand, 2000) - 100 : 0;
    return job_rig_put(rig, key, expires);
}

void
job_rig_snapshot(JobRig *rig)
{
    LsmSnapshot *snapshot = malloc(sizeof(*snapshot));
    BASE_CHECK(snapshot != NULL && rig->open_count < JOB_RIG_SNAPSHOTS);
    lsm_snapshots_open(&rig->snapshots, lsm_catalog_visible(rig->store.catalog), &rig->stamps,
                       snapshot);
    rig->open[rig->open_count++] = snapshot;
}

void
job_rig_release(JobRig *rig, size_t index)
{
    lsm_snapshots_close(&rig->snapshots, rig->open[index]);
    free(rig->open[index]);
    rig->open[index] = rig->open[--rig->open_count];
}
