/*
 * plugin.c: opening, closing, and the table of operations. See plugin.h.
 */
#include "engine/plugin/plugin.h"

#include "engine/plugin/copy.h"
#include "engine/plugin/figures.h"
#include "engine/plugin/iterator.h"
#include "engine/plugin/key.h"
#include "engine/plugin/piece.h"
#include "engine/plugin/read.h"
#include "engine/plugin/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PEER_DIRECTORY "db"
#define IDENTITY_NAME  "ENGINE"

/* Groups with the peer at a time (W-1). */
enum { DEPTH = 1 };

/* -------------------------------------------------------------------------------- operations -- */

static void
op_commit(Engine *engine, EngineCommit *chain)
{
    commit_sequencer_submit(plugin_store_of(engine)->sequencer, chain);
}

static void
op_tick(Engine *engine)
{
    PluginStore *store = plugin_store_of(engine);
    /* A failure shows when the block of versions is used up; until then it is nobody's concern. */
    (void)commit_version_refill(store->versions);
    plugin_sweep_tick(&store->sweep);
}

static BaseStatus
op_status(Engine *engine)
{
    const PluginStore *store = plugin_store_of(engine);
    BaseStatus status = commit_sequencer_status(store->sequencer);
    return base_is_ok(status) ? plugin_writer_status(&store->writer) : status;
}

static void
op_interrupt(Engine *engine)
{
    PluginPeer *peer = plugin_store_of(engine)->peer;
    atomic_store(&peer->interrupted, true);
    if (peer->ops->interrupt != NULL) {
        peer->ops->interrupt(peer);
    }
}

static BaseStatus
op_flush(Engine *engine)
{
    PluginStore *store = plugin_store_of(engine);
    BaseStatus status = plugin_peer_go_on(store->peer);
    if (base_is_ok(status)) {
        status = plugin_writer_sync(&store->writer);
    }
    if (base_is_ok(status) && store->peer->ops->flush != NULL) {
        status = store->peer->ops->flush(store->peer);
    }
    return status;
}

static BaseStatus
op_compact(Engine *engine, const EngineRange *range)
{
    PluginStore *store = plugin_store_of(engine);
    PluginKey start;
    PluginKey stop = {.long_bytes = NULL};
    BaseStatus status = base_error(BASE_NO_MEMORY, "no memory for a key");
    if (plugin_key_init(&start, ENGINE_DATA, range->start) &&
        plugin_key_init_stop(&stop, ENGINE_DATA, range)) {
        status = plugin_piece_compact(store->peer, start.bytes, stop.bytes);
    }
    plugin_key_clear(&start);
    plugin_key_clear(&stop);
    return status;
}

static BaseStatus
op_set_option(Engine *engine, size_t index, int64_t value)
{
    PluginStore *store = plugin_store_of(engine);
    const EngineOption *option = &engine->engine_class->options[index];
    if (value < option->lowest || value > option->highest) {
        return base_error(BASE_INVALID, "the value is out of the option's range");
    }
    return store->peer->ops->set_option(store->peer, index, value);
}

/* The operations of a peer that can do all; see choose_operations(). */
static void op_close(Engine *engine);

static const EngineOps all_ops = {
    .close = op_close,
    .commit = op_commit,
    .read_begin = plugin_read_begin,
    .read_end = plugin_read_end,
    .get = plugin_read_get,
    .multi_get = plugin_read_multi_get,
    .snapshot_new = plugin_read_snapshot_new,
    .snapshot_free = plugin_read_snapshot_free,
    .iterator_new = plugin_iterator_new,
    .iterator_seek = plugin_iterator_seek,
    .iterator_seek_before = plugin_iterator_seek_before,
    .iterator_next = plugin_iterator_next,
    .iterator_prev = plugin_iterator_prev,
    .iterator_stretch = plugin_iterator_stretch,
    .iterator_free = plugin_iterator_free,
    .stats = plugin_figures_stats,
    .figures = plugin_figures_visit,
    .range_estimate = plugin_figures_range_estimate,
    .range_split = plugin_figures_range_split,
    .set_option = op_set_option,
    .tick = op_tick,
    .flush = op_flush,
    .compact = op_compact,
    .checkpoint = plugin_copy_checkpoint,
    .verify = plugin_figures_verify,
    .status = op_status,
    .interrupt = op_interrupt,
};

static void
choose_operations(PluginStore *store)
{
    const PluginPeerOps *can = store->peer->ops;
    store->ops = all_ops;
    store->engine.ops = &store->ops;
    if (can->compact == NULL) {
        store->ops.compact = NULL;
    }
    if (can->checkpoint == NULL) {
        store->ops.checkpoint = NULL;
    }
    if (can->set_option == NULL) {
        store->ops.set_option = NULL;
    }
}

/* ----------------------------------------------------------------------- opening and closing -- */

static void
free_store(PluginStore *store)
{
    commit_version_close(store->versions);
    (void)pthread_mutex_destroy(&store->sample.mutex);
    free(store->directory);
    free(store);
}

static void
op_close(Engine *engine)
{
    PluginStore *store = plugin_store_of(engine);
    plugin_sweep_clear(&store->sweep);
    commit_sequencer_free(store->sequencer);
    plugin_writer_clear(&store->writer);
    store->peer->ops->close(store->peer);
    free_store(store);
}

/* Makes the peer's directory and opens it. */
static BaseStatus
open_peer(const PluginKind *kind, EngineOpenArgs *args, PluginPeer **ret_peer)
{
    char path[ENV_PATH_MAX];
    struct stat found;
    BaseStatus status = env_join(path, args->directory, IDENTITY_NAME);
    if (!base_is_ok(status) || stat(path, &found) != 0) {
        (void)snprintf(args->message, sizeof args->message,
                       "the engine '%s' keeps its files by itself and needs a directory of the "
                       "real file system; %s is none",
                       kind->engine_class->name, args->directory);
        return base_error(BASE_UNSUPPORTED, "this engine needs the real file system");
    }
    status = env_join(path, args->directory, PEER_DIRECTORY);
    if (base_is_ok(status)) {
        status = env_make_directory(args->env, path);
    }
    if (status.code == BASE_EXISTS) {
        status = base_ok();
    }
    if (base_is_ok(status)) {
        status = env_sync_directory(args->env, args->directory);
    }
    const PluginPeerArgs peer_args = {
        .directory = path,
        .options = args->options,
        .key_max = args->key_max + PLUGIN_RECORD_KEY_HEAD,
        .message = args->message,
        .message_size = sizeof args->message,
    };
    return base_is_ok(status) ? kind->open_peer(&peer_args, ret_peer) : status;
}

/* What the store was marked with; zeros if it is new. */
static BaseStatus
read_mark(PluginPeer *peer, PluginMark *ret_mark)
{
    static const uint8_t key = PLUGIN_RECORD_MARK;
    void *view = NULL;
    PluginPin pin = {.found = false};
    *ret_mark = (PluginMark){0};
    BaseStatus status = peer->reads_in_views ? peer->ops->view_new(peer, false, &view) : base_ok();
    if (base_is_ok(status)) {
        status = peer->ops->get(peer, view, base_slice(&key, sizeof key), false, &pin);
    }
    if (base_is_ok(status) && pin.found) {
        status = plugin_record_read_mark(pin.value, ret_mark);
    }
    if (pin.handle != NULL) {
        peer->ops->unpin(peer, pin.handle);
    }
    if (view != NULL) {
        peer->ops->view_free(peer, view);
    }
    return status;
}

static BaseStatus
start_writing(PluginStore *store, const EngineOpenArgs *args)
{
    const CommitSequencerArgs sequencer_args = {
        .backend = &store->writer.backend,
        .clock = args->clock,
        .stamps = &store->stamps,
        .versions = store->versions,
        .value_max = args->value_max,
        .can_persist = true,
        .depth = DEPTH,
    };
    BaseStatus status = commit_sequencer_new(&sequencer_args, &store->sequencer);
    store->writer.sequencer = store->sequencer;
    if (base_is_ok(status)) {
        status = plugin_sweep_init(&store->sweep, &store->writer, &store->stamps);
    }
    if (!base_is_ok(status)) {
        commit_sequencer_free(store->sequencer);
        plugin_writer_clear(&store->writer);
    }
    return status;
}

/* Everything above the peer, which is open. */
static BaseStatus
open_parts(PluginStore *store, const EngineOpenArgs *args)
{
    PluginMark mark;
    BaseStatus status = read_mark(store->peer, &mark);
    if (base_is_ok(status)) {
        status = commit_version_open(args->env, args->directory, mark.version, &store->versions);
    }
    if (!base_is_ok(status)) {
        return status;
    }
    commit_stamp_init(&store->stamps, args->clock, mark.stamp_ms);
    status = plugin_writer_init(
        &store->writer, store->peer, (PluginDurability)args->options[PLUGIN_OPTION_DURABILITY],
        args->options[PLUGIN_OPTION_SYNC_INTERVAL], &mark, commit_version_last(store->versions));
    return base_is_ok(status) ? start_writing(store, args) : status;
}

BaseStatus
plugin_open(const PluginKind *kind, EngineOpenArgs *args, Engine **ret_engine)
{
    PluginStore *store = calloc(1, sizeof *store);
    char *directory = strdup(args->directory);
    if (store == NULL || directory == NULL) {
        free(store);
        free(directory);
        return base_error(BASE_NO_MEMORY, "no memory for the engine");
    }
    store->engine.engine_class = kind->engine_class;
    store->env = args->env;
    store->directory = directory;
    (void)pthread_mutex_init(&store->sample.mutex, NULL);
    BaseStatus status = open_peer(kind, args, &store->peer);
    if (base_is_ok(status)) {
        status = open_parts(store, args);
        if (!base_is_ok(status)) {
            store->peer->ops->close(store->peer);
        }
    }
    if (!base_is_ok(status)) {
        free_store(store);
        return status;
    }
    choose_operations(store);
    *ret_engine = &store->engine;
    return status;
}
