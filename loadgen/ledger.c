/*
 * ledger.c: judges what was read. See ledger.h for the rules.
 */
#include "loadgen/ledger.h"

#include <stdlib.h>
#include <sys/mman.h>

/* Entries that fill half of a huge page get one. */
enum { HUGE_PAGE = 2 * 1024 * 1024, HUGE_FROM = HUGE_PAGE / 2 };

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
    [LOAD_MISPLACED] = {"misplaced", "a walk met an entry out of order or outside of its range"},
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

/*
 * Zeroed entries. They are touched at random all the time, so a large ledger asks for huge pages
 * and is there from the beginning: faults and missed translations would count as overhead.
 */
static LoadLedgerEntry *
make_entries(uint64_t count)
{
    size_t size = (count == 0 ? 1 : count) * sizeof(LoadLedgerEntry);
    void *entries = NULL;
    if (count > (SIZE_MAX - HUGE_PAGE) / sizeof(LoadLedgerEntry)) {
        return NULL;
    }
    bool huge = size >= HUGE_FROM;
    if (huge) {
        size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    }
    if (posix_memalign(&entries, huge ? HUGE_PAGE : sizeof(void *), size) != 0) {
        return NULL;
    }
    if (huge) {
        (void)madvise(entries, size, MADV_HUGEPAGE);
    }
    memset(entries, 0, size);
    return entries;
}

bool
load_ledger_init(LoadLedger *ledger, uint64_t total, uint32_t worker, uint32_t workers,
                 uint32_t run)
{
    uint64_t records = total / workers + (worker < total % workers ? 1 : 0);
    *ledger = (LoadLedger){
        .entries = make_entries(records),
        .records = records,
        .room = records,
        .total = total,
        .worker = worker,
        .workers = workers,
        .run = run,
    };
    return ledger->entries != NULL;
}

void
load_ledger_observe(LoadLedger *ledger, uint64_t total, uint32_t run, bool complete)
{
    *ledger = (LoadLedger){
        .records = total,
        .total = total,
        .workers = 1,
        .run = run,
        .observer = true,
        .complete = complete,
    };
}

void
load_ledger_clear(LoadLedger *ledger)
{
    free(ledger->entries);
    *ledger = (LoadLedger){.entries = NULL};
}

bool
load_ledger_append(LoadLedger *ledger)
{
    if (ledger->records == ledger->room) {
        uint64_t room = ledger->room * 2 + 64;
        LoadLedgerEntry *entries = realloc(ledger->entries, room * sizeof *entries);
        if (entries == NULL) {
            return false;
        }
        ledger->entries = entries;
        ledger->room = room;
    }
    ledger->entries[ledger->records++] = (LoadLedgerEntry){.version = 0};
    return true;
}

static LoadLedgerEntry *
entry_of(const LoadLedger *ledger, uint64_t record)
{
    return &ledger->entries[record / ledger->workers];
}

/* Has the expected-state file know, if there is one. */
static void
tell(const LoadLedger *ledger, LoadExpectKind kind, uint64_t record, uint32_t sequence,
     int64_t version)
{
    if (ledger->expect != NULL) {
        LoadExpectEntry entry = {kind, sequence, record, version};
        load_expect_log_add(ledger->expect, &entry);
    }
}

void
load_ledger_begin(LoadLedger *ledger, LoadOp *op)
{
    op->floor_version = 0;
    bool one = op->kind == LOAD_GET || op->kind == LOAD_PUT || op->kind == LOAD_REMOVE;
    if (ledger->observer || !one) {
        return;
    }
    LoadLedgerEntry *entry = entry_of(ledger, op->record);
    op->floor_version = entry->version;
    if (op->kind == LOAD_PUT || op->kind == LOAD_REMOVE) {
        op->sequence = ++entry->begun;
        tell(ledger, op->kind == LOAD_PUT ? LOAD_EXPECT_PUT : LOAD_EXPECT_REMOVE, op->record,
             op->sequence, 0);
    }
    ledger->removes = ledger->removes || op->kind == LOAD_REMOVE;
}

LoadVerdict
load_ledger_verdict_of_bytes(BaseSlice value, LoadValueId *ret_id)
{
    switch (load_value_read(value, ret_id)) {
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
    LoadVerdict verdict = load_ledger_verdict_of_bytes(answer->value, &id);
    if (verdict != LOAD_RIGHT) {
        return verdict;
    }
    if (id.record != op->record) {
        return LOAD_WRONG_KEY;
    }
    if (ledger->observer) {
        return ledger->complete && id.run != ledger->run ? LOAD_FOREIGN : LOAD_RIGHT;
    }
    const LoadLedgerEntry *entry = entry_of(ledger, op->record);
    if (answer->version < op->floor_version) {
        return LOAD_STALE;
    }
    if (id.run != ledger->run) {
        return op->floor_version == 0 ? LOAD_RIGHT : LOAD_FOREIGN;
    }
    if (id.sequence == 0 || id.sequence > entry->begun) {
        return LOAD_PHANTOM;
    }
    if (!ledger->unversioned && answer->version == entry->version &&
        id.sequence != entry->sequence) {
        return LOAD_MISMATCH;
    }
    return LOAD_RIGHT;
}

static LoadVerdict
end_get(const LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    if (op->missing) {
        return answer->found ? LOAD_PHANTOM : LOAD_RIGHT;
    }
    if (!answer->found) {
        bool must_be_there = ledger->observer ? ledger->complete : op->floor_version != 0;
        return must_be_there && !ledger->removes ? LOAD_MISSING : LOAD_RIGHT;
    }
    return judge_value(ledger, op, answer);
}

static LoadVerdict
end_write(LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    LoadLedgerEntry *entry = entry_of(ledger, op->record);
    if (ledger->unversioned) {
        return LOAD_RIGHT;
    }
    if (answer->version > 0) {
        tell(ledger, LOAD_EXPECT_ACKNOWLEDGED, op->record, op->sequence, answer->version);
    }
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

/* Whether an operation with this fault was certainly not applied. */
static bool
was_not_applied(LoadFault fault)
{
    return fault == LOAD_FAULT_REFUSED || fault == LOAD_FAULT_INVALID_REQUEST ||
           fault == LOAD_FAULT_NOT_HERE || fault == LOAD_FAULT_NOT_APPLIED;
}

void
load_ledger_fault(LoadLedger *ledger, const LoadOp *op, LoadFault fault)
{
    if (!was_not_applied(fault)) {
        return;
    }
    if (op->kind == LOAD_PUT || op->kind == LOAD_REMOVE) {
        tell(ledger, LOAD_EXPECT_REFUSED, op->record, op->sequence, 0);
    }
    for (uint32_t i = 0; op->kind == LOAD_BATCH && i < op->part_count; i++) {
        tell(ledger, LOAD_EXPECT_REFUSED, op->parts[i].record, op->parts[i].sequence, 0);
    }
}

LoadVerdict
load_ledger_end(LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer)
{
    switch (op->kind) {
    case LOAD_GET:
        return end_get(ledger, op, answer);
    case LOAD_PUT:
    case LOAD_REMOVE:
        return end_write(ledger, op, answer);
    case LOAD_SCAN:
    case LOAD_MULTI_GET:
    case LOAD_COMPACT:
    case LOAD_BATCH:
    case LOAD_INSERT:
    case LOAD_RMW:
    case LOAD_OP_KIND_COUNT:
        break;
    }
    return LOAD_RIGHT;
}
