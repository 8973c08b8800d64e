/*
 * lane.c: one of the connections of an import. See lane.h.
 *
 * The batches form a ring: those from `first` on are under way or wait, the one behind them is
 * being filled. A batch keeps its records until every batch before it has been answered, because
 * until then it may have to be sent again.
 */
#include "service/cli/lane.h"

#include "engine/base/clock.h"
#include "service/cli/facts.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    RING = CLI_LANE_WINDOW + 1,
    PAUSE_US_MIN = 20000,
    PAUSE_US_MAX = 2000000,
};

typedef struct Item {
    size_t at; /* of the key in the bytes of the batch; the value follows */
    size_t key_len;
    size_t value_len;
    int64_t expires_at_ms;
    uint64_t number;
} Item;

typedef struct Batch {
    CliLane *lane;
    BaseBuf bytes;
    Item *items;
    size_t count;
    bool under_way;
    bool done;
    int64_t applied;
} Batch;

struct CliLane {
    LarderChannel *channel;
    CliLaneOptions options;
    Batch ring[RING];
    size_t first;
    size_t sealed;    /* batches from `first` on that are full */
    size_t under_way; /* of these */
    size_t window;
    bool failing;
    bool closing;
    int64_t failing_since_us;
    int64_t pause_us;
    int64_t again_at_us;
    LarderReply *failure;
    uint64_t failed_record;
    uint64_t applied;
    uint64_t not_applied;
};

static int64_t
now_us(void)
{
    return base_clock_monotonic_us(base_clock_real());
}

static Batch *
batch_at(const CliLane *lane, size_t place)
{
    return (Batch *)&lane->ring[(lane->first + place) % RING];
}

CliLane *
cli_lane_new(const LarderClientOptions *client, const CliLaneOptions *options,
             LarderProblem *ret_problem)
{
    CliLane *lane = calloc(1, sizeof *lane);
    bool good = lane != NULL;
    LarderClientOptions own = *client;
    own.retry.attempts_max = 1; /* trying again is done here, in order */
    for (size_t i = 0; i < RING && good; i++) {
        lane->ring[i] = (Batch){.lane = lane, .bytes = BASE_BUF_INIT};
        lane->ring[i].items = calloc(options->items_max, sizeof *lane->ring[i].items);
        good = lane->ring[i].items != NULL;
    }
    if (!good) {
        *ret_problem = (LarderProblem){"there is no memory"};
        cli_lane_free(lane);
        return NULL;
    }
    lane->options = *options;
    lane->window = options->if_absent ? 1 : CLI_LANE_WINDOW;
    lane->pause_us = PAUSE_US_MIN;
    lane->channel = larder_channel_new(&own, ret_problem);
    if (lane->channel == NULL) {
        cli_lane_free(lane);
        return NULL;
    }
    return lane;
}

void
cli_lane_free(CliLane *lane)
{
    if (lane == NULL) {
        return;
    }
    lane->closing = true;
    larder_channel_free(lane->channel);
    for (size_t i = 0; i < RING; i++) {
        base_buf_clear(&lane->ring[i].bytes);
        free(lane->ring[i].items);
    }
    larder_reply_free(lane->failure);
    free(lane);
}

/* Whether a record goes into the call of a batch, too. */
static bool
fits(const CliLane *lane, const Batch *batch, const CliRecord *record)
{
    size_t bytes = batch->bytes.len + record->key.len + record->value.len;
    return batch->count == 0 ||
           bytes + (batch->count + 1) * CLI_FACTS_ITEM_BYTES <= lane->options.room;
}

bool
cli_lane_has_room(CliLane *lane, const CliRecord *record)
{
    if (lane->sealed < lane->window && !fits(lane, batch_at(lane, lane->sealed), record)) {
        lane->sealed++;
    }
    return lane->sealed < lane->window;
}

bool
cli_lane_add(CliLane *lane, const CliRecord *record, uint64_t number)
{
    Batch *batch = batch_at(lane, lane->sealed);
    size_t at = batch->bytes.len;
    if (!base_buf_append_slice(&batch->bytes, record->key) ||
        !base_buf_append_slice(&batch->bytes, record->value)) {
        return false;
    }
    batch->items[batch->count++] =
        (Item){at, record->key.len, record->value.len, record->expires_at_ms, number};
    bool full =
        batch->count == lane->options.items_max || batch->bytes.len >= lane->options.bytes_max;
    lane->sealed += full ? 1 : 0;
    return true;
}

/* Takes answered batches off the front. */
static void
retire(CliLane *lane)
{
    while (lane->sealed > 0 && lane->ring[lane->first].done) {
        Batch *batch = &lane->ring[lane->first];
        lane->applied += (uint64_t)batch->applied;
        lane->not_applied += batch->count - (uint64_t)batch->applied;
        base_buf_reset(&batch->bytes);
        batch->count = 0;
        batch->done = false;
        lane->first = (lane->first + 1) % RING;
        lane->sealed--;
    }
}

static bool
can_be_mended(LarderOutcome outcome)
{
    return outcome == LARDER_REFUSED || outcome == LARDER_UNREACHABLE || outcome == LARDER_LOST ||
           outcome == LARDER_INDETERMINATE;
}

/* The record that a failure names, as in "mutations[17].key". */
static uint64_t
record_of(const Batch *batch, const LarderReply *reply)
{
    unsigned index = 0;
    if (reply->outcome != LARDER_INVALID_REQUEST ||
        reply->exception.invalid_request->field.size == 0 ||
        sscanf(reply->exception.invalid_request->field.data, "mutations[%u]", &index) != 1 ||
        index >= batch->count) {
        return 0;
    }
    return batch->items[index].number;
}

/* Takes the reply over. */
static void
fail(CliLane *lane, const Batch *batch, LarderReply *reply)
{
    int64_t now = now_us();
    int64_t wait_us = lane->pause_us;
    if (!lane->failing) {
        lane->failing = true;
        lane->failing_since_us = lane->failing_since_us == 0 ? now : lane->failing_since_us;
    }
    if (reply->outcome == LARDER_REFUSED &&
        reply->exception.refused->retry_after_ms > wait_us / 1000) {
        wait_us = reply->exception.refused->retry_after_ms * 1000;
    }
    lane->again_at_us = now + wait_us;
    bool patient = now - lane->failing_since_us <= lane->options.patience_ms * 1000;
    if ((can_be_mended(reply->outcome) && patient) || lane->failure != NULL) {
        larder_reply_free(reply);
        return;
    }
    lane->failed_record = record_of(batch, reply);
    lane->failure = reply;
}

static void
take_reply(void *context, LarderReply *reply)
{
    Batch *batch = context;
    CliLane *lane = batch->lane;
    batch->under_way = false;
    lane->under_way--;
    if (lane->closing) {
        larder_reply_free(reply);
        return;
    }
    if (reply->outcome != LARDER_OK) {
        fail(lane, batch, reply);
        return;
    }
    batch->done = true;
    batch->applied = reply->as.bulk_write->applied_count;
    larder_reply_free(reply);
    if (!lane->failing) {
        lane->failing_since_us = 0;
        lane->pause_us = PAUSE_US_MIN;
        retire(lane);
    }
}

/* Sends a batch. False: no memory. */
static bool
send_batch(CliLane *lane, Batch *batch)
{
    static const LarderCondition absent = {.has_absent = true, .absent = true};
    LarderMutation *mutations = calloc(batch->count, sizeof *mutations);
    LarderExpiry *expiries = calloc(batch->count, sizeof *expiries);
    bool good = mutations != NULL && expiries != NULL;
    for (size_t i = 0; i < batch->count && good; i++) {
        const Item *item = &batch->items[i];
        const uint8_t *key = batch->bytes.data + item->at;
        expiries[i] = (LarderExpiry){.has_at_ms = true, .at_ms = item->expires_at_ms};
        mutations[i] = (LarderMutation){
            .kind = LARDER_MUTATION_KIND_PUT,
            .key = larder_bytes(key, item->key_len),
            .has_value = true,
            .value = larder_bytes(key + item->key_len, item->value_len),
            .expiry = item->expires_at_ms != 0 ? &expiries[i] : NULL,
            .condition = lane->options.if_absent ? &absent : NULL,
        };
    }
    good = good && larder_channel_bulk_write(lane->channel, lane->options.store,
                                             (LarderMutationList){mutations, batch->count}, NULL,
                                             take_reply, batch);
    free(mutations);
    free(expiries);
    batch->under_way = good;
    lane->under_way += good ? 1 : 0;
    return good;
}

/* The pause after a failure. False: it is not over. */
static bool
may_go_on(CliLane *lane)
{
    if (!lane->failing) {
        return true;
    }
    if (lane->under_way > 0 || now_us() < lane->again_at_us) {
        return false;
    }
    lane->failing = false;
    lane->pause_us = lane->pause_us * 2 < PAUSE_US_MAX ? lane->pause_us * 2 : PAUSE_US_MAX;
    retire(lane);
    for (size_t i = 0; i < lane->sealed; i++) {
        batch_at(lane, i)->done = false; /* it overtook the one that failed */
    }
    return true;
}

int64_t
cli_lane_pump(CliLane *lane, bool all)
{
    if (lane->failure != NULL) {
        return -1;
    }
    if (!may_go_on(lane)) {
        int64_t left_us = lane->again_at_us - now_us();
        return lane->under_way > 0 ? -1 : left_us <= 0 ? 0 : left_us / 1000 + 1;
    }
    if (all && lane->sealed < lane->window && batch_at(lane, lane->sealed)->count > 0) {
        lane->sealed++;
    }
    for (size_t i = 0; i < lane->sealed; i++) {
        Batch *batch = batch_at(lane, i);
        if (!batch->under_way && !batch->done && !send_batch(lane, batch)) {
            return 10; /* there was no memory: perhaps later */
        }
    }
    return -1;
}

LarderChannel *
cli_lane_channel(CliLane *lane)
{
    return lane->channel;
}

bool
cli_lane_is_empty(const CliLane *lane)
{
    return lane->sealed == 0 && batch_at(lane, 0)->count == 0;
}

uint64_t
cli_lane_oldest(const CliLane *lane)
{
    const Batch *batch = batch_at(lane, 0);
    return batch->count == 0 ? UINT64_MAX : batch->items[0].number;
}

const LarderReply *
cli_lane_failure(const CliLane *lane)
{
    return lane->failure;
}

uint64_t
cli_lane_failed_record(const CliLane *lane)
{
    return lane->failed_record;
}

void
cli_lane_counts(const CliLane *lane, uint64_t *ret_applied, uint64_t *ret_not_applied)
{
    *ret_applied = lane->applied;
    *ret_not_applied = lane->not_applied;
}
