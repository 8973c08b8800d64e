/*
 * writer.c: commits as batches of a peer. See writer.h.
 */
#include "engine/plugin/writer.h"

#include "engine/plugin/key.h"

#include <stdlib.h>

typedef struct LoadJob {
    PluginJob job;
    PluginWriter *writer;
    CommitLoad *load;
} LoadJob;

static PluginWriter *
writer_of(CommitBackend *backend)
{
    return (PluginWriter *)backend;
}

static bool
fits(const PluginWriter *writer, BaseSlice key)
{
    size_t max = writer->peer->key_max;
    return max == 0 || key.len + PLUGIN_RECORD_KEY_HEAD <= max;
}

/* ---------------------------------------------------------------------------------- lookups -- */

static void
forget_found(PluginWriter *writer)
{
    if (writer->found.handle != NULL) {
        writer->peer->ops->unpin(writer->peer, writer->found.handle);
        writer->found.handle = NULL;
    }
    if (writer->found_view != NULL) {
        writer->peer->ops->view_free(writer->peer, writer->found_view);
        writer->found_view = NULL;
    }
}

static BaseStatus
read_newest(PluginPeer *peer, EngineKeyspace keyspace, BaseSlice bytes, bool cached_only,
            void **ret_view, PluginPin *ret_pin)
{
    PluginKey key;
    if (!plugin_key_init(&key, keyspace, bytes)) {
        return base_error(BASE_NO_MEMORY, "no memory for a key");
    }
    BaseStatus status = base_ok();
    if (peer->reads_in_views) {
        status = peer->ops->view_new(peer, false, ret_view);
    }
    if (base_is_ok(status)) {
        status = peer->ops->get(peer, *ret_view, key.bytes, cached_only, ret_pin);
    }
    plugin_key_clear(&key);
    return status;
}

static BaseStatus
lookup(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice key, uintptr_t hint[2],
       EngineLookup *ret_lookup)
{
    (void)hint;
    PluginWriter *writer = writer_of(backend);
    forget_found(writer);
    ret_lookup->found = false;
    if (!fits(writer, key)) {
        return base_ok();
    }
    bool cached_only = atomic_load_explicit(&writer->loads, memory_order_relaxed) == 0;
    BaseStatus status =
        read_newest(writer->peer, keyspace, key, cached_only, &writer->found_view, &writer->found);
    if (base_is_ok(status) && writer->found.found) {
        ret_lookup->found = true;
        status = plugin_record_read(writer->found.value, &ret_lookup->record);
    }
    return status;
}

/* Brings blocks into the peer's cache; what is read is read again by lookup. */
static void
run_load(PluginJob *base)
{
    LoadJob *job = (LoadJob *)base;
    PluginPeer *peer = job->writer->peer;
    CommitLoad *load = job->load;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < load->count && base_is_ok(status); i++) {
        PluginPin pin = {.found = false};
        void *view = NULL;
        status = read_newest(peer, load->keys[i].keyspace, load->keys[i].key, false, &view, &pin);
        if (pin.handle != NULL) {
            peer->ops->unpin(peer, pin.handle);
        }
        if (view != NULL) {
            peer->ops->view_free(peer, view);
        }
    }
    CommitSequencer *sequencer = job->writer->sequencer;
    free(job);
    commit_sequencer_loaded(sequencer, load, status);
}

static void
load_keys(CommitBackend *backend, CommitLoad *load)
{
    PluginWriter *writer = writer_of(backend);
    LoadJob *job = malloc(sizeof *job);
    (void)atomic_fetch_add(&writer->loads, 1);
    if (job == NULL) {
        commit_sequencer_loaded(writer->sequencer, load,
                                base_error(BASE_NO_MEMORY, "no memory to load keys"));
        return;
    }
    *job = (LoadJob){{.run = run_load}, writer, load};
    plugin_worker_post(writer->loader, &job->job);
}

static void
unload_keys(CommitBackend *backend, CommitLoad *load)
{
    (void)load;
    (void)atomic_fetch_sub(&writer_of(backend)->loads, 1);
}

/* ---------------------------------------------------------------------------------- batches -- */

static PluginNeed
need_of(const CommitEntry *entry)
{
    PluginNeed need = {0};
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        switch (op->kind) {
        case COMMIT_PUT:
            need.puts++;
            need.bytes +=
                PLUGIN_RECORD_KEY_HEAD + op->key.len + PLUGIN_RECORD_HEAD_MAX + op->value.len;
            break;
        case COMMIT_REMOVE:
            need.removes++;
            break;
        case COMMIT_REMOVE_RANGE:
            need.ranges++;
            break;
        }
    }
    return need;
}

/* Whether there is room for `need` behind what is promised; it is promised then, if `keep`. */
static BaseStatus
promise(PluginWriter *writer, const PluginNeed *need, bool keep)
{
    (void)pthread_mutex_lock(&writer->promising);
    const PluginNeed all = {
        .puts = writer->promised.puts + need->puts,
        .removes = writer->promised.removes + need->removes,
        .ranges = writer->promised.ranges + need->ranges,
        .bytes = writer->promised.bytes + need->bytes,
    };
    PluginNeed with_sweep = all;
    with_sweep.removes += keep ? PLUGIN_RECLAIM_MAX : 0;
    BaseStatus status = writer->peer->ops->room(writer->peer, &with_sweep, need->puts != 0);
    if (base_is_ok(status) && keep) {
        writer->promised = all;
    }
    (void)pthread_mutex_unlock(&writer->promising);
    return status;
}

/* What was promised to an entry is used, or will not be. */
static void
settle(PluginWriter *writer, const CommitEntry *entry)
{
    PluginNeed need = need_of(entry);
    (void)pthread_mutex_lock(&writer->promising);
    writer->promised.puts -= need.puts;
    writer->promised.removes -= need.removes;
    writer->promised.ranges -= need.ranges;
    writer->promised.bytes -= need.bytes;
    (void)pthread_mutex_unlock(&writer->promising);
}

static BaseStatus
prepare(CommitBackend *backend, CommitEntry *entry)
{
    PluginWriter *writer = writer_of(backend);
    for (size_t i = 0; i < entry->op_count; i++) {
        if (entry->ops[i].kind == COMMIT_PUT && !fits(writer, entry->ops[i].key)) {
            return base_error(BASE_UNSUPPORTED, "the key is longer than this engine can keep");
        }
    }
    if (writer->peer->ops->room == NULL) {
        return base_ok();
    }
    PluginNeed need = need_of(entry);
    return promise(writer, &need, true);
}

static bool
encode_key(BaseBuf *buf, EngineKeyspace keyspace, BaseSlice key)
{
    base_buf_reset(buf);
    return base_buf_append_byte(buf, (uint8_t)keyspace) && base_buf_append_slice(buf, key);
}

/* Lowers a time that other threads may change. */
static void
lower(_Atomic int64_t *time_ms, int64_t to_ms)
{
    int64_t seen = atomic_load_explicit(time_ms, memory_order_relaxed);
    while (to_ms < seen && !atomic_compare_exchange_weak(time_ms, &seen, to_ms)) {
    }
}

static bool
encode_put(PluginWriter *writer, const CommitOp *op)
{
    uint8_t head[PLUGIN_RECORD_HEAD_MAX];
    size_t len = plugin_record_write_head(op->version, op->expires_at_ms, head);
    base_buf_reset(&writer->value);
    if (!base_buf_append(&writer->value, head, len) ||
        !base_buf_append_slice(&writer->value, op->value)) {
        return false;
    }
    writer->peer->ops->put(writer->peer, base_buf_slice(&writer->key),
                           base_buf_slice(&writer->value));
    (void)atomic_fetch_add_explicit(&writer->user_bytes, (int64_t)(op->key.len + op->value.len),
                                    memory_order_relaxed);
    if (op->expires_at_ms != 0) {
        lower(&writer->due_ms, op->expires_at_ms);
    }
    return true;
}

static bool
encode_range(PluginWriter *writer, const CommitOp *op)
{
    const EngineRange range = {op->key, op->value, op->unbounded};
    PluginKey stop;
    bool done = plugin_key_init_stop(&stop, op->keyspace, &range);
    if (done && base_slice_compare(base_buf_slice(&writer->key), stop.bytes) < 0) {
        writer->peer->ops->remove_range(writer->peer, base_buf_slice(&writer->key), stop.bytes);
        (void)atomic_fetch_add(&writer->ranges_removed, 1);
    }
    plugin_key_clear(&stop);
    return done;
}

/* False: no memory. */
static bool
encode_op(PluginWriter *writer, const CommitOp *op)
{
    if (!encode_key(&writer->key, op->keyspace, op->key)) {
        return false;
    }
    switch (op->kind) {
    case COMMIT_PUT:
        return encode_put(writer, op);
    case COMMIT_REMOVE:
        if (fits(writer, op->key)) {
            writer->peer->ops->remove(writer->peer, base_buf_slice(&writer->key));
        }
        return true;
    case COMMIT_REMOVE_RANGE:
        return encode_range(writer, op);
    }
    return true;
}

static void
put_mark(PluginPeer *peer, const PluginMark *mark)
{
    static const uint8_t key = PLUGIN_RECORD_MARK;
    uint8_t bytes[PLUGIN_RECORD_MARK_BYTES];
    plugin_record_write_mark(mark, bytes);
    peer->ops->put(peer, base_slice(&key, sizeof key), base_slice(bytes, sizeof bytes));
}

/* Adds a group to the batch; the mark that goes with it in *ret_mark. False: no memory. */
static bool
encode_group(PluginWriter *writer, const CommitGroup *group, PluginMark *ret_mark)
{
    PluginMark mark = writer->mark;
    for (const CommitEntry *entry = group->entries; entry != NULL; entry = entry->next) {
        for (size_t i = 0; i < entry->op_count; i++) {
            if (!encode_op(writer, &entry->ops[i])) {
                return false;
            }
        }
        mark.version = entry->version;
        mark.stamp_ms = entry->stamp_ms > mark.stamp_ms ? entry->stamp_ms : mark.stamp_ms;
    }
    if (mark.stamp_ms > writer->mark.stamp_ms || writer->mark.version == 0) {
        put_mark(writer->peer, &mark);
    }
    *ret_mark = mark;
    return true;
}

BaseStatus
plugin_writer_status(const PluginWriter *writer)
{
    const char *wrong = atomic_load_explicit(&writer->wrong, memory_order_acquire);
    return wrong == NULL ? base_ok() : base_error(BASE_POISONED, wrong);
}

/* REQUIRES: the mutex `batching`. */
static BaseStatus
write_group(PluginWriter *writer, const CommitGroup *group)
{
    PluginPeer *peer = writer->peer;
    BaseStatus status = plugin_writer_status(writer);
    if (!base_is_ok(status)) {
        return status;
    }
    bool sync = group->sync || writer->durability == PLUGIN_SYNC_ALWAYS;
    PluginMark mark = writer->mark;
    peer->ops->begin(peer);
    if (!encode_group(writer, group, &mark)) {
        peer->ops->abandon(peer);
        return base_error(BASE_NO_MEMORY, "no memory for a batch");
    }
    plugin_gate_enter(&writer->gate);
    int64_t version = atomic_load_explicit(&writer->gate.version, memory_order_relaxed);
    status = peer->ops->commit(peer, sync);
    plugin_gate_leave(&writer->gate, base_is_ok(status) ? mark.version : version);
    if (base_is_ok(status)) {
        writer->mark = mark;
        atomic_store_explicit(&writer->dirty, !sync, memory_order_relaxed);
    }
    return status;
}

static void
run_persist(PluginJob *base)
{
    struct PersistJob *job = (struct PersistJob *)base;
    (void)pthread_mutex_lock(&job->writer->batching);
    BaseStatus status = write_group(job->writer, job->group);
    (void)pthread_mutex_unlock(&job->writer->batching);
    commit_sequencer_persisted(job->writer->sequencer, job->group, status);
}

static void
persist(CommitBackend *backend, CommitGroup *group)
{
    PluginWriter *writer = writer_of(backend);
    writer->persist = (struct PersistJob){{.run = run_persist}, writer, group};
    if (group->sync || writer->durability == PLUGIN_SYNC_ALWAYS || writer->peer->commit_syncs) {
        plugin_worker_post(writer->syncer, &writer->persist.job);
    } else {
        run_persist(&writer->persist.job);
    }
}

/* What was looked up is of no use any more; a view that stays would hold old pages back. */
static void
finish(CommitBackend *backend, CommitEntry *entry)
{
    PluginWriter *writer = writer_of(backend);
    forget_found(writer);
    if (writer->peer->ops->room != NULL) {
        settle(writer, entry);
    }
}

/* ------------------------------------------------------------------------------------- sweep -- */

static bool
has_expired(PluginPeer *peer, void *view, BaseSlice stored_key, int64_t now_ms)
{
    PluginPin pin = {.found = false};
    EngineRecord record = {.expires_at_ms = 0};
    bool expired = base_is_ok(peer->ops->get(peer, view, stored_key, false, &pin)) && pin.found &&
                   base_is_ok(plugin_record_read(pin.value, &record)) &&
                   record.expires_at_ms != 0 && record.expires_at_ms <= now_ms;
    if (pin.handle != NULL) {
        peer->ops->unpin(peer, pin.handle);
    }
    return expired;
}

/* Puts the removes into the batch; how many. REQUIRES: nobody else writes. */
static size_t
remove_expired(PluginPeer *peer, void *view, const BaseSlice *keys, size_t count, int64_t now_ms)
{
    size_t removed = 0;
    for (size_t i = 0; i < count; i++) {
        if (has_expired(peer, view, keys[i], now_ms)) {
            peer->ops->remove(peer, keys[i]);
            removed++;
        }
    }
    return removed;
}

/* REQUIRES: the mutex `batching`. */
static BaseStatus
reclaim(PluginWriter *writer, const BaseSlice *keys, size_t count, int64_t now_ms)
{
    PluginPeer *peer = writer->peer;
    void *view = NULL;
    BaseStatus status = peer->reads_in_views ? peer->ops->view_new(peer, false, &view) : base_ok();
    if (!base_is_ok(status)) {
        return status;
    }
    peer->ops->begin(peer);
    size_t removed = remove_expired(peer, view, keys, count, now_ms);
    if (view != NULL) {
        peer->ops->view_free(peer, view);
    }
    if (removed == 0) {
        peer->ops->abandon(peer);
        return base_ok();
    }
    PluginMark mark = writer->mark;
    if (now_ms > mark.stamp_ms && mark.version != 0) {
        mark.stamp_ms = now_ms;
        put_mark(peer, &mark);
    }
    status = peer->ops->commit(peer, false);
    if (!base_is_ok(status)) {
        atomic_store_explicit(&writer->wrong, status.what, memory_order_release);
        return status;
    }
    writer->mark = mark;
    atomic_store_explicit(&writer->dirty, true, memory_order_relaxed);
    (void)atomic_fetch_add(&writer->reclaimed, (int64_t)removed);
    return status;
}

void
plugin_writer_forget_due(PluginWriter *writer)
{
    (void)pthread_mutex_lock(&writer->batching);
    atomic_store(&writer->due_ms, INT64_MAX);
    (void)pthread_mutex_unlock(&writer->batching);
}

void
plugin_writer_note_due(PluginWriter *writer, int64_t expires_at_ms)
{
    lower(&writer->due_ms, expires_at_ms);
}

BaseStatus
plugin_writer_reclaim(PluginWriter *writer, const BaseSlice *keys, size_t count, int64_t now_ms)
{
    const PluginNeed need = {.removes = count};
    BaseStatus status = plugin_writer_status(writer);
    if (base_is_ok(status) && writer->peer->ops->room != NULL) {
        status = promise(writer, &need, false);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    (void)pthread_mutex_lock(&writer->batching);
    status = reclaim(writer, keys, count, now_ms);
    (void)pthread_mutex_unlock(&writer->batching);
    return status;
}

/* ------------------------------------------------------------------------------------- life -- */

BaseStatus
plugin_writer_sync(PluginWriter *writer)
{
    (void)pthread_mutex_lock(&writer->syncing);
    BaseStatus status = plugin_writer_status(writer);
    if (base_is_ok(status) && atomic_exchange(&writer->dirty, false)) {
        status = writer->peer->ops->sync(writer->peer);
        if (!base_is_ok(status)) {
            atomic_store_explicit(&writer->wrong, status.what, memory_order_release);
        }
    }
    (void)pthread_mutex_unlock(&writer->syncing);
    return status;
}

static void
sync_often(void *user)
{
    (void)plugin_writer_sync(user);
}

BaseStatus
plugin_writer_init(PluginWriter *writer, PluginPeer *peer, PluginDurability durability,
                   int64_t interval_ms, const PluginMark *mark, int64_t version)
{
    static const CommitBackendOps ops = {.lookup = lookup,
                                         .load = load_keys,
                                         .unload = unload_keys,
                                         .prepare = prepare,
                                         .persist = persist,
                                         .publish = finish,
                                         .discard = finish};
    *writer = (PluginWriter){.backend = {&ops},
                             .peer = peer,
                             .durability = durability,
                             .mark = *mark,
                             .key = BASE_BUF_INIT,
                             .value = BASE_BUF_INIT};
    plugin_gate_init(&writer->gate, version);
    (void)pthread_mutex_init(&writer->syncing, NULL);
    (void)pthread_mutex_init(&writer->batching, NULL);
    (void)pthread_mutex_init(&writer->promising, NULL);
    BaseStatus status = plugin_worker_new(durability == PLUGIN_SYNC_INTERVAL ? interval_ms : 0,
                                          sync_often, writer, &writer->syncer);
    if (base_is_ok(status)) {
        status = plugin_worker_new(0, NULL, NULL, &writer->loader);
    }
    if (!base_is_ok(status)) {
        plugin_writer_clear(writer);
    }
    return status;
}

void
plugin_writer_clear(PluginWriter *writer)
{
    plugin_worker_free(writer->syncer);
    plugin_worker_free(writer->loader);
    forget_found(writer);
    if (writer->durability != PLUGIN_SYNC_OS) {
        (void)plugin_writer_sync(writer);
    }
    base_buf_clear(&writer->key);
    base_buf_clear(&writer->value);
    plugin_gate_clear(&writer->gate);
    (void)pthread_mutex_destroy(&writer->syncing);
    (void)pthread_mutex_destroy(&writer->batching);
    (void)pthread_mutex_destroy(&writer->promising);
}
