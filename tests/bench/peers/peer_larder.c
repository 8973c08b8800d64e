/*
 * peer_larder.c: an engine of Larder as a peer, through engine.h. See peer.h.
 *
 * A put is a commit of one mutation, answered before put() returns, as the other peers do it. Most
 * are answered within engine_commit(); for the others the caller sleeps on a semaphore, which the
 * callback posts only when it finds the caller there.
 *
 * Durability is `os` unless an engine option says otherwise: what was acknowledged survives the
 * process, not the machine, as with the other peers; a put with `sync` survives both. (An engine
 * that keeps nothing has nothing to sync.)
 *
 * Walks take their entries in stretches, as the server's scans do.
 *
 * Threading: as peer.h says; a thread of its own calls engine_tick() as the server does.
 */
#include "engine/base/clock.h"
#include "engine/engine.h"
#include "engine/env/env.h"
#include "loadgen/engine_options.h"
#include "tests/bench/peers/peer.h"

#include <glib.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    TICK_NS = 100 * 1000 * 1000,
    KEY_BYTES_MAX = 1024,
    VALUE_BYTES_MAX = 1 << 20,
    OPEN_FILES = 10000,
    STRETCH_ENTRIES = 64,
};

typedef struct LarderPeer {
    Peer peer; /* first: it is a peer */
    Engine *engine;
    pthread_t ticker;
    _Atomic bool stop;
} LarderPeer;

static Engine *
engine_of(Peer *peer)
{
    return ((LarderPeer *)peer)->engine;
}

static void
must(BaseStatus status, const char *what)
{
    if (!base_is_ok(status)) {
        peer_fail(what, status.what);
    }
}

/* ---------------------------------------------------------------------------------- commits -- */

typedef enum WaitState { WAIT_NOBODY, WAIT_ASLEEP, WAIT_ANSWERED } WaitState;

typedef struct Waiter {
    EngineCommit commit;
    _Atomic WaitState state;
    sem_t answered; /* only while somebody is asleep */
} Waiter;

static void
answered(EngineCommit *commit, const EngineOutcome *outcome)
{
    Waiter *waiter = commit->user;
    if (outcome->kind != ENGINE_APPLIED) {
        peer_fail("commit", outcome->status.what == NULL ? "not applied" : outcome->status.what);
    }
    WaitState before =
        atomic_exchange_explicit(&waiter->state, WAIT_ANSWERED, memory_order_acq_rel);
    if (before == WAIT_ASLEEP) {
        (void)sem_post(&waiter->answered);
    }
}

static void
sleep_until_answered(Waiter *waiter)
{
    WaitState nobody = WAIT_NOBODY;
    (void)sem_init(&waiter->answered, 0, 0);
    if (atomic_compare_exchange_strong_explicit(&waiter->state, &nobody, WAIT_ASLEEP,
                                                memory_order_acq_rel, memory_order_acquire)) {
        while (sem_wait(&waiter->answered) != 0) {
        }
    }
    (void)sem_destroy(&waiter->answered);
}

static void
commit(Peer *peer, EngineMutation *mutation, bool sync)
{
    Waiter waiter;
    waiter.commit = (EngineCommit){
        .mutations = mutation,
        .mutation_count = 1,
        .durability = sync ? ENGINE_DURABILITY_SYNC : ENGINE_DURABILITY_DEFAULT,
        .done = answered,
        .user = &waiter,
    };
    atomic_store_explicit(&waiter.state, WAIT_NOBODY, memory_order_relaxed);
    engine_commit(engine_of(peer), &waiter.commit);
    if (atomic_load_explicit(&waiter.state, memory_order_acquire) != WAIT_ANSWERED) {
        sleep_until_answered(&waiter);
    }
}

static void
larder_put(Peer *peer, BaseSlice key, BaseSlice value, bool sync)
{
    EngineMutation mutation = {.kind = ENGINE_PUT, .key = key, .value = value};
    commit(peer, &mutation, sync && engine_can(engine_of(peer), ENGINE_CAN_PERSIST));
}

static void
larder_remove(Peer *peer, BaseSlice key)
{
    EngineMutation mutation = {.kind = ENGINE_REMOVE, .key = key};
    commit(peer, &mutation, false);
}

/* ------------------------------------------------------------------------------------ reads -- */

static void
larder_get(Peer *peer, BaseSlice key, PeerSink *sink)
{
    EngineRead read;
    EngineLookup lookup;
    must(engine_read_begin(&read, engine_of(peer), NULL, 0), "read_begin");
    must(engine_get(&read, ENGINE_DATA, key, &lookup), "get");
    if (lookup.found) {
        peer_sink_take(sink, lookup.record.value.data, lookup.record.value.len);
    }
    engine_read_end(&read);
}

static void
larder_multi_get(Peer *peer, const BaseSlice *keys, size_t count, PeerSink *sink)
{
    EngineRead read;
    EngineLookup lookups[PEER_BATCH];
    int64_t version = 0;
    must(engine_read_begin(&read, engine_of(peer), NULL, 0), "read_begin");
    must(engine_multi_get(&read, ENGINE_DATA, keys, count, lookups, &version), "multi_get");
    for (size_t i = 0; i < count; i++) {
        if (lookups[i].found) {
            peer_sink_take(sink, lookups[i].record.value.data, lookups[i].record.value.len);
        }
    }
    engine_read_end(&read);
}

static void
larder_scan(Peer *peer, const BaseSlice *start, bool reverse, int64_t limit, PeerSink *sink)
{
    EngineIterator *iterator = NULL;
    EngineIteratorOptions options = {
        .keyspace = ENGINE_DATA,
        .range = {.unbounded = true},
        .limit_hint = start == NULL ? 0 : (size_t)limit, /* long ones would not be cached */
        .reverse_hint = reverse,
    };
    must(engine_iterator_new(engine_of(peer), NULL, &options, &iterator), "iterator_new");
    if (reverse) {
        engine_iterator_seek_before(iterator, NULL);
    } else {
        engine_iterator_seek(iterator, start);
    }
    EngineEntry entries[STRETCH_ENTRIES];
    for (int64_t left = limit; left > 0 && iterator->valid;) {
        size_t most = left < STRETCH_ENTRIES ? (size_t)left : STRETCH_ENTRIES;
        size_t count = engine_iterator_stretch(iterator, entries, most);
        for (size_t i = 0; i < count; i++) {
            peer_sink_take(sink, entries[i].record.value.data, entries[i].record.value.len);
        }
        left -= (int64_t)count;
        if (left == 0) {
            break;
        }
        if (reverse) {
            engine_iterator_prev(iterator);
        } else {
            engine_iterator_next(iterator);
        }
    }
    must(iterator->status, "iterator");
    engine_iterator_free(iterator);
}

/* ------------------------------------------------------------------------------ housekeeping -- */

static void
larder_compact(Peer *peer)
{
    const EngineOps *ops = engine_of(peer)->ops;
    EngineRange all = {.unbounded = true};
    if (ops->flush != NULL) {
        must(ops->flush(engine_of(peer)), "flush");
    }
    if (ops->compact != NULL) {
        must(ops->compact(engine_of(peer), &all), "compact");
    }
}

static bool
larder_is_busy(Peer *peer)
{
    (void)peer;
    return false;
}

static void
add_figure(void *user, const char *name, int64_t value)
{
    g_string_append_printf(user, "%s=%" G_GINT64_FORMAT " ", name, value);
}

static char *
larder_levels(Peer *peer)
{
    GString *text = g_string_new(NULL);
    engine_figures(engine_of(peer), add_figure, text);
    char *line = strdup(text->str);
    g_string_free(text, TRUE);
    return line;
}

static void *
tick(void *argument)
{
    LarderPeer *self = argument;
    struct timespec pause = {.tv_nsec = TICK_NS};
    while (!atomic_load_explicit(&self->stop, memory_order_relaxed)) {
        engine_tick(self->engine);
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

static void
larder_close(Peer *peer)
{
    LarderPeer *self = (LarderPeer *)peer;
    atomic_store_explicit(&self->stop, true, memory_order_relaxed);
    (void)pthread_join(self->ticker, NULL);
    engine_close(self->engine);
    free(self);
}

/* ---------------------------------------------------------------------------------- opening -- */

/* Adds "name=number" if the class has such an option. */
static void
want(const EngineClass *found, GPtrArray *texts, const char *name, int64_t number)
{
    for (size_t i = 0; i < found->option_count; i++) {
        if (strcmp(found->options[i].name, name) == 0) {
            g_ptr_array_add(texts, g_strdup_printf("%s=%" G_GINT64_FORMAT, name, number));
        }
    }
}

static void
want_word(const EngineClass *found, GPtrArray *texts, const char *name, const char *word)
{
    for (size_t i = 0; i < found->option_count; i++) {
        if (strcmp(found->options[i].name, name) == 0) {
            g_ptr_array_add(texts, g_strdup_printf("%s=%s", name, word));
        }
    }
}

static int64_t *
values_of(const EngineClass *found, const PeerSettings *settings)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    want_word(found, texts, "durability", "os");
    want_word(found, texts, "compression", settings->zstd ? "zstd" : "none");
    want(found, texts, "write_buffer", settings->write_buffer);
    want(found, texts, "write_buffers", settings->write_buffers);
    want(found, texts, "block_cache", settings->block_cache);
    want(found, texts, "table_bytes", settings->table_bytes);
    want(found, texts, "base_bytes", settings->base_bytes);
    want(found, texts, "filter_bits", settings->filter_bits);
    want(found, texts, "open_files", OPEN_FILES);
    want(found, texts, "map_bytes", PEER_MAP_BYTES);
    for (char *const *text = settings->engine_options; text != NULL && *text != NULL; text++) {
        g_ptr_array_add(texts, g_strdup(*text));
    }
    g_ptr_array_add(texts, NULL);
    char *problem = NULL;
    int64_t *values = load_engine_options(found, (char *const *)texts->pdata, &problem);
    if (values == NULL) {
        peer_fail("options", problem);
    }
    return values;
}

Peer *
peer_larder_open(const char *engine, const PeerSettings *settings)
{
    static const PeerOps ops = {
        .close = larder_close,
        .put = larder_put,
        .remove = larder_remove,
        .get = larder_get,
        .multi_get = larder_multi_get,
        .scan = larder_scan,
        .compact = larder_compact,
        .is_busy = larder_is_busy,
        .levels = larder_levels,
    };
    const EngineClass *found = NULL;
    char why[512];
    BaseStatus status = engine_class_load(engine, NULL, why, &found);
    if (status.code == BASE_NOT_FOUND) {
        return NULL;
    }
    if (!base_is_ok(status)) {
        peer_fail(engine, why);
    }
    LarderPeer *self = calloc(1, sizeof *self);
    if (self == NULL) {
        peer_fail(engine, "no memory");
    }
    self->peer.ops = &ops;
    int64_t *values = values_of(found, settings);
    EngineOpenArgs args = {
        .directory = settings->directory,
        .env = env_posix(),
        .clock = base_clock_real(),
        .options = values,
        .key_max = KEY_BYTES_MAX,
        .value_max = VALUE_BYTES_MAX,
    };
    if (!base_is_ok(engine_open(found, &args, &self->engine))) {
        peer_fail(engine, args.message);
    }
    free(values);
    if (pthread_create(&self->ticker, NULL, tick, self) != 0) {
        peer_fail(engine, "no threads");
    }
    return &self->peer;
}
