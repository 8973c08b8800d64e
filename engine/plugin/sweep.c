/*
 * sweep.c: the passes of the sweep. See sweep.h.
 */
#include "engine/plugin/sweep.h"

enum {
    ROUND_RECORDS = 1000,
    ROUND_BYTES = 1 << 20,
    ROUNDS_MAX = 64,
    MUCH = 4, /* one of so many */
    RETRY_MS = 60000,
};

/* What a round has found. */
typedef struct Round {
    BaseBuf bytes;                      /* keys of expired records, one behind the other */
    size_t lengths[PLUGIN_RECLAIM_MAX]; /* theirs */
    size_t expired;
    size_t seen;
    int64_t now_ms;
    bool at_end;
} Round;

/* Notes the record that a cursor is at. */
static BaseStatus
look(PluginSweep *sweep, const PluginCursor *cursor, Round *round)
{
    EngineRecord record;
    BaseStatus status = plugin_record_read(cursor->value, &record);
    if (!base_is_ok(status) || record.expires_at_ms == 0) {
        return status;
    }
    if (record.expires_at_ms > round->now_ms) {
        plugin_writer_note_due(sweep->writer, record.expires_at_ms);
        return status;
    }
    if (!base_buf_append_slice(&round->bytes, cursor->key)) {
        return base_error(BASE_NO_MEMORY, "no memory to sweep");
    }
    round->lengths[round->expired++] = cursor->key.len;
    return status;
}

/* Walks on from the place, and leaves the place behind what it has seen. */
static BaseStatus
walk(PluginSweep *sweep, PluginCursor *cursor, Round *round)
{
    static const uint8_t first = ENGINE_DATA;
    static const uint8_t behind = PLUGIN_RECORD_MARK;
    const PluginPeerOps *ops = sweep->writer->peer->ops;
    BaseSlice start =
        sweep->place.len == 0 ? base_slice(&first, sizeof first) : base_buf_slice(&sweep->place);
    BaseSlice end = base_slice(&behind, sizeof behind);
    BaseStatus status = base_ok();
    size_t bytes = 0;
    for (ops->cursor_seek(cursor, start);; plugin_cursor_move(cursor, false)) {
        round->at_end = !cursor->valid || base_slice_compare(cursor->key, end) >= 0;
        if (round->at_end) {
            return cursor->valid ? status : cursor->status;
        }
        if (round->seen == ROUND_RECORDS || round->expired == PLUGIN_RECLAIM_MAX ||
            bytes >= ROUND_BYTES) {
            break;
        }
        status = look(sweep, cursor, round);
        if (!base_is_ok(status)) {
            return status;
        }
        round->seen++;
        bytes += cursor->key.len + cursor->value.len;
    }
    base_buf_reset(&sweep->place);
    return base_buf_append_slice(&sweep->place, cursor->key)
               ? status
               : base_error(BASE_NO_MEMORY, "no memory to sweep");
}

static BaseStatus
walk_in_view(PluginSweep *sweep, Round *round)
{
    PluginPeer *peer = sweep->writer->peer;
    void *view = NULL;
    PluginCursor *cursor = NULL;
    BaseStatus status = peer->ops->view_new(peer, false, &view);
    if (!base_is_ok(status)) {
        return status;
    }
    status = peer->ops->cursor_new(peer, view, false, ROUND_RECORDS, &cursor);
    if (base_is_ok(status)) {
        status = walk(sweep, cursor, round);
        peer->ops->cursor_free(cursor);
    }
    peer->ops->view_free(peer, view);
    return status;
}

/* Has the expired records removed. */
static BaseStatus
remove_found(PluginSweep *sweep, const Round *round)
{
    BaseSlice keys[PLUGIN_RECLAIM_MAX];
    const uint8_t *at = round->bytes.data;
    for (size_t i = 0; i < round->expired; i++) {
        keys[i] = base_slice(at, round->lengths[i]);
        at += round->lengths[i];
    }
    return plugin_writer_reclaim(sweep->writer, keys, round->expired, round->now_ms);
}

/* Sweeps a bounded part. True: much of it had expired, and there is more. */
static bool
sweep_part(PluginSweep *sweep)
{
    Round round = {.bytes = BASE_BUF_INIT, .now_ms = commit_stamp_now(sweep->stamps)};
    BaseStatus status = walk_in_view(sweep, &round);
    if (base_is_ok(status) && round.expired != 0) {
        status = remove_found(sweep, &round);
    }
    base_buf_clear(&round.bytes);
    if (!base_is_ok(status)) {
        plugin_writer_note_due(sweep->writer, round.now_ms + RETRY_MS);
    }
    if (!base_is_ok(status) || round.at_end) {
        atomic_store(&sweep->passing, false);
        return false;
    }
    return round.expired >= round.seen / MUCH;
}

static void
run_rounds(PluginJob *job)
{
    PluginSweep *sweep = (PluginSweep *)job;
    if (!atomic_load(&sweep->passing)) {
        base_buf_reset(&sweep->place);
        plugin_writer_forget_due(sweep->writer);
        atomic_store(&sweep->passing, true);
    }
    for (int i = 0; i < ROUNDS_MAX && base_is_ok(plugin_peer_go_on(sweep->writer->peer)); i++) {
        if (!sweep_part(sweep)) {
            break;
        }
    }
    atomic_store(&sweep->posted, false);
}

void
plugin_sweep_tick(PluginSweep *sweep)
{
    int64_t now_ms = commit_stamp_now(sweep->stamps);
    if (!atomic_load(&sweep->passing) && now_ms < atomic_load(&sweep->writer->due_ms)) {
        return;
    }
    if (base_is_ok(plugin_writer_status(sweep->writer)) &&
        base_is_ok(commit_sequencer_status(sweep->writer->sequencer)) &&
        !atomic_exchange(&sweep->posted, true)) {
        plugin_worker_post(sweep->worker, &sweep->job);
    }
}

BaseStatus
plugin_sweep_init(PluginSweep *sweep, PluginWriter *writer, CommitStamps *stamps)
{
    sweep->job.run = run_rounds;
    sweep->writer = writer;
    sweep->stamps = stamps;
    sweep->place = (BaseBuf)BASE_BUF_INIT;
    return plugin_worker_new(0, NULL, NULL, &sweep->worker);
}

void
plugin_sweep_clear(PluginSweep *sweep)
{
    plugin_worker_free(sweep->worker);
    base_buf_clear(&sweep->place);
}
