/*
 * ledger.c: judges what was read. See ledger.h for the rules.
 */
#include "loadgen/ledger.h"

#include "loadgen/value.h"

#include <stdlib.h>

typedef struct Wording {
    const char *name;
    const char *meaning;
} Wording;

static const Wording wordings[LOAD_VERDICT_COUNT] = {
    [LOAD_RIGHT] = {"right", "the value is one that the contract allows"},
    [LOAD_MISSING] = {"missing", "a record whose write was acknowledged was not found"},
    [LOAD_FOREIGN] = {"foreign", "the value was not written by this run"},
    [LOAD_CUT] = {"cut", "the value is shorter or longer than it was written"},
    [LOAD_TORN] = {"torn", "the bytes of the value do not belong together"},
    [LOAD_WRONG_KEY] = {"wrong_key", "the value was written to another key"},
    [LOAD_STALE] = {"stale", "the value is older than one acknowledged before the read began"},
    [LOAD_PHANTOM] = {"phantom", "the value was never written"},
    [LOAD_MISMATCH] = {"mismatch", "the value is not the one written at its version"},
    [LOAD_OLD_VERSION] = {"old_version", "a write got a version that is not above earlier ones"},
};

const char *
load_verdict_name(LoadVerdict verdict)
{
    return wordings[verdict].name;
}

const char *
load_verdict_meaning(LoadVerdict verdict)
{
    return wordings[verdict].meaning;
}

bool
load_ledger_init(LoadLedger *ledger, uint64_t total, uint32_t worker, uint32_t workers,
                 uint32_t run)
{
    uint64_t records = total / workers + (worker < total % workers ? 1 : 0);
    *ledger = (LoadLedger){
        .entries = calloc(records == 0 ? 1 : records, sizeof *ledger->entries),
        .records = records,
        .total = total,
        .worker = worker,
        .workers = workers,
        .run = run,
    };
    return ledger->entries != NULL;
}

void
load_ledger_clear(LoadLedger *ledger)
{
    free(ledger->entries);
    *ledger = (LoadLedger){.entries = NULL};
}

static LoadLedgerEntry *
entry_of(const LoadLedger *ledger, uint64_t record)
{
    return &ledger->entries[record / ledger->workers];
}

void
load_ledger_begin(LoadLedger *ledger, LoadOp *op)
{
    LoadLedgerEntry *entry = entry_of(ledger, op->record);
    op->floor_version = entry->version;
    if (op->kind == LOAD_PUT) {
        op->sequence = ++entry->begun;
    }
}

/* J-2: what the bytes of the value tell. */
static LoadVerdict
verdict_of_bytes(LoadValueState state)
{
    switch (state) {
    case LOAD_VALUE_FOREIGN:
        return LOAD_FOREIGN;
    case LOAD_VALUE_CUT:
        return LOAD_CUT;
    case LOAD_VALUE_TORN:
        return LOAD_TORN;
    case LOAD_VALUE_WHOLE:
        break;
    }
    return LOAD_RIGHT;
}

static LoadVerdict
judge_value(const LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    LoadValueId id;
    LoadVerdict verdict = verdict_of_bytes(load_value_read(answer->value, &id));
    if (verdict != LOAD_RIGHT) {
        return verdict;
    }
    const LoadLedgerEntry *entry = entry_of(ledger, op->record);
    if (id.record != op->record) {
        return LOAD_WRONG_KEY;
    }
    if (answer->version < op->floor_version) {
        return LOAD_STALE;
    }
    if (id.run != ledger->run) {
        return op->floor_version == 0 ? LOAD_RIGHT : LOAD_FOREIGN;
    }
    if (id.sequence == 0 || id.sequence > entry->begun) {
        return LOAD_PHANTOM;
    }
    if (answer->version == entry->version && id.sequence != entry->sequence) {
        return LOAD_MISMATCH;
    }
    return LOAD_RIGHT;
}

static LoadVerdict
end_get(const LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    if (!answer->found) {
        return op->floor_version == 0 ? LOAD_RIGHT : LOAD_MISSING;
    }
    return judge_value(ledger, op, answer);
}

static LoadVerdict
end_put(LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    LoadLedgerEntry *entry = entry_of(ledger, op->record);
    if (answer->version <= op->floor_version) {
        return LOAD_OLD_VERSION;
    }
    if (answer->version == entry->version) {
        return LOAD_OLD_VERSION; /* two writes, one version */
    }
    if (answer->version > entry->version) {
        entry->version = answer->version;
        entry->sequence = op->sequence;
    }
    return LOAD_RIGHT;
}

LoadVerdict
load_ledger_end(LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    return op->kind == LOAD_PUT ? end_put(ledger, op, answer) : end_get(ledger, op, answer);
}
