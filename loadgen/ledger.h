/*
 * ledger.h: what one worker knows of its records, and its verdict on every value that it reads.
 *
 * Record r belongs to worker r mod workers, which alone reads and writes it, over all of its
 * connections. So the ledger is exact and needs no locks: for each record it keeps the number of
 * writes that were ever begun, and version and sequence of the newest acknowledged one.
 *
 * Rules, from the contract: versions of a store only grow, operations on one key are linearizable,
 * and nobody else writes these keys. A read began with the floor: the highest
 * acknowledged version at that moment. It must find
 *   J-1  a value, if there was a floor and nothing was removed                else MISSING
 *   J-2  written by larder-load, whole, for this record          else FOREIGN, CUT, TORN, WRONG_KEY
 *   J-3  by this run, if there was a floor (before, an earlier run's will do)      else FOREIGN
 *   J-4  at a version that is not below the floor                                  else STALE
 *   J-5  with a sequence that was begun                                            else PHANTOM
 *   J-6  with the sequence that was acknowledged at this version, if that is known else MISMATCH
 * and a write must be acknowledged at a version above its floor, or it is
 * OLD_VERSION.
 *
 * A key that nobody writes must not be found (else PHANTOM).
 *
 * An observer reads records that another worker writes. It knows no floors and no sequences, so of
 * the rules it applies J-2 and, when the run wrote all records before, J-1 and J-3.
 *
 * A write whose outcome is unknown counts as begun and never as acknowledged, so it raises no false
 * alarm, whether it took effect or not.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_LOADGEN_LEDGER_H
#define LARDER_LOADGEN_LEDGER_H

#include "loadgen/expect_log.h"
#include "loadgen/op.h"
#include "loadgen/value.h"

typedef enum LoadVerdict {
    LOAD_RIGHT,
    LOAD_MISSING,
    LOAD_FOREIGN,
    LOAD_CUT,
    LOAD_TORN,
    LOAD_WRONG_KEY,
    LOAD_STALE,
    LOAD_PHANTOM,
    LOAD_MISMATCH,
    LOAD_OLD_VERSION,
    LOAD_MISPLACED, /* of walks only: walk.h */
    LOAD_VERDICT_COUNT,
} LoadVerdict;

typedef struct LoadLedgerEntry {
    int64_t version;   /* newest acknowledged; 0: none */
    uint32_t sequence; /* of that write */
    uint32_t begun;    /* sequence of the newest write begun; 0: none */
} LoadLedgerEntry;

typedef struct LoadLedger {
    LoadLedgerEntry *entries;
    uint64_t records; /* of this worker */
    uint64_t room;    /* of `entries` */
    uint64_t total;   /* of all workers, before any insert */
    uint32_t worker;
    uint32_t workers;
    uint32_t run;
    bool removes;          /* a remove was begun */
    bool unversioned;      /* the target tells no versions: J-2, J-5 and no more can be judged */
    bool observer;         /* of records that another worker writes */
    bool complete;         /* observer: this run has written all records */
    LoadExpectLog *expect; /* is told of writes and their answers; NULL: nobody is */
} LoadLedger;

/* "stale", for instance, and what it means. Never NULL. */
const char *load_verdict_name(LoadVerdict verdict);
const char *load_verdict_meaning(LoadVerdict verdict);

/* The ledger of worker `worker` of `workers`, which is below `total`. False: no memory. */
bool load_ledger_init(LoadLedger *ledger, uint64_t total, uint32_t worker, uint32_t workers,
                      uint32_t run);

/* The ledger of an observer of `total` records; `complete`: all of them are written. */
void load_ledger_observe(LoadLedger *ledger, uint64_t total, uint32_t run, bool complete);

/* Takes ledgers that are all zero. */
void load_ledger_clear(LoadLedger *ledger);

/* The i-th record of this worker; i is below ledger->records. */
static inline uint64_t
load_ledger_record(const LoadLedger *ledger, uint64_t i)
{
    return i * ledger->workers + ledger->worker;
}

/* Adds a record behind the worker's last one. False: no memory. */
bool load_ledger_append(LoadLedger *ledger);

/* Has the processor fetch what is known of the i-th record of this worker. */
static inline void
load_ledger_prefetch(const LoadLedger *ledger, uint64_t i)
{
    if (ledger->entries != NULL) {
        __builtin_prefetch(&ledger->entries[i], 1);
    }
}

/* Begins an operation: sets its floor and, for a write, its sequence. */
void load_ledger_begin(LoadLedger *ledger, LoadOp *op);

/* J-2, but for the key: what the bytes of a value tell. *ret_id is written when they are RIGHT. */
LoadVerdict load_ledger_verdict_of_bytes(BaseSlice value, LoadValueId *ret_id);

/* Learns that an operation ended with a fault. */
void load_ledger_fault(LoadLedger *ledger, const LoadOp *op, LoadFault fault);

/* Judges an operation that ended without a fault, and learns from it. Not for SCAN: walk.h. */
LoadVerdict load_ledger_end(LoadLedger *ledger, const LoadOp *op, const LoadAnswer *answer);

#endif
