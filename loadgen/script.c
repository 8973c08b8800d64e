/*
 * script.c: what a worker does next. See script.h.
 */
#include "loadgen/script.h"

#include <glib.h>
#include <stdlib.h>

enum {
    DRAWS_MAX = 32,
    /* Sizes have a stream of their own, far from those of all workers' operations. */
    SIZE_STREAM = 0x51ce5,
};

struct LoadGroup {
    LoadGroup *next;
    LoadPart parts[];
};

void
load_script_init(LoadScript *script, const LoadPlan *plan, LoadLedger *ledger, LoadOpKind kind,
                 uint32_t index)
{
    *script = (LoadScript){
        .plan = plan,
        .ledger = ledger,
        .kind = kind,
        .rand = base_rand(plan->seed * 0x10001 + index),
        .size_rand = base_rand((plan->seed * 0x10001 + index) ^ (uint64_t)SIZE_STREAM << 40),
    };
    /* Walks go over the records of all workers. */
    bool all = load_op_is_walk(kind) && plan->mix.count == 0;
    double inserts = load_mix_share(&plan->mix, LOAD_INSERT) *
                     (double)(plan->operations * ledger->workers + plan->operations_rest);
    /* Twice what is to be expected, as YCSB does it. */
    script->chooser = load_chooser(&plan->distribution, ledger->total + (uint64_t)(2 * inserts));
    load_chooser_share(&script->chooser, all ? 0 : ledger->worker, all ? 1 : ledger->workers);
    if (plan->keys->shape == LOAD_KEY_RECORDED) {
        const LoadRecorded *recorded = plan->keys->recorded;
        load_chooser_follow(&script->chooser, recorded->trace, recorded->trace_count);
    }
    load_frontier_init(&script->frontier, ledger->records);
}

void
load_script_clear(LoadScript *script)
{
    load_frontier_clear(&script->frontier);
    while (script->idle != NULL) {
        LoadGroup *group = script->idle;
        script->idle = group->next;
        free(group);
    }
    *script = (LoadScript){.plan = NULL};
}

uint32_t
load_script_size(LoadScript *script)
{
    return (uint32_t)load_sizes_draw(&script->plan->sizes, &script->size_rand);
}

/* ----------------------------------------------------------------------------- without a mix -- */

/* What the ring has for a place, and the other way: by age the age, so that inserts move it. */
static uint64_t
turned(const LoadScript *script, uint64_t place, uint64_t places)
{
    return script->chooser.distribution.kind == LOAD_CHOOSER_LATEST ? places - 1 - place : place;
}

/* Draws the next half of the ring at one go: a processor does several draws at the same time. */
static void
fill_ahead(LoadScript *script, uint64_t places)
{
    uint64_t *half = &script->ahead[script->ahead_filled++ % 2 * LOAD_SCRIPT_AHEAD];
    for (int i = 0; i < LOAD_SCRIPT_AHEAD; i++) {
        uint64_t place = load_chooser_draw(&script->chooser, &script->rand, places);
        load_ledger_prefetch(script->ledger, place);
        half[i] = turned(script, place, places);
    }
}

/*
 * A place among those of the worker's own records, drawn some ahead so that what the ledger knows
 * of it is in the cache when it is needed.
 */
static uint64_t
draw_ahead(LoadScript *script, uint64_t places)
{
    if (script->ahead_taken % LOAD_SCRIPT_AHEAD == 0) {
        if (script->ahead_taken == 0) {
            fill_ahead(script, places);
        }
        fill_ahead(script, places);
    }
    uint64_t next = script->ahead[script->ahead_taken++ % G_N_ELEMENTS(script->ahead)];
    return turned(script, next, places);
}

/* The place of the operation that is drawn among `places`, in the workload's order. */
static uint64_t
draw_place(LoadScript *script, uint64_t places, uint64_t begin, uint64_t step)
{
    uint64_t at = (begin + script->drawn * step) % places;
    switch (script->plan->workload->order) {
    case LOAD_ORDER_FORWARD:
        return at;
    case LOAD_ORDER_BACKWARD:
        return places - 1 - at;
    case LOAD_ORDER_RANDOM:
        break;
    }
    return load_chooser_draw(&script->chooser, &script->rand, places);
}

/* A walk or a MULTI_GET, over the records of all workers. */
static void
draw_walk(LoadScript *script, LoadOp *op)
{
    uint64_t total = script->ledger->total;
    uint64_t begin = total / script->ledger->workers * script->ledger->worker;
    op->walk = script->plan->walk;
    op->record = draw_place(script, total, begin, op->walk);
    op->total = total;
    op->reverse = script->plan->workload->order == LOAD_ORDER_BACKWARD;
    op->record += op->reverse ? 1 : 0;
}

static void
draw_plain(LoadScript *script, LoadOp *op)
{
    const LoadPlan *plan = script->plan;
    op->kind = script->kind;
    op->missing = plan->workload->missing;
    op->sync = plan->workload->sync;
    if (plan->workload->mixed && base_rand_below(&script->rand, 100) >= plan->get_percent) {
        op->kind = LOAD_PUT;
    }
    op->row = op->kind;
    if (load_op_is_walk(script->kind)) {
        draw_walk(script, op);
        return;
    }
    uint64_t records = script->ledger->records;
    uint64_t place = plan->workload->order == LOAD_ORDER_RANDOM ? draw_ahead(script, records)
                                                                : draw_place(script, records, 0, 1);
    op->record = load_ledger_record(script->ledger, place);
}

/* -------------------------------------------------------------------------------- with a mix -- */

static uint64_t
draw_own(LoadScript *script)
{
    uint64_t place = draw_ahead(script, script->frontier.settled);
    return load_ledger_record(script->ledger, place);
}

static bool
is_member(const LoadOp *op, uint64_t record)
{
    for (uint32_t i = 0; i < op->part_count; i++) {
        if (op->parts[i].record == record) {
            return true;
        }
    }
    return false;
}

/* A record that is not in the batch yet, of which there must be one. */
static uint64_t
draw_other(LoadScript *script, const LoadOp *op)
{
    uint64_t record = draw_own(script);
    for (int i = 0; i < DRAWS_MAX && is_member(op, record); i++) {
        record = draw_own(script);
    }
    uint64_t workers = script->ledger->workers;
    while (is_member(op, record)) {
        uint64_t place = (record / workers + 1) % script->frontier.settled;
        record = load_ledger_record(script->ledger, place);
    }
    return record;
}

static uint32_t
at_most(uint32_t length, uint64_t limit)
{
    return length < limit ? length : (uint32_t)limit;
}

static bool
draw_batch(LoadScript *script, uint32_t length, LoadOp *op)
{
    LoadGroup *group = script->idle;
    if (group != NULL) {
        script->idle = group->next;
    } else {
        uint32_t longest = load_mix_longest(&script->plan->mix, LOAD_BATCH);
        group = malloc(sizeof *group + longest * sizeof group->parts[0]);
    }
    if (group == NULL) {
        return false;
    }
    op->parts = group->parts;
    length = at_most(length, script->frontier.settled);
    while (op->part_count < length) {
        LoadOp part = {.kind = LOAD_PUT, .record = draw_other(script, op)};
        load_ledger_begin(script->ledger, &part);
        op->parts[op->part_count++] = (LoadPart){
            .record = part.record,
            .floor_version = part.floor_version,
            .sequence = part.sequence,
            .value_size = load_script_size(script),
        };
    }
    op->record = op->parts[0].record;
    return true;
}

static bool
draw_insert(LoadScript *script, LoadOp *op)
{
    uint64_t place = script->frontier.begun;
    if (!load_ledger_append(script->ledger) || !load_frontier_begin(&script->frontier)) {
        return false;
    }
    op->kind = LOAD_PUT;
    op->record = load_ledger_record(script->ledger, place);
    return true;
}

static bool
draw_mixed(LoadScript *script, LoadOp *op)
{
    const LoadMixPart *part = load_mix_draw(&script->plan->mix, &script->rand);
    uint32_t length = load_mix_length(part, &script->rand);
    op->kind = part->kind;
    op->row = part->kind;
    switch (part->kind) {
    case LOAD_INSERT:
        return draw_insert(script, op);
    case LOAD_BATCH:
        return draw_batch(script, length, op);
    case LOAD_RMW:
        op->kind = LOAD_GET;
        break;
    case LOAD_SCAN:
        op->walk = length;
        break;
    case LOAD_MULTI_GET:
        op->total = script->ledger->total;
        op->walk = at_most(length, op->total);
        break;
    case LOAD_GET:
    case LOAD_PUT:
    case LOAD_REMOVE:
    case LOAD_COMPACT:
    case LOAD_OP_KIND_COUNT:
        break;
    }
    op->record = draw_own(script);
    return true;
}

bool
load_script_draw(LoadScript *script, LoadOp *ret_op)
{
    *ret_op = (LoadOp){.kind = LOAD_GET};
    if (script->plan->mix.count == 0) {
        draw_plain(script, ret_op);
    } else if (!draw_mixed(script, ret_op)) {
        return false;
    }
    script->drawn++;
    if (ret_op->kind == LOAD_PUT) {
        ret_op->value_size = load_script_size(script);
    }
    load_ledger_begin(script->ledger, ret_op);
    return true;
}

void
load_script_end(LoadScript *script, const LoadOp *op)
{
    if (op->row == LOAD_INSERT) {
        load_frontier_end(&script->frontier, op->record / script->ledger->workers);
    }
    if (op->parts != NULL) {
        LoadGroup *group = (LoadGroup *)((char *)op->parts - offsetof(LoadGroup, parts));
        group->next = script->idle;
        script->idle = group;
    }
}
